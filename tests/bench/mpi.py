"""What a second rank gains: train-mpi on one rank and on more, of one thread each, in turn.

    python3 tests/bench/mpi.py BUILD [--ranks 2] [--rounds 7] [--samples 12800] [--batch 128]
                               [--architecture keras]

Medians of images a second of whole trainings of one epoch, and the ratios to one rank. Without
MNIST_DIR, with noise for pictures: the work is the same.
"""
from __future__ import annotations

import argparse
import os
import re
import statistics
import struct
import subprocess
import tempfile
from pathlib import Path

ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}


def write_idx(folder: Path, count: int) -> tuple[Path, Path]:
    source = os.environ.get("MNIST_DIR")
    if source:
        pixels = (Path(source) / "train-images-idx3-ubyte").read_bytes()[16:16 + 784 * count]
        labels = (Path(source) / "train-labels-idx1-ubyte").read_bytes()[8:8 + count]
    else:
        pixels = os.urandom(784 * count)
        labels = bytes(i % 10 for i in range(count))
    images_path, labels_path = folder / "images", folder / "labels"
    images_path.write_bytes(struct.pack(">IIII", 0x803, len(labels), 28, 28) + pixels)
    labels_path.write_bytes(struct.pack(">II", 0x801, len(labels)) + labels)
    return images_path, labels_path


def rate(ranks: int, command: list[str]) -> float:
    """Images a second, as its last line tells."""
    done = subprocess.run(["mpirun", "-n", str(ranks), *command], env=ENVIRONMENT, check=True,
                          capture_output=True, encoding="utf-8")
    return float(re.findall(r"(\d+) images/s", done.stderr)[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--ranks", type=int, nargs="+", default=[2])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--samples", type=int, default=12800)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--architecture", default="keras")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        images, labels = write_idx(Path(folder), options.samples)
        command = [str(options.build / "examples" / "train-mpi"), "--images", str(images),
                   "--labels", str(labels), "--output", str(Path(folder) / "model"),
                   "--architecture", options.architecture, "--batch", str(options.batch),
                   "--epochs", "1", "--threads", "1"]
        counts = [1, *options.ranks]
        rates: dict[int, list[float]] = {ranks: [] for ranks in counts}
        for _ in range(options.rounds):
            for ranks in counts:
                rates[ranks].append(rate(ranks, command))
    for ranks in counts:
        median = statistics.median(rates[ranks])
        print(f"{options.architecture}, batch {options.batch}, {ranks} ranks: {median:.0f} "
              f"images/s ({min(rates[ranks]):.0f} to {max(rates[ranks]):.0f}), ratio "
              f"{median / statistics.median(rates[1]):.2f}")


if __name__ == "__main__":
    main()
