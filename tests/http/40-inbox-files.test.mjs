// Files, both ways: fetched by the provider's rules, known by their content, served by addresses that expire.
import assert from "node:assert/strict";
import { createHmac, hkdfSync } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { mediaMessage } from "./fake-whatsapp.mjs";
import { PHONE_ID, eventually, openInbox, refused } from "./inbox.mjs";

const PNG = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const PDF = Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n");
const HTML = Buffer.from("<!DOCTYPE html><html><script>alert(document.cookie)</script></html>");

let inbox;
let owner;
let provider;

before(async () => {
  inbox = await openInbox();
  ({ owner, provider } = inbox);
});
after(() => inbox?.close());

/** A customer sends a file; its attachment once it is settled. */
async function receiveFile(data, type, more = {}) {
  const phone = inbox.customer();
  const mediaId = provider.addMedia(data, type);
  assert.equal(await inbox.hook(mediaMessage({ phoneId: PHONE_ID, from: phone, id: inbox.nextWamid(), mediaId, type, ...more })), 200);
  const thread = await inbox.conversationOf(phone);
  return eventually("the file is settled", async () => {
    const [message] = await inbox.messages(thread);
    return message.attachments[0]?.state !== "pending" && { thread, message, mediaId, file: message.attachments[0] };
  }, { tries: 600 });
}

const get = (url, headers = {}) => inbox.server.fetch(url, { headers });

// ---- in ----

test("a customer's picture is fetched and served with headers that make it harmless", async () => {
  const { file, message } = await receiveFile(PNG, "image/png", { caption: "look" });
  assert.deepEqual([file.state, file.kind, file.media_type, file.bytes, message.body], ["stored", "image", "image/png", PNG.length, "look"]);
  const answer = await get(file.url);
  assert.equal(answer.status, 200);
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), PNG);
  assert.equal(answer.headers.get("content-type"), "image/png");
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.match(answer.headers.get("content-security-policy"), /default-src 'none'.*sandbox/);
  assert.match(answer.headers.get("content-disposition"), /^inline/);
  assert.match(answer.headers.get("cache-control"), /private/);
});

test("a page that calls itself a picture is a document that is only ever downloaded", async () => {
  const { file, message } = await receiveFile(HTML, "image/jpeg");
  assert.equal(message.kind, "image", "what the provider said");
  assert.deepEqual([file.kind, file.media_type], ["document", "text/html"]);
  const answer = await get(file.url);
  assert.match(answer.headers.get("content-disposition"), /^attachment/);
  assert.equal(answer.headers.get("x-content-type-options"), "nosniff");
  assert.match(answer.headers.get("content-security-policy"), /sandbox/);
});

test("a document keeps its name, without a path", async () => {
  const { file } = await receiveFile(PDF, "application/pdf", { kind: "document", filename: "../../etc/報價單.pdf" });
  assert.equal(file.name, "報價單.pdf");
  const answer = await get(file.url);
  assert.equal(answer.headers.get("content-disposition"), `attachment; filename*=UTF-8''${encodeURIComponent("報價單.pdf")}`);
});

test("a file that could not be fetched at first is fetched later", async () => {
  provider.next.locate({ status: 500 });
  provider.next.fetch({ status: 404 }, { truncate: true });
  const { file } = await receiveFile(PNG, "image/png");
  assert.equal(file.state, "stored");
  assert.deepEqual(Buffer.from(await (await get(file.url)).arrayBuffer()), PNG);
});

test("parts of a file are served, and parts that do not exist refused", async () => {
  const { file } = await receiveFile(PNG, "image/png");
  const size = PNG.length;
  const cases = [
    ["bytes=0-9", 206, PNG.subarray(0, 10), `bytes 0-9/${size}`],
    ["bytes=10-", 206, PNG.subarray(10), `bytes 10-${size - 1}/${size}`],
    ["bytes=-5", 206, PNG.subarray(size - 5), `bytes ${size - 5}-${size - 1}/${size}`],
    [`bytes=5-${size + 100}`, 206, PNG.subarray(5), `bytes 5-${size - 1}/${size}`],
    [`bytes=${size}-`, 416, Buffer.alloc(0), `bytes */${size}`],
    ["bytes=-0", 416, Buffer.alloc(0), `bytes */${size}`],
    ["bytes=0-1,4-5", 200, PNG, null],
    ["lines=1-2", 200, PNG, null],
  ];
  for (const [range, status, body, contentRange] of cases) {
    const answer = await get(file.url, { range });
    assert.deepEqual([answer.status, Buffer.from(await answer.arrayBuffer()), answer.headers.get("content-range")], [status, body, contentRange], range);
  }
  const etag = (await get(file.url)).headers.get("etag");
  assert.equal((await get(file.url, { "if-none-match": etag })).status, 304);
  assert.equal((await get(file.url, { range: "bytes=0-1", "if-range": '"another"' })).status, 200, "a part of another file is of no use");
});

