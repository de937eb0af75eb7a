-- name: draft_list
-- What somebody has begun in a conversation.
SELECT conversation_id, user_id, kind, body, updated_at
  FROM draft
 WHERE org_id = $1 AND conversation_id = $2 AND user_id = $3
 ORDER BY kind
 LIMIT 10;

-- name: draft_put
-- As it stands now.
INSERT INTO draft (org_id, conversation_id, user_id, kind, body)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (org_id, conversation_id, user_id, kind) DO UPDATE
   SET body = excluded.body, updated_at = now();

-- name: draft_delete
-- Sent, or given up.
DELETE FROM draft
 WHERE org_id = $1 AND conversation_id = $2 AND user_id = $3 AND kind = $4;
