"""Train one model on several machines, with mpi4py.

    mpirun -n 2 python -m mpi4py train_mpi.py IMAGES LABELS OUTPUT [--epochs N] ...

Every rank reads the same data and works on its part of each batch; the model is the one that
a single process makes of the same options, byte for byte. Run by ``-m mpi4py``, an exception
on one rank ends the job. See docs/distributed-training.md.
"""

from __future__ import annotations

import argparse

import numpy as np
import numpy.typing as npt
from mpi4py import MPI

import libdigit

world = MPI.COMM_WORLD


def add_up(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Sums over all ranks, by a binary tree over the rank: MPI's Allreduce promises no order."""
    gathered = np.empty((world.size, values.size), np.float32)
    world.Allgather(values, gathered)
    parts = list(gathered)
    while len(parts) > 1:
        even, odd = parts[::2], parts[1::2]
        parts = [a + b for a, b in zip(even, odd)] + even[len(odd) :]
    return parts[0]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("images", help="training pictures, IDX, plain or gzip")
    parser.add_argument("labels", help="their labels")
    parser.add_argument("output", help="where rank 0 saves the model")
    parser.add_argument("--architecture", help="preset or list of layers")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch", type=int, help="pictures per update, of all ranks together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="of each rank (1)")
    parser.add_argument("--checkpoint", help="written each epoch, resumed from if there")
    parser.add_argument("--checkpoint-interval", type=int, help="and after every N updates")
    return parser.parse_args()


def report(progress: libdigit.Progress) -> None:
    if world.rank == 0 and progress.samples_done == progress.samples_total:
        print(
            f"epoch {progress.epoch}/{progress.epochs}  loss {progress.loss:.4f}  "
            f"accuracy {progress.accuracy:.2%}  {progress.seconds:.1f} s",
            flush=True,
        )


def main() -> None:
    options = arguments()
    images, labels = libdigit.load_idx(options.images, options.labels)
    model = libdigit.Model(options.architecture, seed=options.seed)
    model.threads = options.threads
    model.fit(
        images,
        labels,
        epochs=options.epochs,
        batch=options.batch,
        seed=options.seed,
        checkpoint=options.checkpoint,
        checkpoint_interval=options.checkpoint_interval,
        progress=report,
        reduce=add_up,
        rank=world.rank,
        ranks=world.size,
    )
    if world.rank == 0:
        model.save(options.output)


if __name__ == "__main__":
    main()
