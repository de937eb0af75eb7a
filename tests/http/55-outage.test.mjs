// When something that Sambung stands on is away: it says so, refuses what it cannot make durable, loses nothing, and
// goes on by itself when it is back.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { PHONE_ID, SECRETS, eventually, openInbox } from "./inbox.mjs";
import { mediaMessage, textMessage } from "./fake-whatsapp.mjs";
import { processTree, run } from "./harness.mjs";

let inbox;
let server;
let owner;
const mounted = [];

before(async () => {
  inbox = await openInbox();
  ({ server, owner } = inbox);
});
after(async () => {
  for (const place of mounted) await run("umount", [place]).catch(() => {});
  await inbox?.close();
});

async function readiness() {
  const answer = await server.fetch("/readyz", { signal: AbortSignal.timeout(10_000) });
  const { status, checks } = await answer.json();
  return { http: answer.status, status, down: checks.filter((c) => !c.ok).map((c) => c.name), checks };
}

/** What /readyz says may be a second old. */
const untilIll = (options) => eventually("something is missed", async () => {
  const now = await readiness();
  return now.http === 503 && now;
}, options);
const isReady = async () => (await readiness()).http === 200;
const pids = () => ["web", "worker"].map((role) => server.pid(role));
const signal = (list, name) => list.forEach((pid) => process.kill(pid, name));
const webhook = (phone, text, id = inbox.nextWamid()) => textMessage({ phoneId: PHONE_ID, from: phone, id, text });
const upload = (data) => server.fetch("/v1/uploads?name=a.png", { method: "POST", headers: { authorization: `Bearer ${owner.token}` }, body: data });

/** All files below a folder. */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((e) => (e.isDirectory() ? filesIn(path.join(folder, e.name)) : [path.join(folder, e.name)]));
}

test("a database that does not answer is named, nothing is acknowledged, and it goes on without a restart", async () => {
  const { phone, conversation } = await inbox.meet();
  const was = pids();
  const stopped = processTree(server.pid("postgres")).reverse();
  const late = webhook(phone, "while it hung");
  signal(stopped, "SIGSTOP");
  let kept;
  let refused;
  try {
    const ill = await untilIll();
    assert.ok(ill.down.includes("database") && ill.down.includes("database_system") && !ill.down.includes("blobs") && !ill.down.includes("spool"), ill.down.join());
    assert.equal((await server.fetch("/healthz")).status, 200, "the process itself is well");
    assert.equal((await server.fetch("/metrics")).status, 200);
    [kept, refused] = await Promise.all([inbox.hook(late), owner.raw("GET", "/v1/conversations")]);
  } finally {
    signal(stopped.reverse(), "SIGCONT");
  }
  assert.equal(kept, 503);
  assert.deepEqual([refused.status, refused.headers.get("retry-after") !== null], [503, true]);
  await eventually("it is ready again", isReady, { tries: 600 });
  assert.deepEqual(pids(), was);
  await eventually("the provider's second try is taken", async () => (await inbox.hook(late)) === 200);
  await inbox.untilMessage(conversation, "the message", (m) => m.body === "while it hung");
  await inbox.untilState(await inbox.reply(conversation, "sorry to keep you waiting"), "sent", { tries: 600 });
});

test("a database that dies is named until it is back, and what was acknowledged is there", async () => {
  const { phone, conversation } = await inbox.meet();
  const was = pids();
  assert.equal(await inbox.hook(webhook(phone, "just before")), 200);
  process.kill(server.pid("postgres"), "SIGKILL");
  const answers = [];
  for (let n = 0; n < 20; n++) answers.push(await inbox.hook(webhook(phone, `during ${n}`)));
  await eventually("it is ready again", isReady, { tries: 600 });
  assert.deepEqual(pids(), was);
  assert.ok(answers.every((status) => status === 200 || status === 503), answers.join());
  const kept = answers.flatMap((status, n) => (status === 200 ? [`during ${n}`] : []));
  for (const body of ["just before", ...kept]) await inbox.untilMessage(conversation, body, (m) => m.body === body);
});

test("a worker that hangs is named; webhooks are taken meanwhile, and worked through when it is back", { timeout: 120_000 }, async () => {
  const { phone, conversation } = await inbox.meet();
  const worker = server.pid("worker");
  process.kill(worker, "SIGSTOP");
  try {
    assert.equal(await inbox.hook(webhook(phone, "while it slept")), 200);
    const ill = await untilIll({ tries: 1000 });
    assert.deepEqual(ill.down, ["worker"]);
  } finally {
    process.kill(worker, "SIGCONT");
  }
  await inbox.untilMessage(conversation, "the message", (m) => m.body === "while it slept");
  await eventually("it is ready again", isReady);
});

test("an object store that is away is named, uploads are refused, and files that came meanwhile are fetched later", async () => {
  const { conversation, phone } = await inbox.meet();
  const blobs = path.join(server.data, "blobs");
  const away = path.join(server.data, "blobs-away");
  const attachments = () => server.sql("SELECT count(*) FROM attachment");
  const mediaId = inbox.provider.addMedia("a file", "text/plain");
  const before = await attachments();
  renameSync(blobs, away);
  try {
    assert.deepEqual((await untilIll()).down, ["blobs"]);
    assert.equal((await upload("a file")).status, 503);
    assert.equal(await attachments(), before, "no row of what is not there");
    await inbox.hook(mediaMessage({ phoneId: PHONE_ID, from: phone, id: inbox.nextWamid(), kind: "document", mediaId, filename: "a.txt" }));
    const waiting = await inbox.untilMessage(conversation, "the message", (m) => m.kind === "document");
    assert.equal(waiting.attachments[0].state, "pending");
  } finally {
    renameSync(away, blobs);
  }
  await eventually("it is ready again, without a restart", isReady);
  assert.equal((await upload("a file")).status, 201);
  await inbox.untilMessage(conversation, "the file", (m) => m.attachments[0]?.state === "stored");
});

