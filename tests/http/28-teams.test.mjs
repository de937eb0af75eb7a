// Teams from outside: who sees what by their team, rules that find somebody, absence, handing over, hours.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { eventually, openInbox, refused } from "./inbox.mjs";
import { openStream } from "./stream.mjs";

let inbox, owner, seller, helper, sales, support;

const idOf = (client) => client.session.user.id;
const at = ({ conversation }, rest = "") => `/v1/conversations/${conversation.id}${rest}`;
const give = (met, change) => inbox.change(at(met), change);

before(async () => {
  inbox = await openInbox();
  owner = inbox.owner;
  [seller, helper] = [await inbox.addMember("agent"), await inbox.addMember("agent")];
  const make = async (name, member) => {
    const team = await owner.post("/v1/teams", { name });
    return owner.put(`/v1/teams/${team.id}/members`, { members: [idOf(member)] });
  };
  [sales, support] = [await make("Sales", seller), await make("Support", helper)];
  await owner.patch("/v1/me/availability", { availability: "offline" });
});
after(() => inbox?.close());

test("a team has a name of its own, members, and a rule", async () => {
  const { items } = await seller.get("/v1/teams");
  assert.deepEqual(items.map((one) => one.name), ["Sales", "Support"]);
  assert.deepEqual(items[0].members, [idOf(seller)]);
  assert.equal(items[0].method, "manual");
  await refused(owner.post("/v1/teams", { name: " " }), 422, "invalid");
  await refused(owner.post("/v1/teams", { name: "Sales" }), 422, "invalid");
  await refused(owner.patch(`/v1/teams/${sales.id}`, { name: "Other", version: 77 }), 409, "stale_version");
  await refused(seller.post("/v1/teams", { name: "Mine" }), 403, "forbidden");
  await refused(owner.put(`/v1/teams/${sales.id}/members`, { members: [randomUUID()] }), 422, "invalid");
  await refused(owner.put(`/v1/teams/${randomUUID()}/members`, { members: [] }), 404, "not_found");
});

test("another team's conversation does not exist, at any place", async () => {
  const met = await inbox.meet("a secret of sales");
  await give(met, { team_id: sales.id });
  const message = await inbox.untilState(await inbox.reply(met.conversation, "confidential"), "sent");
  const listed = async (client, query) => (await client.get(`/v1/conversations?${query}`)).items.map((one) => one.id);
  for (const query of ["state=open&limit=100", "state=all&limit=100", "state=open&view=unassigned", `state=all&q=${met.phone}`, `state=all&team=${sales.id}`, `team=${sales.id}`]) {
    assert.ok(!(await listed(helper, query)).includes(met.conversation.id), query);
    assert.ok((await listed(seller, query)).includes(met.conversation.id), query);
  }
  const calls = {
    "read it": () => helper.get(at(met)), "read its messages": () => helper.get(at(met, "/messages")), "read one": () => helper.get(`/v1/messages/${message.id}`),
    "answer": () => helper.post(at(met, "/messages"), { kind: "text", body: "x" }), "take it": () => helper.patch(at(met), { assignee_id: idOf(helper), version: 1 }),
    "mark it": () => helper.post(at(met, "/read")), "draft": () => helper.put(at(met, "/drafts/text"), { body: "x" }), "drafts": () => helper.get(at(met, "/drafts")),
    "type": () => helper.post(at(met, "/presence"), { state: "typing" }), "react": () => helper.put(`/v1/messages/${message.id}/reaction`, { emoji: "👍" }),
    "cancel": () => helper.post(`/v1/messages/${message.id}/cancel`), "retry": () => helper.post(`/v1/messages/${message.id}/retry`),
  };
  for (const [what, call] of Object.entries(calls)) await refused(call(), 404, "not_found").catch((e) => assert.fail(`${what}: ${e.message}`));
  assert.deepEqual((await helper.get(`/v1/contacts/${met.conversation.contact.id}`)).conversations, []);
  assert.equal((await seller.get(at(met))).team_id, sales.id);
  assert.equal((await seller.get(at(met, "/messages"))).items.some((one) => one.id === message.id), true);
  const counts = [await helper.get("/v1/conversations/counts"), await seller.get("/v1/conversations/counts")];
  assert.equal(counts[1].unassigned, counts[0].unassigned + 1);
});

