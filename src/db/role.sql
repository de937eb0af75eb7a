-- name: db_role_facts
-- Who we are on this connection ($1: who we should be, $2: who we must not be as well).
-- global: asks about the connection, not about data
SELECT me.rolname::text AS name,
       me.rolsuper OR me.rolbypassrls AS unbound,
       EXISTS (SELECT FROM pg_roles
                WHERE rolname = $1::text AND pg_has_role(me.oid, oid, 'USAGE')) AS fits,
       EXISTS (SELECT FROM pg_roles
                WHERE rolname = ANY ($2::text[]) AND pg_has_role(me.oid, oid, 'MEMBER')) AS beyond
  FROM pg_roles AS me
 WHERE me.rolname = current_user;
