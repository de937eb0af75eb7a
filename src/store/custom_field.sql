-- name: custom_field_list
-- All of them, in order.
SELECT id, key, label, type, choices, position, version
  FROM custom_field
 WHERE org_id = $1
 ORDER BY position, key
 LIMIT 200;

-- name: custom_field_lock
-- One, for changing it.
SELECT id, key, label, type, choices, position, version
  FROM custom_field
 WHERE org_id = $1 AND id = $2
   FOR UPDATE;

-- name: custom_field_insert
-- One more; nothing when the key is taken.
INSERT INTO custom_field (org_id, id, key, label, type, choices, position)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (org_id, key) DO NOTHING;

-- name: custom_field_update
-- How it is shown and what may be chosen; key and type stay.  The new version.
UPDATE custom_field
   SET label = $3, choices = $4, position = $5, version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: custom_field_delete
-- No longer asked for.
DELETE FROM custom_field
 WHERE org_id = $1 AND id = $2;
