-- name: change_write
-- Something changed, in this transaction.
INSERT INTO change (org_id, kind, entity_id, conversation_id, contact_id, channel_id, version,
                    assignee_before, assignee_after, team_before, team_after, actor_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: change_horizon
-- The oldest transaction that may still write.  In a statement of its own: inside a query over all
-- shards each worker would answer with its own.
-- global: transactions belong to the cluster
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon;

-- name: change_last
-- Where the feed ends below the horizon.
-- global: the tailer serves all organisations
SELECT xid::text::bigint AS xid, seq
  FROM change
 WHERE change.xid < ($1::bigint)::text::xid8
 ORDER BY change.xid DESC, seq DESC
 LIMIT 1;

-- name: change_list
-- The next rows of the feed.
-- global: the tailer serves all organisations
SELECT org_id, xid::text::bigint AS xid, seq, kind, entity_id, conversation_id, contact_id,
       channel_id, version, assignee_before, assignee_after, team_before, team_after, actor_id, at
  FROM change
 WHERE (change.xid, seq) > (($1::bigint)::text::xid8, $2)
   AND change.xid < ($3::bigint)::text::xid8
 ORDER BY change.xid, seq
 LIMIT 500;

-- name: change_list_own
-- The same of one organisation.
SELECT org_id, xid::text::bigint AS xid, seq, kind, entity_id, conversation_id, contact_id,
       channel_id, version, assignee_before, assignee_after, team_before, team_after, actor_id, at
  FROM change
 WHERE org_id = $1
   AND (change.xid, seq) > (($2::bigint)::text::xid8, $3)
   AND change.xid < ($4::bigint)::text::xid8
 ORDER BY change.xid, seq
 LIMIT 500;

-- name: change_oldest
-- Where what is kept begins.  A row past its time is the mark that change_purge leaves: before it
-- there was more.
-- global: the tailer serves all organisations
SELECT xid::text::bigint AS xid, seq, at < now() - interval '7 days' AS expired
  FROM change
 ORDER BY change.xid, seq
 LIMIT 1;

-- name: change_purge
-- Rows older than a week go, a batch at a time, but for the last of them: see change_oldest.
-- global: retention serves all organisations
DELETE FROM change
 WHERE (org_id, seq) IN (SELECT org_id, seq
                           FROM change
                          WHERE at < now() - interval '7 days'
                          ORDER BY change.xid, seq
                          LIMIT 5000)
   AND (change.xid, seq) < (SELECT change.xid, seq
                              FROM change
                             WHERE at < now() - interval '7 days'
                             ORDER BY at DESC
                             LIMIT 1);
