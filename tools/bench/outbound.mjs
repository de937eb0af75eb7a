// P10: messages delivered per second to a provider on loopback that answers after 50 ms, one worker.
const LANES = 16;

export async function measureOutbound(bench, { messages }) {
  // those whose window is open: who wrote in another measurement may have done so long ago
  const open = `SELECT id FROM conversation WHERE org_id = '${bench.org}' AND window_closes_at > now() + interval '1 hour'`;
  const ids = (await bench.sql(`${open} LIMIT ${messages}`)).split("\n");

  const worker = bench.pid("worker");
  process.kill(worker, "SIGSTOP"); // queue first, then let go: the worker's rate, not ours
  try {
    let next = 0;
    const lane = async () => {
      while (next < ids.length) {
        const id = ids[next++];
        await bench.client.post(`/v1/conversations/${id}/messages`, { kind: "text", body: "On its way." });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    bench.provider.reset();
    process.kill(worker, "SIGCONT");
  }
  const { first, last, count } = await bench.provider.waitForSends(ids.length);
  const seconds = (last - first) / 1000;
  return [{ id: "P10", value: count / seconds, unit: "messages/s", bar: ">= 300",
    note: `${count} messages in ${seconds.toFixed(1)} s to a provider answering in 50 ms` }];
}
