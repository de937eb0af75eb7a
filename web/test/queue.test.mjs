import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { load } from './load.mjs';

const { Queue } = await load('widget/frame/queue.ts');
const memory = (text = null) => ({ read: () => text, write: (next) => (text = next), peek: () => JSON.parse(text ?? '[]') });
const item = (client_id) => ({ client_id, body: client_id, upload_ids: [], at: '2025-11-22T10:00:00Z' });
const soon = () => 1;
async function until(is) {
  for (let i = 0; i < 500 && !is(); i++) await pause(5);
}

test('messages leave in order, one after the other, and are then forgotten', async () => {
  const sent = [];
  const store = memory();
  let busy = 0;
  const queue = new Queue(store, async (one) => {
    assert.equal(++busy, 1);
    await pause(2);
    busy--;
    sent.push(one.client_id);
    return 'taken';
  }, () => {}, soon);
  for (const id of ['a', 'b', 'c']) queue.add(item(id));
  await until(() => queue.items.length === 0);
  assert.deepEqual(sent, ['a', 'b', 'c']);
  assert.deepEqual(store.peek(), []);
});

test('what the line did not take is sent again with the same id', async () => {
  const sent = [];
  const queue = new Queue(memory(), async (one) => (sent.push(one.client_id), sent.length < 3 ? 'later' : 'taken'), () => {}, soon);
  queue.add(item('a'));
  await until(() => queue.items.length === 0);
  assert.deepEqual(sent, ['a', 'a', 'a']);
  assert.equal(queue.items.length, 0);
});

test('what was refused stays, marked, and does not hold up the rest; asking again sends it again', async () => {
  let refuse = true;
  const sent = [];
  const queue = new Queue(memory(), async (one) => (sent.push(one.client_id), one.client_id === 'bad' && refuse ? 'refused' : 'taken'), () => {}, soon);
  queue.add(item('bad'));
  queue.add(item('good'));
  await until(() => queue.items.length === 1 && queue.items[0].failed);
  assert.deepEqual(queue.items.map((one) => [one.client_id, one.failed]), [['bad', true]]);
  refuse = false;
  queue.retry('bad');
  await until(() => queue.items.length === 0);
  assert.deepEqual(sent, ['bad', 'good', 'bad']);
  assert.equal(queue.items.length, 0);
});

test('what waited when the page was closed is there again', async () => {
  const store = memory();
  const closed = new Queue(store, async () => new Promise(() => {}), () => {}, soon);
  closed.add(item('a'));
  const sent = [];
  const next = new Queue(store, async (one) => (sent.push(one.client_id), 'taken'), () => {}, soon);
  assert.equal(next.items.length, 1);
  next.hurry();
  await until(() => sent.length === 1);
  assert.deepEqual(sent, ['a']);
});

test('a broken memory is an empty one', () => {
  assert.deepEqual(new Queue(memory('{"a":'), async () => 'taken', () => {}).items, []);
  assert.deepEqual(new Queue(memory('[1,null,{"client_id":3}]'), async () => 'taken', () => {}).items, []);
});
