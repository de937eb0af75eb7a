// The second factor from outside: set up, asked for, refused, replaced, required.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ADMIN, Client, startServer } from "./harness.mjs";
import { refused } from "./inbox.mjs";
import { totp } from "./totp.mjs";

let server, client, secret, codes, used;
before(async () => {
  server = await startServer({ env: { SAMBUNG_RATE_PERCENT: "2000" } });
  client = await server.signIn();
});
after(() => server?.stop());

/** A browser: keeps its cookies. */
class Browser {
  jar = new Map();
  async post(target, body) {
    const cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await server.fetch(target, {
      method: "POST",
      headers: { "content-type": "application/json", origin: server.url, ...(cookie ? { cookie } : {}) },
      body: JSON.stringify(body),
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) this.jar.set(name, value);
      else this.jar.delete(name);
    }
    return { status: answer.status, body: await answer.json() };
  }
  door = () => this.post("/v1/session", ADMIN);
  step = (challenge, answer) => this.post("/v1/session/second-factor", { challenge, ...answer });
}

const script = async (body) => {
  const answer = await server.fetch("/v1/session/second-factor", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};
const scriptDoor = async () => {
  const answer = await server.fetch("/v1/session", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...ADMIN, token: true }) });
  return { status: answer.status, body: await answer.json() };
};
/** So that more codes fit into one half minute than the clock allows. */
const allowAgain = () => server.sql("UPDATE totp SET last_step = 0; DELETE FROM login_event WHERE outcome IN ('bad_code', 'bad_password')");
const wrong = (code) => String((Number(code) + 1) % 1e6).padStart(6, "0");

test("setting up asks who it is, shows the secret once, and counts only when the app has shown a code", async () => {
  assert.deepEqual(await client.get("/v1/me/totp"), { confirmed_at: null, codes_left: 0, required: false });
  await server.sql("UPDATE session SET created_at = now() - interval '11 minutes'");
  assert.equal((await refused(client.post("/v1/me/totp"), 422, "invalid")).field, "current_password");
  assert.equal((await refused(client.post("/v1/me/totp", { current_password: "not-this-one" }), 422, "invalid")).field, "current_password");
  const begun = await client.post("/v1/me/totp", { current_password: ADMIN.password });
  assert.match(begun.secret, /^[A-Z2-7]{32}$/);
  assert.equal(begun.uri, `otpauth://totp/Sambung:${encodeURIComponent(ADMIN.email)}?secret=${begun.secret}&issuer=Sambung`);
  assert.ok(begun.qr.size > 30 && /^(M\d+ \d+h\d+v1h-\d+z)+$/.test(begun.qr.path));
  assert.equal((await scriptDoor()).status, 200, "begun is not confirmed");

  assert.equal((await refused(client.post("/v1/me/totp/confirm", { code: wrong(totp(begun.secret)) }), 422, "invalid")).field, "code");
  const other = await server.signIn();
  const set = await client.post("/v1/me/totp/confirm", { code: totp(begun.secret) });
  ({ secret } = begun);
  ({ codes } = set);
  assert.equal(new Set(codes).size, 10);
  assert.ok(codes.every((code) => /^([2-9a-z]{4}-){3}[2-9a-z]{4}$/.test(code)));
  assert.equal((await other.raw("GET", "/v1/session")).status, 401, "other places end");
  assert.equal((await client.raw("GET", "/v1/session")).status, 401, "the old token is worth nothing");
  client = new Client(server, { token: set.token });
  const state = await client.get("/v1/me/totp");
  assert.equal(state.codes_left, 10);
  assert.ok(state.confirmed_at);
  await refused(client.post("/v1/me/totp", { current_password: ADMIN.password }), 409, "conflict");
  await refused(client.post("/v1/me/totp/confirm", { code: totp(secret, 1) }), 409, "conflict");
  assert.ok(!(await server.sql("SELECT secret FROM totp")).includes(Buffer.from(secret).toString("hex")), "it is sealed");
});

