// What the team does with conversations and contacts: assign, snooze, follow up, note, draft.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, openInbox, refused } from "./inbox.mjs";

let inbox;
let owner;
let agent;

before(async () => {
  inbox = await openInbox();
  owner = inbox.owner;
  agent = await inbox.addMember("agent");
});
after(() => inbox?.close());

const soon = (ms = 1000) => new Date(Date.now() + ms).toISOString();
const change = (conversation, patch, client) => inbox.change(`/v1/conversations/${conversation.id}`, patch, client);
const events = async (conversation) => (await inbox.messages(conversation)).filter((m) => m.kind === "event").map((m) => m.payload);
const top = async (client, view) => (await client.get(`/v1/conversations?state=open&view=${view}&limit=1`)).items[0];

// ---- conversations ----

test("assigning puts a conversation on its agent's list and says so in the thread", async () => {
  const { conversation } = await inbox.meet();
  const them = agent.session.user.id;
  const assigned = await change(conversation, { assignee_id: them, version: conversation.version });
  assert.equal(assigned.assignee_id, them);
  assert.equal((await top(agent, "mine")).id, conversation.id);
  const [event] = await events(conversation);
  assert.deepEqual([event.event, event.by, event.to], ["assigned", owner.session.user.id, them]);
  await change(conversation, { assignee_id: null });
  assert.equal((await events(conversation))[0].event, "unassigned");
});

test("a stale version is refused and changes nothing", async () => {
  const { conversation } = await inbox.meet();
  const changed = await change(conversation, { state: "pending", version: conversation.version });
  assert.ok(changed.version > conversation.version);
  await refused(change(conversation, { state: "resolved", version: conversation.version }), 409, "stale_version");
  assert.equal((await inbox.conversation(conversation.id)).state, "pending");
  const stale = await owner.raw("PATCH", `/v1/conversations/${conversation.id}`, { state: "resolved" }, { "if-match": `"${conversation.version}"` });
  assert.deepEqual([stale.status, (await stale.json()).code], [409, "stale_version"]);
  const fresh = await owner.raw("GET", `/v1/conversations/${conversation.id}`);
  const etag = fresh.headers.get("etag");
  assert.equal(etag, `"${(await fresh.json()).version}"`);
  const good = await owner.raw("PATCH", `/v1/conversations/${conversation.id}`, { state: "resolved" }, { "if-match": etag });
  assert.equal((await good.json()).state, "resolved");
});

test("our own messages and their ticks make nobody's view stale; what the customer writes does", async () => {
  const { phone, conversation } = await inbox.meet();
  await inbox.untilState(await inbox.reply(conversation, "Sent a moment ago"), "sent");
  const assigned = await change(conversation, { assignee_id: agent.session.user.id, version: conversation.version });
  assert.ok(assigned.version > conversation.version + 1);
  await inbox.receive(phone, { text: "Wait, one more thing" });
  await inbox.untilMessage(conversation, "it is in the thread", (m) => m.body === "Wait, one more thing");
  await refused(change(conversation, { state: "resolved", version: assigned.version }), 409, "stale_version");
});

test("a customer's word opens what was resolved or snoozed", async () => {
  for (const patch of [{ state: "resolved" }, { state: "snoozed", snoozed_until: soon(3600_000) }]) {
    const { phone, conversation } = await inbox.meet();
    await change(conversation, patch);
    await inbox.receive(phone, { text: "one more thing" });
    const back = await eventually("it is open", async () => {
      const now = await inbox.conversation(conversation.id);
      return now.state === "open" && now;
    });
    assert.deepEqual([back.snoozed_until, back.last_preview], [null, "one more thing"]);
  }
});

test("a snooze ends when its time has come, with the conversation on top", async () => {
  const { conversation } = await inbox.meet();
  await inbox.meet("somebody newer");
  await change(conversation, { state: "snoozed", snoozed_until: soon() });
  assert.ok((await owner.get("/v1/conversations?state=snoozed")).items.some((c) => c.id === conversation.id));
  const back = await eventually("it is back", async () => {
    const now = await inbox.conversation(conversation.id);
    return now.state === "open" && now;
  });
  assert.deepEqual([back.attention, back.snoozed_until], ["snooze", null]);
  assert.equal((await top(owner, "all")).id, conversation.id);
  assert.equal((await events(conversation))[0].event, "unsnoozed");
});

