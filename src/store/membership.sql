-- name: membership_insert
-- Somebody joins.
INSERT INTO membership (org_id, user_id, name, email, role)
VALUES ($1, $2, $3, $4, $5);

-- name: membership_list
-- Colleagues, by name.
SELECT org_id, user_id, name, email, role, availability
  FROM membership
 WHERE org_id = $1 AND state = 'active'
 ORDER BY name, user_id
 LIMIT 500;

-- name: membership_select
-- One colleague.
SELECT org_id, user_id, name, email, role, availability
  FROM membership
 WHERE org_id = $1 AND user_id = $2 AND state = 'active';

-- name: membership_list_by_user
-- Where somebody belongs, in the order of joining.
-- global: asked while signing in, before the organisation is known
SELECT m.org_id, m.user_id, m.name, m.email, m.role, m.availability
  FROM membership m
  JOIN org o ON o.org_id = m.org_id AND o.state = 'active'
 WHERE m.user_id = $1 AND m.state = 'active'
 ORDER BY m.created_at, m.org_id
 LIMIT 500;

-- name: membership_update_availability
-- Online, busy or offline, as one says oneself.
UPDATE membership
   SET availability = $3
 WHERE org_id = $1 AND user_id = $2 AND state = 'active';
