// A customer writes, an agent answers: the main job, from outside, against a fake of Meta's side.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { mediaMessage, reactionMessage, statusUpdate, textMessage } from "./fake-whatsapp.mjs";
import { PHONE_ID, SECRETS, eventually, openInbox, refused } from "./inbox.mjs";

const DAY_MS = 24 * 3600 * 1000;
let inbox;
let owner;
let provider;

before(async () => {
  inbox = await openInbox({ env: { SAMBUNG_UNDO_SECONDS: "2" } });
  ({ owner, provider } = inbox);
});
after(() => inbox?.close());

async function answered(text = "good morning") {
  const met = await inbox.meet();
  const asked = await inbox.reply(met.conversation, text);
  const message = await inbox.untilState(asked, "sent");
  const [send] = inbox.sendsOf(message);
  return { ...met, message, send };
}

// ---- in ----

test("a signed webhook becomes a contact, a conversation and a message", async () => {
  const phone = inbox.customer();
  const at = Date.now() - 60_000;
  const wamid = await inbox.receive(phone, { text: "你好 👋", name: "Mei Ling", at });
  const thread = await inbox.conversationOf(phone);
  assert.equal(thread.contact.name, "Mei Ling");
  assert.deepEqual([thread.state, thread.unread, thread.last_preview, thread.last_direction, thread.last_kind], ["open", 1, "你好 👋", "in", "text"]);
  assert.deepEqual([thread.channel.id, thread.channel.kind, thread.assignee_id], [inbox.channel.id, "whatsapp", null]);
  assert.equal(Date.parse(thread.window_closes_at), Math.floor(at / 1000) * 1000 + DAY_MS, "the window follows the customer's clock");
  const [message] = await inbox.messages(thread);
  assert.deepEqual([message.direction, message.kind, message.author, message.body, message.state], ["in", "text", "contact", "你好 👋", "received"]);
  assert.equal(await inbox.server.sql(`SELECT count(*) FROM message WHERE provider_id = '${wamid}'`), "1");
  const contact = await owner.get(`/v1/contacts/${thread.contact.id}`);
  assert.deepEqual(contact.identities.map((i) => [i.kind, i.value, i.verified]), [["whatsapp", phone, true]]);
  assert.deepEqual(contact.conversations.map((c) => c.id), [thread.id]);
});

test("a webhook with a forged, a missing or a foreign signature is refused and leaves nothing", async () => {
  const phone = inbox.customer();
  const url = `${inbox.server.url}/hooks/${inbox.channel.id}`;
  const body = textMessage({ phoneId: PHONE_ID, from: phone, id: inbox.nextWamid(), text: "trust me" });
  const rows = () => inbox.server.sql("SELECT count(*) FROM inbound");
  const there = await rows();
  assert.equal(await inbox.hook(body, { secret: "guessed" }), 403);
  assert.equal((await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })).status, 403);
  assert.equal((await fetch(url, { method: "POST", headers: { "x-hub-signature-256": "sha256=" }, body })).status, 403);
  assert.equal(await inbox.hook(body, { channel: { id: "01890000-0000-7000-8000-000000000000" } }), 404);
  assert.equal(await rows(), there);
  assert.equal(await inbox.findConversation(phone), null);
});

test("the address answers Meta's challenge, with the right word only", async () => {
  const ask = (token) => inbox.server.fetch(`/hooks/${inbox.channel.id}?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=${token}`);
  const good = await ask(SECRETS.verify_token);
  assert.deepEqual([good.status, await good.text()], [200, "1158201444"]);
  assert.equal((await ask("wrong")).status, 403);
});

test("a webhook that comes again, and a message in two webhooks, is one message", async () => {
  const { phone, wamid, conversation } = await inbox.meet("once");
  const again = { phoneId: PHONE_ID, from: phone, id: wamid, text: "once" };
  await inbox.hook(textMessage(again));
  await inbox.hook(textMessage({ ...again, name: "In another envelope" }));
  await inbox.receive(phone, { text: "and another" });
  await inbox.untilMessage(conversation, "the later message", (m) => m.body === "and another");
  assert.deepEqual((await inbox.messages(conversation)).map((m) => m.body), ["and another", "once"]);
  assert.equal((await inbox.conversation(conversation.id)).unread, 2);
});

