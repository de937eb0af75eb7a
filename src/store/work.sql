-- name: work_figures
-- global: the operator's figures are of all organisations together
-- What waits and what runs; counts stop at 1000.
SELECT (SELECT count(*) FROM (SELECT 1 FROM job
                               WHERE state = 'queued' AND run_at <= now() LIMIT 1000) AS d) AS due,
       (SELECT count(*) FROM (SELECT 1 FROM job
                               WHERE state = 'running' LIMIT 1000) AS r) AS running,
       (SELECT count(*) FROM (SELECT 1 FROM inbound
                               WHERE state = 'new' LIMIT 1000) AS i) AS inbound_waiting,
       (SELECT count(*) FROM (SELECT 1 FROM mail
                               WHERE state IN ('queued', 'sending') LIMIT 1000) AS m) AS mail_waiting,
       (SELECT count(*) FROM (SELECT 1 FROM mail
                               WHERE state IN ('queued', 'sending')
                                 AND created_at < now() - interval '5 minutes'
                               LIMIT 1000) AS l) AS mail_late,
       coalesce((SELECT (extract(epoch FROM now() - min(o.first)) * 1000)::bigint
                   FROM org_queue AS q
                  CROSS JOIN LATERAL (SELECT min(run_at) AS first FROM job AS j
                                       WHERE j.org_id = q.org_id AND j.state = 'queued'
                                         AND j.run_at <= now()) AS o), 0) AS oldest_due_ms;

-- name: work_jobs_failed
-- global: the operator's figures are of all organisations together
-- Jobs that failed for good in the last hour, up to 1000 of each organisation.
SELECT count(*) AS count
  FROM org AS o
 CROSS JOIN LATERAL (SELECT 1 FROM job AS j
                      WHERE j.org_id = o.org_id AND j.finished_at > now() - interval '1 hour'
                        AND j.state = 'failed' LIMIT 1000) AS f;

-- name: work_deliveries
-- global: the operator's figures are of all organisations together
-- Outbound messages by state, from an id on (ids sort by time), up to 1000 of each organisation.
SELECT count(*) FILTER (WHERE m.state IN ('sent', 'delivered', 'read')) AS sent,
       count(*) FILTER (WHERE m.state = 'failed') AS failed,
       count(*) FILTER (WHERE m.state = 'uncertain') AS uncertain,
       count(*) FILTER (WHERE m.state IN ('queued', 'sending')) AS waiting
  FROM org AS o
 CROSS JOIN LATERAL (SELECT m.state FROM message AS m
                      WHERE m.org_id = o.org_id AND m.id >= $1 AND m.direction = 'out'
                        AND m.kind NOT IN ('note', 'event')
                      LIMIT 1000) AS m;
