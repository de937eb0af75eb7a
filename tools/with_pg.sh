#!/bin/bash
# Run a command beside a throw-away PostgreSQL cluster: with_pg.sh [--own] COMMAND...
#
# The command finds it through PGHOST (a socket directory), PGPORT, PGUSER and TEST_PG;
# pg.h and tests/http know the rest.  Within another with_pg.sh the outer cluster serves, unless
# --own asks for one (to be restarted by the test).  PG_BINDIR chooses the version.  Nothing is
# durable here, and nothing listens on the network.
set -eu

own=no
if [ "${1:-}" = --own ]; then
    own=yes
    shift
fi
if [ $own = no ] && [ -n "${TEST_PG:-}" ]; then
    exec "$@"
fi

bindir=${PG_BINDIR:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$bindir/initdb" ] || { echo "with_pg.sh: no PostgreSQL (PG_BINDIR)" >&2; exit 2; }

# postgres refuses to run as root
run=()
if [ "$(id -u)" = 0 ]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    run=(setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups --)
fi

dir=$(mktemp -d /tmp/sambung-pg.XXXXXX)
server=
child=
stop() {
    [ -z "$child" ] || kill "$child" 2>/dev/null || true
    if [ -n "$server" ]; then
        kill -QUIT "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
    fi
    rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
[ ${#run[@]} = 0 ] || chown "$user" "$dir"
chmod 755 "$dir"
back=$PWD
cd "$dir"

"${run[@]}" "$bindir/initdb" -D "$dir/data" -U postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync --no-instructions >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 2; }
cat >>"$dir/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$dir'
port = 5432
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
shared_buffers = 64MB
max_connections = 200
autovacuum = off
log_min_messages = fatal
log_min_error_statement = panic
CONF
# if this script is killed, the server hears of it
"${run[@]}" setpriv --pdeathsig QUIT "$bindir/postgres" -D "$dir/data" >"$dir/server.log" 2>&1 &
server=$!
for _ in $(seq 200); do
    grep -q '^ready' "$dir/data/postmaster.pid" 2>/dev/null && break
    kill -0 "$server" 2>/dev/null || { cat "$dir/server.log" >&2; exit 2; }
    sleep 0.05
done

cd "$back"
export PGHOST=$dir PGPORT=5432 PGUSER=postgres PGDATABASE=postgres
export TEST_PG=$dir/data TEST_PG_BINDIR=$bindir TEST_PG_RUN="${run[*]}"
unset PGPASSWORD PGSERVICE PGOPTIONS DATABASE_URL
"$@" <&0 &
child=$!
status=0
wait "$child" || status=$?
child=
exit $status
