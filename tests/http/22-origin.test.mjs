// Who the caller is and who we are: proxies, forged Hosts, redirects, headers from outside, frames.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { ADMIN, freePort, startServer } from "./harness.mjs";
import { exchange, get } from "./raw.mjs";

const PUBLIC = "https://crm.example:8443";
let server, client, redirect;
before(async () => {
  redirect = await freePort();
  server = await startServer({ env: {
    SAMBUNG_PUBLIC_URL: PUBLIC, SAMBUNG_HTTP_REDIRECT: `127.0.0.1:${redirect}`,
    SAMBUNG_TRUSTED_PROXIES: "127.0.0.2, 127.0.1.0/24, 10.0.0.0/8, 2001:db8:ffff::/48" } });
  client = await server.signIn();
});
after(() => server?.stop());

/** From an address of the loopback network, with header lines as they are. */
function from(localAddress, target, headers = [], { method = "GET", body } = {}) {
  return new Promise((resolve, reject) => {
    const flat = ["Host", `127.0.0.1:${server.port}`, ...headers, ...(body ? ["Content-Type", "application/json", "Content-Length", Buffer.byteLength(body)] : [])];
    const asked = request({ host: "127.0.0.1", port: server.port, localAddress, path: target, method, headers: flat, agent: false }, (answer) => {
      let text = "";
      answer.on("data", (d) => (text += d));
      answer.once("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
    });
    asked.once("error", reject);
    asked.end(body);
  });
}

// ---- who the caller is ----

/** The address that the log, the session and the record of sign-ins have of who signs in so. */
async function seenFrom(localAddress, ...headers) {
  server.log = "";
  const answer = await from(localAddress, "/v1/session", headers, { method: "POST", body: JSON.stringify({ ...ADMIN, token: true }) });
  assert.equal(answer.status, 200, answer.text);
  const { token } = JSON.parse(answer.text);
  const mine = JSON.parse((await from(localAddress, "/v1/me/sessions", ["Authorization", `Bearer ${token}`, ...headers])).text);
  const tries = JSON.parse((await from(localAddress, "/v1/me/sign-ins?limit=1", ["Authorization", `Bearer ${token}`, ...headers])).text);
  const { ip } = mine.items.find((s) => s.current);
  assert.equal(tries.items[0].ip, ip);
  await from(localAddress, "/v1/session", ["Authorization", `Bearer ${token}`, ...headers], { method: "DELETE" });
  return ip;
}

describe("the caller's address", () => {
  const forged = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Client-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP", "X-Cluster-Client-IP"];

  test("is the connection's, whatever a stranger writes", async () => {
    assert.equal(await seenFrom("127.0.0.1", "X-Forwarded-For", "203.0.113.1"), "127.0.0.1");
    assert.equal(await seenFrom("127.0.0.3", ...forged.flatMap((name) => [name, name === "Forwarded" ? "for=203.0.113.1" : "203.0.113.1"])), "127.0.0.3");
  });

  test("is what a trusted proxy says, and of that the part that it wrote", async () => {
    assert.equal(await seenFrom("127.0.0.2", "X-Forwarded-For", "203.0.113.1"), "203.0.113.1");
    assert.equal(await seenFrom("127.0.1.77", "X-Forwarded-For", "2001:db8::9"), "2001:db8::9");
    assert.equal(await seenFrom("127.0.0.2", "X-Forwarded-For", "198.51.100.1, 203.0.113.2"), "203.0.113.2");
    assert.equal(await seenFrom("127.0.0.2", "X-Forwarded-For", "198.51.100.1, 203.0.113.3, 10.1.2.3, 2001:db8:ffff::1"), "203.0.113.3");
    assert.equal(await seenFrom("127.0.0.2", "X-Forwarded-For", "198.51.100.1", "X-Forwarded-For", "203.0.113.4"), "203.0.113.4");
  });

  test("is the proxy's when it says nothing that can be read", async () => {
    for (const nonsense of ["", "unknown", "203.0.113.1, nonsense", "203.0.113.1;", "<script>", "a".repeat(3000)])
      assert.equal(await seenFrom("127.0.0.2", "X-Forwarded-For", nonsense), "127.0.0.2", nonsense);
    assert.equal(await seenFrom("127.0.0.2", "Forwarded", "for=203.0.113.1"), "127.0.0.2");
  });

  test("is what is counted by: a stranger cannot be many by saying so", async () => {
    const guess = (ip, ...headers) => from(ip, "/v1/session", ["Authorization", `Bearer ses_${Math.random().toString(36).slice(2).padEnd(40, "0")}`, ...headers]);
    const refusals = async (ip, header) => {
      let refused = 0;
      for (let i = 0; i < 400; i++) refused += (await guess(ip, ...header(i))).status === 429;
      return refused;
    };
    assert.ok((await refusals("127.0.0.4", (i) => ["X-Forwarded-For", `203.0.113.${i % 250}`])) > 20);
    assert.equal(await refusals("127.0.0.2", (i) => ["X-Forwarded-For", `198.51.100.${i % 250}`]), 0);
  });

  test("and the scheme is not for anybody to say: the cookie stays Secure, the page stays https", async () => {
    for (const ip of ["127.0.0.1", "127.0.0.2"]) {
      const answer = await from(ip, "/v1/session", ["X-Forwarded-Proto", "http", "Forwarded", "proto=http;for=203.0.113.9"], { method: "POST", body: JSON.stringify(ADMIN) });
      assert.match(answer.headers["set-cookie"][0], /^__Host-sambung=.*; Secure/);
      assert.match(answer.headers["strict-transport-security"], /max-age=31536000/);
    }
  });
});

// ---- who we are ----

describe("a forged Host", () => {
  const hosts = [["Host: evil.example"], ["Host: 127.0.0.1", "X-Forwarded-Host: evil.example", "Forwarded: host=evil.example", "X-Host: evil.example", "X-Original-URL: /evil.example", "X-Rewrite-URL: /evil.example"]];

  test("appears nowhere in what is answered", async () => {
    for (const headers of hosts)
      for (const target of ["/", "/sign-in", "/healthz", "/v1/session", "/nowhere", "/openapi.json", "/demo/chat", "/chat/widget.js"]) {
        const answer = await exchange(server.port, `GET ${target} HTTP/1.1\r\n${headers.join("\r\n")}\r\nConnection: close\r\n\r\n`);
        assert.ok(answer.status >= 200, target);
        assert.doesNotMatch(answer.text, /evil\.example/i, target);
      }
  });

  test("makes no foreign page ours", async () => {
    for (const [host, origin] of [["evil.example", "https://evil.example"], ["crm.example:8443", "https://evil.example"], ["crm.example:8443", "https://crm.example"], ["crm.example:8443", "http://crm.example:8443"], ["crm.example:8443", "https://crm.example:8443.evil.example"], ["crm.example:8443", "null"]]) {
      const body = JSON.stringify(ADMIN);
      const answer = await exchange(server.port, `POST /v1/session HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
      assert.deepEqual([answer.status, JSON.parse(answer.body).code], [403, "bad_origin"], `${host} ${origin}`);
    }
  });

  test("that is none, twice there or missing is refused", async () => {
    for (const host of ["Host: a b", "Host: a/b", "Host: user@a", "Host: a\r\nHost: b", "Host: a\\b", "Host:", "Host: a,b", "X: y"])
      assert.equal((await exchange(server.port, `GET /healthz HTTP/1.1\r\n${host}\r\n\r\n`)).status, 400, host);
  });
});

describe("a request target", () => {
  test("of another form than a path is refused: nothing is fetched or redirected for anybody", async () => {
    for (const port of [server.port, redirect])
      for (const target of ["http://evil.example/", "https://evil.example/healthz", "evil.example:443", "*", "\\evil.example"]) {
        const answer = await exchange(port, get(target));
        assert.equal(answer.status, 400, target);
        assert.equal(answer.header("location"), undefined);
      }
    assert.ok([400, 405].includes((await exchange(server.port, "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n")).status));
  });

  test("nowhere leads elsewhere: no answer of the application itself is a redirect", async () => {
    for (const target of ["//evil.example", "//evil.example/%2e%2e", "/\\evil.example", "/%5Cevil.example", "/.//evil.example", "/sign-in?next=https://evil.example", "/sign-in?next=//evil.example", "/?return_to=https://evil.example", "/v1/session?redirect=//evil.example"]) {
      const answer = await exchange(server.port, get(target));
      assert.ok(answer.status < 300 || answer.status >= 400, `${target}: ${answer.status}`);
      assert.equal(answer.header("location"), undefined, target);
      assert.equal(answer.header("refresh"), undefined, target);
    }
  });
});

// ---- plain HTTP is sent on ----

describe("by plain HTTP", () => {
  const sentOn = async (bytes) => {
    const answer = await exchange(redirect, bytes);
    return { answer, to: answer.header("location") };
  };

  test("everybody is sent to the public address with path and query as they came", async () => {
    for (const target of ["/", "/inbox", "/inbox/a%2Fb?x=1&y=%20", "/a?b?c", "/?", "/v1/session", "/healthz/", "/healthzz"]) {
      const { answer, to } = await sentOn(get(target));
      assert.equal(answer.status, 308, target);
      assert.equal(to, PUBLIC + target.replace(/\?$/, ""), target);
      assert.equal(answer.body, "");
      assert.equal(answer.header("cache-control"), "no-store");
    }
  });

  test("whatever the method, and whatever the Host", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"])
      assert.equal((await sentOn(`${method} /v1/x HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nContent-Length: 0\r\n\r\n`)).to, `${PUBLIC}/v1/x`, method);
    assert.equal((await sentOn("POST /v1/x HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello")).to, `${PUBLIC}/v1/x`);
    assert.equal((await sentOn("GET /old HTTP/1.0\r\n\r\n")).to, `${PUBLIC}/old`);
  });

  test("but never to another host", async () => {
    for (const target of ["//evil.example", "//evil.example/a", "/\\evil.example", "/\\\\evil.example", "/@evil.example", "/.evil.example", "/:80@evil.example", "/?//evil.example", "/\xe9vil", "/<script>", "/a|b", "/`\"'"]) {
      const { answer, to } = await sentOn(Buffer.from(get(target), "latin1"));
      assert.equal(answer.status, 308, target);
      assert.ok(to.startsWith(`${PUBLIC}/`), to);
      assert.equal(new URL(to).host, "crm.example:8443", to);
      assert.match(to, /^[!-~]+$/);
      assert.doesNotMatch(to, /[\\<>"`|{}^]/);
    }
  });

  test("nor with a header that a path has brought along", async () => {
    for (const target of ["/%0d%0aX-Injected:%20yes", "/%0D%0A%0D%0A<html>", "/%E5%98%8A%E5%98%8DX-Injected:yes", "/a?%0d%0aSet-Cookie:a=b"]) {
      const { answer, to } = await sentOn(get(target));
      assert.equal(to, PUBLIC + target.replace("<html>", "%3Chtml%3E"));
      assert.doesNotMatch(answer.head, /^(X-Injected|Set-Cookie)/im);
    }
    for (const bytes of ["GET /a\rX-Injected: yes HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a\x01 HTTP/1.1\r\nHost: a\r\n\r\n"])
      assert.doesNotMatch((await sentOn(bytes)).answer.head, /^X-Injected|[\x00-\x08\x0b\x0e-\x1f\x7f]/im);
  });

  test("except for who asks whether this process is up", async () => {
    const { answer } = await sentOn(get("/healthz"));
    assert.deepEqual([answer.status, answer.body], [200, '{"status":"ok"}']);
  });

  test("a target that is too long, and a body that is too big, are refused", async () => {
    assert.equal((await sentOn(get(`/${"a".repeat(5000)}`))).answer.status, 414);
    assert.equal((await sentOn(`POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${"a".repeat(100_000)}`)).answer.status, 413);
    assert.equal((await sentOn(get(`/${"<".repeat(4000)}`))).answer.status, 308, "three times as long when it is escaped");
  });
});

// ---- headers from outside ----

test("nothing of a request becomes a header of its answer, but a sane request id", async () => {
  for (const id of ["a\rX-Injected: yes", "a\r\n X-Injected: yes", "a\x00b", "a\x7f", "%0d%0aX-Injected: yes", "<script>", "a b"]) {
    const answer = await exchange(server.port, `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Request-Id: ${id}\r\n\r\n`);
    assert.doesNotMatch(answer.head, /X-Injected|script|[\x00-\x08\x0b\x0e-\x1f\x7f]/i, JSON.stringify(id));
  }
  for (const target of ["/v1/%0d%0aX-Injected:%20yes", "/nowhere?%0d%0aX-Injected:%20yes", "/assets/%0d%0aX-Injected:yes", "/chat/%0d%0aX-Injected:yes", "/media/%0d%0aX-Injected:yes?name=%0d%0aX-Injected:yes"])
    assert.doesNotMatch((await exchange(server.port, get(target))).head, /^X-Injected/im, target);
});

test("a file's name brings no header along when it is downloaded", async () => {
  const name = encodeURIComponent('a"\r\nX-Injected: yes\r\n\r\n<script>.txt');
  const sent = await server.fetch(`/v1/uploads?name=${name}`, { method: "POST", headers: { authorization: `Bearer ${client.token}`, "content-type": "text/plain" }, body: "hello" });
  assert.equal(sent.status, 201);
  const { url } = await sent.json();
  const answer = await exchange(server.port, get(url));
  assert.equal(answer.status, 200);
  assert.doesNotMatch(answer.head, /^X-Injected/im);
});

// ---- frames ----

describe("frames", () => {
  const ancestors = async (target) => (await server.fetch(target, { headers: { authorization: `Bearer ${client.token}` } })).headers.get("content-security-policy") ?? "none at all";

  test("no answer may be framed, whatever it is", async () => {
    const { paths } = await (await server.fetch("/openapi.json")).json();
    const targets = Object.keys(paths).filter((path) => paths[path].get).map((path) => path.replace(/\{[^}]*\}/g, "01890a5d-ac96-774b-bcce-b302099a8057"));
    assert.ok(targets.length > 20);
    for (const target of [...targets, "/", "/sign-in", "/inbox", "/settings/security", "/gallery", "/demo/chat", "/nowhere", "/favicon.ico", "/chat/nonsense"])
      assert.match(await ancestors(target), /frame-ancestors 'none'/, target);
  });

  test("but the chat's page, by its own sites", async () => {
    const { id } = await client.post("/v1/channels", { kind: "webchat", name: "Framed", settings: { allowed_sites: "https://shop.example", greeting: "Hello", ask_email: "no" }, secrets: {} });
    assert.match(await ancestors(`/chat/${id}`), /frame-ancestors 'self' https:\/\/shop\.example$/);
    const bare = await client.post("/v1/channels", { kind: "webchat", name: "Framed by nobody", settings: { allowed_sites: "", greeting: "Hello", ask_email: "no" }, secrets: {} });
    assert.match(await ancestors(`/chat/${bare.id}`), /frame-ancestors 'self'$/);
  });
});
