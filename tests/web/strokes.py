"""Digits of MNIST as strokes of a pen: their middle lines, in the order a pen could take."""
from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import libdigit

SIDE = 280  # pixels of the sketchpad
SEED = 8
Stroke = list[tuple[float, float]]

_FINE = 140  # pixels a side, in which digits are thinned
_STEP = 3  # of them between two points of a stroke
_SHORT = 4  # so long a path is a spur
_AROUND = [(-1, 0), (0, 1), (1, 0), (0, -1), (-1, 1), (1, 1), (1, -1), (-1, -1)]


def mnist_digits(each: int) -> list[tuple[int, np.ndarray]]:
    """So many test images of each digit, drawn by lot with a fixed seed."""
    folder = Path(os.environ["MNIST_DIR"])
    images, labels = libdigit.load_idx(folder / "t10k-images-idx3-ubyte",
                                       folder / "t10k-labels-idx1-ubyte")
    lot = np.random.default_rng(SEED)
    return [(digit, images[index]) for digit in range(10)
            for index in lot.choice(np.flatnonzero(labels == digit), each, replace=False)]


def strokes_of(image: np.ndarray) -> list[Stroke]:
    """The strokes of a sample [28][28], in pixels of the sketchpad."""
    large = Image.fromarray(image).resize((_FINE, _FINE), Image.Resampling.BICUBIC)
    return [_spread(path) for path in _paths(thin(np.asarray(large) > 100))]


def paint(strokes: list[Stroke], width: int) -> Image.Image:
    """What the sketchpad shows after these strokes."""
    image = Image.new("RGB", (SIDE, SIDE), "white")
    pen = ImageDraw.Draw(image)
    radius = width / 2
    for stroke in strokes:
        pen.line(stroke, "black", width)
        for x, y in stroke:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), "black")
    return image


def thin(ink: np.ndarray) -> np.ndarray:
    """Zhang and Suen's thinning (1984)."""
    ink = np.pad(ink, 1)
    while True:
        before = ink.sum()
        for last in (False, True):
            near = [np.roll(ink, (-down, -right), (0, 1)) for down, right in
                    [(-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1)]]
            count = sum(one.astype(int) for one in near)
            begins = sum((~a & b).astype(int) for a, b in zip(near, near[1:] + near[:1]))
            north, east, south, west = near[0], near[2], near[4], near[6]
            first, second = ((north & east & west, north & south & west) if last else
                             (north & east & south, east & south & west))
            ink = ink & ~((2 <= count) & (count <= 6) & (begins == 1) & ~first & ~second)
        if ink.sum() == before:
            return ink[1:-1, 1:-1]


def _paths(line: np.ndarray) -> list[list[tuple[int, int]]]:
    """Walks along the line until all of it was walked; from its ends, where it has some."""
    left = {(int(y), int(x)) for y, x in np.argwhere(line)}

    def neighbours(place: tuple[int, int]) -> list[tuple[int, int]]:
        return [(place[0] + dy, place[1] + dx) for dy, dx in _AROUND
                if (place[0] + dy, place[1] + dx) in left]

    paths = []
    while left:
        place = min(left, key=lambda one: (len(neighbours(one)) != 1, one))
        path = []
        while True:
            path.append(place)
            left.discard(place)
            onward = neighbours(place)
            if not onward:
                break
            place = min(onward, key=lambda one: _turn(path, one))
        paths.append(path)
    return [path for path in paths if len(path) > _SHORT] or paths[:1]


def _turn(path: list[tuple[int, int]], place: tuple[int, int]) -> float:
    """How far a step leads off the way of the last steps."""
    back = path[max(0, len(path) - _SHORT)]
    way = np.subtract(path[-1], back) if len(path) > 1 else np.zeros(2)
    return -float(np.dot(way, np.subtract(place, path[-1])))


def _spread(path: list[tuple[int, int]]) -> Stroke:
    places = path[::_STEP] + [path[-1]]
    scale = SIDE / _FINE
    return [(x * scale, y * scale) for y, x in places]
