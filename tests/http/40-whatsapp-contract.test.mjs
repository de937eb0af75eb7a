// Every request that we make of Meta, against Meta's own schema.
//
// The requests come from the C code itself: build/tests/unit/print_whatsapp_sends prints each as a line.
// That the judge judges is shown by bodies that are broken in one place each.
import assert from "node:assert/strict";
import path from "node:path";
import { before, test } from "node:test";
import { root, run } from "./harness.mjs";
import { WhatsappSchema, missing } from "./whatsapp-schema.mjs";

const binary = process.env.SAMBUNG_BINARY ?? path.join(root, "build/sambung");
const printer = path.join(path.dirname(binary), "tests/unit/print_whatsapp_sends");

let schema;
let requests;

before(async () => {
  if (missing) return;
  schema = new WhatsappSchema();
  requests = (await run(printer, [])).trim().split("\n").map((line) => JSON.parse(line));
});

const sends = () => requests.filter((r) => r.url.endsWith("/messages"));
const named = (name) => structuredClone(requests.find((r) => r.name === name).body);

test("every send is a message as Meta describes it", { skip: missing }, () => {
  assert.ok(sends().length >= 18, "all kinds are there");
  for (const { name, body } of sends()) assert.equal(schema.complaint(body), null, name);
});

test("every request is an operation that Meta has", { skip: missing }, () => {
  for (const { name, method, url, bearer } of requests) {
    assert.ok(url.startsWith("https://"), name);
    assert.ok(bearer, `${name} carries the token`);
    if (!url.startsWith("https://graph.facebook.com/")) continue; // the file's own address came from Meta
    assert.doesNotThrow(() => schema.operation(method, url), name);
  }
});

test("a send has a content type that the operation takes", { skip: missing }, () => {
  for (const { name, method, url, content_type, parts } of requests.filter((r) => r.method === "POST")) {
    const { operation } = schema.operation(method, url);
    const type = parts.length ? "multipart/form-data" : content_type;
    assert.ok(operation.requestBody.content[type], `${name}: ${type}`);
  }
});

test("an upload has the parts that Meta asks for", { skip: missing }, () => {
  const { parts } = requests.find((r) => r.name === "upload");
  assert.deepEqual(parts.map((p) => p.name), ["messaging_product", "type", "file"]);
  assert.equal(parts[0].data, "whatsapp");
});

test("a body that is broken in one place is refused", { skip: missing }, () => {
  const breaks = {
    "no product": ["text", (b) => delete b.messaging_product],
    "another product": ["text", (b) => (b.messaging_product = "messenger")],
    "no recipient": ["text", (b) => delete b.to],
    "no type": ["text", (b) => delete b.type],
    "a type that is not its content": ["text", (b) => (b.type = "image")],
    "content under another name": ["text", (b) => ((b.txt = b.text), delete b.text)],
    "text that is no object": ["text", (b) => (b.text = "hello")],
    "body that is no text": ["text", (b) => (b.text.body = 7)],
    "preview that is no truth value": ["text", (b) => (b.text.preview_url = "yes")],
    "a member that Meta does not know": ["text", (b) => (b.recipent_type = "individual")],
    "a reference that is too long": ["text", (b) => (b.biz_opaque_callback_data = "x".repeat(513))],
    "a number as recipient": ["text", (b) => (b.to = 60121111111)],
    "a file without an id": ["image", (b) => delete b.image.id],
    "a file with id and link": ["image", (b) => (b.image.link = "https://example.com/a.jpg")],
    "a sticker without an id": ["sticker", (b) => delete b.sticker.id],
    "an emoji that is no text": ["reaction", (b) => (b.reaction.emoji = null)],
    "a read mark of nothing": ["read mark", (b) => delete b.message_id],
    "a read mark with more": ["read mark", (b) => (b.to = "60121111111")],
  };
  for (const [what, [name, damage]] of Object.entries(breaks)) {
    const body = named(name);
    assert.equal(schema.complaint(body), null);
    damage(body);
    assert.notEqual(schema.complaint(body), null, what);
  }
});

test("a request that Meta does not have is told from one that it has", { skip: missing }, () => {
  assert.throws(() => schema.operation("POST", "https://graph.facebook.com/v25.0/106540352242922/mesages"));
  assert.throws(() => schema.operation("DELETE", "https://graph.facebook.com/v25.0/106540352242922/messages"));
  assert.throws(() => schema.operation("GET", "https://graph.facebook.com/v25.0/106540352242922?field=id"));
});
