// Mail of our own by a mail server: a real Postfix, and one of ours that breaks off where a real one seldom does.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import PostalMime from "postal-mime";
import { ENVIRONMENT, eventually, run, startServer } from "./harness.mjs";
import { PASSWORD, missing, startPostfix } from "./postfix.mjs";

const mail = (server, ...words) => run(server.binary, ["mail", ...words], { env: { ...ENVIRONMENT, SAMBUNG_DATA: server.data, ...server.env } });
const state = (server, to, columns = "state") => server.sql(`SELECT ${columns} FROM mail WHERE to_address = '${to}' ORDER BY id DESC LIMIT 1`);
const until = (server, to, wanted) => eventually(`mail to ${to} is ${wanted}`, async () => (await state(server, to)) === wanted);
const hurry = (server, to) => server.sql(`UPDATE mail SET next_at = now() WHERE to_address = '${to}' AND state = 'queued'`);
const suppressed = (server) => server.sql("SELECT count(*) FROM mail_suppression");

describe("a Postfix", { skip: missing }, () => {
  let server, postfix;
  const url = (scheme, port, password = PASSWORD) => `${scheme}://sambung%40mx.crm.test:${encodeURIComponent(password)}@localhost:${port}`;
  const settings = (more = {}) => ({
    SAMBUNG_MAIL: "smtp", SAMBUNG_MAIL_FROM: "Kedai Zoë <noreply@crm.test>", SAMBUNG_SMTP_URL: url("smtp", postfix.starttls), SAMBUNG_SMTP_CA_FILE: postfix.ca, ...more,
  });
  const restart = async (more) => {
    await server.halt();
    server.env = settings(more);
    await server.start();
  };

  before(async () => {
    postfix = await startPostfix();
    server = await startServer({ env: settings() });
  });
  after(async () => {
    await server?.stop();
    postfix?.stop();
  });

  test("a mail arrives as it was written, over TLS and signed in", async () => {
    assert.equal(await mail(server, "test", "siti@crm.test", "--locale", "zh-Hans"), "sent\n");
    const [raw] = await eventually("it is in the mailbox", () => postfix.received("siti@crm.test").length && postfix.received("siti@crm.test"));
    const got = await PostalMime.parse(raw);
    assert.deepEqual([got.from.name, got.from.address, got.to[0].address], ["Kedai Zoë", "noreply@crm.test", "siti@crm.test"]);
    assert.equal(got.subject, "来自 Sambung 的测试邮件");
    assert.equal(got.text.replaceAll("\r\n", "\n").trimEnd(), `您好：\n\n邮件功能正常。您收到此邮件是因为 ${server.url} 的运营者发送了一封测试邮件。\n\n-- \n由 ${server.url} 的 Sambung 发送。此地址不接收回复。`);
    assert.ok(got.html.includes("邮件功能正常。"));
    assert.match(got.messageId, /^<[0-9a-f-]{36}@crm\.test>$/);
    const received = got.headers.filter((h) => h.key === "received").at(-1).value;
    assert.match(received, /TLSv1\.[23]/);
    assert.match(received, /Authenticated sender: sambung/);
    assert.match(raw.toString(), /^Return-Path: <noreply@crm\.test>/);
    assert.ok(!/[^\x00-\x7f]/.test(raw.toString("latin1")), "seven bits");
  });

  test("who is not there gets nothing more; a full mailbox and a busy server are no reason for that", async () => {
    await assert.rejects(mail(server, "test", "nobody@crm.test"), /failed: 550 5\.1\.1/);
    assert.equal(await suppressed(server), "1");
    await assert.rejects(mail(server, "test", "nobody@crm.test"), /ended in a bounce before/);
    await assert.rejects(mail(server, "test", "full@crm.test"), /failed: 552 5\.2\.2/);
    await assert.rejects(mail(server, "test", "later@crm.test"), /will be tried again: 450 4\.2\.0/);
    assert.equal(await state(server, "later@crm.test"), "queued");
    assert.equal(await suppressed(server), "1");
  });

  test("a refused sign-in is ours to mend: the mail waits, and goes when it is mended", async () => {
    await restart({ SAMBUNG_SMTP_URL: url("smtp", postfix.starttls, "wrong") });
    await assert.rejects(mail(server, "test", "ali@crm.test"), /will be tried again: 535 5\.7\.8/);
    assert.doesNotMatch(server.log, /wrong@|cGFzc3|sambung%40/);
    await restart();
    await hurry(server, "ali@crm.test");
    await until(server, "ali@crm.test", "sent");
    await eventually("it is in the mailbox", () => postfix.received("ali@crm.test").length === 1);
  });

  test("a certificate that nobody vouches for gets neither password nor mail", async () => {
    const other = path.join(server.scratch, "other.crt");
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", "/dev/null", "-out", other], { stdio: "pipe" });
    await restart({ SAMBUNG_SMTP_CA_FILE: other });
    const before = postfix.log.match(/sasl_username/g)?.length;
    await assert.rejects(mail(server, "test", "siti@crm.test"), /will be tried again: SSL/);
    assert.equal(postfix.log.match(/sasl_username/g)?.length, before);
    assert.equal(postfix.received("siti@crm.test").length, 1);
  });

  test("TLS from the first byte", async () => {
    await restart({ SAMBUNG_SMTP_URL: url("smtps", postfix.implicit) });
    const before = postfix.received("siti@crm.test").length;
    assert.equal(await mail(server, "test", "siti@crm.test"), "sent\n");
    await eventually("it is in the mailbox", () => postfix.received("siti@crm.test").length > before);
  });
});

