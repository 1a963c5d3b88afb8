#!/usr/bin/env python3
"""Read pictures with Spark, where the data lie in a lake already.

    pip install 'libdigit[spark]'               # and Java 17: openjdk-17-jre-headless
    python3 spark_read.py INPUT OUTPUT          # or spark-submit spark_read.py INPUT OUTPUT

INPUT is a folder of pictures, or of Parquet files with the columns path and bytes; OUTPUT
a folder for Parquet files. `python -m libdigit bulk --engine spark` does the same with folders
that all machines see, and goes on where it was stopped.
"""
import argparse
import os
import sys
from typing import Callable

import numpy as np
from pyspark.ml.functions import predict_batch_udf
from pyspark.sql import SparkSession
from pyspark.sql.functions import inline
from pyspark.sql.types import StructType

ENDINGS = "*.{png,jpg,jpeg,bmp,tif,tiff,webp,PNG,JPG,JPEG,BMP,TIF,TIFF,WEBP}"
ROW = (
    "file:string, page:int, index:int, digit:tinyint, confidence:float, status:string, "
    "x:int, y:int, width:int, height:int, text:string"
)
ANSWER = f"rows array<struct<{ROW}>>"  # as many as a picture has digits


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("--parquet", action="store_true", help="INPUT holds Parquet files")
    parser.add_argument("--layout", choices=("page", "line", "single"), default="page")
    return parser.parse_args()


def reader_of(layout: str) -> Callable[[], Callable[[np.ndarray, np.ndarray], list]]:
    def make_reader() -> Callable[[np.ndarray, np.ndarray], list]:
        """Runs in each Python worker, which keeps what it gives."""
        from libdigit.bulk import Recognizer

        recognizer = Recognizer(layout=layout)

        def read(paths: np.ndarray, contents: np.ndarray) -> list:
            found = recognizer.read(zip(paths, map(bytes, contents)))
            return [{"rows": np.array(rows, object)} for rows in found]

        return read

    return make_reader


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
    answer = StructType.fromDDL(ANSWER)
    read = predict_batch_udf(reader_of(options.layout), return_type=answer, batch_size=64)
    rows = pictures.select(read("path", "bytes").alias("answer")).select(inline("answer.rows"))
    rows.write.mode("overwrite").parquet(options.output)
    spark.stop()


if __name__ == "__main__":
    main()
