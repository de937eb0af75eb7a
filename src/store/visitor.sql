-- name: visitor_thread
-- A visitor's conversation in a web chat, with the contact's name and how far the team has read.
SELECT c.id AS conversation_id, c.assignee_id, c.team_id, t.name AS contact_name,
       (SELECT max(r.at) FROM read_marker r
         WHERE r.org_id = $1 AND r.conversation_id = c.id) AS read_at
  FROM contact_identity i
  JOIN conversation c ON c.org_id = $1 AND c.channel_id = $2 AND c.identity_id = i.id
  JOIN contact t ON t.org_id = $1 AND t.id = c.contact_id
 WHERE i.org_id = $1 AND i.kind = 'webchat' AND i.value = $3;

-- name: visitor_by_conversation
-- The other way round; nothing when it is not a web chat's.
SELECT ch.id AS channel_id, i.value AS visitor
  FROM conversation c
  JOIN channel ch ON ch.org_id = $1 AND ch.id = c.channel_id AND ch.kind = 'webchat'
  JOIN contact_identity i ON i.org_id = $1 AND i.id = c.identity_id
 WHERE c.org_id = $1 AND c.id = $2;

-- name: visitor_members_online
-- Is anybody there?  One is enough.
SELECT count(*) AS n
  FROM (SELECT FROM membership
         WHERE org_id = $1 AND state = 'active' AND availability = 'online'
         LIMIT 1) AS m;

-- name: visitor_uploads_waiting
-- Files that a visitor has uploaded and not sent; counting stops at 100.
SELECT count(*) AS n
  FROM (SELECT FROM attachment
         WHERE org_id = $1 AND message_id IS NULL AND visitor_id = $2
           AND created_at > now() - interval '1 day'
         LIMIT 100) AS a;

-- name: visitor_uploads_lock
-- Uploads of one visitor are counted and written one after the other.
-- global: a lock, of no table
SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text || $2::uuid::text, 0));

-- name: visitor_demo_channel
-- The web chat for the demo page: the oldest, and only where there is one organisation, so that no
-- customer's chat is shown to another's.
-- global: the demo page belongs to no organisation
SELECT ch.id AS channel_id
  FROM channel ch
 WHERE ch.kind = 'webchat' AND ch.state <> 'disconnected'
   AND NOT EXISTS (SELECT FROM org o WHERE o.org_id <> ch.org_id)
 ORDER BY ch.created_at
 LIMIT 1;
