// What holds for every answer, and what is not HTTP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startServer } from "./harness.mjs";
import { exchange, get } from "./raw.mjs";

let server;
before(async () => {
  server = await startServer();
});
after(() => server?.stop());

test("every answer carries the security headers and a request id", async () => {
  for (const path of ["/healthz", "/readyz", "/v1/session", "/nowhere", "/openapi.json"]) {
    const answer = await server.fetch(path);
    assert.equal(answer.headers.get("x-content-type-options"), "nosniff", path);
    assert.equal(answer.headers.get("referrer-policy"), "no-referrer", path);
    assert.match(answer.headers.get("content-security-policy"), /default-src 'none'/, path);
    assert.match(answer.headers.get("x-request-id"), /^[0-9a-f-]{36}$/, path);
    assert.equal(answer.headers.get("server"), null, path);
  }
});

test("a sane request id is taken over, another one is replaced", async () => {
  const ask = async (id) => (await server.fetch("/healthz", { headers: { "x-request-id": id } })).headers.get("x-request-id");
  assert.equal(await ask("build-7.3_a"), "build-7.3_a");
  assert.notEqual(await ask("a b"), "a b");
  assert.notEqual(await ask("a".repeat(65)), "a".repeat(65));
});

test("health says little, readiness names what it looked at", async () => {
  assert.deepEqual(await (await server.fetch("/healthz")).json(), { status: "ok" });
  const ready = await (await server.fetch("/readyz")).json();
  assert.deepEqual(ready.checks.map((c) => c.name), ["database", "database_system", "blobs", "spool", "worker", "master_key", "certificate"]);
  assert.ok(ready.checks.every((c) => c.ok));
});

