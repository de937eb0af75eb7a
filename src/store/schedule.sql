-- name: schedule_select
-- The hours of a member, or the organisation's own; of this owner and of nobody else.
SELECT s.timezone, coalesce(d.n + 1, 0)::bigint AS weekday,
       coalesce(lower(r) - d.n * 1440, 0)::bigint AS from_minute,
       coalesce(upper(r) - d.n * 1440, 0)::bigint AS to_minute
  FROM work_schedule s
  LEFT JOIN (SELECT generate_series(0, 6) AS n) AS d
    ON s.hours && int4range(d.n * 1440, (d.n + 1) * 1440)
  LEFT JOIN LATERAL unnest(s.hours * int4multirange(int4range(d.n * 1440, (d.n + 1) * 1440))) AS r
    ON true
 WHERE s.org_id = $1 AND s.owner_id = $2
 ORDER BY d.n, lower(r);

-- name: schedule_put
INSERT INTO work_schedule (org_id, owner_id, timezone, hours)
SELECT $1, $2, $3, coalesce(range_agg(int4range(x.f::integer, x.t::integer)), '{}')
  FROM unnest($4::bigint[], $5::bigint[]) AS x (f, t)
ON CONFLICT (org_id, owner_id) DO UPDATE
   SET timezone = excluded.timezone, hours = excluded.hours, updated_at = now();

-- name: schedule_delete
DELETE FROM work_schedule
 WHERE org_id = $1 AND owner_id = $2;

-- name: schedule_knows_zone
-- Does the database's list of time zones have it?
-- global: no table of ours
SELECT count(*) AS n
  FROM pg_timezone_names
 WHERE name = $1;

-- name: holiday_list
SELECT to_char(day, 'YYYY-MM-DD') AS day, name
  FROM holiday
 WHERE org_id = $1
 ORDER BY holiday.day
 LIMIT 200;

-- name: holiday_clear
DELETE FROM holiday
 WHERE org_id = $1;

-- name: holiday_put
INSERT INTO holiday (org_id, day, name)
SELECT $1, x.day::date, x.name
  FROM unnest($2::text[], $3::text[]) AS x (day, name);

-- name: presence_list
-- Who is here at a moment ($2; null: now), of all ($3 null) or one: what they say of themselves, and
-- whether these are their hours.
SELECT m.user_id, m.availability, w.away_until,
       coalesce(w.away_until > coalesce($2, now()), false) AS away,
       works_at(CASE WHEN o.owner_id IS NULL THEN g.hours ELSE o.hours END,
                coalesce(o.timezone, g.timezone),
                (SELECT array_agg(h.day) FROM holiday h WHERE h.org_id = $1),
                coalesce($2, now())) AS works,
       CASE WHEN w.user_id IS NULL THEN 20 ELSE coalesce(w.capacity, 0) END AS capacity,
       o.owner_id IS NOT NULL AS own_hours
  FROM membership m
  LEFT JOIN member_work w ON w.org_id = $1 AND w.user_id = m.user_id
  LEFT JOIN work_schedule o ON o.org_id = $1 AND o.owner_id = m.user_id
  LEFT JOIN work_schedule g ON g.org_id = $1 AND g.owner_id = $1
 WHERE m.org_id = $1 AND m.state = 'active' AND ($3::uuid IS NULL OR m.user_id = $3)
 ORDER BY m.name, m.user_id
 LIMIT 500;

-- name: presence_is_away_for
-- Was somebody ($2) away all the time in the last so many ($3) hours?  By their word since then, or
-- outside their hours at each quarter of an hour in between.  Who is here no more is away.
SELECT count(*) AS n
  FROM membership m
  LEFT JOIN member_work w ON w.org_id = $1 AND w.user_id = m.user_id
  LEFT JOIN work_schedule o ON o.org_id = $1 AND o.owner_id = m.user_id
  LEFT JOIN work_schedule g ON g.org_id = $1 AND g.owner_id = $1
 WHERE m.org_id = $1 AND m.user_id = $2
   AND (m.state <> 'active'
        OR ((m.availability = 'offline' OR w.away_until > now())
            AND w.away_since <= now() - $3 * interval '1 hour')
        OR NOT EXISTS (
               SELECT FROM generate_series(now() - $3 * interval '1 hour', now(),
                                           interval '15 minutes') AS q (at)
                WHERE works_at(CASE WHEN o.owner_id IS NULL THEN g.hours ELSE o.hours END,
                               coalesce(o.timezone, g.timezone),
                               (SELECT array_agg(h.day) FROM holiday h WHERE h.org_id = $1),
                               q.at)));

-- name: member_work_away
-- Away until a moment ($3; null: not); since when is kept while it goes on ($4: they are away by their
-- own word).
INSERT INTO member_work (org_id, user_id, away_until, away_since)
VALUES ($1, $2, $3, CASE WHEN $4 THEN now() END)
ON CONFLICT (org_id, user_id) DO UPDATE
   SET away_until = excluded.away_until,
       away_since = CASE WHEN $4 THEN coalesce(member_work.away_since, now()) END;

-- name: member_work_capacity
INSERT INTO member_work (org_id, user_id, capacity)
VALUES ($1, $2, nullif($3, 0))
ON CONFLICT (org_id, user_id) DO UPDATE SET capacity = excluded.capacity;
