// Who sees what, and what happens to a request that comes twice.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { eventually, openInbox, refused } from "./inbox.mjs";

let inbox;
let owner;

before(async () => {
  inbox = await openInbox();
  owner = inbox.owner;
});
after(() => inbox?.close());

// ---- repetition ----

function send(conversation, body, key, client = owner) {
  return client.raw("POST", `/v1/conversations/${conversation.id}/messages`, { kind: "text", body }, { "idempotency-key": key });
}

test("a request that comes again is answered as the first time and done once", async () => {
  const { conversation } = await inbox.meet();
  const key = randomUUID();
  const first = await send(conversation, "only once", key);
  const text = await first.text();
  assert.deepEqual([first.status, first.headers.get("idempotent-replay")], [201, null]);
  await inbox.untilState(JSON.parse(text), "sent");
  const second = await send(conversation, "only once", key);
  assert.deepEqual([second.status, second.headers.get("idempotent-replay"), await second.text()], [201, "true", text]);
  assert.equal(inbox.sendsOf(JSON.parse(text)).length, 1);
  assert.equal((await inbox.messages(conversation)).filter((m) => m.direction === "out").length, 1);
});

test("ten of the same at the same moment are one message and one send", async () => {
  const { conversation } = await inbox.meet();
  const key = randomUUID();
  const answers = await Promise.all(Array.from({ length: 10 }, () => send(conversation, "impatient", key)));
  assert.deepEqual(answers.map((a) => a.status), Array(10).fill(201));
  const ids = new Set((await Promise.all(answers.map((a) => a.json()))).map((m) => m.id));
  assert.equal(ids.size, 1);
  assert.equal(answers.filter((a) => a.headers.get("idempotent-replay") === "true").length, 9);
  const [id] = ids;
  await inbox.untilState({ id, conversation_id: conversation.id }, "sent");
  assert.equal(inbox.sendsOf({ id }).length, 1);
  assert.equal((await inbox.messages(conversation)).filter((m) => m.direction === "out").length, 1);
});

test("a key used for another request is refused, and a colleague's key is another key", async () => {
  const [one, other] = [await inbox.meet(), await inbox.meet()];
  const key = randomUUID();
  const message = await (await send(one.conversation, "this", key)).json();
  for (const again of [send(one.conversation, "that", key), send(other.conversation, "this", key)]) {
    const answer = await again;
    assert.deepEqual([answer.status, (await answer.json()).code], [422, "idempotency_mismatch"]);
  }
  const colleague = await inbox.addMember("admin");
  const theirs = await send(one.conversation, "this", key, colleague);
  assert.equal(theirs.status, 201);
  assert.notEqual((await theirs.json()).id, message.id);
});

test("a refused request does not use up its key", async () => {
  const { conversation } = await inbox.meet();
  const key = randomUUID();
  assert.equal((await send(conversation, "   ", key)).status, 422);
  assert.equal((await send(conversation, "words", key)).status, 201);
});

test("a key may be asked for notes, fields and uploads too", async () => {
  const { conversation } = await inbox.meet();
  const key = randomUUID();
  const post = () => owner.post(`/v1/contacts/${conversation.contact.id}/notes`, { body: "once" }, { "idempotency-key": key });
  assert.equal((await post()).id, (await post()).id);
  assert.equal((await owner.get(`/v1/contacts/${conversation.contact.id}/notes`)).items.length, 1);
});

// ---- an agent's scope ----

test("an agent sees what is theirs and what is nobody's, and a colleague's not at all", async () => {
  const agent = await inbox.addMember("agent");
  const [mine, nobodys, theirs] = [await inbox.meet(), await inbox.meet(), await inbox.meet("a secret")];
  const assign = ({ conversation }, client) => inbox.change(`/v1/conversations/${conversation.id}`, { assignee_id: client.session.user.id });
  await assign(mine, agent);
  await assign(theirs, owner);
  const message = await inbox.untilState(await inbox.reply(theirs.conversation, "confidential"), "sent");

  const listed = async (query) => (await agent.get(`/v1/conversations?${query}`)).items.map((c) => c.id);
  for (const query of ["state=all&limit=100", "state=open&limit=100", `state=all&q=${theirs.phone}`, `state=all&view=all&channel=${inbox.channel.id}&limit=100`])
    assert.ok(!(await listed(query)).includes(theirs.conversation.id), query);
  const all = await listed("state=all&limit=100");
  assert.ok(all.includes(mine.conversation.id) && all.includes(nobodys.conversation.id));
  assert.deepEqual(await listed("state=open&view=mine"), [mine.conversation.id]);

  const at = `/v1/conversations/${theirs.conversation.id}`;
  const calls = {
    "read it": () => agent.get(at), "read its messages": () => agent.get(`${at}/messages`), "read on": () => agent.get(`${at}/messages?after=${message.id}`),
    "answer": () => agent.post(`${at}/messages`, { kind: "text", body: "x" }), "note": () => agent.post(`${at}/messages`, { kind: "note", body: "x" }),
    "take it": () => agent.patch(at, { assignee_id: agent.session.user.id, version: 1 }), "mark it": () => agent.post(`${at}/read`),
    "draft": () => agent.put(`${at}/drafts/text`, { body: "x" }), "drafts": () => agent.get(`${at}/drafts`), "type": () => agent.post(`${at}/presence`, { state: "typing" }),
    "retry": () => agent.post(`/v1/messages/${message.id}/retry`), "cancel": () => agent.post(`/v1/messages/${message.id}/cancel`),
    "settle": () => agent.post(`/v1/messages/${message.id}/settle`, { outcome: "sent" }), "react": () => agent.put(`/v1/messages/${message.id}/reaction`, { emoji: "👍" }),
  };
  for (const [what, call] of Object.entries(calls)) await refused(call(), 404, "not_found").catch((e) => assert.fail(`${what}: ${e.message}`));

  const card = await agent.get(`/v1/contacts/${theirs.conversation.contact.id}`);
  assert.deepEqual(card.conversations, [], "a contact's card shows only conversations in reach");
  const counts = await agent.get("/v1/conversations/counts");
  assert.equal(counts.mine, 1);
  assert.ok(counts.all < (await owner.get("/v1/conversations/counts")).all);
});

