// The supervisor and its private cluster: who runs, as whom, and what happens when somebody dies.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import net from "node:net";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { after, before, describe, test } from "node:test";
import { Server, eventually, freePort, processTree, root, run, startServer } from "./harness.mjs";

const binary = process.env.SAMBUNG_BINARY ?? path.join(root, "build/sambung");
const roles = ["postgres", "web", "worker"];

const isAlive = (pid) => existsSync(`/proc/${pid}`) && !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));

const isReady = async (server) => (await server.fetch("/readyz")).status === 200;

/** Run the binary to its end: its exit code and what it printed. */
async function command(args, env = {}) {
  const child = spawn(binary, args, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  child.stdout.on("data", (d) => (out += d));
  child.stderr.on("data", (d) => (out += d));
  const [code] = await once(child, "close");
  return { code, out };
}

describe("serve", () => {
  let server;
  before(async () => (server = await startServer()));
  after(() => server.stop());

  for (const role of roles) {
    test(`${role} that is killed is started again, and the others go on`, async () => {
      const old = Object.fromEntries(roles.map((r) => [r, server.pid(r)]));
      process.kill(old[role], "SIGKILL");
      await eventually("another process", () => server.pid(role) && server.pid(role) !== old[role]);
      // a new connection: what is left of a killed server may still answer on old ones
      await eventually("a database", () => server.sql("SELECT 1"));
      await eventually("ready again", () => isReady(server));
      for (const other of roles.filter((r) => r !== role)) assert.equal(server.pid(other), old[other]);
    });
  }

  test("nothing runs as root", { skip: process.getuid() !== 0 && "not root" }, () => {
    for (const pid of processTree(server.child.pid)) {
      const uids = readFileSync(`/proc/${pid}/status`, "utf8").match(/^Uid:\s+(\d+)\s+(\d+)/m);
      assert.notEqual(uids[1], "0", `process ${pid}`);
      assert.notEqual(uids[2], "0", `process ${pid}`);
    }
  });

  test("the database listens on no network and admits no superuser", async () => {
    assert.equal(await server.sql("SHOW listen_addresses"), "");
    assert.equal(await server.sql("SHOW data_checksums"), "on");
    assert.equal(await server.sql("SHOW synchronous_commit"), "on");
    assert.equal(await server.sql("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"), "f");
    await assert.rejects(server.sql("SELECT 1", "postgres"), /no pg_hba.conf entry|authentication failed/);
  });

  test("a second one on the same data is refused", async () => {
    const { code, out } = await command(["serve", "--data", server.data, "--listen", "127.0.0.1:0"]);
    assert.equal(code, 1);
    assert.match(out, /another sambung serves/);
  });

  test("tail prints what changes as JSON lines", async () => {
    const tail = spawn(binary, ["tail", "--data", server.data, "--after", "0-0"], { env: { PATH: process.env.PATH } });
    let out = "";
    tail.stdout.on("data", (d) => (out += d));
    const client = await server.signIn();
    const channel = await client.post("/v1/channels", { kind: "null", name: "Tailed", settings: { behaviour: "silent" }, secrets: {} });
    const line = await eventually("a line", () => out.split("\n").find((l) => l.includes(channel.id)));
    tail.kill();
    assert.equal(JSON.parse(line).kind, "channel");
  });

  test("SIGTERM lets a request end whose body is still coming", async () => {
    const client = await server.signIn();
    const body = JSON.stringify({ key: "drained", label: "Drained", type: "text" });
    const socket = net.connect(server.port, "127.0.0.1");
    let got = "";
    socket.on("data", (d) => (got += d));
    const closed = once(socket, "close");
    socket.write(`POST /v1/fields HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${client.token}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`);
    await eventually("its head is there", () => got.includes("100 Continue"));
    const halted = server.halt();
    await eventually("nobody new is let in", () => fetch(`${server.url}/healthz`).then(() => false, () => true));
    socket.write(body);
    await closed;
    assert.match(got, /HTTP\/1\.1 201 /);
    assert.equal(await halted, 0);
    await server.start();
    assert.ok((await (await server.signIn()).get("/v1/fields")).items.some((field) => field.key === "drained"));
  });

  test("SIGTERM ends all of it within ten seconds, with exit code 0", async () => {
    const all = processTree(server.child.pid);
    const began = Date.now();
    assert.equal(await server.halt(), 0);
    assert.ok(Date.now() - began < 10_000); // a time, since it is what the operator is promised (TimeoutStopSec)
    // PostgreSQL's log writer ends when nobody can write to it any more
    await eventually("nothing is left", () => all.filter(isAlive).length === 0);
  });

  test("what was there is there after a new start, and nobody is told a password again", async () => {
    server.log = "";
    await server.start();
    await server.signIn();
    assert.doesNotMatch(server.log, /Password/);
  });

  test("children do not outlive a supervisor that was killed, and the next one starts at once", async () => {
    const all = processTree(server.child.pid);
    await server.halt("SIGKILL");
    await server.start();
    await eventually("nothing is left", () => all.filter(isAlive).length === 0);
    await server.signIn();
  });

  test("a process number that belongs to somebody else by now does not keep the database down", async () => {
    await server.halt();
    const stale = `${process.pid}\n${server.data}/postgres\n1\n5432\n${server.data}/run\n\n\nready\n`;
    writeFileSync(path.join(server.data, "postgres/postmaster.pid"), stale);
    writeFileSync(path.join(server.data, "run/.s.PGSQL.5432.lock"), stale);
    await server.start();
    await server.signIn();
  });
});

describe("the first start", () => {
  test("prints the address, and a password that works, once", async () => {
    const server = new Server({ admin: { email: "", password: "" } });
    try {
      await server.start();
      const email = server.log.match(/Sign in as\s+(\S+)/)[1];
      const password = server.log.match(/Password\s+(\S+)/)[1];
      assert.match(server.log, new RegExp(`ready at http://127.0.0.1:${server.port}`));
      await server.signIn({ email, password });
    } finally {
      await server.stop();
    }
  });
});

describe("an address that is taken", () => {
  test("ends serve with words instead of trying for ever", async () => {
    const server = new Server();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address();
    const { code, out } = await command(["serve", "--data", server.data, "--listen", `127.0.0.1:${port}`]);
    other.close();
    await server.stop();
    assert.equal(code, 1);
    assert.match(out, /web does not start/);
  });
});

describe("a database of one's own", () => {
  test("three addresses are enough, and no cluster is made", async () => {
    const port = await freePort();
    const server = new Server();
    const script = `
      set -e
      psql -q -c 'CREATE DATABASE theirs'
      "${binary}" migrate --print-roles | psql -q -v ON_ERROR_STOP=1 -d theirs
      at() { echo "host=$PGHOST port=$PGPORT dbname=theirs user=$1"; }
      export DATABASE_URL="$(at sambung_app)" SAMBUNG_SYSTEM_DATABASE_URL="$(at sambung_system)"
      export SAMBUNG_OWNER_DATABASE_URL="$(at sambung_owner)"
      exec "${binary}" serve --data "${server.data}" --listen 127.0.0.1:${port}`;
    const child = spawn(path.join(root, "tools/with_pg.sh"), ["--own", "bash", "-c", script], {
      env: {
        PATH: process.env.PATH,
        ...(process.env.PG_BINDIR ? { PG_BINDIR: process.env.PG_BINDIR } : {}),
        SAMBUNG_ADMIN_EMAIL: server.admin.email,
        SAMBUNG_ADMIN_PASSWORD: server.admin.password,
      },
    });
    const ended = once(child, "close");
    let log = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (d) => (log += d));
    server.url = `http://127.0.0.1:${port}`;
    try {
      await eventually("ready", () => isReady(server), { tries: 600 }).catch((e) => assert.fail(`${e}\n${log}`));
      await server.signIn();
      assert.equal(existsSync(path.join(server.data, "postgres")), false);
    } finally {
      child.kill();
      await ended;
      await server.stop();
    }
  });

  test("one address without the others is refused by name", async () => {
    const { code, out } = await command(["check"], { DATABASE_URL: "host=/nowhere" });
    assert.equal(code, 1);
    assert.match(out, /SAMBUNG_SYSTEM_DATABASE_URL must be set/);
  });
});

