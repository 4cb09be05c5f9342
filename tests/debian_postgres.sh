#!/bin/sh
# Every test on Debian's own PostgreSQL (15 unless POSTGRES_VERSION says otherwise), in a throw-away cluster.
# Takes pytest's arguments, as bin/test does.
set -eu
root=$(dirname "$(dirname "$(readlink -f "$0")")")
version=${POSTGRES_VERSION:-15}
programs=/usr/lib/postgresql/$version/bin
if [ ! -x "$programs/initdb" ]; then
    echo "PostgreSQL $version is not installed: apt-get install postgresql-$version" >&2
    exit 1
fi
folder=$(mktemp -d)
user=$(id -un)
if [ "$(id -u)" = 0 ]; then user=postgres; fi # PostgreSQL does not run as root
chown "$user" "$folder"
chmod 711 "$folder"

as_user() {
    if [ "$(id -un)" = "$user" ]; then "$@"; else runuser -u "$user" -- "$@"; fi
}

clean_up() {
    as_user "$programs/pg_ctl" -D "$folder/data" -m immediate stop >"$folder/stop.log" 2>&1 || true
    rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

cd "$folder"
as_user "$programs/initdb" -D data --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 \
    --data-checksums >initdb.log
# Nothing here outlives the run, so nothing has to reach the disk.
as_user "$programs/pg_ctl" -D data -l "$folder/log" -w start -o "-k $folder -c listen_addresses= \
    -c max_connections=200 -c fsync=off -c synchronous_commit=off -c full_page_writes=off" >"$folder/start.log"
FAIRLEAD_TEST_DATABASE_URL="postgresql://postgres@/postgres?host=$folder" "$root/bin/test" "$@"
