// Signing in, and what a browser's cookie may be used for.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { ADMIN, startServer } from "./harness.mjs";

let server, client;
before(async () => {
  // Many sign-ins from one address: the limit per address is another matter.
  server = await startServer({ env: { SAMBUNG_RATE_PERCENT: "1000" } });
  client = await server.signIn();
});
after(() => server?.stop());

const json = { "content-type": "application/json" };
const attempt = (email, password, headers = {}) =>
  server.fetch("/v1/session", { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify({ email, password }) });

async function cookie() {
  const answer = await attempt(ADMIN.email, ADMIN.password);
  return answer.headers.get("set-cookie").split(";")[0];
}

test("signing in gives a cookie that scripts cannot read, and no token unless asked", async () => {
  const answer = await attempt(ADMIN.email, ADMIN.password);
  assert.equal(answer.status, 200);
  const [signedIn, device] = answer.headers.getSetCookie();
  assert.match(signedIn, /^sambung=ses_[A-Za-z0-9_-]{54}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Lax$/);
  assert.match(device, /^sambung-device=dev_[A-Za-z0-9_-]{54}; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax$/);
  const session = await answer.json();
  assert.equal(session.token, null);
  assert.equal(session.user.email, ADMIN.email);
  assert.equal(session.role, "owner");
  assert.ok(session.permissions.includes("org:write"));
});

test("the address is not a matter of case or blanks", async () => {
  assert.equal((await attempt(` ${ADMIN.email.toUpperCase()} `, ADMIN.password)).status, 200);
});

test("wrong address and wrong password are told in the same words", async () => {
  const answers = await Promise.all([attempt(ADMIN.email, "wrong-password"), attempt("nobody@example.com", "wrong-password")]);
  const problems = await Promise.all(answers.map((a) => a.json()));
  assert.deepEqual(answers.map((a) => a.status), [401, 401]);
  assert.deepEqual(problems.map((p) => [p.code, p.detail])[0], problems.map((p) => [p.code, p.detail])[1]);
  assert.equal(problems[0].code, "bad_credentials");
});

test("an unknown address takes as long as a wrong password", async () => {
  const median = async (email) => {
    const times = [];
    for (let i = 0; i < 3; i++) {
      const began = process.hrtime.bigint();
      await attempt(email, "wrong-password");
      times.push(Number(process.hrtime.bigint() - began) / 1e6);
    }
    return times.sort((a, b) => a - b)[1];
  };
  // The work is counted, not timed: both do one Argon2, which takes far longer than all the rest.
  const known = await median("somebody-else@example.com");
  assert.ok(known > 5, `an unknown address was refused in ${known} ms`);
});

test("attempts are kept for the record, good ones and bad ones", async () => {
  const rows = await server.sql("SELECT outcome, count(*) > 0 FROM login_event GROUP BY outcome ORDER BY outcome");
  assert.match(rows, /bad_password\|t/);
  assert.match(rows, /ok\|t/);
  assert.match(rows, /unknown\|t/);
});

test("tokens are kept as digests only", async () => {
  const dump = await server.sql("SELECT encode(token_digest, 'base64') || ' ' || user_agent FROM session");
  assert.ok(!dump.includes(client.token.slice(4)));
});

test("a bearer token and a cookie are the same session", async () => {
  const value = await cookie();
  const token = value.split("=")[1];
  assert.equal((await server.fetch("/v1/session", { headers: { cookie: value } })).status, 200);
  assert.equal((await server.fetch("/v1/session", { headers: { cookie: `theme=dark; ${value}` } })).status, 200);
  assert.equal((await server.fetch("/v1/session", { headers: { authorization: `Bearer ${token}` } })).status, 200);
});

test("no token, a false one and a torn one are 401", async () => {
  for (const headers of [{}, { authorization: "Bearer" }, { authorization: "Bearer ses_" }, { authorization: `Bearer ses_${"a".repeat(43)}` },
    { authorization: `Bearer ${client.token.slice(0, -1)}` }, { authorization: `Basic ${client.token}` }, { cookie: "sambung=x" }]) {
    const answer = await server.fetch("/v1/session", { headers });
    assert.equal(answer.status, 401, JSON.stringify(headers));
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
  }
});

