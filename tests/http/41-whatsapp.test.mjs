// WhatsApp from outside: every published webhook through the real server, and what becomes of a send
// whatever Meta does.  What holds for any channel is in 40-inbox.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { eventually, root } from "./harness.mjs";
import { PHONE_ID, SECRETS, openInbox, refused } from "./inbox.mjs";
import { WhatsappSchema, missing } from "./whatsapp-schema.mjs";

const contracts = process.env.SAMBUNG_CONTRACTS && path.join(process.env.SAMBUNG_CONTRACTS, "messaging/meta-whatsapp");
const PYWA_PHONE = "1122334455667";

const schema = missing ? null : new WhatsappSchema();
let inbox;
let provider;

before(async () => {
  inbox = await openInbox({ provider: { tokens: [SECRETS.access_token] } });
  provider = inbox.provider;
});
beforeEach(() => provider.reset());
afterEach(() => {
  for (const { body } of missing ? [] : provider.sends) assert.equal(schema.complaint(body), null, "all that left is as Meta describes it");
  assert.deepEqual(provider.refused, []);
});
after(() => inbox?.close());

const connect = (settings, secrets = {}) =>
  inbox.owner.post("/v1/channels", { kind: "whatsapp", name: "Another", settings, secrets: { ...SECRETS, ...secrets } });

// ---- connecting ----

test("a token that Meta refuses is not saved, and the form names its line", async () => {
  const problem = await refused(connect({ phone_number_id: "106540352242999" }, { access_token: "stale" }), 422, "invalid");
  assert.match(problem.field, /access_token$/);
  provider.next.phone({ status: 400, code: 100, message: "Unsupported get request" });
  assert.match((await refused(connect({ phone_number_id: "106540352242999" }), 422, "invalid")).field, /phone_number_id$/);
  const { items } = await inbox.owner.get("/v1/channels");
  assert.ok(!items.some((channel) => channel.settings.phone_number_id === "106540352242999"));
});

test("the card says when a token ends; a new one, a silent Meta and a token that may not send are told apart", async () => {
  const usual = provider.token;
  const at = `/v1/channels/${(await connect({ phone_number_id: "106540352242777" })).id}`;
  const renew = async () => inbox.owner.patch(at, { secrets: { access_token: "the-token" }, version: (await inbox.owner.get(at)).version });
  assert.equal((await inbox.owner.get(at)).token_expires_at, null, "this one never ends");
  provider.token = { ...usual, expires_at: 1_893_456_000 };
  assert.equal((await renew()).token_expires_at, "2030-01-01T00:00:00.000Z");
  const { version } = await inbox.owner.get(at);
  assert.equal((await inbox.owner.patch(at, { name: "Renamed", version })).token_expires_at, "2030-01-01T00:00:00.000Z");
  provider.token = { ...usual, scopes: ["public_profile"] };
  assert.match((await refused(renew(), 422, "invalid")).field, /access_token$/);
  provider.next.token({ status: 500 });
  const untold = (await inbox.owner.get(at)).version;
  const again = await inbox.owner.patch(at, { settings: { phone_number_id: "106540352242777" }, secrets: {}, version: untold });
  assert.equal(again.token_expires_at, "2030-01-01T00:00:00.000Z", "the same token, and Meta says nothing");
  provider.next.token({ hang: "before" });
  assert.equal((await renew()).token_expires_at, null, "another token, and Meta says nothing in time");
  provider.token = usual;
  await inbox.owner.delete(at);
});

test("a connected channel shows its settings and none of its secrets", async () => {
  const text = JSON.stringify(await inbox.owner.get(`/v1/channels/${inbox.channel.id}`));
  assert.ok(text.includes(PHONE_ID));
  for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret));
});

