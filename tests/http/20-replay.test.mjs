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

test("a key that is empty is refused and not overlooked", async () => {
  const answer = await client.raw("POST", "/v1/fields", field("five"), { "idempotency-key": "" });
  assert.deepEqual([answer.status, (await answer.json()).field], [422, "Idempotency-Key"]);
  assert.ok(!(await client.get("/v1/fields")).items.some((f) => f.key === "five"));
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

test("If-Match may be weak, as a proxy makes it, or any", async () => {
  const { id } = (await client.get("/v1/channels")).items[0];
  const patch = (match) => client.raw("PATCH", `/v1/channels/${id}`, { name: "Again" }, { "if-match": match });
  const seen = (await client.raw("GET", `/v1/channels/${id}`)).headers.get("etag");
  assert.equal((await patch(`W/${seen}`)).status, 200);
  assert.equal((await patch(`W/${seen}`)).status, 409);
  assert.equal((await patch("*")).status, 200);
  for (const wrong of ["W/", "7", '"x"', '"0"']) assert.equal((await patch(wrong)).status, 422, wrong);
});

test("of two who change the same field the second one is told", async () => {
  const made = await client.post("/v1/fields", field("six"));
  const path = `/v1/fields/${made.id}`;
  assert.equal(made.version, 1);
  assert.equal((await client.raw("PATCH", path, { label: "Nobody knows" })).status, 422);
  const first = await client.raw("PATCH", path, { label: "First", version: 1 });
  assert.deepEqual([first.status, first.headers.get("etag")], [200, '"2"']);
  const second = await client.raw("PATCH", path, { label: "Second" }, { "if-match": '"1"' });
  assert.deepEqual([second.status, (await second.json()).code], [409, "stale_version"]);
  const kept = (await client.get("/v1/fields")).items.find((f) => f.id === made.id);
  assert.deepEqual([kept.label, kept.version], ["First", 2]);
});

test("a key that is twice in a body is named", async () => {
  const send = (body) => server.fetch("/v1/session", { method: "POST", headers: { "content-type": "application/json" }, body });
  for (const [body, field] of [['{"email":"a","email":"b"}', "email"], ['{"x":{"a \\"b\\" which is rather long":1, "a \\"b\\" which is rather long":2}}', 'a \\"b\\" which is rather long']]) {
    const answer = await send(body);
    const problem = await answer.json();
    assert.deepEqual([answer.status, problem.field], [422, field]);
  }
});

test("a page of nothing is refused", async () => {
  for (const path of ["/v1/contacts", "/v1/conversations", "/v1/feed"]) {
    const answer = await client.raw("GET", `${path}?limit=0`);
    assert.deepEqual([answer.status, (await answer.json()).field], [422, "limit"], path);
  }
});

test("what is known already is not sent again", async () => {
  const { id } = (await client.get("/v1/channels")).items[0];
  const first = await client.raw("GET", `/v1/channels/${id}`);
  const second = await client.raw("GET", `/v1/channels/${id}`, undefined, { "if-none-match": first.headers.get("etag") });
  assert.equal(second.status, 304);
  assert.equal(await second.text(), "");
});
