// The description of the API, and what is generated from it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { root, run, startServer } from "./harness.mjs";

const binary = process.env.SAMBUNG_BINARY ?? path.join(root, "build/sambung");
const described = run(binary, ["openapi"], { env: { PATH: process.env.PATH, SAMBUNG_DATA: "/tmp" } });

/** A tool of ours with the description as its input: exit code and complaint. */
async function check(tool) {
  const child = spawn(process.execPath, [path.join(root, "tools", tool), "--check"], { stdio: ["pipe", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (d) => (complaint += d));
  child.stdin.end(await described);
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, complaint };
}

test("the pages' types are those of the API", async () => {
  assert.deepEqual(await check("gen_types.mjs"), { code: 0, complaint: "" });
});

test("docs/api.md is the API's", async () => {
  assert.deepEqual(await check("gen_api_doc.mjs"), { code: 0, complaint: "" });
});

test("the server describes itself in the same words", async () => {
  const server = await startServer();
  try {
    const answer = await server.fetch("/openapi.json");
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.deepEqual(await answer.json(), JSON.parse(await described));
  } finally {
    await server.stop();
  }
});

// ---- what it says of calls ----

const operation = async (method, at) => JSON.parse(await described).paths[at]?.[method];
const parameters = async (method, at) => (await operation(method, at)).parameters.map((p) => p.name ?? p.$ref.split("/").pop());

test("headers that a call takes and gives are described", async () => {
  assert.ok((await parameters("post", "/v1/fields")).includes("IdempotencyKey"));
  assert.ok(!(await parameters("post", "/v1/session")).includes("IdempotencyKey"));
  assert.ok((await parameters("patch", "/v1/fields/{id}")).includes("IfMatch"));
  assert.ok(!(await parameters("patch", "/v1/me")).includes("IfMatch"));
  const { responses } = await operation("post", "/v1/contacts/{id}/notes");
  assert.deepEqual(Object.keys(responses["201"].headers), ["X-Request-Id", "ETag", "Idempotent-Replay", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset"]);
  const { TooMany, Unavailable } = JSON.parse(await described).components.responses;
  for (const one of [TooMany, Unavailable]) assert.ok(one.headers["Retry-After"]);
});

test("calls whose answer is no JSON are described as they are", async () => {
  const hook = await operation("get", "/hooks/{id}");
  assert.deepEqual(Object.keys(hook.responses["200"].content), ["text/plain"]);
  assert.deepEqual(await parameters("get", "/hooks/{id}"), ["id", "hub.mode", "hub.verify_token", "hub.challenge"]);
  assert.deepEqual(await parameters("get", "/media/{id}"), ["id", "org", "exp", "sig"]);
  for (const at of ["/healthz", "/readyz", "/metrics", "/openapi.json"]) assert.ok((await operation("get", at)).responses["200"], at);
});

test("who may call is said for members, visitors and everybody", async () => {
  assert.deepEqual((await operation("post", "/chat/{id}/messages")).security, [{ visitor: [] }]);
  assert.deepEqual((await operation("post", "/chat/{id}/visitor")).security, []);
  assert.deepEqual((await operation("get", "/v1/me") ?? await operation("get", "/v1/session")).security.map((s) => Object.keys(s)[0]), ["cookie", "loopback_cookie", "bearer"]);
});

test("every text says its bytes and every member its type", async () => {
  const lacking = [];
  const look = (schema, place) => {
    if (schema.maxLength) lacking.push(`${place} counts characters`);
    if (!schema.type && !schema.$ref && !schema.anyOf) lacking.push(`${place} has no type`);
    for (const [name, member] of Object.entries(schema.properties ?? {})) look(member, `${place}.${name}`);
    if (schema.items) look(schema.items, `${place}[]`);
  };
  for (const [name, schema] of Object.entries(JSON.parse(await described).components.schemas)) look(schema, name);
  assert.deepEqual(lacking, []);
});
