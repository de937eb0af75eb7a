// Bodies that mean harm: the right status, nothing stored, nothing falls over.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import net from "node:net";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { eventually, startServer } from "./harness.mjs";
import { exchange, get } from "./raw.mjs";

let server, client;
before(async () => {
  server = await startServer();
  client = await server.signIn();
});
after(() => server?.stop());

const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid("web")}/status`, "utf8"))[1]) / 1024;

async function send(body, { type = "application/json", target = "/v1/fields" } = {}) {
  const answer = await server.fetch(target, {
    method: "POST",
    headers: { authorization: `Bearer ${client.token}`, ...(type ? { "content-type": type } : {}) },
    body,
  });
  return { status: answer.status, ...(await answer.json()) };
}

const deep = (n) => `{"key":"deep","label":"x","type":"text","choices":${"[".repeat(n)}${"]".repeat(n)}}`;
const hostile = {
  "nothing at all": ["", 422],
  "not JSON": ["hello", 422],
  "a truncated object": ['{"key":"x","label":', 422],
  "bytes after the end": ['{"key":"x","label":"x","type":"text"} {}', 422],
  "an array instead of an object": ["[]", 422],
  "a number instead of an object": ["7", 422],
  "a duplicate key": ['{"key":"x","key":"y","label":"x","type":"text"}', 422, ""],
  "an unknown key": ['{"key":"x","label":"x","type":"text","admin":true}', 422, "admin"],
  "a missing key": ['{"label":"x","type":"text"}', 422, "key"],
  "a wrong type": ['{"key":7,"label":"x","type":"text"}', 422, "key"],
  "null where there must be something": ['{"key":null,"label":"x","type":"text"}', 422, "key"],
  "a word that is none of the list": ['{"key":"x","label":"x","type":"virus"}', 422, "type"],
  "a text that is too long": [`{"key":"x","label":"${"a".repeat(81)}","type":"text"}`, 422, "label"],
  "a NUL in a text": ['{"key":"x","label":"a\\u0000b","type":"text"}', 422],
  "half a surrogate": ['{"key":"x","label":"\\ud800","type":"text"}', 422],
  "bytes that are not UTF-8": [Buffer.from('{"key":"x","label":"\xff\xfe","type":"text"}', "latin1"), 422],
  "an overlong form of UTF-8": [Buffer.from('{"key":"x","label":"\xc0\xaf","type":"text"}', "latin1"), 422],
  "100 levels": [deep(100), 413],
  "30,000 levels": [deep(30_000), 413],
  "a number beyond all measure": ['{"key":"x","label":"x","type":"text","choices":[1e999]}', 422],
  "a body of 64 kB and one byte": [`"${"a".repeat(65535)}"`, 413],
  "a body of a megabyte": ["a".repeat(1 << 20), 413],
};
for (const [what, [body, status, field]] of Object.entries(hostile)) {
  test(`${what}: ${status}`, async () => {
    const answer = await send(body);
    assert.equal(answer.status, status, JSON.stringify(answer));
    if (field) assert.equal(answer.field, field);
  });
}

test("another content type is 415", async () => {
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", null])
    assert.equal((await send(Buffer.from('{"key":"x","label":"x","type":"text"}'), { type })).status, 415);
});

test("a content type with a charset is fine, and then the field is there", async () => {
  const answer = await send('{"key":"fine","label":"x","type":"text"}', { type: "application/json; charset=utf-8" });
  assert.equal(answer.status, 201);
});

test("of all the rest nothing was stored", async () => {
  const { items } = await client.get("/v1/fields");
  assert.deepEqual(items.map((f) => f.key), ["fine"]);
});

test("queries are read as strictly as bodies", async () => {
  const codes = {};
  for (const query of ["limit=x", "limit=-1", "limit=101", "limit=1&limit=2", "nonsense=1", "state=weird", "channel=7", "q=%ff", "q=%zz", "cursor=%00"])
    codes[query] = (await client.raw("GET", `/v1/conversations?${query}`)).status;
  assert.deepEqual([...new Set(Object.values(codes))], [422], JSON.stringify(codes));
});

test("a body without end is cut off at its limit", async () => {
  const chunk = `8000\r\n${"a".repeat(0x8000)}\r\n`;
  const socket = net.connect(server.port, "127.0.0.1");
  let got = "";
  let sent = 0;
  let open = true;
  socket.on("data", (d) => (got += d));
  socket.on("error", () => (open = false));
  socket.on("close", () => (open = false));
  socket.write(`POST /v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`);
  while (open && sent < 64 << 20) {
    await new Promise((resolve) => socket.write(chunk, () => setImmediate(resolve)));
    sent += chunk.length;
    if (got) break;
  }
  await eventually("it is refused", () => got.includes("\r\n"));
  socket.destroy();
  assert.match(got, /^HTTP\/1\.1 413/);
  assert.ok(sent < 16 << 20, `${sent} bytes were taken`);
});

test("who sends far too much is told so, and not just cut off", async () => {
  for (let i = 0; i < 12; i++)
    for (const [target, size] of [["/hooks/01890000-0000-7000-8000-000000000000", 3_200_000], ["/v1/uploads?name=a", 30_000_000]])
      assert.equal((await server.fetch(target, { method: "POST", body: Buffer.alloc(size) })).status, 413, target);
});

test("what is refused before anybody reads it has a request id too, in its head, its body and the log", async () => {
  const answer = await server.fetch("/v1/session", { method: "POST", headers: { "content-type": "application/json" }, body: "a".repeat(1 << 20) });
  assert.equal(answer.status, 413);
  const id = answer.headers.get("x-request-id");
  assert.match(id, /^[0-9a-f-]{36}$/);
  assert.equal((await answer.json()).request_id, id);
  await eventually("it is in the log", () => server.log.includes(id));
});

test("four uploads of 20 MB at once are not held in memory", async () => {
  const before = rss();
  const body = Buffer.alloc(20 << 20, "x");
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, rss())), 20);
  const answers = await Promise.all([1, 2, 3, 4].map((n) =>
    server.fetch(`/v1/uploads?name=big${n}.txt`, {
      method: "POST",
      headers: { authorization: `Bearer ${client.token}`, "content-type": "text/plain" },
      body,
    })));
  clearInterval(watch);
  assert.deepEqual(answers.map((a) => a.status), [201, 201, 201, 201]);
  assert.ok(most - before < 40, `grew from ${before} to ${most} MB`);
});

test("slow heads and slow bodies are ended, and hold up nobody", { timeout: 90_000 }, async () => {
  const heads = Array.from({ length: 50 }, () => {
    const socket = net.connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    socket.got = "";
    socket.on("data", (d) => (socket.got += d));
    socket.on("close", () => (socket.over = true));
    socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
    socket.drip = setInterval(() => socket.writable && socket.write("X-A: 1\r\n"), 500);
    return socket;
  });
  const began = Date.now();
  let slowest = 0;
  while (!heads.every((s) => s.over) && Date.now() - began < 30_000) {
    const asked = Date.now();
    assert.equal((await server.fetch("/healthz")).status, 200);
    slowest = Math.max(slowest, Date.now() - asked);
    await pause(100);
  }
  for (const socket of heads) clearInterval(socket.drip);
  assert.ok(heads.every((s) => s.over), "all were closed");
  assert.ok(heads.every((s) => /^HTTP\/1\.1 408/.test(s.got)), heads[0].got);
  assert.ok(slowest < 1000, `one waited ${slowest} ms`);
});

test("10,000 open connections: each is answered, and memory stays bounded", { timeout: 120_000 }, async (t) => {
  const { NoFile } = { NoFile: Number(/Max open files\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))[1]) };
  const wanted = 10_000;
  if (NoFile < wanted + 200) {
    t.skip(`only ${NoFile} files may be open here`);
    return;
  }
  const before = rss();
  const sockets = [];
  for (let i = 0; i < wanted; i += 250) {
    await Promise.all(Array.from({ length: 250 }, () => new Promise((resolve, reject) => {
      const socket = net.connect(server.port, "127.0.0.1", resolve);
      socket.once("error", reject);
      sockets.push(socket);
    })));
  }
  const held = rss();
  assert.equal((await exchange(server.port, get("/readyz"))).status, 200, "the next one is served too");
  let answered = 0;
  for (let i = 0; i < sockets.length; i += 250) {
    await Promise.all(sockets.slice(i, i + 250).map((socket) => new Promise((resolve) => {
      socket.once("data", (d) => {
        if (/^HTTP\/1\.1 200/.test(d.toString("latin1"))) answered++;
        resolve();
      });
      socket.once("close", resolve);
      socket.write(get("/healthz"));
    })));
  }
  const most = rss();
  for (const socket of sockets) socket.destroy();
  assert.equal(answered, wanted);
  assert.ok(held - before < 200, `10,000 idle connections took ${held - before} MB`);
  assert.ok(most - before < 400, `10,000 used connections took ${most - before} MB`);
});

test("in the end everything is as well as before", async () => {
  assert.equal((await server.fetch("/readyz")).status, 200);
  assert.equal((await client.get("/v1/session")).user.email, server.admin.email);
});
