-- name: conversation_select
-- The row itself.
SELECT id, contact_id, channel_id, identity_id, number, state, snoozed_until, assignee_id, team_id,
       queued_at, sort_at, last_message_at, last_inbound_at, last_message_id, inbound_count, waiting_since,
       first_reply_at, window_closes_at, version, basis_version
  FROM conversation
 WHERE org_id = $1

-- fragment: conversation_row_of_id
   AND id = $?

-- fragment: conversation_row_due
   AND id = $? AND state = 'snoozed' AND snoozed_until <= now()

-- fragment: conversation_row_of_identity
   AND channel_id = $? AND identity_id = $?

-- fragment: conversation_row_of_address
   AND channel_id = $?
   AND identity_id = (SELECT i.id FROM contact_identity i
                       WHERE i.org_id = $1 AND i.kind = $? AND i.value = $?)

-- fragment: conversation_rows_of_contact
   AND contact_id = $?

-- fragment: conversation_rows_queued
-- What waits for one of these rules; what somebody else has in hand is passed by.
   AND queued_at IS NOT NULL AND coalesce(team_id, channel_id) = ANY ($?)

-- fragment: conversation_rows_held_by
   AND assignee_id = $? AND state = ANY ($?::text[])

-- fragment: conversation_rows_of_team
   AND team_id = $?

-- fragment: conversation_locked
   FOR UPDATE

-- fragment: conversation_queue_locked
 ORDER BY queued_at, id LIMIT 50 FOR UPDATE SKIP LOCKED

-- fragment: conversation_some_locked
 ORDER BY id LIMIT 50 FOR UPDATE SKIP LOCKED

-- fragment: conversation_first
 ORDER BY state LIMIT 1

-- fragment: conversation_all_locked
 ORDER BY id LIMIT 50 FOR UPDATE

-- name: conversation_list
-- What the inbox shows of a conversation to one reader ($2).  Left joins, though the rows are there:
-- so that the few conversations come first, and the rest is looked up for them.
SELECT v.id, v.number, v.state, v.snoozed_until, v.assignee_id, v.team_id,
       v.contact_id, co.name AS contact_name, co.avatar_id, co.stage_id, co.next_follow_up_at,
       v.channel_id, ch.kind AS channel_kind, ch.name AS channel_name,
       coalesce(nullif(i.display, ''), i.value) AS address,
       v.last_message_at, v.last_preview, v.last_kind, v.last_direction, v.last_state,
       v.last_author_id,
       greatest(v.inbound_count - coalesce(r.inbound_count, 0), 0) AS unread,
       v.attention, v.attention_text, v.window_closes_at, v.waiting_since, v.contact_seen_at,
       v.sort_at, v.version
  FROM conversation v
  LEFT JOIN contact co ON co.org_id = $1 AND co.id = v.contact_id
  LEFT JOIN channel ch ON ch.org_id = $1 AND ch.id = v.channel_id
  LEFT JOIN contact_identity i ON i.org_id = $1 AND i.id = v.identity_id
  LEFT JOIN read_marker r ON r.org_id = $1 AND r.conversation_id = v.id AND r.user_id = $2
 WHERE v.org_id = $1

-- fragment: conversation_of_id
   AND v.id = $?

-- fragment: conversation_of_contacts
   AND v.contact_id = ANY ($?)

-- fragment: conversation_in_state
   AND v.state = $?

-- fragment: conversation_mine
   AND v.assignee_id = $?

-- fragment: conversation_unassigned
   AND v.assignee_id IS NULL

-- fragment: conversation_within
-- The reader's reach, as a plain test: theirs ($?; null: not these), nobody's and no team's, their teams'
-- ($?; null: not these).
   AND (v.assignee_id = $? OR ($? AND v.assignee_id IS NULL AND v.team_id IS NULL)
        OR v.team_id IN (SELECT w.team_id FROM team_member w WHERE w.org_id = $1 AND w.user_id = $?))

-- fragment: conversation_of_team
   AND v.team_id = $?

-- fragment: conversation_on_channel
   AND v.channel_id = $?

-- fragment: conversation_before
   AND (v.sort_at, v.id) < ($?, $?)

