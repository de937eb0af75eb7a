-- name: job_insert
-- Enqueue.  A queued job of the same key is locked until we commit, so that it cannot run before
-- it can see what this one was made for; if it is being claimed, we wait and then insert.
INSERT INTO job (org_id, id, kind, args, priority, run_at, dedupe_key)
VALUES ($1, $2, $3, $4, $5, coalesce($6, now()), $7)
    ON CONFLICT (org_id, dedupe_key) WHERE state = 'queued' AND dedupe_key IS NOT NULL
    DO UPDATE SET run_at = least(job.run_at, excluded.run_at);

-- name: org_queue_insert
-- This organisation has work.  Always after the job itself: see job.h.
INSERT INTO org_queue (org_id, next_run_at)
VALUES ($1, now())
    ON CONFLICT (org_id) DO NOTHING;

-- name: job_outcome_by_id
-- What became of it, for the one who waits.
SELECT state, result, last_error
  FROM job
 WHERE org_id = $1 AND id = $2;

-- name: job_claim
-- Due jobs of one organisation, the most urgent first, and those whose holder has died.  Each
-- priority is looked at by itself, so that the jobs of next week are not walked through; the
-- lease is the kind's own.
WITH known AS (
    SELECT k.kind, k.lease_s
      FROM unnest($2::text[], $3::bigint[]) AS k (kind, lease_s)
), due AS (
    SELECT d.id
      FROM unnest('{1,5,9}'::bigint[]) AS p (priority)
     CROSS JOIN LATERAL (
        SELECT j.id
          FROM job AS j
         WHERE j.org_id = $1 AND j.state = 'queued' AND j.priority = p.priority
           AND j.run_at <= now() AND j.kind IN (SELECT kind FROM known)
         ORDER BY j.run_at
         LIMIT $4
           FOR UPDATE SKIP LOCKED) AS d
     LIMIT $4
), lost AS (
    SELECT l.id
      FROM job AS l
     WHERE l.org_id = $1 AND l.state = 'running' AND l.lease_until < now()
       AND l.kind IN (SELECT kind FROM known)
     LIMIT $4
       FOR UPDATE SKIP LOCKED
)
UPDATE job
   SET state = 'running', attempts = job.attempts + 1, lease_id = $5,
       lease_until = now() + (SELECT known.lease_s FROM known WHERE known.kind = job.kind)
                             * interval '1 second'
 WHERE job.org_id = $1
   AND job.id IN (SELECT id FROM lost UNION ALL SELECT id FROM due LIMIT $4)
RETURNING job.id, job.lease_id, job.kind, job.args, job.attempts, job.created_at, job.run_at;

-- name: job_renew
-- We still work on these.
UPDATE job
   SET lease_until = now() + $4 * interval '1 second'
  FROM unnest($2::uuid[], $3::uuid[]) AS held (id, lease_id)
 WHERE job.org_id = $1 AND job.id = held.id AND job.lease_id = held.lease_id
   AND job.state = 'running';

-- name: job_finish
-- Done, if we still hold it.
UPDATE job
   SET state = 'done', finished_at = now(), lease_until = NULL, result = $4
 WHERE org_id = $1 AND id = $2 AND lease_id = $3 AND state = 'running';

-- name: job_fail
-- Given up.
UPDATE job
   SET state = 'failed', finished_at = now(), lease_until = NULL, last_error = $4, result = $5
 WHERE org_id = $1 AND id = $2 AND lease_id = $3 AND state = 'running';

-- name: job_requeue
-- Back to the queue.  The key stays unless a newer job has taken it meanwhile.
UPDATE job
   SET state = 'queued', lease_until = NULL, lease_id = NULL, run_at = $4,
       attempts = attempts - $5, last_error = coalesce($6, last_error),
       dedupe_key = CASE WHEN EXISTS (
           SELECT 1 FROM job AS newer
            WHERE newer.org_id = $1 AND newer.dedupe_key = job.dedupe_key
              AND newer.state = 'queued') THEN NULL ELSE dedupe_key END
 WHERE org_id = $1 AND id = $2 AND lease_id = $3 AND state = 'running';

