// P7, P12: memory after mixed load, and start to first answer.
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { APP_SECRET } from "./setup.mjs";
import { median, rssMb } from "./machine.mjs";
import { wrk } from "./load.mjs";

export async function measureMemory(bench, { seconds, payload }) {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    await Promise.all([
      wrk(bench.url, { script: "signed.lua", connections: 4, seconds: 5, args: [`/hooks/${bench.channel}`, APP_SECRET, payload, 500] }),
      wrk(bench.url, { script: "get.lua", connections: 4, seconds: 5, args: ["/v1/conversations?limit=25&view=all", bench.token] }),
    ]);
    await pause(1000);
  }
  const parts = { supervisor: rssMb(bench.child.pid), web: rssMb(bench.pid("web")), worker: rssMb(bench.pid("worker")) };
  const total = Object.values(parts).reduce((a, b) => a + b);
  return [{ id: "P7", value: total, unit: "MB", bar: "<= 64",
    note: `after ${seconds} s: ${Object.entries(parts).map(([k, v]) => `${k} ${v.toFixed(1)}`).join(", ")}` }];
}

/** Stopped, started again, and how long until the first answer, in milliseconds. */
async function startOnce(bench) {
  await bench.halt();
  const started = performance.now();
  const up = bench.start();
  for (;;) {
    try {
      const answer = await fetch(`${bench.url}/healthz`);
      if (answer.status === 200) {
        const took = performance.now() - started;
        await up;
        return took;
      }
    } catch {
      await pause(2);
    }
  }
}

async function medianStart(bench, repeats) {
  const times = [];
  while (times.length < repeats) times.push(await startOnce(bench));
  return median(times);
}

/** The same with the cluster already running, as somebody's own database would be. */
async function medianStartBesideDatabase(bench, repeats) {
  const own = bench.env;
  const cluster = path.join(bench.data, "postgres");
  const at = (role) => `host=${bench.data}/run dbname=sambung user=sambung_${role}`;
  await bench.halt();
  await bench.asDatabaseUser(bench.pgTool("pg_ctl"), ["start", "-s", "-w", "-D", cluster, "-l", path.join(bench.data, "log", "bench.log")]);
  try {
    bench.env = { ...own, DATABASE_URL: at("app"), SAMBUNG_SYSTEM_DATABASE_URL: at("system"), SAMBUNG_OWNER_DATABASE_URL: at("owner") };
    return await medianStart(bench, repeats);
  } finally {
    await bench.halt();
    bench.env = own;
    await bench.asDatabaseUser(bench.pgTool("pg_ctl"), ["stop", "-s", "-m", "fast", "-D", cluster]);
  }
}

export async function measureStart(bench, { repeats }) {
  const whole = await medianStart(bench, repeats);
  const beside = await medianStartBesideDatabase(bench, repeats);
  await bench.start();
  await bench.enter();
  return [
    { id: "P12", value: beside, unit: "ms", bar: "<= 300", note: "serve beside a database that runs, to the first 200 of /healthz" },
    { id: "P12.all", value: whole, unit: "ms", bar: "", note: "the same with the start of its private PostgreSQL" },
  ];
}