test("a file of another team's conversation has no address for others", async () => {
  const met = await inbox.meet("look");
  await give(met, { team_id: sales.id });
  const { id } = await inbox.upload("offer.txt", "our prices", "text/plain");
  await inbox.reply(met.conversation, "", { attachment_ids: [id] });
  const [{ attachments: [file] }] = (await seller.get(at(met, "/messages"))).items.filter((one) => one.attachments.length > 0);
  const target = new URL(file.url, inbox.server.url);
  assert.equal((await inbox.server.fetch(target.pathname + target.search)).status, 200);
  assert.ok((await inbox.server.fetch(target.pathname)).status >= 400, "the address without its signature");
  await refused(helper.get(at(met, "/messages")), 404, "not_found");
});

test("streams and feeds follow the teams, and begin anew when somebody joins", async () => {
  const met = await inbox.meet("hello sales");
  const [mine, theirs] = [await openStream(inbox.server, "/v1/events", { token: seller.token }), await openStream(inbox.server, "/v1/events", { token: helper.token })];
  await Promise.all([mine.type("hello"), theirs.type("hello")]);
  await give(met, { team_id: sales.id });
  // both hear of the move: it left the helper's sight
  const about = (event) => event.conversation_id === met.conversation.id;
  await mine.change("conversation", about);
  const { cursor } = await theirs.change("conversation", about);
  await inbox.receive(met.phone, { text: "for sales only" });
  await mine.change("message", (event) => about(event) && event.cursor !== cursor);
  await theirs.settled();
  const after = theirs.all.filter((event) => event.type === "change" && about(event) && event.kind === "message");
  const seen = (await helper.get(`/v1/feed?after=${cursor}&limit=100`)).items.filter(about);
  assert.deepEqual(seen.map((one) => one.kind).filter((kind) => kind === "message"), []);
  assert.deepEqual(after, []);
  await owner.put(`/v1/teams/${sales.id}/members`, { members: [idOf(seller), idOf(helper)] });
  await theirs.type("reset");
  assert.equal(await theirs.ended, 1008);
  assert.equal((await helper.get(at(met))).id, met.conversation.id);
  await owner.put(`/v1/teams/${sales.id}/members`, { members: [idOf(seller)] });
  await refused(helper.get(at(met)), 404, "not_found");
  mine.close();
});

test("what comes in is given in turn, and whoever comes back gets what waited", async () => {
  const rule = `/v1/channels/${inbox.channel.id}/assignment`;
  await owner.put(rule, { team_id: null, method: "round_robin", reassign_hours: null });
  const met = [await inbox.meet("one"), await inbox.meet("two")];
  const assigned = (one) => eventually("somebody has it", async () => (await inbox.conversation(one.conversation.id)).assignee_id ?? Promise.reject(new Error("nobody")));
  const got = await Promise.all(met.map(assigned));
  assert.deepEqual(new Set(got), new Set([idOf(seller), idOf(helper)]));
  const line = await inbox.untilMessage(met[0].conversation, "the line that says so", (one) => one.payload?.event === "assigned");
  assert.equal(line.author, "system");
  for (const one of [seller, helper]) await one.patch("/v1/me/availability", { availability: "offline" });
  const waiting = await inbox.meet("nobody is here");
  assert.equal(waiting.conversation.assignee_id ?? null, null);
  await helper.patch("/v1/me/availability", { availability: "online" });
  assert.equal(await assigned(waiting), idOf(helper));
  await seller.patch("/v1/me/availability", { availability: "online" });
  assert.deepEqual((await owner.get("/v1/assignment")).items.find((one) => one.owner_id === inbox.channel.id).method, "round_robin");
  await owner.put(rule, { team_id: null, method: "manual", reassign_hours: null });
  await refused(owner.put(rule, { team_id: randomUUID(), method: "manual", reassign_hours: null }), 422, "invalid");
  await refused(owner.put(`/v1/channels/${randomUUID()}/assignment`, { team_id: null, method: "manual", reassign_hours: null }), 404, "not_found");
});

test("giving to a team with a rule finds somebody at once", async () => {
  await owner.put(`/v1/teams/${support.id}/assignment`, { method: "least_busy", reassign_hours: 4 });
  const met = await inbox.meet("help me");
  const given = await give(met, { team_id: support.id });
  assert.deepEqual([given.team_id, given.assignee_id], [support.id, idOf(helper)]);
  const back = await give(met, { team_id: null, assignee_id: null });
  assert.deepEqual([back.team_id ?? null, back.assignee_id ?? null], [null, null]);
});

