#!/bin/bash -eu
# Build the fuzz targets as OSS-Fuzz wants them: with its compilers, flags and engine, statically
# linked, into $OUT, beside their seeds and dictionaries. Runs in the image of the Dockerfile, and
# in ../try_oss_fuzz.sh.

source=$SRC/libdigit
build=$WORK/libdigit

# To trace comparisons would take two thirds of a reader's time. A build without optimisation
# options of its own leaves these to CFLAGS.
export CFLAGS="$CFLAGS -fno-sanitize-coverage=trace-cmp -fno-sanitize-recover=all"
rm -rf "$build"
meson setup "$build" "$source" --buildtype=plain -Dtests=enabled -Dprograms=disabled \
    -Dblas=reference -Dprefer_static=true -Db_lundef=false "-Dfuzz_engine=$LIB_FUZZING_ENGINE"

targets='model roundtrip json idx architecture normalize read calls'
ninja -C "$build" tests/fuzz/seeds $(printf 'tests/fuzz/fuzz_%s ' $targets)

for target in $targets; do
    cp "$build/tests/fuzz/fuzz_$target" "$OUT/"
    inputs=$(find "$build/tests/fuzz/seeds/$target" "$source/tests/fuzz/crashes/$target" -type f \
        2> /dev/null || true)
    (cd / && python3 -m zipfile -c "$OUT/fuzz_${target}_seed_corpus.zip" $inputs)
    case $target in
    model | roundtrip | json) dictionary=model longest=8192 ;;
    architecture) dictionary=architecture longest=512 ;;
    idx) dictionary=idx longest=8192 ;;
    calls) dictionary='' longest=512 ;;
    *) dictionary='' longest=2048 ;;
    esac
    [ -z "$dictionary" ] ||
        cp "$source/tests/fuzz/dictionaries/$dictionary.dict" "$OUT/fuzz_$target.dict"
    printf '[libfuzzer]\nmax_len = %s\n' "$longest" > "$OUT/fuzz_$target.options"
done