test("a snooze that was moved ends at its new time, and one that was lifted not at all", async () => {
  const moved = (await inbox.meet()).conversation;
  const lifted = (await inbox.meet()).conversation;
  for (const one of [moved, lifted]) await change(one, { state: "snoozed", snoozed_until: soon(900) });
  await change(moved, { snoozed_until: soon(3600_000) });
  await change(lifted, { state: "resolved" });
  const witness = (await inbox.meet()).conversation;
  await change(witness, { state: "snoozed", snoozed_until: soon(1500) });
  await eventually("the later one has come back", async () => (await inbox.conversation(witness.id)).state === "open");
  assert.equal((await inbox.conversation(moved.id)).state, "snoozed");
  assert.equal((await inbox.conversation(lifted.id)).state, "resolved");
});

test("a snooze into the past, without a time, or of years is refused by its field", async () => {
  const { conversation } = await inbox.meet();
  for (const snoozed_until of [soon(-1000), undefined, soon(3 * 366 * 86400_000)]) {
    const problem = await refused(change(conversation, { state: "snoozed", snoozed_until }), 422, "invalid");
    assert.equal(problem.field, "snoozed_until");
  }
});

test("the counts follow", async () => {
  const before = await owner.get("/v1/conversations/counts");
  const { conversation } = await inbox.meet();
  const now = await owner.get("/v1/conversations/counts");
  assert.deepEqual([now.all, now.unassigned, now.mine], [before.all + 1, before.unassigned + 1, before.mine]);
  await change(conversation, { assignee_id: owner.session.user.id });
  const mine = await owner.get("/v1/conversations/counts");
  assert.deepEqual([mine.all, mine.unassigned, mine.mine], [now.all, now.unassigned - 1, now.mine + 1]);
});

// ---- contacts ----

test("a follow-up date that comes due brings the conversation to its owner's top, with the reason", async () => {
  const { conversation } = await inbox.meet();
  await change(conversation, { state: "resolved" });
  await inbox.meet("somebody newer");
  const target = `/v1/contacts/${conversation.contact.id}`;
  const contact = await inbox.change(target, { owner_id: agent.session.user.id, next_follow_up_at: soon(), follow_up_reason: "asked for a quotation" });
  assert.equal(contact.follow_up_reason, "asked for a quotation");
  const due = await eventually("it is due", async () => {
    const now = await inbox.conversation(conversation.id);
    return now.attention && now;
  });
  assert.deepEqual([due.state, due.attention, due.attention_text, due.assignee_id], ["open", "follow_up", "asked for a quotation", agent.session.user.id]);
  assert.equal((await top(agent, "mine")).id, conversation.id);
  assert.equal((await events(conversation))[0].event, "follow_up_due");
  assert.equal((await owner.get(target)).next_follow_up_at, null, "it is over");
  await agent.post(`/v1/conversations/${conversation.id}/read`);
  assert.equal((await inbox.conversation(conversation.id)).attention, null, "somebody has looked");
});

test("a follow-up that was moved or taken away does not come at its old time", async () => {
  const [moved, removed, witness] = [await inbox.meet(), await inbox.meet(), await inbox.meet()];
  const follow = ({ conversation }, at) => inbox.change(`/v1/contacts/${conversation.contact.id}`, { next_follow_up_at: at });
  await follow(moved, soon(900));
  await follow(removed, soon(900));
  await follow(moved, soon(3600_000));
  await follow(removed, null);
  await follow(witness, soon(1500));
  const attention = async ({ conversation }) => (await inbox.conversation(conversation.id)).attention;
  await eventually("the later one is due", async () => (await attention(witness)) === "follow_up");
  assert.deepEqual([await attention(moved), await attention(removed)], [null, null]);
});