/** The provider's ids of all messages that expected.txt has for these fixtures. */
function expectedIds(names) {
  const text = readFileSync(path.join(root, "tests/fixtures/whatsapp/expected.txt"), "utf8");
  const ids = new Set();
  for (const block of text.split(/\n(?=\[)/).slice(1)) {
    if (!names.has(block.slice(1, block.indexOf("]")))) continue;
    for (const [, id] of block.matchAll(/^message .*? id=(\S+)/gm)) ids.add(id);
  }
  return ids;
}

test("every published webhook is taken in: all its messages are there and none failed", { skip: missing }, async () => {
  const pywa = await inbox.connect(PYWA_PHONE);
  const folders = [["pywa-split", pywa], ["openapi-examples", inbox.channel]];
  for (const [folder, channel] of folders) {
    const names = readdirSync(path.join(contracts, folder)).filter((n) => folder === "pywa-split" || n.startsWith("webhook-"));
    const ours = new Set();
    for (const name of names) {
      const body = readFileSync(path.join(contracts, folder, name), "utf8");
      assert.equal(await inbox.hook(body, { channel }), 200, name);
      if (body.includes(`"${channel.settings.phone_number_id}"`)) ours.add(name.replace(/\.json$/, ""));
    }
    const expected = expectedIds(ours);
    assert.ok(expected.size >= 8, "the list means something");
    await eventually(`${folder} is read`, async () =>
      (await inbox.server.sql(`SELECT count(*) FROM inbound WHERE channel_id = '${channel.id}' AND state = 'new'`)) === "0");
    const failed = await inbox.owner.get(`/v1/channels/${channel.id}/inbound?state=failed`);
    assert.deepEqual(failed.items.map((i) => i.error), []);
    const found = await inbox.server.sql(`SELECT provider_id FROM message WHERE channel_id = '${channel.id}' AND provider_id IS NOT NULL`);
    const ids = new Set(found.split("\n"));
    assert.deepEqual([...expected].filter((id) => !ids.has(id)), []);
  }
});

test("a batch with nonsense in it keeps what makes sense", async () => {
  const body = readFileSync(path.join(root, "tests/fixtures/whatsapp/own-batch.json"), "utf8").replaceAll("880000000000001", PHONE_ID);
  assert.equal(await inbox.hook(body), 200);
  const { items } = await eventually("both customers are there", async () => {
    const page = await inbox.owner.get("/v1/conversations?state=all&q=60121111111");
    return page.items.length === 1 && page;
  });
  const messages = await eventually("three messages", async () => {
    const all = await inbox.messages(items[0]);
    return all.length >= 3 && all;
  });
  assert.deepEqual(messages.map((m) => [m.kind, m.body]), [["text", "fourth"], ["text", "third"], ["unsupported", ""]]);
});

// ---- sending ----

test("a reply leaves as Meta wants it and its ticks come back", async () => {
  const { conversation, wamid } = await inbox.meet("ada stok?");
  const [first] = await inbox.messages(conversation);
  const message = await inbox.reply(conversation, "Ada! https://example.com/katalog", { reply_to_id: first.id });
  await inbox.untilState(message, "sent");
  const [send] = inbox.sendsOf(message);
  assert.equal(send.body.text.preview_url, true);
  assert.deepEqual(send.body.context, { message_id: wamid });
  await inbox.report(send, "read");
  await inbox.report(send, "delivered");
  await inbox.untilState(message, "read");
  assert.equal(inbox.sendsOf(message).length, 1);
});

test("a refusal becomes words that an agent understands", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ status: 400, code: 131026 });
  const message = await inbox.reply(conversation, "hello?");
  const failed = await inbox.untilState(message, "failed");
  assert.equal(failed.error_code, "131026");
  assert.match(failed.error_text, /customer cannot get this/);
});

test("too fast, or not there at the moment: it is tried again and sent once", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ status: 429, retryAfter: 1 }, { status: 503 });
  const message = await inbox.reply(conversation, "patience");
  await inbox.untilState(message, "sent", { tries: 600 });
  assert.equal(inbox.sendsOf(message).length, 1);
});

