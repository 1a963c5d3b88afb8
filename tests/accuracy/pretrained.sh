#!/bin/sh
# The commands of docs/pretrained.md give the built-in networks again, byte for byte (on the
# kind of CPU they were made on: kernels round differently).
#
#     sh tests/accuracy/pretrained.sh BUILD_FOLDER MNIST_FOLDER HANDS_FOLDER OUTPUT_FOLDER [PYTHON]
#
# HANDS_FOLDER is the one that docs/pretrained.md names; "" leaves out the networks that need it.
# PYTHON has NumPy.
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
build=$(CDPATH='' cd -- "$1" && pwd)
mnist=$(CDPATH='' cd -- "$2" && pwd)
hands=$3
mkdir -p "$4"
output=$(CDPATH='' cd -- "$4" && pwd)
python=${5:-python3}

# The indented command that writes a file, with the lines that a backslash continues.
command_for() {
    awk -v output="--output $1" '
        /^    digit-train / { text = ""; on = 1 }
        on { text = text $0 "\n" }
        on && $0 !~ /\\$/ { on = 0; if (index(text, output)) printf "%s", text }' \
        "$top/docs/pretrained.md"
}

# Run as they stand, in a folder that looks like the top of the tree to them.
stage=$output/pretrained
rm -rf "$stage"
mkdir -p "$stage/libdigit/io" "$stage/data"
ln -s "$mnist"/* "$stage/data"

failed=0
check() { # FILE
    command=$(command_for "libdigit/io/$1")
    printf '%s\n' "$command"
    if [ -n "$command" ] && (cd "$stage" && PATH=$build/examples:$PATH sh -euc "$command") &&
        cmp "$stage/libdigit/io/$1" "$top/libdigit/io/$1"; then
        echo 'Ok: 1'
    else
        echo "WRONG: $1 made anew is another one, or docs/pretrained.md has no command for it"
        echo 'Fail: 1'
        failed=1
    fi
}

if [ -n "$hands" ]; then
    PYTHONPATH=$top/bindings/python LIBDIGIT_LIBRARY=$build/libdigit/libdigit.so \
        "$python" "$top/tests/accuracy/hands_data.py" "$hands" "$stage/data"
    check pretrained.safetensors
else
    echo 'SKIPPED: pretrained.safetensors: there is no folder of hands (HANDS_DIR)'
fi
exit $failed
