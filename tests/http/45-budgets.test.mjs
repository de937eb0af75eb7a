// What a request may cost: statements and bytes, counted and not timed.  A list that asks once for each of its rows
// does not pass, nor does an answer that grows with what is not on the page.
//
// The statements are the server's own counters.  What its other threads ask at the same time (the feed, the notifier,
// the figures for /metrics itself) is left out by name.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, openInbox } from "./inbox.mjs";

const TIMES = 10;
const BEHIND_THE_SCENES = /^(work_|worker_|change_horizon$|change_list$|change_last$|feed_|db_notify$)/;

let inbox;
let owner;
let thread;

before(async () => {
  inbox = await openInbox();
  owner = inbox.owner;
  const met = await Promise.all(Array.from({ length: 40 }, (_, n) => inbox.meet(`hello ${n}`)));
  thread = met[0].conversation;
  for (let n = 0; n < 60; n++) await inbox.receive(met[0].phone, { text: `line ${n}` });
  for (let n = 0; n < 5; n++) await owner.post(`/v1/contacts/${thread.contact.id}/notes`, { body: `note ${n}` });
  await eventually("all is there", async () => (await inbox.conversation(thread.id)).unread === 61);
});
after(() => inbox?.close());

async function counters() {
  const text = await (await inbox.server.fetch("/metrics")).text();
  return new Map([...text.matchAll(/^sambung_statement_calls_total\{statement="([^"]+)"\} (\d+)$/gm)].map(([, name, n]) => [name, Number(n)]));
}

/** What TIMES calls of it asked the database, each statement by name. */
async function statementsOf(call) {
  const before = await counters();
  for (let n = 0; n < TIMES; n++) await call();
  const now = await counters();
  return [...now].map(([name, n]) => [name, n - (before.get(name) ?? 0)]).filter(([name, n]) => n > 0 && !BEHIND_THE_SCENES.test(name));
}

const conversation = (rest = "") => `/v1/conversations/${thread.id}${rest}`;

// statements, bytes of the answer
const budgets = {
  "who is signed in": [1, 1000, () => owner.raw("GET", "/v1/session")],
  "the inbox, 25 rows": [1, 20_000, () => owner.raw("GET", "/v1/conversations")],
  "a search in it": [1, 20_000, () => owner.raw("GET", "/v1/conversations?q=6012")],
  "the counts": [1, 200, () => owner.raw("GET", "/v1/conversations/counts")],
  "a conversation": [1, 1200, () => owner.raw("GET", conversation())],
  "a thread, 50 messages": [2, 40_000, () => owner.raw("GET", conversation("/messages?limit=50"))],
  "contacts, 25 rows": [3, 25_000, () => owner.raw("GET", "/v1/contacts")],
  "a contact": [3, 1500, () => owner.raw("GET", `/v1/contacts/${thread.contact.id}`)],
  "a contact's notes": [2, 2000, () => owner.raw("GET", `/v1/contacts/${thread.contact.id}/notes`)],
  "the channels with their health": [1, 1500, () => owner.raw("GET", "/v1/channels")],
  "an answer": [12, 1500, () => owner.raw("POST", conversation("/messages"), { kind: "text", body: "good morning" })],
  "an answer with a key": [14, 1500, () => owner.raw("POST", conversation("/messages"), { kind: "text", body: "good morning" }, { "idempotency-key": crypto.randomUUID() })],
  "reading": [6, 0, () => owner.raw("POST", conversation("/read"), {})],
  "a draft": [3, 0, () => owner.raw("PUT", conversation("/drafts/text"), { body: "Dear" })],
};

for (const [what, [most, bytes, call]] of Object.entries(budgets)) {
  test(`${what}: ${most} statements and ${bytes} bytes are enough`, async () => {
    const answer = await call();
    assert.ok(answer.status < 300, String(answer.status));
    const size = (await answer.arrayBuffer()).byteLength;
    assert.ok(size <= bytes, `${size} bytes`);
    const asked = await statementsOf(async () => (await call()).arrayBuffer());
    const total = asked.reduce((sum, [, n]) => sum + n, 0);
    assert.ok(total > 0 && total <= most * TIMES, `${total / TIMES}: ${JSON.stringify(asked)}`);
  });
}

test("a webhook is two statements in the web process", async () => {
  const asked = await statementsOf(() => inbox.receive(inbox.customer(), { text: "hi" }));
  const total = asked.reduce((sum, [, n]) => sum + n, 0);
  assert.ok(total > 0 && total <= 2 * TIMES + 2, JSON.stringify(asked)); // the channel is looked up every few seconds
});

test("a page costs the same whatever stands on it", async () => {
  const one = await statementsOf(() => owner.get("/v1/conversations?limit=1"));
  const many = await statementsOf(() => owner.get("/v1/conversations?limit=100"));
  assert.deepEqual(many, one);
});
