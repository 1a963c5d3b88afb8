#!/bin/sh
# The commands of docs/pretrained.md give the built-in networks again, byte for byte (on the
# kind of CPU they were made on: kernels round differently).
#
#     sh tests/accuracy/pretrained.sh BUILD_FOLDER MNIST_FOLDER OUTPUT_FOLDER
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
build=$(CDPATH='' cd -- "$1" && pwd)
mnist=$(CDPATH='' cd -- "$2" && pwd)
mkdir -p "$3"
output=$(CDPATH='' cd -- "$3" && pwd)

# The indented command that writes a file, with the lines that a backslash continues.
command_for() {
    awk -v output="--output libdigit/io/$1" '
        /^    digit-train / { text = ""; on = 1 }
        on { text = text $0 "\n" }
        on && $0 !~ /\\$/ { on = 0; if (index(text, output)) printf "%s", text }' \
        "$top/docs/pretrained.md"
}

# Run as they stand, in a folder that looks like the top of the tree to them.
stage=$output/pretrained
rm -rf "$stage"
mkdir -p "$stage/libdigit/io"
ln -s "$mnist" "$stage/data"

failed=0
for file in pretrained.safetensors pairs.safetensors; do
    command=$(command_for "$file")
    printf '%s\n' "$command"
    if [ -n "$command" ] && (cd "$stage" && PATH=$build/examples:$PATH sh -euc "$command") &&
        cmp "$stage/libdigit/io/$file" "$top/libdigit/io/$file"; then
        echo 'Ok: 1'
    else
        echo "WRONG: $file made anew is another one, or docs/pretrained.md has no command for it"
        echo 'Fail: 1'
        failed=1
    fi
done
exit $failed
