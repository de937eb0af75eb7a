// One's own account: where it is signed in, who tried, another password.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { ADMIN, startServer } from "./harness.mjs";
import { refused } from "./inbox.mjs";
import { maxmindDb } from "./maxmind.mjs";
import { openStream } from "./stream.mjs";

let server, client;
before(async () => {
  server = await startServer({ env: { SAMBUNG_RATE_PERCENT: "1000" } });
  client = await server.signIn();
});
after(() => server?.stop());

const attempt = (email, password, headers = {}) =>
  server.fetch("/v1/session", { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify({ email, password }) });
const sessions = async (of = client) => (await of.get("/v1/me/sessions")).items;
const isOver = async (one) => assert.equal((await one.raw("GET", "/v1/session")).status, 401);

test("every place where one is signed in is listed, and which one is here", async () => {
  const other = await server.signIn();
  const mine = await sessions();
  assert.equal(mine.length, 2);
  assert.equal(mine.filter((s) => s.current).length, 1);
  assert.deepEqual(Object.keys(mine[0]).sort(), ["created_at", "current", "expires_at", "id", "ip", "last_seen_at", "org_name", "place", "user_agent"]);
  assert.equal(mine[0].place, null);
  assert.equal(mine[0].ip, "127.0.0.1");
  assert.equal((await sessions(other)).find((s) => s.current).id, mine.find((s) => !s.current).id);
});

test("ending one place ends its requests and its streams at once, and nobody else's", async () => {
  const other = await server.signIn();
  const stream = await openStream(server, "/v1/events", { token: other.token });
  await stream.next((e) => e.type === "hello");
  const [there] = (await sessions(other)).filter((s) => s.current);
  await client.delete(`/v1/me/sessions/${there.id}`);
  await isOver(other);
  assert.equal(await stream.ended, 1008);
  await refused(client.delete(`/v1/me/sessions/${there.id}`), 404, "not_found");
  assert.ok((await sessions()).every((s) => s.id !== there.id));
});

test("signing out everywhere else leaves this place alone", async () => {
  const others = [await server.signIn(), await server.signIn()];
  await client.delete("/v1/me/sessions");
  for (const other of others) await isOver(other);
  assert.deepEqual((await sessions()).map((s) => s.current), [true]);
});

test("a session that was not used for two weeks is over", async () => {
  const idle = await server.signIn();
  const { id } = (await sessions(idle)).find((s) => s.current);
  await server.sql(`UPDATE session SET last_seen_at = now() - interval '15 days' WHERE id = '${id}'`);
  assert.ok((await sessions()).every((s) => s.id !== id));
  await server.halt();
  await server.start(); // what is remembered for some seconds is another test's
  await isOver(idle);
});

test("one's attempts to sign in are listed, newest first, page by page", async () => {
  assert.equal((await attempt(ADMIN.email, "not-this-one", { "user-agent": "Somebody/1.0" })).status, 401);
  const first = await client.get("/v1/me/sign-ins?limit=2");
  assert.equal(first.items.length, 2);
  assert.deepEqual([first.items[0].outcome, first.items[0].user_agent, first.items[0].ip], ["bad_password", "Somebody/1.0", "127.0.0.1"]);
  const second = await client.get(`/v1/me/sign-ins?limit=2&cursor=${first.next_cursor}`);
  const ids = [...first.items, ...second.items].map((e) => e.id);
  assert.equal(new Set(ids).size, 4);
  assert.deepEqual(ids, [...ids].sort().reverse());
});

const change = (current_password, new_password, one = client) => one.put("/v1/me/password", { current_password, new_password });

test("another password: the old one must be known, the new one must be worth something, and other places end", async () => {
  const other = await server.signIn();
  assert.equal((await refused(change(ADMIN.password, "short"), 422, "invalid")).field, "new_password");
  assert.equal((await refused(change(ADMIN.password, "P4ssw0rd1"), 422, "invalid")).field, "new_password");
  assert.equal((await refused(change(ADMIN.password, ADMIN.password), 422, "invalid")).field, "new_password");
  assert.equal((await refused(change("not-this-one", "seven small green ducks"), 422, "invalid")).field, "current_password");
  assert.equal((await client.get("/v1/me/sign-ins?limit=1")).items[0].outcome, "bad_password", "it is recorded though refused");
  await change(ADMIN.password, "seven small green ducks");
  await isOver(other);
  await client.get("/v1/session");
  assert.equal((await attempt(ADMIN.email, ADMIN.password)).status, 401);
  assert.equal((await attempt(ADMIN.email, "seven small green ducks")).status, 200);
  await change("seven small green ducks", ADMIN.password);
});

test("guessing the current password from inside is slowed like guessing at the door", async () => {
  let refusals = 0;
  for (; refusals < 10; refusals++) {
    const answer = await client.raw("PUT", "/v1/me/password", { current_password: `guess-${refusals}`, new_password: "seven small green ducks" });
    if (answer.status === 429) break;
    assert.equal(answer.status, 422);
  }
  assert.ok(refusals > 0 && refusals <= 5, `${refusals} guesses were free`);
  await refused(change("one-guess-more", "seven small green ducks"), 429, "slow_down");
});

test("where it was is told from a local file, in one's own language, and only when there is one", async (t) => {
  const file = path.join(tmpdir(), `places-${process.pid}.mmdb`);
  writeFileSync(file, maxmindDb("127.0.0.0", 8, { city: { names: { en: "Ipoh" } }, country: { names: { en: "Malaysia", "zh-CN": "马来西亚" } } }));
  const placed = await startServer({ env: { SAMBUNG_PLACES: file } });
  t.after(() => placed.stop());
  const one = await placed.signIn();
  assert.equal((await sessions(one))[0].place, "Ipoh, Malaysia");
  await one.patch("/v1/me", { locale: "zh-Hans" });
  assert.equal((await one.get("/v1/me/sign-ins")).items[0].place, "Ipoh, 马来西亚");
});
