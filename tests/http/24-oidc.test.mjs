// Signing in with an account elsewhere, against a real provider: the way there and back, and everything that may be wrong
// with it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, afterEach, before, test } from "node:test";
import { ADMIN, freePort, startServer } from "./harness.mjs";
import { refused } from "./inbox.mjs";
import { Browser, CLIENT, Identity, ISSUER, mint, newKey } from "./oidc.mjs";

let server, identity, owner;
const OWNER = "alice@example.test"; // at the provider; here it is another address
const home = () => server.url;
const isReturn = (url) => url.startsWith(`${home()}/sign-in/company/return`);
const isOurs = (url) => url.startsWith(home()) && !isReturn(url) && !new URL(url).pathname.match(/^\/sign-in\/\w+$/);
const newBrowser = () => new Browser({ [ISSUER]: identity.url });
const start = (next = "") => `${home()}/sign-in/company${next ? `?next=${encodeURIComponent(next)}` : ""}`;

before(async () => {
  const port = await freePort();
  identity = await new Identity().start([`http://127.0.0.1:${port}/sign-in/company/return`]);
  server = await startServer({
    port,
    egress: { "id.example.test": identity.url },
    env: {
      SAMBUNG_RATE_PERCENT: "10000",
      SAMBUNG_OIDC_ISSUER: ISSUER,
      SAMBUNG_OIDC_CLIENT_ID: CLIENT.id,
      SAMBUNG_OIDC_CLIENT_SECRET: CLIENT.secret,
      SAMBUNG_OIDC_NAME: "Kedai SSO",
    },
  });
  owner = await server.signIn();
});
after(async () => {
  await server?.stop();
  await identity?.stop();
});
afterEach(() => identity.calm());

/** Sign in with a password, in this browser. */
async function signInByPassword(browser) {
  const answer = await browser.go(`${home()}/v1/session`, { json: { email: ADMIN.email, password: ADMIN.password } });
  assert.equal(answer.status, 200);
  return browser;
}

/** From the security page to the provider and back; the address where it ends. */
async function link(browser, login = OWNER) {
  const begun = await browser.go(`${home()}/v1/me/linked-accounts`, { json: { provider: "company" }, headers: { origin: home() } });
  assert.equal(begun.status, 200, begun.text);
  return browser.walk(JSON.parse(begun.text).url, isOurs, { login });
}

const signIn = (browser, options) => browser.walk(start(), isOurs, options);
const problemAt = (url) => new URL(url).searchParams.get("problem");
const isSignedIn = async (browser) => (await browser.go(`${home()}/v1/session`)).status === 200;

/** The whole way with the answer's address in between, for tests that change it. */
async function bring(browser, options) {
  return browser.walk(start(), isReturn, options);
}

async function comesBackWith(word, url, browser) {
  const end = (await browser.go(url)).location;
  assert.equal(problemAt(end), word, end);
  assert.equal(await isSignedIn(browser), false);
}

test("the sign-in page learns which accounts are welcome", async () => {
  assert.deepEqual(await (await server.fetch("/v1/sign-in/providers")).json(), { items: [{ id: "company", name: "Kedai SSO" }] });
  assert.equal((await server.fetch("/sign-in/google")).status, 404);
});

test("an account that nobody has linked is turned away, though the provider vouches for the address", async () => {
  const browser = newBrowser();
  const end = await signIn(browser, { login: ADMIN.email });
  assert.equal(new URL(end).pathname, "/sign-in");
  assert.equal(problemAt(end), "not_linked");
  assert.equal(await isSignedIn(browser), false);
});

test("who is signed in links an account, and from then on it opens the door", async () => {
  const end = await link(await signInByPassword(newBrowser()));
  assert.equal(new URL(end).pathname + new URL(end).search, "/settings/security?linked=company");
  const browser = newBrowser();
  assert.equal(new URL(await signIn(browser)).pathname, "/inbox");
  const session = JSON.parse((await browser.go(`${home()}/v1/session`)).text);
  assert.equal(session.user.email, ADMIN.email);
  const [latest] = (await owner.get("/v1/me/sign-ins?limit=1")).items;
  assert.deepEqual([latest.outcome, latest.via], ["ok", "company"]);
  const { items } = await owner.get("/v1/me/linked-accounts");
  assert.deepEqual(items.map((i) => [i.provider, i.email]), [["company", OWNER]]);
  assert.ok(items[0].last_used_at);
});

// ---- the way there ----

test("the provider is asked with PKCE, a state and a nonce, and the browser carries a cookie that no script reads", async () => {
  const page = await newBrowser().go(start());
  const asked = new URL(page.location).searchParams;
  assert.equal(asked.get("code_challenge_method"), "S256");
  for (const name of ["code_challenge", "state", "nonce"]) assert.ok(asked.get(name).length >= 43, name);
  assert.match(page.headers.get("set-cookie"), /^sambung-sso=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/);
  assert.equal(page.status, 303);
});