-- fragment: conversation_named
-- Whose contact has a word of the name, or an address, that begins so: the first 500 of each.
   AND v.contact_id IN (
       SELECT m.id
         FROM ((SELECT n.id FROM contact n
                 WHERE n.org_id = $1
                   AND n.name_key >= lower($?) COLLATE "C"
                   AND n.name_key < (lower($?) || chr(1114111)) COLLATE "C"
                 ORDER BY n.name_key LIMIT 500)
               UNION ALL
               (SELECT w.contact_id FROM contact_word w
                 WHERE w.org_id = $1
                   AND w.word >= left(lower($?), 60) COLLATE "C"
                   AND w.word < (left(lower($?), 60) || chr(1114111)) COLLATE "C"
                 ORDER BY w.word LIMIT 500)
               UNION ALL
               (SELECT x.contact_id FROM contact_identity x
                 WHERE x.org_id = $1
                   AND x.value COLLATE "C" >= $?
                   AND x.value COLLATE "C" < $? || chr(1114111)
                 LIMIT 500)) AS m)

-- fragment: conversation_pick_26
-- In these states and after the cursor: somebody's (null: not these); nobody's, of any team, of none, or
-- of somebody's (null: not these); all of somebody's teams.  One ordered walk of an index for each state
-- and assignee or team, so that colleagues' conversations are never read.
   AND v.id IN (
       SELECT p.id
         FROM unnest($?::text[]) AS s (state)
        CROSS JOIN LATERAL (
              (SELECT a.id, a.sort_at FROM conversation a
                WHERE a.org_id = $1 AND a.assignee_id = $? AND a.state = s.state
                  AND (a.sort_at, a.id) < ($?, $?)
                ORDER BY a.sort_at DESC, a.id DESC LIMIT 26)
              UNION
              (SELECT b.id, b.sort_at FROM conversation b
                WHERE b.org_id = $1 AND b.assignee_id IS NULL AND b.state = s.state AND $?
                  AND ($? OR ($? AND b.team_id IS NULL)
                       OR b.team_id IN (SELECT w.team_id FROM team_member w
                                         WHERE w.org_id = $1 AND w.user_id = $?))
                  AND (b.sort_at, b.id) < ($?, $?)
                ORDER BY b.sort_at DESC, b.id DESC LIMIT 26)
              UNION
              (SELECT d.id, d.sort_at
                 FROM team_member x
                CROSS JOIN LATERAL (
                      SELECT t.id, t.sort_at FROM conversation t
                       WHERE t.org_id = $1 AND t.team_id = x.team_id AND t.state = s.state
                         AND (t.sort_at, t.id) < ($?, $?)
                       ORDER BY t.sort_at DESC, t.id DESC LIMIT 26) AS d
                WHERE x.org_id = $1 AND x.user_id = $?)) AS p
        ORDER BY p.sort_at DESC, p.id DESC LIMIT 26)

-- fragment: conversation_pick_101
-- In these states and after the cursor: somebody's (null: not these); nobody's, of any team, of none, or
-- of somebody's (null: not these); all of somebody's teams.  One ordered walk of an index for each state
-- and assignee or team, so that colleagues' conversations are never read.
   AND v.id IN (
       SELECT p.id
         FROM unnest($?::text[]) AS s (state)
        CROSS JOIN LATERAL (
              (SELECT a.id, a.sort_at FROM conversation a
                WHERE a.org_id = $1 AND a.assignee_id = $? AND a.state = s.state
                  AND (a.sort_at, a.id) < ($?, $?)
                ORDER BY a.sort_at DESC, a.id DESC LIMIT 101)
              UNION
              (SELECT b.id, b.sort_at FROM conversation b
                WHERE b.org_id = $1 AND b.assignee_id IS NULL AND b.state = s.state AND $?
                  AND ($? OR ($? AND b.team_id IS NULL)
                       OR b.team_id IN (SELECT w.team_id FROM team_member w
                                         WHERE w.org_id = $1 AND w.user_id = $?))
                  AND (b.sort_at, b.id) < ($?, $?)
                ORDER BY b.sort_at DESC, b.id DESC LIMIT 101)
              UNION
              (SELECT d.id, d.sort_at
                 FROM team_member x
                CROSS JOIN LATERAL (
                      SELECT t.id, t.sort_at FROM conversation t
                       WHERE t.org_id = $1 AND t.team_id = x.team_id AND t.state = s.state
                         AND (t.sort_at, t.id) < ($?, $?)
                       ORDER BY t.sort_at DESC, t.id DESC LIMIT 101) AS d
                WHERE x.org_id = $1 AND x.user_id = $?)) AS p
        ORDER BY p.sort_at DESC, p.id DESC LIMIT 101)

