// API keys and signed tokens from outside: what they may, what they may not, and how they end.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { after, before, test } from "node:test";
import { ADMIN, Client, ENVIRONMENT, run, startServer } from "./harness.mjs";
import { refused } from "./inbox.mjs";
import { openStream } from "./stream.mjs";
import { totp } from "./totp.mjs";

let server, client, agent, agentId;
before(async () => {
  server = await startServer({ env: { SAMBUNG_RATE_PERCENT: "2000" } });
  client = await server.signIn();
  agentId = await server.sql("SELECT gen_random_uuid()");
  await server.sql(`
    INSERT INTO app_user (id, email, name, password_hash) SELECT '${agentId}', 'agent@example.com', 'Agent', password_hash FROM app_user;
    INSERT INTO membership (org_id, user_id, name, email, role) SELECT org_id, '${agentId}', 'Agent', 'agent@example.com', 'admin' FROM membership`);
  agent = await server.signIn({ email: "agent@example.com", password: ADMIN.password });
});
after(() => server?.stop());

const make = (scopes, more = {}, by = client) => by.post("/v1/keys", { name: "A program", scopes, ...more });
const acts = (key) => new Client(server, { token: key.token });
/** What is remembered for some seconds is another test's. */
const forgetAll = async () => {
  await server.halt();
  await server.start();
};

/* ---- API keys ---- */

test("a key is shown once, does what its scopes say and no more", async () => {
  const made = await make(["contacts:read", "members:read", "contacts:read"]);
  assert.match(made.token, /^key_[\w-]{50,}$/);
  assert.equal(made.hint, made.token.slice(-4));
  assert.deepEqual(made.scopes, ["contacts:read", "members:read"]);
  assert.ok(Math.abs(new Date(made.expires_at) - Date.now() - 90 * 86400e3) < 60e3);
  const program = acts(made);
  const answer = await program.raw("GET", "/v1/contacts");
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("ratelimit-limit"), /^\d+$/);
  await refused(program.get("/v1/conversations"), 403, "forbidden");
  const { items } = await client.get("/v1/keys");
  assert.equal(items.length, 1);
  assert.ok(!JSON.stringify(items).includes(made.token));
  assert.deepEqual([items[0].own, items[0].last_ip], [true, "127.0.0.1"]);
  assert.ok(items[0].last_used_at);
  assert.ok(!(await server.sql("SELECT encode(digest, 'escape') FROM api_key")).includes("key_"));
});

test("what a key asks for must be known, one's own, and within bounds", async () => {
  const bad = async (body, field, by) => assert.equal((await refused(by.post("/v1/keys", body), 422, "invalid")).field, field);
  await bad({ name: "x", scopes: [] }, "scopes", client);
  await bad({ name: "x", scopes: ["contacts:fly"] }, "scopes", client);
  await bad({ name: "x", scopes: ["keys:write"] }, "scopes", client);
  await bad({ name: " ", scopes: ["contacts:read"] }, "name", client);
  await bad({ name: "x", scopes: ["contacts:read"], expires_in_days: 366 }, "expires_in_days", client);
  await bad({ name: "x", scopes: ["contacts:read"], expires_in_days: 0 }, "expires_in_days", client);
  const roleId = await server.sql("SELECT gen_random_uuid()");
  await server.sql(`INSERT INTO role (org_id, id, name, permissions) SELECT org_id, '${roleId}', 'Keys only', '{keys:write,contacts:read}' FROM org;
    UPDATE membership SET role = 'custom', role_id = '${roleId}' WHERE user_id = '${agentId}'`);
  await forgetAll();
  await bad({ name: "x", scopes: ["contacts:read", "contacts:write"] }, "scopes", agent);
  const own = await make(["contacts:read"], {}, agent);
  assert.equal((await agent.get("/v1/keys")).items.length, 1, "only one's own");
  const all = (await client.get("/v1/keys")).items;
  assert.ok(all.some((key) => key.id === own.id && !key.own), "who looks after members sees all");
  const other = all.find((key) => key.own);
  await refused(agent.delete(`/v1/keys/${other.id}`), 404, "not_found");
  await server.sql(`UPDATE membership SET role = 'admin', role_id = NULL WHERE user_id = '${agentId}'`);
  await forgetAll();
});

