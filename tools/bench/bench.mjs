// script/bench: measures Sambung against the limits of the same machine in the same run.
//   --json            one line of JSON at the end instead of the table
//   --only P1,P4      these alone
//   --quick           short runs, to see that it works; not figures to quote
//   --soak SECONDS    mixed load before P7 (600 unless told)
import { writeFileSync } from "node:fs";
import path from "node:path";
import { Bench, fill } from "./setup.mjs";
import { startFakeWhatsapp } from "../../tests/http/fake-whatsapp.mjs";
import { measureIngest, payloadTemplate } from "./ingest.mjs";
import { measureReads } from "./read.mjs";
import { measureEndToEnd, measureStreams } from "./live.mjs";
import { measureOutbound } from "./outbound.mjs";
import { measureMemory, measureStart } from "./process.mjs";

function options(argv) {
  const value = (name) => (argv.includes(name) ? argv[argv.indexOf(name) + 1] : null);
  const quick = argv.includes("--quick");
  return {
    json: argv.includes("--json"),
    only: value("--only")?.split(",") ?? null,
    repeats: quick ? 1 : 3,
    seconds: quick ? 4 : 5,
    soak: Number(value("--soak") ?? (quick ? 10 : 600)),
    quick,
  };
}

function table(results) {
  const rows = results.map((r) => [r.id, r.value.toFixed(2), r.unit, r.bar, r.note ?? ""]);
  const widths = [0, 1, 2, 3].map((i) => Math.max(...rows.map((r) => r[i].length)));
  return rows.map((r) => r.map((cell, i) => (i === 1 ? cell.padStart(widths[i]) : cell.padEnd(widths[i] ?? 0))).join("  ").trimEnd()).join("\n");
}

async function measure(bench, o) {
  const payload = path.join(bench.scratch, "payload.json");
  writeFileSync(payload, payloadTemplate(), { mode: 0o644 });
  await fill(bench, { conversations: 10000, messages: 100000 });
  const steps = [
    ["P3", () => measureEndToEnd(bench, { samples: o.quick ? 30 : 200 })],
    // before the worker has a backlog that it would begin with
    ["P12", () => measureStart(bench, { repeats: o.repeats })],
    ["P1", () => measureIngest(bench, { repeats: o.repeats, seconds: o.seconds })],
    ["P4", () => measureReads(bench, { repeats: o.repeats, seconds: o.seconds })],
    ["P6", () => measureStreams(bench, { streams: 5000, rounds: o.quick ? 3 : 10, seconds: o.seconds, repeats: o.repeats })],
    ["P10", () => measureOutbound(bench, { messages: o.quick ? 500 : 5000 })],
    ["P7", () => measureMemory(bench, { seconds: o.soak, payload })],
  ];
  const results = [];
  for (const [id, step] of steps) {
    if (o.only && !o.only.includes(id)) continue;
    const found = await step();
    results.push(...found);
    process.stderr.write(`${table(found)}\n`);
  }
  return results;
}

const o = options(process.argv.slice(2));
const provider = await startFakeWhatsapp({ delayMs: 50 });
const bench = await Bench.start({ provider });
try {
  const results = await measure(bench, o);
  process.stdout.write(o.json ? JSON.stringify({ results }) + "\n" : table(results) + "\n");
} finally {
  await bench.stop();
  await provider.stop();
}
