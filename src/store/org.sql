-- name: org_select
-- The tenant's own row.
SELECT org_id, name, slug, locale, timezone, state, data_key, version
  FROM org
 WHERE org_id = $1;

-- name: org_insert
-- A new tenant; nothing when its slug is taken.
INSERT INTO org (org_id, name, slug, locale, timezone, data_key)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (slug) DO NOTHING;

-- name: org_security
-- What the organisation asks of its members.
SELECT second_factor_required
  FROM org
 WHERE org_id = $1;

-- name: org_security_update
-- The same, changed.
UPDATE org
   SET second_factor_required = $2, updated_at = now()
 WHERE org_id = $1;

-- name: org_any
-- Is there any tenant?
-- global: asked when a new installation starts
SELECT count(*) AS n
  FROM (SELECT 1 FROM org LIMIT 1) AS one;

-- name: org_first
-- The oldest tenant and its wrapped key; no row in a new installation.
-- global: does our master key open it? Asked at every start and by /readyz
SELECT org_id, data_key
  FROM org
 ORDER BY org_id
 LIMIT 1;

-- name: org_counter_next
-- The next number; the row stays locked until the transaction ends, so numbers have no gaps.
INSERT INTO org_counter (org_id, name, value)
VALUES ($1, $2, 1)
ON CONFLICT (org_id, name) DO UPDATE SET value = org_counter.value + 1
RETURNING value;
