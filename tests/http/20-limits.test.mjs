// What strangers may cost: guessed tokens, the operator's pages, a visitor's files.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, startServer } from "./harness.mjs";

const PERCENT = 20;
let server, client;
before(async () => {
  server = await startServer({ env: { SAMBUNG_LOG_LEVEL: "warn", SAMBUNG_RATE_PERCENT: String(PERCENT), SAMBUNG_TRUSTED_PROXIES: "127.0.0.1" } });
  client = await server.signIn();
});
after(() => server?.stop());

async function callsOf(statement) {
  const text = await (await server.fetch("/metrics")).text();
  return Number(text.match(new RegExp(`^sambung_statement_calls_total\\{statement="${statement}"\\} (\\d+)$`, "m"))?.[1] ?? 0);
}

/** How often the statement was asked while call ran many times; and the seconds that took. */
async function asked(statement, call, times) {
  const [before, began] = [await callsOf(statement), Date.now()];
  for (let n = 0; n < times; n++) await call(n);
  const seconds = (Date.now() - began) / 1000;
  return { calls: (await callsOf(statement)) - before, seconds };
}

// ---- the operator's pages ----

for (const [page, statement] of [["/readyz", "worker_last_beat"], ["/metrics", "work_figures"]])
  test(`${page} asks the database once a second, however often it is asked for`, async () => {
    const { calls, seconds } = await asked(statement, async () => {
      const answers = await Promise.all(Array.from({ length: 5 }, () => server.fetch(page)));
      for (const answer of answers) assert.equal(answer.status, 200);
      await Promise.all(answers.map((answer) => answer.arrayBuffer()));
    }, 8);
    assert.ok(calls <= seconds + 2, `${calls} in ${seconds} s`);
  });

// ---- tokens ----

const token = (n) => `ses_${String(n).padStart(43, "x")}`;
const withToken = (text) => server.fetch("/v1/session", { headers: { authorization: `Bearer ${text}` } });

test("one false token, tried again and again, asks the database every few seconds", async () => {
  const { calls, seconds } = await asked("session_select", async () => assert.equal((await withToken(token("same"))).status, 401), 40);
  assert.ok(calls <= seconds / 5 + 1, `${calls} in ${seconds} s`);
});

/** False tokens until they are refused; how many were looked up. */
async function guessUntilRefused(headers = () => ({})) {
  const { calls } = await asked("session_select", async (n) => {
    const answer = await server.fetch("/v1/session", { headers: { authorization: `Bearer ${token(`${n} ${Math.random()}`)}`, ...headers(n) } });
    if (answer.status === 401) return;
    assert.equal(answer.status, 429);
    assert.ok(Number(answer.headers.get("retry-after")) >= 1);
    assert.equal((await answer.json()).code, "rate_limited");
  }, 200);
  return calls;
}

test("false tokens are looked up so often and no more, and who has signed in goes on", async () => {
  const calls = await guessUntilRefused();
  assert.ok(calls > 5 && calls < 150, `${calls} lookups`);
  assert.equal((await withToken(token("last"))).status, 429);
  assert.equal((await client.raw("GET", "/v1/session")).status, 200);
  const fresh = await server.signIn();
  assert.equal((await fresh.raw("GET", "/v1/session")).status, 200);
});

test("nobody is kept out by somebody else's guesses when the web process has forgotten everything", async () => {
  const old = server.pid("web");
  process.kill(old, "SIGKILL");
  await eventually("another process", () => server.pid("web") && server.pid("web") !== old);
  await eventually("it answers", async () => (await server.fetch("/healthz")).status === 200);
  await guessUntilRefused();
  for (let n = 0; (await withToken(token(`later ${n}`))).status !== 429; n++) assert.ok(n < 20);
  assert.equal((await client.raw("GET", "/v1/session")).status, 200);
});

test("an IPv6 customer, who has a whole network of addresses, is counted as one", async () => {
  const calls = await guessUntilRefused((n) => ({ "x-forwarded-for": `2001:db8:1:2::${n}` }));
  assert.ok(calls > 5 && calls < 150, `${calls} lookups`);
  const of = (address) => server.fetch("/v1/session", { headers: { authorization: `Bearer ${token(address)}`, "x-forwarded-for": address } });
  assert.equal((await of("2001:db8:1:2:3:4:5:6")).status, 429);
  assert.equal((await of("2001:db8:1:3::1")).status, 401);
});

// ---- a visitor's files ----

const KIB = 1024;

async function visitor(channel) {
  const answer = await server.fetch(`/chat/${channel.id}/visitor`, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
  assert.equal(answer.status, 200);
  const { token } = await answer.json();
  return async (bytes, headers = {}) => {
    const sent = await server.fetch(`/chat/${channel.id}/uploads?name=a.bin`, { method: "POST", headers: { authorization: `Bearer ${token}`, ...headers }, body: new Uint8Array(bytes) });
    const { code, id } = await sent.json();
    return { status: sent.status, code, id, retry: Number(sent.headers.get("retry-after") ?? 0) };
  };
}

const refused = (answer) => answer.status === 429 && answer.code === "rate_limited" && answer.retry >= 1;

test("a visitor uploads so many bytes and so many files, and an address so many for all its visitors", { timeout: 60_000 }, async () => {
  const channel = await client.post("/v1/channels", { kind: "webchat", name: "Website", settings: {}, secrets: {} });
  const greedy = await visitor(channel);
  assert.equal((await greedy(8 * KIB * KIB)).status, 201);
  const more = await greedy(8 * KIB * KIB);
  assert.ok(refused(more), JSON.stringify(more));

  const busy = await visitor(channel);
  const answers = [];
  for (let n = 0; n < 8; n++) answers.push(await busy(10));
  assert.deepEqual(answers.slice(0, 4).map((a) => a.status), [201, 201, 201, 201]);
  assert.ok(refused(answers.at(-1)), JSON.stringify(answers));

  let files = 0;
  for (let n = 0; n < 10; n++) {
    const upload = await visitor(channel);
    const answer = await upload(10);
    if (answer.status !== 201) assert.ok(refused(answer), JSON.stringify(answer));
    files += answer.status === 201;
  }
  assert.ok(files > 0 && files < 10, `${files} of ten visitors of one address`);
});

test("a file that is refused for its size does not count, nor does one that is sent again with its key", { timeout: 60_000 }, async () => {
  const channel = await client.post("/v1/channels", { kind: "webchat", name: "Website", settings: {}, secrets: {} });
  const upload = await visitor(channel);
  const from = { "x-forwarded-for": "203.0.113.9" };
  const first = await upload(8 * KIB * KIB, { ...from, "idempotency-key": "large" });
  assert.equal(first.status, 201);
  for (let n = 0; n < 4; n++) assert.ok(refused(await upload(8 * KIB * KIB, from)));
  for (let n = 0; n < 4; n++) {
    const again = await upload(8 * KIB * KIB, { ...from, "idempotency-key": "large" });
    assert.deepEqual([again.status, again.id], [201, first.id]);
  }
  for (let n = 0; n < 3; n++) assert.equal((await upload(10, from)).status, 201, "the second to the fourth");
  assert.ok(refused(await upload(10, from)));
});