test("PKCE: the provider refuses a code whose verifier is missing or another", async () => {
  const browser = newBrowser();
  const url = await bring(browser);
  let tampered = 0;
  identity.rewrite = (path, body) => {
    if (path !== "/token") return body;
    tampered++;
    const form = new URLSearchParams(body);
    assert.ok(form.get("code_verifier").length >= 43);
    if (tampered === 1) form.delete("code_verifier");
    else form.set("code_verifier", "A".repeat(43));
    return form.toString();
  };
  await comesBackWith("expired", url, browser);
  const again = newBrowser();
  await comesBackWith("expired", await bring(again), again);
  assert.equal(tampered, 2);
});

test("after signing in one is where one wanted to be, and never on another site", async () => {
  const ends = {
    "/contacts?q=1": "/contacts?q=1",
    "//evil.example": "/inbox",
    "https://evil.example/": "/inbox",
    "/\\evil.example": "/inbox",
    "/\t/evil.example": "/inbox",
    "\\\\evil.example": "/inbox",
    "javascript:alert(1)": "/inbox",
    "/\r\nSet-Cookie: x=y": "/inbox",
    ["/" + "a".repeat(600)]: "/inbox",
  };
  for (const [next, expected] of Object.entries(ends)) {
    const end = await newBrowser().walk(start(next), isOurs, { login: OWNER });
    assert.equal(end, home() + expected, JSON.stringify(next));
  }
});

// ---- the way back ----

const changed = (url, change) => {
  const copy = new URL(url);
  change(copy.searchParams);
  return copy.href;
};

test("a state that is forged, missing or of another provider is not looked at", async () => {
  for (const change of [(p) => p.set("state", `${p.get("state")}A`), (p) => p.delete("state"), (p) => p.set("state", "")]) {
    const browser = newBrowser();
    const url = await bring(browser);
    const before = identity.seen.filter((s) => s.path === "/token").length;
    await comesBackWith("expired", changed(url, change), browser);
    assert.equal(identity.seen.filter((s) => s.path === "/token").length, before, "no code was exchanged");
  }
});

test("a state is good in the browser that asked, and in no other", async () => {
  const url = await bring(newBrowser());
  const empty = newBrowser();
  await comesBackWith("expired", url, empty);
  const other = newBrowser();
  await other.go(start()); // it has a state of its own
  await comesBackWith("expired", url, other);
});

test("a changed cookie is no cookie", async () => {
  const browser = newBrowser();
  const url = await bring(browser);
  const value = browser.cookie(home(), "sambung-sso");
  for (const forged of [value.replace(/\.(\d+)\./, (_, s) => `.${Number(s) + 1}.`), `${value}A`, value.slice(0, -1), "a.b.c", `${value}.x`]) {
    const answer = await fetch(url, { redirect: "manual", headers: { cookie: `sambung-sso=${forged}` } });
    assert.equal(problemAt(new URL(answer.headers.get("location"), url)), "expired");
  }
});

test("the answer is good once: played again it opens nothing, even with the cookie put back", async () => {
  const browser = newBrowser();
  const url = await bring(browser);
  const cookie = browser.cookie(home(), "sambung-sso");
  const first = await browser.go(url);
  assert.equal(new URL(first.location).pathname, "/inbox");
  await comesBackWith("expired", url, newBrowser());
  const exchanges = identity.seen.filter((s) => s.path === "/token").length;
  const again = await fetch(url, { redirect: "manual", headers: { cookie: `sambung-sso=${cookie}` } });
  assert.equal(problemAt(new URL(again.headers.get("location"), url)), "expired");
  assert.equal(identity.seen.filter((s) => s.path === "/token").length, exchanges);
});

test("a code that was used elsewhere is refused by the provider, and so here", async () => {
  const first = newBrowser();
  const used = new URL(await bring(first));
  await first.go(used.href);
  const browser = newBrowser();
  const url = await bring(browser);
  await comesBackWith("expired", changed(url, (p) => p.set("code", used.searchParams.get("code"))), browser);
});

test("the answer must come from who was asked (RFC 9207)", async () => {
  for (const change of [(p) => p.delete("iss"), (p) => p.set("iss", "https://evil.example")]) {
    const browser = newBrowser();
    await comesBackWith("refused", changed(await bring(browser), change), browser);
  }
});

