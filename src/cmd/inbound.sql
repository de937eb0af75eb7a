-- name: operator_inbound_list
-- The vault's latest rows; NULL for a channel or a state is any.
-- cross-org: an operator looks at the whole installation
SELECT org_id, id, channel_id, received_at, state, attempts, error, octet_length(body)::bigint AS bytes
  FROM inbound
 WHERE ($1::uuid IS NULL OR channel_id = $1)
   AND ($2::text IS NULL OR state = $2)
 ORDER BY id DESC
 LIMIT $3;

-- name: operator_inbound_select
-- One, by its id alone.
-- cross-org: an operator does not know whose it is
SELECT org_id, id, body
  FROM inbound
 WHERE id = $1;