-- fragment: conversation_pick_team_26
-- A team's, whatever the state, within the reader's reach: all, theirs, their teams'.
   AND v.id IN (
       SELECT p.id
         FROM unnest(ARRAY['open', 'pending', 'snoozed', 'resolved']) AS s (state)
        CROSS JOIN LATERAL (
              SELECT a.id, a.sort_at FROM conversation a
               WHERE a.org_id = $1 AND a.team_id = $? AND a.state = s.state
                 AND ($? OR a.assignee_id = $?
                      OR a.team_id IN (SELECT w.team_id FROM team_member w
                                        WHERE w.org_id = $1 AND w.user_id = $?))
                 AND (a.sort_at, a.id) < ($?, $?)
               ORDER BY a.sort_at DESC, a.id DESC LIMIT 26) AS p
        ORDER BY p.sort_at DESC, p.id DESC LIMIT 26)

-- fragment: conversation_pick_team_101
-- A team's, whatever the state, within the reader's reach: all, theirs, their teams'.
   AND v.id IN (
       SELECT p.id
         FROM unnest(ARRAY['open', 'pending', 'snoozed', 'resolved']) AS s (state)
        CROSS JOIN LATERAL (
              SELECT a.id, a.sort_at FROM conversation a
               WHERE a.org_id = $1 AND a.team_id = $? AND a.state = s.state
                 AND ($? OR a.assignee_id = $?
                      OR a.team_id IN (SELECT w.team_id FROM team_member w
                                        WHERE w.org_id = $1 AND w.user_id = $?))
                 AND (a.sort_at, a.id) < ($?, $?)
               ORDER BY a.sort_at DESC, a.id DESC LIMIT 101) AS p
        ORDER BY p.sort_at DESC, p.id DESC LIMIT 101)

-- fragment: conversation_pick_any_state_26
-- Whoever has it and whatever its state: the same walk over the states.
   AND v.id IN (
       SELECT p.id
         FROM unnest(ARRAY['open', 'pending', 'snoozed', 'resolved']) AS s (state)
        CROSS JOIN LATERAL (
              SELECT a.id, a.sort_at FROM conversation a
               WHERE a.org_id = $1 AND a.state = s.state AND (a.sort_at, a.id) < ($?, $?)
               ORDER BY a.sort_at DESC, a.id DESC LIMIT 26) AS p
        ORDER BY p.sort_at DESC, p.id DESC LIMIT 26)

-- fragment: conversation_pick_any_state_101
-- Whoever has it and whatever its state: the same walk over the states.
   AND v.id IN (
       SELECT p.id
         FROM unnest(ARRAY['open', 'pending', 'snoozed', 'resolved']) AS s (state)
        CROSS JOIN LATERAL (
              SELECT a.id, a.sort_at FROM conversation a
               WHERE a.org_id = $1 AND a.state = s.state AND (a.sort_at, a.id) < ($?, $?)
               ORDER BY a.sort_at DESC, a.id DESC LIMIT 101) AS p
        ORDER BY p.sort_at DESC, p.id DESC LIMIT 101)

-- fragment: conversation_page_26
 ORDER BY v.sort_at DESC, v.id DESC LIMIT 26

-- fragment: conversation_page_51
 ORDER BY v.sort_at DESC, v.id DESC LIMIT 51

-- fragment: conversation_page_101
 ORDER BY v.sort_at DESC, v.id DESC LIMIT 101

