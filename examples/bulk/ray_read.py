#!/usr/bin/env python3
"""Read pictures with Ray Data, the way to take on many machines.

    pip install 'libdigit[ray]'
    python3 ray_read.py INPUT OUTPUT            # RAY_ADDRESS names a cluster

INPUT is a folder of pictures, or of Parquet files with the columns path and bytes; OUTPUT
a folder for Parquet files. Both may be anything Ray reads and writes: s3://..., gs://...
`python -m libdigit bulk --engine ray` does the same with folders that all machines see, and
goes on where it was stopped.
"""
import argparse

import ray
import ray.data

from libdigit.bulk import Recognizer

ENDINGS = ["png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp"]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("--parquet", action="store_true", help="INPUT holds Parquet files")
    parser.add_argument("--layout", choices=("page", "line", "single"), default="page")
    parser.add_argument("--workers", type=int, help="how many (default: one a CPU)")
    return parser.parse_args()


def main() -> None:
    options = parse()
    ray.init(num_cpus=options.workers, include_dashboard=False, log_to_driver=False)
    workers = options.workers or int(ray.cluster_resources()["CPU"])
    if options.parquet:
        pictures = ray.data.read_parquet(options.input, columns=["path", "bytes"])
    else:
        pictures = ray.data.read_binary_files(
            options.input, include_paths=True, file_extensions=ENDINGS
        )
    rows = pictures.map_batches(
        Recognizer,  # made once in each actor, where it loads its model
        fn_constructor_kwargs={"layout": options.layout},
        batch_format="pyarrow",
        batch_size=256,
        compute=ray.data.ActorPoolStrategy(size=workers),
        num_cpus=0.5,  # leaves CPUs for the tasks that read and write files: else all would wait
    )
    rows.write_parquet(options.output)


if __name__ == "__main__":
    main()
