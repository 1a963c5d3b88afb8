#!/bin/sh
# zlib and jansson from Debian's source, built so that MemorySanitizer sees what they write:
#
#     sh instrumented.sh FOLDER
#
# Libraries and headers are in FOLDER/usr then. Needs clang, make, cmake and dpkg-dev.
set -eu

folder=$1
mkdir -p "$folder/lists/partial"
folder=$(CDPATH='' cd -- "$folder" && pwd)
cd "$folder"
[ -f usr/lib/libz.a ] && [ -f usr/lib/libjansson.a ] && exit 0

# Where the sources are, without a change to the machine's own list.
echo 'deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm main' \
    > sources.list
apt_get() {
    apt-get -qq -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::State::Lists="$folder/lists" "$@"
}
apt_get update
rm -rf zlib-*/ jansson-*/
apt_get source zlib jansson

export CC=clang CFLAGS='-O1 -g -fPIC -fsanitize=memory -fno-omit-frame-pointer'
(cd zlib-*/ && ./configure --static --prefix="$folder/usr" && make libz.a && make install)
cmake -S jansson-*/ -B jansson-build -DJANSSON_BUILD_DOCS=OFF -DJANSSON_WITHOUT_TESTS=ON \
    -DJANSSON_EXAMPLES=OFF -DCMAKE_INSTALL_PREFIX="$folder/usr" -DCMAKE_INSTALL_LIBDIR=lib
cmake --build jansson-build --target install
