// A loopback graph.facebook.com: takes messages and files, knows a phone number, and misbehaves on request.
//
// Use it through SAMBUNG_EGRESS_MAP: both "graph.facebook.com" and "lookaside.fbsbx.com" go to fake.url.
//
//   const fake = await startFakeWhatsapp({ delayMs: 50 });
//   fake.next({ status: 429, retryAfter: 2, code: 130429 });     the next send, once
//   fake.next({ hang: "after" }, { reset: "before" });           the two after it
//   fake.always({ status: 503 }); fake.always(null);             every send until told otherwise
//   fake.next.locate({ status: 404 })                            other endpoints: upload, locate, fetch, phone, token
//   fake.sends                                                   what was accepted: {id, reference, to, type, body, ...}
//   await fake.post(hookUrl, textMessage({...}), appSecret)      a signed webhook to us; the status of the answer
//
// A behaviour is any of: delayMs; status with code, message, retryAfter; body (raw, instead of the answer);
// truncate (a true answer cut in the middle); hang or reset, "before" it was accepted or "after".
// What is accepted is recorded at that moment, answer or not: that is the truth a test compares with.
import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout as pause } from "node:timers/promises";

const ENDPOINTS = ["send", "upload", "locate", "fetch", "phone", "token"];
const MAX_BODY = 32 * 1024 * 1024;

const ERRORS = {
  400: { code: 100, message: "(#100) Invalid parameter" },
  401: { code: 190, message: "Error validating access token" },
  403: { code: 10, message: "(#10) Application does not have permission for this action" },
  404: { code: 100, message: "Unsupported get request", error_subcode: 33 },
  429: { code: 130429, message: "(#130429) Rate limit hit" },
};

