"""Make a video of a sheet with a number, held by a hand that isn't quite still.

    video.py OUT.avi|OUT.mp4 PICTURE[:SECONDS]... [--size 640x480] [--noise 4]

Each picture is shown for its SECONDS (2), drifting and in changing light, on a grey table.
"""
from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import Iterator

import cv2
import numpy as np

RATE = 30
CODECS = {".avi": "MJPG", ".mp4": "mp4v"}
TABLE = 150


def on_table(picture: np.ndarray, size: tuple[int, int], second: float) -> np.ndarray:
    """The sheet on the table as the camera has it after so many seconds."""
    width, height = size
    scale = 0.8 * min(width / picture.shape[1], height / picture.shape[0])
    angle = 1.5 * math.sin(1.1 * second)
    turn = cv2.getRotationMatrix2D((picture.shape[1] / 2, picture.shape[0] / 2), angle, scale)
    turn[:, 2] += (width / 2 - picture.shape[1] / 2 + 12 * math.sin(2 * second),
                   height / 2 - picture.shape[0] / 2 + 8 * math.sin(1.7 * second))
    return cv2.warpAffine(picture, turn, size, flags=cv2.INTER_AREA,
                          borderMode=cv2.BORDER_CONSTANT, borderValue=(TABLE, TABLE, TABLE))


def frames(picture: np.ndarray, size: tuple[int, int], seconds: float, noise: float
           ) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(1)
    for index in range(round(RATE * seconds)):
        second = index / RATE
        light = 1 + 0.08 * math.sin(3 * second)
        frame = light * on_table(picture, size, second).astype(np.float32)
        frame += noise * rng.standard_normal(frame.shape, np.float32)
        yield np.clip(frame, 0, 255).astype(np.uint8)


def make(out: Path, sheets: list[tuple[Path, float]], size: tuple[int, int] = (640, 480),
         noise: float = 4) -> None:
    writer = cv2.VideoWriter(str(out), cv2.VideoWriter_fourcc(*CODECS[out.suffix]), RATE, size)
    assert writer.isOpened(), out
    for path, seconds in sheets:
        picture = cv2.imread(str(path))
        assert picture is not None, path
        for frame in frames(picture, size, seconds, noise):
            writer.write(frame)
    writer.release()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--size", default="640x480")
    parser.add_argument("--noise", type=float, default=4)
    arguments = parser.parse_args()
    sheets = [(Path(name), float(seconds or 2))
              for name, _, seconds in (text.partition(":") for text in arguments.pictures)]
    width, height = map(int, arguments.size.split("x"))
    make(arguments.out, sheets, (width, height), arguments.noise)


if __name__ == "__main__":
    main()
