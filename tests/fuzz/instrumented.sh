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

# The machine's own lists, asked for sources; they themselves stay as they are.
mkdir -p sources
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
    [ -f "$list" ] || continue
    case $list in
    *.list) sed -n 's/^deb /deb-src /p' "$list" > "sources/${list##*/}" ;;
    *.sources) sed 's/^Types:.*/Types: deb-src/' "$list" > "sources/${list##*/}" ;;
    esac
done
apt_get() {
    apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$folder/sources" \
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
