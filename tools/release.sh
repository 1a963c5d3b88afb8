#!/bin/sh
# Make a release: check versions, run every lane, leave tarball, wheel and Debian packages in dist/.
#
#     sh tools/release.sh VERSION [--no-tests]
#
# What comes out is built from the commit, not from the folder. Nothing is tagged or uploaded.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
dist=$top/dist

say() { echo "release: $*"; }

fail() {
    echo "release: $*" >&2
    exit 1
}

usage='usage: sh tools/release.sh VERSION [--no-tests]'
version=${1-}
[ -n "$version" ] || fail "$usage"
case ${2-} in
'' | --no-tests) ;;
*) fail "$usage" ;;
esac

cd "$top"
python3 tools/check_release.py "$version" || fail "not $version yet"
if [ "${2-}" = --no-tests ]; then
    say 'SKIPPED: the tests'
else
    sh tests/run.sh --release || fail 'tests failed'
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$dist"
mkdir -p "$dist"

say 'the tarball'
git archive --format=tar --prefix="libdigit-$version/" HEAD | gzip -9n \
    > "$dist/libdigit-$version.tar.gz"
tar -xzf "$dist/libdigit-$version.tar.gz" -C "$work"

say 'the wheel, from the tarball'
python3 -m venv "$work/venv"
"$work/venv/bin/python" -m pip install --quiet build
(cd "$work/libdigit-$version" && "$work/venv/bin/python" -m build --wheel --outdir "$dist") \
    > "$work/wheel.log" 2>&1 || { tail -n 20 "$work/wheel.log" >&2 && fail 'no wheel'; }

say 'the Debian packages, from the tarball'
cp "$dist/libdigit-$version.tar.gz" "$work/libdigit_$version.orig.tar.gz"
rm -rf "$work/libdigit-$version"
tar -xzf "$dist/libdigit-$version.tar.gz" -C "$work"
(cd "$work/libdigit-$version" && dpkg-buildpackage -us -uc) > "$work/deb.log" 2>&1 ||
    { tail -n 20 "$work/deb.log" >&2 && fail 'no Debian packages'; }
mv "$work"/*.deb "$work"/*.dsc "$work"/*.changes "$work"/*.debian.tar.* \
    "$work"/*.orig.tar.gz "$dist/"

(cd "$dist" && sha256sum -- * > SHA256SUMS)
say "in $dist:"
ls -l "$dist"
say "then: git tag -s v$version"
