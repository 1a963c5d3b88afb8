#!/bin/sh
# Run oss-fuzz/build.sh as OSS-Fuzz does, but on this machine: sh try_oss_fuzz.sh FOLDER [SECONDS]
# Each target then replays its seeds and looks for inputs for some seconds, in a folder where
# nothing else is. Needs clang.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mkdir -p "$1"
folder=$(CDPATH='' cd -- "$1" && pwd)
seconds=${2-5}
flags='-O1 -fno-omit-frame-pointer -gline-tables-only -fsanitize=address,fuzzer-no-link'
rm -rf "$folder/src" "$folder/out" "$folder/run"
mkdir -p "$folder/src" "$folder/out" "$folder/work" "$folder/run"
ln -s "$(CDPATH='' cd -- "$here/../.." && pwd)" "$folder/src/libdigit"

CC=${CC-clang} CXX=${CXX-clang++} CFLAGS=$flags CXXFLAGS=$flags \
    LIB_FUZZING_ENGINE=-fsanitize=fuzzer SRC=$folder/src OUT=$folder/out WORK=$folder/work \
    bash "$here/oss-fuzz/build.sh"

passed=0 failed=0
cd "$folder/run"
for program in "$folder"/out/fuzz_*; do
    [ -x "$program" ] || continue
    name=${program##*/}
    dictionary=
    [ ! -f "$program.dict" ] || dictionary=-dict=$program.dict
    python3 -m zipfile -e "${program}_seed_corpus.zip" "$name" > "$name.log" 2>&1
    # The image that runs the targets has neither zlib nor jansson.
    if ! ldd "$program" | grep -E 'libz|libjansson|libdigit' && [ -s "$program.options" ] &&
        "$program" $dictionary -max_total_time="$seconds" -timeout=3600 "$name" >> "$name.log" 2>&1
    then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED $name: see $folder/run/$name.log"
    fi
done
echo "Ok: $passed"
echo "Fail: $failed"
[ "$failed" -eq 0 ] && [ "$passed" -eq 8 ]
