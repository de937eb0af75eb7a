-- name: audit_insert
-- Something done.
INSERT INTO audit_log (org_id, id, actor_kind, actor_id, actor_name, action, entity_id, entity_name,
                       ip, user_agent, request_id, before, after)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13);

-- name: audit_list
-- Newest first, below an id ($2), by what was done ($3: an action or the beginning of one), by whom
-- ($4) and between two times ($5, $6); null: any.
SELECT id, at, actor_kind, actor_id, actor_name, action, entity_id, entity_name, ip, user_agent,
       request_id, before, after
  FROM audit_log
 WHERE org_id = $1
   AND ($2::uuid IS NULL OR id < $2)
   AND ($3::text IS NULL OR action = $3 OR starts_with(action, $3 || '.'))
   AND ($4::uuid IS NULL OR actor_id = $4)
   AND ($5::timestamptz IS NULL OR id >= id_at($5))
   AND ($6::timestamptz IS NULL OR id < id_at($6))
 ORDER BY id DESC
 LIMIT $7;

-- name: audit_roll
-- Makes the months to come, drops those that are too old.
-- global: the months are every organisation's
SELECT audit_log_roll();