-- fragment: conversation_page_500
 ORDER BY v.sort_at DESC, v.id DESC LIMIT 500

-- name: conversation_count
-- How much there is to do for one reader ($2), who sees all ($3), or only some: their own ($6), those
-- that are nobody's and no team's ($4), those of their teams ($5: the reader again, or null).
-- Counting stops at 100.
SELECT (SELECT count(*)
          FROM (SELECT 1 FROM conversation
                 WHERE org_id = $1 AND assignee_id = $2 AND state = 'open' AND ($3 OR $6)
                 LIMIT 100) AS a) AS mine,
       (SELECT count(*)
          FROM (SELECT 1 FROM conversation
                 WHERE org_id = $1 AND assignee_id IS NULL AND state = 'open'
                   AND ($3 OR ($4 AND team_id IS NULL)
                        OR team_id IN (SELECT w.team_id FROM team_member w
                                        WHERE w.org_id = $1 AND w.user_id = $5))
                 LIMIT 100) AS b) AS unassigned,
       CASE WHEN $3 THEN
           (SELECT count(*)
              FROM (SELECT 1 FROM conversation
                     WHERE org_id = $1 AND state = 'open'
                     LIMIT 100) AS d)
       END AS everyone,
       CASE WHEN $3 THEN 0
       ELSE
           (SELECT count(*)
              FROM (SELECT 1 FROM conversation t
                     WHERE t.org_id = $1 AND t.state = 'open' AND t.assignee_id IS NOT NULL
                       AND (NOT $6 OR t.assignee_id <> $2)
                       AND t.team_id IN (SELECT w.team_id FROM team_member w
                                          WHERE w.org_id = $1 AND w.user_id = $5)
                     LIMIT 100) AS g)
       END AS colleagues,
       CASE WHEN $3 THEN
           (SELECT count(*)
              FROM (SELECT 1 FROM conversation
                     WHERE org_id = $1 AND state = 'snoozed'
                     LIMIT 100) AS e)
       ELSE
           (SELECT count(*)
              FROM (SELECT 1 FROM conversation
                     WHERE org_id = $1 AND assignee_id = $2 AND state = 'snoozed' AND $6
                    UNION ALL
                    SELECT 1 FROM conversation
                     WHERE org_id = $1 AND assignee_id IS NULL AND team_id IS NULL
                       AND state = 'snoozed' AND $4
                    UNION ALL
                    SELECT 1 FROM conversation t
                     WHERE t.org_id = $1 AND t.state = 'snoozed'
                       AND (NOT $6 OR t.assignee_id IS DISTINCT FROM $2)
                       AND t.team_id IN (SELECT w.team_id FROM team_member w
                                          WHERE w.org_id = $1 AND w.user_id = $5)
                     LIMIT 100) AS f)
       END AS snoozed;

-- name: conversation_insert
-- A new thread; nothing when that address has one on that channel.
INSERT INTO conversation (org_id, id, contact_id, channel_id, identity_id, number, state,
                          assignee_id, sort_at, window_closes_at, team_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,
        (SELECT r.team_id FROM assignment_rule r WHERE r.org_id = $1 AND r.owner_id = $4))
ON CONFLICT (org_id, channel_id, identity_id) DO NOTHING
RETURNING team_id;

