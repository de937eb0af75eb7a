// P4, P5: a page of the inbox and a thread, against pgbench running the very same statements.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { median } from "./machine.mjs";
import { pgbench, wrk } from "./load.mjs";

const store = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../src/store");

/** The text of a statement or fragment as the store module has it. */
function textOf(file, name) {
  const parts = readFileSync(path.join(store, file), "utf8").split(/^-- (?:name|fragment): (\w+)\n/m);
  const at = parts.indexOf(name);
  if (at < 0) throw new Error(`${file} has no ${name}`);
  return parts[at + 1].replace(/--.*$/gm, "").trim().replace(/;$/, "");
}

/** base with fragments, parameters filled in: $1.. and then each $? in turn. */
function statement(file, names, given, turns) {
  let text = names.map((n) => textOf(file, n)).join("\n");
  for (const [key, value] of Object.entries(given)) text = text.replaceAll(`$${key}`, value);
  for (const value of turns) text = text.replace("$?", value);
  if (/\$[\d?]/.test(text)) throw new Error(`a parameter is open in ${names}: ${text}`);
  return text.replaceAll("\n", " ") + ";\n";
}

async function compare(bench, id, { target, sql, seconds, repeats }) {
  const rows = [];
  for (let i = 0; i < repeats; i++) {
    const limit = await pgbench(bench, id, sql, { clients: 16, seconds, role: "sambung_app", settings: { "app.org": bench.org } });
    const ours = await wrk(bench.url, { script: "get.lua", connections: 16, seconds, args: [target, bench.token] });
    if (ours.bad) throw new Error(`${id}: ${ours.bad} bad answers`);
    rows.push({ ratio: ours.rate / limit.rate, ours: ours.rate, limit: limit.rate, p99: ours.p99_ms });
  }
  return {
    id, value: median(rows.map((r) => r.ratio)), unit: "x pgbench", bar: ">= 0.6",
    note: `${median(rows.map((r) => r.ours)).toFixed(0)}/s against ${median(rows.map((r) => r.limit)).toFixed(0)}/s, p99 ${median(rows.map((r) => r.p99)).toFixed(1)} ms`,
  };
}

export async function measureReads(bench, { repeats, seconds }) {
  const org = `'${bench.org}'::uuid`;
  const user = `'${bench.user}'::uuid`;
  const list = statement("conversation.sql", ["conversation_list", "conversation_in_state", "conversation_page_26"], { 1: org, 2: user }, ["'open'"]);

  const page = await bench.client.get("/v1/conversations?state=open&view=all&limit=25");
  const conversation = page.items[0].id;
  const thread = await bench.client.get(`/v1/conversations/${conversation}/messages?limit=50`);
  const ids = `'{${thread.items.map((m) => m.id).join(",")}}'::uuid[]`;
  const threadSql =
    statement("message.sql", ["message_list", "message_of_conversation", "message_page_51"], { 1: org, 2: user, 3: "true", 4: "true" }, Array(2).fill(`'${conversation}'::uuid`)) +
    statement("attachment.sql", ["attachment_list"], { 1: org, 2: ids }, []) +
    statement("reaction.sql", ["reaction_list"], { 1: org, 2: ids }, []);

  return [
    await compare(bench, "P4", { target: "/v1/conversations?state=open&view=all&limit=25", sql: list, seconds, repeats }),
    await compare(bench, "P5", { target: `/v1/conversations/${conversation}/messages?limit=50`, sql: threadSql, seconds, repeats }),
  ];
}
