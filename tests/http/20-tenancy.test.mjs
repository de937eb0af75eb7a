// The walk over the whole surface: also over rows that are not written yet.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { startServer } from "./harness.mjs";
import { exchange } from "./raw.mjs";

let server, ours, theirs, agent, document, ids;

/** Everything an id in a path can be, in our organisation; and a second organisation beside it. */
async function furnish() {
  const org = ours.session.org.id;
  const user = ours.session.user.id;
  ids = Object.fromEntries(["contact", "identity", "channel", "conversation", "message", "note", "field", "inbound", "org", "user", "agent"].map((k) => [k, randomUUID()]));
  await server.sql(`
    INSERT INTO channel (org_id, id, kind, name) VALUES ('${org}', '${ids.channel}', 'null', 'Ours');
    INSERT INTO channel_health (org_id, channel_id) VALUES ('${org}', '${ids.channel}');
    INSERT INTO locator (kind, digest, org_id, row_id) VALUES ('channel', decode(replace('${ids.channel}', '-', ''), 'hex'), '${org}', '${ids.channel}') ON CONFLICT DO NOTHING;
    INSERT INTO contact (org_id, id, name) VALUES ('${org}', '${ids.contact}', 'Ours');
    INSERT INTO contact_identity (org_id, id, contact_id, kind, value) VALUES ('${org}', '${ids.identity}', '${ids.contact}', 'null', 'ours');
    INSERT INTO conversation (org_id, id, contact_id, channel_id, identity_id, number, sort_at) VALUES ('${org}', '${ids.conversation}', '${ids.contact}', '${ids.channel}', '${ids.identity}', 1, now());
    INSERT INTO message (org_id, id, conversation_id, channel_id, direction, kind, author, body, state, at) VALUES ('${org}', '${ids.message}', '${ids.conversation}', '${ids.channel}', 'out', 'text', 'user', 'Ours', 'failed', now());
    INSERT INTO note (org_id, id, contact_id, author_id, body) VALUES ('${org}', '${ids.note}', '${ids.contact}', '${user}', 'Ours');
    INSERT INTO custom_field (org_id, id, key, label, type) VALUES ('${org}', '${ids.field}', 'ours', 'Ours', 'text');
    INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest, state) VALUES ('${org}', '${ids.inbound}', '${ids.channel}', now(), 'x', 'x', 'failed');
    INSERT INTO org (org_id, name, slug, data_key) SELECT '${ids.org}', 'Theirs', 'theirs', data_key FROM org WHERE org_id = '${org}';
    INSERT INTO app_user (id, email, name, password_hash) SELECT '${ids.user}', 'theirs@example.com', 'Theirs', password_hash FROM app_user WHERE id = '${user}';
    INSERT INTO membership (org_id, user_id, name, email, role) VALUES ('${ids.org}', '${ids.user}', 'Theirs', 'theirs@example.com', 'owner');
    INSERT INTO app_user (id, email, name, password_hash) SELECT '${ids.agent}', 'agent@example.com', 'Agent', password_hash FROM app_user WHERE id = '${user}';
    INSERT INTO membership (org_id, user_id, name, email, role) VALUES ('${org}', '${ids.agent}', 'Agent', 'agent@example.com', 'agent');
  `);
}

before(async () => {
  server = await startServer();
  ours = await server.signIn();
  await furnish();
  theirs = await server.signIn({ email: "theirs@example.com", password: server.admin.password });
  agent = await server.signIn({ email: "agent@example.com", password: server.admin.password });
  document = await (await server.fetch("/openapi.json")).json();
});
after(() => server?.stop());

function* operations() {
  for (const [path, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) yield { path, method: method.toUpperCase(), operation };
}

/** The id that a path asks for, by what stands before it. */
function target(path) {
  const kinds = { contacts: ids.contact, channels: ids.channel, conversations: ids.conversation, messages: ids.message, notes: ids.note,
    fields: ids.field, inbound: ids.inbound, hooks: ids.channel, chat: ids.channel, media: ids.message, sessions: ids.message };
  const [, kind] = /\/([a-z]+)\/\{id\}/.exec(path) ?? [];
  if (path.includes("{id}")) assert.ok(kinds[kind], `${path}: which id?`);
  return path.replace("{id}", kinds[kind]).replace("{kind}", "text");
}

function sample(schema) {
  const s = schema.$ref ? document.components.schemas[schema.$ref.split("/").pop()] : schema;
  const type = [s.type].flat()[0];
  if (s.enum) return s.enum[0];
  if (type === "object") {
    const members = Object.entries(s.properties ?? {}).filter(([name]) => s.required?.includes(name) || name === "version");
    return Object.fromEntries(members.map(([name, p]) => [name, name === "version" ? 1 : sample(p)]));
  }
  if (type === "array") return [];
  if (type === "integer" || type === "number") return 1;
  if (type === "boolean") return true;
  if (s.format === "uuid") return randomUUID();
  if (s.format === "date-time") return new Date().toISOString();
  return type === "string" ? "x" : {};
}

function request({ path, method, operation }, token) {
  const content = operation.requestBody?.content;
  const schema = content?.["application/json"]?.schema;
  const required = (operation.parameters ?? []).filter((p) => p.in === "query" && p.required);
  const query = required.map((p) => `${p.name}=${encodeURIComponent(sample(p.schema))}`).join("&");
  return [target(path) + (query ? `?${query}` : ""), {
    method,
    headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(content ? { "content-type": Object.keys(content)[0] } : {}) },
    body: schema ? JSON.stringify(sample(schema)) : content ? "bytes" : undefined,
  }];
}

const isPublic = (operation) => operation["x-permission"] === "public";

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

test("an agent may not do what owners may", async () => {
  for (const row of operations()) {
    if (!["channels:write", "fields:write", "org:write"].includes(row.operation["x-permission"])) continue;
    const [path, options] = request(row, agent.token);
    const answer = await server.fetch(path, options);
    assert.equal(answer.status, 403, `${row.method} ${row.path}`);
    await answer.arrayBuffer();
  }
  assert.equal((await agent.raw("GET", "/v1/contacts")).status, 200);
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
    const head = `${row.method} ${target(row.path)} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${limit + 1}\r\n\r\n`;
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