test("no key touches what is about persons, sessions and keys, and every other row judges by scope", async () => {
  const { permissions } = await client.get("/v1/session");
  const made = await make(permissions.filter((word) => word !== "keys:write"));
  const program = acts(made);
  const { paths } = await (await server.fetch("/openapi.json")).json();
  let forbidden = 0;
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (operation["x-permission"] === "public" || operation["x-permission"] === undefined) continue;
      const target = path.replaceAll(/\{\w+\}/g, "00000000-0000-7000-8000-000000000000");
      const answer = await program.raw(method.toUpperCase(), target, method === "get" || method === "delete" ? undefined : {});
      const personal = /^\/v1\/(me|session|keys|token|orgs|invitations\/accept)\b/.test(path) || (operation["x-permission"] === "member" && !["/v1/events", "/v1/feed"].includes(path));
      const text = await answer.text();
      assert.equal(answer.status === 403 && JSON.parse(text).code === "not_for_keys", personal, `${method} ${path}: ${answer.status} ${text}`);
      assert.equal((operation.security ?? []).some((s) => "api_key" in s), !personal, `${method} ${path} says whether keys may`);
      forbidden += personal;
    }
  assert.ok(forbidden >= 15, `${forbidden} rows are for people`);
});

test("the event stream takes a key, and ends with it", async () => {
  const made = await make(["contacts:read"]);
  const stream = await openStream(server, "/v1/events", { token: made.token });
  await stream.next((e) => e.type === "hello");
  await client.delete(`/v1/keys/${made.id}`);
  assert.equal(await stream.ended, 1008);
  await refused(acts(made).get("/v1/contacts"), 401, "unauthorized");
  await refused(client.delete(`/v1/keys/${made.id}`), 404, "not_found");
});

test("a key ends with its time, its maker's place, and never does more than its maker may now", async () => {
  const [late, ofAgent] = [await make(["contacts:read"]), await make(["contacts:read", "org:write"], {}, agent)];
  await server.sql(`UPDATE api_key SET expires_at = now() WHERE id = '${late.id}';
    UPDATE membership SET role = 'viewer' WHERE user_id = '${agentId}'`);
  await refused(acts(late).get("/v1/contacts"), 401, "unauthorized");
  await acts(ofAgent).get("/v1/contacts");
  await refused(acts(ofAgent).patch("/v1/org/security", { second_factor_required: true }), 403, "forbidden");
  await server.sql(`UPDATE membership SET state = 'removed' WHERE user_id = '${agentId}'`);
  await forgetAll();
  await refused(acts(ofAgent).get("/v1/contacts"), 401, "unauthorized");
  await refused(new Client(server, { token: "key_nonsense" }).get("/v1/contacts"), 401, "unauthorized");
  await server.sql(`UPDATE membership SET state = 'active', role = 'admin' WHERE user_id = '${agentId}'`);
  await forgetAll();
});

test("what a key does is recorded as the key's", async () => {
  const made = await make(["fields:write"], { name: "Field maker" });
  await acts(made).post("/v1/fields", { key: "made_by_key", label: "Made by a key", type: "text" });
  const rows = await server.sql("SELECT actor_kind, actor_name, action FROM audit_log WHERE action IN ('key.make', 'field.add') ORDER BY id DESC LIMIT 2");
  assert.equal(rows, "api_key|Field maker|field.add\nuser|Administrator|key.make");
  assert.match(server.log, new RegExp(`api_key[=":]+${made.id}`));
});

/* ---- signed tokens ---- */

