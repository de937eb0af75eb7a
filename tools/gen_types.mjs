#!/usr/bin/env node
// TypeScript types of the API, from its description:
//
//   build/sambung openapi | tools/gen_types.mjs > web/app/api-types.ts
//   build/sambung openapi | tools/gen_types.mjs --check     fails when the file is another
//
// The description names whole answers.  What lies inside them and deserves a name of its own gets it
// from the tables below; so do objects that the program passes on without knowing their members.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const target = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../web/app/api-types.ts");

/** Where in the description it stands -> what it is called here. */
const names = {
  "AuditPage.items[]": "AuditEntry",
  "ChannelKindList.items[]": "ChannelKind",
  "ChannelKindList.items[].settings[]": "ChannelSetting",
  "Channel.health": "ChannelHealth",
  "Channel.state": "ChannelState",
  "Contact.identities[]": "Identity",
  "Conversation.state": "ConversationState",
  "DeviceList.items[]": "Device",
  "DraftList.items[]": "Draft",
  "Field.type": "FieldType",
  "AssignmentList.items[]": "AssignmentRule",
  "Hours.holidays[]": "Holiday",
  "Hours.hours[]": "WorkSpan",
  "InboundPage.items[]": "InboundItem",
  "LinkedAccountList.items[]": "LinkedAccount",
  "KeyList.items[]": "Key",
  "MemberList.items[]": "Member",
  "Message.author": "AuthorKind",
  "Message.direction": "Direction",
  "Message.kind": "MessageKind",
  "Message.reactions[]": "Reaction",
  "Message.reply_to": "QuotedMessage",
  "Message.state": "MessageState",
  "Session.availability": "Availability",
  "SessionList.items[]": "SessionItem",
  "SignInPage.items[]": "SignIn",
  "SignInProviderList.items[]": "SignInProvider",
  "StageList.items[]": "Stage",
  "Team.method": "AssignmentMethod",
};

/** Any JSON, as far as the program is concerned. */
const opaque = {
  "Message.payload": "Record<string, unknown>",
};

const document = JSON.parse(readFileSync(0, "utf8"));
const out = new Map(); // name -> declaration
const unions = new Map(); // words -> name, so that the same list is the same type everywhere

const words = (list) => list.filter((w) => w !== null).map((w) => `'${w}'`).join(" | ");

function collectUnions(schema, place) {
  if (schema.enum && names[place]) unions.set(words(schema.enum), names[place]);
  for (const part of schema.anyOf ?? []) collectUnions(part, place);
  for (const [name, member] of Object.entries(schema.properties ?? {})) collectUnions(member, `${place}.${name}`);
  if (schema.items) collectUnions(schema.items, `${place}[]`);
}

function union(list) {
  const text = words(list);
  return unions.get(text) ?? text;
}

function members(schema, place) {
  return Object.entries(schema.properties).map(([name, member]) => {
    const text = type(member, `${place}.${name}`);
    // What may be null may be left out too, where the pages make such an object themselves.
    const must = schema.required?.includes(name) && !text.endsWith("null");
    return `${name}${must ? "" : "?"}: ${text};`;
  });
}

function object(schema, place) {
  const lines = members(schema, place);
  const name = names[place];
  if (!name) return `{ ${lines.join(" ").replace(/;$/, "")} }`;
  out.set(name, `export interface ${name} {\n${lines.map((l) => `  ${l}\n`).join("")}}`);
  return name;
}

/** An object whose members have no fixed names. */
function map(schema, place) {
  if (opaque[place]) return opaque[place];
  const of = [schema.additionalProperties.type ?? "unknown"].flat().map((one) => (one === "integer" ? "number" : one));
  return `Record<string, ${of.join(" | ")}>`;
}

function bare(schema, place) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.enum) return union(schema.enum);
  switch ([schema.type].flat()[0]) {
    case "object": return schema.properties ? object(schema, place) : map(schema, place);
    case "array": {
      const item = type(schema.items, `${place}[]`);
      return item.includes("|") ? `(${item})[]` : `${item}[]`;
    }
    case "integer":
    case "number": return "number";
    case "boolean": return "boolean";
    case "string": return "string";
    default: return opaque[place] ?? "unknown";
  }
}

function type(schema, place) {
  if (schema.anyOf) return schema.anyOf.map((s) => (s.type === "null" ? "null" : bare(s, place))).join(" | ");
  return bare(schema, place) + ([schema.type].flat().includes("null") ? " | null" : "");
}

function generate() {
  const schemas = document.components.schemas;
  for (const [name, schema] of Object.entries(schemas)) collectUnions(schema, name);
  for (const [text, name] of unions) out.set(name, `export type ${name} = ${text};`);
  out.set("Page", "export interface Page<T> {\n  items: T[];\n  next_cursor: string | null;\n}");
  for (const [name, schema] of Object.entries(schemas)) {
    const lines = members(schema, name);
    out.set(name, `export interface ${name} {\n${lines.map((l) => `  ${l}\n`).join("")}}`);
  }
  const sorted = [...out.keys()].sort();
  return ["/* The shapes that the API speaks.  Generated from its description by tools/gen_types.mjs. */", ...sorted.map((n) => out.get(n))].join("\n\n") + "\n";
}

const text = generate();
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== text) {
    process.stderr.write(`${path.relative(process.cwd(), target)} is not what the API says: build/sambung openapi | tools/gen_types.mjs > ${path.relative(process.cwd(), target)}\n`);
    process.exit(1);
  }
} else {
  process.stdout.write(text);
}
