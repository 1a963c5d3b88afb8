"""What a second rank gains: train-mpi on one rank and on more, of one thread each, in turn.

    python3 tests/bench/mpi.py BUILD [--ranks 2] [--rounds 7] [--samples 12800] [--batch 128]
                               [--architecture keras]

Medians of images a second of whole trainings of one epoch, and the ratios to one rank; and what
as many jobs of one rank reach side by side, which is what further processors are worth here.
Without MNIST_DIR, with noise for pictures: the work is the same.
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

# Ranks go where there is room, as jobs side by side must.
ENVIRONMENT = {**os.environ, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
               "OMPI_MCA_hwloc_base_binding_policy": "none"}


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


def start(ranks: int, command: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(["mpirun", "-n", str(ranks), *command], env=ENVIRONMENT,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8")


def rate(jobs: list[subprocess.Popen[str]]) -> float:
    """Images a second of all jobs, as their last lines tell."""
    said = [job.communicate()[1] for job in jobs]
    assert all(job.returncode == 0 for job in jobs), said
    return sum(float(re.findall(r"(\d+) images/s", text)[-1]) for text in said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path)
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--samples", type=int, default=12800)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--architecture", default="keras")
    options = parser.parse_args()
    kinds = ("one rank", f"{options.ranks} ranks", f"{options.ranks} jobs side by side")
    rates: dict[str, list[float]] = {kind: [] for kind in kinds}
    with tempfile.TemporaryDirectory() as folder:
        images, labels = write_idx(Path(folder), options.samples)
        command = [str(options.build / "examples" / "train-mpi"), "--images", str(images),
                   "--labels", str(labels), "--architecture", options.architecture, "--batch",
                   str(options.batch), "--epochs", "1", "--threads", "1", "--output"]
        outputs = [str(Path(folder) / f"model-{i}") for i in range(options.ranks)]
        for _ in range(options.rounds):
            for kind, jobs, ranks in zip(kinds, (1, 1, options.ranks), (1, options.ranks, 1)):
                started = [start(ranks, [*command, output]) for output in outputs[:jobs]]
                rates[kind].append(rate(started))
    for kind in kinds:
        ratios = [mine / one for mine, one in zip(rates[kind], rates[kinds[0]])]
        print(f"{options.architecture}, batch {options.batch}, {kind}: "
              f"{statistics.median(rates[kind]):.0f} images/s, {statistics.median(ratios):.2f}x "
              f"one rank ({min(ratios):.2f} to {max(ratios):.2f})")


if __name__ == "__main__":
    main()
