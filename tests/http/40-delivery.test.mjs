// A provider as it really is: refusing, limiting, failing, hanging, cutting off.  Whatever it does, a message ends in
// a state that is true, and is never taken twice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually, openInbox } from "./inbox.mjs";

let inbox;
let owner;
let provider;

before(async () => {
  inbox = await openInbox();
  ({ owner, provider } = inbox);
});
after(() => inbox?.close());

const channel = () => owner.get(`/v1/channels/${inbox.channel.id}`);
const patient = { tries: 800 };

/** One message while the provider behaves so; the message as asked for. */
async function sendWhile(...behaviours) {
  const { conversation } = await inbox.meet();
  provider.next(...behaviours);
  return inbox.reply(conversation, `while ${JSON.stringify(behaviours)}`);
}

// ---- refused for good ----

test("each refusal ends as failed, with its code and words that an agent can act on", async () => {
  const cases = [
    [{ status: 400, code: 100 }, "100", /did not accept this message/],
    [{ status: 400, code: 131026 }, "131026", /not on WhatsApp/],
    [{ status: 400, code: 131047 }, "131047", /24 hours/],
    [{ status: 400, code: 131051 }, "131051", /kind of message/],
    [{ status: 400, code: 130472 }, "130472", /experiment/],
    [{ status: 400, code: 131021 }, "131021", /own number/],
    [{ status: 400, code: 999999, message: "(#999999) Meta's own words" }, "999999", /Meta's own words/],
    [{ status: 400, errorBody: false }, "http_400", /did not accept/],
    [{ status: 404, errorBody: false }, "http_404", /did not accept/],
  ];
  for (const [behaviour, code, words] of cases) {
    const message = await sendWhile(behaviour);
    const failed = await inbox.untilState(message, "failed");
    assert.equal(failed.error_code, code);
    assert.match(failed.error_text, words);
    assert.equal(inbox.sendsOf(message).length, 0);
  }
});

// ---- the account ----

test("a refused token makes the channel degraded, keeps the message, and all is well when it is mended", async () => {
  const message = await sendWhile({ status: 401 });
  const ill = await eventually("the channel says so", async () => {
    const now = await channel();
    return now.state === "degraded" && now;
  });
  assert.match(ill.health.last_error, /access token/);
  assert.ok(ill.health.last_error_at);
  const waiting = await inbox.message(message);
  assert.deepEqual([waiting.state, waiting.error_code], ["queued", "190"]);
  await inbox.untilState(message, "sent", patient);
  assert.equal(inbox.sendsOf(message).length, 1);
  await eventually("the channel is well", async () => (await channel()).state === "connected");
});

// ---- later ----

test("what is certainly not sent is tried again, and sent once", async () => {
  const cases = [
    [{ status: 429 }], [{ status: 503, errorBody: false }], [{ status: 500, code: 131000 }], [{ status: 500, code: 2 }],
    [{ status: 400, code: 131056 }, {}], [{ status: 429, errorBody: false }, { status: 503 }],
  ];
  const messages = [];
  for (const behaviours of cases) {
    const message = await sendWhile(...behaviours);
    messages.push(message);
    await eventually("it was tried", async () => (await inbox.message(message)).state !== "sending" && ((await inbox.message(message)).error_code || (await inbox.message(message)).state === "sent"));
  }
  for (const message of messages) {
    const sent = await inbox.untilState(message, "sent", patient);
    assert.deepEqual([sent.error_code, sent.error_text], [null, null], "nothing is left of the trouble");
    assert.equal(inbox.sendsOf(message).length, 1);
  }
});

test("Retry-After is obeyed, by the whole channel", async () => {
  const began = Date.now();
  const limited = await sendWhile({ status: 429, retryAfter: 5 });
  await eventually("the limit was met", async () => (await inbox.message(limited)).error_code === "130429");
  const other = await inbox.reply((await inbox.meet()).conversation, "another customer");
  for (const message of [limited, other]) {
    await inbox.untilState(message, "sent", patient);
    const [send] = inbox.sendsOf(message);
    assert.ok(send.at - began >= 4900, `not before its time: ${send.at - began} ms`);
    assert.equal(inbox.sendsOf(message).length, 1);
  }
});

test("a message that waits to be tried again can be taken back", async () => {
  const message = await sendWhile({ status: 429, retryAfter: 2 });
  await eventually("the limit was met", async () => (await inbox.message(message)).error_code === "130429");
  assert.equal((await owner.post(`/v1/messages/${message.id}/cancel`)).state, "cancelled");
  const next = await sendWhile();
  await inbox.untilState(next, "sent", patient);
  assert.equal(inbox.sendsOf(message).length, 0);
});

test("a provider that cannot be reached is tried again", async () => {
  const gone = await openInbox();
  try {
    const { conversation } = await gone.meet();
    const { port } = gone.provider.server.address();
    await gone.provider.stop();
    const message = await gone.reply(conversation, "is anybody there?");
    const waiting = await eventually("it was tried", async () => {
      const now = await gone.message(message);
      return now.error_code && now;
    });
    assert.deepEqual([waiting.state, waiting.error_code], ["queued", "not_sent"]);
    gone.provider.server.listen(port, "127.0.0.1");
    await gone.untilState(message, "sent", patient);
    assert.equal(gone.sendsOf(message).length, 1);
  } finally {
    await gone.close();
  }
});

// ---- nobody knows ----

test("no answer, half an answer and one that says nothing are uncertain, and never sent again", async () => {
  const cases = [
    [{ reset: "before" }, 0], [{ reset: "after" }, 1], [{ truncate: true }, 1], [{ body: "<html>ok</html>" }, 1], [{ body: "" }, 1], [{ body: "{}" }, 1],
    [{ body: '{"messages":[]}' }, 1], [{ status: 500, errorBody: false }, 0], [{ status: 502, errorBody: false }, 0],
    [{ status: 504, errorBody: false }, 0], [{ hang: "before" }, 0], [{ hang: "after" }, 1],
  ];
  const messages = [];
  for (const [behaviour, times] of cases) {
    const waiting = provider.requests;
    messages.push([await sendWhile(behaviour), behaviour, times]);
    await eventually("the call has begun", () => provider.requests > waiting);
  }
  for (const [message, behaviour, times] of messages) {
    const uncertain = await inbox.untilState(message, "uncertain", { tries: 1200 });
    assert.match(uncertain.error_text, /may have been sent/, JSON.stringify(behaviour));
    assert.equal(inbox.sendsOf(message).length, times, JSON.stringify(behaviour));
  }
  const witness = await sendWhile({ status: 429 }); // the back-off of a retry is over when it has been sent
  await inbox.untilState(witness, "sent", patient);
  for (const [message, behaviour, times] of messages) {
    assert.equal((await inbox.message(message)).state, "uncertain", JSON.stringify(behaviour));
    assert.equal(inbox.sendsOf(message).length, times, JSON.stringify(behaviour));
  }
});

test("an odd id is taken as it is, and one that another message has is left out", async () => {
  for (const id of ['"wamid.odd 1"', "7", '"wamid.odd 1"', "7"]) {
    const message = await sendWhile({ body: `{"messages":[{"id":${id}}]}` });
    await inbox.untilState(message, "sent");
    assert.equal(inbox.sendsOf(message).length, 1);
  }
});

test("a status with our reference settles what was uncertain, whatever it says", async () => {
  for (const status of ["sent", "delivered", "read", "failed"]) {
    const message = await sendWhile({ reset: "after" });
    await inbox.untilState(message, "uncertain");
    const [send] = inbox.sendsOf(message);
    await inbox.report(send, status, { code: 131026 });
    const settled = await inbox.untilState(message, status);
    assert.equal(settled.error_code, status === "failed" ? "131026" : null);
    assert.equal(inbox.sendsOf(message).length, 1);
    if (status === "failed") continue;
    await inbox.report({ ...send, reference: null }, "read");
    await inbox.untilState(message, "read"); // by the provider's id, which the first status taught us
  }
});

test("an uncertain message does not hold up the ones behind it", async () => {
  const { conversation } = await inbox.meet();
  provider.next({ reset: "after" });
  const first = await inbox.reply(conversation, "first");
  const second = await inbox.reply(conversation, "second");
  await inbox.untilState(second, "sent");
  assert.equal((await inbox.message(first)).state, "uncertain");
});

test("a slow provider does not stop the others' messages, and the API answers meanwhile", async () => {
  const slow = await Promise.all(Array.from({ length: 8 }, () => inbox.meet()));
  provider.next(...slow.map(() => ({ delayMs: 3000 })));
  const began = provider.requests;
  const waiting = await Promise.all(slow.map(({ conversation }) => inbox.reply(conversation, "slow")));
  await eventually("all calls have begun", () => provider.requests >= began + 8);
  const quick = await sendWhile();
  await inbox.untilState(quick, "sent");
  assert.ok(waiting.every((m) => inbox.sendsOf(m).length === 0), "the slow ones are still on their way");
  for (const message of waiting) await inbox.untilState(message, "sent");
});

test("the channel's card shows what happened last", async () => {
  const { health } = await channel();
  assert.ok(health.last_inbound_at && health.last_outbound_at && health.last_error_at);
  await eventually("nothing waits", async () => (await channel()).health.queued === 0, patient);
  assert.equal(health.failed_inbound, 0);
});
