"""The fifteen corruptions of MNIST-C, at its severities.

After Mu and Gilmer, "MNIST-C: a robustness benchmark for computer vision" (2019), and the
definitions in google-research/mnist-c, corruptions.py, written anew over whole batches:
images[n][28][28], uint8, 255 = ink; the same comes back. Where those lean on a library's
defaults, they are spelled out here.
"""
from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from skimage import feature

Images = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float64]
Corruption = Callable[[Floats, np.random.Generator], Floats]

SIDE = 28
CENTRE = (SIDE - 1) / 2


def blurred(x: Floats, sigma: float) -> Floats:
    """skimage.filters.gaussian: edges repeat, four deviations wide."""
    return ndimage.gaussian_filter(x, (0, sigma, sigma), mode="nearest", truncate=4)


def shot_noise(x: Floats, generator: np.random.Generator) -> Floats:
    return generator.poisson(x * 3) / 3


def impulse_noise(x: Floats, generator: np.random.Generator) -> Floats:
    hit = generator.random(x.shape) < 0.17
    return np.where(hit, generator.random(x.shape) < 0.5, x)


def glass_blur(x: Floats, generator: np.random.Generator) -> Floats:
    x = np.floor(blurred(x, 0.7) * 255)
    for _ in range(2):
        for row in range(SIDE - 1, 1, -1):
            for column in range(SIDE - 1, 1, -1):
                swapped = np.nonzero(generator.random(len(x)) < 0.5)[0]
                dx, dy = generator.integers(-1, 1, (2, len(swapped)))
                here = x[swapped, row, column].copy()
                x[swapped, row, column] = x[swapped, row + dy, column + dx]
                x[swapped, row + dy, column + dx] = here
    return blurred(x / 255, 0.7)


def motion_blur(x: Floats, generator: np.random.Generator) -> Floats:
    """ImageMagick's, radius 10, sigma 3: half a Gaussian along a line, edges repeat."""
    weights = np.exp(-(np.arange(21) ** 2) / (2 * 3**2))
    weights /= weights.sum()
    out = np.empty_like(x)
    padded = np.pad(x, ((0, 0), (21, 21), (21, 21)), mode="edge")
    for i, angle in enumerate(np.radians(generator.uniform(-45, 45, len(x)))):
        across = np.ceil(np.arange(21) * np.cos(angle) - 0.5).astype(int)
        down = np.ceil(np.arange(21) * np.sin(angle) - 0.5).astype(int)
        out[i] = sum(
            w * padded[i, 21 + d : 21 + d + SIDE, 21 + a : 21 + a + SIDE]
            for w, a, d in zip(weights, across, down)
        )
    return out


def warped(x: Floats, xx: Floats, xy: Floats, yx: Floats, yy: Floats) -> Floats:
    """skimage.transform.warp by matrices about the centre: bilinear, 0 outside."""
    y, x_ = np.mgrid[:SIDE, :SIDE] - CENTRE
    out = np.empty_like(x)
    for i, image in enumerate(x):
        places = yx[i] * x_ + yy[i] * y + CENTRE, xx[i] * x_ + xy[i] * y + CENTRE
        out[i] = ndimage.map_coordinates(image, places, order=1, mode="constant")
    return out


def either_sign(x: Floats, generator: np.random.Generator) -> Floats:
    return generator.choice([-1.0, 1.0], len(x))


def shear(x: Floats, generator: np.random.Generator) -> Floats:
    """AffineTransform(shear=0.4) as scikit-image 0.15 had it."""
    angle = 0.4 * either_sign(x, generator)
    return warped(x, np.ones(len(x)), -np.sin(angle), np.zeros(len(x)), np.cos(angle))


def scale(x: Floats, generator: np.random.Generator) -> Floats:
    up, none = np.full(len(x), 1 / 0.7), np.zeros(len(x))
    return warped(x, up, none, none, up)


def rotate(x: Floats, generator: np.random.Generator) -> Floats:
    angle = 0.4 * either_sign(x, generator)
    return warped(x, np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle))


def brightness(x: Floats, generator: np.random.Generator) -> Floats:
    return x + 0.5


def translate(x: Floats, generator: np.random.Generator) -> Floats:
    out = np.zeros_like(x)
    padded = np.pad(x, ((0, 0), (3, 3), (3, 3)))
    for i, (dx, dy) in enumerate(generator.choice([0, 6], (len(x), 2))):
        out[i] = padded[i, dy : dy + SIDE, dx : dx + SIDE]
    return out


def stripe(x: Floats, generator: np.random.Generator) -> Floats:
    x = x.copy()
    x[:, :, :7] = 1 - x[:, :, :7]
    x[:, :, 21:] = 1 - x[:, :, 21:]
    return x