-- name: org_queue_take
-- global: the scheduler serves all organisations
-- Whose turn it is; hidden from other schedulers for two seconds.
UPDATE org_queue
   SET next_run_at = now() + interval '2 seconds'
 WHERE org_id IN (SELECT q.org_id
                    FROM org_queue AS q
                   WHERE q.next_run_at <= now() + $2 * interval '1 second'
                   ORDER BY q.next_run_at
                   LIMIT $1
                     FOR UPDATE SKIP LOCKED)
RETURNING org_id AS id;

-- name: org_queue_look
-- What this organisation has: the next queued job of a kind that we know, whether there is one at
-- all, whether anything runs or waits in the vault.
SELECT (SELECT j.run_at FROM job AS j
         WHERE j.org_id = $1 AND j.state = 'queued' AND j.kind = ANY ($2)
         ORDER BY j.run_at LIMIT 1) AS next,
       EXISTS (SELECT 1 FROM job AS j WHERE j.org_id = $1 AND j.state = 'queued') AS queued,
       (SELECT min(j.lease_until) FROM job AS j
         WHERE j.org_id = $1 AND j.state = 'running') AS lease,
       EXISTS (SELECT 1 FROM inbound AS i
                WHERE i.org_id = $1 AND i.state = 'new') AS inbound;

-- name: org_queue_move
-- When to look unasked: at the time given, but after half the time since there was work, between
-- two and thirty seconds.
UPDATE org_queue
   SET next_run_at = greatest(now(), least($2, now() + least(interval '30 seconds',
           greatest(interval '2 seconds', (now() - busy_at) / 2)))),
       busy_at = CASE WHEN $3 THEN now() ELSE busy_at END
 WHERE org_id = $1;

-- name: org_lock_alone
-- Nobody enqueues for this organisation right now, and nobody will until we are done: a job's
-- foreign key holds a share lock here until its commit.
SELECT org_id AS id
  FROM org
 WHERE org_id = $1
   FOR UPDATE SKIP LOCKED;

-- name: channel_lock_all_alone
-- The same for the vault's rows, which hold their channel's.
SELECT id
  FROM channel
 WHERE org_id = $1
   FOR UPDATE SKIP LOCKED;

-- name: channel_count_all
-- How many there are, locked or not.
SELECT count(*) AS count
  FROM channel
 WHERE org_id = $1;

-- name: org_queue_remove
-- There is nothing to do; the locks above make this look reliable.
DELETE FROM org_queue
 WHERE org_id = $1
   AND NOT EXISTS (SELECT 1 FROM job AS j
                    WHERE j.org_id = $1 AND j.state IN ('queued', 'running'))
   AND NOT EXISTS (SELECT 1 FROM inbound AS i WHERE i.org_id = $1 AND i.state = 'new');

-- name: org_inbound_waiting
-- Channels with something new in the vault.
SELECT ch.id
  FROM channel AS ch
 WHERE ch.org_id = $1
   AND EXISTS (SELECT 1 FROM inbound AS i
                WHERE i.org_id = $1 AND i.channel_id = ch.id AND i.state = 'new');

-- name: job_insert_purges
-- global: every organisation has retention
-- A purge for those that had none for twenty hours, spread over some minutes.
INSERT INTO job (org_id, id, kind, priority, run_at, dedupe_key)
SELECT o.org_id, gen_random_uuid(), 'purge', 9, now() + random() * interval '5 minutes', 'purge'
  FROM org AS o
  LEFT JOIN org_counter AS n ON n.org_id = o.org_id AND n.name = 'purged'
 WHERE coalesce(n.value, 0) < extract(epoch FROM now() - interval '20 hours')
 LIMIT $1
    ON CONFLICT DO NOTHING
RETURNING org_id AS id;

-- name: org_queue_insert_many
-- These organisations have work; after the jobs themselves.
INSERT INTO org_queue (org_id, next_run_at)
SELECT g.org_id, now()
  FROM unnest($1::uuid[]) AS g (org_id)
    ON CONFLICT (org_id) DO NOTHING;

-- name: worker_beat
-- global: a process serves every organisation
INSERT INTO worker (id)
VALUES ($1)
    ON CONFLICT (id) DO UPDATE SET beat_at = now();

-- name: worker_last_beat
-- global: a process serves every organisation
SELECT max(beat_at) AS at
  FROM worker;

-- name: worker_gone
-- global: a process serves every organisation
-- This one, and those that died long ago.
DELETE FROM worker
 WHERE id = $1 OR beat_at < now() - interval '1 day';