test("many webhooks at the same moment are all there, in one conversation each", async () => {
  const phones = Array.from({ length: 8 }, () => inbox.customer());
  const texts = Array.from({ length: 48 }, (_, n) => [phones[n % 8], `text ${n}`]);
  await Promise.all(texts.map(([phone, text]) => inbox.receive(phone, { text })));
  for (const [n, phone] of phones.entries()) {
    const thread = await inbox.conversationOf(phone);
    await eventually("all six", async () => (await inbox.conversation(thread.id)).unread === 6);
    const bodies = (await inbox.messages(thread)).map((m) => m.body).sort();
    assert.deepEqual(bodies, texts.filter((_, i) => i % 8 === n).map(([, text]) => text).sort());
    const { items } = await owner.get(`/v1/conversations?state=all&q=${phone}`);
    assert.equal(items.length, 1);
  }
});

test("what comes late takes its place in the thread and counts, but is not what the list shows", async () => {
  const { phone, conversation } = await inbox.meet("now");
  await inbox.receive(phone, { text: "an hour ago", at: Date.now() - 3600_000 });
  await inbox.untilMessage(conversation, "the late one", (m) => m.body === "an hour ago");
  const thread = await inbox.conversation(conversation.id);
  assert.deepEqual([thread.last_preview, thread.unread, thread.last_author_id], ["now", 2, null]);
  assert.deepEqual((await inbox.messages(conversation)).map((m) => m.body), ["now", "an hour ago"]);
});

test("a clock that runs ahead does not put a message into the future", async () => {
  const phone = inbox.customer();
  await inbox.receive(phone, { text: "from tomorrow", at: Date.now() + DAY_MS });
  const thread = await inbox.conversationOf(phone);
  assert.ok(Date.parse(thread.last_message_at) <= Date.now() + 1000);
  assert.ok(Date.parse(thread.window_closes_at) <= Date.now() + DAY_MS + 1000);
});

test("what cannot be read as a message is shown as unsupported and not lost", async () => {
  const phone = inbox.customer();
  await inbox.receive(phone, { content: { type: "hologram", hologram: { id: 1 } } });
  const [message] = await inbox.messages(await inbox.conversationOf(phone));
  assert.deepEqual([message.kind, message.direction], ["unsupported", "in"]);
});

// ---- out ----

test("an answer reaches the provider exactly once, word for word", async () => {
  const { phone, conversation, message, send } = await answered("Selamat pagi! 早安 \"quoted\"\nsecond line");
  assert.equal(inbox.sendsOf(message).length, 1);
  assert.deepEqual(send.body, {
    messaging_product: "whatsapp", recipient_type: "individual", to: phone, type: "text",
    text: { preview_url: false, body: "Selamat pagi! 早安 \"quoted\"\nsecond line" }, biz_opaque_callback_data: message.id,
  });
  assert.deepEqual([message.author, message.author_id, message.author_name], ["user", owner.session.user.id, owner.session.user.name]);
  const thread = await inbox.conversation(conversation.id);
  assert.deepEqual([thread.last_direction, thread.last_state, thread.waiting_since], ["out", "sent", null]);
  assert.equal(thread.last_author_id, owner.session.user.id);
});

test("answers leave in the order in which they were written", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ delayMs: 300 });
  const messages = [];
  for (let n = 0; n < 6; n++) messages.push(await inbox.reply(conversation, `line ${n}`));
  for (const message of messages) await inbox.untilState(message, "sent");
  const sent = provider.sends.filter((send) => messages.some((m) => m.id === send.reference)).map((send) => send.text);
  assert.deepEqual(sent, [0, 1, 2, 3, 4, 5].map((n) => `line ${n}`));
});

test("statuses move a message forward and never back, however often and in whatever order they come", async () => {
  const { message, send } = await answered();
  await inbox.report(send, "delivered");
  const delivered = await inbox.untilState(message, "delivered");
  assert.ok(delivered.delivered_at && !delivered.read_at);
  await inbox.report(send, "read");
  const read = await inbox.untilState(message, "read");
  for (const status of ["sent", "delivered", "read", "delivered", "failed", "sent"]) await inbox.report(send, status);
  const { phone } = await inbox.meet(); // a webhook behind them: when it is done, so are they
  await inbox.conversationOf(phone);
  const later = await inbox.message(message);
  assert.deepEqual([later.state, later.delivered_at, later.read_at, later.version], ["read", read.delivered_at, read.read_at, read.version]);
});

test("read without delivered is both", async () => {
  const { message, send } = await answered();
  await inbox.report(send, "read");
  const read = await inbox.untilState(message, "read");
  assert.ok(read.delivered_at && read.read_at);
});

