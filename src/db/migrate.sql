-- name: migration_table
-- global: what was done to the database is nobody's data
CREATE TABLE IF NOT EXISTS schema_migration (
    version     bigint PRIMARY KEY,
    name        text NOT NULL,
    checksum    text NOT NULL,
    applied_at  timestamptz NOT NULL DEFAULT now()
);

-- name: migration_table_comment
-- global: as above
COMMENT ON TABLE schema_migration IS 'A row is a migration that was applied. Retention: none. Personal data: none.';

-- name: migration_table_grant
-- global: as above
GRANT SELECT ON TABLE schema_migration TO sambung_app, sambung_system;

-- name: migration_lock
-- global: as above
SELECT pg_advisory_lock($1);

-- name: migration_unlock
-- global: as above
SELECT pg_advisory_unlock($1);

-- name: migration_is_there
-- global: as above
SELECT (to_regclass('public.schema_migration') IS NOT NULL)::int::bigint AS there;

-- name: migration_list
-- global: as above
SELECT version, name, checksum
  FROM schema_migration
 ORDER BY version;

-- name: migration_insert
-- global: as above
INSERT INTO schema_migration (version, name, checksum)
VALUES ($1, $2, $3);
