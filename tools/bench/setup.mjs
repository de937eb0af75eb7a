// What is measured: a server of our own with a WhatsApp channel at a fake provider, and tables filled.
import { Server } from "../../tests/http/harness.mjs";

export const APP_SECRET = "bench-app-secret";
export const PHONE_ID = "106540352242922";

export class Bench extends Server {
  static async start({ provider }) {
    const bench = new Bench({
      env: { SAMBUNG_LOG_LEVEL: "warn", SAMBUNG_RATE_PERCENT: "0" },
      egress: { "graph.facebook.com": provider.url, "lookaside.fbsbx.com": provider.url },
    });
    bench.provider = provider;
    await bench.start();
    await bench.enter();
    const channel = await bench.client.post("/v1/channels", {
      kind: "whatsapp",
      name: "Bench",
      settings: { phone_number_id: PHONE_ID },
      secrets: { access_token: "bench-token", app_secret: APP_SECRET, verify_token: "bench-verify" },
    });
    bench.channel = channel.id;
    return bench;
  }

  async enter() {
    this.client = await this.signIn();
    this.token = this.client.token;
    this.org = this.client.session.org.id;
    this.user = this.client.session.user.id;
  }
}

/** Conversations with messages, straight into the tables; what a page reads does not care how they came. */
export async function fill(bench, { conversations, messages }) {
  await bench.sql(`
    BEGIN;
    INSERT INTO contact (org_id, id, name)
      SELECT '${bench.org}', md5('c' || n)::uuid, 'Customer ' || n FROM generate_series(1, ${conversations}) n;
    INSERT INTO contact_identity (org_id, id, contact_id, kind, value, display)
      SELECT '${bench.org}', md5('i' || n)::uuid, md5('c' || n)::uuid, 'whatsapp', (60110000000 + n)::text, '+' || (60110000000 + n)
        FROM generate_series(1, ${conversations}) n;
    INSERT INTO conversation (org_id, id, contact_id, channel_id, identity_id, number, sort_at, last_message_at, last_inbound_at,
                              last_preview, last_kind, last_direction, last_state, inbound_count, window_closes_at)
      SELECT '${bench.org}', md5('v' || n)::uuid, md5('c' || n)::uuid, '${bench.channel}', md5('i' || n)::uuid, 1000000 + n,
             now() - n * interval '1 minute', now() - n * interval '1 minute', now() - n * interval '1 minute',
             'Is this colour still in stock? We would need two.', 'text', 'in', 'received', 3, now() + interval '20 hours'
        FROM generate_series(1, ${conversations}) n;
    INSERT INTO message (org_id, id, conversation_id, channel_id, direction, kind, author, body, provider_id, at, state)
      SELECT '${bench.org}', md5('m' || n)::uuid, md5('v' || (1 + n % ${conversations}))::uuid, '${bench.channel}',
             CASE n % 2 WHEN 0 THEN 'in' ELSE 'out' END, 'text', CASE n % 2 WHEN 0 THEN 'contact' ELSE 'system' END,
             'Message ' || n || ': is this colour still in stock? We would need two by Friday.', 'fill.' || n,
             now() - n * interval '1 second', CASE n % 2 WHEN 0 THEN 'received' ELSE 'delivered' END
        FROM generate_series(1, ${messages}) n;
    COMMIT;`);
  await bench.sql("ANALYZE", "sambung_owner");
}
