// A loopback api.resend.com: takes mails, remembers keys for a day as the real one does, misbehaves on request,
// and judges each body by Resend's published description (SAMBUNG_CONTRACTS names the folder; without it, by nothing).
//
//   const fake = await startFakeResend();
//   fake.next({ status: 429, name: "rate_limit_exceeded", retryAfter: 1 });   the next call, once
//   fake.next({ hang: true }, { reset: "after" });                            the two after it
//   fake.taken            what was accepted, once a key: {id, key, body}
//   fake.calls            how often it was asked
//   fake.complaints       what the description says against what came
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import Ajv2020 from "ajv/dist/2020.js";

const file = path.join(process.env.SAMBUNG_CONTRACTS ?? "", "platform/resend/resend.openapi.json");
export const undescribed =
  process.env.SAMBUNG_CONTRACTS && existsSync(file) ? false : "SAMBUNG_CONTRACTS is not set: nothing was compared with Resend's schema";

function schemas() {
  if (undescribed) return null;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const spec = JSON.parse(readFileSync(file, "utf8"));
  ajv.addSchema(spec, "resend");
  const part = (name) => ajv.compile({ $ref: `resend#/components/schemas/${name}` });
  const known = new Set(Object.keys(spec.components.schemas.SendEmailRequest.properties));
  return { ajv, send: part("SendEmailRequest"), sent: part("SendEmailResponse"), known };
}

export class FakeResend {
  constructor() {
    this.schemas = schemas();
    this.taken = [];
    this.calls = 0;
    this.complaints = [];
    this.headers = [];
    this.server = createServer((request, response) => this.#serve(request, response));
  }

  #script = [];
  always = null; // every call, until it is null again
  next = (...list) => void this.#script.push(...list);

  get url() {
    return `http://127.0.0.1:${this.server.address().port}`;
  }

  async #serve(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const behaviour = this.always ?? this.#script.shift() ?? {};
    this.calls++;
    this.headers.push(request.headers);
    if (behaviour.reset === "before") return request.socket.resetAndDestroy();
    if (behaviour.status) return this.#refuse(response, behaviour);
    const answer = this.#take(request, Buffer.concat(chunks).toString());
    if (behaviour.reset === "after") return request.socket.resetAndDestroy();
    if (behaviour.hang) return;
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
  }

  #refuse(response, { status, name = "application_error", message = "as it was told to", retryAfter }) {
    response.writeHead(status, { "content-type": "application/json", ...(retryAfter ? { "retry-after": String(retryAfter) } : {}) });
    response.end(JSON.stringify({ statusCode: status, name, message }));
  }

  #take(request, text) {
    const key = request.headers["idempotency-key"] ?? "";
    const body = JSON.parse(text);
    const problem = (status, name) => ({ status, body: { statusCode: status, name, message: name } });
    this.#judge(request, body, key);
    if (request.headers.authorization !== "Bearer re_test") return problem(401, "missing_api_key");
    const before = this.taken.find((one) => one.key === key);
    if (before) return before.text === text ? { status: 200, body: { id: before.id } } : problem(409, "invalid_idempotent_request");
    const id = randomUUID();
    this.taken.push({ id, key, text, body });
    return { status: 200, body: { id } };
  }

  #judge(request, body, key) {
    const against = (words) => this.complaints.push(words);
    if (`${request.method} ${request.url}` !== "POST /emails") against(`${request.method} ${request.url}`);
    if (!request.headers["user-agent"]) against("no User-Agent");
    if (!key || key.length > 256) against(`Idempotency-Key "${key}"`);
    if (!this.schemas) return;
    if (!this.schemas.send(body)) against(this.schemas.ajv.errorsText(this.schemas.send.errors));
    // the description forbids no unknown member; a wrong word would be lost silently
    for (const name of Object.keys(body)) if (!this.schemas.known.has(name)) against(`unknown member ${name}`);
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, "close");
  }
}

export async function startFakeResend() {
  const fake = new FakeResend();
  fake.server.listen(0, "127.0.0.1");
  await once(fake.server, "listening");
  return fake;
}

/** The headers of a webhook as Svix signs it. */
export function signed(secret, body, { id = `msg_${randomUUID()}`, at = Math.floor(Date.now() / 1000) } = {}) {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${id}.${at}.${body}`).digest("base64");
  return { "content-type": "application/json", "svix-id": id, "svix-timestamp": String(at), "svix-signature": `v1,${mac}` };
}
