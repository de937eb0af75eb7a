// A real server to test from outside: the built binary, a private cluster, a throw-away folder.
//
// startServer() gives a Server; call stop() when done.  Run as root, the binary drops its children to
// an unprivileged user by itself.  SAMBUNG_BINARY names the binary (build/sambung unless told).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const BINARY = process.env.SAMBUNG_BINARY ?? path.join(root, "build/sambung");
export const ADMIN = { email: "owner@example.com", password: "correct-horse-battery" };

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Run a program to its end; its standard output. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let out = "";
    let err = "";
    child.stdout.on("data", (d) => (out += d));
    child.stderr.on("data", (d) => (err += d));
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(out) : reject(new Error(`${command} ended with ${code}: ${err || out}`))));
  });
}

/** All processes below pid, pid first. */
export function processTree(pid) {
  const children = new Map();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
    } catch {
      // it ended while we looked
    }
  }
  const out = [];
  for (const queue = [pid]; queue.length; ) {
    const next = queue.shift();
    out.push(next);
    queue.push(...(children.get(next) ?? []));
  }
  return out;
}

function roleOf(pid) {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
    return /(^|\/)postgres$/.test(words[0]) && words.includes("-D") ? "postgres" : words[1];
  } catch {
    return null;
  }
}

function pgBindir() {
  const given = process.env.SAMBUNG_PG_BINDIR;
  if (given && existsSync(path.join(given, "psql"))) return given;
  const base = "/usr/lib/postgresql";
  const versions = readdirSync(base).filter((v) => existsSync(path.join(base, v, "bin/psql")));
  return path.join(base, versions.sort((a, b) => b - a)[0], "bin");
}

/** What every process of ours is started with: how to find programs, and which PostgreSQL is meant. */
export const ENVIRONMENT = {
  PATH: process.env.PATH,
  ...(process.env.SAMBUNG_PG_BINDIR ? { SAMBUNG_PG_BINDIR: process.env.SAMBUNG_PG_BINDIR } : {}),
};

export class Server {
  /** args: more words for "serve"; env: more settings; egress: {host: "http://127.0.0.1:port"};
   *  binary: another one than BINARY; port: any free one unless told. */
  constructor({ args = [], env = {}, egress = null, admin = ADMIN, binary = BINARY, port = null } = {}) {
    this.port = port;
    this.scratch = mkdtempSync(path.join(tmpdir(), "sambung-test-"));
    chmodSync(this.scratch, 0o755);
    this.data = path.join(this.scratch, "data");
    this.args = args;
    this.env = env;
    this.admin = admin;
    this.binary = binary;
    this.log = "";
    if (egress) {
      this.egressMap = path.join(this.scratch, "egress.map");
      const lines = Object.entries(egress).map(([host, to]) => `${host} = ${to}\n`);
      writeFileSync(this.egressMap, lines.join(""), { mode: 0o644 });
    }
  }

  async start() {
    this.port ??= await freePort();
    this.url = `http://127.0.0.1:${this.port}`;
    const env = {
      ...ENVIRONMENT,
      SAMBUNG_LISTEN: `127.0.0.1:${this.port}`,
      SAMBUNG_ADMIN_EMAIL: this.admin.email,
      SAMBUNG_ADMIN_PASSWORD: this.admin.password,
      SAMBUNG_DATA: this.data,
      ...(this.egressMap ? { SAMBUNG_EGRESS_MAP: this.egressMap } : {}),
      ...this.env,
    };
    this.child = spawn(this.binary, ["serve", "--dev", ...this.args], { env, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.child.stdout, this.child.stderr]) stream.on("data", (d) => this.#keep(d));
    await this.untilReady();
    return this;
  }

  /** The end of what the server has printed; enough to understand a failure. */
  #keep(data) {
    this.log = (this.log + data).slice(-200_000);
    if (process.env.SAMBUNG_TEST_VERBOSE) process.stderr.write(data);
  }

