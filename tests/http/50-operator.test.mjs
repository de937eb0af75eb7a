// The operator's words: what came in and could not be read, what the settings are, what happens at the moment.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { ENVIRONMENT } from "./harness.mjs";
import { PHONE_ID, eventually, openInbox } from "./inbox.mjs";
import { textMessage } from "./fake-whatsapp.mjs";

let inbox;
let server;

before(async () => {
  inbox = await openInbox();
  server = inbox.server;
});
after(() => inbox?.close());

/** Run the binary on the server's data: exit code, output, complaints. */
async function sambung(...args) {
  const child = spawn(server.binary, [...args, "--data", server.data], { env: ENVIRONMENT, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  child.stdout.on("data", (d) => (out += d));
  child.stderr.on("data", (d) => (err += d));
  const [code] = await once(child, "close");
  return { code, out, err };
}

/** A signed webhook that no parser can read. */
async function receiveNonsense(body = `{"object":"whatsapp_business_account","entry":"${crypto.randomUUID()}"`) {
  assert.equal(await inbox.hook(body), 200, "it is kept all the same");
  const { id } = await eventually("it has failed", async () => {
    const { items } = await inbox.owner.get(`/v1/channels/${inbox.channel.id}/inbound?state=failed&limit=1`);
    return items[0]?.error && items[0];
  });
  return { id, body };
}

const idsOf = (out) => out.split("\n").filter(Boolean).map((line) => line.slice(0, 36));

test("what cannot be read is kept, shown on the channel's card, and can be read byte for byte", async () => {
  const { id, body } = await receiveNonsense();
  const { health } = await inbox.owner.get(`/v1/channels/${inbox.channel.id}`);
  assert.ok(health.failed_inbound >= 1);
  const list = await sambung("inbound", "list", "--state", "failed");
  assert.equal(list.code, 0, list.err);
  assert.ok(idsOf(list.out).includes(id));
  assert.match(list.out.split("\n").find((line) => line.startsWith(id)), new RegExp(`failed.*${inbox.channel.id}.*${body.length} bytes|failed.*${inbox.channel.id}`));
  const show = await sambung("inbound", "show", id);
  assert.deepEqual([show.code, show.out], [0, `${body}\n`]);
});

test("the list can be of one channel, one state, and short", async () => {
  await inbox.meet();
  await receiveNonsense();
  const all = idsOf((await sambung("inbound", "list")).out);
  const done = idsOf((await sambung("inbound", "list", "--state", "done")).out);
  const failed = idsOf((await sambung("inbound", "list", "--state=failed")).out);
  assert.ok(done.length > 0 && failed.length > 0 && done.every((id) => !failed.includes(id)));
  assert.ok(all.length >= done.length + failed.length);
  assert.equal(idsOf((await sambung("inbound", "list", "--limit", "1")).out).length, 1);
  assert.deepEqual(idsOf((await sambung("inbound", "list", "--channel", "01890000-0000-7000-8000-000000000000")).out), []);
});

test("what failed is worked through again on request, by hand and by the API", async () => {
  const { id } = await receiveNonsense();
  const attempt = () => server.sql(`SELECT state || ' ' || extract(epoch FROM processed_at) FROM inbound WHERE id = '${id}'`);
  const ask = {
    hand: async () => assert.match((await sambung("inbound", "replay", id)).out, /again/),
    api: () => inbox.owner.post(`/v1/inbound/${id}/replay`),
  };
  for (const [how, replay] of Object.entries(ask)) {
    const before = await attempt();
    await replay();
    await eventually(`it was tried again by ${how}`, async () => {
      const now = await attempt();
      return now.startsWith("failed") && now !== before;
    });
  }
});

test("what was done is done again without any effect", async () => {
  const { phone, conversation } = await inbox.meet("once");
  const wamid = inbox.nextWamid();
  await inbox.hook(textMessage({ phoneId: PHONE_ID, from: phone, id: wamid, text: "twice?" }));
  await inbox.untilMessage(conversation, "it came", (m) => m.body === "twice?");
  const before = await inbox.conversation(conversation.id);
  const [id] = idsOf((await sambung("inbound", "list", "--state", "done", "--limit", "1")).out);
  await sambung("inbound", "replay", id);
  await eventually("it is done again", async () => (await server.sql(`SELECT state FROM inbound WHERE id = '${id}'`)) === "done");
  const now = await inbox.conversation(conversation.id);
  assert.deepEqual(now, before);
  assert.equal((await inbox.messages(conversation)).length, 2);
});

test("an id that is not there, and a word that is not known, are told apart by the exit code", async () => {
  const unknown = await sambung("inbound", "show", "01890000-0000-7000-8000-000000000000");
  assert.deepEqual([unknown.code, unknown.out], [1, ""]);
  assert.match(unknown.err, /no such webhook/);
  assert.equal((await sambung("inbound", "show")).code, 2);
  assert.equal((await sambung("inbound", "burn")).code, 2);
  assert.equal((await sambung("inbound", "list", "--limit", "many")).code, 2);
});

test("check is content with a server that runs, and shows no secret", async () => {
  const { code, out } = await sambung("check");
  assert.equal(code, 0, out);
  assert.match(out, /ok +private PostgreSQL, running/);
  assert.match(out, /SAMBUNG_LISTEN/);
  assert.ok(!out.includes(server.admin.password));
});

test("tail goes on from a cursor and says each change once", async () => {
  const follow = async (after, until) => {
    const child = spawn(server.binary, ["tail", "--data", server.data, "--after", after], { env: ENVIRONMENT, stdio: ["ignore", "pipe", "ignore"] });
    let out = "";
    child.stdout.on("data", (d) => (out += d));
    const lines = () => out.split("\n").slice(0, -1).map((line) => JSON.parse(line));
    await eventually("tail has said it", () => lines().some(until));
    child.kill();
    await once(child, "close");
    return lines();
  };
  const one = await inbox.meet();
  const first = await follow("0-0", (c) => c.kind === "conversation" && c.id === one.conversation.id);
  const cursors = first.map((c) => c.cursor);
  assert.equal(new Set(cursors).size, cursors.length);
  assert.ok(first.every((c) => c.org_id === inbox.owner.session.org.id));
  const two = await inbox.meet();
  const rest = await follow(cursors.at(-1), (c) => c.kind === "conversation" && c.id === two.conversation.id);
  assert.ok(rest.every((c) => !cursors.includes(c.cursor)), "nothing twice");
});

test("the metrics are what Prometheus takes: each sample once, each below its HELP and TYPE", async () => {
  const text = await (await server.fetch("/metrics")).text();
  const described = { HELP: new Set(), TYPE: new Map() };
  const samples = new Set();
  for (const line of text.trimEnd().split("\n")) {
    const comment = line.match(/^# (HELP|TYPE) (\S+) (.+)$/);
    if (comment?.[1] === "HELP") {
      assert.ok(!described.HELP.has(comment[2]), `twice: ${line}`);
      described.HELP.add(comment[2]);
      continue;
    }
    if (comment) {
      assert.match(comment[3], /^(counter|gauge|histogram)$/);
      described.TYPE.set(comment[2], comment[3]);
      continue;
    }
    const [, name, labels] = line.match(/^([a-z_:][a-z0-9_:]*)(\{(?:[a-z_]+="[^"\\]*",?)+\})? -?[0-9.e+-]+$/) ?? assert.fail(`not a sample: ${line}`);
    const family = described.TYPE.has(name) ? name : name.replace(/_(bucket|sum|count)$/, "");
    assert.ok(described.HELP.has(family) && described.TYPE.has(family), `not described: ${line}`);
    assert.ok(!samples.has(name + labels), `twice: ${line}`);
    samples.add(name + labels);
  }
  assert.ok(samples.size > 100);
});

test("a state that does not exist is refused", async () => {
  const { code, err } = await sambung("inbound", "list", "--state", "bogus");
  assert.equal(code, 2);
  assert.match(err, /new, done, failed or ignored/);
});
