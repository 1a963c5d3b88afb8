"""What each stage of bulk reading costs one worker, in time of its processor.

    PYTHONPATH=bindings/python LIBDIGIT_LIBRARY=build/libdigit/libdigit.so MNIST_DIR=... \\
        python3 tests/bench/bulk_stages.py

decode: Pillow, from a file's bytes to pixels. read: the library, which finds and recognises;
`perf record build/examples/digit-read ...` tells the two apart, by the names of functions.
rows: objects of Python. write: Parquet with its fsync, by the clock.
"""

import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from bulk_pictures import digit_png, field_png, page_png

from libdigit._image import pages_of
from libdigit.bulk import Recognizer
from libdigit.bulk._recognizer import table_of
from libdigit.bulk._shard import _whole_file

ROUNDS = 5


KINDS = {
    "single digit, 28 x 28": (300, digit_png),
    "field of 5, 150 x 44": (200, lambda rng: field_png(rng, 5)),
    "page of 320, 1308 x 2640": (3, page_png),
}


def write(rows):
    with tempfile.TemporaryDirectory() as folder:
        with _whole_file(os.path.join(folder, "a.parquet")) as writer:
            writer.write_table(table_of(rows))


def in_turn(recognizer, files):
    """Seconds of decode, read and rows: one picture after the other, as workers do it."""
    decode = read = rows = 0.0
    for file in files:
        begun = time.process_time()
        pixels = next(pages_of(file))
        decoded = time.process_time()
        answer = recognizer._model._glyphs(pixels, recognizer._options)
        known = time.process_time()
        recognizer._rows("a.png", 0, *answer)
        decode, read = decode + decoded - begun, read + known - decoded
        rows += time.process_time() - known
    return decode, read, rows


def stages_of(recognizer, files):
    """Milliseconds of decode, read, rows, write for one picture of some."""
    rows = [row for file in files for row in recognizer.rows("a.png", file)]
    copies = max(1, 1_000 // len(files))
    rounds = []
    for _ in range(ROUNDS):
        stages = in_turn(recognizer, files)
        begun = time.monotonic()
        write(rows * copies)
        rounds.append((*stages, (time.monotonic() - begun) / copies))
    return [1000 * statistics.median(column) / len(files) for column in zip(*rounds)]


def main():
    recognizer = Recognizer()
    print(f"load {os.getloadavg()[0]:.1f}; ms of one processor for one picture")
    print(f"{'':26}{'decode':>9}{'read':>9}{'rows':>9}{'write':>9}{'sum':>9}{'bytes':>9}")
    for name, (count, make) in KINDS.items():
        rng = np.random.default_rng(1)
        files = [make(rng) for _ in range(count)]
        stages = stages_of(recognizer, files)
        shown = "".join(f"{stage:9.3f}" for stage in (*stages, sum(stages)))
        print(f"{name:26}{shown}{sum(map(len, files)) / count:9,.0f}")


if __name__ == "__main__":
    main()