test("who says no at the provider is told so, and other errors have their words", async () => {
  const browser = newBrowser();
  const end = await browser.walk(start("/contacts"), isOurs, { abort: true });
  assert.equal(problemAt(end), "cancelled");
  assert.equal(new URL(end).searchParams.get("next"), "/contacts");
  for (const [error, word] of [["server_error", "unavailable"], ["temporarily_unavailable", "unavailable"], ["invalid_scope", "refused"]]) {
    const other = newBrowser();
    const url = await bring(other);
    await comesBackWith(word, changed(url, (p) => { p.delete("code"); p.set("error", error); }), other);
  }
});

// ---- the token ----

const seconds = () => Math.floor(Date.now() / 1000);

/** One sign-in whose id_token is made so from the real one's claims; the word in the end, or null when it opened. */
async function withToken(make) {
  const browser = newBrowser();
  identity.forge(make);
  const end = await signIn(browser, { login: OWNER });
  identity.calm();
  assert.equal(await isSignedIn(browser), problemAt(end) === null);
  return problemAt(end);
}

const minted = (alter, header) => withToken((claims) => mint(identity.key, { ...claims, ...alter }, header));

test("a token of ours is believed as the provider's own is, or the next tests would show nothing", async () => {
  assert.equal(await minted({}), null);
});

test("alg=none, and HS256 with the public key for a secret, are refused", async () => {
  assert.equal(await minted({}, { alg: "none" }), "refused");
  const pem = identity.key.public;
  for (const secret of [JSON.stringify(pem), Buffer.from(pem.n, "base64url"), identity.key.private.export({ type: "pkcs8", format: "pem" })])
    assert.equal(await withToken((claims) => mint({ kid: identity.key.kid, secret }, claims, { alg: "HS256" })), "refused");
});

test("a signature by another key is refused: under a known name, an unknown one, or brought along", async () => {
  const stranger = newKey("stranger");
  assert.equal(await withToken((claims) => mint({ ...stranger, kid: identity.key.kid }, claims)), "refused");
  assert.equal(await withToken((claims) => mint(stranger, claims)), "refused");
  assert.equal(await withToken((claims) => mint(stranger, claims, { jwk: stranger.public })), "refused");
  assert.equal(await withToken((_, real) => real.replace(/\.[^.]+$/, (sig) => (sig[5] === "A" ? sig.replace("A", "B") : `.${sig.slice(2)}A`))), "refused");
});

test("a token for another application, from another issuer, or of another attempt is refused", async () => {
  assert.equal(await minted({ aud: "another" }), "refused");
  assert.equal(await minted({ aud: [CLIENT.id, "another"] }), "refused", "for both, and it does not say to whom it was given");
  assert.equal(await minted({ aud: [CLIENT.id, "another"], azp: CLIENT.id }), null);
  assert.equal(await minted({ azp: "another" }), "refused");
  assert.equal(await minted({ iss: "https://evil.example" }), "refused");
  assert.equal(await minted({ iss: `${ISSUER}/` }), "refused");
  assert.equal(await minted({ nonce: "A".repeat(43) }), "refused");
  assert.equal(await minted({ nonce: undefined }), "refused");
  assert.equal(await minted({ at_hash: "AAAAAAAAAAAAAAAAAAAAAA" }), "refused");
  assert.equal(await minted({ sub: "" }), "refused");
  assert.equal(await minted({}, { typ: "at+jwt" }), "refused");
});

test("clocks may differ by a minute and not by more", async () => {
  assert.equal(await minted({ exp: seconds() - 30 }), null);
  assert.equal(await minted({ exp: seconds() - 90 }), "refused");
  assert.equal(await minted({ iat: seconds() + 30 }), null);
  assert.equal(await minted({ iat: seconds() + 90 }), "refused");
  assert.equal(await minted({ nbf: seconds() + 90 }), "refused");
  assert.equal(await minted({ exp: undefined }), "refused");
  assert.equal(await minted({ exp: "never" }), "refused");
});

test("keys that the provider has changed since are fetched again, once a minute at most", async () => {
  await server.sql("UPDATE sso_document SET forced_at = NULL");
  const fetched = () => identity.seen.filter((s) => s.path === "/jwks").length;
  await identity.useKey(newKey("second"));
  assert.equal(problemAt(await signIn(newBrowser(), { login: OWNER })), null);
  assert.equal(fetched(), 1);
  await identity.useKey(newKey("third"));
  assert.equal(problemAt(await signIn(newBrowser(), { login: OWNER })), "refused");
  assert.equal(fetched(), 1, "the minute is not over");
  await server.sql("UPDATE sso_document SET forced_at = now() - interval '61 seconds'");
  assert.equal(problemAt(await signIn(newBrowser(), { login: OWNER })), null);
  assert.equal(fetched(), 2);
});

// ---- trouble ----

