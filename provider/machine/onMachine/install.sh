#!/bin/sh
# Takes this folder as a gzipped tar on standard input and makes it the machine's version $1. Run as root.
set -eu
version=$1
base=/usr/local/lib/holdfast
umask 022
if ! command -v python3 >/dev/null; then
  echo "python3 is missing on this machine; Debian's cloud images have it, cloud-init needs it too" >&2
  exit 1
fi
mkdir -p "$base"
new=$(mktemp -d "$base/.new.XXXXXX")
chmod 755 "$new"
tar -xz --no-same-owner -C "$new"
sync "$new"/* "$new"
# Complete or not there: a version that has its name can be trusted.
if ! mv -T "$new" "$base/$version" 2>/dev/null; then rm -rf "$new"; fi
exec python3 "$base/$version" install
