// Killing any process at any moment loses nothing and doubles nothing.
//
// Webhooks with words and with pictures, API sends with words and with files, notes, and status reports
// go on while web, worker, PostgreSQL and single PostgreSQL backends get SIGKILL at random moments.
// A second worker, that nobody kills, shares the work.  What was not acknowledged is repeated, as providers and careful clients do.  Then every
// webhook's message, every send and every note is there exactly once, the provider got no message
// twice, no work is stuck, and a reader of the feed has been told of every message.  60 seconds;
// SAMBUNG_KILL_SECONDS=600 for the long run, SAMBUNG_KILL_SEED to repeat one.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { mediaMessage, signedWebhook, startFakeWhatsapp, textMessage } from "./fake-whatsapp.mjs";
import { eventually, processTree, startServer } from "./harness.mjs";

const SECONDS = Number(process.env.SAMBUNG_KILL_SECONDS ?? 60);
const SEED = Number(process.env.SAMBUNG_KILL_SEED ?? Date.now() % 1e9);
const SENDERS = 40;
const OFTEN = { web: 0.3, worker: 0.4, postgres: 0.12, backend: 0.12 }; // when the database recovers, little else happens
const SECRETS = { access_token: "kill-token", app_secret: "kill-secret", verify_token: "kill-verify" };
const PHONE_ID = "1122334455667";
const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

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
let second;
let client;
let channel;
let running = true;
let finished = false;
let picture;
const webhooks = new Map(); // wamid -> {body, acked}
const posts = new Map(); // Idempotency-Key -> {target, what, file, id}: sends and notes
const told = new Set(); // ids of messages that the feed has spoken of

before(async () => {
  provider = await startFakeWhatsapp({ delayMs: 20 });
  server = await startServer({
    egress: { "graph.facebook.com": provider.url, "lookaside.fbsbx.com": provider.url },
    env: { SAMBUNG_LOG_LEVEL: "warn", SAMBUNG_RATE_PERCENT: "0" },
  });
  picture = provider.addMedia(PNG, "image/png");
  client = await server.signIn();
  second = spawn(server.binary, ["worker", "--dev", "--data", server.data], {
    env: { PATH: process.env.PATH, SAMBUNG_EGRESS_MAP: server.egressMap, SAMBUNG_LOG_LEVEL: "error" }, stdio: "ignore",
  });
  channel = await client.post("/v1/channels", {
    kind: "whatsapp", name: "Kill", settings: { phone_number_id: PHONE_ID }, secrets: SECRETS,
  });
});

