#!/bin/sh
# Install what is missing (Debian), build in build/quickstart, and recognise the
# sample pictures with the built-in model.
#
#     sh examples/quickstart.sh
#
# Run it again as often as you like: what is there is not done twice.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=$top/build/quickstart
# Meson asks dpkg-dev where Debian has its libraries, for whoever installs what is built here.
packages='gcc libc6-dev dpkg-dev meson ninja-build pkgconf libopenblas-pthread-dev libjansson-dev
zlib1g-dev libleptonica-dev'

say() { echo "quickstart: $*"; }

fail() {
    echo "quickstart: $*" >&2
    exit 1
}

has() { command -v "$1" > /dev/null 2>&1; }

is_installed() {
    case $(dpkg-query -W -f '${Status} ' "$1" 2> /dev/null) in
    *'ok installed'*) return 0 ;;
    *) return 1 ;;
    esac
}

install_missing() {
    if ! has dpkg-query || ! has apt-get; then
        say "no apt here; expecting a C compiler, meson, ninja, pkg-config, OpenBLAS, jansson," \
            "zlib and Leptonica to be installed"
        return
    fi
    missing=
    for package in $packages; do
        is_installed "$package" || missing="$missing $package"
    done
    if [ -z "$missing" ]; then
        return
    fi
    as_root=
    if [ "$(id -u)" -ne 0 ]; then
        has sudo || fail "as root, please: apt-get install$missing"
        as_root=sudo
    fi
    say "installing$missing"
    $as_root sh "$top/tools/apt_get.sh" update ||
        say "apt-get update failed; trying with the lists there are"
    $as_root sh "$top/tools/apt_get.sh" install -y --no-install-recommends $missing ||
        fail "apt-get could not install$missing"
    rm -rf "$build" # it was configured without them
}

build_all() {
    mkdir -p "$top/build"
    log=$top/build/quickstart.log
    if [ ! -f "$build/build.ninja" ]; then
        say "configuring $build"
        rm -rf "$build"
        if ! meson setup "$build" "$top" -Dtests=disabled > "$log" 2>&1; then
            tail -n 20 "$log" >&2
            fail "meson setup failed; all it said is in $log"
        fi
    fi
    say "building"
    if ! ninja -C "$build" > "$log" 2>&1; then
        tail -n 30 "$log" >&2
        fail "the build failed; all it said is in $log"
    fi
    for program in digit-predict digit-read; do
        [ -x "$build/examples/$program" ] || fail "$program was not built; see $log"
    done
}

recognise() {
    say "what the built-in model reads in the sample pictures:"
    cd "$top"
    set --
    for picture in examples/pictures/*.png examples/pictures/*.jpg examples/pictures/*.bmp \
        examples/pictures/*.tif examples/pictures/*.webp; do
        [ -f "$picture" ] && set -- "$@" "$picture"
    done
    "$build/examples/digit-predict" --top 0 "$@"
    say "and on whole pages:"
    "$build/examples/digit-read" examples/pictures/numbers
}

install_missing
build_all
recognise
cat << END

Now try your own: build/quickstart/examples/digit-predict PICTURE...    (one digit)
                  build/quickstart/examples/digit-read PICTURE...       (any number of them)
Train a model:    sh examples/fetch-mnist.sh data && build/quickstart/examples/digit-train --help
In C, in Python:  examples/hello.c, examples/hello.py
END
