// An organisation with a WhatsApp channel whose provider is the fake one: what most feature tests begin with.
//
//   const inbox = await openInbox({ env: { SAMBUNG_UNDO_SECONDS: "2" } });
//   const them = inbox.customer();                 a phone number that no other test uses
//   const wamid = await inbox.receive(them, { text: "hello" });
//   const thread = await inbox.conversationOf(them);
//   const message = await inbox.reply(thread, "good morning");
//   await inbox.untilState(message, "sent");
//   await inbox.close();
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { inboundMessage, startFakeWhatsapp, textMessage } from "./fake-whatsapp.mjs";
import { Client, eventually, startServer } from "./harness.mjs";

export const PHONE_ID = "106540352242922";
export const SECRETS = { access_token: "the-token", app_secret: "the-app-secret", verify_token: "the-verify-token" };

export class Inbox {
  #customers = 0;
  #webhooks = 0;

  async open({ env = {}, provider = {} } = {}) {
    this.provider = await startFakeWhatsapp(provider);
    this.server = await startServer({
      egress: { "graph.facebook.com": this.provider.url, "lookaside.fbsbx.com": this.provider.url },
      env: { SAMBUNG_LOG_LEVEL: "warn", SAMBUNG_RATE_PERCENT: "0", ...env },
    });
    this.owner = await this.server.signIn();
    this.channel = await this.connect();
    return this;
  }

  async close() {
    await this.server?.stop();
    await this.provider?.stop();
  }

  connect(phoneId = PHONE_ID, more = {}) {
    return this.owner.post("/v1/channels", {
      kind: "whatsapp", name: `WhatsApp ${phoneId}`, settings: { phone_number_id: phoneId }, secrets: SECRETS, ...more,
    });
  }

  // ---- customers ----

  customer() {
    return `6012${String(10_000_000 + ++this.#customers)}`;
  }

  nextWamid() {
    return `wamid.in.${++this.#webhooks}.${randomUUID()}`;
  }

  /** Post a webhook's body, signed; the status of the answer. */
  hook(body, { channel = this.channel, secret = SECRETS.app_secret } = {}) {
    return this.provider.post(`${this.server.url}/hooks/${channel.id}`, body, secret);
  }

  /** A customer writes; the provider's id of the message.  what: {text} or {content}, at, replyTo, name. */
  async receive(from, { id = this.nextWamid(), channel = this.channel, ...what } = {}) {
    const make = what.content ? inboundMessage : textMessage;
    const phoneId = channel.settings.phone_number_id;
    assert.equal(await this.hook(make({ phoneId, from, id, ...what }), { channel }), 200);
    return id;
  }

  /** What the provider reports about a send that it accepted. */
  async report(send, status, options) {
    assert.equal(await this.hook(this.provider.statusFor(send, status, send.phoneId, options)), 200);
  }

  // ---- what the API shows ----

  async findConversation(phone, client = this.owner, query = "state=all") {
    const { items } = await client.get(`/v1/conversations?${query}&q=${phone}`);
    return items[0] ?? null;
  }

  /** The conversation that a customer's message made. */
  conversationOf(phone) {
    return eventually(`a conversation with ${phone}`, () => this.findConversation(phone));
  }

  conversation(id) {
    return this.owner.get(`/v1/conversations/${id}`);
  }

  async messages(conversation, client = this.owner) {
    return (await client.get(`/v1/conversations/${conversation.id}/messages`)).items;
  }

  async message({ id, conversation_id }) {
    const found = (await this.messages({ id: conversation_id })).find((m) => m.id === id);
    assert.ok(found, "the message is there");
    return found;
  }

  /** Until the conversation has a message that fits. */
  untilMessage(conversation, what, fits) {
    return eventually(what, async () => (await this.messages(conversation)).find(fits));
  }

  untilState(message, state, options) {
    return eventually(`the message is ${state}`, async () => {
      const now = await this.message(message);
      return now.state === state ? now : Promise.reject(new Error(`${now.state} ${now.error_code ?? ""} ${now.error_text ?? ""}`));
    }, options);
  }

  /** A customer who has written, and the conversation with them. */
  async meet(text = "hello") {
    const phone = this.customer();
    const wamid = await this.receive(phone, { text });
    const conversation = await this.conversationOf(phone);
    return { phone, wamid, conversation };
  }

  // ---- agents ----

  reply(conversation, body, { client = this.owner, key, ...more } = {}) {
    return client.post(`/v1/conversations/${conversation.id}/messages`, { kind: "text", body, ...more }, key ? { "idempotency-key": key } : {});
  }

  /** What the provider took with this message's id as its reference. */
  sendsOf(message) {
    return this.provider.sends.filter((send) => send.reference === message.id);
  }

  /** PATCH what was just read, unless patch says which version. */
  async change(target, patch, client = this.owner) {
    const version = patch.version ?? (await client.get(target)).version;
    return client.patch(target, { version, ...patch });
  }

  /** Raw bytes; the attachment. */
  async upload(name, data, type = "application/octet-stream", client = this.owner) {
    const answer = await this.server.fetch(`/v1/uploads?name=${encodeURIComponent(name)}`, {
      method: "POST", headers: { authorization: `Bearer ${client.token}`, "content-type": type }, body: data,
    });
    assert.equal(answer.status, 201, await answer.clone().text());
    return answer.json();
  }

  /** A member with the owner's password; invitations are not there yet. */
  async addMember(role, email = `${randomUUID()}@example.com`, org = this.owner.session.org.id) {
    await this.server.sql(`
      INSERT INTO app_user (id, email, name, password_hash)
      SELECT gen_random_uuid(), '${email}', 'Member ${email}', password_hash FROM app_user WHERE email = '${this.server.admin.email}';
      INSERT INTO membership (org_id, user_id, name, email, role)
      SELECT '${org}', id, name, email, '${role}' FROM app_user WHERE email = '${email}';`);
    return this.server.signIn({ email, password: this.server.admin.password });
  }

  /** Another organisation's owner.  Its data key is nobody's, so it can have no channels with secrets. */
  async addOrganisation() {
    const id = randomUUID();
    await this.server.sql(`INSERT INTO org (org_id, name, slug, data_key) VALUES ('${id}', 'Another', 'o-${id}', '\\x00');`);
    return this.addMember("owner", undefined, id);
  }
}

export function openInbox(options) {
  const inbox = new Inbox();
  return inbox.open(options).catch(async (error) => {
    await inbox.close();
    throw error;
  });
}

/** The call is refused with this status and code; the problem. */
export async function refused(call, status, code) {
  try {
    await call;
  } catch (error) {
    assert.equal(error.status, status, String(error));
    assert.equal(error.problem.code, code, String(error));
    return error.problem;
  }
  assert.fail(`not refused with ${status} ${code}`);
}

export { Client, eventually };