test("an agent's feed is silent about a colleague's conversation and speaks when it is handed over", async () => {
  const agent = await inbox.addMember("agent");
  const { conversation } = await inbox.meet();
  await inbox.change(`/v1/conversations/${conversation.id}`, { assignee_id: owner.session.user.id });
  const feed = async (client, after) => client.get(`/v1/feed?limit=100${after ? `&after=${after}` : ""}`);
  const end = async (client) => {
    let cursor = "";
    for (;;) {
      const page = await feed(client, cursor);
      const last = page.items.at(-1)?.cursor ?? page.cursor ?? page.next_cursor ?? cursor;
      if (page.items.length === 0 || last === cursor) return last;
      cursor = last;
    }
  };
  const [agentAt, ownerAt] = [await end(agent), await end(owner)];
  await inbox.untilState(await inbox.reply(conversation, "confidential"), "sent");
  await eventually("the owner's feed has it", async () => (await feed(owner, ownerAt)).items.some((c) => c.conversation_id === conversation.id));
  assert.ok(!(await feed(agent, agentAt)).items.some((c) => c.conversation_id === conversation.id));
  await inbox.change(`/v1/conversations/${conversation.id}`, { assignee_id: agent.session.user.id });
  await eventually("the agent's feed has it now", async () => (await feed(agent, agentAt)).items.some((c) => c.conversation_id === conversation.id));
});

test("an agent cannot do what is an administrator's", async () => {
  const agent = await inbox.addMember("agent");
  const calls = {
    "connect": () => agent.post("/v1/channels", { kind: "null", name: "x" }), "change": () => agent.patch(`/v1/channels/${inbox.channel.id}`, { name: "x", version: 1 }),
    "end": () => agent.delete(`/v1/channels/${inbox.channel.id}`), "test": () => agent.post(`/v1/channels/${inbox.channel.id}/test`),
    "field": () => agent.post("/v1/fields", { key: "k", label: "K", type: "text" }), "replay": () => agent.post(`/v1/inbound/${randomUUID()}/replay`),
  };
  for (const [what, call] of Object.entries(calls)) await refused(call(), 403, "forbidden").catch((e) => assert.fail(`${what}: ${e.message}`));
});

// ---- two organisations ----

test("another organisation sees nothing of this one, by list or by id", async () => {
  const stranger = await inbox.addOrganisation();
  const { conversation, phone } = await inbox.meet("ours alone");
  const message = await inbox.untilState(await inbox.reply(conversation, "ours too"), "sent");
  const note = await owner.post(`/v1/contacts/${conversation.contact.id}/notes`, { body: "ours" });
  for (const list of ["/v1/conversations?state=all", `/v1/conversations?state=all&q=${phone}`, "/v1/contacts", `/v1/contacts?q=${phone}`, "/v1/channels", "/v1/fields", "/v1/feed"])
    assert.deepEqual((await stranger.get(list)).items, [], list);
  assert.deepEqual((await stranger.get("/v1/members")).items.map((m) => m.id), [stranger.session.user.id]);
  const at = `/v1/conversations/${conversation.id}`;
  const calls = [
    () => stranger.get(at), () => stranger.get(`${at}/messages`), () => stranger.patch(at, { state: "resolved", version: 1 }), () => stranger.post(`${at}/messages`, { kind: "text", body: "x" }),
    () => stranger.post(`${at}/read`), () => stranger.get(`/v1/contacts/${conversation.contact.id}`), () => stranger.patch(`/v1/contacts/${conversation.contact.id}`, { name: "x", version: 1 }),
    () => stranger.get(`/v1/contacts/${conversation.contact.id}/notes`), () => stranger.patch(`/v1/notes/${note.id}`, { body: "x", version: 1 }), () => stranger.delete(`/v1/notes/${note.id}`),
    () => stranger.get(`/v1/channels/${inbox.channel.id}`), () => stranger.delete(`/v1/channels/${inbox.channel.id}`), () => stranger.get(`/v1/channels/${inbox.channel.id}/inbound`),
    () => stranger.post(`/v1/messages/${message.id}/cancel`), () => stranger.put(`/v1/messages/${message.id}/reaction`, { emoji: "👍" }),
  ];
  for (const [n, call] of calls.entries()) await refused(call(), 404, "not_found").catch((e) => assert.fail(`call ${n}: ${e.message}`));
  const counts = await stranger.get("/v1/conversations/counts");
  assert.deepEqual(counts, { mine: 0, unassigned: 0, all: 0, snoozed: 0 });
  assert.equal((await inbox.conversation(conversation.id)).state, "open");
});

test("one's own stage or member of another organisation is nobody here", async () => {
  const stranger = await inbox.addOrganisation();
  const { conversation } = await inbox.meet();
  await refused(inbox.change(`/v1/conversations/${conversation.id}`, { assignee_id: stranger.session.user.id }), 422, "invalid");
  await refused(inbox.change(`/v1/contacts/${conversation.contact.id}`, { owner_id: stranger.session.user.id }), 422, "invalid");
});
