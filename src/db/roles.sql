-- The three roles of Sambung.  Run once, connected to the database, as whoever may create roles;
-- running it again changes nothing.  None is a superuser, none bypasses row-level security.
--
--   sambung_owner   owns the database and its tables, runs migrations (SAMBUNG_OWNER_DATABASE_URL)
--   sambung_app     requests and jobs of one organisation at a time (DATABASE_URL)
--   sambung_system  sign-in, webhooks, scheduler, feed: named statements (SAMBUNG_SYSTEM_DATABASE_URL)
--
-- Where the server asks for passwords, give each its own afterwards: \password sambung_app

DO $$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['sambung_owner', 'sambung_app', 'sambung_system'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS',
                           wanted);
        END IF;
    END LOOP;
    -- handing over what one owns takes membership in the role that gets it
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)
       AND NOT pg_has_role(current_user, 'sambung_owner', 'MEMBER') THEN
        EXECUTE format('GRANT sambung_owner TO %I', current_user);
    END IF;
    EXECUTE format('GRANT CREATE, CONNECT, TEMPORARY ON DATABASE %I TO sambung_owner', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO sambung_app, sambung_system', current_database());
    IF (SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()) <> 'sambung_owner' THEN
        EXECUTE format('ALTER DATABASE %I OWNER TO sambung_owner', current_database());
    END IF;
    IF (SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'public') NOT IN ('sambung_owner', 'pg_database_owner') THEN
        EXECUTE 'ALTER SCHEMA public OWNER TO sambung_owner';
    END IF;
END
$$;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO sambung_owner;
GRANT USAGE ON SCHEMA public TO sambung_app, sambung_system;
