// The event stream: what an open page is told, by whom it may be opened, and that nothing is missed.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, openInbox } from "./inbox.mjs";
import { openStream } from "./stream.mjs";

let inbox;
let owner;
const streams = [];

before(async () => {
  inbox = await openInbox();
  ({ owner } = inbox);
});
after(async () => {
  for (const stream of streams) stream.close();
  await inbox?.close();
});

async function open(client = owner, target = "/v1/events") {
  const stream = await openStream(inbox.server, target, { token: client.token });
  streams.push(stream);
  return stream;
}

async function opened(client) {
  const stream = await open(client);
  const { cursor } = await stream.type("hello");
  return { stream, cursor };
}

const refusal = (promise) => promise.then(() => "opened", (error) => error.status ?? error.message);

// ---- who ----

test("a stream is for those who are signed in", async () => {
  assert.equal(await refusal(openStream(inbox.server, "/v1/events")), 401);
  assert.equal(await refusal(openStream(inbox.server, "/v1/events", { token: "ses_nonsense" })), 401);
});

test("a page of another site cannot open a stream with the cookie", async () => {
  const signIn = await inbox.server.fetch("/v1/session", {
    method: "POST",
    headers: { "content-type": "application/json", origin: inbox.server.url },
    body: JSON.stringify(inbox.server.admin),
  });
  const cookie = signIn.headers.get("set-cookie").split(";")[0];
  assert.equal(await refusal(openStream(inbox.server, "/v1/events", { headers: { cookie, origin: "https://evil.example" } })), 403);
  assert.equal(await refusal(openStream(inbox.server, "/v1/events", { headers: { cookie } })), 403);
  const ours = await openStream(inbox.server, "/v1/events", { headers: { cookie, origin: inbox.server.url } });
  streams.push(ours);
  await ours.type("hello");
});

test("the address says that it is for a WebSocket", async () => {
  const plain = await owner.raw("GET", "/v1/events");
  assert.deepEqual([plain.status, plain.headers.get("upgrade"), (await plain.json()).code], [426, "websocket", "upgrade_required"]);
  assert.equal((await owner.raw("GET", "/v1/events?after=yesterday")).status, 426);
});

// ---- what ----

test("a customer's message is told to an open page", async () => {
  const { stream } = await opened();
  const phone = inbox.customer();
  await inbox.receive(phone, { text: "hello" });
  const change = await stream.change("message");
  assert.match(change.cursor, /^\d+-\d+$/);
  const conversation = await inbox.conversationOf(phone);
  assert.equal(change.conversation_id, conversation.id);
  const [message] = await inbox.messages(conversation);
  assert.equal(change.id, message.id);
  assert.ok(message.version >= change.version);
});

test("what an agent does is told with who did it", async () => {
  const { conversation } = await inbox.meet();
  const { stream } = await opened();
  await owner.patch(`/v1/conversations/${conversation.id}`, { state: "resolved", version: (await inbox.conversation(conversation.id)).version });
  const change = await stream.change("conversation", (e) => e.id === conversation.id);
  assert.equal(change.actor_id, owner.session.user.id);
});

test("an agent hears of their own and of nobody's conversations, and of one that is taken away once more", async () => {
  const ann = await inbox.addMember("agent");
  const { conversation } = await inbox.meet();
  const { stream } = await opened(ann);
  // the worker may change it between our look and our call
  const assign = (id) =>
    eventually("assigned", async () => {
      const { version } = await inbox.conversation(conversation.id);
      return owner.patch(`/v1/conversations/${conversation.id}`, { assignee_id: id, version });
    });
  const about = (e) => e.conversation_id === conversation.id || e.id === conversation.id;

  await assign(owner.session.user.id);
  await stream.change("conversation", about);
  await inbox.reply(conversation, "only for the owner's eyes");
  await eventually("the reply was sent", async () => (await inbox.messages(conversation)).some((m) => m.state === "sent"));
  await stream.settled();
  const heard = stream.all.filter((e) => e.kind === "message" && e.conversation_id === conversation.id);
  const replies = (await inbox.messages(conversation)).filter((m) => m.body === "only for the owner's eyes").map((m) => m.id);
  assert.ok(!heard.some((e) => replies.includes(e.id)), "nothing of what she may not read");

  await assign(ann.session.user.id);
  await stream.change("conversation", about);
  await inbox.reply(conversation, "now hers too");
  await stream.change("message", about);
});

test("another organisation hears nothing", async () => {
  const other = await inbox.addOrganisation();
  const { stream } = await opened(other);
  const { stream: mine } = await opened();
  await inbox.receive(inbox.customer(), { text: "hello" });
  await mine.change("message");
  await stream.settled();
  assert.deepEqual(stream.all.map((e) => e.type), ["hello"]);
});

test("a draft is told to its author alone", async () => {
  const ann = await inbox.addMember("agent");
  const { conversation } = await inbox.meet();
  const { stream: hers } = await opened(ann);
  const { stream: mine } = await opened();
  await owner.put(`/v1/conversations/${conversation.id}/drafts/text`, { body: "I was thinking" });
  await mine.change("draft");
  await hers.settled();
  assert.ok(!hers.all.some((e) => e.kind === "draft"));
});

