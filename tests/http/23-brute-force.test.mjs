// A thousand guesses a second, from many addresses: at one account, then at the door as a whole.  The owner still gets in, others
// do not wait for it, and nothing grows.  What others wait is compared with as many harmless requests, so that the machine does not matter.
//
// The guesses come through a trusted proxy (127.0.0.2), which says from where; everybody else comes from 127.0.0.1.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { ADMIN, eventually, startServer } from "./harness.mjs";

const A_SECOND = 1000;
const SECONDS = 5;
const NEVER_SEEN = { email: "nobody-at-all@example.com" };

let server, client;
before(async () => {
  server = await startServer({ env: { SAMBUNG_TRUSTED_PROXIES: "127.0.0.2", SAMBUNG_LOG_LEVEL: "warn" } });
  client = await server.signIn();
});
after(() => server?.stop());

const signIn = (headers = {}) => server.fetch("/v1/session", { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ ...ADMIN, token: true }) });
const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid("web")}/status`, "utf8"))[1]) / 1024;
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

/** So many requests a second, in a thread of its own; what came of them: {sent, statuses}. */
function flood(kind, email) {
  const worker = new Worker(fileURLToPath(new URL("./flood.mjs", import.meta.url)), { workerData: { port: server.port, aSecond: A_SECOND, seconds: SECONDS, kind, email } });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

/** What somebody at work sees meanwhile: how long each request took, in ms, until the flood is over. */
async function atWork(flooding) {
  const took = [];
  let over = false;
  const result = flooding.finally(() => (over = true));
  while (!over) {
    const began = performance.now();
    assert.equal((await client.raw("GET", "/v1/conversations?limit=10")).status, 200);
    took.push(performance.now() - began);
    await pause(20); // as somebody does, and within their own limit
  }
  return { took, result: await result };
}

/** The owner signs in again and again until the flood is over, within what one address may in a minute. */
async function owner(flooding) {
  const statuses = [];
  let over = false;
  flooding.finally(() => (over = true));
  while (!over && statuses.length < 6) statuses.push((await signIn()).status);
  return statuses;
}

let harmless;
test("the measure: what others wait while as many harmless requests come", async () => {
  const flooding = flood("harmless");
  [harmless] = await Promise.all([atWork(flooding), owner(flooding)]);
  assert.ok(harmless.took.length > 20);
});

for (const [what, email] of [["one account", ADMIN.email], ["the door as a whole", null]])
  test(`guessing at ${what}: the owner signs in from where they are, others do not wait, nothing grows`, async () => {
    const before = rss();
    const flooding = flood("guess", email);
    const [{ took, result }, owners] = await Promise.all([atWork(flooding), owner(flooding)]);
    assert.ok(result.sent >= 0.2 * harmless.result.sent, `${result.sent} guesses were answered, ${harmless.result.sent} harmless requests`);
    assert.deepEqual(Object.keys(result.statuses).filter((s) => !["401", "429", "503"].includes(s)), [], JSON.stringify(result.statuses));
    assert.ok(owners.length >= 3 && owners.every((status) => status === 200), owners.join());
    if (process.env.SAMBUNG_TEST_VERBOSE) console.log(median(took), median(harmless.took), JSON.stringify(result), owners.join(), rss() - before);
    const ratio = median(took) / median(harmless.took);
    assert.ok(ratio < 5, `others waited ${ratio.toFixed(1)} times as long: ${median(took).toFixed(1)} ms`);
    assert.ok(rss() - before < 25, `${rss() - before} MB more`);
  });

test("what is kept of it is little, and is not one line a guess", async () => {
  const kept = Number(await server.sql("SELECT count(*) FROM login_event"));
  assert.ok(kept < SECONDS * A_SECOND / 5, String(kept));
});

test("when it is over the owner gets in from elsewhere too", async () => {
  await eventually("they are in", async () => (await signIn({ "x-forwarded-for": "203.0.113.200" })).status === 200);
});

test("after a new start those who were there before still get in while it goes on", async () => {
  await server.halt();
  await server.start();
  const flooding = flood("guess", ADMIN.email);
  assert.ok((await owner(flooding)).includes(200));
  await flooding;
});

test("somebody nobody knows is told to come again, in the same words as everybody", async () => {
  const answer = await server.fetch("/v1/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...NEVER_SEEN, password: "not-this-one" }) });
  assert.ok([401, 429].includes(answer.status));
});
