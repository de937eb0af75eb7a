// Mail of our own, from the queue to where it ends: files, Resend, and what Resend reports.
// A mail server has a file of its own: 61-smtp.test.mjs.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import PostalMime from "postal-mime";
import { ENVIRONMENT, eventually, root, run, startServer } from "./harness.mjs";
import { signed, startFakeResend, undescribed } from "./fake-resend.mjs";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/** "sambung mail ..." as an operator would call it. */
const mail = (server, ...words) => run(server.binary, ["mail", ...words], { env: { ...ENVIRONMENT, SAMBUNG_DATA: server.data, ...server.env } });
const rows = async (server, columns, where = "true") => (await server.sql(`SELECT ${columns} FROM mail WHERE ${where} ORDER BY id`)).split("\n").filter(Boolean);
/** Wait for what becomes of the mail to an address, by its state. */
const until = (server, to, state) => eventually(`mail to ${to} is ${state}`, async () => (await rows(server, "state", `to_address = '${to}'`)).at(-1) === state);
/** Do not wait for back-off. */
const hurry = (server, to) => server.sql(`UPDATE mail SET next_at = now() WHERE to_address = '${to}' AND state = 'queued'`);

describe("without any setting", () => {
  let server;
  before(async () => (server = await startServer()));
  after(() => server?.stop());

  test("a mail becomes a file that only we may read, and its facts are forgotten", async () => {
    assert.match(await mail(server, "test", "Siti@Example.com"), /kept as a file in .*\/mail; set SAMBUNG_MAIL/);
    const [name] = readdirSync(path.join(server.data, "mail"));
    const file = path.join(server.data, "mail", name);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const { headers, from, to, subject, text, html, messageId } = await PostalMime.parse(readFileSync(file));
    const header = (key) => headers.find((h) => h.key === key)?.value;
    assert.deepEqual([from.name, from.address, to[0].address, subject], ["Sambung", "sambung@localhost", "siti@example.com", "A test message from Sambung"]);
    assert.equal(header("auto-submitted"), "auto-generated");
    assert.match(header("content-type"), /^multipart\/alternative/);
    assert.equal(messageId, `<${name.replace(".eml", "")}@localhost>`);
    assert.ok(Math.abs(new Date(header("date")) - Date.now()) < 600_000);
    for (const words of [text, html]) assert.ok(words.includes(`the operator of ${server.url} sent a test message`));
    assert.deepEqual(await rows(server, "state, facts IS NULL, attempts"), ["sent|t|1"]);
    assert.match(await mail(server, "list"), /sent +test to siti@example\.com, 1 attempts/);
  });

  test("what is no address is refused before anything is queued", async () => {
    await assert.rejects(mail(server, "test", "nobody"), /not an e-mail address/);
    await assert.rejects(mail(server, "test", "a@example.com>"), /no ">"/);
    await assert.rejects(mail(server, "send", "a@example.com"), /mail test ADDRESS/);
  });

  test("the demonstration's page is for demonstrations", async () => {
    for (const at of ["/demo/mail", "/demo/mail.json", "/demo/mail/01a203fc-3759-71ba-be1c-b324b0327a10"]) assert.equal((await server.fetch(at)).status, 404, at);
  });

  test("no provider reports where none is set up", async () => {
    const body = "{}";
    assert.equal((await server.fetch("/hooks/resend", { method: "POST", headers: signed(SECRET, body), body })).status, 404);
  });

  test("a sample of every mail can be looked at, and nothing else", async () => {
    const { kinds, locales } = await (await server.fetch("/gallery/mail.json")).json();
    for (const kind of kinds)
      for (const locale of locales) {
        const answer = await server.fetch(`/gallery/mail/${locale}/${kind}`);
        assert.equal(answer.status, 200);
        assert.match(answer.headers.get("content-security-policy"), /default-src 'none'; style-src 'unsafe-inline'; sandbox/);
        assert.match(await answer.text(), new RegExp(`<html lang="${locale}">`));
      }
    for (const at of ["en/nothing", "de/reset", "en/", "..%2f/reset"]) assert.equal((await server.fetch(`/gallery/mail/${at}`)).status, 404, at);
  });
});