test("stage, owner and name are kept, and what does not exist is refused by its field", async () => {
  const { conversation } = await inbox.meet();
  const target = `/v1/contacts/${conversation.contact.id}`;
  const [, stage] = (await owner.get("/v1/stages")).items;
  const contact = await inbox.change(target, { name: "  Encik Tan  ", stage_id: stage.id, owner_id: owner.session.user.id });
  assert.deepEqual([contact.name, contact.stage_id, contact.owner_id], ["Encik Tan", stage.id, owner.session.user.id]);
  const seen = await inbox.conversation(conversation.id);
  assert.deepEqual([seen.contact.name, seen.contact.stage_id], ["Encik Tan", stage.id]);
  for (const field of ["stage_id", "owner_id"]) {
    const problem = await refused(inbox.change(target, { [field]: "01890000-0000-7000-8000-000000000000" }), 422, "invalid");
    assert.equal(problem.field, field);
  }
  await refused(inbox.change(target, { name: "late", version: contact.version - 1 }), 409, "stale_version");
  await inbox.receive(seen.address.replace("+", ""), { text: "hi", name: "Profile Name" });
  await eventually("the word has come", async () => (await inbox.conversation(conversation.id)).unread === 2);
  assert.equal((await owner.get(target)).name, "Encik Tan", "a profile's name does not replace what an agent wrote");
});

test("custom fields take values of their type, and nulls take them away", async () => {
  const fields = [
    { key: "budget", label: "Budget", type: "number" }, { key: "visit", label: "Visit", type: "date" },
    { key: "source_of", label: "Source", type: "text" }, { key: "size", label: "Size", type: "choice", choices: ["S", "M", "L"] },
  ];
  for (const field of fields) await owner.post("/v1/fields", field);
  assert.deepEqual((await owner.get("/v1/fields")).items.map((f) => f.key), fields.map((f) => f.key));
  const target = `/v1/contacts/${(await inbox.meet()).conversation.contact.id}`;
  const custom = { budget: 1250.5, visit: "2024-02-29", source_of: "a friend", size: "M" };
  assert.deepEqual((await inbox.change(target, { custom })).custom, custom);
  assert.deepEqual((await inbox.change(target, { custom: { size: null, budget: 3 } })).custom, { budget: 3, visit: "2024-02-29", source_of: "a friend" });
  for (const [key, value] of [["budget", "many"], ["visit", "2023-02-29"], ["source_of", 7], ["size", "XXL"], ["unknown", 1]]) {
    const problem = await refused(inbox.change(target, { custom: { [key]: value } }), 422, "invalid");
    assert.equal(problem.field, `custom.${key}`);
  }
  await refused(owner.post("/v1/fields", fields[0]), 409, "conflict");
  await refused(agent.post("/v1/fields", { key: "own", label: "Own", type: "text" }), 403, "forbidden");
});

test("notes about a contact are written, changed by version and removed", async () => {
  const { conversation } = await inbox.meet();
  const notes = `/v1/contacts/${conversation.contact.id}/notes`;
  const note = await owner.post(notes, { body: "likes durian" });
  assert.deepEqual([note.author_id, note.author_name, note.version], [owner.session.user.id, owner.session.user.name, 1]);
  const changed = await agent.patch(`/v1/notes/${note.id}`, { body: "likes mangosteen", version: 1 });
  assert.deepEqual([changed.body, changed.version, changed.author_id], ["likes mangosteen", 2, owner.session.user.id]);
  await refused(owner.patch(`/v1/notes/${note.id}`, { body: "both", version: 1 }), 409, "stale_version");
  assert.deepEqual((await owner.get(notes)).items.map((n) => n.body), ["likes mangosteen"]);
  await owner.delete(`/v1/notes/${note.id}`);
  assert.deepEqual((await owner.get(notes)).items, []);
  await refused(owner.delete(`/v1/notes/${note.id}`), 404, "not_found");
});

// ---- drafts ----

test("a draft is one's own, one for each kind, and gone when it is sent", async () => {
  const { conversation } = await inbox.meet();
  const drafts = async (client) => (await client.get(`/v1/conversations/${conversation.id}/drafts`)).items.map((d) => [d.kind, d.body]);
  const put = (client, kind, body) => client.put(`/v1/conversations/${conversation.id}/drafts/${kind}`, { body });
  await put(owner, "text", "Dear");
  await put(owner, "text", "Dear customer");
  await put(owner, "note", "remember");
  await put(agent, "text", "mine");
  assert.deepEqual((await drafts(owner)).sort(), [["note", "remember"], ["text", "Dear customer"]]);
  assert.deepEqual(await drafts(agent), [["text", "mine"]]);
  await inbox.reply(conversation, "Dear customer, good morning");
  assert.deepEqual(await drafts(owner), [["note", "remember"]]);
  await put(owner, "note", "");
  assert.deepEqual(await drafts(owner), []);
  assert.deepEqual(await drafts(agent), [["text", "mine"]]);
  await refused(put(owner, "poem", "x"), 404, "not_found");
});
