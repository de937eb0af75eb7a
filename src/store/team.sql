-- name: team_list
-- Teams by name.
SELECT id, name, version
  FROM team
 WHERE org_id = $1 AND name IS NOT NULL
 ORDER BY name, id
 LIMIT 200;

-- name: team_members
-- Who is in which team, by name.
SELECT t.team_id, t.user_id
  FROM team_member t
  JOIN membership m ON m.org_id = $1 AND m.user_id = t.user_id AND m.state = 'active'
 WHERE t.org_id = $1 AND ($2::uuid IS NULL OR t.team_id = $2)
 ORDER BY t.team_id, m.name, t.user_id;

-- name: team_lock
-- One team, locked against changes.
SELECT id, name, version
  FROM team
 WHERE org_id = $1 AND id = $2 AND name IS NOT NULL
   FOR UPDATE;

-- name: team_find
-- Is there such a team?  It stays until the transaction ends.
SELECT count(*) AS n
  FROM (SELECT FROM team WHERE org_id = $1 AND id = $2 AND name IS NOT NULL FOR KEY SHARE) AS t;

-- name: team_count
SELECT count(*) AS n
  FROM team
 WHERE org_id = $1 AND name IS NOT NULL;

-- name: team_insert
-- A new team; nothing when the name is taken.
INSERT INTO team (org_id, id, name)
VALUES ($1, $2, $3)
ON CONFLICT (org_id, name) DO NOTHING;

-- name: team_update
UPDATE team
   SET name = $3, version = version + 1, updated_at = now()
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: team_name_taken
SELECT count(*) AS n
  FROM team
 WHERE org_id = $1 AND name = $2 AND id <> $3;

-- name: team_retire
-- It is no team any more; its conversations follow.
UPDATE team
   SET name = NULL, version = version + 1, updated_at = now()
 WHERE org_id = $1 AND id = $2;

-- name: team_delete
-- Nothing speaks of it any more.
DELETE FROM team
 WHERE org_id = $1 AND id = $2 AND name IS NULL;

-- name: team_member_insert
-- Those of the members that are not in it yet join.
INSERT INTO team_member (org_id, team_id, user_id)
SELECT $1, $2, m.user_id
  FROM membership m
 WHERE m.org_id = $1 AND m.user_id = ANY ($3) AND m.state = 'active'
ON CONFLICT DO NOTHING
RETURNING user_id AS id;

-- name: team_member_delete
-- Whoever is not among these leaves.
DELETE FROM team_member
 WHERE org_id = $1 AND team_id = $2 AND user_id <> ALL ($3)
RETURNING user_id AS id;

-- name: team_of_member
-- The teams that somebody is in.
SELECT team_id AS id
  FROM team_member
 WHERE org_id = $1 AND user_id = $2
 ORDER BY team_id
 LIMIT 17;

-- name: team_has
-- Is somebody in a team?
SELECT count(*) AS n
  FROM team_member
 WHERE org_id = $1 AND team_id = $2 AND user_id = $3;

-- name: team_fullest
-- In how many teams the one of these is who is in the most.
SELECT coalesce(max(n), 0) AS n
  FROM (SELECT count(*) AS n FROM team_member
         WHERE org_id = $1 AND user_id = ANY ($2)
         GROUP BY user_id) AS c;