test("with the cookie a change must come from our own pages", async () => {
  const value = await cookie();
  const change = async (headers) =>
    (await server.fetch("/v1/me", { method: "PATCH", headers: { ...json, cookie: value, ...headers }, body: '{"theme":"dark"}' })).status;
  assert.equal(await change({}), 403);
  assert.equal(await change({ origin: "null" }), 403);
  assert.equal(await change({ origin: "https://evil.example" }), 403);
  assert.equal(await change({ origin: `http://127.0.0.1:${server.port + 1}` }), 403);
  assert.equal(await change({ origin: `https://127.0.0.1:${server.port}` }), 403);
  assert.equal(await change({ origin: server.url }), 200);
});

test("a false origin is refused in so many words", async () => {
  const answer = await server.fetch("/v1/me", { method: "PATCH", headers: { ...json, cookie: await cookie(), origin: "https://evil.example" }, body: "{}" });
  assert.equal((await answer.json()).code, "bad_origin");
});

test("another site cannot sign somebody in, or open their event stream", async () => {
  assert.equal((await attempt(ADMIN.email, ADMIN.password, { origin: "https://evil.example" })).status, 403);
  const answer = await server.fetch("/v1/events", { headers: { cookie: await cookie(), origin: "https://evil.example" } });
  assert.equal(answer.status, 403);
});

test("reading with the cookie needs no origin", async () => {
  assert.equal((await server.fetch("/v1/conversations", { headers: { cookie: await cookie() } })).status, 200);
});

test("signing out ends the session at once, and only that one", async () => {
  const one = await server.signIn();
  const two = await server.signIn();
  assert.equal((await one.raw("GET", "/v1/session")).status, 200);
  const gone = await one.raw("DELETE", "/v1/session");
  assert.equal(gone.status, 204);
  assert.match(gone.headers.get("set-cookie"), /^sambung=; Path=\/; Max-Age=0/);
  assert.equal((await one.raw("GET", "/v1/session")).status, 401);
  assert.equal((await one.raw("GET", "/v1/members")).status, 401);
  assert.equal((await two.raw("GET", "/v1/session")).status, 200);
});

test("one's own settings are kept", async () => {
  const changed = await client.patch("/v1/me", { locale: "ms", theme: "light", availability: "busy" });
  assert.deepEqual([changed.user.locale, changed.user.theme, changed.availability], ["ms", "light", "busy"]);
  assert.deepEqual((await client.get("/v1/session")).user.locale, "ms");
  assert.deepEqual((await client.get("/v1/members")).items.map((m) => m.availability), ["busy"]);
  await client.patch("/v1/me", { availability: "online" });
  assert.equal((await client.raw("PATCH", "/v1/me", { locale: "xx" })).status, 422);
});

test("failures slow the next attempt and lock nobody out for good", async () => {
  const failures = async (email) => {
    for (let i = 1; ; i++) {
      const answer = await attempt(email, "wrong-password");
      if (answer.status === 429) return { after: i - 1, retry: answer.headers.get("retry-after"), ...(await answer.json()), request_id: null };
      assert.equal(answer.status, 401);
      assert.ok(i < 20, "after 20 failures nobody had been slowed down");
    }
  };
  await server.sql(`INSERT INTO app_user (id, email, name, password_hash) SELECT gen_random_uuid(), 'victim@example.com', 'V', password_hash FROM app_user LIMIT 1`);
  const known = await failures("victim@example.com");
  assert.equal(known.code, "slow_down");
  // Nobody learns from it whether there is such an account.
  assert.deepEqual(await failures("nobody-at-all@example.com"), known);
  await pause(Number(known.retry) * 1000); // what Retry-After says is what is tested
  assert.equal((await attempt("victim@example.com", "wrong-password")).status, 401, "and then it may be tried again");
});
