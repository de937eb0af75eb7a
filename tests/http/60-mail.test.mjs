// Mail of our own, from the queue to where it ends: files, Resend, a mail server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { startServer, run } from "./harness.mjs";

test("x", async () => {
  const server = await startServer();
  console.log(await run(server.binary, ["mail", "test", "siti@example.com"], { env: { PATH: process.env.PATH, SAMBUNG_DATA: server.data } }));
  console.log(await run("sh", ["-c", `ls -la ${server.data}/mail; cat ${server.data}/mail/*.eml`]));
  console.log(await run(server.binary, ["mail", "list"], { env: { PATH: process.env.PATH, SAMBUNG_DATA: server.data } }));
  await server.stop();
});
