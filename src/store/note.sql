-- name: note_insert
-- Somebody wrote something down.
INSERT INTO note (org_id, id, contact_id, author_id, body)
VALUES ($1, $2, $3, $4, $5);

-- name: note_select
-- One note with its author's name.
SELECT n.id, n.contact_id, n.author_id, m.name AS author_name, n.body, n.created_at, n.updated_at,
       n.version
  FROM note n
  JOIN membership m ON m.org_id = $1 AND m.user_id = n.author_id
 WHERE n.org_id = $1 AND n.id = $2;

-- name: note_lock
-- The same, for changing it.
SELECT n.id, n.contact_id, n.author_id, m.name AS author_name, n.body, n.created_at, n.updated_at,
       n.version
  FROM note n
  JOIN membership m ON m.org_id = $1 AND m.user_id = n.author_id
 WHERE n.org_id = $1 AND n.id = $2
   FOR UPDATE OF n;

-- name: note_list
-- A contact's notes.  Ids are made in the order of time.
SELECT n.id, n.contact_id, n.author_id, m.name AS author_name, n.body, n.created_at, n.updated_at,
       n.version
  FROM note n
  JOIN membership m ON m.org_id = $1 AND m.user_id = n.author_id
 WHERE n.org_id = $1 AND n.contact_id = $2
   AND n.id < coalesce($3, 'ffffffff-ffff-ffff-ffff-ffffffffffff'::uuid)
 ORDER BY n.id DESC
 LIMIT 101;

-- name: note_update
-- Other words.
UPDATE note
   SET body = $3, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2;

-- name: note_delete
-- Gone for good.
DELETE FROM note
 WHERE org_id = $1 AND id = $2;