test("metrics are in Prometheus' format", async () => {
  await server.fetch("/healthz");
  const text = await (await server.fetch("/metrics")).text();
  for (const line of text.trim().split("\n"))
    assert.match(line, /^(# (HELP|TYPE) sambung_[a-z_]+ .+|sambung_[a-z_]+(\{[^}]*\})? -?[0-9.e+-]+)$/, line);
  for (const name of ["requests_total", "request_seconds_bucket", "pool_connections", "jobs_due", "job_oldest_due_seconds",
    "vault_events_total", "deliveries_hour", "streams", "statement_seconds_total"])
    assert.match(text, new RegExp(`^sambung_${name}[ {]`, "m"), name);
  assert.match(text, /sambung_requests_total\{method="GET",route="\/healthz",status="2xx"\} [1-9]/);
});

test("HEAD is GET without the body", async () => {
  const answer = await server.fetch("/healthz", { method: "HEAD" });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("content-length"), "15");
  assert.equal(await answer.text(), "");
});

test("a wrong method is 405 and says which are right", async () => {
  const answer = await server.fetch("/v1/session", { method: "PUT" });
  assert.equal(answer.status, 405);
  assert.equal(answer.headers.get("allow"), "GET, HEAD, POST, DELETE");
  assert.equal((await answer.json()).code, "method_not_allowed");
});

test("what is nowhere is a problem of the standard's form", async () => {
  const answer = await server.fetch("/v1/nothing");
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  const problem = await answer.json();
  assert.equal(problem.type, "/problems/not_found");
  assert.equal(problem.code, "not_found");
  assert.equal(problem.status, 404);
  assert.equal(problem.request_id, answer.headers.get("x-request-id"));
});

test("requests in a row are answered in their order on one connection", async () => {
  const raw = await exchange(server.port, get("/healthz") + get("/v1/session") + get("/healthz", "Connection: close"), { keepOpen: true });
  assert.deepEqual([...raw.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((m) => Number(m[1])), [200, 401, 200]);
});

const post = (...lines) => `POST /v1/session HTTP/1.1\r\nHost: localhost\r\n${lines.join("\r\n")}`;
const refused = {
  "no Host": ["GET /healthz HTTP/1.1\r\n\r\n", 400],
  "two Hosts": ["GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  "a Host with a path": ["GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  "a Host with a user": ["GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n", 400],
  "an empty Host": ["GET /healthz HTTP/1.1\r\nHost: \r\n\r\n", 400],
  "two equal lengths": [post("Content-Length: 2", "Content-Length: 2", "", "{}"), 400],
  "two different lengths": [post("Content-Length: 2", "Content-Length: 3", "", "{}"), 400],
  "length and chunks": [post("Content-Length: 2", "Transfer-Encoding: chunked", "", "0\r\n\r\n"), 400],
  "chunks and length": [post("Transfer-Encoding: chunked", "Content-Length: 2", "", "0\r\n\r\n"), 400],
  "an unknown transfer coding": [post("Transfer-Encoding: xchunked", "", "0\r\n\r\n"), 400],
  "a stack of transfer codings": [post("Transfer-Encoding: gzip, chunked", "", "0\r\n\r\n"), 400],
  "chunked twice": [post("Transfer-Encoding: chunked", "Transfer-Encoding: chunked", "", "0\r\n\r\n"), 400],
  "a negative length": [post("Content-Length: -2", "", "{}"), 400],
  "a length with a sign": [post("Content-Length: +2", "", "{}"), 400],
  "a length in hex": [post("Content-Length: 0x2", "", "{}"), 400],
  "a length beyond all numbers": [post("Content-Length: 99999999999999999999999", "", "{}"), 413],
  "a chunk that is no number": [post("Transfer-Encoding: chunked", "", "zz\r\n{}\r\n0\r\n\r\n"), 400],
  "a negative chunk": [post("Transfer-Encoding: chunked", "", "-2\r\n{}\r\n0\r\n\r\n"), 400],
  "a chunk beyond all numbers": [post("Transfer-Encoding: chunked", "", "ffffffffffffffffffff\r\n{}"), 413],
  "chunks in HTTP/1.0": ["POST /v1/session HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
  "a blank before the colon": ["GET /healthz HTTP/1.1\r\nHost: a\r\nX-A : 1\r\n\r\n", 400],
  "a header without a colon": ["GET /healthz HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400],
  "a control character in a header": ["GET /healthz HTTP/1.1\r\nHost: a\r\nX-A: a\x01b\r\n\r\n", 400],
  "an absolute target": ["GET http://a/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  "an unknown method": ["BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 405],
  "a target that is too long": [get(`/${"a".repeat(5000)}`), 414],
  "a target longer than memory allows": [get(`/${"a".repeat(100_000)}`), 414],
  "too many headers": [get("/healthz", ...Array.from({ length: 80 }, (_, i) => `X-${i}: 1`)), 431],
  "headers longer than memory allows": [get("/healthz", ...Array.from({ length: 20 }, (_, i) => `X-${i}: ${"a".repeat(2000)}`)), 431],
  "HTTP/2 without agreement": ["PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505],
};
for (const [what, [bytes, status]] of Object.entries(refused)) {
  test(`${what}: ${status}`, async () => {
    const raw = await exchange(server.port, bytes);
    assert.equal(raw.status, status, raw.text);
  });
}

test("after all that the server is as well as before", async () => {
  assert.equal((await server.fetch("/readyz")).status, 200);
});

test("bodies in chunks are put together", async () => {
  const body = JSON.stringify({ email: "a@example.com", password: "wrong-password" });
  const half = body.length >> 1;
  const chunk = (s) => `${s.length.toString(16)}\r\n${s}\r\n`;
  const raw = await exchange(server.port, [
    post("Content-Type: application/json", "Transfer-Encoding: chunked", "", ""), chunk(body.slice(0, half)), chunk(body.slice(half)), "0\r\n\r\n"]);
  assert.equal(raw.status, 401);
  assert.match(raw.body, /bad_credentials/);
});

test("a client that waits for leave to send gets it", async () => {
  const raw = await exchange(server.port, post("Content-Type: application/json", "Content-Length: 2", "Expect: 100-continue", "", "{}"));
  assert.match(raw.text, /^HTTP\/1\.1 100 Continue/);
  assert.equal(raw.status, 422);
});

test("escapes in a path are not slashes", async () => {
  assert.equal((await exchange(server.port, get("/v1%2Fsession"))).status, 404);
  assert.equal((await exchange(server.port, get("/v1/../v1/session"))).status, 404);
});