test("a failure that the provider reports later carries its reason", async () => {
  const { message, send } = await answered();
  await inbox.report(send, "failed", { code: 131047 });
  const failed = await inbox.untilState(message, "failed");
  assert.equal(failed.error_code, "131047");
  assert.match(failed.error_text, /24 hours/);
});

test("a status that comes before we know the provider's id is taken when we do", async () => {
  const { conversation, send } = await answered();
  const number = Number(/fake-\d+-(\d+)/.exec(Buffer.from(send.id.slice(6), "base64").toString())[1]);
  const next = `wamid.${Buffer.from(`fake-${process.pid}-${number + 1}`).toString("base64")}`;
  await inbox.hook(statusUpdate({ phoneId: PHONE_ID, id: next, status: "delivered", to: send.to }));
  const message = await inbox.reply(conversation, "its status is here already");
  const delivered = await inbox.untilState(message, "delivered", { tries: 400 });
  assert.equal(inbox.sendsOf(delivered)[0].id, next, "the guess was right");
});

test("a status that overtakes the answer to the call finds its message by our reference", async () => {
  const { conversation } = await inbox.meet();
  const reported = [];
  provider.onSend = (send) => reported.push(inbox.report(send, "read"));
  const message = await inbox.reply(conversation, "quick reader");
  await inbox.untilState(message, "read");
  provider.onSend = null;
  await Promise.all(reported);
  assert.equal(inbox.sendsOf(message).length, 1);
});

// ---- replies and reactions ----

test("a reply names what it answers, on both sides", async () => {
  const { phone, wamid, conversation, message, send } = await answered();
  await inbox.receive(phone, { text: "this one", replyTo: send.id });
  const theirs = await inbox.untilMessage(conversation, "their reply", (m) => m.body === "this one");
  assert.deepEqual([theirs.reply_to.id, theirs.reply_to.body, theirs.reply_to.author], [message.id, "good morning", "user"]);
  const first = (await inbox.messages(conversation)).find((m) => m.body === "hello");
  const ours = await inbox.untilState(await inbox.reply(conversation, "to your first", { reply_to_id: first.id }), "sent");
  assert.equal(ours.reply_to.id, first.id);
  assert.deepEqual(inbox.sendsOf(ours)[0].body.context, { message_id: wamid });
});

test("a reply to a message of another conversation is refused", async () => {
  const [one, other] = [await answered(), await inbox.meet()];
  const problem = await refused(inbox.reply(other.conversation, "mixed up", { reply_to_id: one.message.id }), 422, "invalid");
  assert.equal(problem.field, "reply_to_id");
});

test("reactions come, change and go, on both sides", async () => {
  const { phone, wamid, conversation, message, send } = await answered();
  const theirs = (id) => inbox.messages(conversation).then((all) => all.find((m) => m.id === id).reactions.map((r) => [r.emoji, r.by_contact]));
  const react = (emoji) => inbox.hook(reactionMessage({ phoneId: PHONE_ID, from: phone, id: inbox.nextWamid(), target: send.id, emoji }));
  for (const emoji of ["👍", "❤️"]) {
    await react(emoji);
    await eventually(`the ${emoji}`, async () => JSON.stringify(await theirs(message.id)) === JSON.stringify([[emoji, true]]));
  }
  await react("");
  await eventually("it is taken away", async () => (await theirs(message.id)).length === 0);

  const first = (await inbox.messages(conversation)).find((m) => m.body === "hello");
  const shown = await owner.put(`/v1/messages/${first.id}/reaction`, { emoji: "🎉" });
  assert.deepEqual(shown.reactions.map((r) => [r.emoji, r.by_contact, r.actor_id]), [["🎉", false, owner.session.user.id]]);
  const word = await refused(owner.put(`/v1/messages/${first.id}/reaction`, { emoji: "great" }), 422, "invalid");
  assert.equal(word.field, "emoji");
  const sent = () => provider.sends.filter((s) => s.type === "reaction" && s.body.reaction.message_id === wamid).map((s) => s.body.reaction.emoji);
  await eventually("the provider has it", () => sent().at(-1) === "🎉");
  await owner.put(`/v1/messages/${first.id}/reaction`, { emoji: "" });
  await eventually("the provider has it no more", () => sent().at(-1) === "");
  assert.deepEqual(await theirs(first.id), []);
});