test("a restart in the middle of work is waited for: nothing is lost, twice or uncertain", async () => {
  const threads = await Promise.all(Array.from({ length: 12 }, () => inbox.meet()));
  inbox.provider.next(...threads.map(() => ({ delayMs: 1500 })));
  const began = inbox.provider.requests;
  const messages = await Promise.all(threads.map(({ conversation }) => inbox.reply(conversation, "on the way")));
  const later = await Promise.all(threads.map(({ conversation }) => inbox.reply(conversation, "behind it")));
  await eventually("all calls have begun", () => inbox.provider.requests >= began + 12);
  assert.equal(await server.halt(), 0);
  await server.start();
  for (const message of [...messages, ...later]) {
    await inbox.untilState(message, "sent", { tries: 600 });
    assert.equal(inbox.sendsOf(message).length, 1);
  }
});

test("a request that died half done with its process can be begun anew under its key after a minute", async () => {
  const body = { kind: "whatsapp", name: "Second", settings: { phone_number_id: "20002" }, secrets: SECRETS };
  const connect = () => owner.raw("POST", "/v1/channels", body, { "idempotency-key": "half-done" });
  inbox.provider.next.phone({ hang: "before" });
  const asked = inbox.provider.requests;
  const cut = connect().catch((error) => error);
  await eventually("the credentials are being tried", () => inbox.provider.requests > asked);
  process.kill(server.pid("web"), "SIGKILL");
  assert.ok((await cut) instanceof Error);
  await eventually("it is ready again", isReady, { tries: 600 });
  assert.equal((await connect()).status, 409, "the first may still be at work, for all that is known");
  await server.sql("UPDATE idempotency SET created_at = created_at - interval '2 minutes' WHERE key = 'half-done'");
  const done = await connect();
  assert.equal(done.status, 201);
  assert.equal((await (await connect()).json()).id, (await done.json()).id);
  assert.equal((await owner.get("/v1/channels")).items.filter((c) => c.name === "Second").length, 1);
});

/** A small disk in place of a folder of the server's; null where that is not allowed. */
async function smallDisk(folder, size) {
  const { uid, gid } = statSync(folder);
  await run("mount", ["-t", "tmpfs", "-o", `size=${size},uid=${uid},gid=${gid},mode=700`, "tmpfs", folder]);
  mounted.push(folder);
}

async function takeAway(folder) {
  await run("umount", [folder]);
  mounted.splice(mounted.indexOf(folder), 1);
}

const mayMount = await run("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).then(() => true, () => false);
const skip = !mayMount && "no right to mount a small disk";

test("a full spool is named, an upload is refused and nothing of it is left", { skip }, async () => {
  const spool = path.join(server.data, "spool");
  const before = await server.sql("SELECT count(*) FROM attachment");
  await smallDisk(spool, "256k");
  assert.deepEqual((await untilIll()).down, ["spool"]);
  const answer = await upload(Buffer.alloc(1024 * 1024, 1)).catch((error) => error);
  assert.ok(answer instanceof Error || answer.status === 503, String(answer.status));
  assert.deepEqual([filesIn(spool), await server.sql("SELECT count(*) FROM attachment")], [[], before]);
  const { conversation } = await inbox.meet("words need no spool");
  await inbox.untilState(await inbox.reply(conversation, "true"), "sent");
  await takeAway(spool);
  await eventually("it is ready again, without a restart", isReady);
  assert.equal((await upload(Buffer.alloc(1024 * 1024, 1))).status, 201);
});

test("a full object store is named, an upload is refused and nothing of it is left", { skip }, async () => {
  const blobs = path.join(server.data, "blobs");
  const { uid, gid } = statSync(blobs);
  const before = await server.sql("SELECT count(*) FROM attachment");
  await smallDisk(blobs, "256k");
  mkdirSync(path.join(blobs, "tmp"));
  await run("chown", [`${uid}:${gid}`, path.join(blobs, "tmp")]);
  const big = Buffer.alloc(1024 * 1024, 2);
  assert.equal((await upload(big)).status, 503);
  assert.deepEqual([filesIn(blobs), await server.sql("SELECT count(*) FROM attachment")], [[], before]);
  const filler = path.join(blobs, "filler");
  writeFileSync(filler, Buffer.alloc(64 * 1024));
  await assert.rejects(async () => {
    for (let n = 0; ; n++) writeFileSync(`${filler}${n}`, Buffer.alloc(4096));
  }, /ENOSPC/);
  assert.deepEqual((await untilIll()).down, ["blobs"]);
  for (const file of filesIn(blobs)) rmSync(file);
  await eventually("it is ready again, without a restart", isReady);
  assert.equal((await upload("small")).status, 201);
  await takeAway(blobs);
});