for (const [what, behaviour] of [
  ["reset after it was accepted", { reset: "after" }],
  ["cut in the middle", { truncate: true }],
  ["odd", { body: "<html>welcome to the hotel's network</html>" }],
]) {
  test(`an answer that is ${what} is uncertain, and the status report settles it`, async () => {
    const { conversation } = await inbox.meet();
    provider.next(behaviour);
    const message = await inbox.reply(conversation, "did you get this?");
    await inbox.untilState(message, "uncertain");
    const sends = inbox.sendsOf(message);
    assert.equal(sends.length, 1);
    await inbox.report(sends[0], "delivered");
    await inbox.untilState(message, "delivered");
    assert.equal(inbox.sendsOf(message).length, 1, "never a blind second send");
  });
}

test("a server error without Meta's own words is uncertain, and a person settles it", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ status: 502 });
  const message = await inbox.reply(conversation, "hello");
  await inbox.untilState(message, "uncertain");
  await inbox.owner.post(`/v1/messages/${message.id}/settle`, { outcome: "not_sent" });
  await inbox.untilState(message, "failed");
  await inbox.owner.post(`/v1/messages/${message.id}/retry`);
  await inbox.untilState(message, "sent");
  assert.equal(inbox.sendsOf(message).length, 1);
});

// ---- who it is ----

test("someone without a phone number is answered by their id, and later known by both", async () => {
  const userId = `MY.${Date.now()}`;
  const envelope = (contact, message) => JSON.stringify({
    object: "whatsapp_business_account",
    entry: [{ id: "1", changes: [{ field: "messages", value: { messaging_product: "whatsapp", metadata: { phone_number_id: PHONE_ID }, contacts: [contact], messages: [message] } }] }],
  });
  const text = (id, body) => ({ id, timestamp: String(Math.floor(Date.now() / 1000)), type: "text", text: { body } });
  const profile = { name: `Sheena ${userId}`, username: "@sheena.n" }; // fixtures know another Sheena
  await inbox.hook(envelope({ profile, user_id: userId }, { ...text(inbox.nextWamid(), "salam"), from_user_id: userId }));
  const conversation = await eventually("Sheena is there", async () => (await inbox.owner.get(`/v1/conversations?state=all&q=${encodeURIComponent(profile.name)}`)).items[0]);
  const message = await inbox.reply(conversation, "waalaikumsalam");
  await inbox.untilState(message, "sent");
  const [send] = inbox.sendsOf(message);
  assert.deepEqual([send.body.recipient, send.body.to], [userId, undefined]);
  const phone = inbox.customer();
  await inbox.hook(envelope({ profile, user_id: userId, wa_id: phone }, { ...text(inbox.nextWamid(), "my number"), from: phone, from_user_id: userId }));
  await inbox.untilMessage(conversation, "it is the same thread", (m) => m.body === "my number");
});

test("a new phone number keeps the conversation", async () => {
  const { phone, conversation } = await inbox.meet("before");
  const now = inbox.customer();
  await inbox.receive(phone, { content: { type: "system", system: { type: "user_changed_number", wa_id: now, body: "changed" } } });
  await inbox.receive(now, { text: "after" });
  await inbox.untilMessage(conversation, "the new number writes into the old thread", (m) => m.body === "after");
  const message = await inbox.reply(conversation, "welcome back");
  await inbox.untilState(message, "sent");
  assert.equal(inbox.sendsOf(message)[0].to, now);
});

test("an edit and a revoke reach the message", async () => {
  const { phone, wamid, conversation } = await inbox.meet("first words");
  const edit = { type: "edit", edit: { original_message_id: wamid, message: { type: "text", text: { body: "better words" } } } };
  await inbox.receive(phone, { content: edit });
  await inbox.untilMessage(conversation, "it is edited", (m) => m.body === "better words" && m.edited_at);
  await inbox.receive(phone, { content: { type: "revoke", revoke: { original_message_id: wamid } } });
  await inbox.untilMessage(conversation, "it is taken back", (m) => m.revoked_at);
});
