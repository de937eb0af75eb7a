// What is down is named, what cannot be kept is refused, and all of it comes back by itself.
import assert from "node:assert/strict";
import { renameSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { eventually, startServer } from "./harness.mjs";

let server, client;
before(async () => {
  server = await startServer();
  client = await server.signIn();
});
after(() => server?.stop());

async function readiness() {
  const answer = await server.fetch("/readyz");
  const { status, checks } = await answer.json();
  assert.equal(status, answer.status === 200 ? "ready" : "not ready");
  return { code: answer.status, down: checks.filter((c) => !c.ok).map((c) => c.name), details: checks.map((c) => c.detail) };
}

/** Until what is down is just this: what /readyz says may be a second old. */
const untilDown = (...names) => eventually(`down: ${names}`, async () => {
  const now = await readiness();
  return now.down.join() === names.join() && now;
});

/** Again and again: it comes back within the second that an answer is good for. */
function killDatabase() {
  const pid = server.pid("postgres");
  if (pid) process.kill(pid, "SIGKILL");
}

const upload = () => server.fetch("/v1/uploads?name=a.txt", {
  method: "POST", headers: { authorization: `Bearer ${client.token}`, "content-type": "text/plain" }, body: "hello" });

async function without(folder, check) {
  const there = path.join(server.data, folder);
  renameSync(there, `${there}.away`);
  try {
    await check();
  } finally {
    renameSync(`${there}.away`, there);
  }
}

test("with everything there it is ready", async () => {
  assert.deepEqual((await readiness()).down, []);
  assert.equal((await upload()).status, 201);
});

test("without its spool it says so, and refuses what it cannot keep", async () => {
  await without("spool", async () => {
    assert.equal((await untilDown("spool")).code, 503);
    assert.equal((await upload()).status, 503);
    assert.equal((await client.raw("GET", "/v1/session")).status, 200, "the rest goes on");
  });
  assert.equal((await untilDown()).code, 200);
  assert.equal((await upload()).status, 201);
});

test("without its files it says so", async () => {
  await without("blobs", async () => {
    assert.equal((await untilDown("blobs")).code, 503);
  });
  assert.equal((await untilDown()).code, 200);
});

test("without its database it is alive and not ready, and then ready again", { timeout: 60_000 }, async () => {
  const state = await eventually("the database is missed", async () => {
    killDatabase();
    const now = await readiness();
    return now.code === 503 && now;
  });
  assert.ok(state.down.includes("database") || state.down.includes("database_system"), state.down.join());
  assert.ok(!JSON.stringify(state.details).match(/password|socket|FATAL|libpq/i), "the cause is for the log");
  assert.equal((await server.fetch("/healthz")).status, 200);
  await eventually("ready again", async () => (await readiness()).code === 200, { tries: 600 });
  assert.equal((await client.raw("GET", "/v1/session")).status, 200);
});

test("while the database is away the figures are still to be had", { timeout: 60_000 }, async () => {
  let seen = "";
  await eventually("a page of figures without the database", async () => {
    killDatabase();
    const answer = await server.fetch("/metrics");
    assert.equal(answer.status, 200);
    seen = await answer.text();
    return /^sambung_database_up 0$/m.test(seen);
  });
  assert.match(seen, /^sambung_requests_total/m);
  await eventually("ready again", async () => (await readiness()).code === 200, { tries: 600 });
});
