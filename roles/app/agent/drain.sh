#!/bin/sh
# holdfast-drain                              what each instance of this machine is, and who keeps it out
# holdfast-drain INSTANCE ready|drain|maint   ready: visitors may come. drain: none comes anew, those who are there
#                                             finish. maint: nobody, no health checks, and no watchdog.
# It lasts until it is taken back, over reloads, failovers and reboots.
set -eu
states=/var/lib/holdfast/instances

instances() {
    sed -n 's/.*"number": \([0-9]*\).*/\1/p' /etc/holdfast/agent.json
}

usage() {
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

[ $# -eq 0 ] && exec /usr/local/sbin/holdfast-rotation show

[ $# -eq 2 ] || usage
case $1 in '' | *[!0-9]*) usage ;; esac
case $2 in ready | drain | maint) ;; *) usage ;; esac
if [ "$(id -u)" -ne 0 ]; then
    echo "holdfast-drain changes what visitors get, so it needs root: sudo holdfast-drain $*" >&2
    exit 1
fi
if ! instances | grep -qx "$1"; then
    echo "there is no instance $1 on this machine; holdfast-drain without arguments lists them" >&2
    exit 1
fi
mkdir -p "$states"
chmod 0755 "$states"
if [ "$2" = ready ]; then
    rm -f "$states/$1"
else
    # Written beside and renamed: the agent reads the old word or the new one.
    printf '%s\n%s\n%s\n' "$2" "${SUDO_USER:-root}" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$states/.$1"
    mv "$states/.$1" "$states/$1"
fi
echo "instance $1: $2; HAProxy learns it within a second"
