-- name: db_notify
-- global: a channel belongs to the database
SELECT pg_notify($1, $2);

-- name: db_ping
-- global: asks whether the server answers
SELECT 1::bigint;
