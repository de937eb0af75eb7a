// The door that speaks TLS: who is let in, that everything works behind it, and that the certificate can change.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { spawn } from "node:child_process";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import https from "node:https";
import net from "node:net";
import { Readable } from "node:stream";
import { after, before, describe, test } from "node:test";
import { ADMIN, ENVIRONMENT, eventually, freePort, startServer } from "./harness.mjs";
import { exchange, get } from "./raw.mjs";
import { openStream } from "./stream.mjs";
import { Authority, ask, connect, serverUser } from "./tls.mjs";

const user = serverUser();
let authority, server, client, port, ca, silent;
before(async () => {
  authority = new Authority();
  ca = authority.ca;
  authority.install(authority.issue(), user);
  port = await freePort();
  server = await startServer({ env: { ...authority.settings, SAMBUNG_TLS_LISTEN: `127.0.0.1:${port}`, SAMBUNG_PUBLIC_URL: `https://localhost:${port}`, SAMBUNG_RATE_PERCENT: "0" } });
  client = await server.signIn();
  silent = quiet();
});
after(async () => {
  await server?.stop();
  authority?.remove();
});

const own = (target, options = {}) => ask(port, target, { ca, ...options });
const authorized = () => ({ authorization: `Bearer ${client.token}` });

/** Two who connect and then keep quiet, one of them in the middle of a handshake: when they are put out. */
function quiet() {
  const sockets = [Buffer.alloc(0), Buffer.from("16030100c8010000c40303", "hex")].map((first) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.write(first);
    socket.on("error", () => undefined);
    return once(socket.resume(), "close");
  });
  return { ended: Promise.all(sockets) };
}

const figure = async (name) => Number(new RegExp(`^sambung_${name} (\\S+)`, "m").exec(await (await server.fetch("/metrics")).text())[1]);

// ---- who is let in ----

test("pages and the API are there over TLS 1.2 and 1.3, and browsers are told to stay", async () => {
  for (const version of ["TLSv1.2", "TLSv1.3"]) {
    const answer = await own("/healthz", { minVersion: version, maxVersion: version });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["strict-transport-security"], "max-age=31536000; includeSubDomains");
  }
  assert.match((await own("/")).headers["content-type"], /text\/html/);
  assert.equal((await own("/v1/session", { headers: authorized() })).status, 200);
});

test("what the edge refuses by itself says so too", async () => {
  const answer = await exchange(port, get("/healthz", "Host: twice"), { ca });
  assert.equal(answer.status, 400);
  assert.match(answer.header("strict-transport-security"), /max-age=31536000/);
});