export class FakeWhatsapp {
  constructor({ delayMs = 0, tokens = null, phone = {}, token = {} } = {}) {
    this.delayMs = delayMs;
    this.tokens = tokens; // accepted access tokens; null: any
    this.phone = { verified_name: "Kedai Maju", display_phone_number: "+60 12-345 6789", ...phone };
    this.token = { type: "SYSTEM_USER", is_valid: true, expires_at: 0, scopes: ["whatsapp_business_messaging"], ...token };
    this.server = createServer({ keepAlive: true }, (request, response) => this.#serve(request, response));
    this.server.keepAliveTimeout = 60_000;
    this.#waiting = [];
    this.next = Object.assign((...list) => void this.#script.send.push(...list), this.#perEndpoint((name, list) => this.#script[name].push(...list)));
    this.always = Object.assign((one) => void (this.#constant.send = one), this.#perEndpoint((name, [one]) => (this.#constant[name] = one)));
    this.reset();
  }

  #script;
  #constant;
  #waiting;

  #perEndpoint(set) {
    return Object.fromEntries(ENDPOINTS.map((name) => [name, (...list) => void set(name, list)]));
  }

  /** Forget what happened and what was asked for; files and number stay. */
  reset() {
    this.sends = [];
    this.reads = []; // message ids that were marked as read
    this.uploads = new Map(); // id -> {type, name, bytes, sha256, data}
    this.refused = []; // bodies that Meta would not take
    this.requests = 0;
    this.firstSendAt = this.lastSendAt = 0;
    this.#script = Object.fromEntries(ENDPOINTS.map((name) => [name, []]));
    this.#constant = Object.fromEntries(ENDPOINTS.map((name) => [name, null]));
  }

  media = new Map(); // what customers "sent": id -> {type, data}

  async listen(port = 0) {
    this.server.listen(port, "127.0.0.1", 4096);
    await once(this.server, "listening");
    this.url = `http://127.0.0.1:${this.server.address().port}`;
    return this;
  }

  async stop() {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, "close");
  }

  // ---- the wire ----

  async #serve(request, response) {
    this.requests++;
    const route = this.#route(request);
    const behaviour = this.#script[route?.name]?.shift() ?? this.#constant[route?.name] ?? {};
    let body;
    try {
      body = await readAll(request);
    } catch {
      return; // the caller went away
    }
    const delay = behaviour.delayMs ?? this.delayMs;
    if (delay > 0) await pause(delay);
    if (behaviour.hang === "before") return;
    if (behaviour.reset === "before") return request.socket.resetAndDestroy();
    if (behaviour.status && behaviour.status >= 300) return this.#refuse(response, behaviour);
    const answer = this.#authorised(request) ? route?.answer(body) ?? failure(404) : failure(401);
    if (behaviour.hang === "after") return;
    if (behaviour.reset === "after") return request.socket.resetAndDestroy();
    if (behaviour.truncate) return truncate(response, answer);
    if (behaviour.body !== undefined) answer.body = Buffer.from(behaviour.body);
    write(response, answer);
  }

  #route(request) {
    const [path, query = ""] = request.url.split("?");
    const [, version, id, edge] = path.split("/");
    if (request.method === "GET" && path === "/whatsapp_business/attachments/")
      return { name: "fetch", answer: () => this.#file(new URLSearchParams(query).get("mid")) };
    if (!/^v\d+\.\d$/.test(version ?? "")) return { name: "", answer: () => failure(400, { code: 2500, message: "Unknown path components" }) };
    if (request.method === "POST" && edge === "messages") return { name: "send", answer: (body) => this.#accept(id, body) };
    if (request.method === "POST" && edge === "media") return { name: "upload", answer: (body) => this.#upload(request, body) };
    if (request.method === "GET" && id === "debug_token" && new URLSearchParams(query).has("input_token"))
      return { name: "token", answer: () => json(200, { data: this.token }) };
    if (request.method === "GET" && !edge && new URLSearchParams(query).has("fields")) return { name: "phone", answer: () => json(200, { ...this.phone, id }) };
    if (request.method === "GET" && !edge) return { name: "locate", answer: () => this.#locate(id) };
    return null;
  }

  #authorised(request) {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
    return Boolean(token) && (this.tokens === null || this.tokens.includes(token));
  }

  #refuse(response, { status, code, message, retryAfter, body, errorBody = true }) {
    const known = ERRORS[status];
    const error = code !== undefined ? { code, message: message ?? `(#${code})` } : known;
    const answer = error && errorBody ? failure(status, error) : { status, headers: {}, body: Buffer.from(body ?? "<html>error</html>") };
    if (body !== undefined) answer.body = Buffer.from(body);
    if (retryAfter !== undefined) answer.headers["retry-after"] = String(retryAfter);
    write(response, answer);
  }

  // ---- what it does ----

  #accept(phoneId, raw) {
    let body;
    try {
      body = JSON.parse(raw);
    } catch {
      return failure(400);
    }
    if (body.messaging_product !== "whatsapp") return this.#notTaken(body);
    if (body.status === "read" && body.message_id) {
      this.reads.push(body.message_id);
      return json(200, { success: true });
    }
    if (!(body.to || body.recipient) || !body.type || !body[body.type]) return this.#notTaken(body);
    const id = `wamid.${Buffer.from(`fake-${process.pid}-${this.#number++}`).toString("base64")}`;
    const send = {
      id, phoneId, reference: body.biz_opaque_callback_data ?? null, to: body.to ?? body.recipient, type: body.type,
      text: body.text?.body ?? body[body.type].caption ?? "", body, at: Date.now(),
    };
    this.sends.push(send);
    this.firstSendAt ||= performance.now();
    this.lastSendAt = performance.now();
    this.#waiting = this.#waiting.filter((wait) => !wait());
    if (this.onSend) this.onSend(send);
    return json(200, {
      messaging_product: "whatsapp",
      contacts: [{ input: send.to, wa_id: String(send.to).replace(/^\+/, "") }],
      messages: [{ id }],
    });
  }

  #number = 1;

  #notTaken(body) {
    this.refused.push(body);
    return failure(400);
  }

  #upload(request, raw) {
    const parts = multipart(request.headers["content-type"] ?? "", raw);
    const file = parts.get("file");
    if (!file || parts.get("messaging_product")?.data.toString() !== "whatsapp") return this.#notTaken([...parts.keys()]);
    const id = String(1479537139650000 + this.#number++);
    this.uploads.set(id, {
      type: parts.get("type")?.data.toString() ?? file.type, name: file.filename, data: file.data, bytes: file.data.length,
      sha256: createHash("sha256").update(file.data).digest("hex"),
    });
    return json(200, { id });
  }

  #locate(id) {
    const file = this.media.get(id);
    if (!file) return failure(404);
    return json(200, {
      messaging_product: "whatsapp", url: `https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=${id}`, mime_type: file.type,
      sha256: createHash("sha256").update(file.data).digest("hex"), file_size: String(file.data.length), id,
    });
  }

  #file(id) {
    const file = this.media.get(id);
    if (!file) return { status: 404, headers: {}, body: Buffer.alloc(0) };
    return { status: 200, headers: { "content-type": file.type }, body: file.data };
  }

  // ---- for the tests ----

  /** A file that a customer is going to send; its id for mediaMessage(). */
  addMedia(data, type) {
    const id = String(1003383421380000 + this.#number++);
    this.media.set(id, { data: Buffer.from(data), type });
    return id;
  }

  /** A webhook's body that reports on an accepted send: sent, delivered, read, played or failed. */
  statusFor(send, status, phoneId = send.phoneId, { code } = {}) {
    return statusUpdate({ phoneId, id: send.id, status, to: send.to, reference: send.reference, code });
  }

  /** Post a body, signed, as Meta would; the answer's HTTP status. */
  async post(hookUrl, body, appSecret) {
    const answer = await fetch(hookUrl, signedWebhook(body, appSecret));
    await answer.arrayBuffer();
    return answer.status;
  }

  /** When n sends were accepted: how many, and the times of the first and last in ms. */
  async waitForSends(n, { timeoutMs = 120_000 } = {}) {
    if (this.sends.length < n) {
      const late = AbortSignal.timeout(timeoutMs);
      await new Promise((resolve, reject) => {
        late.addEventListener("abort", () => reject(new Error(`${this.sends.length} of ${n} sends after ${timeoutMs} ms`)));
        this.#waiting.push(() => this.sends.length >= n && (resolve(), true));
      });
    }
    return { count: this.sends.length, first: this.firstSendAt, last: this.lastSendAt };
  }
}

