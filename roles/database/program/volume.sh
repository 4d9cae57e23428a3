#!/bin/sh
# The database's volume. `prepare` gives an empty one a file system; `grow` lets the file system fill it, while in use.
# /etc/holdfast/database/volume says which DEVICE it is and where it is mounted (MOUNT).
set -eu

# shellcheck source=/dev/null
. "${HOLDFAST_VOLUME:-/etc/holdfast/database/volume}"

fail() {
    echo "$1" >&2
    exit 1
}

# An attached volume takes a moment to appear.
tries=0
while [ ! -b "$DEVICE" ]; do
    tries=$((tries + 1))
    [ "$tries" -le 60 ] || fail "there is no $DEVICE: is the volume attached to this machine?"
    sleep 0.5
done

case "${1:-}" in
prepare)
    code=0
    type=$(blkid --probe --output value --match-tag TYPE "$DEVICE") || code=$?
    if [ "$type" = xfs ]; then
        echo "$DEVICE has its file system already"
        exit 0
    fi
    # 2: blkid recognises nothing. Anything else may be somebody's data, and so may bytes that nobody recognises.
    [ "$code" -eq 2 ] || fail "$DEVICE has something else than XFS on it (${type:-unclear}): nothing was written to it"
    cmp -s -n 4194304 "$DEVICE" /dev/zero || fail "$DEVICE is not empty: nothing was written to it"
    mkfs.xfs -q -L database "$DEVICE"
    echo "made a file system on $DEVICE"
    ;;
grow)
    xfs_growfs "$MOUNT"
    ;;
*)
    fail "usage: $0 prepare|grow"
    ;;
esac