test("the password alone gives no session, the code finishes it, with a new token", async () => {
  await allowAgain();
  const browser = new Browser();
  const door = await browser.door();
  used = totp(secret);
  assert.equal(door.status, 202);
  assert.deepEqual(Object.keys(door.body).sort(), ["challenge", "expires_at"]);
  assert.equal(browser.jar.has("sambung"), false);
  const done = await browser.step(door.body.challenge, { code: used });
  assert.equal(done.status, 200);
  assert.equal(done.body.user.email, ADMIN.email);
  assert.equal(done.body.second_factor, true);
  assert.equal(done.body.token, null);
  assert.ok(browser.jar.get("sambung").startsWith("ses_"));
  assert.equal(browser.jar.has("sambung-step"), false);
});

test("a code is taken once, a challenge is answered once", async () => {
  const browser = new Browser();
  const again = (await browser.door()).body.challenge;
  const replayed = await browser.step(again, { code: used });
  assert.deepEqual([replayed.status, replayed.body.code], [401, "bad_code"], "this code was used by the test before");
  assert.equal((await browser.step(again, { code: totp(secret, 1) })).status, 200, "one step of skew");
  await allowAgain();
  const over = await browser.step(again, { code: totp(secret) });
  assert.deepEqual([over.status, over.body.code], [401, "challenge_over"]);
  assert.equal((await browser.step((await browser.door()).body.challenge, { code: totp(secret, 3) })).body.code, "bad_code", "more are too many");
});

test("another browser cannot answer, nor anybody five minutes later", async () => {
  await allowAgain();
  const browser = new Browser();
  const { challenge } = (await browser.door()).body;
  for (const stranger of [new Browser(), Object.assign(new Browser(), { jar: new Map([["sambung-step", "bro_another"]]) })])
    assert.equal((await stranger.step(challenge, { code: totp(secret) })).body.code, "challenge_over");
  assert.equal((await script({ challenge, code: totp(secret) })).body.code, "challenge_over");
  await server.sql("UPDATE sign_in_challenge SET expires_at = now() - interval '1 second'");
  assert.equal((await browser.step(challenge, { code: totp(secret) })).body.code, "challenge_over");
  assert.equal((await script({ challenge: "stp_nonsense", code: totp(secret) })).body.code, "challenge_over");
});

test("a script gets its token in the second answer", async () => {
  await allowAgain();
  const door = await scriptDoor();
  assert.equal(door.status, 202);
  assert.equal((await script({ challenge: door.body.challenge })).body.field, "code");
  const done = await script({ challenge: door.body.challenge, code: totp(secret) });
  assert.equal(done.status, 200);
  assert.equal((await new Client(server, done.body).get("/v1/session")).user.email, ADMIN.email);
});

test("wrong codes end the challenge and slow the next, and are recorded", async () => {
  await allowAgain();
  const browser = new Browser();
  const { challenge } = (await browser.door()).body;
  const seen = [];
  for (let i = 0; i < 5; i++) seen.push((await browser.step(challenge, { code: "000000" })).body.code);
  assert.deepEqual(seen, ["bad_code", "bad_code", "bad_code", "bad_code", "challenge_over"]);
  assert.equal((await browser.door()).body.code, "slow_down", "the door, too, from there");
  const { items } = await client.get("/v1/me/sign-ins?limit=8");
  assert.ok(items.some((e) => e.outcome === "bad_code") && items.some((e) => e.outcome === "asked"));
});

test("under a flood of wrong codes a recovery code still helps the owner", async () => {
  await allowAgain();
  const browser = new Browser();
  const { challenge } = (await browser.door()).body;
  await server.sql(`INSERT INTO login_event (id, user_id, ip, user_agent, outcome) SELECT gen_random_uuid(), id, '203.0.113.9', 'x', 'bad_code' FROM app_user, generate_series(1, 60)`);
  assert.equal((await browser.step(challenge, { code: totp(secret) })).body.code, "slow_down");
  assert.equal((await browser.step(challenge, { recovery_code: codes[0].toUpperCase().replaceAll("-", " ") })).status, 200);
  assert.equal((await browser.step((await browser.door()).body.challenge, { code: totp(secret) })).status, 200, "and so does a device that is known");
  await allowAgain();
});

