// Meta's published description of the Cloud API as a judge of what we send.
// SAMBUNG_CONTRACTS names the folder with the repaired OpenAPI file; without it nothing can be judged.
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import Ajv2020 from "ajv/dist/2020.js";

const file = path.join(process.env.SAMBUNG_CONTRACTS ?? "", "messaging/meta-whatsapp/whatsapp-cloud-api-v23.patched.openapi.json");

export const missing =
  process.env.SAMBUNG_CONTRACTS && existsSync(file) ? false : "SAMBUNG_CONTRACTS is not set: nothing was compared with Meta's schema";

export class WhatsappSchema {
  constructor() {
    this.spec = JSON.parse(readFileSync(file, "utf8"));
    this.ajv = new Ajv2020({ strict: false, allErrors: false, validateFormats: false });
    this.ajv.addSchema(this.spec, "meta");
    // The published schema forbids no unknown member: we do, at the top, where a wrong word would be lost silently.
    this.message = this.ajv.compile({ allOf: [{ $ref: "meta#/components/schemas/Message" }], unevaluatedProperties: false });
  }

  /** What is wrong with the body of a send; null when nothing is. */
  complaint(body) {
    return this.message(body) ? null : this.ajv.errorsText(this.message.errors);
  }

  /** The operation that a request is, or an Error that says why it is none.  Ids are told apart by their queries only. */
  operation(method, url) {
    const { pathname, searchParams } = new URL(url);
    const parts = pathname.split("/").slice(1);
    for (const [template, item] of Object.entries(this.spec.paths)) {
      const names = template.split("/").slice(1);
      const operation = item[method.toLowerCase()];
      if (!operation || names.length !== parts.length) continue;
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])].map((p) => this.#resolve(p));
      const known = new Set(parameters.filter((p) => p.in === "query").map((p) => p.name));
      const fits = names.every((name, i) => this.#fits(name, parts[i], parameters));
      if (fits && [...searchParams.keys()].every((name) => known.has(name))) return { template, operation };
    }
    throw new Error(`Meta has no operation ${method} ${url}`);
  }

  #resolve(object) {
    if (!object.$ref) return object;
    return object.$ref.slice(2).split("/").reduce((at, key) => at[key], this.spec);
  }

  #fits(name, part, parameters) {
    if (!name.startsWith("{")) return name === part;
    const pattern = parameters.find((p) => p.in === "path" && `{${p.name}}` === name)?.schema?.pattern;
    return part.length > 0 && (!pattern || new RegExp(pattern).test(part));
  }
}
