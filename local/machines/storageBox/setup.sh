#!/bin/sh
# Brings a Storage Box's machine to what /etc/storage-box/accounts says, at boot and after each change.
#
# Usage: storage-box DEVICE
#
# One line of the file is one account: NAME:HASH:HOME:ro|rw:on|off. All accounts are the same user to the file system,
# as all of a box's files belong to its owner. Each account sees a folder of its own as /, with its files in /home:
# where they are on port 23 of Hetzner's boxes.
set -eu
umask 022

device=$1
settings=/etc/storage-box
data=/srv/box
jails=/srv/jails
owner=2000

chmod 600 "$settings/accounts"
mkdir -p "$data" "$jails" /run/storage-box
if ! mountpoint -q "$data"; then
  # The box's size is its quota. Without discarding, so that a large box is made as quickly as a small one.
  [ -n "$(blkid -p -s TYPE -o value "$device")" ] || mkfs.xfs -q -K -l size=64m "$device"
  mount -t xfs -o nosuid,nodev "$device" "$data"
fi
xfs_growfs "$data" >/dev/null
if [ ! -e "$data/empty" ]; then
  mkdir -p "$data/home" "$data/snapshots"
  chown "$owner:$owner" "$data/home"
  # What the file system needs for itself counts as nobody's data.
  df --block-size=1 --output=used "$data" | tail -n 1 >"$data/empty"
fi
ssh-keygen -A >/dev/null

grep -q '^storage:' /etc/group || echo "storage:x:$owner:" >>/etc/group
sed -i "/^[^:]*:x:$owner:$owner:/d" /etc/passwd
sed -i '/^u[0-9]*\(-sub[0-9]*\)\{0,1\}:/d' /etc/shadow

while IFS=: read -r name hash home access state; do
  [ "$state" = on ] || hash="!$hash"
  echo "$name:x:$owner:$owner::/home:/usr/sbin/nologin" >>/etc/passwd
  echo "$name:$hash:20000::::::" >>/etc/shadow

  target=$data/home${home:+/$home}
  [ -d "$target" ] || setpriv --reuid="$owner" --regid="$owner" --clear-groups mkdir -p "$target"
  jail=$jails/$name
  mkdir -p "$jail/home"
  # Only what changed is mounted anew: open sessions of other accounts go on.
  wanted="$access $target"
  if [ "$(cat "/run/storage-box/$name" 2>/dev/null)" != "$wanted" ]; then
    while mountpoint -q "$jail/home"; do umount -l "$jail/home"; done
    mount --bind "$target" "$jail/home"
    [ "$access" = rw ] || mount -o remount,bind,ro "$jail/home"
    echo "$wanted" >"/run/storage-box/$name"
  fi
  if [ -s "$settings/keys/$name" ] && [ ! -e "$target/.ssh" ]; then
    install -d -o "$owner" -g "$owner" -m 700 "$target/.ssh"
    install -o "$owner" -g "$owner" -m 600 "$settings/keys/$name" "$target/.ssh/authorized_keys"
  fi
done <"$settings/accounts"

for jail in "$jails"/*; do
  name=${jail##*/}
  if [ -d "$jail" ] && ! grep -q "^$name:" "$settings/accounts"; then
    while mountpoint -q "$jail/home"; do umount -l "$jail/home"; done
    rmdir "$jail/home" "$jail"
    rm -f "/run/storage-box/$name"
  fi
done

if systemctl is-active --quiet ssh.service; then systemctl reload ssh.service; fi
