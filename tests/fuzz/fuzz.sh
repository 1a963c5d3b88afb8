#!/bin/sh
# Let every fuzz target look for new inputs: sh fuzz.sh BUILD SECONDS [TARGET...]
# What it finds stays in BUILD/corpus, so the next run begins there.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
build=$1 seconds=$2
shift 2
[ $# -gt 0 ] || set -- model json idx strokes roundtrip architecture normalize read calls
crashes=$build/crashes
mkdir -p "$crashes"
passed=0 failed=0

dictionary() { # TARGET
    case $1 in
    model | roundtrip | json) echo "-dict=$here/dictionaries/model.dict" ;;
    architecture | idx) echo "-dict=$here/dictionaries/$1.dict" ;;
    esac
}

longest() { # TARGET
    case $1 in
    calls | architecture) echo 512 ;;
    normalize | read) echo 2048 ;;
    *) echo 8192 ;;
    esac
}

# Seconds of wall-clock time until an input has stopped for good. One that is only slow is ended by
# patience.c, by processor time.
patience=3600

for target; do
    corpus=$build/corpus/$target log=$build/fuzz-$target.log
    mkdir -p "$corpus"
    if "$build/tests/fuzz/fuzz_$target" $(dictionary "$target") -max_len="$(longest "$target")" \
        -max_total_time="$seconds" -timeout="$patience" -rss_limit_mb=1024 -malloc_limit_mb=256 \
        -print_final_stats=1 -artifact_prefix="$crashes/$target-" "$corpus" \
        "$build/tests/fuzz/seeds/$target" > "$log" 2>&1
    then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        grep -E 'not so:|ERROR|runtime error|Test unit written' "$log"
        echo "FAILED fuzz $target: see $log"
    fi
    echo "fuzz $target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
done
echo "Ok: $passed"
echo "Fail: $failed"
[ "$failed" -eq 0 ]
