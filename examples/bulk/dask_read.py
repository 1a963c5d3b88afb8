#!/usr/bin/env python3
"""Read pictures with Dask, the light way to several machines.

    pip install 'libdigit[dask]'
    python3 dask_read.py INPUT OUTPUT           # DASK_SCHEDULER_ADDRESS names a cluster

INPUT is a folder of pictures, or of Parquet files with the columns path and bytes; OUTPUT
a folder for Parquet files. `python -m libdigit bulk --engine dask` does the same, and goes
on where it was stopped.
"""
import argparse
from functools import lru_cache
from pathlib import Path

import dask.dataframe as dd
import pandas as pd
import pyarrow as pa
from distributed import Client

from libdigit.bulk import Recognizer

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
NOTHING = pa.table({"path": pa.array([], pa.string()), "bytes": pa.array([], pa.binary())})


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("--parquet", action="store_true", help="INPUT holds Parquet files")
    parser.add_argument("--layout", choices=("page", "line", "single"), default="page")
    parser.add_argument("--workers", type=int, help="how many (default: one a CPU)")
    return parser.parse_args()


@lru_cache(maxsize=1)
def recognizer(layout: str) -> Recognizer:
    """One a process, made when the first partition comes."""
    return Recognizer(layout=layout)


def as_frame(table: pa.Table) -> pd.DataFrame:
    return table.to_pandas(types_mapper=pd.ArrowDtype)


def read(frame: pd.DataFrame, layout: str) -> pd.DataFrame:
    """The rows of a partition: a column of bytes, or paths alone."""
    contents = frame["bytes"] if "bytes" in frame else map(load, frame["path"])
    batch = pa.table({"path": list(frame["path"]), "bytes": pa.array(contents, pa.binary())})
    return as_frame(recognizer(layout)(batch))


def load(path: str) -> bytes:
    return Path(path).read_bytes()


def main() -> None:
    options = parse()
    with Client(n_workers=options.workers, threads_per_worker=1, dashboard_address=None):
        if options.parquet:
            pictures = dd.read_parquet(options.input, columns=["path", "bytes"])
        else:
            paths = sorted(str(p) for p in Path(options.input).rglob("*") if p.suffix in ENDINGS)
            pictures = dd.from_pandas(pd.DataFrame({"path": paths}), chunksize=500, sort=False)
        empty = as_frame(Recognizer()(NOTHING))
        rows = pictures.map_partitions(read, options.layout, meta=empty)
        rows.to_parquet(options.output, write_index=False)


if __name__ == "__main__":
    main()