test("a provider that is down, or sends us elsewhere, keeps the door shut and says so", async () => {
  const browser = newBrowser();
  const url = await bring(browser);
  identity.down = true;
  await comesBackWith("unavailable", url, browser);
  await server.sql("DELETE FROM sso_document");
  const page = await newBrowser().go(start());
  assert.equal(problemAt(page.location), "unavailable");
  identity.down = false;
  for (const change of [{ issuer: "https://evil.example" }, { token_endpoint: "https://evil.example/token" }, { jwks_uri: "http://id.example.test/jwks" }]) {
    identity.change = (path, answer) => (path.startsWith("/.well-known/") ? { ...answer, body: JSON.stringify({ ...JSON.parse(answer.body), ...change }) } : answer);
    assert.equal(problemAt((await newBrowser().go(start())).location), "refused", JSON.stringify(change));
  }
  identity.calm();
  assert.equal(problemAt(await signIn(newBrowser(), { login: OWNER })), null, "and is open when it is back");
});

test("nothing of a code or a person is left behind", async () => {
  assert.equal(await server.sql("SELECT count(*) FROM sso_errand WHERE state = 'used' AND (secrets IS NOT NULL OR result IS NOT NULL)"), "0");
});

// ---- linked accounts ----

test("linking begins with a request that another site cannot send, and ends with who began it", async () => {
  const browser = await signInByPassword(newBrowser());
  const bare = await browser.go(`${home()}/v1/me/linked-accounts`, { json: { provider: "company" } });
  assert.equal(bare.status, 403);
  const begun = await browser.go(`${home()}/v1/me/linked-accounts`, { json: { provider: "company" }, headers: { origin: home() } });
  const url = await browser.walk(JSON.parse(begun.text).url, isReturn, { login: "mallory@example.test" });
  await signInByPassword(browser); // another session by now
  const end = (await browser.go(url)).location;
  assert.equal(new URL(end).pathname, "/settings/security");
  assert.equal(problemAt(end), "expired");
  assert.equal((await owner.get("/v1/me/linked-accounts")).items.length, 1);
});

test("an account belongs to one person", async () => {
  await server.sql(`INSERT INTO app_user (id, email, name) VALUES ('00000000-0000-7000-8000-000000000009', 'bea@example.com', 'Bea');
    INSERT INTO user_identity (id, user_id, provider, issuer, subject) VALUES ('00000000-0000-7000-8000-000000000019', '00000000-0000-7000-8000-000000000009', 'company', '${ISSUER}', 'bea@example.test')`);
  const end = await link(await signInByPassword(newBrowser()), "bea@example.test");
  assert.equal(problemAt(end), "taken");
  const browser = newBrowser();
  assert.equal(problemAt(await signIn(browser, { login: "bea@example.test" })), "refused", "she is in no organisation");
});

test("an account is unlinked by its owner, unless it is the only way in", async () => {
  const [linked] = (await owner.get("/v1/me/linked-accounts")).items;
  await refused(owner.delete("/v1/me/linked-accounts/00000000-0000-7000-8000-000000000019"), 404, "not_found");
  const hash = await server.sql(`SELECT password_hash FROM app_user WHERE email = '${ADMIN.email}'`);
  await server.sql(`UPDATE app_user SET password_hash = NULL WHERE email = '${ADMIN.email}'`);
  await refused(owner.delete(`/v1/me/linked-accounts/${linked.id}`), 409, "conflict");
  await server.sql(`UPDATE app_user SET password_hash = '${hash}' WHERE email = '${ADMIN.email}'`);
  await owner.delete(`/v1/me/linked-accounts/${linked.id}`);
  assert.equal(problemAt(await signIn(newBrowser(), { login: OWNER })), "not_linked");
  const log = await server.sql("SELECT action FROM audit_log WHERE action LIKE 'linked_account.%' ORDER BY id");
  assert.deepEqual(log.split("\n"), ["linked_account.add", "linked_account.remove"]);
});

test("over https the cookie is bound to the host, and goes nowhere in the clear", async () => {
  await server.halt();
  server.env.SAMBUNG_PUBLIC_URL = "https://crm.example.test";
  await server.start();
  const page = await newBrowser().go(start());
  assert.match(page.headers.get("set-cookie"), /^__Host-sambung-sso=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
  assert.equal(new URL(page.location).searchParams.get("redirect_uri"), "https://crm.example.test/sign-in/company/return");
});

test("half a setting does not start, and check says which", async () => {
  const env = { ...process.env, SAMBUNG_DATA: `${server.scratch}/nowhere`, SAMBUNG_GOOGLE_CLIENT_ID: "only-an-id" };
  const said = await new Promise((resolve) => execFile(server.binary, ["check"], { env }, (_, out) => resolve(out)));
  assert.match(said, /wrong {2}providers to sign in with: SAMBUNG_GOOGLE_CLIENT_ID is set, so SAMBUNG_GOOGLE_CLIENT_SECRET must be too/);
});
