// The description of the API, and what is generated from it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import path from "node:path";
import { test } from "node:test";
import { root, run, startServer } from "./harness.mjs";

const binary = process.env.SAMBUNG_BINARY ?? path.join(root, "build/sambung");
const described = run(binary, ["openapi"], { env: { PATH: process.env.PATH, SAMBUNG_DATA: "/tmp" } });

/** A tool of ours with the description as its input: exit code and complaint. */
async function check(tool) {
  const child = spawn(process.execPath, [path.join(root, "tools", tool), "--check"], { stdio: ["pipe", "ignore", "pipe"] });
  let complaint = "";
  child.stderr.on("data", (d) => (complaint += d));
  child.stdin.end(await described);
  const code = await new Promise((resolve) => child.once("close", resolve));
  return { code, complaint };
}

test("the pages' types are those of the API", async () => {
  assert.deepEqual(await check("gen_types.mjs"), { code: 0, complaint: "" });
});

test("docs/api.md is the API's", async () => {
  assert.deepEqual(await check("gen_api_doc.mjs"), { code: 0, complaint: "" });
});

test("the server describes itself in the same words", async () => {
  const server = await startServer();
  try {
    const answer = await server.fetch("/openapi.json");
    assert.equal(answer.headers.get("content-type"), "application/json");
    assert.deepEqual(await answer.json(), JSON.parse(await described));
  } finally {
    await server.stop();
  }
});