test("settings that cannot work are named before anything starts", async () => {
  const binary = process.env.SAMBUNG_BINARY ?? path.join(root, "build/sambung");
  /* what it prints; that it fails is tested elsewhere */
  const check = (env) => run("sh", ["-c", '"$0" check || true', binary], { env: { ...ENVIRONMENT, SAMBUNG_DATA: "/tmp/sambung-nowhere", ...env } });
  const wrong = async (env) => (await check(env)).split("\n").filter((line) => /^wrong.*MAIL|^wrong.*SMTP|^wrong.*RESEND/.test(line)).join("\n");
  assert.match(await wrong({ SAMBUNG_MAIL: "smtp", SAMBUNG_MAIL_FROM: "a@example.com" }), /^wrong +setting: SAMBUNG_MAIL is smtp, so SAMBUNG_SMTP_URL must be set$/);
  assert.match(await wrong({ SAMBUNG_MAIL: "resend", SAMBUNG_MAIL_FROM: "a@example.com" }), /so SAMBUNG_RESEND_KEY must be set$/);
  assert.match(await wrong({ SAMBUNG_MAIL: "resend", SAMBUNG_RESEND_KEY: "re_1" }), /so SAMBUNG_MAIL_FROM must be set$/);
  assert.match(await wrong({ SAMBUNG_MAIL: "pigeon" }), /SAMBUNG_MAIL \(environment\) must be file, smtp or resend/);
  assert.match(await wrong({ SAMBUNG_MAIL_FROM: "Sambung" }), /SAMBUNG_MAIL_FROM must be an address/);
  const env = { SAMBUNG_MAIL: "smtp", SAMBUNG_MAIL_FROM: "a@example.com", SAMBUNG_SMTP_URL: "smtp://me:hush@" };
  assert.match(await wrong(env), /SAMBUNG_SMTP_URL has no sound host/);
  assert.doesNotMatch(await check(env), /hush/);
  assert.equal(await wrong({ ...env, SAMBUNG_SMTP_URL: "smtp://me:hush@mx.example" }), "");
  assert.match(await wrong({ ...env, SAMBUNG_SMTP_URL: "smtp://mx.example", SAMBUNG_SMTP_CA_FILE: "/nowhere.pem" }), /^wrong +SAMBUNG_SMTP_CA_FILE: \/nowhere.pem cannot be read$/);
});