test("a note stays with the team", async () => {
  const { conversation, wamid } = await inbox.meet();
  const before = await inbox.conversation(conversation.id);
  const sends = provider.sends.length;
  const note = await owner.post(`/v1/conversations/${conversation.id}/messages`, { kind: "note", body: "pays late" });
  assert.deepEqual([note.kind, note.direction, note.state], ["note", "out", "sent"]);
  const thread = await inbox.conversation(conversation.id);
  assert.deepEqual([thread.last_preview, thread.sort_at, thread.waiting_since], [before.last_preview, before.sort_at, before.waiting_since]);
  await inbox.untilState(await inbox.reply(conversation, "after the note"), "sent");
  assert.deepEqual(provider.sends.slice(sends).map((s) => s.text), ["after the note"]);
  assert.ok(wamid);
});

// ---- reading ----

test("reading clears what is unread and tells the customer", async () => {
  const { phone, wamid, conversation } = await inbox.meet();
  await owner.post(`/v1/conversations/${conversation.id}/read`);
  assert.equal((await inbox.conversation(conversation.id)).unread, 0);
  await eventually("the provider knows", () => provider.reads.includes(wamid));
  await inbox.receive(phone, { text: "more" });
  await eventually("it is unread again", async () => (await inbox.conversation(conversation.id)).unread === 1);
});