-- name: conversation_touch_inbound
-- The person wrote.  What comes late (older than what is shown) counts, and is not shown.
UPDATE conversation
   SET inbound_count = inbound_count + 1,
       last_inbound_at = greatest(last_inbound_at, $4),
       waiting_since = CASE WHEN last_message_at > $4 AND last_direction = 'out' THEN waiting_since
                            ELSE coalesce(waiting_since, $4) END,
       window_closes_at = greatest(window_closes_at, $8),
       state = CASE WHEN state IN ('snoozed', 'resolved') THEN 'open' ELSE state END,
       snoozed_until = NULL, attention = NULL, attention_text = NULL,
       sort_at = greatest(sort_at, $4),
       last_message_at = greatest(last_message_at, $4),
       last_message_id = CASE WHEN last_message_at > $4 THEN last_message_id ELSE $3 END,
       last_preview = CASE WHEN last_message_at > $4 THEN last_preview ELSE $5 END,
       last_kind = CASE WHEN last_message_at > $4 THEN last_kind ELSE $6 END,
       last_direction = CASE WHEN last_message_at > $4 THEN last_direction ELSE 'in' END,
       last_state = CASE WHEN last_message_at > $4 THEN last_state ELSE $7 END,
       last_author_id = CASE WHEN last_message_at > $4 THEN last_author_id END,
       queued_at = CASE WHEN assignee_id IS NOT NULL THEN queued_at
                        WHEN EXISTS (SELECT FROM assignment_rule r
                                      WHERE r.org_id = $1 AND r.method <> 'manual'
                                        AND r.owner_id = coalesce(conversation.team_id,
                                                                  conversation.channel_id))
                        THEN coalesce(queued_at, now()) END,
       before_send = NULL, updated_at = now(), version = version + 1, basis_version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version, assignee_id, team_id, queued_at IS NOT NULL AS queued,
          CASE WHEN assignee_id IS NULL THEN 0
               ELSE coalesce((SELECT r.reassign_hours FROM assignment_rule r
                               WHERE r.org_id = $1 AND r.method <> 'manual'
                                 AND r.owner_id = coalesce(conversation.team_id,
                                                           conversation.channel_id)), 0)
          END AS reassign_hours;

-- name: conversation_touch_outbound
-- We wrote: nobody waits any more, and whoever has it keeps it.  What may be taken back ($9) leaves a note of what was before, and
-- one after another keeps the first one's.
UPDATE conversation
   SET waiting_since = NULL,
       queued_at = CASE WHEN assignee_id IS NULL THEN queued_at END,
       first_reply_at = coalesce(first_reply_at, CASE WHEN last_inbound_at IS NOT NULL THEN $4::timestamptz END),
       state = CASE WHEN state IN ('snoozed', 'resolved') THEN 'open' ELSE state END,
       snoozed_until = NULL, attention = NULL, attention_text = NULL,
       sort_at = greatest(sort_at, $4),
       last_message_at = greatest(last_message_at, $4),
       last_message_id = CASE WHEN last_message_at > $4 THEN last_message_id ELSE $3 END,
       last_preview = CASE WHEN last_message_at > $4 THEN last_preview ELSE $5 END,
       last_kind = CASE WHEN last_message_at > $4 THEN last_kind ELSE $6 END,
       last_direction = CASE WHEN last_message_at > $4 THEN last_direction ELSE 'out' END,
       last_state = CASE WHEN last_message_at > $4 THEN last_state ELSE $7 END,
       last_author_id = CASE WHEN last_message_at > $4 THEN last_author_id ELSE $8 END,
       before_send = CASE
           WHEN NOT $9::boolean THEN NULL
           WHEN state IN ('snoozed', 'resolved') OR attention IS NOT NULL
           THEN jsonb_build_object('at', $4::timestamptz, 'state', state, 'snoozed_until', snoozed_until,
                                   'attention', attention, 'attention_text', attention_text,
                                   'sort_at', sort_at)
           ELSE before_send END,
       updated_at = now(), version = version + 1,
       basis_version = CASE WHEN state IN ('snoozed', 'resolved') THEN version + 1 ELSE basis_version END
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: conversation_update_last_state
-- The message shown got further.
UPDATE conversation
   SET last_state = $4, version = version + 1
 WHERE org_id = $1 AND id = $2 AND last_message_id = $3 AND last_state IS DISTINCT FROM $4;

-- name: conversation_update_last_preview
-- The message shown has other words.
UPDATE conversation
   SET last_preview = $4, version = version + 1
 WHERE org_id = $1 AND id = $2 AND last_message_id = $3;

-- name: conversation_select_shown
-- The message that the list should show.
SELECT m.id, m.at, m.body, m.kind, m.direction, m.state,
       CASE WHEN m.author = 'user' THEN m.author_id END AS author_id
  FROM message m
 WHERE m.org_id = $1 AND m.conversation_id = $2
   AND m.state <> 'cancelled' AND m.kind NOT IN ('note', 'event')
 ORDER BY m.at DESC, m.id DESC
 LIMIT 1;

