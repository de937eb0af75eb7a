// A real Postfix on loopback, for a test: its own folder, its own ports, ended by its own master.
//
//   const postfix = await startPostfix();        null with postfix.missing saying why when it cannot be had
//   postfix.starttls, .implicit                  ports: sign-in after STARTTLS; TLS from the first byte
//   postfix.ca                                   the file that vouches for its certificate
//   await postfix.received("siti@crm.test")      raw messages in that mailbox
//
// People: siti and ali have mailboxes; later@ is told to come back (450), full@ is full (552), nobody@ is unknown
// (550 5.1.1).  Who signs in is "sambung" with the password "p@ss:word/1".
import { execFileSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "./harness.mjs";

export const PASSWORD = "p@ss:word/1";
const needed = ["/usr/sbin/postfix", "/usr/sbin/saslpasswd2", "/usr/bin/openssl"].filter((file) => !existsSync(file));
export const missing = needed.length ? `${needed} is not here (script/bootstrap --test)` : process.getuid() !== 0 ? "Postfix wants to be started by root" : false;

const idOf = (user, flag) => Number(execFileSync("id", [flag, user]).toString());

export class Postfix {
  async start() {
    this.folder = mkdtempSync(path.join(tmpdir(), "sambung-postfix-"));
    chmodSync(this.folder, 0o755);
    const at = (name) => path.join(this.folder, name);
    for (const name of ["etc", "etc/sasl", "queue", "data", "mail"]) mkdirSync(at(name));
    chownSync(at("data"), idOf("postfix", "-u"), -1);
    chownSync(at("mail"), idOf("nobody", "-u"), idOf("nobody", "-g"));
    this.#certificate(at);
    this.#people(at);
    [this.starttls, this.implicit] = [await freePort(), await freePort()];
    writeFileSync(at("etc/main.cf"), this.#main(at));
    writeFileSync(at("etc/master.cf"), this.#master());
    execFileSync("postfix", ["-c", at("etc"), "start"], { stdio: "pipe" });
    return this;
  }

  #certificate(at) {
    this.ca = at("tls.crt");
    execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
      "-addext", "subjectAltName=DNS:localhost", "-keyout", at("tls.key"), "-out", this.ca], { stdio: "pipe" });
  }

  #people(at) {
    // where Debian's Postfix looks
    writeFileSync(at("etc/sasl/smtpd.conf"), `pwcheck_method: auxprop\nauxprop_plugin: sasldb\nsasldb_path: ${at("etc/sasl/db")}\nmech_list: PLAIN LOGIN\n`);
    execFileSync("saslpasswd2", ["-p", "-c", "-f", at("etc/sasl/db"), "-u", "mx.crm.test", "sambung"], { input: PASSWORD, stdio: "pipe" });
    chownSync(at("etc/sasl/db"), idOf("postfix", "-u"), -1);
  }

  #main(at) {
    const uid = idOf("nobody", "-u");
    return `compatibility_level = 3.6
queue_directory = ${at("queue")}
data_directory = ${at("data")}
maillog_file = ${at("log")}
maillog_file_prefixes = ${this.folder}
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mx.crm.test
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = crm.test
virtual_mailbox_base = ${at("mail")}
virtual_mailbox_maps = inline:{ {siti@crm.test = siti/}, {ali@crm.test = ali/}, {later@crm.test = later/}, {full@crm.test = full/} }
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${idOf("nobody", "-g")}
default_transport = error:5.1.2 there is no outside world here
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_recipient_restrictions = reject_unlisted_recipient, check_recipient_access inline:{ {later@crm.test = 450 4.2.0 come back later}, {full@crm.test = 552 5.2.2 the mailbox is full} }
smtpd_sasl_type = cyrus
smtpd_sasl_local_domain = mx.crm.test
smtpd_sasl_auth_enable = yes
smtpd_sasl_authenticated_header = yes
smtpd_tls_received_header = yes
smtpd_tls_auth_only = yes
smtpd_tls_cert_file = ${at("tls.crt")}
smtpd_tls_key_file = ${at("tls.key")}
smtpd_error_sleep_time = 0
`;
  }

  #master() {
    return `127.0.0.1:${this.starttls} inet n - n - - smtpd
  -o smtpd_tls_security_level=encrypt
127.0.0.1:${this.implicit} inet n - n - - smtpd
  -o smtpd_tls_wrappermode=yes
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
`;
  }

  received(address) {
    const folder = path.join(this.folder, "mail", address.split("@")[0], "new");
    return existsSync(folder) ? readdirSync(folder).sort().map((name) => readFileSync(path.join(folder, name))) : [];
  }

  get log() {
    const file = path.join(this.folder, "log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  stop() {
    if (!this.folder) return;
    try {
      execFileSync("postfix", ["-c", path.join(this.folder, "etc"), "stop"], { stdio: "pipe" });
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

export async function startPostfix() {
  const postfix = new Postfix();
  try {
    return await postfix.start();
  } catch (error) {
    try {
      postfix.stop();
    } catch {
      // it did not even start
    }
    throw new Error(`${error.stderr ?? ""}${error.message}`);
  }
}
