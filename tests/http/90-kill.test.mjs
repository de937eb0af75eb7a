// Killing any process at any moment loses nothing and doubles nothing.
//
// Webhooks, API sends and status reports go on while web, worker and PostgreSQL get SIGKILL at random
// moments.  What was not acknowledged is repeated, as providers and careful clients do.  Then every
// webhook's message and every send is there exactly once, the provider got no message twice, and no
// work is stuck.  60 seconds; SAMBUNG_KILL_SECONDS=600 for the long run, SAMBUNG_KILL_SEED to repeat one.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { startFakeWhatsapp, signedWebhook, textMessage } from "./fake-whatsapp.mjs";
import { eventually, startServer } from "./harness.mjs";

const SECONDS = Number(process.env.SAMBUNG_KILL_SECONDS ?? 60);
const SEED = Number(process.env.SAMBUNG_KILL_SEED ?? Date.now() % 1e9);
const SENDERS = 40;
const SECRETS = { access_token: "kill-token", app_secret: "kill-secret", verify_token: "kill-verify" };
const PHONE_ID = "1122334455667";

/** Small and repeatable: the moments of death must be reproducible by seed. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

let provider;
let server;
let client;
let channel;
let running = true;
const webhooks = new Map(); // wamid -> {body, acked}
const sends = new Map(); // key -> {conversation, body, id}

before(async () => {
  provider = await startFakeWhatsapp({ delayMs: 20 });
  server = await startServer({
    egress: { "graph.facebook.com": provider.url, "lookaside.fbsbx.com": provider.url },
    env: { SAMBUNG_LOG_LEVEL: "warn" },
  });
  client = await server.signIn();
  channel = await client.post("/v1/channels", {
    kind: "whatsapp", name: "Kill", settings: { phone_number_id: PHONE_ID }, secrets: SECRETS,
  });
});

after(async () => {
  running = false;
  await server?.stop();
  await provider?.stop();
});

/** True when it was acknowledged. */
async function deliverWebhook(body) {
  try {
    const answer = await fetch(`${server.url}/hooks/${channel.id}`, {
      ...signedWebhook(body, SECRETS.app_secret),
      signal: AbortSignal.timeout(15000),
    });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function webhookLane(lane) {
  for (let n = 0; running; n++) {
    const id = `wamid.kill.${lane}.${n}`;
    const body = textMessage({ phoneId: PHONE_ID, from: `6012000${String(n % SENDERS).padStart(4, "0")}`, id, text: `webhook ${lane}.${n}` });
    const webhook = { body, acked: false };
    webhooks.set(id, webhook);
    webhook.acked = await deliverWebhook(body);
    if (!webhook.acked) await pause(100);
  }
}

/** Ask for one send; what the answer says about it. */
async function deliverSend(key, send) {
  try {
    const message = await client.post(`/v1/conversations/${send.conversation}/messages`, { kind: "text", body: send.body }, { "idempotency-key": key });
    send.id = message.id;
  } catch (error) {
    assert.ok(!error.status || error.status >= 500 || error.status === 409 || error.status === 429, String(error));
  }
}

async function sendLane(lane, conversations) {
  for (let n = 0; running; n++) {
    const key = randomUUID();
    const send = { conversation: conversations[n % conversations.length], body: `send ${lane}.${n}`, id: null };
    sends.set(key, send);
    await deliverSend(key, send);
    if (!send.id) await pause(100);
  }
}

/** What the provider accepted it reports back, again and again until it is acknowledged. */
async function statusLane() {
  for (let at = 0; running || at < provider.sends.length; ) {
    if (at >= provider.sends.length) {
      await pause(50);
      continue;
    }
    if (await deliverWebhook(provider.statusFor(provider.sends[at], "delivered", PHONE_ID))) at++;
    else await pause(100);
  }
}

async function killer(random) {
  const deaths = { web: 0, worker: 0, postgres: 0 };
  const until = Date.now() + SECONDS * 1000;
  while (Date.now() < until) {
    await pause(500 + random() * 2500);
    const role = ["web", "worker", "postgres"][Math.floor(random() * 3)];
    const pid = server.pid(role);
    if (!pid) continue;
    try {
      process.kill(pid, "SIGKILL");
      deaths[role]++;
    } catch {
      // it was dying already
    }
  }
  return deaths;
}

async function startConversations() {
  for (let n = 0; n < SENDERS; n++) {
    const id = `wamid.kill.first.${n}`;
    const body = textMessage({ phoneId: PHONE_ID, from: `6012000${String(n).padStart(4, "0")}`, id, text: "first" });
    webhooks.set(id, { body, acked: await deliverWebhook(body) });
  }
  return eventually("every sender has a conversation", async () => {
    const { items } = await client.get("/v1/conversations?state=open&view=all&limit=100");
    return items.length === SENDERS && items.map((c) => c.id);
  });
}

async function repeatWhatWasNotAcknowledged() {
  for (const webhook of webhooks.values()) {
    while (!webhook.acked) webhook.acked = await deliverWebhook(webhook.body);
  }
  for (const [key, send] of sends) {
    while (!send.id) await deliverSend(key, send);
  }
}

/** A table by its first column: the values of the second. */
async function pairs(sql) {
  const rows = (await server.sql(sql)).split("\n").filter(Boolean);
  const out = new Map();
  for (const row of rows) {
    const [key, ...rest] = row.split("|");
    out.set(key, [...(out.get(key) ?? []), rest.join("|")]);
  }
  return out;
}

test(`${SECONDS} s of killing (seed ${SEED})`, { timeout: (SECONDS + 240) * 1000 }, async (t) => {
  const conversations = await startConversations();
  const lanes = [webhookLane(1), webhookLane(2), webhookLane(3), sendLane(1, conversations), sendLane(2, conversations)];
  const status = statusLane();
  const deaths = await killer(generator(SEED));
  running = false;
  await Promise.all(lanes);
  await server.untilReady();
  await repeatWhatWasNotAcknowledged();
  await eventually("the queue runs dry", async () => {
    const stuck = await server.sql(`SELECT count(*) FROM inbound WHERE state = 'new';
      SELECT count(*) FROM job WHERE state = 'running' OR (state = 'queued' AND kind IN ('inbound', 'deliver'));`);
    return stuck === "0\n0";
  }, { tries: 900, every: 200 });
  await status;
  await eventually("the status reports are read", async () => (await server.sql("SELECT count(*) FROM inbound WHERE state = 'new'")) === "0", { tries: 600 });

  t.diagnostic(`deaths ${JSON.stringify(deaths)}, ${webhooks.size} webhooks, ${sends.size} sends, ${provider.sends.length} at the provider`);
  assert.ok(Object.values(deaths).reduce((a, b) => a + b) >= SECONDS / 10, "enough died to mean something");

  const inbound = await pairs("SELECT provider_id, id FROM message WHERE direction = 'in'");
  assert.deepEqual([...webhooks.keys()].filter((id) => inbound.get(id)?.length !== 1), [], "each acknowledged webhook's message is there exactly once");
  assert.equal(inbound.size, webhooks.size, "and no other");
  assert.equal(await server.sql("SELECT count(*) FROM inbound WHERE state = 'failed'"), "0", "nothing failed to be read");

  const outgoing = await pairs("SELECT body, id || '|' || state FROM message WHERE direction = 'out' AND kind = 'text'");
  const byBody = new Map([...sends.values()].map((send) => [send.body, send]));
  assert.deepEqual([...byBody].filter(([body, send]) => outgoing.get(body)?.length !== 1 || !outgoing.get(body)[0].startsWith(send.id)), [], "each acknowledged send is there exactly once");

  const accepted = new Map();
  for (const { reference } of provider.sends) accepted.set(reference, (accepted.get(reference) ?? 0) + 1);
  assert.deepEqual([...accepted].filter(([, times]) => times > 1), [], "the provider got nothing twice");
  const wrong = [];
  for (const [body, [row]] of outgoing) {
    const [id, state] = row.split("|");
    const times = accepted.get(id) ?? 0;
    const told = ["sent", "delivered", "read"].includes(state) ? times === 1 : state === "uncertain" ? times === 0 : false;
    if (!told) wrong.push({ body, state, times });
  }
  assert.deepEqual(wrong, [], "each send's state is what the provider saw; what stayed uncertain it never got");
});
