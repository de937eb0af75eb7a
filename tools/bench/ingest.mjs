// P1, P2: durable webhook ingest against pgbench inserting the same vault row over the same socket.
import { writeFileSync } from "node:fs";
import path from "node:path";
import { APP_SECRET, PHONE_ID } from "./setup.mjs";
import { cpuSeconds, median } from "./machine.mjs";
import { pgbench, wrk } from "./load.mjs";

/** About 2 kB: one text message and the statuses that Meta likes to send along. */
export function payloadTemplate() {
  const statuses = Array.from({ length: 5 }, (_, i) => ({
    id: `wamid.HBgLNjAxMjM0NTY3ODkVAgARGBI5QTNGQTA2NUFFRTAzODEwMTQ0${i}`,
    status: i % 2 ? "delivered" : "read",
    timestamp: String(1767225600 + i),
    recipient_id: "60123456789",
    pricing: { billable: true, pricing_model: "PMP", type: "regular", category: "service" },
  }));
  const value = {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: "60312345678", phone_number_id: PHONE_ID },
    contacts: [{ profile: { name: "Bench Customer" }, wa_id: "@FROM@" }],
    messages: [{ from: "@FROM@", id: "wamid.@ID@", timestamp: "1767225600", type: "text",
      text: { body: "Boleh hantar ke Johor Bahru minggu depan? 请问这个颜色还有现货吗？ Does it come in another colour, and could the invoice be split into two parts? " + "Thank you. ".repeat(30) } }],
    statuses,
  };
  const body = { object: "whatsapp_business_account", entry: [{ id: "102290129340398", changes: [{ field: "messages", value }] }] };
  const text = JSON.stringify(body);
  // the sender stands twice; only the second place and the id vary
  const at = text.indexOf("@FROM@");
  return text.slice(0, at) + "60120000000" + text.slice(at + 6);
}

const VAULT_ROW = `
\\set n random(1, 9000000000000000)
BEGIN;
INSERT INTO inbound (org_id, id, channel_id, received_at, body, digest)
VALUES (:org, gen_random_uuid(), :channel, now(), decode(:body, 'base64'), sha256(int8send(:n)));
COMMIT;
`;

async function pair(bench, template, { clients, seconds }) {
  const postmaster = bench.pid("postgres");
  const vars = { org: `${bench.org}`, channel: bench.channel, body: Buffer.alloc(template.bytes + 30, 7).toString("base64") };

  const cpu0 = cpuSeconds(postmaster);
  const limit = await pgbench(bench, "vault", VAULT_ROW.replaceAll(":org", ":org::uuid").replaceAll(":channel", ":channel::uuid"), { clients, seconds, vars });
  const cpu1 = cpuSeconds(postmaster);
  const ours = await wrk(bench.url, {
    script: "signed.lua", connections: clients, seconds,
    args: [`/hooks/${bench.channel}`, APP_SECRET, template.file, 2000],
  });
  const cpu2 = cpuSeconds(postmaster);
  if (ours.bad) throw new Error(`${ours.bad} webhooks were not answered 200`);
  return {
    ratio: ours.rate / limit.rate, ours, limit,
    cpuRatio: (cpu2 - cpu1) / ours.count / ((cpu1 - cpu0) / (limit.rate * seconds)),
    cpuPerEventUs: ((cpu2 - cpu1) / ours.count) * 1e6,
  };
}

/** The worker stands still meanwhile: what is measured is acceptance, not parsing. */
export async function measureIngest(bench, { repeats, seconds }) {
  const file = path.join(bench.scratch, "payload.json");
  const text = payloadTemplate();
  writeFileSync(file, text, { mode: 0o644 });
  const template = { file, bytes: text.length };
  const worker = bench.pid("worker");

  process.kill(worker, "SIGSTOP");
  try {
    const many = [];
    const one = [];
    for (let i = 0; i < repeats; i++) {
      many.push(await pair(bench, template, { clients: 64, seconds }));
      one.push(await pair(bench, template, { clients: 1, seconds }));
      await bench.sql("TRUNCATE inbound", "sambung_owner");
    }
    return [
      { id: "P1", value: median(many.map((m) => m.ratio)), unit: "x pgbench", bar: ">= 1.0",
        note: `${median(many.map((m) => m.ours.rate)).toFixed(0)}/s against ${median(many.map((m) => m.limit.rate)).toFixed(0)}/s` },
      { id: "P1.cpu", value: median(many.map((m) => m.cpuRatio)), unit: "x PostgreSQL CPU per event", bar: "<= 0.4",
        note: `${median(many.map((m) => m.cpuPerEventUs)).toFixed(0)} us an event` },
      { id: "P2", value: median(one.map((m) => m.ours.p50_ms - m.limit.mean_ms)), unit: "ms above pgbench", bar: "<= 0.5",
        note: `${median(one.map((m) => m.ours.p50_ms)).toFixed(2)} ms against ${median(one.map((m) => m.limit.mean_ms)).toFixed(2)} ms` },
    ];
  } finally {
    process.kill(worker, "SIGCONT");
  }
}
