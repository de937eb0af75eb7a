import assert from 'node:assert/strict';
import test from 'node:test';
import { load } from './load.mjs';

const { backoff, decode, noWork, reduce } = await load('app/live/events.ts');
const change = (kind, id, more = {}) => ({ type: 'change', cursor: '1-1', kind, id, version: 1, ...more });
const nothing = () => -1;

test('changes name what must be read again, each once', () => {
  const work = noWork();
  reduce(work, change('conversation', 'c1'), nothing);
  reduce(work, change('conversation', 'c1', { version: 2 }), nothing);
  reduce(work, change('message', 'm1', { conversation_id: 'c1' }), nothing);
  reduce(work, change('message', 'm2', { conversation_id: 'c1' }), nothing);
  reduce(work, change('note', 'n1', { contact_id: 'p1' }), nothing);
  reduce(work, change('channel', 'ch1'), nothing);
  reduce(work, change('draft', 'd1'), nothing);
  assert.deepEqual([...work.conversations], ['c1']);
  assert.deepEqual([...work.messages.get('c1')], ['m1', 'm2']);
  assert.deepEqual([...work.notes], ['p1']);
  assert.deepEqual([...work.lists], ['channel']);
  assert.equal(work.contacts.size, 0);
});

test('a change that we are already past asks for nothing', () => {
  const known = ({ kind, id }) => (kind === 'conversation' && id === 'c1' ? 5 : -1);
  const work = noWork();
  reduce(work, change('conversation', 'c1', { version: 4 }), known);
  reduce(work, change('conversation', 'c1', { version: 5 }), known);
  assert.equal(work.conversations.size, 0);
  reduce(work, change('conversation', 'c1', { version: 6 }), known);
  assert.equal(work.conversations.size, 1);
});

test('a frame that is not ours is left alone', () => {
  assert.equal(decode('not json'), null);
  assert.equal(decode('null'), null);
  assert.equal(decode('{"type":"something-new"}'), null);
  assert.equal(decode('{"type":"hello","cursor":"7-3"}').cursor, '7-3');
});

test('waiting grows, has a ceiling, and is spread', () => {
  assert.equal(backoff(0, () => 0), 250);
  assert.ok(backoff(3, () => 1) > backoff(1, () => 1));
  assert.equal(backoff(40, () => 1), 30_250);
});
