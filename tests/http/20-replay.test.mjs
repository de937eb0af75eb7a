// Idempotency-Key: done once, answered as often as asked; and versions, so that nobody overwrites unseen.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "./harness.mjs";

let server, client;
before(async () => {
  server = await startServer();
  client = await server.signIn();
});
after(() => server?.stop());

const field = (key, label = "Label") => ({ key, label, type: "text" });
const post = (key, body, target = "/v1/fields") => client.raw("POST", target, body, { "idempotency-key": key });
const count = async () => (await client.get("/v1/fields")).items.length;

test("a repetition gets the first answer and does nothing", async () => {
  const first = await post("k-1", field("one"));
  const second = await post("k-1", field("one"));
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.deepEqual(await first.json(), await second.json());
  assert.equal(first.headers.get("idempotent-replay"), null);
  assert.equal(second.headers.get("idempotent-replay"), "true");
  assert.equal(await count(), 1);
});

test("the same key for something else is refused", async () => {
  const other = await post("k-1", field("two"));
  assert.equal(other.status, 422);
  assert.equal((await other.json()).code, "idempotency_mismatch");
});

test("a failure holds no key", async () => {
  assert.equal((await post("k-2", field("one"))).status >= 400, true);
  const again = await post("k-2", field("one"));
  assert.equal(again.headers.get("idempotent-replay"), null);
});

test("twenty at once: it is done once, and all get the same answer", async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => post("k-3", field("three"))));
  const done = answers.filter((a) => a.status === 201);
  assert.ok(answers.every((a) => a.status === 201 || a.status === 409), answers.map((a) => a.status).join());
  assert.equal(new Set(await Promise.all(done.map((a) => a.text()))).size, 1);
  assert.equal(answers.filter((a) => a.status === 201 && !a.headers.get("idempotent-replay")).length, 1);
  assert.equal((await client.get("/v1/fields")).items.filter((f) => f.key === "three").length, 1);
});

test("keys are texts of a sane length", async () => {
  assert.equal((await post("k".repeat(201), field("four"))).status, 422);
  assert.equal((await post("k k", field("four"))).status, 422);
});

test("stored answers are sealed", async () => {
  const rows = await server.sql("SELECT coalesce(encode(response, 'escape'), '') FROM idempotency");
  assert.ok(rows.length > 0);
  assert.ok(!rows.includes("Label"), rows);
});

test("an answer that waited for a job is repeated too", async () => {
  const form = { kind: "null", name: "Trial", settings: { behaviour: "silent" }, secrets: {} };
  const first = await post("k-5", form, "/v1/channels");
  const second = await post("k-5", form, "/v1/channels");
  assert.deepEqual([first.status, second.status], [201, 201]);
  assert.equal((await first.json()).id, (await second.json()).id);
});

test("a change must say which version it has seen", async () => {
  const channel = (await client.get("/v1/channels")).items[0];
  const patch = (body, headers) => client.raw("PATCH", `/v1/channels/${channel.id}`, body, headers);
  assert.equal((await patch({ name: "A" })).status, 422);
  const first = await patch({ name: "A", version: channel.version });
  assert.equal(first.status, 200);
  const { version } = await first.json();
  assert.equal(first.headers.get("etag"), `"${version}"`);
  const stale = await patch({ name: "B", version: channel.version });
  assert.equal(stale.status, 409);
  assert.equal((await stale.json()).code, "stale_version");
  assert.equal((await patch({ name: "B" }, { "if-match": `"${version}"` })).status, 200);
});

test("what is known already is not sent again", async () => {
  const { id } = (await client.get("/v1/channels")).items[0];
  const first = await client.raw("GET", `/v1/channels/${id}`);
  const second = await client.raw("GET", `/v1/channels/${id}`, undefined, { "if-none-match": first.headers.get("etag") });
  assert.equal(second.status, 304);
  assert.equal(await second.text(), "");
});