test("a recovery code is good once, and new ones replace the old", async () => {
  const browser = new Browser();
  const { challenge } = (await browser.door()).body;
  assert.equal((await browser.step(challenge, { recovery_code: codes[0] })).body.code, "bad_code");
  assert.equal((await client.get("/v1/me/totp")).codes_left, 9);
  await allowAgain();
  assert.equal((await refused(client.post("/v1/me/totp/codes", { code: totp(secret) }), 422, "invalid")).field, "current_password");
  assert.equal((await refused(client.post("/v1/me/totp/codes", { current_password: ADMIN.password, code: "000000" }), 422, "invalid")).field, "code");
  const made = await client.post("/v1/me/totp/codes", { current_password: ADMIN.password, code: totp(secret) });
  assert.equal(made.codes.length, 10);
  assert.equal((await browser.step(challenge, { recovery_code: codes[1] })).body.code, "bad_code");
  codes = made.codes;
  assert.equal((await browser.step(challenge, { recovery_code: codes[1] })).status, 200);
});

test("a device that is to be remembered is not asked again, until it is forgotten", async () => {
  await allowAgain();
  const browser = new Browser();
  await browser.step((await browser.door()).body.challenge, { code: totp(secret), remember: true });
  const first = browser.jar.get("sambung-device");
  assert.equal((await browser.door()).status, 200);
  assert.notEqual(browser.jar.get("sambung-device"), first, "a new token each time");
  assert.equal((await new Browser().door()).status, 202);
  assert.equal((await Object.assign(new Browser(), { jar: new Map([["sambung-device", first]]) }).door()).status, 202, "the old one is worth nothing");
  const { items } = await client.get("/v1/me/devices");
  assert.equal(items.length, 1);
  assert.ok(new Date(items[0].trusted_until) - Date.now() > 29 * 86400e3);
  await client.delete(`/v1/me/devices/${items[0].id}`);
  await refused(client.delete(`/v1/me/devices/${items[0].id}`), 404, "not_found");
  assert.equal((await browser.door()).status, 202);
});

test("another password forgets all devices", async () => {
  await allowAgain();
  const browser = new Browser();
  await browser.step((await browser.door()).body.challenge, { code: totp(secret), remember: true });
  await client.put("/v1/me/password", { current_password: ADMIN.password, new_password: "seven small green ducks" });
  assert.deepEqual((await client.get("/v1/me/devices")).items, []);
  await client.put("/v1/me/password", { current_password: "seven small green ducks", new_password: ADMIN.password });
  assert.equal((await browser.door()).status, 202);
});

test("removing it asks password and code; an organisation that requires one lets nobody past without", async () => {
  await allowAgain();
  await client.patch("/v1/org/security", { second_factor_required: true });
  assert.deepEqual(await client.get("/v1/org/security"), { second_factor_required: true });
  assert.equal((await refused(client.post("/v1/me/totp/remove", { current_password: ADMIN.password, code: "000000" }), 422, "invalid")).field, "code");
  assert.equal((await refused(client.post("/v1/me/totp/remove", { code: totp(secret) }), 422, "invalid")).field, "current_password");
  await client.post("/v1/me/totp/remove", { current_password: ADMIN.password, code: totp(secret) });
  const me = await client.get("/v1/session");
  assert.deepEqual([me.second_factor, me.second_factor_required], [false, true]);
  for (const target of ["/v1/members", "/v1/conversations", "/v1/me/sessions", "/v1/org/security", "/v1/events"])
    assert.equal((await refused(client.get(target), 403, "second_factor_needed")).field, undefined, target);
  await refused(client.put("/v1/me/password", { current_password: "x", new_password: "y" }), 403, "second_factor_needed");
  const begun = await client.post("/v1/me/totp", { current_password: ADMIN.password });
  const set = await client.post("/v1/me/totp/confirm", { code: totp(begun.secret) });
  client = new Client(server, { token: set.token });
  await client.get("/v1/members");
  const actions = await server.sql("SELECT action FROM audit_log WHERE action LIKE 'second_factor.%' OR action = 'org.security' ORDER BY id");
  assert.deepEqual(actions.split("\n"), ["second_factor.set_up", "second_factor.new_codes", "org.security", "second_factor.removed", "second_factor.set_up"]);
});

test("who asks a second factor of others has one", async () => {
  await client.patch("/v1/org/security", { second_factor_required: false });
  await server.sql("DELETE FROM totp");
  assert.equal((await refused(client.patch("/v1/org/security", { second_factor_required: true }), 422, "invalid")).field, "second_factor_required");
});
