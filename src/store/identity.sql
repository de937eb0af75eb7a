-- name: identity_select
-- One address.
SELECT id, contact_id, kind, value, display, verified
  FROM contact_identity
 WHERE org_id = $1 AND id = $2;

-- name: identity_find
-- Whose address is this?
SELECT id, contact_id, kind, value, display, verified
  FROM contact_identity
 WHERE org_id = $1 AND kind = $2 AND value = $3;

-- name: identity_insert
-- One more address; nothing when somebody has it already.
INSERT INTO contact_identity (org_id, id, contact_id, kind, value, display, verified)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (org_id, kind, value) DO NOTHING;

-- name: identity_update
-- The same person has another address now; nothing when that one is another's.
UPDATE contact_identity me
   SET value = $3, display = $4
 WHERE me.org_id = $1 AND me.id = $2
   AND NOT EXISTS (SELECT 1 FROM contact_identity other
                    WHERE other.org_id = $1 AND other.kind = me.kind AND other.value = $3
                      AND other.id <> $2);

-- name: identity_list
-- The addresses of many contacts.
SELECT id, contact_id, kind, value, display, verified
  FROM contact_identity
 WHERE org_id = $1 AND contact_id = ANY ($2)
 ORDER BY contact_id, created_at, id
 LIMIT 2000;
