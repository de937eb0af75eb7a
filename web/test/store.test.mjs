import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { browser, load } from './load.mjs';

browser();
globalThis.fetch = async () => new Response('{}', { status: 503 });
const { Table } = await load('app/store/table.ts');
const { Refetch } = await load('app/store/refetch.ts');
const lists = await load('app/store/conversations.ts');

test('an older version never replaces a newer one', () => {
  const table = new Table();
  assert.ok(table.put({ id: 'a', version: 2, text: 'new' }));
  assert.equal(table.put({ id: 'a', version: 1, text: 'old' }), false);
  assert.equal(table.get('a').text, 'new');
});

test('a guess is shown, and taken back unless the server has answered', () => {
  const table = new Table();
  table.put({ id: 'a', version: 1, state: 'open' });
  const back = table.guess('a', { state: 'resolved' });
  assert.equal(table.get('a').state, 'resolved');
  back();
  assert.equal(table.get('a').state, 'open');
  const late = table.guess('a', { state: 'resolved' });
  table.put({ id: 'a', version: 2, state: 'snoozed' });
  late();
  assert.equal(table.get('a').state, 'snoozed');
});

test('an id named while it is being read is read once more, not twice at the same time', async () => {
  const log = [];
  let at = 0;
  const refetch = new Refetch(async (id) => {
    assert.ok(++at <= 1);
    log.push(id);
    await pause(40);
    at--;
  });
  refetch.add('a');
  refetch.add('a');
  await pause(35);
  refetch.add('a');
  refetch.add('a');
  for (let i = 0; i < 100 && log.length < 2; i++) await pause(10);
  await pause(60);
  assert.deepEqual(log, ['a', 'a']);
});

test('many ids at once are one reading of the list', async () => {
  let many = 0;
  const refetch = new Refetch(async () => assert.fail('one by one'), 3, () => many++);
  for (const id of 'abcdef') refetch.add(id);
  for (let i = 0; i < 100 && many === 0; i++) await pause(10);
  assert.equal(many, 1);
});

const row = (id, minute, more = {}) => ({
  id, version: 1, state: 'open', assignee_id: null, channel: { id: 'ch' }, sort_at: `2025-11-22T10:${String(minute).padStart(2, '0')}:00Z`, ...more,
});

function listWith(filter, rows, more = false) {
  const list = new lists.ConversationList({ view: 'all', state: 'open', channel: '', q: '', ...filter });
  for (const one of rows) lists.conversations.put(one);
  list.ids.value = rows.map((one) => one.id);
  list.more.value = more;
  return list;
}
const settle = (list, one) => (lists.conversations.put(one), list.settle(one, 'me'), list.ids.value);

test('a row that changed moves to where it belongs, in, out, up or down', () => {
  const list = listWith({}, [row('a', 30), row('b', 20), row('c', 10)]);
  assert.deepEqual(settle(list, row('c', 40, { version: 2 })), ['c', 'a', 'b']);
  assert.deepEqual(settle(list, row('a', 30, { version: 2, state: 'resolved' })), ['c', 'b']);
  assert.deepEqual(settle(list, row('d', 35)), ['c', 'd', 'b']);
  assert.deepEqual(settle(list, row('e', 1)), ['c', 'd', 'b', 'e']);
});

test('below what is loaded, a row waits for its page', () => {
  const list = listWith({}, [row('p', 30), row('q', 20)], true);
  assert.deepEqual(settle(list, row('r', 1)), ['p', 'q']);
});

test('views and filters take what is theirs', () => {
  const is = (filter, one) => lists.matches({ view: 'all', state: 'open', channel: '', q: '', ...filter }, one, 'me');
  assert.ok(is({ view: 'mine' }, row('x', 1, { assignee_id: 'me' })));
  assert.ok(!is({ view: 'mine' }, row('x', 1)));
  assert.ok(is({ view: 'unassigned' }, row('x', 1)));
  assert.ok(is({ view: 'snoozed' }, row('x', 1, { state: 'snoozed' })));
  assert.ok(!is({ channel: 'other' }, row('x', 1)));
  assert.ok(is({ state: 'all' }, row('x', 1, { state: 'resolved' })));
});

test('the first message of a new conversation is told when the stream brings it, and not when a page does', () => {
  lists.conversations.clear();
  const talk = (id, minute, more = {}) => row(id, minute, { unread: 1, last_direction: 'in', last_message_at: row(id, minute).sort_at, ...more });
  lists.arrived.value = null;
  lists.take(talk('old', 30, { unread: 2 }));
  assert.equal(lists.arrived.value, null, 'a link led there');
  lists.take(talk('new', 31), true);
  assert.equal(lists.arrived.value.id, 'new');
  lists.take(talk('older', 10), true);
  assert.equal(lists.arrived.value.id, 'new', 'it was changed, not written to');
  lists.take(talk('ours', 33, { last_direction: 'out' }), true);
  assert.equal(lists.arrived.value.id, 'new', 'a colleague began it');
  lists.take(talk('old', 34, { unread: 3, version: 2 }), true);
  assert.equal(lists.arrived.value.id, 'old');
});
