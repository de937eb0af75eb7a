// A thread that sends so many requests a second and tells what came of them; see 23-brute-force.test.mjs.
import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";

const { port, aSecond, seconds, kind, email } = workerData;
const agent = new Agent({ keepAlive: true, maxSockets: 100 });
const statuses = {};
let sent = 0;
let open = 0;

const somewhere = (n) => `198.${18 + ((n >> 16) & 1)}.${(n >> 8) & 255}.${n & 255}`;

function send(n) {
  const body = kind === "guess" ? JSON.stringify({ email: email ?? `somebody-${n}@example.com`, password: `guess number ${n}` }) : "";
  const headers = { "x-forwarded-for": somewhere(n), ...(body ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) } : {}) };
  const options = { host: "127.0.0.1", port, localAddress: "127.0.0.2", agent, headers, method: body ? "POST" : "GET", path: body ? "/v1/session" : "/healthz" };
  const done = (status) => {
    statuses[status] = (statuses[status] ?? 0) + 1;
    open--;
    sent += status > 0;
  };
  open++;
  const asked = request(options, (answer) => answer.resume().once("end", () => done(answer.statusCode)).once("error", () => done(0)));
  asked.once("error", () => done(0));
  asked.end(body);
}

const began = performance.now();
for (let n = 0; n < aSecond * seconds; ) {
  const due = Math.min(aSecond * seconds, Math.floor(((performance.now() - began) / 1000) * aSecond));
  // Who does not answer is not asked for ever: what waits is bounded.
  while (n < due) {
    if (open < 500) send(n);
    n++;
  }
  await pause(10);
}
while (open > 0) await pause(10);
agent.destroy();
parentPort.postMessage({ sent, statuses });