test("pages of a thread go on where the last one ended, nothing twice and nothing left out", async () => {
  const { phone, conversation } = await inbox.meet("0");
  const at = Date.now() - 3600_000;
  for (let n = 1; n < 12; n++) await inbox.receive(phone, { text: String(n), at }); // many of one second
  await eventually("all are there", async () => (await inbox.conversation(conversation.id)).unread === 12);
  const seen = [];
  let cursor = "";
  do {
    const page = await owner.get(`/v1/conversations/${conversation.id}/messages?limit=5${cursor && `&cursor=${cursor}`}`);
    assert.ok(page.items.length <= 5);
    seen.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  assert.equal(seen.length, 12);
  assert.equal(new Set(seen.map((m) => m.id)).size, 12);
  assert.deepEqual(seen.map((m) => m.at), seen.map((m) => m.at).sort().reverse());
});

test("pages of the inbox go on where the last one ended", async () => {
  const all = (await owner.get("/v1/conversations?state=all&limit=100")).items.map((c) => c.id);
  assert.ok(all.length > 10);
  const seen = [];
  let cursor = "";
  do {
    const page = await owner.get(`/v1/conversations?state=all&limit=4${cursor && `&cursor=${cursor}`}`);
    seen.push(...page.items.map((c) => c.id));
    cursor = page.next_cursor;
  } while (cursor);
  assert.deepEqual(seen, all);
});

// ---- undo, retry, settle ----

const places = (c) => [c.state, c.snoozed_until, c.attention, c.attention_text, c.sort_at];

test("a reply that is taken back puts the conversation back: resolved, snoozed, or with what it came for", async () => {
  const until = new Date(Date.now() + 86_400_000).toISOString();
  for (const patch of [{ state: "resolved" }, { state: "snoozed", snoozed_until: until }]) {
    const { conversation } = await inbox.meet();
    const before = await inbox.change(`/v1/conversations/${conversation.id}`, patch);
    const first = await inbox.reply(conversation, "too hasty", { undo: true });
    const second = await inbox.reply(conversation, "and again", { undo: true });
    assert.equal((await inbox.conversation(conversation.id)).state, "open");
    await owner.post(`/v1/messages/${first.id}/cancel`);
    assert.equal((await inbox.conversation(conversation.id)).state, "open", "one of two remains");
    await owner.post(`/v1/messages/${second.id}/cancel`);
    assert.deepEqual(places(await inbox.conversation(conversation.id)), places(before));
  }
  const { conversation } = await inbox.meet();
  await inbox.change(`/v1/contacts/${conversation.contact.id}`, { next_follow_up_at: new Date(Date.now() + 300).toISOString(), follow_up_reason: "call back" });
  const due = await eventually("the follow-up is due", async () => {
    const now = await inbox.conversation(conversation.id);
    return now.attention && now;
  });
  const message = await inbox.reply(conversation, "not yet", { undo: true });
  assert.equal((await inbox.conversation(conversation.id)).attention, null);
  await owner.post(`/v1/messages/${message.id}/cancel`);
  assert.deepEqual(places(await inbox.conversation(conversation.id)), places(due));
});

test("what happened since a reply is not undone with it", async () => {
  const { phone, conversation } = await inbox.meet();
  await inbox.change(`/v1/conversations/${conversation.id}`, { state: "resolved" });
  const message = await inbox.reply(conversation, "too hasty", { undo: true });
  await inbox.receive(phone, { text: "One more thing" });
  await inbox.untilMessage(conversation, "it is in the thread", (m) => m.body === "One more thing");
  await owner.post(`/v1/messages/${message.id}/cancel`);
  assert.equal((await inbox.conversation(conversation.id)).state, "open");
});

test("a message can be taken back before it leaves", async () => {
  const { conversation } = await inbox.meet();
  const waiting = (await inbox.conversation(conversation.id)).waiting_since;
  const message = await inbox.reply(conversation, "too hasty", { undo: true });
  assert.equal(message.state, "queued");
  assert.ok(Date.parse(message.send_at) > Date.now());
  const cancelled = await owner.post(`/v1/messages/${message.id}/cancel`);
  assert.equal(cancelled.state, "cancelled");
  const again = await refused(owner.post(`/v1/messages/${message.id}/cancel`), 409, "conflict");
  assert.match(again.detail, /taken back/);
  const thread = await inbox.conversation(conversation.id);
  assert.deepEqual([thread.last_preview, thread.waiting_since], ["hello", waiting], "as if it had not been written");
  await inbox.untilState(await inbox.reply(conversation, "better"), "sent");
  // a pause, since nothing happens: past its time, to see that it really does not leave
  await pause(Math.max(0, Date.parse(message.send_at) - Date.now()) + 500);
  assert.equal(inbox.sendsOf(message).length, 0);
});

test("what is not taken back leaves when its time is over, and then it is too late", async () => {
  const { conversation } = await inbox.meet();
  const began = Date.now();
  const message = await inbox.reply(conversation, "well considered", { undo: true });
  await inbox.untilState(message, "sent");
  assert.ok(Date.now() - began >= 1900, "not before"); // a time, since the undo time is the feature; a slow machine only adds to it
  await refused(owner.post(`/v1/messages/${message.id}/cancel`), 409, "too_late");
  assert.equal(inbox.sendsOf(message).length, 1);
});

test("a message behind one that can still be taken back waits for it", async () => {
  const { conversation } = await inbox.meet();
  const first = await inbox.reply(conversation, "first", { undo: true });
  const second = await inbox.reply(conversation, "second");
  await inbox.untilState(second, "sent");
  assert.deepEqual(provider.sends.filter((s) => [first.id, second.id].includes(s.reference)).map((s) => s.text), ["first", "second"]);
});

test("a refused message fails with a reason, and a second try is one send", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ status: 400, code: 131026 });
  const message = await inbox.reply(conversation, "are you there?");
  const failed = await inbox.untilState(message, "failed");
  assert.equal(failed.error_code, "131026");
  assert.match(failed.error_text, /not on WhatsApp/);
  assert.equal(inbox.sendsOf(message).length, 0);
  const queued = await owner.post(`/v1/messages/${message.id}/retry`);
  assert.ok(["queued", "sending", "sent"].includes(queued.state));
  const sent = await inbox.untilState(message, "sent");
  assert.deepEqual([sent.error_code, sent.error_text], [null, null]);
  assert.equal(inbox.sendsOf(message).length, 1);
  await refused(owner.post(`/v1/messages/${message.id}/retry`), 409, "conflict");
});

test("two people who retry at the same moment make one send", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ status: 400, code: 131026 });
  const message = await inbox.reply(conversation, "again");
  await inbox.untilState(message, "failed");
  const tries = await Promise.allSettled(Array.from({ length: 6 }, () => owner.post(`/v1/messages/${message.id}/retry`)));
  assert.equal(tries.filter((t) => t.status === "fulfilled").length, 1);
  await inbox.untilState(message, "sent");
  assert.equal(inbox.sendsOf(message).length, 1);
});

test("an uncertain message is not sent again until somebody says that it was not sent", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ reset: "before" });
  const message = await inbox.reply(conversation, "lost?");
  const uncertain = await inbox.untilState(message, "uncertain");
  assert.ok(uncertain.error_text);
  await refused(owner.post(`/v1/messages/${message.id}/retry`), 409, "conflict");
  const settled = await owner.post(`/v1/messages/${message.id}/settle`, { outcome: "not_sent" });
  assert.equal(settled.state, "failed");
  await owner.post(`/v1/messages/${message.id}/retry`);
  await inbox.untilState(message, "sent");
  assert.equal(inbox.sendsOf(message).length, 1);
});