-- name: conversation_recount
-- A message of the moment $9 was taken back before it left: what is shown instead, and who has been
-- waiting since when, as if it had not been written.
UPDATE conversation
   SET last_message_id = $3, last_message_at = $4, last_preview = $5, last_kind = $6,
       last_direction = $7, last_state = $8, last_author_id = $10,
       sort_at = CASE WHEN sort_at = $9 THEN coalesce($4, created_at) ELSE sort_at END,
       first_reply_at = nullif(first_reply_at, $9),
       waiting_since = (
           SELECT min(i.at)
             FROM message i
            WHERE i.org_id = $1 AND i.conversation_id = $2 AND i.direction = 'in'
              AND i.at > coalesce((SELECT max(o.at)
                                     FROM message o
                                    WHERE o.org_id = $1 AND o.conversation_id = $2
                                      AND o.direction = 'out' AND o.state <> 'cancelled'
                                      AND o.kind NOT IN ('note', 'event')), '-infinity')),
       updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: conversation_restore
-- All that was sent since was taken back: as it was before.  A snooze that is over meanwhile is over.
UPDATE conversation AS v
   SET state = b.state, snoozed_until = b.snoozed_until, attention = b.attention,
       attention_text = b.attention_text, sort_at = b.sort_at, before_send = NULL,
       updated_at = now(), version = v.version + 1, basis_version = v.version + 1
  FROM (SELECT r.at, r.state, r.snoozed_until, r.attention, r.attention_text, r.sort_at
          FROM conversation AS c,
               jsonb_to_record(c.before_send) AS r(at timestamptz, state text, snoozed_until timestamptz,
                                                   attention text, attention_text text,
                                                   sort_at timestamptz)
         WHERE c.org_id = $1 AND c.id = $2) AS b
 WHERE v.org_id = $1 AND v.id = $2
   AND (b.state <> 'snoozed' OR b.snoozed_until > now())
   AND NOT EXISTS (SELECT 1 FROM message AS m
                    WHERE m.org_id = $1 AND m.conversation_id = $2 AND m.direction = 'out'
                      AND m.state <> 'cancelled' AND m.kind NOT IN ('note', 'event')
                      AND m.at >= b.at)
RETURNING v.version;

-- name: conversation_update_seen
-- The person has read our messages up to that moment.
UPDATE conversation
   SET contact_seen_at = $3, version = version + 1
 WHERE org_id = $1 AND id = $2 AND (contact_seen_at IS NULL OR contact_seen_at < $3);

-- name: conversation_update
-- What people decide about it.
UPDATE conversation
   SET state = $3, snoozed_until = $4, assignee_id = $5::uuid, team_id = $6,
       queued_at = CASE WHEN $3 = 'open' AND $5::uuid IS NULL THEN queued_at END, attention = NULL,
       attention_text = NULL,
       before_send = NULL, updated_at = now(), version = version + 1, basis_version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: conversation_assign
-- A rule chose, or somebody handed it over; what brought it back still holds.
UPDATE conversation
   SET assignee_id = $3, queued_at = NULL, updated_at = now(), version = version + 1,
       basis_version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: conversation_queue
-- A rule shall find somebody.
UPDATE conversation
   SET queued_at = coalesce(queued_at, now())
 WHERE org_id = $1 AND id = $2;

-- name: conversation_unqueue
UPDATE conversation
   SET queued_at = NULL
 WHERE org_id = $1 AND id = $2;

-- name: conversation_leave_team
-- Its team is gone.
UPDATE conversation
   SET team_id = NULL, queued_at = NULL, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: conversation_bring_back
-- To the top, with the reason.
UPDATE conversation
   SET state = 'open', snoozed_until = NULL, attention = $3, attention_text = $4, sort_at = now(),
       before_send = NULL, updated_at = now(), version = version + 1, basis_version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: conversation_clear_attention
-- Somebody has looked.
UPDATE conversation
   SET attention = NULL, attention_text = NULL, version = version + 1
 WHERE org_id = $1 AND id = $2 AND attention IS NOT NULL
RETURNING version;