const refusals = {
  "TLS 1.0": { minVersion: "TLSv1", maxVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" },
  "TLS 1.1": { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
  "a key exchange without forward secrecy": { maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" },
  "a cipher that is not authenticated": { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA" },
  "a client that speaks HTTP/2 alone": { ALPNProtocols: ["h2"] },
};
for (const [what, options] of Object.entries(refusals))
  test(`${what} is refused in the handshake`, async () => {
    await assert.rejects(connect(port, { ca, ...options }), /alert|no protocols|handshake|protocol version/i);
  });

test("of several protocols HTTP/1.1 is chosen", async () => {
  const socket = await connect(port, { ca, ALPNProtocols: ["h2", "http/1.1"] });
  assert.equal(socket.alpnProtocol, "http/1.1");
  socket.destroy();
});

test("what is not TLS is dropped without a word, and others go on", async () => {
  for (const bytes of [get("/healthz"), randomBytes(4096), Buffer.from([22, 3, 1, 255, 255, 1])]) {
    const answer = await exchange(port, [bytes, Buffer.alloc(2000)]);
    assert.equal(answer.status, 0);
  }
  assert.equal((await own("/healthz")).status, 200);
});

test("a client cannot ask for another handshake", async () => {
  const socket = await connect(port, { ca, maxVersion: "TLSv1.2" });
  socket.on("error", () => undefined);
  assert.ok(await new Promise((resolve) => {
    socket.once("close", () => resolve(true));
    if (!socket.renegotiate({}, (error) => error && resolve(true))) resolve(true);
  }));
  socket.destroy();
});

test("signing in gives a cookie for this very host, over TLS only", async () => {
  const signIn = (headers) => own("/v1/session", { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(ADMIN) });
  const answer = await signIn({ origin: `https://localhost:${port}` });
  assert.equal(answer.status, 200);
  assert.match(answer.headers["set-cookie"][0], /^__Host-sambung=[^;]+;(?=.*; ?Secure)(?=.*; ?HttpOnly)(?=.*Path=\/)(?!.*Domain)/i);
  for (const headers of [{ origin: "http://localhost:1", host: "localhost:1" }, { origin: "https://evil.example", host: "evil.example" }])
    assert.equal((await signIn(headers)).status, 403, "the Host that was asked for makes nobody ours");
});

// ---- everything works behind it ----

test("a big upload arrives whole, comes back whole, and costs no memory", async () => {
  const bytes = randomBytes(20 << 20);
  const rss = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid("web")}/status`, "utf8"))[1]) / 1024;
  const before = rss();
  const sent = await own("/v1/uploads?name=big.bin", { method: "POST", headers: { ...authorized(), "content-type": "application/octet-stream", "content-length": bytes.length }, body: Readable.from([bytes]) });
  assert.equal(sent.status, 201, sent.body.toString());
  const back = await own(JSON.parse(sent.body).url);
  assert.equal(back.status, 200);
  assert.deepEqual(createHash("sha256").update(back.body).digest("hex"), createHash("sha256").update(bytes).digest("hex"));
  assert.ok(rss() - before < 15, `${rss() - before} MB more`);
});

test("an upload that is too big is refused while it is still being sent", async () => {
  const socket = await connect(port, { ca });
  let got = "";
  socket.on("data", (d) => (got += d)).on("error", () => undefined);
  socket.write(`POST /v1/uploads?name=a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${client.token}\r\nContent-Type: text/plain\r\nContent-Length: ${200 << 20}\r\n\r\n`);
  const piece = Buffer.alloc(1 << 16);
  const push = () => {
    while (!socket.destroyed && !socket.writableEnded && socket.write(piece));
  };
  socket.on("drain", push);
  push();
  await eventually("the refusal", () => /^HTTP\/1\.1 413 /.test(got));
  socket.destroy();
});

test("one who does not read holds up nobody else, and gets it all in the end", async () => {
  const bytes = randomBytes(3 << 20);
  const { body } = await own("/v1/uploads?name=slow.bin", { method: "POST", headers: { ...authorized(), "content-type": "application/octet-stream" }, body: bytes });
  const { url } = JSON.parse(body);
  const slow = await Promise.all(Array.from({ length: 20 }, () => connect(port, { ca })));
  for (const socket of slow) {
    socket.pause();
    socket.write(get(url, "Connection: close"));
  }
  for (let i = 0; i < 20; i++) assert.equal((await own("/healthz")).status, 200);
  for (const socket of slow) {
    const pieces = [];
    socket.on("data", (d) => pieces.push(d)).resume();
    await once(socket, "end");
    const all = Buffer.concat(pieces);
    assert.ok(all.subarray(all.indexOf("\r\n\r\n") + 4).equals(bytes));
    socket.destroy();
  }
});

test("a request in single bytes, and two in one record", async () => {
  const slow = await connect(port, { ca });
  let got = "";
  slow.on("data", (d) => (got += d));
  for (const byte of get("/healthz")) await new Promise((resolve) => slow.write(byte, resolve));
  await eventually("its answer", () => got.includes('{"status":"ok"}'));
  slow.destroy();
  const two = await exchange(port, get("/healthz") + get("/v1/session", "Connection: close"), { ca, keepOpen: true });
  assert.match(two.text, /^HTTP\/1\.1 200 [^]*HTTP\/1\.1 401 /);
});

test("a hundred at once, and none is left over", async () => {
  const answers = await Promise.all(Array.from({ length: 100 }, () => own("/v1/session", { headers: authorized() })));
  assert.deepEqual([...new Set(answers.map((a) => a.status))], [200]);
  await eventually("they are gone", async () => (await figure("connections")) < 10);
});

test("an event stream over TLS brings what happens", async () => {
  const streams = await Promise.all(Array.from({ length: 10 }, () => openStream({ url: `https://localhost:${port}` }, "/v1/events", { token: client.token, ca })));
  for (const stream of streams) await stream.type("hello");
  const { id } = await client.post("/v1/channels", { kind: "null", name: "Over TLS", settings: { behaviour: "silent" }, secrets: {} });
  for (const stream of streams) await stream.change("channel", (e) => e.id === id);
  await eventually("the edge has let go of them", async () => (await figure("connections")) < 10);
  for (const stream of streams) stream.close();
  await eventually("their end is seen", async () => (await figure('streams\\{kind="agent"\\}')) === 0);
});

// ---- another certificate ----

const shown = async () => (await own("/healthz")).fingerprint;

/** Put files in place, and wait until the log says something about them. */
async function install(pair, what, { signal = true, ...options } = {}) {
  server.log = "";
  authority.install(pair, user, options);
  if (signal) server.child.kill("SIGHUP");
  await eventually(`the log says: ${what}`, () => what.test(server.log));
}

describe("another certificate", () => {
  let old, agent, stream;
  before(async () => {
    old = await shown();
    agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
    await own("/healthz", { agent });
    stream = await openStream({ url: `https://localhost:${port}` }, "/v1/events", { token: client.token, ca });
    await stream.type("hello");
  });
  after(() => {
    agent.destroy();
    stream.close();
  });

  test("on SIGHUP new connections see it, and open ones stay as they are", async () => {
    await install(authority.issue(), /event=certificate msg="read again, valid until /);
    assert.notEqual(await shown(), old);
    assert.equal((await own("/healthz", { agent })).fingerprint, old, "the connection from before");
    await stream.settled();
  });

  test("without a signal it is found within seconds", async () => {
    const now = await shown();
    await install(authority.issue({ bits: 2048 }), /read again, valid until /, { signal: false });
    assert.notEqual(await shown(), now);
  });

  const broken = {
    "whose key is another's": [() => ({ cert: authority.issue().cert, key: authority.issue().key }), /is not the key of the certificate/],
    "that has expired": [() => authority.issue({ from: new Date(Date.now() - 9 * 86400e3), until: new Date(Date.now() - 86400e3) }), /has expired: it was valid until/],
    "that is not valid yet": [() => authority.issue({ from: new Date(Date.now() + 86400e3) }), /is not valid before/],
    "that is none": [() => ({ cert: "hello\n", key: authority.issue().key }), /holds no certificate/],
    "that is cut off": [() => ({ ...authority.issue(), cert: authority.issue().cert.slice(0, 200) }), /holds no certificate/],
    "whose key others may read": [() => authority.issue(), /may be read by others/, { mode: 0o644 }],
    "with a key too weak for today": [() => authority.issue({ bits: 1024 }), /too weak/],
  };
  for (const [what, [make, says, options]] of Object.entries(broken))
    test(`one ${what} changes nothing and is said in the log`, async () => {
      const now = await shown();
      await install(make(), says, options);
      assert.match(server.log, /level=error .*event=certificate .*the one from before stays/);
      assert.equal(await shown(), now);
    });

  test("after all that a good one is taken", async () => {
    const now = await shown();
    await install(authority.issue(), /read again, valid until /);
    assert.notEqual(await shown(), now);
    await stream.settled();
  });

  test("its last day is said by the log and by /metrics", async () => {
    await install(authority.issue({ until: new Date(Date.now() + 3 * 86400e3) }), /level=warn .*it is valid only until/);
    const left = await figure("tls_certificate_expires_seconds");
    assert.ok(left > 2.9 * 86400 && left < 3 * 86400, String(left));
    assert.equal((await server.fetch("/readyz")).status, 200);
  });
});

// ---- the end ----

test("those who connect and keep quiet are put out", { timeout: 30_000 }, async () => {
  await silent.ended;
});

test("SIGTERM lets a request end whose body is still coming, and says goodbye to streams", async () => {
  const body = JSON.stringify({ key: "drained", label: "Drained", type: "text" });
  const stream = await openStream({ url: `https://localhost:${port}` }, "/v1/events", { token: client.token, ca });
  await stream.type("hello");
  const socket = await connect(port, { ca });
  let got = "";
  socket.on("data", (d) => (got += d));
  const closed = once(socket, "end");
  socket.write(`POST /v1/fields HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${client.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`);
  await eventually("its head is there", () => got.includes("100 Continue"));
  const halted = server.halt();
  await eventually("nobody new is let in", () => own("/healthz").then(() => false, () => true));
  socket.write(body);
  await closed;
  assert.match(got, /HTTP\/1\.1 201 /);
  assert.equal(await stream.ended, 1001);
  assert.equal(await halted, 0);
});

test("with an expired certificate it starts, and says so", async () => {
  authority.install(authority.issue({ from: new Date(Date.now() - 9 * 86400e3), until: new Date(Date.now() - 86400e3) }), user);
  server.log = "";
  const ready = server.start();
  await eventually("it has said so", () => /level=error .*the certificate has expired/.test(server.log));
  await eventually("it listens all the same", () => own("/healthz", { rejectUnauthorized: false }));
  await eventually("that alone is wrong", async () => {
    const { checks } = await (await server.fetch("/readyz")).json();
    return checks.filter((c) => !c.ok).map((c) => c.name).join() === "certificate";
  });
  await install(authority.issue(), /read again, valid until /);
  await ready;
});

test("with no certificate it does not start, and says which setting is wrong", async () => {
  await server.halt();
  authority.install({ cert: "", key: authority.issue().key }, user);
  server.log = "";
  await assert.rejects(server.start(), /the server ended with 1/);
  assert.match(server.log, /SAMBUNG_TLS_CERT\) holds no certificate/);
});

// ---- check ----

describe("check", () => {
  const wrong = async (env = {}) => {
    const given = { ...authority.settings, SAMBUNG_TLS_LISTEN: "127.0.0.1:8443", SAMBUNG_PUBLIC_URL: "https://crm.example:8443", SAMBUNG_DATA: "/tmp/sambung-not-there", ...env };
    const child = spawn(server.binary, ["check"], { env: { ...ENVIRONMENT, ...given } });
    let out = "";
    child.stdout.on("data", (d) => (out += d));
    await once(child, "close");
    return out.split("\n").filter((line) => /^(wrong|ok) .*(TLS|REDIRECT|setting)/.test(line)).join("\n");
  };
  const fine = { names: "DNS:crm.example,DNS:*.wild.example,IP:192.0.2.1,IP:2001:db8::1" };

  test("a good pair is fine, for the name in the public address", async () => {
    authority.install(authority.issue(fine));
    for (const host of ["crm.example", "crm.example:8443", "a.wild.example", "192.0.2.1", "[2001:db8::1]", "[2001:db8::1]:8443"])
      assert.doesNotMatch(await wrong({ SAMBUNG_PUBLIC_URL: `https://${host}` }), /^wrong/m, host);
    for (const host of ["evil.example", "a.b.wild.example", "wild.example", "192.0.2.2", "ignored.example"])
      assert.match(await wrong({ SAMBUNG_PUBLIC_URL: `https://${host}` }), /wrong +TLS certificate's names: the certificate is not for/, host);
  });

  test("names what is wrong with the files", async () => {
    const good = authority.issue(fine);
    assert.match(await wrong({ SAMBUNG_TLS_CERT: "/nowhere/a.pem" }), /\/nowhere\/a\.pem \(SAMBUNG_TLS_CERT\) cannot be read: No such file/);
    authority.install({ ...good, key: authority.issue().key });
    assert.match(await wrong(), /SAMBUNG_TLS_KEY\) is not the key of the certificate/);
    authority.install({ ...good, key: good.cert });
    assert.match(await wrong(), /SAMBUNG_TLS_KEY\) holds no private key/);
    authority.install(good, null, { mode: 0o640 });
    assert.match(await wrong(), /SAMBUNG_TLS_KEY\) may be read by others: chmod 600/);
    chmodSync(authority.at("server.key"), 0o600);
    writeFileSync(authority.at("server.pem"), Buffer.alloc(300_000));
    assert.match(await wrong(), /SAMBUNG_TLS_CERT\) is not a file of PEM texts/);
    authority.install(authority.issue({ ...fine, from: new Date(Date.now() - 9 * 86400e3), until: new Date(Date.now() - 86400e3) }));
    assert.match(await wrong(), /wrong +TLS certificate's time: the certificate has expired/);
    authority.install(authority.issue({ ...fine, from: new Date(Date.now() + 86400e3) }));
    assert.match(await wrong(), /wrong +TLS certificate's time: the certificate is not valid before/);
  });

  test("names settings that want each other", async () => {
    assert.match(await wrong({ SAMBUNG_TLS_LISTEN: "" }), /SAMBUNG_TLS_LISTEN must be set with/);
    assert.match(await wrong({ SAMBUNG_TLS_CERT: "" }), /SAMBUNG_TLS_CERT must be set with/);
    assert.match(await wrong({ SAMBUNG_TLS_KEY: "" }), /SAMBUNG_TLS_KEY must be set with/);
    assert.match(await wrong({ SAMBUNG_TLS_LISTEN: "8443" }), /SAMBUNG_TLS_LISTEN must be address:port/);
    assert.match(await wrong({ SAMBUNG_HTTP_REDIRECT: "80" }), /SAMBUNG_HTTP_REDIRECT must be address:port/);
    assert.match(await wrong({ SAMBUNG_PUBLIC_URL: "http://127.0.0.1:8080" }), /SAMBUNG_PUBLIC_URL must be https:\/\/ when SAMBUNG_TLS_LISTEN is set/);
  });
});
