import assert from 'node:assert/strict';
import test from 'node:test';
import { browser, load } from './load.mjs';

browser();
let answer = async () => assert.fail('nobody asked');
globalThis.fetch = (url, options) => answer(new URL(url, 'http://sambung.test'), options);
const { Thread, session } = await load('app/store/threads.ts', 'app/store/session.ts');

const me = { id: 'u1', name: 'Aisyah', email: 'a@example.com' };
session.value = { user: me, org: { id: 'o1', name: 'Org' }, permissions: [], role: 'agent' };
const row = (id, minute, more = {}) => ({
  id, conversation_id: 'c', direction: 'out', kind: 'text', author: 'user', author_id: me.id, author_name: me.name, body: 'Yes', reply_to: null,
  state: 'queued', at: `2025-11-22T10:${minute}:00Z`, attachments: [], reactions: [], version: 1, ...more,
});
const problem = (status, code) => new Response(JSON.stringify({ code, status }), { status });
const thread = (...rows) => {
  const made = new Thread('c');
  made.merge(rows);
  return made;
};
const pending = (one) => one.items.value.filter((item) => item.pending);
const send = async (one, reply, body = 'Yes', files = []) => {
  answer = typeof reply === 'function' ? reply : async () => reply.clone();
  await one.send({ kind: 'text', body, undo: true, attachment_ids: files.map((file) => file.id) }, files).catch(() => undefined);
};

test('only what the server has surely refused may be written anew', async () => {
  const lost = async () => { throw new TypeError('Failed to fetch'); };
  const cases = [
    [problem(409, 'window_closed'), false], [problem(422, 'invalid'), false], [problem(403, 'forbidden'), false], [problem(503, 'unavailable'), false],
    [new Response('<h1>Bad gateway</h1>', { status: 502 }), true], [new Response('', { status: 503 }), true], [new Response('', { status: 403 }), true],
    [problem(502, 'uncertain'), true], [problem(500, 'internal'), true], [problem(408, 'timeout'), true], [problem(429, 'rate_limited'), true],
    [problem(409, 'conflict'), true], [lost, true],
  ];
  for (const [reply, doubt] of cases) {
    const one = thread();
    await send(one, reply);
    assert.equal(pending(one)[0].pending.doubt, doubt, JSON.stringify(pending(one)[0].pending.error));
  }
});

test('a refusal after a lost answer says nothing of the first try, unless it looked at the message', async () => {
  for (const [status, code, doubt] of [[403, 'forbidden', true], [503, 'unavailable', true], [409, 'window_closed', false]]) {
    let tries = 0;
    const one = thread();
    await send(one, async () => {
      if (tries++ === 0) throw new TypeError('Failed to fetch');
      return problem(status, code);
    });
    assert.ok(tries > 1);
    assert.equal(pending(one)[0].pending.doubt, doubt, code);
  }
  const one = thread();
  const keys = new Set();
  const reply = (status, code) => async (_, { headers }) => (keys.add(headers['Idempotency-Key']), problem(status, code));
  await send(one, reply(502, 'uncertain'));
  answer = reply(403, 'forbidden');
  await one.resend(pending(one)[0]).catch(() => undefined);
  assert.equal(pending(one)[0].pending.doubt, true);
  assert.equal(keys.size, 1);
});

test('the stored copy takes the place of the one whose answer was lost', async () => {
  const one = thread(row('m1', 10));
  await send(one, problem(500, 'internal'));
  one.merge([row('m2', 11)]);
  assert.deepEqual(one.items.value.map((item) => item.id), ['m1', 'm2']);
});

test('neither an older message, nor other words, nor another file take its place', async () => {
  const file = { id: 'f1', kind: 'image', name: 'a.png', bytes: 3 };
  const one = thread(row('m5', 20));
  await send(one, problem(500, 'internal'));
  one.merge([row('m1', 10), row('m6', 21, { body: 'No' }), row('m7', 21, { author_id: 'u2' }), row('m8', 21, { attachments: [file] }), row('m9', 21, { reply_to: { id: 'm5' } })]);
  assert.equal(pending(one).length, 1);
  const two = thread();
  await send(two, problem(500, 'internal'), '', [file]);
  two.merge([row('m1', 10, { kind: 'image', body: '', attachments: [{ ...file, id: 'f2' }] })]);
  assert.equal(pending(two).length, 1);
  two.merge([row('m2', 10, { kind: 'image', body: '', attachments: [file] })]);
  assert.equal(pending(two).length, 0);
});

test('what was refused stays when the same words are sent again', async () => {
  const one = thread();
  await send(one, problem(409, 'window_closed'));
  one.merge([row('m1', 10)]);
  assert.equal(pending(one).length, 1);
  // nor does the answer to another key take away the one that is in doubt
  const two = thread();
  await send(two, problem(500, 'internal'));
  await send(two, new Response(JSON.stringify(row('m2', 11)), { status: 201 }));
  assert.equal(pending(two).length, 1);
  assert.equal(two.items.value.length, 2);
});

test('the same words sent twice in a row are two messages', async () => {
  const one = thread();
  answer = () => new Promise(() => {});
  void one.send({ kind: 'text', body: 'Yes' }, []);
  void one.send({ kind: 'text', body: 'Yes' }, []);
  assert.equal(pending(one).length, 2);
});
