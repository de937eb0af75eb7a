import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { browser, load, web } from './load.mjs';

browser();
const { initials, face } = await load('kit/avatar.tsx');
const { rank } = await load('kit/picker.tsx');

test('letters stand for a name in any script', () => {
  assert.equal(initials('Nurul Huda'), 'NH');
  assert.equal(initials('陈美玲'), '陈');
  assert.equal(initials('  '), '?');
  assert.equal(initials('Goh Trading Sdn Bhd'), 'GT');
  assert.equal(initials('(+60) 12'), '61');
  assert.equal(face('abc'), face('abc'));
});

test('the picker finds every word, and puts what begins with it first', () => {
  const items = ['Remove the assignment', 'Assign to Farid', 'Snooze'].map((label) => ({ key: label, label, run() {} }));
  assert.deepEqual(rank(items, 'assign').map((item) => item.label), ['Assign to Farid', 'Remove the assignment']);
  assert.deepEqual(rank(items, 'far assi').map((item) => item.label), ['Assign to Farid']);
  assert.equal(rank(items, '').length, 3);
});

const files = (folder, end) => readdirSync(path.join(web, folder), { recursive: true }).filter((file) => end.test(file)).map((file) => path.join(folder, file));
const read = (file) => readFileSync(path.join(web, file), 'utf8');

test('a colour is written in tokens.css and nowhere else', () => {
  for (const file of [...files('kit', /\.css$/), ...files('app', /\.css$/)])
    if (!file.endsWith('tokens.css')) assert.doesNotMatch(read(file), /#[0-9a-f]{3,8}\b|rgb\(|hsl\(/i, file);
});

test('the kit knows nothing of the app', () => {
  for (const file of files('kit', /\.tsx?$/)) assert.doesNotMatch(read(file), /from '[^']*\/app\//, file);
});

test('nothing is asked of another origin, and nothing is inlined', () => {
  for (const file of [...files('app', /\.(tsx?|css)$/), ...files('kit', /\.(tsx?|css|js)$/), ...files('widget', /\.(tsx?|css)$/)]) {
    const text = read(file).replace(/\/\*[^]*?\*\//g, '');
    assert.doesNotMatch(text, /(src|url)\(?=?['"`(]https?:/, file);
    assert.doesNotMatch(text, /dangerouslySetInnerHTML|\beval\(|new Function\(/, file);
  }
});
