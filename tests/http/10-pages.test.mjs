// The pages inside the program: compressed, kept by browsers as long as is right, under a strict policy.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, existsSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { eventually, root, startServer } from "./harness.mjs";
import { exchange, get } from "./raw.mjs";

const dist = path.join(root, "web/dist");
let server, client, built;
before(async () => {
  server = await startServer();
  client = await server.signIn();
  built = (await server.fetch("/")).status !== 503;
});
after(() => server?.stop());

const page = (name, run) =>
  test(name, async (t) => {
    if (!built || !existsSync(dist)) {
      t.skip("SKIPPED: web/dist was not built");
      return;
    }
    await run(t);
  });

const raw = async (target, ...headers) => {
  const answer = await exchange(server.port, get(target, "Connection: close", ...headers), { keepOpen: true });
  return { ...answer, header: (n) => answer.header(n), content: answer.bytes.subarray(answer.bytes.indexOf("\r\n\r\n") + 4) };
};

page("every path of the application gets the application", async () => {
  const wanted = readFileSync(path.join(dist, "index.html"), "utf8");
  for (const target of ["/", "/inbox", "/inbox/01890a5d-ac96-774b-bcce-b302099a8057", "/contacts", "/settings", "/settings/channels", "/sign-in"]) {
    const answer = await server.fetch(target);
    assert.equal(answer.status, 200, target);
    assert.equal(answer.headers.get("content-type"), "text/html; charset=utf-8");
    assert.equal(answer.headers.get("cache-control"), "no-cache");
    assert.equal(await answer.text(), wanted, target);
  }
});

page("pages allow nothing from elsewhere and nothing inline", async () => {
  const policy = (await server.fetch("/inbox")).headers.get("content-security-policy");
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  for (const file of readdirSync(dist).filter((f) => f.endsWith(".html"))) {
    const html = readFileSync(path.join(dist, file), "utf8");
    assert.doesNotMatch(html, /<script(?![^>]*src=)[^>]*>|<style|\son\w+=|\sstyle=/, `${file} has something inline`);
    assert.doesNotMatch(html, /(src|href)="(https?:)?\/\//, `${file} asks another origin`);
  }
});

page("files are sent in the form that the browser takes", async () => {
  const name = readdirSync(path.join(dist, "assets")).find((f) => f.startsWith("index-") && f.endsWith(".js"));
  const wanted = readFileSync(path.join(dist, "assets", name));
  const plain = await raw(`/assets/${name}`);
  assert.equal(plain.header("content-encoding"), undefined);
  assert.ok(plain.content.equals(wanted));
  const gzip = await raw(`/assets/${name}`, "Accept-Encoding: gzip");
  assert.equal(gzip.header("content-encoding"), "gzip");
  assert.ok(gunzipSync(gzip.content).equals(wanted));
  const brotli = await raw(`/assets/${name}`, "Accept-Encoding: gzip, br");
  assert.equal(brotli.header("content-encoding"), "br");
  assert.ok(brotliDecompressSync(brotli.content).equals(wanted));
  assert.ok(brotli.content.length < gzip.content.length && gzip.content.length < wanted.length / 2);
  const refused = await raw(`/assets/${name}`, "Accept-Encoding: br;q=0, gzip;q=0");
  assert.equal(refused.header("content-encoding"), undefined);
  assert.equal(plain.header("vary"), "Accept-Encoding");
});

page("what has a hash in its name is kept for ever, a page is asked for again", async () => {
  const name = readdirSync(path.join(dist, "assets"))[0];
  const first = await raw(`/assets/${name}`);
  assert.equal(first.header("cache-control"), "public, max-age=31536000, immutable");
  for (const target of ["/", `/assets/${name}`]) {
    const etag = (await raw(target)).header("etag");
    const again = await raw(target, `If-None-Match: ${etag}`);
    assert.equal(again.status, 304);
    assert.equal(again.content.length, 0);
  }
});

page("nothing lies outside the built files", async () => {
  for (const target of ["/assets/../index.html", "/assets/..%2Findex.html", "/assets/%2e%2e%2findex.html", "/assets/", "/index.html", "/assets/nope.js"])
    assert.equal((await raw(target)).status, 404, target);
});

page("the widget's script and the chat's page are for other sites, within the channel's list", async () => {
  const widget = await server.fetch("/chat/widget.js");
  assert.equal(widget.headers.get("cross-origin-resource-policy"), "cross-origin");
  assert.match(widget.headers.get("content-type"), /^text\/javascript/);
  const channel = await client.post("/v1/channels", {
    kind: "webchat", name: "Site", settings: { allowed_sites: "https://shop.example https://www.shop.example:8443" }, secrets: {} });
  const policy = (await server.fetch(`/chat/${channel.id}`)).headers.get("content-security-policy");
  assert.match(policy, /frame-ancestors 'self' https:\/\/shop\.example https:\/\/www\.shop\.example:8443$/);
  const other = await client.post("/v1/channels", { kind: "null", name: "No site", settings: { behaviour: "silent" }, secrets: {} });
  assert.equal((await server.fetch(`/chat/${other.id}`)).status, 404);
  assert.equal((await server.fetch("/chat/01890a5d-ac96-774b-bcce-b302099a8057")).status, 404);
});

test("an event stream leaves the edge: many of them cost it nothing", async () => {
  const handshake = get("/v1/events", `Authorization: Bearer ${client.token}`, "Connection: Upgrade", "Upgrade: websocket",
    "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
  const streams = Array.from({ length: 15 }, () => exchange(server.port, handshake, { wait: 1500, keepOpen: true }));
  const figure = async (name) => Number(new RegExp(`^sambung_${name} (\\d+)`, "m").exec(await (await server.fetch("/metrics")).text())[1]);
  await eventually("all of them are streams", async () => (await figure('streams\\{kind="agent"\\}')) === 15);
  await eventually("the edge has let go of them", async () => (await figure("connections")) < 10);
  for (const stream of await Promise.all(streams)) {
    assert.equal(stream.status, 101);
    assert.equal(stream.header("sec-websocket-accept"), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    assert.match(stream.body, /\{"type":"hello","cursor":"\d+-\d+"\}/);
  }
});

test("half a handshake is no event stream", async () => {
  const answer = await client.raw("GET", "/v1/events");
  assert.ok([400, 422, 426].includes(answer.status), `${answer.status}`);
});