test("an uncertain message that somebody saw arrive is sent, once", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ reset: "after" });
  const message = await inbox.reply(conversation, "it arrived");
  await inbox.untilState(message, "uncertain");
  assert.equal((await owner.post(`/v1/messages/${message.id}/settle`, { outcome: "sent" })).state, "sent");
  await refused(owner.post(`/v1/messages/${message.id}/settle`, { outcome: "not_sent" }), 409, "conflict");
  assert.equal(inbox.sendsOf(message).length, 1);
});

// ---- where nothing may be sent ----

test("outside the window nothing is written and the reason is given; the customer's next word opens it", async () => {
  const phone = inbox.customer();
  await inbox.receive(phone, { text: "two days ago", at: Date.now() - 2 * DAY_MS });
  const thread = await inbox.conversationOf(phone);
  assert.ok(Date.parse(thread.window_closes_at) < Date.now());
  await refused(inbox.reply(thread, "too late"), 409, "window_closed");
  assert.equal((await inbox.messages(thread)).length, 1);
  const note = await owner.post(`/v1/conversations/${thread.id}/messages`, { kind: "note", body: "call instead" });
  assert.equal(note.state, "sent", "a note may be left");
  await inbox.receive(phone, { text: "still interested" });
  await inbox.untilMessage(thread, "the new word", (m) => m.body === "still interested");
  await inbox.untilState(await inbox.reply(thread, "good"), "sent");
});

test("a disconnected channel keeps its conversations, takes no webhook and sends nothing", async () => {
  const channel = await inbox.connect("20001");
  const phone = inbox.customer();
  await inbox.receive(phone, { text: "hello there", channel });
  const thread = await inbox.conversationOf(phone);
  const waiting = await inbox.reply(thread, "wait", { undo: true });
  await owner.delete(`/v1/channels/${channel.id}`);
  await refused(inbox.reply(thread, "gone"), 409, "channel_disconnected");
  const failed = await inbox.untilState(waiting, "failed");
  assert.equal(failed.error_code, "channel_disconnected");
  assert.equal(inbox.sendsOf(waiting).length, 0);
  const hook = (text) => inbox.hook(textMessage({ phoneId: "20001", from: phone, id: inbox.nextWamid(), text }), { channel });
  await hook("anyone?"); // a process may know the channel for some seconds more: then this is kept, and ignored
  await eventually("its address is gone", async () => (await hook("anyone?")) === 404);
  await eventually("nothing waits", async () => (await inbox.server.sql("SELECT count(*) FROM inbound WHERE state = 'new'")) === "0");
  assert.equal((await inbox.messages(thread)).filter((m) => m.direction === "in").length, 1);
});

test("credentials that Meta refuses are not saved, and the field is named", async () => {
  provider.next.phone({ status: 401 });
  const problem = await refused(inbox.connect("30001"), 422, "invalid");
  assert.equal(problem.field, "access_token");
  assert.ok(!(await owner.get("/v1/channels")).items.some((c) => c.settings.phone_number_id === "30001"));
  const kept = JSON.stringify(await owner.get("/v1/channels"));
  for (const secret of Object.values(SECRETS)) assert.ok(!kept.includes(secret), "no answer shows a secret");
});

test("that the provider cannot be reached is no fault of the form", async () => {
  provider.next.phone({ truncate: true });
  const problem = await refused(inbox.connect("30002"), 503, "unavailable");
  assert.equal(problem.field, undefined);
  provider.next.phone({ status: 503 });
  await refused(inbox.connect("30002"), 503, "unavailable");
  provider.next.phone({ truncate: true });
  const tried = await owner.post(`/v1/channels/${inbox.channel.id}/test`, {});
  assert.deepEqual([tried.ok, typeof tried.problem], [false, "string"]);
});

test("a picture's caption is the message's text", async () => {
  const phone = inbox.customer();
  const mediaId = provider.addMedia("not really a picture", "image/jpeg");
  assert.equal(await inbox.hook(mediaMessage({ phoneId: PHONE_ID, from: phone, id: inbox.nextWamid(), mediaId, caption: "the broken part" })), 200);
  const thread = await inbox.conversationOf(phone);
  assert.deepEqual([thread.last_kind, thread.last_preview], ["image", "the broken part"]);
});
