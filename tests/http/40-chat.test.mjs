// The web chat as its visitor's page sees it: come, write, be answered, come back; and what a stranger cannot do.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { eventually, startServer } from "./harness.mjs";
import { openStream } from "./stream.mjs";

const SHOP = "https://shop.example";
let server;
let owner;
let channel;
const streams = [];

before(async () => {
  server = await startServer({ env: { SAMBUNG_LOG_LEVEL: "warn", SAMBUNG_RATE_PERCENT: "0", SAMBUNG_UNDO_SECONDS: "1" } });
  owner = await server.signIn();
  channel = await connect({ allowed_sites: `${SHOP} https://other.example`, greeting: "Selamat datang", ask_email: "yes" });
});
after(async () => {
  for (const stream of streams) stream.close();
  await server?.stop();
});

const connect = (settings) => owner.post("/v1/channels", { kind: "webchat", name: "Website", settings, secrets: {} });

async function call(method, target, { body, token, origin = server.url, headers = {}, to = channel } = {}) {
  const answer = await server.fetch(`/chat/${to.id}${target}`, {
    method,
    headers: {
      ...(origin ? { origin } : {}),
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      ...(body === undefined || body instanceof Uint8Array ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    body: body === undefined || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
}

async function visit(options = {}) {
  const { status, body } = await call("POST", "/visitor", { body: { page: `${SHOP}/cart?item=1`, ...options } });
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

const say = (visitor, body, more = {}) =>
  call("POST", "/messages", { token: visitor.token, body: { client_id: randomUUID(), body, ...more } });

const history = async (visitor, query = "") => (await call("GET", `/messages${query}`, { token: visitor.token })).body;

const until = (what, visitor, fits) =>
  eventually(what, async () => (await history(visitor)).items.find(fits));

const conversationWith = (visitor) =>
  eventually("the conversation is there", async () => {
    const { items } = await owner.get(`/v1/conversations?state=all&channel=${channel.id}&limit=100`);
    return items.find((c) => c.address === visitor.visitor_id);
  });

async function streamOf(visitor) {
  const { body } = await call("POST", "/ticket", { token: visitor.token, body: {} });
  const stream = await openStream(server, `/chat/${channel.id}/events?ticket=${body.ticket}`);
  streams.push(stream);
  await stream.type("hello");
  return stream;
}

const refusal = (promise) => promise.then(() => "opened", (error) => error.status ?? error.message);

// ---- coming ----

test("a visitor is greeted and is somebody new, and nothing is stored for it", async () => {
  const before = await server.sql("SELECT (SELECT count(*) FROM contact) || ',' || (SELECT count(*) FROM inbound)");
  const visitor = await visit();
  assert.match(visitor.token, /^vis_/);
  assert.deepEqual(
    { ...visitor, token: "", visitor_id: "" },
    { token: "", visitor_id: "", resumed: false, online: true, name: "Website", greeting: "Selamat datang", ask_email: true },
  );
  assert.notEqual((await visit()).visitor_id, visitor.visitor_id);
  assert.equal(await server.sql("SELECT (SELECT count(*) FROM contact) || ',' || (SELECT count(*) FROM inbound)"), before);
});

test("a visitor who comes back is the same one", async () => {
  const visitor = await visit();
  const again = await visit({ token: visitor.token });
  assert.deepEqual([again.resumed, again.visitor_id], [true, visitor.visitor_id]);
});

test("on another site, on another channel and with a letter changed the token says nothing", async () => {
  const visitor = await visit();
  const elsewhere = await visit({ token: visitor.token, page: "https://other.example/" });
  assert.deepEqual([elsewhere.resumed, elsewhere.visitor_id === visitor.visitor_id], [false, false]);
  const second = await connect({ allowed_sites: SHOP });
  assert.equal((await call("GET", "/messages", { token: visitor.token, to: second })).status, 401);
  for (const forged of [visitor.token.slice(0, -2) + "xx", visitor.token.replace(visitor.visitor_id, randomUUID()), "vis_", "", "x".repeat(300)])
    assert.equal((await call("GET", "/messages", { token: forged || undefined })).status, 401);
});

test("sites may be listed with commas too, and what is none is refused by its field", async () => {
  const listed = await connect({ allowed_sites: `${SHOP}, https://b.example,https://c.example:8443` });
  assert.equal(listed.hook_url, null);
  for (const site of [SHOP, "https://b.example", "https://c.example:8443"]) {
    const { status } = await call("POST", "/visitor", { body: { page: `${site}/cart` }, to: listed });
    assert.equal(status, 200, site);
  }
  const page = await server.fetch(`/chat/${listed.id}`);
  if (page.status !== 503)
    assert.match(page.headers.get("content-security-policy"), /frame-ancestors 'self' https:\/\/shop\.example https:\/\/b\.example https:\/\/c\.example:8443$/);
  for (const allowed_sites of ["shop.example", `${SHOP};https://b.example`, `${SHOP}https://b.example`, "https://*.example", "https://b.example/shop"]) {
    const form = { kind: "webchat", name: "Website", settings: { allowed_sites }, secrets: {} };
    const answer = await owner.raw("POST", "/v1/channels", form);
    assert.deepEqual([answer.status, (await answer.json()).field], [422, "settings.allowed_sites"], allowed_sites);
  }
});

test("a site that is not on the list gets no visitor", async () => {
  const refused = await call("POST", "/visitor", { body: { page: "https://evil.example/shop.example" } });
  assert.deepEqual([refused.status, refused.body.code], [403, "bad_origin"]);
  assert.equal((await call("POST", "/visitor", { body: {}, origin: "https://evil.example" })).status, 403);
  assert.equal((await call("POST", "/visitor", { body: {}, origin: "null" })).status, 403);
  assert.equal((await call("POST", "/visitor", { body: {} })).status, 200, "our own page may try it");
  const visitor = await visit();
  assert.equal((await call("GET", "/messages", { token: visitor.token, origin: "https://evil.example" })).status, 403);
});

test("whether somebody is there is what the team says", async () => {
  await owner.patch("/v1/me", { availability: "offline" });
  assert.equal((await visit()).online, false);
  await owner.patch("/v1/me", { availability: "online" });
  assert.equal((await visit()).online, true);
});

test("only a web chat has visitors", async () => {
  const other = await owner.post("/v1/channels", { kind: "null", name: "Simulated", settings: {}, secrets: {} });
  assert.equal((await call("POST", "/visitor", { body: {}, to: other })).status, 404);
  assert.equal((await call("POST", "/visitor", { body: {}, to: { id: randomUUID() } })).status, 404);
});

// ---- talking ----

test("what a visitor writes is in the inbox, and the answer reaches their page", async () => {
  const visitor = await visit();
  const stream = await streamOf(visitor);
  const client_id = randomUUID();
  const sent = await say(visitor, "Ada saiz M?", { client_id });
  assert.deepEqual([sent.status, sent.body], [202, { client_id }]);
  const mine = await until("the message is taken in", visitor, (m) => m.client_id === client_id);
  assert.deepEqual([mine.direction, mine.kind, mine.body, mine.state], ["in", "text", "Ada saiz M?", "received"]);
  assert.equal((await stream.type("message")).id, mine.id);

  const conversation = await conversationWith(visitor);
  const reply = await owner.post(`/v1/conversations/${conversation.id}/messages`, { kind: "text", body: "Ada!" });
  const told = await stream.next((e) => e.type === "message" && e.id === reply.id);
  assert.deepEqual(told, { type: "message", id: reply.id });
  const { items } = await history(visitor, `?after=${mine.id}`);
  assert.deepEqual(items.map((m) => [m.id, m.direction, m.body, m.author_name]), [[reply.id, "out", "Ada!", owner.session.user.name]]);
});

test("sending it again after a lost answer changes nothing", async () => {
  const visitor = await visit();
  const client_id = randomUUID();
  for (let i = 0; i < 3; i++) assert.equal((await say(visitor, "once", { client_id })).status, 202);
  await until("it is taken in", visitor, (m) => m.client_id === client_id);
  await say(visitor, "twice");
  await until("so is the next", visitor, (m) => m.body === "twice");
  assert.deepEqual((await history(visitor)).items.map((m) => m.body), ["once", "twice"]);
});

test("each visitor has a conversation of their own", async () => {
  const [a, b] = [await visit(), await visit()];
  await say(a, "from a");
  await say(b, "from b");
  await until("a's is there", a, (m) => m.body === "from a");
  await until("b's is there", b, (m) => m.body === "from b");
  assert.deepEqual((await history(a)).items.map((m) => m.body), ["from a"]);
  assert.notEqual((await conversationWith(a)).id, (await conversationWith(b)).id);
});

test("notes, events and what has not left yet are not the visitor's", async () => {
  const visitor = await visit();
  await say(visitor, "hello");
  const conversation = await conversationWith(visitor);
  const stream = await streamOf(visitor);
  await owner.post(`/v1/conversations/${conversation.id}/messages`, { kind: "note", body: "difficult customer" });
  const { version } = await owner.get(`/v1/conversations/${conversation.id}`);
  await owner.patch(`/v1/conversations/${conversation.id}`, { state: "pending", version });
  const undone = await owner.post(`/v1/conversations/${conversation.id}/messages`, { kind: "text", body: "I take it back", undo: true });
  await owner.post(`/v1/messages/${undone.id}/cancel`);
  const reply = await owner.post(`/v1/conversations/${conversation.id}/messages`, { kind: "text", body: "Hello!" });
  await stream.next((e) => e.id === reply.id);
  assert.deepEqual(new Set(stream.all.filter((e) => e.type === "message").map((e) => e.id)), new Set([reply.id]));
  assert.deepEqual((await history(visitor)).items.map((m) => m.body), ["hello", "Hello!"]);
});

test("what cannot be said is refused with the field", async () => {
  const visitor = await visit();
  const refused = [
    [{ client_id: randomUUID(), body: "  " }, "body"],
    [{ client_id: randomUUID(), body: "x".repeat(10_001) }, "body"],
    [{ client_id: "mine", body: "hello" }, "client_id"],
    [{ body: "hello" }, "client_id"],
    [{ client_id: randomUUID(), body: "hello", upload_ids: [randomUUID()] }, "upload_ids"],
    [{ client_id: randomUUID(), body: "hello", upload_ids: "all" }, "upload_ids"],
    [{ client_id: randomUUID(), body: "hello", from: "the owner" }, "from"],
  ];
  for (const [body, field] of refused) {
    const answer = await call("POST", "/messages", { token: visitor.token, body });
    assert.deepEqual([answer.status, answer.body.field], [422, field], JSON.stringify(answer.body));
  }
});

// ---- files ----

const upload = (visitor, name, bytes) =>
  call("POST", `/uploads?name=${encodeURIComponent(name)}`, { token: visitor.token, body: bytes, headers: { "content-type": "image/png" } });
const PIXEL = Uint8Array.from(
  Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64"),
);

test("a visitor's file comes with their message, and is theirs alone to send", async () => {
  const [visitor, thief] = [await visit(), await visit()];
  const file = await upload(visitor, "../my photo.png", PIXEL);
  assert.deepEqual([file.status, file.body.kind, file.body.media_type, file.body.name], [201, "image", "image/png", "my photo.png"]);
  const stolen = await say(thief, "mine now", { upload_ids: [file.body.id] });
  assert.deepEqual([stolen.status, stolen.body.field], [422, "upload_ids"]);
  assert.equal((await say(visitor, "look", { upload_ids: [file.body.id] })).status, 202);
  const message = await until("it is there", visitor, (m) => m.attachments.length === 1);
  assert.deepEqual([message.kind, message.body], ["image", "look"]);
  const seen = await server.fetch(message.attachments[0].url);
  assert.deepEqual([seen.status, Buffer.from(await seen.arrayBuffer()).equals(Buffer.from(PIXEL))], [200, true]);
  const again = await say(visitor, "once more", { upload_ids: [file.body.id] });
  assert.equal(again.status, 422);
});

test("a visitor cannot fill the disk with files that are never sent", async () => {
  const visitor = await visit();
  const answers = [];
  for (let i = 0; i < 21; i++) answers.push((await upload(visitor, `${i}.png`, PIXEL)).status);
  assert.deepEqual(answers, [...Array(20).fill(201), 429]);
});

// ---- being there ----

test("each sees the other type, and the visitor that they were read", async () => {
  const visitor = await visit();
  await say(visitor, "anybody there?");
  const conversation = await conversationWith(visitor);
  const theirs = await streamOf(visitor);
  const ours = await openStream(server, "/v1/events", { token: owner.token });
  streams.push(ours);
  await ours.type("hello");

  assert.equal((await call("POST", "/typing", { token: visitor.token, body: {} })).status, 204);
  const told = await ours.type("presence");
  assert.deepEqual([told.conversation_id, told.user_id, told.visitor, told.state], [conversation.id, visitor.visitor_id, true, "typing"]);

  await owner.post(`/v1/conversations/${conversation.id}/presence`, { state: "typing" });
  assert.deepEqual(await theirs.type("typing"), { type: "typing" });

  const { read_at: before } = await history(visitor);
  assert.equal(before, null);
  await owner.post(`/v1/conversations/${conversation.id}/read`);
  const seen = await theirs.type("seen");
  const { read_at } = await history(visitor);
  assert.ok(Math.abs(Date.parse(seen.at) - Date.parse(read_at)) < 2000);
});

test("the team sees that the visitor has read the answer", async () => {
  const visitor = await visit();
  await say(visitor, "hello");
  const conversation = await conversationWith(visitor);
  const reply = await owner.post(`/v1/conversations/${conversation.id}/messages`, { kind: "text", body: "Hi" });
  await until("the answer is there", visitor, (m) => m.id === reply.id);
  assert.equal((await call("POST", "/read", { token: visitor.token, body: { message_id: reply.id } })).status, 204);
  await eventually("it is read", async () => {
    const { items } = await owner.get(`/v1/conversations/${conversation.id}/messages`);
    return items.find((m) => m.id === reply.id).state === "read";
  });
});

test("an e-mail address that a visitor leaves is noted with the contact", async () => {
  const visitor = await visit();
  await say(visitor, "please write to me");
  const conversation = await conversationWith(visitor);
  const email = `mei.${randomUUID()}@example.com`;
  assert.equal((await call("POST", "/email", { token: visitor.token, body: { email } })).status, 204);
  await eventually("it is noted", async () => {
    const contact = await owner.get(`/v1/contacts/${conversation.contact.id}`);
    return contact.identities.some((i) => i.kind === "email" && i.value === email);
  });
  for (const bad of ["", "mei", "@example.com", "mei@", "a b@example.com", "a@b@c"])
    assert.equal((await call("POST", "/email", { token: visitor.token, body: { email: bad } })).status, 422, bad);
});

test("whatever a visitor sends again after a lost answer is there once", async () => {
  const visitor = await visit();
  await say(visitor, "hello");
  await conversationWith(visitor);
  const [reply] = (await history(visitor)).items;
  const inbound = async () => Number(await server.sql("SELECT count(*) FROM inbound"));
  const before = await inbound();
  const email = `again.${randomUUID()}@example.com`;
  for (const [target, body] of [["/email", { email }], ["/read", { message_id: reply.id }]])
    for (let i = 0; i < 3; i++) assert.equal((await call("POST", target, { token: visitor.token, body })).status, 204);
  assert.equal(await inbound(), before + 2);
  const files = [];
  for (let i = 0; i < 3; i++)
    files.push(await call("POST", "/uploads?name=a.png", { token: visitor.token, body: PIXEL, headers: { "idempotency-key": "my-file" } }));
  assert.deepEqual(files.map((f) => f.status), [201, 201, 201]);
  assert.equal(new Set(files.map((f) => f.body.id)).size, 1);
  assert.deepEqual(files.map((f) => f.headers.get("idempotent-replay")), [null, "true", "true"]);
});

// ---- the stream ----

test("a ticket opens one stream, once", async () => {
  const visitor = await visit();
  const { body } = await call("POST", "/ticket", { token: visitor.token, body: {} });
  const target = `/chat/${channel.id}/events?ticket=${body.ticket}`;
  const second = await connect({});
  assert.equal(await refusal(openStream(server, `/chat/${second.id}/events?ticket=${body.ticket}`)), 401);
  const stream = await openStream(server, target);
  streams.push(stream);
  await stream.type("hello");
  assert.equal(await refusal(openStream(server, target)), 401);
  assert.equal(await refusal(openStream(server, `/chat/${channel.id}/events?ticket=${visitor.token}`)), 401);
  assert.equal(await refusal(openStream(server, `/chat/${channel.id}/events?ticket=tkt_nonsense`)), 401);
  assert.equal((await call("GET", "/messages", { token: body.ticket })).status, 401, "a ticket is no token");
});

test("a visitor's stream tells nothing of others", async () => {
  const [a, b] = [await visit(), await visit()];
  await say(a, "I am a");
  const stream = await streamOf(b);
  await say(b, "I am b");
  const mine = await until("b's message is taken in", b, (m) => m.body === "I am b");
  await stream.next((e) => e.id === mine.id);
  await say(a, "still a");
  await until("a's message is taken in", a, (m) => m.body === "still a");
  await say(b, "still b");
  const last = await until("b's next one too", b, (m) => m.body === "still b");
  await stream.next((e) => e.id === last.id);
  const own = (await history(b)).items.map((m) => m.id);
  assert.ok(stream.all.filter((e) => e.type === "message").every((e) => own.includes(e.id)));
});

test("one visitor has five streams and not more", async () => {
  const visitor = await visit();
  for (let i = 0; i < 5; i++) await streamOf(visitor);
  const { body } = await call("POST", "/ticket", { token: visitor.token, body: {} });
  const sixth = await openStream(server, `/chat/${channel.id}/events?ticket=${body.ticket}`);
  streams.push(sixth);
  assert.equal(await sixth.ended, 1013);
});

// ---- the frame ----

test("the chat's page may be framed by the listed sites alone", async () => {
  const answer = await server.fetch(`/chat/${channel.id}`);
  if (answer.status === 503) return; // built without its pages
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get("content-security-policy"), /frame-ancestors 'self' https:\/\/shop\.example https:\/\/other\.example$/);
});
