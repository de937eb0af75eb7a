// What was done, by whom and from where: recorded with the change, read by page, taken home as a file.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "./harness.mjs";
import { refused } from "./inbox.mjs";

let server, client;
before(async () => {
  server = await startServer({ env: { SAMBUNG_RATE_PERCENT: "1000" } });
  client = await server.signIn();
});
after(() => server?.stop());

const entries = async (query = "") => (await client.get(`/v1/audit${query}`)).items;

test("a change of the settings is there with who, from where, before and after", async () => {
  const field = await client.post("/v1/fields", { key: "shoe_size", label: "Shoe size", type: "number" });
  await client.patch(`/v1/fields/${field.id}`, { label: "Size of shoe", version: field.version });
  await client.delete(`/v1/fields/${field.id}`);
  const [removed, changed, added] = await entries("?action=field");
  assert.deepEqual([added.action, changed.action, removed.action], ["field.add", "field.change", "field.remove"]);
  assert.deepEqual([changed.before, changed.after], [{ label: "Shoe size" }, { label: "Size of shoe" }]);
  assert.equal(added.before ?? null, null);
  assert.equal(removed.after ?? null, null);
  assert.equal(added.after.key, "shoe_size");
  assert.deepEqual([changed.actor_kind, changed.ip, changed.entity_id], ["user", "127.0.0.1", field.id]);
  assert.ok(changed.actor_name && changed.request_id);
});

test("a refused change leaves nothing", async () => {
  const before = (await entries()).length;
  await refused(client.post("/v1/fields", { key: "NOT A KEY", label: "x", type: "text" }), 422, "invalid");
  assert.equal((await entries()).length, before);
});

test("a channel's credentials are never in it", async () => {
  const channel = await client.post("/v1/channels", { kind: "null", name: "Quiet", settings: {}, secrets: {} });
  await client.patch(`/v1/channels/${channel.id}`, { name: "Quieter", version: channel.version });
  const [changed, connected] = await entries("?action=channel");
  assert.deepEqual([changed.before, changed.after], [{ name: "Quiet" }, { name: "Quieter" }]);
  assert.equal("secrets" in connected.after, false);
});

test("pages follow each other, and the filters narrow", async () => {
  const first = await client.get("/v1/audit?limit=2");
  const second = await client.get(`/v1/audit?limit=2&cursor=${first.next_cursor}`);
  const ids = [...first.items, ...second.items].map((e) => e.id);
  assert.equal(new Set(ids).size, 4);
  assert.deepEqual(ids, [...ids].sort().reverse());
  const me = (await client.get("/v1/session")).user.id;
  assert.ok((await entries(`?actor_id=${me}`)).every((e) => e.actor_id === me));
  assert.equal((await entries("?action=fiel")).length, 0, "only whole words of an action");
  assert.equal((await entries(`?until=${new Date(Date.now() - 86_400_000).toISOString()}`)).length, 0);
  assert.notEqual((await entries(`?since=${new Date(Date.now() - 86_400_000).toISOString()}`)).length, 0);
});

test("the file has every entry, no formula, and is recorded itself", async () => {
  await client.post("/v1/fields", { key: "formula", label: '=HYPERLINK("x")', type: "text" });
  const answer = await client.raw("POST", "/v1/audit/export", { action: "field" });
  assert.match(answer.headers.get("content-type"), /^text\/csv/);
  assert.match(answer.headers.get("content-disposition"), /attachment/);
  const lines = (await answer.text()).trimEnd().split("\r\n");
  assert.equal(lines.length - 1, (await entries("?action=field&limit=100")).length);
  assert.ok(lines[1].includes(`"'=HYPERLINK(""x"")"`));
  assert.equal((await entries())[0].action, "audit.export");
});
