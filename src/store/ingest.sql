-- name: ingest_find_addresses
-- Who is this?  By one address or two.
SELECT i.id, i.contact_id, i.kind, co.name = '' AS unnamed
  FROM contact_identity i
  JOIN contact co ON co.org_id = $1 AND co.id = i.contact_id
 WHERE i.org_id = $1
   AND ((i.kind = $2 AND i.value = $3) OR (i.kind = $4 AND i.value = $5));

-- name: ingest_merge_identities
UPDATE contact_identity
   SET contact_id = $2
 WHERE org_id = $1 AND contact_id = $3;

-- name: ingest_merge_authors
-- What drop wrote, while its conversations are still to be told from keep's.
UPDATE message
   SET author_id = $2
 WHERE org_id = $1 AND author = 'contact' AND author_id = $3
   AND conversation_id IN (SELECT v.id FROM conversation v
                            WHERE v.org_id = $1 AND v.contact_id = $3);

-- name: ingest_merge_reactions
UPDATE reaction
   SET actor_id = $2
 WHERE org_id = $1 AND by_contact AND actor_id = $3
   AND message_id IN (SELECT m.id FROM message m
                        JOIN conversation v ON v.org_id = $1 AND v.id = m.conversation_id
                       WHERE m.org_id = $1 AND v.contact_id = $3);

-- name: ingest_merge_conversations
UPDATE conversation
   SET contact_id = $2, version = version + 1, updated_at = now()
 WHERE org_id = $1 AND contact_id = $3;

-- name: ingest_merge_notes
UPDATE note
   SET contact_id = $2
 WHERE org_id = $1 AND contact_id = $3;

-- name: ingest_merge_contact
-- What keep does not say itself, drop says.
UPDATE contact AS k
   SET name = CASE WHEN k.name = '' THEN d.name ELSE k.name END,
       owner_id = coalesce(k.owner_id, d.owner_id), stage_id = coalesce(k.stage_id, d.stage_id),
       locale = coalesce(k.locale, d.locale), source = coalesce(k.source, d.source),
       avatar_id = coalesce(k.avatar_id, d.avatar_id), custom = d.custom || k.custom,
       next_follow_up_at = coalesce(k.next_follow_up_at, d.next_follow_up_at),
       follow_up_reason = CASE WHEN k.next_follow_up_at IS NULL THEN d.follow_up_reason
                               ELSE k.follow_up_reason END,
       version = k.version + 1, updated_at = now()
  FROM contact AS d
 WHERE k.org_id = $1 AND k.id = $2 AND d.org_id = $1 AND d.id = $3
RETURNING k.next_follow_up_at AS at;

-- name: ingest_remove_contact
DELETE FROM contact
 WHERE org_id = $1 AND id = $2;

-- name: ingest_read_up_to
-- The person has seen our messages up to a moment.  Only the end of the thread is walked.
UPDATE message
   SET state = 'read', read_at = $4, delivered_at = coalesce(delivered_at, $4),
       version = version + 1, updated_at = now()
 WHERE org_id = $1
   AND id IN (SELECT x.id
                FROM (SELECT m.id, m.direction, m.state, m.kind
                        FROM message AS m
                       WHERE m.org_id = $1 AND m.conversation_id = $2 AND m.at <= $3
                       ORDER BY m.at DESC, m.id DESC
                       LIMIT 200) AS x
               WHERE x.direction = 'out' AND x.state IN ('sent', 'delivered')
                 AND x.kind NOT IN ('note', 'event'))
RETURNING id, version;
