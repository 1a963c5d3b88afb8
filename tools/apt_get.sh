#!/bin/sh
# apt-get without questions, which waits for its turn if another run of apt is at work.
#
#     sh tools/apt_get.sh ARGUMENT...
#
# apt has three locks. DPkg::Lock::Timeout waits for dpkg's; those of the package lists and of the
# downloads fail at once, so the command is repeated until it gets them. Prints only what went
# wrong.
set -eu

patience=600 # seconds
export DEBIAN_FRONTEND=noninteractive
export LC_ALL=C # for the message that is looked for

log=$(mktemp)
trap 'rm -f "$log"' EXIT
end=$(($(date +%s) + patience))
waiting=
until apt-get -o DPkg::Lock::Timeout=$patience "$@" > "$log" 2>&1; do
    if ! grep -q 'Could not get lock' "$log" || [ "$(date +%s)" -ge $end ]; then
        tail -n 20 "$log" >&2
        exit 1
    fi
    [ -n "$waiting" ] || echo 'apt_get: waiting until another run of apt is done' >&2
    waiting=yes
    sleep 2
done
