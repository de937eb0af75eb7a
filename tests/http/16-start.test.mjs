// What a start refuses, in words: a key that opens nothing, a role that sees too much, a folder of others.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { ENVIRONMENT, Server, eventually, freePort, root, startServer } from "./harness.mjs";

const binary = process.env.SAMBUNG_BINARY ?? path.join(root, "build/sambung");

/** Run a program to its end, 30 s at most: its exit code and what it printed. */
async function program(file, args, env = {}) {
  const child = spawn(file, args, { env: { ...ENVIRONMENT, ...env }, stdio: ["ignore", "pipe", "pipe"], timeout: 30_000 });
  let out = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (d) => (out += d));
  const [code] = await once(child, "close");
  return { code, out };
}
const command = (args, env) => program(binary, args, env);

const times = (text, what) => text.split(what).length - 1;

describe("the master key", () => {
  let server, file, key;
  before(async () => {
    server = await startServer();
    file = path.join(server.data, "master.key");
    key = readFileSync(file, "utf8");
  });
  after(() => server?.stop());

  const check = () => command(["check", "--data", server.data]);
  const serve = () => command(["serve", "--data", server.data, "--listen", "127.0.0.1:0"]);
  const readiness = async () => (await (await server.fetch("/readyz")).json()).checks.find((c) => c.name === "master_key");

  test("that fits is said to", async () => {
    const { code, out } = await check();
    assert.equal(code, 0, out);
    assert.match(out, /ok +master key opens what the database holds/);
    assert.equal((await readiness()).ok, true);
  });

  test("that is another one is reported by check", async () => {
    writeFileSync(file, `${"ab".repeat(32)}\n`);
    const { code, out } = await check();
    writeFileSync(file, key);
    assert.equal(code, 1);
    assert.match(out, /wrong +master key.*does not open/);
  });

  test("that does not open what is there makes /readyz say so", async () => {
    const kept = await server.sql("SELECT encode(data_key, 'hex') FROM org", "sambung_owner");
    await server.sql("UPDATE org SET data_key = set_byte(data_key, 20, get_byte(data_key, 20) # 1)", "sambung_owner");
    const down = await eventually("not ready", async () => {
      const check = await readiness();
      return !check.ok && check;
    });
    assert.match(down.detail, /SAMBUNG_KEY/);
    assert.equal((await server.fetch("/readyz")).status, 503);
    await server.sql(`UPDATE org SET data_key = '\\x${kept}'`, "sambung_owner");
    await eventually("it is ready again", async () => (await server.fetch("/readyz")).status === 200);
  });

  test("that is another one keeps everything from starting, with words", async () => {
    await server.halt();
    writeFileSync(file, `${"cd".repeat(32)}\n`);
    const { code, out } = await serve();
    writeFileSync(file, key);
    assert.equal(code, 1, out);
    assert.match(out, /does not open what is in the database: put back/);
  });

  test("that is lost is not made anew", async () => {
    rmSync(file);
    const { code, out } = await serve();
    const made = existsSync(file);
    writeFileSync(file, key, { mode: 0o600 });
    assert.equal(code, 1, out);
    assert.match(out, /master key is missing/);
    assert.equal(made, false);
  });
});

describe("the roles", () => {
  const url = (role) => `host=$PGHOST port=$PGPORT dbname=theirs user=${role}`;

  /** The end of "sambung COMMAND" on a migrated database of others, with these roles. */
  async function withRoles(words, { app = "sambung_app", system = "sambung_system", owner = "sambung_owner" }) {
    const server = new Server();
    const script = `
      set -e
      psql -q -c 'CREATE DATABASE theirs' -c 'CREATE ROLE passing LOGIN BYPASSRLS'
      "${binary}" migrate --print-roles | psql -q -v ON_ERROR_STOP=1 -d theirs
      psql -q -d theirs -c 'GRANT sambung_app TO passing'
      export DATABASE_URL="${url("sambung_app")}" SAMBUNG_SYSTEM_DATABASE_URL="${url("sambung_system")}"
      export SAMBUNG_OWNER_DATABASE_URL="${url("sambung_owner")}"
      mkdir -p "${server.data}" && chmod 700 "${server.data}"
      "${binary}" migrate --data "${server.data}"
      export DATABASE_URL="${url(app)}" SAMBUNG_SYSTEM_DATABASE_URL="${url(system)}" SAMBUNG_OWNER_DATABASE_URL="${url(owner)}"
      for word in ${words}; do timeout 10 "${binary}" $word --data "${server.data}" --listen 127.0.0.1:0 || echo "$word ended with $?"; done`;
    const { out } = await program(path.join(root, "tools/with_pg.sh"), ["--own", "bash", "-c", script], process.env.PG_BINDIR ? { PG_BINDIR: process.env.PG_BINDIR } : {});
    await server.stop();
    return out;
  }

  test("that are right are fine", async () => {
    assert.match(await withRoles("check", {}), /ok +SAMBUNG_OWNER_DATABASE_URL/);
  });

  test("that are swapped are refused by name", async () => {
    const out = await withRoles("check web worker", { app: "sambung_system", system: "sambung_app", owner: "sambung_app" });
    for (const setting of ["DATABASE_URL", "SAMBUNG_SYSTEM_DATABASE_URL", "SAMBUNG_OWNER_DATABASE_URL"])
      assert.match(out, new RegExp(`wrong +${setting}: ${setting}: connect as`));
    assert.match(out, /web ended with 78/);
    assert.match(out, /worker ended with 78/);
  });

  for (const app of ["$(whoami)", "sambung_owner", "passing"])
    test(`that see too much are refused: ${app}`, async () => {
      const out = await withRoles("check web", { app: app === "$(whoami)" ? "$(psql -Atc 'SELECT current_user')" : app });
      assert.match(out, /wrong +DATABASE_URL: DATABASE_URL: .*connect as sambung_app/);
      assert.match(out, /web ended with 78/);
    });
});

