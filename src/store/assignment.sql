-- name: assignment_rule_list
-- What is not by hand, of channels and teams.
SELECT owner_id, team_id, method, coalesce(reassign_hours, 0) AS reassign_hours
  FROM assignment_rule
 WHERE org_id = $1 AND ($2::uuid IS NULL OR owner_id = $2)
 ORDER BY owner_id
 LIMIT 500;

-- name: assignment_rule_put
INSERT INTO assignment_rule (org_id, owner_id, team_id, method, reassign_hours)
VALUES ($1, $2, $3, $4, nullif($5, 0))
ON CONFLICT (org_id, owner_id) DO UPDATE
   SET team_id = excluded.team_id, method = excluded.method,
       reassign_hours = excluded.reassign_hours, updated_at = now();

-- name: assignment_rule_delete
DELETE FROM assignment_rule
 WHERE org_id = $1 AND owner_id = $2;

-- name: assignment_rule_forget_team
-- A team is gone: what comes in on a channel is no team's.
UPDATE assignment_rule
   SET team_id = NULL, updated_at = now()
 WHERE org_id = $1 AND team_id = $2;

-- name: assignment_unqueue
-- By hand from now on: nothing waits for this rule any more.
UPDATE conversation
   SET queued_at = NULL
 WHERE org_id = $1 AND queued_at IS NOT NULL AND coalesce(team_id, channel_id) = $2;

-- name: assignment_candidates
-- For each rule that something waits for, the members who are here and whom it may choose, with how
-- many open conversations they have (counting stops at their capacity, or at a thousand).
SELECT r.owner_id, r.method, m.user_id, m.role,
       coalesce(array_to_string(o.permissions, ' '), '') AS role_words,
       coalesce(t.turn, 0) AS turn, k.capacity, n.held
  FROM assignment_rule r
  JOIN membership m ON m.org_id = $1 AND m.state = 'active' AND m.availability = 'online'
  LEFT JOIN role o ON o.org_id = $1 AND o.id = m.role_id
  LEFT JOIN member_work w ON w.org_id = $1 AND w.user_id = m.user_id
  LEFT JOIN work_schedule s ON s.org_id = $1 AND s.owner_id = m.user_id
  LEFT JOIN work_schedule g ON g.org_id = $1 AND g.owner_id = $1
  LEFT JOIN assignment_turn t ON t.org_id = $1 AND t.owner_id = r.owner_id AND t.user_id = m.user_id
 CROSS JOIN LATERAL (
       SELECT CASE WHEN w.user_id IS NULL THEN 20 ELSE coalesce(w.capacity, 0) END AS capacity) AS k
 CROSS JOIN LATERAL (
       SELECT count(*) AS held
         FROM (SELECT FROM conversation c
                WHERE c.org_id = $1 AND c.assignee_id = m.user_id AND c.state = 'open'
                LIMIT coalesce(nullif(k.capacity, 0), 1000)) AS x) AS n
 WHERE r.org_id = $1 AND r.method <> 'manual'
   AND EXISTS (SELECT FROM conversation q
                WHERE q.org_id = $1 AND q.queued_at IS NOT NULL
                  AND coalesce(q.team_id, q.channel_id) = r.owner_id)
   AND (NOT EXISTS (SELECT FROM team x WHERE x.org_id = $1 AND x.id = r.owner_id)
        OR EXISTS (SELECT FROM team_member y
                    WHERE y.org_id = $1 AND y.team_id = r.owner_id AND y.user_id = m.user_id))
   AND (w.away_until IS NULL OR w.away_until <= now())
   AND works_at(CASE WHEN s.owner_id IS NULL THEN g.hours ELSE s.hours END,
                coalesce(s.timezone, g.timezone),
                (SELECT array_agg(h.day) FROM holiday h WHERE h.org_id = $1), now())
 ORDER BY r.owner_id, m.user_id;

-- name: assignment_turn_put
INSERT INTO assignment_turn (org_id, owner_id, user_id, turn)
VALUES ($1, $2, $3, $4)
ON CONFLICT (org_id, owner_id, user_id) DO UPDATE SET turn = excluded.turn;

-- name: assignment_waits
-- Does anything wait for a rule?
SELECT count(*) AS n
  FROM (SELECT FROM assignment_rule r
         WHERE r.org_id = $1 AND r.method <> 'manual'
           AND EXISTS (SELECT FROM conversation q
                        WHERE q.org_id = $1 AND q.queued_at IS NOT NULL
                          AND coalesce(q.team_id, q.channel_id) = r.owner_id)
         LIMIT 1) AS w;

-- name: assignment_next_here
-- When somebody's hours begin next, or their absence ends: by the clock on the wall of each zone, this
-- week's and the next one's beginnings, and the midnights after holidays.
SELECT min(b.at) AS at
  FROM (SELECT w.away_until AS at
          FROM member_work w
         WHERE w.org_id = $1
        UNION ALL
        SELECT (date_trunc('week', now() AT TIME ZONE s.timezone)
                + make_interval(weeks => k.n, mins => lower(r))) AT TIME ZONE s.timezone
          FROM work_schedule s
         CROSS JOIN LATERAL unnest(s.hours) AS r
         CROSS JOIN (VALUES (0), (1)) AS k (n)
         WHERE s.org_id = $1
        UNION ALL
        SELECT (h.day + 1)::timestamp AT TIME ZONE s.timezone
          FROM work_schedule s
          JOIN holiday h ON h.org_id = $1
         WHERE s.org_id = $1) AS b
 WHERE b.at > now();
