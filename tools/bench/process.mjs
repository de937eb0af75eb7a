// P7, P12: memory after mixed load, and start to first answer.
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

export async function measureStart(bench, { repeats }) {
  const times = [];
  for (let i = 0; i < repeats; i++) {
    await bench.halt();
    const started = performance.now();
    const up = bench.start();
    let first = null;
    while (first === null) {
      try {
        const answer = await fetch(`${bench.url}/healthz`);
        if (answer.status === 200) first = performance.now() - started;
      } catch {
        await pause(2);
      }
    }
    times.push(first);
    await up;
  }
  await bench.enter();
  return [{ id: "P12", value: median(times), unit: "ms", bar: "<= 300", note: "serve with its private cluster, to the first 200 of /healthz" }];
}
