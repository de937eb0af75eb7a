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
  if (first === "object" && !schema.properties) {
    const of = [schema.additionalProperties.type ?? "any JSON"].flat();
    return `object of ${of.join(" or ")}${null_}`;
  }
  if (first === "object") return `{ ${Object.entries(schema.properties).map(([n, p]) => `${n}: ${type(p)}`).join(", ")} }`;
  const limit = schema["x-max-bytes"] ? `, at most ${schema["x-max-bytes"]} bytes` : schema.maximum ? `, at most ${schema.maximum}` : "";
  return (schema.format ?? first) + null_ + limit;
}

const part = (name) => document.components.parameters[name];

function operation(method, at, o) {
  const needs = o.security.some((s) => s.visitor) ? "a visitor's token" : o["x-permission"];
  const out = [`### ${method.toUpperCase()} ${at}`, "", `${o.summary}. Needs: ${needs}.`];
  const query = o.parameters.filter((p) => p.in === "query");
  const said = (schema) => (schema.description ? `: ${schema.description}` : "");
  if (query.length) out.push("", ...query.map((p) => `- \`?${p.name}=\` ${type(p.schema)}${p.required ? ", required" : ""}${said(p.schema)}`));
  const headers = o.parameters.filter((p) => p.$ref).map((p) => `\`${part(p.$ref.split("/").pop()).name}\``);
  if (headers.length) out.push("", `Takes ${headers.join(", ")}.`);
  const [kind, body] = Object.entries(o.requestBody?.content ?? {})[0] ?? [];
  if (body) out.push("", `Body: ${kind === "application/json" ? type(body.schema) : "raw bytes"}.`);
  const [status, answer] = Object.entries(o.responses).find(([s]) => s !== "default");
  const [sort, { schema: shape } = {}] = Object.entries(answer.content ?? {})[0] ?? [];
  const shown = shape && (sort === "application/json" && shape.format !== "binary" ? type(shape) : `\`${sort}\``);
  out.push("", `Answer: ${status}${shown ? `, ${shown}` : ""}.`);
  return out.join("\n");
}

function shape(name, s) {
  const rows = Object.entries(s.properties).map(([n, p]) => `| ${n} | ${type(p)}${p.description ? `: ${p.description}` : ""} | ${s.required?.includes(n) ? "yes" : ""} |`);
  return [`### ${name}`, "", "| member | type | always there |", "|---|---|---|", ...rows].join("\n");
}

const text = [
  "# The HTTP API",
  "Generated from the route table and the field tables by `tools/gen_api_doc.mjs`; `GET /openapi.json` says the same to machines.",
  "Sign in with `POST /v1/session`; browsers keep the cookie (`__Host-sambung`, on a loopback address `sambung`), scripts ask for `\"token\": true` and send " +
  "`Authorization: Bearer ses_...`. With the cookie, whatever changes something must carry the `Origin` of the server's own address, and so must opening " +
  "`/v1/events`: 403 `bad_origin` otherwise. With a bearer token `Origin` is not looked at. " +
  "A web chat's visitor gets a token of their own from `POST /chat/{id}/visitor` and sends `Authorization: Bearer vis_...`; it is good for that chat and that site only.",
  "Ids are UUIDs, times are RFC 3339 in UTC. Lists are pages: send `next_cursor` back as `cursor`; `limit` is 1 to 100 where the call says nothing else. Lengths are bytes of UTF-8. " +
  "What is not known, in a body or a query, is refused by name.",
  "**Repeating.** Calls that take an `Idempotency-Key` (1 to 200 visible ASCII characters; they say so below) do the same thing once: a repetition within a day gets the first answer, " +
  "with `Idempotent-Replay: true`. The same key for another body is 422 `idempotency_mismatch`; while the first one is not through, 409. " +
  "Signing in takes none, nor do a visitor's calls other than uploads: a message has its `client_id`.",
  "**Versions.** A PATCH whose body has `version` must say which one it has seen: there, or by `If-Match` with the `ETag` (`\"4\"`, also `W/\"4\"`); `If-Match: *` is whatever there is. " +
  "Another version is 409 `stale_version`. A GET with `If-None-Match` is 304 when nothing has changed.",
  "**How often.** Answers to API calls say `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` (seconds). 429 and 503 say `Retry-After` (seconds). " +
  "Every answer has an `X-Request-Id`, which names it in the server's log; one that is sent, of letters, digits, `-`, `_` and `.`, at most 64, is taken over.",
  "Failures are `application/problem+json`; `code` is one of the words under [Problem](#problem), `field` is the input at fault. The two event streams are WebSockets: without a handshake, 426.",
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
