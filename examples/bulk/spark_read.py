#!/usr/bin/env python3
"""Read pictures with Spark, where the data lie in a lake already.

    pip install 'libdigit[spark]'               # and Java 17: openjdk-17-jre-headless
    python3 spark_read.py INPUT OUTPUT          # or spark-submit spark_read.py INPUT OUTPUT

INPUT is a folder of pictures, or of Parquet files with the columns path and bytes; OUTPUT one for
Parquet files. `python -m libdigit bulk --engine spark` goes on where it was stopped.
"""
import argparse
import os
import sys
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from pyspark.ml.functions import predict_batch_udf
from pyspark.sql import SparkSession
from pyspark.sql.functions import inline
from pyspark.sql.types import StructType

from libdigit.bulk import Recognizer

KINDS = ("png", "jpg", "jpeg", "bmp", "tif", "tiff", "webp")
ENDINGS = f"*.{{{','.join(KINDS)},{','.join(KINDS).upper()}}}"
ANSWER = """rows array<struct<file:string, page:int, index:int, digit:tinyint, confidence:float,
    status:string, x:int, y:int, width:int, height:int, text:string>>"""


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("--parquet", action="store_true", help="INPUT holds Parquet files")
    parser.add_argument("--layout", choices=("page", "line", "single"), default="page")
    return parser.parse_args()


def make_reader(layout: str) -> Callable[[np.ndarray, np.ndarray], list]:
    """Runs in each Python worker, which keeps what it gives."""
    recognizer = Recognizer(layout=layout)

    def read(paths: np.ndarray, contents: np.ndarray) -> list:
        found = recognizer.read(zip(paths, map(bytes, contents)))
        return [{"rows": np.array(rows, object)} for rows in found]

    return read


def empty_files(spark: SparkSession, folder: str) -> Iterator[tuple[str, bytearray]]:
    """Files without a byte, which Spark passes over: they are to have their rows, too."""
    path = spark._jvm.org.apache.hadoop.fs.Path(folder)
    files = path.getFileSystem(spark._jsc.hadoopConfiguration()).listFiles(path, True)
    for file in iter(lambda: files.next() if files.hasNext() else None, None):
        if file.getLen() == 0 and file.getPath().getName().lower().endswith(KINDS):
            yield file.getPath().toString(), bytearray()


def main() -> None:
    options = parse()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # of the workers
    spark = SparkSession.builder.appName("libdigit").getOrCreate()
    if options.parquet:
        pictures = spark.read.parquet(options.input).select("path", "bytes")
    else:
        files = spark.read.format("binaryFile").option("recursiveFileLookup", "true")
        pictures = files.option("pathGlobFilter", ENDINGS).load(options.input)
        pictures = pictures.selectExpr("path", "content AS bytes")
        empty = spark.createDataFrame(empty_files(spark, options.input), pictures.schema)
        pictures = pictures.union(empty)
    make, answer = partial(make_reader, options.layout), StructType.fromDDL(ANSWER)
    read = predict_batch_udf(make, return_type=answer, batch_size=64)
    rows = pictures.select(read("path", "bytes").alias("answer")).select(inline("answer.rows"))
    rows.write.mode("overwrite").parquet(options.output)
    spark.stop()


if __name__ == "__main__":
    main()
