-- name: feed_list_last
-- The latest rows below the horizon, newest first: what a web process remembers from its start on.
-- global: the tailer serves all organisations
SELECT org_id, xid::text::bigint AS xid, seq, kind, entity_id, conversation_id, contact_id,
       channel_id, version, assignee_before, assignee_after, team_before, team_after, actor_id, at
  FROM change
 WHERE xid < ($1::bigint)::text::xid8
 ORDER BY change.xid DESC, seq DESC
 LIMIT 2000;

-- name: feed_waiting_since
-- When the first row above the horizon was written.
-- global: the tailer serves all organisations
SELECT at
  FROM change
 WHERE xid >= ($1::bigint)::text::xid8
 ORDER BY change.xid, seq
 LIMIT 1;

-- name: feed_list_visitor_messages
-- cross-org: the feed tails all organisations; each pair names its own
-- Of n pairs of organisation and message, those in a web chat that its visitor may see: what the
-- visitor wrote, and what has been sent to them.
SELECT m.org_id, m.id AS message_id, ch.id AS channel_id, i.value AS visitor
  FROM unnest($1::uuid[], $2::uuid[]) AS want(org_id, id)
  JOIN message m ON m.org_id = want.org_id AND m.id = want.id
  JOIN conversation c ON c.org_id = m.org_id AND c.id = m.conversation_id
  JOIN channel ch ON ch.org_id = c.org_id AND ch.id = c.channel_id
  JOIN contact_identity i ON i.org_id = c.org_id AND i.id = c.identity_id
 WHERE ch.kind = 'webchat'
   AND m.kind NOT IN ('note', 'event')
   AND m.state IN ('received', 'sent', 'delivered', 'read');
