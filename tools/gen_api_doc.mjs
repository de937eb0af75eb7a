#!/usr/bin/env node
// docs/api.md from the API's description:
//
//   build/sambung openapi | tools/gen_api_doc.mjs > docs/api.md
//   build/sambung openapi | tools/gen_api_doc.mjs --check     fails when the file is another
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const target = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../docs/api.md");
const document = JSON.parse(readFileSync(0, "utf8"));
const link = (name) => `[${name}](#${name.toLowerCase()})`;

function type(schema) {
  if (schema.$ref) return link(schema.$ref.split("/").pop());
  if (schema.anyOf) return schema.anyOf.map((s) => (s.type === "null" ? "null" : type(s))).join(" or ");
  const [first, ...rest] = [schema.type ?? "any JSON"].flat();
  const null_ = rest.includes("null") ? " or null" : "";
  if (schema.enum) return schema.enum.filter((w) => w !== null).map((w) => `\`${w}\``).join(" ") + null_;
  if (first === "array") return `list of ${type(schema.items)}${schema.maxItems ? `, at most ${schema.maxItems}` : ""}`;
  if (first === "object") return `{ ${Object.entries(schema.properties).map(([n, p]) => `${n}: ${type(p)}`).join(", ")} }`;
  const limit = schema.maxLength ? `, at most ${schema.maxLength} bytes` : schema.maximum ? `, at most ${schema.maximum}` : "";
  return (schema.format ?? first) + null_ + limit;
}

function operation(method, at, o) {
  const out = [`### ${method.toUpperCase()} ${at}`, "", `${o.summary}. Needs: ${o["x-permission"]}.`];
  const query = o.parameters.filter((p) => p.in === "query");
  if (query.length) out.push("", ...query.map((p) => `- \`?${p.name}=\` ${type(p.schema)}${p.required ? ", required" : ""}`));
  const [kind, body] = Object.entries(o.requestBody?.content ?? {})[0] ?? [];
  if (body) out.push("", `Body: ${kind === "application/json" ? type(body.schema) : "raw bytes"}.`);
  const [status, answer] = Object.entries(o.responses).find(([s]) => s !== "default");
  const shape = answer.content?.["application/json"]?.schema;
  out.push("", `Answer: ${status}${shape ? `, ${type(shape)}` : ""}.`);
  return out.join("\n");
}

function shape(name, s) {
  const rows = Object.entries(s.properties).map(([n, p]) => `| ${n} | ${type(p)} | ${s.required?.includes(n) ? "yes" : ""} |`);
  return [`### ${name}`, "", "| member | type | always there |", "|---|---|---|", ...rows].join("\n");
}

const text = [
  "# The HTTP API",
  "Generated from the route table and the field tables by `tools/gen_api_doc.mjs`; `GET /openapi.json` says the same to machines.",
  "Sign in with `POST /v1/session`; browsers keep the cookie, scripts ask for `\"token\": true` and send `Authorization: Bearer`. " +
  "Ids are UUIDs, times are RFC 3339 in UTC. Lists are pages: send `next_cursor` back as `cursor`. A POST may carry an `Idempotency-Key`: " +
  "its repetition within a day gets the first answer. A PATCH says which version it has seen, by `version` or `If-Match`. " +
  "Failures are `application/problem+json`; `code` is one of the words under [Problem](#problem).",
  "## Calls",
  ...Object.entries(document.paths).flatMap(([at, methods]) => Object.entries(methods).map(([m, o]) => operation(m, at, o))),
  "## Shapes",
  ...Object.entries(document.components.schemas).sort(([a], [b]) => (a < b ? -1 : 1)).map(([n, s]) => shape(n, s)),
].join("\n\n") + "\n";

if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    process.stderr.write("docs/api.md is not what the API says: build/sambung openapi | tools/gen_api_doc.mjs > docs/api.md\n");
    process.exit(1);
  }
} else {
  process.stdout.write(text);
}