describe("the command line", () => {
  test("check shows every setting and no secret", async () => {
    const server = new Server();
    const secret = "5ecret".repeat(8);
    const { out } = await command(["check"], { SAMBUNG_DATA: server.data, SAMBUNG_ADMIN_PASSWORD: secret });
    await server.stop();
    assert.match(out, /SAMBUNG_LISTEN = 127\.0\.0\.1:8080/);
    assert.doesNotMatch(out, new RegExp(secret));
  });

  test("check says what is wrong and ends with 1", async () => {
    const server = new Server();
    const { code, out } = await command(["check"], { SAMBUNG_DATA: server.data, SAMBUNG_PG_BINDIR: "/nowhere" });
    await server.stop();
    assert.equal(code, 1);
    assert.match(out, /no postgres and initdb in \/nowhere/);
  });

  test("a setting that does not exist is named", async () => {
    const { code, out } = await command(["check"], { SAMBUNG_LISTN: "1" });
    assert.equal(code, 1);
    assert.match(out, /SAMBUNG_LISTN/);
  });

  test("a wrong word ends with 2", async () => {
    assert.equal((await command(["serv"])).code, 2);
    assert.equal((await command(["check", "--everything"])).code, 2);
  });

  test("an egress map is refused without --dev", async () => {
    const { code, out } = await command(["check"], { SAMBUNG_EGRESS_MAP: "/tmp/map" });
    assert.equal(code, 1);
    assert.match(out, /--dev/);
  });

  test("the roles are printed as SQL that an administrator may read", async () => {
    const out = await run(binary, ["migrate", "--print-roles"], { env: { PATH: process.env.PATH } });
    for (const role of ["sambung_owner", "sambung_app", "sambung_system"]) assert.match(out, new RegExp(role));
    assert.doesNotMatch(out, /(?<!NO)SUPERUSER|(?<!NO)BYPASSRLS/);
  });
});
