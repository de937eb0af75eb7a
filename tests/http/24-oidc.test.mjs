// Signing in with an account elsewhere, against a real provider: the way there and back, and everything that may be wrong
// with it.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { ADMIN, Server, freePort } from "./harness.mjs";
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
  server = new Server({
    egress: { "id.example.test": identity.url },
    env: {
      SAMBUNG_RATE_PERCENT: "10000",
      SAMBUNG_OIDC_ISSUER: ISSUER,
      SAMBUNG_OIDC_CLIENT_ID: CLIENT.id,
      SAMBUNG_OIDC_CLIENT_SECRET: CLIENT.secret,
      SAMBUNG_OIDC_NAME: "Kedai SSO",
    },
  });
  server.port = port;
  await server.start();
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
  const begun = await browser.go(`${home()}/v1/me/identities`, { json: { provider: "company" }, headers: { origin: home() } });
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
  const { items } = await owner.get("/v1/me/identities");
  assert.deepEqual(items.map((i) => [i.provider, i.email]), [["company", OWNER]]);
  assert.ok(items[0].last_used_at);
});