export async function startFakeWhatsapp({ port = 0, ...options } = {}) {
  return new FakeWhatsapp(options).listen(port);
}

// ---- bodies of webhooks ----

function envelope(phoneId, value, field = "messages") {
  const metadata = { display_phone_number: "60123456789", phone_number_id: phoneId };
  const change = { value: { messaging_product: "whatsapp", metadata, ...value }, field };
  return JSON.stringify({ object: "whatsapp_business_account", entry: [{ id: "102290129340398", changes: [change] }] });
}

const seconds = (at) => String(Math.floor((at ?? Date.now()) / 1000));

/** Any message: content is what Meta puts beside from, id, timestamp, e.g. {type: "text", text: {body}}. */
export function inboundMessage({ phoneId, from, id, at, name = `Customer ${from}`, content }) {
  return envelope(phoneId, {
    contacts: [{ profile: { name }, wa_id: from }],
    messages: [{ from, id, timestamp: seconds(at), ...content }],
  });
}

export function textMessage({ text, replyTo, ...rest }) {
  return inboundMessage({ ...rest, content: { type: "text", text: { body: text }, ...(replyTo ? { context: { id: replyTo } } : {}) } });
}

/** kind: image, video, audio, document or sticker; mediaId from addMedia(). */
export function mediaMessage({ kind = "image", mediaId, type = "image/jpeg", caption, filename, url, ...rest }) {
  return inboundMessage({ ...rest, content: { type: kind, [kind]: { id: mediaId, mime_type: type, caption, filename, url } } });
}

export function reactionMessage({ target, emoji, ...rest }) {
  return inboundMessage({ ...rest, content: { type: "reaction", reaction: { message_id: target, emoji } } });
}

export function statusUpdate({ phoneId, id, status, to, reference, at, code }) {
  const report = { id, status, timestamp: seconds(at), recipient_id: to };
  if (reference) report.biz_opaque_callback_data = reference;
  if (status === "failed") report.errors = [{ code: code ?? 131026, title: "Message undeliverable", message: "Message undeliverable" }];
  return envelope(phoneId, { statuses: [report] });
}

/** Options for fetch: the body with Meta's signature over its exact bytes. */
export function signedWebhook(body, appSecret) {
  const bytes = Buffer.from(body);
  const signature = createHmac("sha256", appSecret).update(bytes).digest("hex");
  return { method: "POST", headers: { "content-type": "application/json", "x-hub-signature-256": `sha256=${signature}` }, body: bytes };
}

// ---- HTTP ----

function json(status, object) {
  return { status, headers: { "content-type": "application/json; charset=UTF-8" }, body: Buffer.from(JSON.stringify(object)) };
}

function failure(status, error = ERRORS[status] ?? { code: 1, message: "An unknown error occurred" }) {
  return json(status, { error: { type: "OAuthException", fbtrace_id: "fake", ...error } });
}

function write(response, { status, headers, body }) {
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(body);
}

/** The length of the whole, half of the bytes, and the end. */
function truncate(response, { status, headers, body }) {
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.destroy());
}

/** By events: the loop over an async iterator costs more than all the rest of an answer. */
function readAll(request) {
  return new Promise((resolve, reject) => {
    const pieces = [];
    let size = 0;
    request.on("data", (piece) => {
      pieces.push(piece);
      size += piece.length;
      if (size > MAX_BODY) request.destroy(new Error("too large"));
    });
    request.once("end", () => resolve(pieces.length === 1 ? pieces[0] : Buffer.concat(pieces)));
    request.once("error", reject);
    request.once("close", () => reject(new Error("the caller went away")));
  });
}

/** The parts of multipart/form-data by name. */
function multipart(contentType, raw) {
  const boundary = /boundary="?([^";]+)"?/.exec(contentType)?.[1];
  const parts = new Map();
  if (!boundary) return parts;
  const mark = Buffer.from(`--${boundary}`);
  for (let at = raw.indexOf(mark); at >= 0; ) {
    const next = raw.indexOf(mark, at + mark.length);
    if (next < 0) break;
    const part = raw.subarray(at + mark.length + 2, next - 2);
    const end = part.indexOf("\r\n\r\n");
    const head = part.subarray(0, end).toString();
    const name = /name="([^"]*)"/.exec(head)?.[1];
    if (name) {
      parts.set(name, {
        filename: /filename="([^"]*)"/.exec(head)?.[1], type: /content-type: *([^\r\n]+)/i.exec(head)?.[1], data: part.subarray(end + 4),
      });
    }
    at = next;
  }
  return parts;
}

if (import.meta.url === `file://${process.argv[1]}`) {
  const fake = await startFakeWhatsapp({ port: Number(process.argv[2] ?? 9001), delayMs: Number(process.argv[3] ?? 0) });
  fake.onSend = ({ to, type, text, reference }) => console.log(JSON.stringify({ to, type, text, reference }));
  console.log(`graph.facebook.com = ${fake.url}\nlookaside.fbsbx.com = ${fake.url}`);
}
