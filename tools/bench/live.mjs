// P3, P6: from a webhook to the open page, and many idle pages.
import { createHmac, randomUUID } from "node:crypto";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import WebSocket from "../../tests/node_modules/ws/wrapper.mjs";
import { APP_SECRET } from "./setup.mjs";
import { median, percentile, rssMb } from "./machine.mjs";
import { payloadTemplate } from "./ingest.mjs";
import { wrk } from "./load.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));

function postWebhook(bench, id, from) {
  const body = payloadTemplate().replace("@FROM@", from).replace("@ID@", id);
  return fetch(`${bench.url}/hooks/${bench.channel}`, {
    method: "POST", body,
    headers: { "content-type": "application/json", "x-hub-signature-256": "sha256=" + createHmac("sha256", APP_SECRET).update(body).digest("hex") },
  });
}

/** One webhook at a time on an idle system, until the frame about its message is read. */
export async function measureEndToEnd(bench, { samples }) {
  const socket = new WebSocket(`${bench.url.replace("http", "ws")}/v1/events`, { headers: { authorization: `Bearer ${bench.token}` } });
  await new Promise((resolve, reject) => {
    socket.once("message", resolve);
    socket.once("error", reject);
  });
  const times = [];
  for (let i = 0; i < samples; i++) {
    const frame = new Promise((resolve) => {
      const listen = (data) => {
        if (JSON.parse(data).kind !== "message") return;
        socket.off("message", listen);
        resolve(performance.now());
      };
      socket.on("message", listen);
    });
    const started = performance.now();
    const answer = await postWebhook(bench, randomUUID(), "60129999999");
    if (answer.status !== 200) throw new Error(`webhook: ${answer.status}`);
    times.push((await frame) - started);
    await pause(20);
  }
  socket.close();
  return [
    { id: "P3", value: percentile(times, 50), unit: "ms p50", bar: "<= 15" },
    { id: "P3.p99", value: percentile(times, 99), unit: "ms p99", bar: "<= 50", note: `${samples} webhooks one after another` },
  ];
}

export async function measureStreams(bench, { streams, rounds, seconds, repeats }) {
  const list = () => wrk(bench.url, { script: "get.lua", connections: 16, seconds, args: ["/v1/conversations?limit=25&view=all", bench.token] });
  const web = bench.pid("web");
  const alone = [];
  for (let i = 0; i < repeats; i++) alone.push((await list()).rate);
  const before = rssMb(web);

  const program = process.env.SAMBUNG_STREAMS ?? path.join(here, "../../build/tools/bench/streams");
  const child = spawn(program, [String(bench.port), "/v1/events", bench.token, String(streams)], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    if ((await lines.next()).value !== "ready") throw new Error("the streams did not open");
    const after = rssMb(web);
    const times = [];
    const conversation = (await bench.client.get("/v1/conversations?limit=1&view=all")).items[0];
    for (let i = 0; i < rounds; i++) {
      await pause(300);
      const started = Date.now() * 1000;
      await bench.client.post(`/v1/conversations/${conversation.id}/messages`, { kind: "note", body: `Round ${i}` });
      times.push((JSON.parse((await lines.next()).value).last_us - started) / 1000);
    }
    const beside = [];
    for (let i = 0; i < repeats; i++) beside.push((await list()).rate);
    return [
      { id: "P6.rss", value: after, unit: "MB of web", bar: "<= 40", note: `${streams} idle streams; ${before.toFixed(1)} MB before` },
      { id: "P6", value: median(times), unit: "ms to the last stream", bar: "<= 100", note: "from the request that makes the change" },
      { id: "P6.api", value: median(beside) / median(alone), unit: "x requests/s without", bar: ">= 0.9" },
    ];
  } finally {
    child.stdin.end();
    await new Promise((r) => child.once("close", r));
  }
}