describe("a folder of root's", { skip: process.getuid() !== 0 && "not root" }, () => {
  test("that holds other things is not taken over", async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "sambung-srv-"));
    chmodSync(folder, 0o755);
    mkdirSync(path.join(folder, "www"));
    writeFileSync(path.join(folder, "www/index.html"), "theirs");
    const { code, out } = await command(["serve", "--data", folder, "--listen", "127.0.0.1:0"]);
    const owners = [folder, path.join(folder, "www"), path.join(folder, "www/index.html")].map((file) => statSync(file).uid);
    rmSync(folder, { recursive: true });
    assert.equal(code, 1, out);
    assert.match(out, /holds other things/);
    assert.deepEqual(owners, [0, 0, 0]);
  });
});

describe("check", () => {
  const wrong = async (env, ...args) => {
    const { code, out } = await command(["check", ...args], { SAMBUNG_DATA: "/tmp/sambung-not-there", ...env });
    assert.equal(code, 1, out);
    assert.match(out, /SAMBUNG_LOG_LEVEL = .*debug, info, warn or error/, "the configuration is printed all the same");
    return out.split("\n").filter((line) => line.startsWith("wrong")).join("\n");
  };

  test("names each thing that would fail", async () => {
    assert.match(await wrong({ SAMBUNG_DATA: "/nowhere/at/all" }), /data directory: .*there is no \/nowhere\/at/);
    assert.match(await wrong({ SAMBUNG_KEY_FILE: "/nowhere/master.key" }), /master key: .*there is no \/nowhere/);
    assert.match(await wrong({ SAMBUNG_TRUSTED_PROXIES: "nonsense" }), /SAMBUNG_TRUSTED_PROXIES must be/);
    assert.match(await wrong({ SAMBUNG_ADMIN_EMAIL: "nobody" }), /SAMBUNG_ADMIN_EMAIL: .*not an e-mail address/);
    assert.match(await wrong({ SAMBUNG_ADMIN_PASSWORD: "short" }), /SAMBUNG_ADMIN_PASSWORD: a password has/);
    assert.match(await wrong({ SAMBUNG_EGRESS_MAP: "/nowhere/map" }, "--dev"), /SAMBUNG_EGRESS_MAP: .*cannot be read/);
    assert.match(await wrong({ SAMBUNG_OWNER_DATABASE_URL: "host=/nowhere" }), /DATABASE_URL must be too/);
    assert.match(await wrong({ SAMBUNG_LISTEN: "0.0.0.0:8080" }), /SAMBUNG_PUBLIC_URL must be set to the https address/);
  });

  test("names all that does not parse, at once", async () => {
    const out = await wrong({ SAMBUNG_TYPO: "1", SAMBUNG_UNDO_SECONDS: "many", SAMBUNG_LOG_FORMAT: "xml", SAMBUNG_TRUSTED_PROXIES: "nonsense" });
    for (const name of ["SAMBUNG_TYPO", "SAMBUNG_UNDO_SECONDS", "SAMBUNG_LOG_FORMAT", "SAMBUNG_TRUSTED_PROXIES"]) assert.match(out, new RegExp(name));
  });
});

test("the manual names every setting there is", async () => {
  const { out } = await command(["check"], { SAMBUNG_DATA: "/tmp/sambung-not-there" });
  const manual = readFileSync(path.join(root, "docs/running.md"), "utf8");
  const names = out.match(/^[A-Z_]+(?= = )/gm);
  assert.ok(names.length > 20);
  assert.deepEqual(names.filter((name) => !manual.includes(`\`${name}\``)), []);
});

describe("words", () => {
  test("an address that is taken is said once, without numbers", async () => {
    const server = new Server();
    const port = await freePort();
    const holder = spawn(process.execPath, ["-e", `require("net").createServer().listen(${port}, "127.0.0.1", () => console.log("on"))`], { stdio: ["ignore", "pipe", "inherit"] });
    await once(holder.stdout, "data");
    const { code, out } = await command(["serve", "--data", server.data, "--listen", `127.0.0.1:${port}`], { SAMBUNG_LOG_FORMAT: "json" });
    holder.kill();
    await server.stop();
    assert.equal(code, 1, out);
    assert.equal(times(out, "another program does so already"), 1, out);
    assert.doesNotMatch(out, /errno/);
    const fatal = out.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line)).filter((line) => line.event === "fatal");
    assert.deepEqual(fatal.map((line) => line.process), ["web", "serve"]);
  });

  test("every command has its own help, and tells the version", async () => {
    for (const name of ["serve", "web", "check", "migrate", "inbound"]) {
      const help = await command([name, "--help"]);
      assert.equal(help.code, 0);
      assert.match(help.out, new RegExp(`Usage: sambung ${name}`));
      assert.match((await command([name, "--version"])).out, /^sambung \d/);
    }
    assert.match((await command(["inbound", "--help"])).out, /--state/);
  });

  test("a demo that is not made says so", async () => {
    const server = await startServer();
    await server.halt();
    server.log = "";
    server.args = ["--demo"];
    await server.start();
    const { log } = server;
    await server.stop();
    assert.match(log, /No demo was made/);
  });
});