/** A mail server that follows a script: {at: "MAIL"|"RCPT"|"DATA"|"DOT", say?: reply, hangUp?: true}, one a connection. */
class OddServer {
  letters = [];
  #script = [];
  next = (...list) => void this.#script.push(...list);

  async start() {
    this.server = createServer((socket) => this.#talk(socket, this.#script.shift() ?? {}));
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.port = this.server.address().port;
    return this;
  }

  #talk(socket, script) {
    let buffer = "";
    let data = false;
    const usual = { EHLO: "250-odd.test\r\n250 8BITMIME", MAIL: "250 2.1.0 Ok", RCPT: "250 2.1.5 Ok", DATA: "354 End data", DOT: "250 2.0.0 queued", QUIT: "221 2.0.0 Bye" };
    const answer = (at) => {
      if (script.at === at && script.hangUp) return socket.destroy();
      socket.write(`${script.at === at && script.say ? script.say : (usual[at] ?? "250 Ok")}\r\n`);
      data = at === "DATA" && !(script.at === at && script.say);
    };
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      buffer += chunk;
      for (let end; (end = buffer.indexOf(data ? "\r\n.\r\n" : "\r\n")) >= 0; ) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + (data ? 5 : 2));
        if (data) this.letters.push(line);
        answer(data ? "DOT" : line.slice(0, 4).toUpperCase());
      }
    });
    socket.write("220 odd.test ESMTP\r\n");
  }

  stop() {
    this.server.close();
  }
}

describe("a server that breaks off", () => {
  let server, odd;
  before(async () => {
    odd = await new OddServer().start();
    server = await startServer({ env: { SAMBUNG_MAIL: "smtp", SAMBUNG_MAIL_FROM: "noreply@crm.test", SAMBUNG_SMTP_URL: `smtp://127.0.0.1:${odd.port}` } });
  });
  after(async () => {
    await server?.stop();
    odd?.stop();
  });
  const letters = (to) => odd.letters.filter((letter) => letter.includes(`<${to}>`));

  test("an end after the whole mail, without an answer, is a doubt: it is sent once more, under the same Message-ID", async () => {
    odd.next({ at: "DOT", hangUp: true });
    await assert.rejects(mail(server, "test", "twice@crm.test"), /will be tried again/);
    assert.equal(await state(server, "twice@crm.test", "doubts"), "1");
    await hurry(server, "twice@crm.test");
    await until(server, "twice@crm.test", "sent");
    const ids = letters("twice@crm.test").map((letter) => /^Message-ID: (.*)$/m.exec(letter)[1]);
    assert.equal(ids.length, 2);
    assert.equal(ids[0], ids[1]);
  });

  test("a second doubt is the end: uncertain, and no third copy", async () => {
    odd.next({ at: "DOT", hangUp: true }, { at: "DOT", hangUp: true });
    await assert.rejects(mail(server, "test", "doubt@crm.test"), /will be tried again/);
    await hurry(server, "doubt@crm.test");
    await until(server, "doubt@crm.test", "uncertain");
    assert.equal(letters("doubt@crm.test").length, 2);
    assert.equal(await state(server, "doubt@crm.test", "facts IS NULL"), "t");
  });

  test("an end before that is none: nothing was taken", async () => {
    odd.next({ at: "RCPT", hangUp: true });
    await assert.rejects(mail(server, "test", "early@crm.test"), /will be tried again/);
    assert.equal(await state(server, "early@crm.test", "doubts"), "0");
    await hurry(server, "early@crm.test");
    await until(server, "early@crm.test", "sent");
    assert.equal(letters("early@crm.test").length, 1);
  });

  test("a worker that is killed while it sends is a doubt as well", async () => {
    odd.next({ at: "MAIL", say: "250-wait" });
    const waiting = mail(server, "test", "killed@crm.test").catch((e) => e);
    await until(server, "killed@crm.test", "sending");
    process.kill(server.pid("worker"), "SIGKILL");
    await server.sql(`UPDATE mail SET next_at = now() WHERE to_address = 'killed@crm.test'`); // its lease
    await until(server, "killed@crm.test", "sent");
    await waiting;
    assert.equal(await state(server, "killed@crm.test", "doubts, attempts"), "1|2");
  });

  test("our sender refused is a setting to mend; the text refused after the mail is the end", async () => {
    odd.next({ at: "MAIL", say: "553 5.7.1 not your address" });
    await assert.rejects(mail(server, "test", "sender@crm.test"), /will be tried again: 553 5\.7\.1/);
    await until(server, "sender@crm.test", "sent");
    odd.next({ at: "DOT", say: "554 5.7.1 spam" });
    await assert.rejects(mail(server, "test", "spam@crm.test"), /failed: 554 5\.7\.1 spam/);
    odd.next({ at: "DOT", say: "451 4.3.0 disk full" });
    await assert.rejects(mail(server, "test", "disk@crm.test"), /will be tried again: 451 4\.3\.0/);
    await until(server, "disk@crm.test", "sent");
    odd.next({ at: "RCPT", say: "550 5.1.8 sender's domain is unknown" });
    await assert.rejects(mail(server, "test", "domain@crm.test"), /failed: 550 5\.1\.8/);
    assert.equal(await suppressed(server), "0");
  });

  test("nobody listens: it waits", async () => {
    odd.stop();
    await assert.rejects(mail(server, "test", "alone@crm.test"), /will be tried again/);
    assert.equal(await state(server, "alone@crm.test", "state, doubts"), "queued|0");
  });
});