describe("by Resend", () => {
  let server, fake;
  before(async () => {
    fake = await startFakeResend();
    server = await startServer({
      egress: { "api.resend.com": fake.url },
      env: { SAMBUNG_MAIL: "resend", SAMBUNG_MAIL_FROM: "Kedai Maju <noreply@crm.example>", SAMBUNG_RESEND_KEY: "re_test", SAMBUNG_RESEND_WEBHOOK_SECRET: SECRET },
    });
    server.env.SAMBUNG_EGRESS_MAP = server.egressMap;
  });
  after(async () => {
    await server?.stop();
    await fake?.stop();
  });
  const sendTest = (to) => mail(server, "test", to, "--dev");
  const takenFor = (to) => fake.taken.filter((one) => one.body.to[0] === to);

  test("a mail is taken as Resend's description wants it", { skip: undescribed }, async () => {
    assert.equal(await sendTest("ali@example.com"), "sent\n");
    const [{ body, key, id }] = takenFor("ali@example.com");
    assert.deepEqual([body.from, body.to, body.subject], ["Kedai Maju <noreply@crm.example>", ["ali@example.com"], "A test message from Sambung"]);
    assert.equal(body.headers["Auto-Submitted"], "auto-generated");
    assert.ok(body.text.includes("Mail works.") && body.html.includes("Mail works."));
    assert.deepEqual(await rows(server, "id, provider_id", "to_address = 'ali@example.com'"), [`${key}|${id}`]);
    assert.deepEqual(fake.complaints, []);
  });

  test("too many, and their trouble: again, not before they say, under the same key", async () => {
    fake.next({ status: 429, name: "rate_limit_exceeded", retryAfter: 3600 });
    await assert.rejects(sendTest("slow@example.com"), /will be tried again: Resend answered 429 rate_limit_exceeded/);
    assert.deepEqual(await rows(server, "next_at > now() + interval '50 minutes'", "to_address = 'slow@example.com'"), ["t"]);
    fake.next({ status: 500 });
    await hurry(server, "slow@example.com");
    await eventually("the second attempt", async () => (await rows(server, "attempts", "to_address = 'slow@example.com' AND state = 'queued'"))[0] === "2");
    await hurry(server, "slow@example.com");
    await until(server, "slow@example.com", "sent");
    assert.equal(takenFor("slow@example.com").length, 1);
  });

  test("an answer that is lost after the mail was taken does not make two of it", async () => {
    fake.next({ reset: "after" });
    await assert.rejects(sendTest("once@example.com"), /will be tried again/);
    await hurry(server, "once@example.com");
    await until(server, "once@example.com", "sent");
    assert.equal(takenFor("once@example.com").length, 1);
  });

  test("a worker that is killed while it sends leaves a mail that is sent once", async () => {
    const asked = fake.calls;
    fake.next({ hang: true });
    const waiting = sendTest("killed@example.com").catch((e) => e);
    await eventually("it is being sent", () => fake.calls > asked);
    process.kill(server.pid("worker"), "SIGKILL");
    await server.sql(`UPDATE mail SET next_at = now() WHERE to_address = 'killed@example.com'`); // its lease
    await until(server, "killed@example.com", "sent");
    await waiting;
    assert.equal(takenFor("killed@example.com").length, 1);
  });

  test("our key refused: the mail waits for somebody to mend it; the mail refused: it is over", async () => {
    fake.next({ status: 401, name: "restricted_api_key" });
    await assert.rejects(sendTest("waits@example.com"), /will be tried again: Resend answered 401/);
    await until(server, "waits@example.com", "sent");
    fake.next({ status: 422, name: "validation_error", message: "Invalid `to` field" });
    await assert.rejects(sendTest("over@example.com"), /failed: Resend answered 422 validation_error: Invalid `to` field/);
    assert.deepEqual(await rows(server, "state, facts IS NULL", "to_address = 'over@example.com'"), ["failed|t"]);
  });

  test("after a day nobody needs it any more", async () => {
    fake.always = { status: 503 };
    await assert.rejects(sendTest("stale@example.com"), /will be tried again/);
    await eventually("the figures say so", async () => /^sambung_mail_waiting 1$/m.test(await (await server.fetch("/metrics")).text()));
    await server.sql(`UPDATE mail SET created_at = now() - interval '25 hours', next_at = now() WHERE to_address = 'stale@example.com'`);
    await until(server, "stale@example.com", "failed");
    fake.always = null;
  });

  // ---- what Resend reports ----

  const post = async (event, headers, body = JSON.stringify(event)) => (await server.fetch("/hooks/resend", { method: "POST", headers: headers ?? signed(SECRET, body), body })).status;
  const event = (type, email_id, more = {}) => ({ type, created_at: new Date().toISOString(), data: { email_id, to: ["somebody.else@example.com"], ...more } });
  const state = async (to) => (await rows(server, "state, error", `to_address = '${to}'`)).at(-1);
  const suppressed = () => server.sql("SELECT coalesce(string_agg(reason, ',' ORDER BY at), '') FROM mail_suppression");

  test("delivered is noted; what we do not know is taken and forgotten", async () => {
    await sendTest("far@example.com");
    const [{ id }] = takenFor("far@example.com");
    assert.equal(await post(event("email.delivered", id)), 200);
    assert.match(await state("far@example.com"), /^delivered/);
    assert.equal(await post(event("email.opened", id)), 200);
    assert.equal(await post(event("email.bounced", "00000000-0000-0000-0000-000000000000", { bounce: { type: "Permanent" } })), 200);
    assert.equal(await post({ type: "contact.created", data: {} }), 200);
    assert.equal(await suppressed(), "");
  });

  test("forged, old, altered and unsigned reports change nothing", async () => {
    await sendTest("safe@example.com");
    const [{ id }] = takenFor("safe@example.com");
    const bounce = JSON.stringify(event("email.bounced", id, { bounce: { type: "Permanent" } }));
    const now = Math.floor(Date.now() / 1000);
    const good = signed(SECRET, bounce);
    const bad = {
      "another secret": signed("whsec_" + Buffer.from("another secret").toString("base64"), bounce),
      "six minutes old": signed(SECRET, bounce, { at: now - 360 }),
      "six minutes ahead": signed(SECRET, bounce, { at: now + 360 }),
      "another id": { ...good, "svix-id": "msg_other" },
      "no signature": { ...good, "svix-signature": "" },
      "another version": { ...good, "svix-signature": good["svix-signature"].replace("v1,", "v2,") },
      "no headers": {},
    };
    for (const [what, headers] of Object.entries(bad)) assert.equal(await post(null, headers, bounce), 403, what);
    assert.equal(await post(null, good, bounce.replace("Permanent", "Permanenz")), 403, "an altered body");
    assert.match(await state("safe@example.com"), /^sent/);
    assert.equal(await suppressed(), "");
    assert.equal(await post(null, signed(SECRET, "nonsense"), "nonsense"), 422, "signed, and still no event");
  });

  test("a bounce for good is the end for the address we sent to, not for the one that is named", async () => {
    await sendTest("dead@example.com");
    const [{ id }] = takenFor("dead@example.com");
    assert.equal(await post(event("email.bounced", id, { bounce: { type: "Transient", subType: "MailboxFull", message: "full" } })), 200);
    assert.equal(await suppressed(), "");
    assert.equal(await post(event("email.bounced", id, { bounce: { type: "Permanent", subType: "NoEmail", message: "no such user" } })), 200);
    assert.match(await state("dead@example.com"), /^failed\|email\.bounced NoEmail no such user/);
    assert.equal(await suppressed(), "bounce");
    const asked = fake.calls;
    await assert.rejects(sendTest("Dead@example.com"), /ended in a bounce before; "sambung mail allow" lifts that/);
    assert.equal(fake.calls, asked);
    assert.deepEqual(await rows(server, "state, facts IS NULL", "to_address = 'dead@example.com' AND state = 'suppressed'"), ["suppressed|t"]);
    assert.match(await mail(server, "allow", "dead@example.com", "--dev"), /may go there again/);
    assert.equal(await sendTest("dead@example.com"), "sent\n");
    assert.equal(await sendTest("somebody.else@example.com"), "sent\n");
  });

  test("a report that comes again changes nothing, though something else came between", async () => {
    await sendTest("again@example.com");
    const [{ id }] = takenFor("again@example.com");
    const body = JSON.stringify(event("email.complained", id));
    const headers = signed(SECRET, body);
    assert.equal(await post(null, headers, body), 200);
    assert.equal(await suppressed(), "complaint");
    assert.match(await state("again@example.com"), /^delivered/);
    await mail(server, "allow", "again@example.com", "--dev");
    assert.equal(await post(null, headers, body), 200);
    assert.equal(await suppressed(), "", "the repetition did not count");
  });

  test("no call was against the description", { skip: undescribed }, () => assert.deepEqual(fake.complaints, []));
});
