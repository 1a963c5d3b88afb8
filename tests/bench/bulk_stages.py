"""What each stage of bulk reading costs one worker, in time of its processor.

    PYTHONPATH=bindings/python LIBDIGIT_LIBRARY=build/libdigit/libdigit.so MNIST_DIR=... \\
        python3 tests/bench/bulk_stages.py

decode: Pillow, from a file's bytes to pixels. find: the library's reading with a network of
one dense layer, which costs next to nothing; recognise: what the built-in one adds. rows:
objects of Python. write: Parquet with its fsync, by the clock.
"""

import io
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "python"))

from bulk_pictures import digit_png, field_png
from PIL import Image

import libdigit
from libdigit._image import pages_of
from libdigit.bulk import Recognizer
from libdigit.bulk._recognizer import table_of
from libdigit.bulk._shard import _whole_file

ROUNDS = 5


def page_png(rng, rows=20, count=16):
    """A scan of 20 lines of 16 digits, three times as large as MNIST's."""
    fields = [np.asarray(Image.open(io.BytesIO(field_png(rng, count)))) for _ in range(rows)]
    page = Image.fromarray(np.vstack(fields))
    buffer = io.BytesIO()
    page.resize((3 * page.width, 3 * page.height), Image.Resampling.BILINEAR).save(buffer, "PNG")
    return buffer.getvalue()


KINDS = {
    "single digit, 28 x 28": (300, digit_png),
    "field of 5, 150 x 44": (200, lambda rng: field_png(rng, 5)),
    "page of 320, 1308 x 2640": (3, page_png),
}


def write(rows):
    with tempfile.TemporaryDirectory() as folder:
        with _whole_file(os.path.join(folder, "a.parquet")) as writer:
            writer.write_table(table_of(rows))


def small_model():
    """As good as one layer gets: a network that doubts everything is asked more often."""
    folder = Path(os.environ["MNIST_DIR"])
    [images], [labels] = (folder.glob(f"train-{what}*") for what in ("images", "labels"))
    model = libdigit.Model("dense 10", seed=1)
    model.fit(*libdigit.load_idx(images, labels), epochs=3)
    return Recognizer(model)


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


def stages_of(recognizer, small, files):
    """Milliseconds of decode, find, recognise, rows, write for one picture of some."""
    rows = [row for file in files for row in recognizer.rows("a.png", file)]
    copies = max(1, 1_000 // len(files))
    rounds = []
    for _ in range(ROUNDS):
        decode, read, made = in_turn(recognizer, files)
        _, find, _ = in_turn(small, files)
        begun = time.monotonic()
        write(rows * copies)
        written = (time.monotonic() - begun) / copies
        rounds.append((decode, find, read - find, made, written))
    return [1000 * statistics.median(column) / len(files) for column in zip(*rounds)]


def main():
    recognizer, small = Recognizer(), small_model()
    print(f"load {os.getloadavg()[0]:.1f}; ms of one processor for one picture")
    print(f"{'':26}{'decode':>8}{'find':>8}{'recogn.':>9}{'rows':>8}{'write':>8}{'sum':>9}")
    for name, (count, make) in KINDS.items():
        rng = np.random.default_rng(1)
        files = [make(rng) for _ in range(count)]
        stages = stages_of(recognizer, small, files)
        shown = "".join(f"{stage:{width}.3f}" for stage, width in zip(stages, (8, 8, 9, 8, 8)))
        size = sum(map(len, files)) / count
        print(f"{name:26}{shown}{sum(stages):9.3f}   {size:,.0f} bytes")


if __name__ == "__main__":
    main()