test("one's open conversations go to a colleague, and each says so", async () => {
  const met = [await inbox.meet("mine"), await inbox.meet("mine too")];
  for (const one of met) await give(one, { assignee_id: idOf(seller) });
  await refused(seller.post("/v1/me/hand-over", { to: idOf(seller) }), 422, "invalid");
  const answer = await seller.post("/v1/me/hand-over", { to: idOf(owner) });
  assert.equal(answer.more, false);
  assert.ok(answer.moved >= 2);
  for (const { conversation } of met) {
    assert.equal((await inbox.conversation(conversation.id)).assignee_id, idOf(owner));
    await inbox.untilMessage(conversation, "the line", (one) => one.payload?.event === "handed_over" && one.payload.to === idOf(owner));
  }
});

test("who is here is what they say, within their hours and absence", async () => {
  const shown = async () => (await owner.get("/v1/members")).items.find((one) => one.id === idOf(helper));
  assert.deepEqual([(await shown()).here, (await shown()).capacity], ["online", 20]);
  const until = new Date(Date.now() + 3_600_000).toISOString();
  const mine = await helper.patch("/v1/me/availability", { away_until: until });
  assert.deepEqual([mine.here, mine.availability, mine.away_until], ["offline", "online", until]);
  await helper.patch("/v1/me/availability", { away_until: null });
  assert.equal((await shown()).here, "online");
  await helper.put("/v1/me/hours", { always: false, timezone: "Asia/Kuala_Lumpur", hours: [] });
  assert.deepEqual([(await shown()).here, (await shown()).off_hours], ["offline", true]);
  await helper.put("/v1/me/hours", { always: true, timezone: "", hours: [] });
  assert.equal((await shown()).here, "online");
  await refused(helper.patch("/v1/me/availability", { away_until: "2020-01-01T00:00:00Z" }), 422, "invalid");
  assert.equal((await owner.patch(`/v1/members/${idOf(helper)}/work`, { capacity: 3 })).capacity, 3);
  assert.equal((await owner.patch(`/v1/members/${idOf(helper)}/work`, { capacity: null })).capacity ?? null, null);
});

test("the organisation's hours come back as they were set", async () => {
  assert.equal((await seller.get("/v1/hours")).always, true);
  const hours = [{ weekday: 1, from_minute: 540, to_minute: 780 }, { weekday: 1, from_minute: 840, to_minute: 1080 }, { weekday: 5, from_minute: 1320, to_minute: 1440 }, { weekday: 6, from_minute: 0, to_minute: 360 }];
  const holidays = [{ day: "2026-08-31", name: "Hari Merdeka" }];
  const set = await owner.put("/v1/hours", { always: false, timezone: "Asia/Kuala_Lumpur", hours, holidays });
  assert.deepEqual(set, { always: false, timezone: "Asia/Kuala_Lumpur", hours, holidays });
  assert.deepEqual(await seller.get("/v1/hours"), set);
  await refused(seller.put("/v1/hours", { ...set, always: true }), 403, "forbidden");
  await refused(owner.put("/v1/hours", { ...set, timezone: "Mars/Olympus" }), 422, "invalid");
  await refused(owner.put("/v1/hours", { ...set, holidays: [{ day: "2026-02-30", name: "" }] }), 422, "invalid");
  await owner.put("/v1/hours", { always: true, timezone: "", hours: [], holidays: [] });
});

test("a removed team leaves its conversations behind, and nobody in it", async () => {
  const team = await owner.post("/v1/teams", { name: "For a day" });
  await owner.put(`/v1/teams/${team.id}/members`, { members: [idOf(seller)] });
  const met = await inbox.meet("short");
  await give(met, { team_id: team.id });
  await owner.delete(`/v1/teams/${team.id}`);
  await eventually("it is without a team", async () => (await inbox.conversation(met.conversation.id)).team_id == null || Promise.reject(new Error("still")));
  assert.ok(!(await owner.get("/v1/teams")).items.some((one) => one.id === team.id));
  await refused(owner.delete(`/v1/teams/${team.id}`), 404, "not_found");
  const { items } = await owner.get("/v1/audit?limit=100");
  for (const action of ["team.add", "team.members", "team.remove", "assignment.change", "hours.change", "member.capacity"]) assert.ok(items.some((one) => one.action === action), action);
});
