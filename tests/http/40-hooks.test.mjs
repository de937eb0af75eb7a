// The entry of webhooks: durable before the answer, once however often it is sent, and nothing of a forgery.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, before, test } from "node:test";
import { textMessage } from "./fake-whatsapp.mjs";
import { PHONE_ID, SECRETS, eventually, openInbox } from "./inbox.mjs";

let inbox;

before(async () => {
  inbox = await openInbox();
});
after(() => inbox?.close());

const rows = () => inbox.server.sql(`SELECT count(*) FROM inbound WHERE channel_id = '${inbox.channel.id}'`).then(Number);
const signed = (body, secret = SECRETS.app_secret) => ({
  "content-type": "application/json",
  "x-hub-signature-256": `sha256=${createHmac("sha256", secret).update(body).digest("hex")}`,
});
const post = (body, headers = signed(body), id = inbox.channel.id) =>
  inbox.server.fetch(`/hooks/${id}`, { method: "POST", headers, body });
const message = (more = {}) =>
  JSON.stringify(textMessage({ phoneId: PHONE_ID, from: inbox.customer(), id: inbox.nextWamid(), text: "hello", ...more }));

async function metric(name) {
  const text = await (await inbox.server.fetch("/metrics")).text();
  return Number(new RegExp(`^(?:sambung_)?${name} ([0-9.e+]+)$`, "m").exec(text)?.[1]);
}

test("a webhook is in the vault, sealed, when it is answered", async () => {
  const before = await rows();
  const body = message({ text: "the secret recipe" });
  assert.equal((await post(body)).status, 200);
  assert.equal(await rows(), before + 1);
  assert.equal(await inbox.server.sql("SELECT count(*) FROM inbound WHERE position('recipe'::bytea IN body) > 0"), "0");
});

test("the same bytes again are answered alike and kept once", async () => {
  const body = message();
  assert.equal((await post(body)).status, 200);
  const before = await rows();
  for (let i = 0; i < 3; i++) assert.equal((await post(body)).status, 200);
  assert.equal(await rows(), before);
});

test("many at once are all answered and all there", async () => {
  const before = await rows();
  const batches = await metric("vault_batches_total");
  const answers = await Promise.all(Array.from({ length: 200 }, () => post(message())));
  assert.deepEqual(new Set(answers.map((a) => a.status)), new Set([200]));
  assert.equal(await rows(), before + 200);
  assert.ok((await metric("vault_batches_total")) > batches);
});

test("a forgery is refused, stored nowhere, and counted on the channel's card", async () => {
  const before = await rows();
  const body = message();
  for (let i = 0; i < 5; i++) assert.equal((await post(body, signed(body, "guessed"))).status, 403);
  assert.equal((await post(body, { "content-type": "application/json" })).status, 403);
  assert.equal(await rows(), before);
  const { health, state } = await inbox.owner.get(`/v1/channels/${inbox.channel.id}`);
  assert.match(health.last_error, /signature/);
  assert.equal(state, "connected", "strangers cannot break a channel");
  const noted = health.last_error_at;
  await post(body, signed(body, "guessed again"));
  assert.equal((await inbox.owner.get(`/v1/channels/${inbox.channel.id}`)).health.last_error_at, noted, "not written for each");
});

test("an unknown channel and one without webhooks are refused", async () => {
  const body = message();
  assert.equal((await post(body, signed(body), "01890000-0000-7000-8000-000000000000")).status, 404);
  assert.equal((await post(body, signed(body), "not-an-id")).status, 404);
  const chat = await inbox.owner.post("/v1/channels", { kind: "webchat", name: "Chat", settings: {}, secrets: {} });
  assert.equal((await post(body, signed(body), chat.id)).status, 403);
  assert.equal((await inbox.owner.get(`/v1/channels/${chat.id}`)).health.last_error, null, "its id is public: no stranger marks its card");
  assert.equal((await inbox.server.fetch(`/hooks/${chat.id}?hub.mode=subscribe`)).status, 404);
});

test("what is over three megabytes is refused and what is below is kept", async () => {
  const before = await rows();
  const filler = (bytes) => JSON.stringify({ object: "whatsapp_business_account", entry: [], filler: "x".repeat(bytes) });
  assert.equal((await post(filler(2_900_000))).status, 200);
  assert.equal(await rows(), before + 1);
  assert.equal((await post(filler(3_200_000))).status, 413);
  assert.equal(await rows(), before + 1);
});

test("a body that nobody can read is kept, shown as failed, and can be tried again", async () => {
  const body = `{"object": "whatsapp_business_account", "entry": ${Date.now()}`;
  assert.equal((await post(body)).status, 200, "what is signed is kept, whatever it says");
  const failed = await eventually("it is shown as failed", async () => {
    const { items } = await inbox.owner.get(`/v1/channels/${inbox.channel.id}/inbound?state=failed`);
    return items[0];
  });
  assert.equal((await inbox.owner.raw("POST", `/v1/inbound/${failed.id}/replay`, {})).status, 202);
});

test("a changed secret counts within seconds", async () => {
  const channel = await inbox.connect("106540352242999");
  const body = message();
  assert.equal((await post(body, signed(body), channel.id)).status, 200);
  await inbox.owner.patch(`/v1/channels/${channel.id}`, { version: channel.version, secrets: { ...SECRETS, app_secret: "the-new-secret" } });
  const other = message();
  await eventually("the new secret counts", async () => (await post(other, signed(other, "the-new-secret"), channel.id)).status === 200);
  assert.equal((await post(message(), signed("x", SECRETS.app_secret), channel.id)).status, 403);
});

test("a channel that was disconnected takes nothing any more", async () => {
  const channel = await inbox.connect("106540352242998");
  const body = message();
  assert.equal((await post(body, signed(body), channel.id)).status, 200);
  await inbox.owner.delete(`/v1/channels/${channel.id}`);
  await eventually("it is gone", async () => (await post(body, signed(body), channel.id)).status === 404);
});