def plasma(generator: np.random.Generator) -> Floats:
    """A height map of 256 x 256 in 0..1 by diamonds and squares, wibble decaying by 1.4."""
    side = 256
    height = np.zeros((side, side))
    wibble, step = 100.0, side

    def mean(total: Floats) -> Floats:
        return total / 4 + wibble * generator.uniform(-wibble, wibble, total.shape)

    while step >= 2:
        half = step // 2
        corners = height[::step, ::step]
        total = corners + np.roll(corners, -1, 0)
        total = total + np.roll(total, -1, 1)
        height[half::step, half::step] = mean(total)
        centres = height[half::step, half::step]
        below = centres + np.roll(centres, 1, 0)
        right = corners + np.roll(corners, -1, 1)
        height[::step, half::step] = mean(below + right)
        beside = centres + np.roll(centres, 1, 1)
        down = corners + np.roll(corners, -1, 0)
        height[half::step, ::step] = mean(beside + down)
        step //= 2
        wibble /= 1.4
    height -= height.min()
    return height / height.max()


def fog(x: Floats, generator: np.random.Generator) -> Floats:
    out = np.empty_like(x)
    for i, image in enumerate(x):
        most = image.max()
        out[i] = (image + 3 * plasma(generator)[:SIDE, :SIDE]) * most / (most + 3)
    return out


def spatter(x: Floats, generator: np.random.Generator) -> Floats:
    liquid = blurred(generator.normal(0.65, 0.3, x.shape), 1)
    mud = blurred((liquid > 0.65).astype(float), 1.5)
    mud[mud < 0.8] = 0
    return x * (1 - mud) + 63 / 255 * mud


def line_between(c0: float, r0: float, c1: float, r1: float) -> Floats:
    if c0 == c1:
        return np.zeros((SIDE, SIDE))
    rows, columns = np.mgrid[:SIDE, :SIDE]
    away = np.abs(rows - ((r1 - r0) / (c1 - c0) * (columns - c0) + r0))
    line = np.clip(np.log(1 - np.clip(away, 0, 2.3 - 1e-10) / 2.3) + 1, 0, 1)
    line[:, : max(int(np.floor(c0)), 0)] = 0
    line[:, int(np.ceil(c1)) :] = 0
    return line


def dotted_line(x: Floats, generator: np.random.Generator) -> Floats:
    gaps = np.arange(SIDE) % 4 < 2
    out = x.copy()
    for image in out:
        r0, r1 = generator.integers(0, 27, 2)
        line = line_between(0, r0, 27, r1)
        line[:, gaps] = 0
        image += line
    return out


def zigzag_corners(first: float, last: float) -> Floats:
    """[2][corners]: columns and rows; teeth of 4 columns and 2 rows along a slanted line."""
    angle = np.arctan((last - first) / 23)
    length = 23 / np.cos(angle)
    corners = [(0.0, 0.0)]
    for i in range(int((length - 2) // 4) + 1):
        corners.append(((2 * i + 1) * 2.0, (-1) ** i * 2.0))
    whole = 4 * (length // 4)
    if length != whole:
        corners.append((length, corners[-1][1] / (2 * (length - whole))))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return turn @ np.array(corners).T + np.array([[2], [first]])


def zigzag(x: Floats, generator: np.random.Generator) -> Floats:
    out = x.copy()
    for image in out:
        first = float(generator.integers(0, 27))
        columns, rows = zigzag_corners(first, first + float(generator.integers(-5, 5)))
        for i in range(1, len(columns)):
            image += line_between(columns[i - 1], rows[i - 1], columns[i], rows[i])
            image.clip(0, 1, out=image)
    return out


def canny_edges(x: Floats, generator: np.random.Generator) -> Floats:
    return np.stack([feature.canny(image) for image in x]).astype(float)


CORRUPTIONS: dict[str, Corruption] = {
    "shot noise": shot_noise,
    "impulse noise": impulse_noise,
    "glass blur": glass_blur,
    "motion blur": motion_blur,
    "shear": shear,
    "scale": scale,
    "rotate": rotate,
    "brightness": brightness,
    "translate": translate,
    "stripe": stripe,
    "fog": fog,
    "spatter": spatter,
    "dotted line": dotted_line,
    "zigzag": zigzag,
    "canny edges": canny_edges,
}


def corrupt(name: str, images: Images, seed: int = 1) -> Images:
    generator = np.random.default_rng(seed)
    floats = CORRUPTIONS[name](images / 255, generator)
    return (np.clip(floats, 0, 1) * 255).astype(np.uint8)
