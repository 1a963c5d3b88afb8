#!/bin/sh
# The training of the first Keras program people write, on all of MNIST: three seeds, each
# at least 98.6 % right on the 10,000, 98.8 % on average; loss halved; and the same file for
# one thread as for two.
#
#     sh tests/accuracy/keras.sh BUILD_FOLDER MNIST_FOLDER OUTPUT_FOLDER
set -eu

build=$1 mnist=$2 output=$3
ok=0 wrong=0

check() { # WHAT CONDITION (of awk)
    if awk "BEGIN { exit !($2) }"; then
        ok=$((ok + 1))
        echo "fine: $1"
    else
        wrong=$((wrong + 1))
        echo "WRONG: $1"
    fi
}

train() { # SEED THREADS NAME
    "$build/examples/digit-train" --architecture keras --epochs 5 --batch 128 --augment 0 \
        --schedule constant --seed "$1" --threads "$2" --history "$output/$3.csv" \
        --images "$mnist/train-images-idx3-ubyte" --labels "$mnist/train-labels-idx1-ubyte" \
        --output "$output/$3.safetensors"
}

correct() { # NAME
    "$build/examples/digit-eval" --json --model "$output/$1.safetensors" \
        "$mnist/t10k-images-idx3-ubyte" "$mnist/t10k-labels-idx1-ubyte" |
        sed -n 's/.*"correct": *\([0-9]*\).*/\1/p'
}

# The column called "loss": first and last row below the head.
losses() { # NAME
    awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "loss") column = i; next }
        first == "" { first = $column } { last = $column } END { print first, last }' \
        "$output/$1.csv"
}

mkdir -p "$output"
sum=0
for seed in 1 2 3; do
    train "$seed" 2 "seed-$seed"
    right=$(correct "seed-$seed")
    sum=$((sum + right))
    check "seed $seed: $right of 10,000 right, wanted 9,860" "$right >= 9860"
    read -r first last <<END
$(losses "seed-$seed")
END
    check "seed $seed: loss $first to $last, wanted under a half" "2 * $last < $first"
done
check "on average $((sum / 3)) right, wanted 9,880" "$sum / 3 >= 9880"

train 1 1 seed-1-alone
if cmp "$output/seed-1.safetensors" "$output/seed-1-alone.safetensors"; then same=1; else same=0; fi
check 'one thread and two give the same file' "$same"

echo "Ok: $ok"
echo "Fail: $wrong"
[ "$wrong" -eq 0 ]
