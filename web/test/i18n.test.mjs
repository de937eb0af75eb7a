import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { load, web } from './load.mjs';

const { catalogues } = await load('app/i18n/check.ts');
const names = Object.keys(catalogues);
const placeholders = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const forms = (entry) => (typeof entry === 'string' ? [entry] : Object.values(entry));

test('the catalogues have the same keys', () => {
  for (const name of names) assert.deepEqual(Object.keys(catalogues[name]).sort(), Object.keys(catalogues.en).sort(), name);
});

test('a translation has the placeholders of the English text, in each of its forms', () => {
  for (const name of names)
    for (const [key, entry] of Object.entries(catalogues[name])) {
      const english = new Set(forms(catalogues.en[key]).flatMap(placeholders));
      for (const text of forms(entry)) for (const word of placeholders(text)) assert.ok(english.has(word), `${name} ${key}: {${word}}`);
      // every placeholder of the English "other" form must be said somewhere
      const said = new Set(forms(entry).flatMap(placeholders));
      for (const word of english) if (word !== 'n') assert.ok(said.has(word), `${name} ${key} does not say {${word}}`);
    }
});

test('a plural entry has exactly the categories of its language', () => {
  for (const name of names) {
    const wanted = new Intl.PluralRules(name).resolvedOptions().pluralCategories;
    for (const [key, entry] of Object.entries(catalogues[name])) {
      assert.equal(typeof entry === 'string', typeof catalogues.en[key] === 'string', `${name} ${key}: plural in one language only`);
      if (typeof entry !== 'string') assert.deepEqual(Object.keys(entry).sort(), [...wanted].sort(), `${name} ${key}`);
    }
  }
});

test('no text is empty, and no Malay or Chinese sentence is left in English', () => {
  const same = new Set(['Emoji', 'Audio', 'Video', 'Label', 'WhatsApp', 'Sambung', 'Token', '{name}, {time}', '{name}:']);
  for (const name of names)
    for (const [key, entry] of Object.entries(catalogues[name]))
      for (const text of forms(entry)) {
        assert.ok(text.trim(), `${name} ${key}`);
        if (name !== 'en' && !same.has(text)) assert.ok(!forms(catalogues.en[key]).includes(text), `${name} ${key}: ${text}`);
      }
});

/* Keys that are put together at run time, by their beginning. */
const built = ['audit.action.', 'audit.fact.', 'audit.kind.', 'availability.', 'channelKind.', 'choice.', 'composer.', 'delivery.', 'emoji.', 'empty.', 'event.', 'field.type.', 'identity.', 'keys.', 'kind.', 'message.by.', 'nav.', 'presence.', 'problem.', 'role.', 'rule.', 'security.outcome.', 'setting.', 'settings.', 'signIn.problem.', 'state.', 'theme.', 'view.'];

test('every key is used by the app', () => {
  const source = readdirSync(path.join(web, 'app'), { recursive: true })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => readFileSync(path.join(web, 'app', file), 'utf8'))
    .join('\n');
  const unused = Object.keys(catalogues.en).filter((key) => !built.some((start) => key.startsWith(start)) && !source.includes(`'${key}'`));
  assert.deepEqual(unused, []);
});

test("the chat's words are the same in all three languages", async () => {
  const { tables, wordsFor } = await load('widget/frame/words.ts');
  for (const table of Object.values(tables)) assert.deepEqual(Object.keys(table), Object.keys(tables.en));
  assert.equal(wordsFor(['fr-FR', 'zh-TW', 'en']).lang, 'zh-Hans');
  assert.equal(wordsFor(['', 'xx']).lang, 'en');
});
