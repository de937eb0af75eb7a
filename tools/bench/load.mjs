// Load: wrk against the server, pgbench against the same cluster over the same socket.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../../tests/http/harness.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

/** One wrk run: {rate, p50_ms, p99_ms, bad, count}. */
export async function wrk(url, { script, args = [], connections, seconds }) {
  const threads = connections > 1 ? 2 : 1;
  const out = await run("wrk", [
    "-t", String(threads), "-c", String(connections), "-d", `${seconds}s`, "--timeout", "10s",
    "-s", path.join(here, script), url, "--", ...args.map(String),
  ]);
  const line = /^JSON (.*)$/m.exec(out);
  if (!line) throw new Error(`wrk said nothing to read:\n${out}`);
  return JSON.parse(line[1]);
}

/** One pgbench run: {rate, mean_ms}.  sql is a script text with :variables. */
export async function pgbench(bench, name, sql, { clients, seconds, role = "sambung_system", vars = {}, settings = {} }) {
  const file = path.join(bench.scratch, `${name}.sql`);
  writeFileSync(file, sql, { mode: 0o644 });
  const args = ["-n", "-M", "prepared", "-c", String(clients), "-j", clients > 1 ? "2" : "1", "-T", String(seconds), "-f", file];
  for (const [key, value] of Object.entries(vars)) args.push("-D", `${key}=${value}`);
  const session = { plan_cache_mode: "force_generic_plan", ...settings };
  const out = await bench.asDatabaseUser(bench.pgTool("pgbench"), [...args, ...bench.connectArgs(role)], {
    PGOPTIONS: Object.entries(session).map(([key, value]) => `-c ${key}=${value}`).join(" "),
  });
  const rate = /tps = ([\d.]+)/.exec(out);
  const mean = /latency average = ([\d.]+) ms/.exec(out);
  if (!rate || /transactions actually processed: 0\b|number of failed transactions: [1-9]/.test(out)) throw new Error(`pgbench failed:\n${out}`);
  return { rate: Number(rate[1]), mean_ms: Number(mean[1]) };
}
