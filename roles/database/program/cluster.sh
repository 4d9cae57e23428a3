#!/bin/sh
# Makes PostgreSQL's data directory on the volume, once in its life.
#     cluster.sh MOUNT DATA PROGRAMS
set -eu

mount=$1
data=$2
programs=$3

fail() {
    echo "$1" >&2
    exit 1
}

# On the machine's own disk a new data directory would hide that the old one is missing.
mountpoint -q "$mount" || fail "no volume is mounted on $mount"
if [ -s "$data/PG_VERSION" ]; then
    echo "$data is there already"
    exit 0
fi
if [ -d "$data" ] && [ -n "$(ls -A "$data")" ]; then
    fail "$data has files, but no PG_VERSION: a restore that was cut? Nothing was touched."
fi

folder=$(dirname "$data")
install -d -o postgres -g postgres -m 0700 "$folder"
# Under another name until it is whole: a power cut in between leaves nothing that looks like a database.
rm -rf "$data.new"
# The built-in collation follows code points on every machine; those of the C library change with Debian's releases, and
# then indexes are silently wrong.
setpriv --reuid=postgres --regid=postgres --init-groups -- "$programs/initdb" --pgdata="$data.new" --data-checksums --encoding=UTF8 \
    --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C.UTF-8 --auth=reject --no-instructions
rm -rf "$data"
mv "$data.new" "$data"
sync "$folder"
