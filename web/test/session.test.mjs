import assert from 'node:assert/strict';
import test from 'node:test';
import { browser, load } from './load.mjs';

browser();
const person = { user: { id: 'u', locale: 'en', theme: 'light' }, org: { id: 'o' }, permissions: [] };
const answers = new Map(); // path -> the answer, or who waits to give it
globalThis.fetch = (url) => answers.get(String(url))();
const unauthorized = () => new Response('{"code":"unauthorized"}', { status: 401, headers: { 'content-type': 'application/problem+json' } });
const store = await load('app/store/session.ts', 'app/api/client.ts');

test('an answer to the session before does not end the one after', async () => {
  let answer;
  answers.set('/v1/late', () => new Promise((done) => (answer = done)));
  answers.set('/v1/session', async () => Response.json(person));
  const late = store.get('/v1/late');
  await store.signIn('a@example.com', 'secret');
  answer(unauthorized());
  await assert.rejects(late);
  assert.equal(store.session.value?.user.id, 'u');
  answers.set('/v1/now', async () => unauthorized());
  await assert.rejects(store.get('/v1/now'));
  assert.equal(store.session.value, null);
  assert.equal(store.ended.value, true);
});