  async untilReady({ tries = 1200 } = {}) {
    for (let i = 0; i < tries; i++) {
      if (this.child.exitCode !== null) throw new Error(`the server ended with ${this.child.exitCode}:\n${this.log}`);
      try {
        const answer = await fetch(`${this.url}/readyz`);
        if (answer.status === 200) return;
      } catch {
        // not listening yet
      }
      await pause(50);
    }
    throw new Error(`the server did not become ready:\n${this.log}`);
  }

  /** SIGTERM, and wait for the end; the exit code. */
  async halt(signal = "SIGTERM") {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const ended = once(this.child, "close");
      this.child.kill(signal);
      await ended;
    }
    return this.child.exitCode;
  }

  async stop() {
    if (this.child) await this.halt();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** The pid of a role's process: "web", "worker" or "postgres"; null while it is not there. */
  pid(role) {
    return processTree(this.child.pid).find((pid) => roleOf(pid) === role) ?? null;
  }

  /** fetch below this server's address. */
  fetch(target, options) {
    return fetch(this.url + target, options);
  }

  /** A client signed in by bearer token. */
  async signIn({ email, password } = this.admin) {
    const answer = await this.fetch("/v1/session", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password, token: true }),
    });
    if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
    return new Client(this, await answer.json());
  }

  /** Statements as one of the three roles; the output, unaligned.  For what no API shows. */
  async sql(text, role = "sambung_system") {
    const file = path.join(this.scratch, `statement-${Math.random().toString(36).slice(2)}.sql`);
    writeFileSync(file, text, { mode: 0o644 });
    const args = ["-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-f", file, ...this.connectArgs(role)];
    return (await this.asDatabaseUser(path.join(pgBindir(), "psql"), args)).trim();
  }

  connectArgs(role) {
    return ["-h", path.join(this.data, "run"), "-U", role, "-d", "sambung"];
  }

  pgTool(name) {
    return path.join(pgBindir(), name);
  }

  /** Run a PostgreSQL tool as the user the cluster belongs to: peer authentication asks for it. */
  asDatabaseUser(command, args, env = {}) {
    const owner = statSync(path.join(this.data, "postgres")).uid;
    if (process.getuid() === 0) chownSync(this.scratch, owner, -1);
    return run(command, args, {
      ...(process.getuid() === 0 ? { uid: owner } : {}),
      cwd: this.scratch,
      env: { PATH: process.env.PATH, HOME: this.scratch, ...env },
    });
  }
}

/** Calls with a session; the parsed body, or an ApiError. */
export class Client {
  constructor(server, session) {
    this.server = server;
    this.session = session;
    this.token = session.token;
  }

  async raw(method, target, body, headers = {}) {
    return this.server.fetch(target, {
      method,
      headers: { authorization: `Bearer ${this.token}`, ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  async call(method, target, body, headers) {
    const answer = await this.raw(method, target, body, headers);
    const text = await answer.text();
    const parsed = text && /json/.test(answer.headers.get("content-type") ?? "") ? JSON.parse(text) : text;
    if (!answer.ok) throw new ApiError(answer.status, parsed, `${method} ${target}`);
    return parsed;
  }

  get = (target) => this.call("GET", target);
  post = (target, body = {}, headers) => this.call("POST", target, body, headers);
  put = (target, body) => this.call("PUT", target, body);
  patch = (target, body) => this.call("PATCH", target, body);
  delete = (target) => this.call("DELETE", target);
}

export class ApiError extends Error {
  constructor(status, problem, what) {
    super(`${what}: ${status} ${JSON.stringify(problem)}`);
    this.status = status;
    this.problem = problem;
  }
}

export async function startServer(options) {
  const server = new Server(options);
  try {
    return await server.start();
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Ask until it is so; for what other processes do.  Fails after about ten seconds. */
export async function eventually(what, ask, { tries = 200, every = 50 } = {}) {
  let last;
  for (let i = 0; i < tries; i++) {
    try {
      const value = await ask();
      if (value) return value;
      last = value;
    } catch (error) {
      last = error;
    }
    await pause(every);
  }
  throw new Error(`${what}: not so after ${(tries * every) / 1000} s (${last})`);
}
