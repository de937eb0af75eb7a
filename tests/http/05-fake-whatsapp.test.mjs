// The fake provider itself: a test that trusts it must be able to.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { after, beforeEach, before, test } from "node:test";
import { signedWebhook, startFakeWhatsapp, textMessage } from "./fake-whatsapp.mjs";

const PHONE = "106540352242922";
let fake;

before(async () => (fake = await startFakeWhatsapp({ tokens: ["good"] })));
beforeEach(() => fake.reset());
after(() => fake.stop());

const body = (text = "hello", reference = "ref-1") =>
  ({ messaging_product: "whatsapp", to: "60121111111", type: "text", text: { body: text }, biz_opaque_callback_data: reference });

function send(what = body(), { token = "good", path = `/v25.0/${PHONE}/messages`, timeoutMs = 5000 } = {}) {
  return fetch(fake.url + path, {
    method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: typeof what === "string" ? what : JSON.stringify(what), signal: AbortSignal.timeout(timeoutMs),
  });
}

const get = (path, token = "good") => fetch(fake.url + path, { headers: { authorization: `Bearer ${token}` } });

test("a send is recorded with its reference and answered with an id", async () => {
  const answer = await (await send()).json();
  assert.match(answer.messages[0].id, /^wamid\./);
  assert.equal(fake.sends.length, 1);
  assert.deepEqual([fake.sends[0].id, fake.sends[0].reference, fake.sends[0].text, fake.sends[0].phoneId], [answer.messages[0].id, "ref-1", "hello", PHONE]);
});

test("what Meta would refuse is refused and not recorded", async () => {
  assert.equal((await send("not json")).status, 400);
  assert.equal((await send({ ...body(), messaging_product: "x" })).status, 400);
  assert.equal((await send({ messaging_product: "whatsapp", type: "text", text: {} })).status, 400);
  const denied = await send(body(), { token: "bad" });
  assert.equal(denied.status, 401);
  assert.equal((await denied.json()).error.code, 190);
  assert.equal(fake.sends.length, 0);
});

test("behaviours come in their order, once, and then it is well again", async () => {
  fake.next({ status: 429, retryAfter: 7 }, { status: 400, code: 131047 }, { status: 502 }, { body: "<html>" });
  const limited = await send();
  assert.deepEqual([limited.status, limited.headers.get("retry-after"), (await limited.json()).error.code], [429, "7", 130429]);
  assert.equal((await (await send()).json()).error.code, 131047);
  const gateway = await send();
  assert.deepEqual([gateway.status, await gateway.text()], [502, "<html>error</html>"]);
  assert.equal(fake.sends.length, 0);
  const odd = await send();
  assert.deepEqual([odd.status, await odd.text()], [200, "<html>"]);
  assert.equal((await send()).status, 200);
  assert.equal(fake.sends.length, 2, "the odd answer hid an accepted message");
});

test("a constant behaviour stays until it is taken away", async () => {
  fake.always({ status: 503 });
  assert.deepEqual([(await send()).status, (await send()).status], [503, 503]);
  fake.always(null);
  assert.equal((await send()).status, 200);
});

test("it hangs, resets and truncates before or after it accepted", async () => {
  const cases = [
    [{ hang: "before" }, 0], [{ hang: "after" }, 1], [{ reset: "before" }, 0], [{ reset: "after" }, 1], [{ truncate: true }, 1],
  ];
  for (const [behaviour, accepted] of cases) {
    fake.reset();
    fake.next(behaviour);
    await assert.rejects(async () => (await send(body(), { timeoutMs: 300 })).json(), JSON.stringify(behaviour));
    assert.equal(fake.sends.length, accepted, JSON.stringify(behaviour));
  }
});

test("a read mark is no message", async () => {
  const answer = await send({ messaging_product: "whatsapp", status: "read", message_id: "wamid.IN" });
  assert.deepEqual(await answer.json(), { success: true });
  assert.deepEqual([fake.reads, fake.sends.length], [["wamid.IN"], 0]);
});

