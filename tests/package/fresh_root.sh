#!/bin/sh
# Run something in a Debian 12 that has nothing but its base system. See --help.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=${DIGIT_TEST_BUILD:-$top/build}/fresh-root
base=$work/base
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
no_root=77 # exit status: it can't be had here

usage() {
    cat << 'END'
usage: sh tests/package/fresh_root.sh COMMAND [ARGUMENT...]

  quickstart       sh examples/quickstart.sh, on a copy of the sources
  tests [LANE...]  sh tests/run.sh, on a copy of the sources; default: its default lanes
  debs FOLDER      install the packages in FOLDER and run debian/tests

Makes a Debian 12 with debootstrap once (root, the network, 250 MB) in build/fresh-root, and
works in a copy of it each time. Exit status 77: such a root can't be had here.
END
}

say() { echo "fresh_root: $*"; }

give_up() {
    say "SKIPPED: $*"
    exit $no_root
}

make_base() {
    if [ -f "$base/made" ]; then
        return
    fi
    [ "$(id -u)" -eq 0 ] || give_up 'only root can make one'
    command -v debootstrap > /dev/null || give_up 'debootstrap is not installed'
    unshare --mount true 2> /dev/null || give_up 'no name spaces for mounts here'
    say "debootstrap from $mirror"
    rm -rf "$base"
    mkdir -p "$work"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$base" "$mirror" \
        > "$work/debootstrap.log" 2>&1 || give_up "debootstrap failed; see $work/debootstrap.log"
    touch "$base/made"
}

# What this machine needs to reach the network is no part of what is tested.
let_out() { # ROOT
    cp -L /etc/resolv.conf "$1/etc/resolv.conf"
    cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
    cp /etc/apt/apt.conf.d/*proxy* "$1/etc/apt/apt.conf.d/" 2> /dev/null || true
    echo 'APT::Install-Recommends "false";' > "$1/etc/apt/apt.conf.d/90fresh-root"
    if [ -f /etc/pip.conf ]; then
        cp /etc/pip.conf "$1/etc/"
    fi
}

# The sources without what a build left there.
copy_sources() { # ROOT
    mkdir -p "$1/libdigit"
    (cd "$top" && tar -cf - --exclude=./build* --exclude=./data --exclude=./.git \
        --exclude=__pycache__ .) | tar -xf - -C "$1/libdigit"
}

# In a name space of its own, so that mounts end with it.
in_root() { # ROOT COMMAND
    unshare --mount sh -eu -c '
        mount -t proc proc "$1/proc"
        mount --rbind /dev "$1/dev"
        [ ! -d "$3" ] || mount --bind "$3" "$1/mnt"
        cd "$1"
        exec chroot "$1" env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
            DEBIAN_FRONTEND=noninteractive ${4:+MNIST_DIR=/mnt} sh -eu -c "cd /libdigit; $2"
        ' sh "$1" "$2" "${MNIST_DIR:-/nothing}" "${MNIST_DIR-}"
}

run() { # COMMAND [FOLDER OF PACKAGES]
    root=$(mktemp -d "$work/root.XXXXXX")
    trap 'rm -rf "$root"' EXIT
    cp -a "$base/." "$root"
    let_out "$root"
    copy_sources "$root"
    if [ -n "${2-}" ]; then
        mkdir "$root/debs"
        cp "$2"/*.deb "$root/debs/"
    fi
    in_root "$root" "$1"
}

install_and_test='apt-get update -qq
apt-get install -y -qq $(ls /debs/*.deb | grep -v -e -dbgsym) > /tmp/apt.log 2>&1 || {
    tail /tmp/apt.log; exit 1; }
apt-get install -y -qq gcc libc6-dev pkgconf cmake make python3-pil > /tmp/apt.log 2>&1
sh debian/tests/consumer.sh
sh debian/tests/installed.sh
apt-get remove -y -qq libdigit1 > /tmp/apt.log 2>&1
test -z "$(ls -d /usr/lib/*/libdigit* /usr/bin/digit* /usr/include/digit 2> /dev/null)"
echo "the packages work, and go without a trace"'

case ${1-} in
quickstart) set -- 'sh examples/quickstart.sh' ;;
tests)
    shift
    set -- "sh tests/run.sh ${*:+--lanes '$*'}"
    ;;
debs)
    [ -d "${2-}" ] || { usage >&2 && exit 2; }
    set -- "$install_and_test" "$2"
    ;;
-h | --help)
    usage
    exit 0
    ;;
*)
    usage >&2
    exit 2
    ;;
esac
make_base
run "$@"
