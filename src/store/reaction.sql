-- name: reaction_put
-- One emoji a person: a new one replaces an older one, and one of the same second, which is as
-- precise as providers are.
INSERT INTO reaction (org_id, message_id, actor_id, by_contact, emoji, at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (org_id, message_id, actor_id) DO UPDATE
   SET emoji = excluded.emoji, at = excluded.at
 WHERE reaction.at <= excluded.at AND reaction.emoji <> excluded.emoji;

-- name: reaction_delete
-- Taken away; not a newer one.
DELETE FROM reaction
 WHERE org_id = $1 AND message_id = $2 AND actor_id = $3 AND at <= $4;

-- name: reaction_list
-- Those of many messages.
SELECT message_id, actor_id, by_contact, emoji, at
  FROM reaction
 WHERE org_id = $1 AND message_id = ANY ($2)
 ORDER BY message_id, at, actor_id
 LIMIT 2000;