test("files are located, fetched and taken", async () => {
  const id = fake.addMedia("a picture", "image/jpeg");
  const place = await (await get(`/v25.0/${id}?phone_number_id=${PHONE}`)).json();
  const at = new URL(place.url);
  assert.equal(at.host, "lookaside.fbsbx.com");
  assert.equal(await (await get(at.pathname + at.search)).text(), "a picture");
  assert.equal((await get(at.pathname + at.search, "bad")).status, 401);
  assert.equal((await get("/v25.0/404?phone_number_id=1")).status, 404);
  fake.next.locate({ status: 500 });
  assert.equal((await get(`/v25.0/${id}?phone_number_id=${PHONE}`)).status, 500);
  const form = new FormData();
  form.append("messaging_product", "whatsapp");
  form.append("type", "image/png");
  form.append("file", new Blob([Buffer.from([0, 13, 10, 255, 45, 45])], { type: "image/png" }), "a.png");
  const taken = await fetch(`${fake.url}/v25.0/${PHONE}/media`, { method: "POST", headers: { authorization: "Bearer good" }, body: form });
  const upload = fake.uploads.get((await taken.json()).id);
  assert.deepEqual([upload.type, upload.name, [...upload.data]], ["image/png", "a.png", [0, 13, 10, 255, 45, 45]]);
});

test("the phone number is known to good tokens and versions", async () => {
  const known = await (await get(`/v25.0/${PHONE}?fields=verified_name,display_phone_number`)).json();
  assert.deepEqual([known.id, known.verified_name], [PHONE, "Kedai Maju"]);
  assert.equal((await get(`/v25.0/${PHONE}?fields=id`, "bad")).status, 401);
  assert.equal((await (await get(`/latest/${PHONE}?fields=id`)).json()).error.code, 2500);
  fake.next.phone({ status: 400, code: 100 });
  assert.equal((await get(`/v25.0/${PHONE}?fields=id`)).status, 400);
});

test("webhooks are signed over their exact bytes", async () => {
  const seen = [];
  const hook = createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    seen.push([request.headers["x-hub-signature-256"], Buffer.concat(pieces)]);
    response.writeHead(200).end();
  });
  await new Promise((resolve) => hook.listen(0, "127.0.0.1", resolve));
  const text = textMessage({ phoneId: PHONE, from: "60121111111", id: "wamid.1", text: "你好" });
  assert.equal(await fake.post(`http://127.0.0.1:${hook.address().port}/`, text, "secret"), 200);
  hook.close();
  const [[signature, bytes]] = seen;
  assert.equal(signature, `sha256=${createHmac("sha256", "secret").update(bytes).digest("hex")}`);
  assert.equal(bytes.toString(), text);
  assert.equal(JSON.parse(bytes).entry[0].changes[0].value.messages[0].text.body, "你好");
  assert.notEqual(signedWebhook(text, "other").headers["x-hub-signature-256"], signature);
});

test("a status names the message and brings the reference back", async () => {
  await send(body("hello", "ref-9"));
  const value = (status, more) => JSON.parse(fake.statusFor(fake.sends[0], status, PHONE, more)).entry[0].changes[0].value;
  const [report] = value("delivered").statuses;
  assert.deepEqual([report.id, report.status, report.biz_opaque_callback_data], [fake.sends[0].id, "delivered", "ref-9"]);
  assert.equal(value("failed", { code: 131047 }).statuses[0].errors[0].code, 131047);
});

test("many wait at the same time, and it tells when all were accepted", { timeout: 60_000 }, async () => {
  fake.delayMs = 50;
  const wait = fake.waitForSends(400);
  const answers = await Promise.all(Array.from({ length: 400 }, (_, n) => send(body("hello", `ref-${n}`), { timeoutMs: 30_000 })));
  fake.delayMs = 0;
  assert.ok(answers.every((answer) => answer.status === 200));
  const { count, first, last } = await wait;
  assert.equal(count, 400);
  assert.ok(last - first < 400 * 50, "not one after the other");
  assert.equal(new Set(fake.sends.map((s) => s.reference)).size, 400);
});