const token = async (body) => {
  const answer = await server.fetch("/v1/token", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  return { status: answer.status, body: await answer.json() };
};
const byPassword = async () => (await token({ grant: "password", ...ADMIN })).body;
const refresh = (refresh_token) => token({ grant: "refresh", refresh_token });
const bearer = (access) => new Client(server, { token: access });
const part = (jwt, i) => JSON.parse(Buffer.from(jwt.split(".")[i], "base64url"));
const jwks = async () => (await (await server.fetch("/.well-known/jwks.json")).json()).keys;

test("an access token is ES256 over what it says, by a published key, and nothing is believed of it but who", async () => {
  const pair = await byPassword();
  assert.deepEqual([pair.token_type, pair.expires_in], ["Bearer", 900]);
  const header = part(pair.access_token, 0);
  const claims = part(pair.access_token, 1);
  assert.deepEqual([header.alg, header.typ], ["ES256", "at+jwt"]);
  assert.equal(claims.exp - claims.iat, 900);
  assert.deepEqual(Object.keys(claims).sort(), ["aud", "exp", "iat", "iss", "jti", "org", "sid", "sub"]);
  const keys = await jwks();
  assert.ok(keys.every((key) => !("d" in key)));
  const [head, payload, signature] = pair.access_token.split(".");
  const key = createPublicKey({ key: keys.find((k) => k.kid === header.kid), format: "jwk" });
  assert.ok(verify("sha256", Buffer.from(`${head}.${payload}`), { key, dsaEncoding: "ieee-p1363" }, Buffer.from(signature, "base64url")));
  const me = await bearer(pair.access_token).get("/v1/session");
  assert.deepEqual([me.user.id, me.org.id, me.token], [claims.sub, claims.org, null]);
  assert.ok((await client.get("/v1/me/sessions")).items.some((s) => s.id === claims.sid));
});

test("a token that is altered, unsigned, or of another kind is nobody's", async () => {
  const { access_token } = await byPassword();
  const [head, payload, signature] = access_token.split(".");
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const later = encode({ ...part(access_token, 1), exp: part(access_token, 1).exp + 9999 });
  for (const forged of [`${head}.${later}.${signature}`, `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.`, `${encode({ alg: "HS256", typ: "at+jwt" })}.${payload}.${signature}`,
    `${encode({ ...part(access_token, 0), kid: "another" })}.${payload}.${signature}`, `${head}.${payload}`, "eyJ"])
    await refused(bearer(forged).get("/v1/session"), 401, "unauthorized");
  const answer = await server.fetch("/v1/session", { headers: { cookie: `sambung=${access_token}` } });
  assert.equal(answer.status, 401, "nor is it a cookie");
});

test("a refresh token is good once; one that comes again ends the whole family", async () => {
  const first = await byPassword();
  const second = (await refresh(first.refresh_token)).body;
  assert.notEqual(second.refresh_token, first.refresh_token);
  await bearer(second.access_token).get("/v1/session");
  const reused = await refresh(first.refresh_token);
  assert.deepEqual([reused.status, reused.body.code], [401, "bad_refresh_token"]);
  await refused(bearer(second.access_token).get("/v1/session"), 401, "unauthorized");
  assert.equal((await refresh(second.refresh_token)).body.code, "bad_refresh_token");
  assert.equal(await server.sql("SELECT count(*) FROM audit_log WHERE action = 'token.reused'"), "1");
  assert.equal((await refresh("rfr_nonsense")).body.code, "bad_refresh_token");
  assert.equal((await refresh(undefined)).body.code, "bad_refresh_token");
});

test("of two that refresh at once one is the second", async () => {
  const pair = await byPassword();
  const both = await Promise.all([refresh(pair.refresh_token), refresh(pair.refresh_token)]);
  assert.deepEqual(both.map((one) => one.status).sort(), [200, 401]);
});

test("signing out ends the family, and so does ending it elsewhere", async () => {
  const [one, two] = [await byPassword(), await byPassword()];
  await bearer(one.access_token).delete("/v1/session");
  await refused(bearer(one.access_token).get("/v1/session"), 401, "unauthorized");
  assert.equal((await refresh(one.refresh_token)).body.code, "bad_refresh_token");
  await client.delete(`/v1/me/sessions/${part(two.access_token, 1).sid}`);
  await refused(bearer(two.access_token).get("/v1/session"), 401, "unauthorized");
});

test("keys rotate: the new one signs, the old one is published while its tokens last", async () => {
  const old = await byPassword();
  await run(server.binary, ["keys", "rotate"], { env: { ...ENVIRONMENT, SAMBUNG_DATA: server.data, SAMBUNG_LISTEN: `127.0.0.1:${server.port}` }, cwd: server.scratch });
  await forgetAll();
  const fresh = await byPassword();
  const kids = (await jwks()).map((key) => key.kid);
  assert.equal(kids.length, 2);
  assert.notEqual(part(fresh.access_token, 0).kid, part(old.access_token, 0).kid);
  assert.deepEqual(new Set(kids), new Set([part(fresh.access_token, 0).kid, part(old.access_token, 0).kid]));
  await bearer(old.access_token).get("/v1/session");
  await server.sql("UPDATE signing_key SET created_at = now() - interval '2 days'");
  await forgetAll();
  assert.equal((await jwks()).length, 1);
  await refused(bearer(old.access_token).get("/v1/session"), 401, "unauthorized");
  await bearer(fresh.access_token).get("/v1/session");
  assert.ok(!(await server.sql("SELECT encode(secret, 'escape') FROM signing_key")).includes("PRIVATE"));
});

test("with a second factor the password gives a challenge here too", async () => {
  const begun = await client.post("/v1/me/totp", { current_password: ADMIN.password });
  const set = await client.post("/v1/me/totp/confirm", { code: totp(begun.secret) });
  client = new Client(server, { token: set.token });
  await server.sql("UPDATE totp SET last_step = 0");
  const door = await token({ grant: "password", ...ADMIN });
  assert.equal(door.status, 202);
  assert.equal((await token({ grant: "second_factor", challenge: door.body.challenge, code: "000000" })).body.code, "bad_code");
  const done = await token({ grant: "second_factor", challenge: door.body.challenge, code: totp(begun.secret) });
  assert.equal(done.status, 200);
  await bearer(done.body.access_token).get("/v1/session");
  assert.equal((await token({ grant: "password", email: ADMIN.email, password: "not-this-one" })).body.code, "bad_credentials");
});
