#!/bin/sh
# The command of docs/pretrained.md gives the built-in model again, byte for byte (on the
# kind of CPU it was made on: kernels round differently).
#
#     sh tests/accuracy/pretrained.sh BUILD_FOLDER MNIST_FOLDER OUTPUT_FOLDER
set -eu

top=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
build=$(CDPATH='' cd -- "$1" && pwd)
mnist=$(CDPATH='' cd -- "$2" && pwd)
mkdir -p "$3"
output=$(CDPATH='' cd -- "$3" && pwd)
shipped=$top/libdigit/io/pretrained.safetensors

# The indented command, with the lines that a backslash continues.
command=$(awk '/^    digit-train / { on = 1 } on { print; if ($0 !~ /\\$/) exit }' \
    "$top/docs/pretrained.md")
[ -n "$command" ] || {
    echo 'WRONG: docs/pretrained.md has no command that begins with digit-train'
    exit 1
}

# Run as it stands, in a folder that looks like the top of the tree to it.
stage=$output/pretrained
rm -rf "$stage"
mkdir -p "$stage/libdigit/io"
ln -s "$mnist" "$stage/data"
printf '%s\n' "$command"
(cd "$stage" && PATH=$build/examples:$PATH sh -euc "$command")

if cmp "$stage/libdigit/io/pretrained.safetensors" "$shipped"; then
    echo 'Ok: 1'
else
    echo 'WRONG: the model made anew is another one'
    echo 'Fail: 1'
    exit 1
fi
