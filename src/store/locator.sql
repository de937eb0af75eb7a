-- name: locator_insert
-- An outside key now leads to a row of this organisation.
INSERT INTO locator (kind, digest, org_id, row_id)
VALUES ($2, $3, $1, $4);

-- name: locator_delete
-- The key leads nowhere any more.
DELETE FROM locator
 WHERE org_id = $1 AND kind = $2 AND digest = $3;

-- name: locator_select
-- Whose key is this?
-- global: this is how the organisation becomes known
SELECT org_id, row_id
  FROM locator
 WHERE kind = $1 AND digest = $2;