// ---- coming back ----

test("a page that was away gets what it missed, each once, and then goes on", async () => {
  const { stream, cursor } = await opened();
  const { conversation } = await inbox.meet();
  const first = await stream.change("message", (e) => e.conversation_id === conversation.id);
  stream.close();
  await inbox.meet();
  await inbox.meet();
  const feed = async (after) => {
    const page = await owner.get(`/v1/feed?after=${after}&limit=500`);
    return page.more ? [...page.items, ...(await feed(page.next_cursor))] : page.items;
  };
  const back = await open(owner, `/v1/events?after=${first.cursor}`);
  assert.equal((await back.type("hello")).cursor, first.cursor);
  const { conversation: last } = await inbox.meet("and one live");
  await back.change("message", (e) => e.conversation_id === last.id);
  await back.settled();
  const seen = back.all.filter((e) => e.type === "change").map((e) => e.cursor);
  const wanted = (await feed(first.cursor)).map((e) => e.cursor).filter((c) => seen.at(-1) === c || seen.includes(c) || order(c, seen.at(-1)) < 0);
  assert.deepEqual(seen, wanted);
  assert.equal(new Set(seen).size, seen.length);
  assert.ok((await feed(cursor)).length > wanted.length);
});

const order = (a, b) => {
  const [ax, as] = a.split("-").map(BigInt);
  const [bx, bs] = b.split("-").map(BigInt);
  return Number(ax === bx ? as - bs : ax - bx);
};

test("a page that comes back to a restarted server misses nothing either", async () => {
  const { stream, cursor } = await opened();
  const { conversation } = await inbox.meet();
  await stream.change("message", (e) => e.conversation_id === conversation.id);
  process.kill(inbox.server.pid("web"), "SIGKILL");
  await stream.ended;
  await inbox.server.untilReady();
  const back = await eventually("the page comes back", () => open(owner, `/v1/events?after=${cursor}`));
  await back.change("message", (e) => e.conversation_id === conversation.id);
});

test("a cursor that nobody gave out means reload", async () => {
  const stream = await open(owner, "/v1/events?after=999999999999-1");
  await stream.type("hello");
  await stream.type("reset");
});

test("the feed answers the same to scripts, from now on and from a cursor", async () => {
  const start = await owner.get("/v1/feed");
  assert.deepEqual([start.items, start.more, start.reset], [[], false, false]);
  const { conversation } = await inbox.meet();
  const page = await eventually("the change is there", async () => {
    const answer = await owner.get(`/v1/feed?after=${start.next_cursor}`);
    return answer.items.some((i) => i.conversation_id === conversation.id) && answer;
  });
  assert.ok(page.items.every((i) => i.cursor && i.kind && i.id && i.at));
  assert.equal((await owner.get("/v1/feed?after=999999999999-1")).reset, true);
  assert.equal((await owner.raw("GET", "/v1/feed?after=nonsense")).status, 422);
});

// ---- the end ----

test("signing out ends that session's stream and no other", async () => {
  const again = await inbox.server.signIn();
  const { stream: hers } = await opened(again);
  const { stream: mine } = await opened();
  await again.delete("/v1/session");
  assert.equal(await hers.ended, 1008);
  await mine.settled();
});

test("a session whose time is over ends its stream and no other", { timeout: 20_000 }, async () => {
  const again = await inbox.server.signIn();
  await inbox.server.sql(`UPDATE session SET expires_at = now() + interval '6 seconds'
    WHERE id = (SELECT id FROM session ORDER BY created_at DESC LIMIT 1)`);
  await inbox.server.halt(); // it remembers how long the session was to be
  await inbox.server.start();
  const { stream: mine } = await opened();
  const { stream: hers } = await opened(again);
  assert.equal(await hers.ended, 1008);
  assert.equal((await again.raw("GET", "/v1/session")).status, 401);
  await mine.settled();
});

// ---- presence ----

test("colleagues see who reads and who types, and that they have gone", async () => {
  const ann = await inbox.addMember("agent");
  const { conversation } = await inbox.meet();
  const { stream: mine } = await opened();
  const { stream: hers } = await opened(ann);
  for (const state of ["reading", "typing", "gone"]) {
    await ann.post(`/v1/conversations/${conversation.id}/presence`, { state });
    const told = await mine.type("presence");
    assert.deepEqual(told, { type: "presence", conversation_id: conversation.id, user_id: ann.session.user.id, name: ann.session.user.name, state });
  }
  await hers.settled();
  assert.ok(!hers.all.some((e) => e.type === "presence"), "not to herself");
  assert.equal((await ann.raw("POST", `/v1/conversations/${conversation.id}/presence`, { state: "sleeping" })).status, 422);
});

test("one cannot be present where one may not look", async () => {
  const ann = await inbox.addMember("agent");
  const { conversation } = await inbox.meet();
  await owner.patch(`/v1/conversations/${conversation.id}`, {
    assignee_id: owner.session.user.id, version: (await inbox.conversation(conversation.id)).version,
  });
  assert.equal((await ann.raw("POST", `/v1/conversations/${conversation.id}/presence`, { state: "reading" })).status, 404);
});
