// The whole surface of the API as a walk: an organisation with one of everything, the operations of the
// description, and a request for each.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { startServer } from "./harness.mjs";

export const ROLES = ["owner", "admin", "supervisor", "agent", "viewer"];
export const isPublic = (operation) => operation["x-permission"] === "public";

export class Surface {
  /** options: startServer's. */
  async open(options) {
    this.server = await startServer(options);
    this.ours = await this.server.signIn();
    await this.#furnish();
    this.theirs = await this.#member("theirs@example.com");
    this.document = await (await this.server.fetch("/openapi.json")).json();
    return this;
  }

  close() {
    return this.server?.stop();
  }

  #member(email) {
    return this.server.signIn({ email, password: this.server.admin.password });
  }

  /** Everything an id in a path can be, in our organisation; and a second organisation beside it. */
  async #furnish() {
    const org = this.ours.session.org.id;
    const user = this.ours.session.user.id;
    const ids = (this.ids = Object.fromEntries(["contact", "identity", "channel", "conversation", "message", "note", "field", "inbound", "org", "team", "user"].map((k) => [k, randomUUID()])));
    await this.server.sql(`
      INSERT INTO channel (org_id, id, kind, name) VALUES ('${org}', '${ids.channel}', 'null', 'Ours');
      INSERT INTO channel_health (org_id, channel_id) VALUES ('${org}', '${ids.channel}');
      INSERT INTO locator (kind, digest, org_id, row_id) VALUES ('channel', decode(replace('${ids.channel}', '-', ''), 'hex'), '${org}', '${ids.channel}') ON CONFLICT DO NOTHING;
      INSERT INTO contact (org_id, id, name) VALUES ('${org}', '${ids.contact}', 'Ours');
      INSERT INTO contact_identity (org_id, id, contact_id, kind, value) VALUES ('${org}', '${ids.identity}', '${ids.contact}', 'null', 'ours');
      INSERT INTO conversation (org_id, id, contact_id, channel_id, identity_id, number, sort_at) VALUES ('${org}', '${ids.conversation}', '${ids.contact}', '${ids.channel}', '${ids.identity}', 1, now());
      INSERT INTO message (org_id, id, conversation_id, channel_id, direction, kind, author, body, state, at) VALUES ('${org}', '${ids.message}', '${ids.conversation}', '${ids.channel}', 'out', 'text', 'user', 'Ours', 'failed', now());
      INSERT INTO note (org_id, id, contact_id, author_id, body) VALUES ('${org}', '${ids.note}', '${ids.contact}', '${user}', 'Ours');
      INSERT INTO custom_field (org_id, id, key, label, type) VALUES ('${org}', '${ids.field}', 'ours', 'Ours', 'text');
      INSERT INTO team (org_id, id, name) VALUES ('${org}', '${ids.team}', 'Ours');
      INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest, state) VALUES ('${org}', '${ids.inbound}', '${ids.channel}', now(), 'x', 'x', 'failed');
      INSERT INTO org (org_id, name, slug, data_key) SELECT '${ids.org}', 'Theirs', 'theirs', data_key FROM org WHERE org_id = '${org}';
      INSERT INTO app_user (id, email, name, password_hash) SELECT '${ids.user}', 'theirs@example.com', 'Theirs', password_hash FROM app_user WHERE id = '${user}';
      INSERT INTO membership (org_id, user_id, name, email, role) VALUES ('${ids.org}', '${ids.user}', 'Theirs', 'theirs@example.com', 'owner');
    `);
  }

  /** A person of either organisation with that role, signed in. */
  async person(role, org = this.ours.session.org.id) {
    const id = randomUUID();
    const email = `${role}-${id.slice(0, 8)}@example.com`;
    await this.server.sql(`
      INSERT INTO app_user (id, email, name, password_hash) SELECT '${id}', '${email}', '${role}', password_hash FROM app_user WHERE id = '${this.ids.user}';
      INSERT INTO membership (org_id, user_id, name, email, role) VALUES ('${org}', '${id}', '${role}', '${email}', '${role}');
    `);
    return this.#member(email);
  }

  *operations() {
    for (const [path, methods] of Object.entries(this.document.paths))
      for (const [method, operation] of Object.entries(methods)) yield { path, method: method.toUpperCase(), operation };
  }

  /** The id that a path asks for, by what stands before it. */
  target(path) {
    const { ids } = this;
    const kinds = { contacts: ids.contact, channels: ids.channel, conversations: ids.conversation, messages: ids.message, notes: ids.note,
      fields: ids.field, inbound: ids.inbound, hooks: ids.channel, chat: ids.channel, media: ids.message, sessions: ids.message, devices: ids.message, keys: ids.message, members: this.ours.session.user.id, teams: ids.team, "linked-accounts": ids.message };
    const [, kind] = /\/([a-z-]+)\/\{id\}/.exec(path) ?? [];
    if (path.includes("{id}")) assert.ok(kinds[kind], `${path}: which id?`);
    return path.replace("{id}", kinds[kind]).replace("{kind}", "text");
  }

  sample(schema) {
    const s = schema.$ref ? this.document.components.schemas[schema.$ref.split("/").pop()] : schema;
    const type = [s.type].flat()[0];
    if (s.enum) return s.enum[0];
    if (type === "object") {
      const members = Object.entries(s.properties ?? {}).filter(([name]) => s.required?.includes(name) || name === "version");
      return Object.fromEntries(members.map(([name, p]) => [name, name === "version" ? 1 : this.sample(p)]));
    }
    if (type === "array") return [];
    if (type === "integer" || type === "number") return 1;
    if (type === "boolean") return true;
    if (s.format === "uuid") return randomUUID();
    if (s.format === "date-time") return new Date().toISOString();
    return type === "string" ? "x" : {};
  }

  request({ path, method, operation }, token) {
    const content = operation.requestBody?.content;
    const schema = content?.["application/json"]?.schema;
    const required = (operation.parameters ?? []).filter((p) => p.in === "query" && p.required);
    const query = required.map((p) => `${p.name}=${encodeURIComponent(this.sample(p.schema))}`).join("&");
    return [this.target(path) + (query ? `?${query}` : ""), {
      method,
      headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(content ? { "content-type": Object.keys(content)[0] } : {}) },
      body: schema ? JSON.stringify(this.sample(schema)) : content ? "bytes" : undefined,
    }];
  }
}
