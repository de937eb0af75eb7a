// Reading the machine: processor time and memory of process trees; medians.
import { readFileSync } from "node:fs";
import { processTree } from "../../tests/http/harness.mjs";

const TICKS = 100; // USER_HZ on every Linux we run on

/** Processor seconds of a process tree, ended children included. */
export function cpuSeconds(pid) {
  let ticks = 0;
  for (const each of processTree(pid)) {
    try {
      const stat = readFileSync(`/proc/${each}/stat`, "utf8");
      const f = stat.slice(stat.lastIndexOf(")") + 2).split(" ").map(Number);
      ticks += f[11] + f[12] + f[13] + f[14];
    } catch {
      // it ended; its parent counts it
    }
  }
  return ticks / TICKS;
}

/** Resident memory of one process, in MB (10^6 bytes). */
export function rssMb(pid) {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return (Number(kb[1]) * 1024) / 1e6;
}

export function percentile(values, p) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)];
}

export const median = (values) => percentile(values, 50);
