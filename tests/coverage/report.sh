#!/bin/sh
# What the tests reach, of builds that counted it, against what docs/reliability.md asks for:
#
#     sh report.sh GCOVR BUILD...
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
gcovr=$1
shift
traces=
failed=0

for build; do
    "$gcovr" --root "$top" --filter "$top/libdigit/" --json "$build/coverage.json" \
        --gcov-ignore-parse-errors=suspicious_hits.warn_once_per_file \
        "$build/libdigit/libdigit_core.a.p"
    traces="$traces --add-tracefile $build/coverage.json"
done

# At least LINES % of the lines and BRANCHES % of the branches of what matches FILTER.
ask() { # NAME FILTER LINES BRANCHES METRIC-TO-LIST
    if "$gcovr" --root "$top" $traces --filter "$2" --txt --txt-metric "$5" \
        --fail-under-line "$3" --fail-under-branch "$4"
    then
        echo "$1: $3 % of lines, $4 % of branches reached"
    else
        echo "FAILED $1: less than $3 % of lines or $4 % of branches"
        failed=$((failed + 1))
    fi
}

ask 'the parsers and the saving of files' "$top/libdigit/io/" 100 95 branch
ask 'the library' "$top/libdigit/" 90 0 line
echo "Ok: $((2 - failed))"
echo "Fail: $failed"
[ "$failed" -eq 0 ]
