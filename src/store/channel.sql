-- name: channel_list
-- Channels with what they did last.  Counting stops at 1000.
SELECT ch.id, ch.kind, ch.name, ch.state, ch.settings, ch.secrets IS NOT NULL AS has_secrets,
       coalesce(ch.silence_alarm_minutes, 0) AS silence_alarm_minutes, ch.token_expires_at,
       ch.created_at, ch.version,
       h.last_inbound_at, h.last_outbound_at, h.last_error_at, h.last_error,
       ch.state <> 'disconnected' AND ch.silence_alarm_minutes IS NOT NULL
           AND coalesce(h.last_inbound_at, ch.created_at)
               < now() - ch.silence_alarm_minutes * interval '1 minute' AS silent,
       (SELECT count(*)
          FROM (SELECT 1 FROM inbound i
                 WHERE i.org_id = $1 AND i.channel_id = ch.id AND i.state = 'failed'
                 LIMIT 1000) AS failed) AS failed_inbound,
       (SELECT count(*)
          FROM (SELECT 1 FROM message m
                 WHERE m.org_id = $1 AND m.channel_id = ch.id AND m.state IN ('queued', 'sending')
                 LIMIT 1000) AS waiting) AS queued
  FROM channel ch
  LEFT JOIN channel_health h ON h.org_id = $1 AND h.channel_id = ch.id
 WHERE ch.org_id = $1

-- fragment: channel_of_id
   AND ch.id = $?

-- fragment: channel_by_age
 ORDER BY ch.created_at, ch.id LIMIT 200

-- name: channel_lock
-- The row, for changing it.
SELECT id, kind, name, state, settings, secrets IS NOT NULL AS has_secrets,
       coalesce(silence_alarm_minutes, 0) AS silence_alarm_minutes, token_expires_at,
       created_at, version
  FROM channel
 WHERE org_id = $1 AND id = $2
   FOR UPDATE;

-- name: channel_select_sealed
-- What sending and checking a signature need.
SELECT id, kind, name, state, settings, secrets, version
  FROM channel
 WHERE org_id = $1 AND id = $2;

-- name: channel_insert
-- A new connection.
INSERT INTO channel (org_id, id, kind, name, state, settings, secrets, silence_alarm_minutes,
                     token_expires_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8::bigint, 0), $9);

-- name: channel_health_insert
-- Nothing happened yet.
INSERT INTO channel_health (org_id, channel_id)
VALUES ($1, $2);

-- name: channel_update
-- What its form holds; null secrets keep the ones that are there.
UPDATE channel
   SET name = $3, state = $4, settings = $5, silence_alarm_minutes = nullif($6::bigint, 0),
       secrets = coalesce($7, secrets), token_expires_at = $8, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: channel_update_state
-- Better or worse, but never back from disconnected.
UPDATE channel
   SET state = $3, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2 AND state <> $3 AND state <> 'disconnected'
RETURNING version;

-- name: channel_disconnect
-- The end of a connection: its secrets go.
UPDATE channel
   SET state = 'disconnected', secrets = NULL, token_expires_at = NULL, updated_at = now(),
       version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: channel_health_inbound
-- Something came in; not written for each webhook.
UPDATE channel_health
   SET last_inbound_at = $3
 WHERE org_id = $1 AND channel_id = $2
   AND (last_inbound_at IS NULL OR last_inbound_at < $3::timestamptz - interval '5 seconds');

-- name: channel_health_outbound
-- The provider took something.
UPDATE channel_health
   SET last_outbound_at = greatest(last_outbound_at, $3)
 WHERE org_id = $1 AND channel_id = $2;

-- name: channel_health_error
-- Something went wrong.
UPDATE channel_health
   SET last_error_at = now(), last_error = $3
 WHERE org_id = $1 AND channel_id = $2;

-- name: channel_health_reserve
-- The next free moment to send at, one step of $3 microseconds after the one before it.  By the
-- statement's own clock: the transaction may have waited for this row.
UPDATE channel_health
   SET next_send_at = greatest(next_send_at, clock_timestamp())
                      + $3::bigint * interval '1 microsecond'
 WHERE org_id = $1 AND channel_id = $2
RETURNING next_send_at - $3::bigint * interval '1 microsecond' AS at;

-- name: channel_health_hold
-- Nothing before that moment.
UPDATE channel_health
   SET next_send_at = greatest(next_send_at, $3)
 WHERE org_id = $1 AND channel_id = $2;