test("an address that was changed, cut or has expired opens nothing", async () => {
  const { file } = await receiveFile(PNG, "image/png");
  const url = new URL(file.url, inbox.server.url);
  const changed = (name, value) => {
    const copy = new URL(url);
    if (value === null) copy.searchParams.delete(name);
    else copy.searchParams.set(name, value);
    return copy.pathname + copy.search;
  };
  const another = await receiveFile(PDF, "application/pdf", { kind: "document" });
  const forged = [
    changed("exp", String(Number(url.searchParams.get("exp")) + 3600)), changed("sig", "A".repeat(43)), changed("sig", null), changed("exp", null),
    changed("org", "01890000-0000-7000-8000-000000000000"), changed("org", null), url.pathname,
    `/media/${another.file.id}${url.search}`, `${url.pathname}${url.search}&exp=9999999999`,
  ];
  for (const target of forged) assert.equal((await get(target)).status, 403, target);
  const target = expired(url, Math.floor(Date.now() / 1000) - 1);
  assert.equal((await get(target)).status, 404, "expired");
  assert.equal((await get(expired(url, Math.floor(Date.now() / 1000) + 60))).status, 200, "and that was a good signature");
});

/** The same address as if it had been made to end then: what the server signs, with its own key. */
function expired(url, at) {
  const master = Buffer.from(readFileSync(path.join(inbox.server.data, "master.key"), "utf8").trim(), "hex");
  const key = Buffer.from(hkdfSync("sha256", master, "sambung", "media-url", 32));
  const id = url.pathname.split("/").at(-1);
  const org = url.searchParams.get("org");
  const sig = createHmac("sha256", key).update(`/media/${org}/${id}\n${at}`).digest("base64url");
  return `${url.pathname}?org=${org}&exp=${at}&sig=${sig}`;
}

// ---- out ----

test("an agent's file is handed to the provider byte for byte, with its words as caption", async () => {
  const { conversation, phone } = await inbox.meet();
  const uploaded = await inbox.upload("part.png", PNG, "text/html");
  assert.deepEqual([uploaded.kind, uploaded.media_type, uploaded.state, uploaded.name], ["image", "image/png", "stored", "part.png"]);
  const message = await inbox.reply(conversation, "this part?", { attachment_ids: [uploaded.id] });
  assert.deepEqual([message.kind, message.body, message.attachments.map((a) => a.id)], ["image", "this part?", [uploaded.id]]);
  await inbox.untilState(message, "sent");
  const [send] = inbox.sendsOf(message);
  const there = provider.uploads.get(send.body.image.id);
  assert.deepEqual([send.to, send.type, send.body.image.caption, there.type, Buffer.from(there.data)], [phone, "image", "this part?", "image/png", PNG]);
  assert.equal(inbox.sendsOf(message).length, 1);
});

test("several files are as many messages, the words with the first, in their order", async () => {
  const { conversation } = await inbox.meet();
  const files = [await inbox.upload("one.png", PNG), await inbox.upload("two.pdf", PDF)];
  const first = await inbox.reply(conversation, "both", { attachment_ids: files.map((f) => f.id) });
  const messages = await eventually("both are sent", async () => {
    const ours = (await inbox.messages(conversation)).filter((m) => m.direction === "out");
    return ours.length === 2 && ours.every((m) => m.state === "sent") && ours;
  });
  const [second] = messages.filter((m) => m.id !== first.id);
  assert.deepEqual([second.kind, second.body], ["document", ""]);
  const sends = provider.sends.filter((s) => [first.id, second.id].includes(s.reference));
  assert.deepEqual(sends.map((s) => [s.type, s.text]), [["image", "both"], ["document", ""]]);
  assert.equal(sends[1].body.document.filename, "two.pdf");
});

test("a file is sent by who uploaded it, and once", async () => {
  const { conversation } = await inbox.meet();
  const colleague = await inbox.addMember("agent");
  const mine = await inbox.upload("mine.png", PNG);
  const taken = refused(inbox.reply(conversation, "", { client: colleague, attachment_ids: [mine.id] }), 422, "invalid");
  assert.equal((await taken).field, "attachment_ids");
  await inbox.reply(conversation, "", { attachment_ids: [mine.id] });
  await refused(inbox.reply(conversation, "", { attachment_ids: [mine.id] }), 422, "invalid");
});

test("a file whose hand-over was cut off is handed over again and sent once", async () => {
  const { conversation } = await inbox.meet();
  provider.next.upload({ status: 503 }, { truncate: true });
  const uploaded = await inbox.upload("part.png", PNG);
  const message = await inbox.reply(conversation, "", { attachment_ids: [uploaded.id] });
  await inbox.untilState(message, "sent", { tries: 600 });
  assert.equal(inbox.sendsOf(message).length, 1);
});

test("an empty upload and one over the limit are refused", async () => {
  const post = (body) => inbox.server.fetch("/v1/uploads?name=x", { method: "POST", headers: { authorization: `Bearer ${owner.token}`, "content-type": "image/png" }, body });
  assert.equal((await post(Buffer.alloc(0))).status, 422);
  const big = await post(Buffer.alloc(25 * 1024 * 1024 + 1)).catch((error) => error);
  assert.ok(big instanceof Error || big.status === 413, String(big.status));
});