after(async () => {
  running = false;
  finished = true;
  second?.kill();
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

/** Until it is done, or for some seconds: what is left then is left to the end. */
async function severalTimes(attempt) {
  for (let tries = 0; !(await attempt()) && running && tries < 30; tries++) await pause(100);
}

async function webhookLane(lane) {
  for (let n = 0; running; n++) {
    const id = `wamid.kill.${lane}.${n}`;
    const head = { phoneId: PHONE_ID, from: `6012000${String(n % SENDERS).padStart(4, "0")}`, id };
    const body = n % 20 === 7 ? mediaMessage({ ...head, mediaId: picture, caption: `webhook ${lane}.${n}` }) : textMessage({ ...head, text: `webhook ${lane}.${n}` });
    const webhook = { body, acked: false };
    webhooks.set(id, webhook);
    webhook.acked = await deliverWebhook(body);
    if (!webhook.acked) await pause(100);
  }
}

/** Ask for one; what the answer says about it. */
async function deliverPost(key, post) {
  try {
    if (post.file && !post.what.attachment_ids) post.what.attachment_ids = [await upload(post.file)];
    post.id = (await client.post(post.target, post.what, { "idempotency-key": key })).id;
  } catch (error) {
    assert.ok(!error.status || error.status >= 500 || error.status === 409, String(error));
  }
}

async function upload(data) {
  const answer = await server.fetch("/v1/uploads?name=part.png", { method: "POST", headers: { authorization: `Bearer ${client.token}` }, body: data });
  if (answer.status !== 201) throw Object.assign(new Error(await answer.text()), { status: answer.status });
  return (await answer.json()).id;
}

async function postLane(make) {
  for (let n = 0; running; n++) {
    const key = randomUUID();
    const post = { ...make(n), id: null };
    posts.set(key, post);
    await severalTimes(() => deliverPost(key, post).then(() => post.id));
  }
}

const sendLane = (lane, conversations) =>
  postLane((n) => ({
    target: `/v1/conversations/${conversations[n % conversations.length]}/messages`, what: { kind: "text", body: `send ${lane}.${n}` },
    file: n % 20 === 3 ? PNG : null,
  }));

const noteLane = (lane, contacts) =>
  postLane((n) => ({ target: `/v1/contacts/${contacts[n % contacts.length]}/notes`, what: { body: `note ${lane}.${n}` } }));

/** Somebody who reads the feed as it grows, from what was there in the beginning. */
async function feedLane() {
  let cursor = "";
  for (let last = false; ; ) {
    try {
      const page = await client.get(`/v1/feed?limit=500${cursor && `&after=${cursor}`}`);
      assert.ok(!page.reset, "the feed begins where it was left");
      for (const item of page.items) if (item.kind === "message") told.add(item.id);
      cursor = page.next_cursor;
      if (page.more || page.items.length > 0) continue;
      if (last) return;
      last = finished;
    } catch (error) {
      assert.ok(!error.code?.startsWith?.("ERR_ASSERTION"), String(error));
    }
    await pause(50);
  }
}

async function report(send) {
  while (!(await deliverWebhook(provider.statusFor(send, "delivered", PHONE_ID)))) await pause(100);
}

/** What the provider accepted it reports back, again and again until it is acknowledged; one in three it keeps for later. */
async function statusLane() {
  for (let at = 0; running; ) {
    const send = provider.sends[at];
    if (send && at++ % 3 > 0) await report(send);
    else if (!send) await pause(50);
  }
}

async function reportTheRest() {
  const rest = [...provider.sends];
  await Promise.all(Array.from({ length: 16 }, async () => {
    while (rest.length > 0) await report(rest.pop());
  }));
}

/** One of PostgreSQL's own children: then it drops all its connections and recovers. */
function backend(random) {
  const postmaster = server.pid("postgres");
  const children = postmaster ? processTree(postmaster).slice(1) : [];
  return children[Math.floor(random() * children.length)];
}

async function killer(random) {
  const deaths = { web: 0, worker: 0, postgres: 0, backend: 0 };
  const until = Date.now() + SECONDS * 1000;
  while (Date.now() < until) {
    await pause(500 + random() * 2500);
    const roles = Object.keys(deaths).filter((role) => random() < OFTEN[role]); // sometimes several at once
    for (const role of roles) {
      const pid = role === "backend" ? backend(random) : server.pid(role);
      if (!pid) continue;
      try {
        process.kill(pid, "SIGKILL");
        deaths[role]++;
      } catch {
        // it was dying already
      }
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
    return items.length === SENDERS && items;
  }, { tries: 600 });
}

async function repeatWhatWasNotAcknowledged() {
  for (const webhook of webhooks.values()) {
    while (!webhook.acked) webhook.acked = await deliverWebhook(webhook.body);
  }
  for (const [key, post] of posts) {
    while (!post.id) await deliverPost(key, post);
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

test(`${SECONDS} s of killing (seed ${SEED})`, { timeout: (SECONDS + 300) * 1000 }, async (t) => {
  const feed = feedLane();
  const threads = await startConversations();
  const conversations = threads.map((c) => c.id);
  const contacts = threads.map((c) => c.contact.id);
  const lanes = [1, 2, 3, 4].flatMap((lane) => [webhookLane(lane), sendLane(lane, conversations), noteLane(lane, contacts)]);
  const status = statusLane();
  const deaths = await killer(generator(SEED));
  const phases = [];
  const phase = (name) => phases.push(`${name} ${((Date.now() - began) / 1000).toFixed(0)} s`);
  const began = Date.now();
  running = false;
  await Promise.all(lanes);
  await server.untilReady();
  phase("ready");
  await repeatWhatWasNotAcknowledged();
  phase("repeated");
  await eventually("the queue runs dry", async () => {
    const stuck = await server.sql(`SELECT count(*) FROM inbound WHERE state = 'new';
      SELECT count(*) FROM job WHERE state = 'running' OR (state = 'queued' AND kind IN ('inbound', 'deliver', 'fetch_media'));`);
    return stuck === "0\n0";
  }, { tries: 900, every: 200 });
  phase("dry");
  const uncertain = await server.sql("SELECT count(*) FROM message WHERE state = 'uncertain'");
  await status;
  await reportTheRest();
  await eventually("the status reports are read", async () => (await server.sql("SELECT count(*) FROM inbound WHERE state = 'new'")) === "0", { tries: 600 });
  phase("reported");
  finished = true;
  await feed;

  assert.equal(second.exitCode, null, "the second worker lives");
  t.diagnostic(`deaths ${JSON.stringify(deaths)}, ${webhooks.size} webhooks, ${posts.size} posts, ${provider.sends.length} at the provider, ${uncertain} were uncertain; after the last death: ${phases.join(", ")}`);
  assert.ok(Object.values(deaths).reduce((a, b) => a + b) >= SECONDS / 10, "enough died to mean something");

  const inbound = await pairs("SELECT provider_id, id FROM message WHERE direction = 'in'");
  assert.deepEqual([...webhooks.keys()].filter((id) => inbound.get(id)?.length !== 1), [], "each acknowledged webhook's message is there exactly once");
  assert.equal(inbound.size, webhooks.size, "and no other");
  assert.equal(await server.sql("SELECT count(*) FROM inbound WHERE state = 'failed'"), "0", "nothing failed to be read");
  assert.equal(await server.sql("SELECT count(*) FROM attachment WHERE message_id IS NOT NULL AND state <> 'stored'"), "0", "each file is there");
  assert.equal(await server.sql("SELECT sum(inbound_count) FROM conversation"), String(webhooks.size), "no counter counted twice");

  const outgoing = await pairs("SELECT body, id || '|' || state FROM message WHERE direction = 'out' AND kind IN ('text', 'image')");
  const notes = await pairs("SELECT body, id FROM note");
  const missing = [...posts.values()].filter(({ what, id }) => {
    const rows = (what.kind ? outgoing : notes).get(what.body);
    return rows?.length !== 1 || !rows[0].startsWith(id);
  });
  assert.deepEqual(missing, [], "each acknowledged send and note is there exactly once");
  assert.equal(outgoing.size + notes.size, posts.size, "and no other");

  const accepted = new Map();
  for (const { reference } of provider.sends) accepted.set(reference, (accepted.get(reference) ?? 0) + 1);
  assert.deepEqual([...accepted].filter(([, times]) => times > 1), [], "the provider got nothing twice");
  const wrong = [];
  for (const [body, [row]] of outgoing) {
    const [id, state] = row.split("|");
    const times = accepted.get(id) ?? 0;
    const right = state === "delivered" ? times === 1 : state === "uncertain" ? times === 0 : false;
    if (!right) wrong.push({ body, state, times });
  }
  assert.deepEqual(wrong, [], "each send's state is what the provider saw; what stayed uncertain it never got");

  const messages = (await server.sql("SELECT id FROM message WHERE kind <> 'event'")).split("\n");
  assert.deepEqual(messages.filter((id) => !told.has(id)), [], "the feed spoke of every message");
});
