-- name: delivery_lock
-- The conversation of a message, locked: one step at a time in each.
SELECT v.id
  FROM conversation AS v
 WHERE v.org_id = $1
   AND v.id = (SELECT m.conversation_id FROM message AS m WHERE m.org_id = $1 AND m.id = $2)
   FOR NO KEY UPDATE;

-- name: delivery_select
-- Everything that decides whether a message may leave now, and how.  A person may have two
-- addresses on a channel: the one that others know, and one that holds only for us ("-scoped").
SELECT m.conversation_id, v.contact_id, v.assignee_id, v.team_id,
       m.kind, m.body, m.state, m.send_at, m.delivery_job, m.channel_id,
       ch.kind AS channel_kind, ch.state AS channel_state, v.window_closes_at,
       coalesce(CASE WHEN i.kind = ch.kind THEN i.value END,
                (SELECT p.value FROM contact_identity AS p
                  WHERE p.org_id = $1 AND p.contact_id = v.contact_id AND p.kind = ch.kind
                  ORDER BY p.id DESC LIMIT 1)) AS address,
       coalesce(CASE WHEN i.kind = ch.kind || '-scoped' THEN i.value END,
                (SELECT p.value FROM contact_identity AS p
                  WHERE p.org_id = $1 AND p.contact_id = v.contact_id
                    AND p.kind = ch.kind || '-scoped'
                  ORDER BY p.id DESC LIMIT 1)) AS scoped_id,
       r.provider_id AS reply_to,
       f.id AS first_id, f.send_at AS first_send_at,
       EXISTS (SELECT 1 FROM message AS o
                WHERE o.org_id = $1 AND o.conversation_id = m.conversation_id
                  AND o.state = 'sending' AND o.id <> $2) AS other_sending,
       h.next_send_at, coalesce(h.last_outbound_at > now() - interval '5 seconds', false) AS noted,
       a.id AS attachment_id, a.name AS file_name, a.media_type AS file_type,
       a.sha256 AS file_sha256, a.provider_ref AS file_id
  FROM message AS m
  JOIN conversation AS v ON v.org_id = $1 AND v.id = m.conversation_id
  JOIN contact_identity AS i ON i.org_id = $1 AND i.id = v.identity_id
  JOIN channel AS ch ON ch.org_id = $1 AND ch.id = m.channel_id
  LEFT JOIN channel_health AS h ON h.org_id = $1 AND h.channel_id = m.channel_id
  LEFT JOIN message AS r ON r.org_id = $1 AND r.id = m.reply_to_id
  LEFT JOIN LATERAL (
       SELECT q.id, q.send_at
         FROM message AS q
        WHERE q.org_id = $1 AND q.conversation_id = m.conversation_id
          AND q.state IN ('queued', 'sending')
        ORDER BY q.id
        LIMIT 1) AS f ON true
  LEFT JOIN LATERAL (
       SELECT t.id, t.name, t.media_type, t.sha256, t.provider_ref
         FROM attachment AS t
        WHERE t.org_id = $1 AND t.message_id = $2
        ORDER BY t.id
        LIMIT 1) AS a ON true
 WHERE m.org_id = $1 AND m.id = $2;

-- name: delivery_start
-- The call begins; whose call it is decides who may say later that it was cut off.
UPDATE message
   SET state = 'sending', delivery_job = $3, error_code = NULL, error_text = NULL,
       version = version + 1, updated_at = now()
 WHERE org_id = $1 AND id = $2 AND state = 'queued'
RETURNING version;

-- name: delivery_note_provider_id
-- Its name at the provider, known late.
UPDATE message
   SET provider_id = $3
 WHERE org_id = $1 AND id = $2 AND provider_id IS NULL;

-- name: delivery_select_next
-- Whose turn it is in a conversation.
SELECT id, state, send_at
  FROM message
 WHERE org_id = $1 AND conversation_id = $2 AND state IN ('queued', 'sending')
 ORDER BY id
 LIMIT 1;

-- name: delivery_note_outbound
-- The channel works; not written for each message.
UPDATE channel_health
   SET last_outbound_at = now()
 WHERE org_id = $1
   AND channel_id = (SELECT m.channel_id FROM message AS m WHERE m.org_id = $1 AND m.id = $2)
   AND (last_outbound_at IS NULL OR last_outbound_at < now() - interval '5 seconds');
