-- name: contact_select
-- One contact; an erased one is not found.
SELECT id, name, owner_id, stage_id, locale, source, avatar_id, next_follow_up_at,
       follow_up_reason, custom, created_at, updated_at, version
  FROM contact
 WHERE org_id = $1 AND id = $2 AND state <> 'erased';

-- name: contact_lock
-- The same, for changing it.
SELECT id, name, owner_id, stage_id, locale, source, avatar_id, next_follow_up_at,
       follow_up_reason, custom, created_at, updated_at, version
  FROM contact
 WHERE org_id = $1 AND id = $2 AND state <> 'erased'
   FOR UPDATE;

-- name: contact_insert
-- Somebody new.
INSERT INTO contact (org_id, id, name, owner_id, stage_id, locale, source, next_follow_up_at,
                     follow_up_reason, custom)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, coalesce($10::jsonb, '{}'));

-- name: contact_update
-- What people may change.
UPDATE contact
   SET name = $3, owner_id = $4, stage_id = $5, next_follow_up_at = $6, follow_up_reason = $7,
       custom = $8, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2
RETURNING version;

-- name: contact_update_name_if_empty
-- A provider knows the name of somebody without one.
UPDATE contact
   SET name = $3, updated_at = now(), version = version + 1
 WHERE org_id = $1 AND id = $2 AND name = '' AND state = 'active'
RETURNING version;

-- name: contact_take_follow_up
-- Take a follow-up whose time has come, by the database's clock: the job that asks was due by the
-- same one.  Only one caller gets it.
WITH due AS (
    SELECT id, owner_id, follow_up_reason
      FROM contact
     WHERE org_id = $1 AND id = $2 AND next_follow_up_at <= now()
       FOR UPDATE
)
UPDATE contact
   SET next_follow_up_at = NULL, follow_up_reason = NULL, updated_at = now(),
       version = contact.version + 1
  FROM due
 WHERE contact.org_id = $1 AND contact.id = due.id
RETURNING due.owner_id AS owner_id, due.follow_up_reason AS reason, contact.version AS version;

-- name: contact_list
-- Contacts with what a page of them shows.
SELECT id, name, owner_id, stage_id, locale, source, avatar_id, next_follow_up_at,
       follow_up_reason, custom, created_at, updated_at, version, name_key
  FROM contact
 WHERE org_id = $1 AND state <> 'erased'

-- fragment: contact_changed_before
   AND (updated_at, id) < ($?, $?)

-- fragment: contact_named
-- The next whose name begins so, after the cursor, and the first two hundred with a later word of it,
-- the first hundred with an address that does.
-- One lower bound, not two: an index begins at one of them only.
-- Ranges, not LIKE: below row-level security only leakproof operators may use an index.
   AND id IN (
       SELECT m.id
         FROM ((SELECT n.id FROM contact n
                 WHERE n.org_id = $1
                   AND (n.name_key, n.id) > (greatest(lower($?), $? COLLATE "C"), $?)
                   AND n.name_key < (lower($?) || chr(1114111)) COLLATE "C"
                 ORDER BY n.name_key, n.id LIMIT 101)
               UNION ALL
               (SELECT h.id
                  FROM ((SELECT w.contact_id FROM contact_word w
                          WHERE w.org_id = $1
                            AND w.word >= left(lower($?), 60) COLLATE "C"
                            AND w.word < (left(lower($?), 60) || chr(1114111)) COLLATE "C"
                          ORDER BY w.word LIMIT 200)
                        UNION
                        (SELECT i.contact_id FROM contact_identity i
                          WHERE i.org_id = $1
                            AND i.value COLLATE "C" >= $?
                            AND i.value COLLATE "C" < $? || chr(1114111)
                          ORDER BY i.value COLLATE "C" LIMIT 100)) AS a
                  JOIN contact h ON h.org_id = $1 AND h.id = a.contact_id
                   -- the '' keeps this from being a walk over all names
                   AND (h.name_key || '', h.id) > ($? COLLATE "C", $?))) AS m (id))

-- fragment: contact_by_change_26
 ORDER BY updated_at DESC, id DESC LIMIT 26

-- fragment: contact_by_change_101
 ORDER BY updated_at DESC, id DESC LIMIT 101

-- fragment: contact_by_name_26
 ORDER BY name_key, id LIMIT 26

-- fragment: contact_by_name_101
 ORDER BY name_key, id LIMIT 101
