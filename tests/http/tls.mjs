// Certificates for tests, made with openssl, and requests over TLS to a server that shows one.
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import https from "node:https";
import { tmpdir } from "node:os";
import path from "node:path";
import tls from "node:tls";

/** An authority of our own in a folder of its own, and what it signs. */
export class Authority {
  constructor() {
    this.folder = mkdtempSync(path.join(tmpdir(), "sambung-tls-"));
    chmodSync(this.folder, 0o755);
    this.#openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=Test authority",
      "-keyout", this.at("ca.key"), "-out", this.at("ca.pem"));
    this.ca = readFileSync(this.at("ca.pem"), "utf8");
  }

  at = (name) => path.join(this.folder, name);

  #openssl(...args) {
    return execFileSync("openssl", args, { stdio: ["ignore", "pipe", "pipe"] });
  }

  /** A certificate and key, signed by the authority: {cert, key} as texts. */
  issue({ names = "DNS:localhost,IP:127.0.0.1", from, until, bits = 0 } = {}) {
    const kind = bits ? ["-newkey", `rsa:${bits}`] : ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    this.#openssl("req", ...kind, "-nodes", "-subj", "/CN=ignored.example", "-keyout", this.at("one.key"), "-out", this.at("one.csr"));
    writeFileSync(this.at("ext"), `subjectAltName=${names}\n`);
    writeFileSync(this.at("index.txt"), "");
    const stamp = (time) => time.toISOString().replace(/[-:T]|\.\d+/g, "");
    writeFileSync(this.at("ca.conf"), `[ca]\ndefault_ca=d\n[d]\ndatabase=${this.at("index.txt")}\nrand_serial=yes\nnew_certs_dir=${this.folder}\npolicy=p\ndefault_md=sha256\nunique_subject=no\n[p]\ncommonName=supplied\n`);
    this.#openssl("ca", "-batch", "-notext", "-config", this.at("ca.conf"), "-cert", this.at("ca.pem"), "-keyfile", this.at("ca.key"), "-extfile", this.at("ext"),
      "-startdate", stamp(from ?? new Date(Date.now() - 3600e3)), "-enddate", stamp(until ?? new Date(Date.now() + 20 * 86400e3)), "-in", this.at("one.csr"), "-out", this.at("one.pem"));
    return { cert: readFileSync(this.at("one.pem"), "utf8") + this.ca, key: readFileSync(this.at("one.key"), "utf8") };
  }

  /** The server's files as they shall be from now on; replaced at once, as certbot does. */
  install({ cert, key }, owner = null, { mode = 0o600 } = {}) {
    for (const [name, text, rights] of [["server.key", key, mode], ["server.pem", cert, 0o644]]) {
      if (text === undefined) continue;
      writeFileSync(this.at(`${name}.new`), text, { mode: rights });
      chmodSync(this.at(`${name}.new`), rights);
      if (owner !== null && process.getuid() === 0) chownSync(this.at(`${name}.new`), owner, -1);
      renameSync(this.at(`${name}.new`), this.at(name));
    }
  }

  get settings() {
    return { SAMBUNG_TLS_CERT: this.at("server.pem"), SAMBUNG_TLS_KEY: this.at("server.key") };
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Who the server's processes run as, when the tests run as root: it reads the key. */
export function serverUser() {
  for (const name of ["sambung", "postgres"])
    try {
      return Number(execFileSync("id", ["-u", name], { stdio: ["ignore", "pipe", "ignore"] }));
    } catch {
      // there is no such user
    }
  return statSync(tmpdir()).uid;
}

/** One request over TLS; {status, headers, body, fingerprint}. */
export function ask(port, target, { method = "GET", headers = {}, body, ca, agent, ...more } = {}) {
  return new Promise((resolve, reject) => {
    const request = https.request({ host: "127.0.0.1", port, path: target, method, headers, ca, agent: agent ?? false, servername: "localhost", ...more }, (answer) => {
      const fingerprint = answer.socket.getPeerCertificate().fingerprint256;
      const pieces = [];
      answer.on("data", (d) => pieces.push(d));
      answer.once("error", reject);
      answer.once("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(pieces), fingerprint }));
    });
    request.once("error", reject);
    if (body?.pipe) body.pipe(request);
    else request.end(body);
  });
}

/** A TLS connection, once it is there. */
export async function connect(port, options) {
  const socket = tls.connect({ host: "127.0.0.1", port, servername: "localhost", ...options });
  await once(socket, "secureConnect");
  return socket;
}
