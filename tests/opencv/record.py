#!/usr/bin/env python3
"""Record docs/pictures/draw.gif and webcam.gif: the programs at work, on a display of their own.

    DIGIT_BUILD=... record.py [OUTPUT_FOLDER]

DIGIT_BUILD is a build folder with draw and webcam. Needs what the opencv lane needs.
"""
from __future__ import annotations

import sys
import tempfile
import threading
import time
from pathlib import Path

import cv2
from PIL import Image

from desk import NUMBERS, SOURCE, Display, Running, run
from strokes import placed
from video import make

LARGEST = 300_000  # bytes


def write(path: Path, frames: list[Image.Image], width: int, milliseconds: int) -> None:
    """One palette for all frames; the last stays for a while."""
    size = (width, round(width * frames[0].height / frames[0].width))
    small = [frame.resize(size, Image.Resampling.LANCZOS) for frame in frames]
    several = Image.new("RGB", (size[0], 4 * size[1]))
    for index in range(4):
        several.paste(small[index * (len(small) - 1) // 3], (0, index * size[1]))
    palette = several.quantize(64, dither=Image.Dither.NONE)
    shown = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in small]
    shown[0].save(path, save_all=True, append_images=shown[1:], loop=0, optimize=True,
                  duration=[milliseconds] * (len(shown) - 1) + [1500])
    assert path.stat().st_size < LARGEST, f"{path}: {path.stat().st_size} bytes"
    print(f"{path}: {len(shown)} frames, {path.stat().st_size} bytes")


def record_draw(path: Path) -> None:
    """A 5 that is something else on the way, then an 8."""
    display = Display(690, 454)
    window = Running(display, "libdigit: draw a digit", "draw")
    frames: list[Image.Image] = []
    stop = threading.Event()

    def grab() -> None:
        while not stop.is_set():
            frames.append(display.grab().convert("RGB"))
            time.sleep(0.12)

    grabber = threading.Thread(target=grab)
    grabber.start()
    for digit in (5, 8):
        for stroke in placed(digit, 90, 60, 280):
            slowly(display, stroke)
        time.sleep(0.6)
        if digit == 5:
            display.press("c")
    stop.set()
    grabber.join()
    display.press("q")
    window.end()
    display.close()
    write(path, frames, 460, 120)


def slowly(display: Display, points: list[tuple[int, int]]) -> None:
    display.do("mousemove", *points[0], "mousedown", 1)
    for start, end in zip(points, points[1:]):
        middle = (start[0] + end[0]) // 2, (start[1] + end[1]) // 2
        for point in (middle, end):
            display.do("mousemove", *point)
            time.sleep(0.02)
    display.do("mouseup", 1)


def record_webcam(path: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        video, out = Path(folder, "in.avi"), Path(folder, "out.avi")
        make(video, [(NUMBERS / "year.png", 1.5), (NUMBERS / "price-tag.png", 1.5)], noise=1)
        result = run("webcam", "--no-display", "--save", out, video)
        assert result.returncode == 0, result
        capture, frames = cv2.VideoCapture(str(out)), []
        while True:
            good, frame = capture.read()
            if not good:
                break
            frames.append(Image.fromarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB)))
    write(path, frames[::6], 360, 200)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else SOURCE / "docs" / "pictures"
    record_draw(folder / "draw.gif")
    record_webcam(folder / "webcam.gif")


if __name__ == "__main__":
    main()
