"""Pictures made of samples: other places, sizes, pens, papers, cameras.

A rendering takes one sample (28 x 28, 255 = ink) and a generator, and gives a grey picture.
"""
from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage
from skimage.morphology import skeletonize

Picture = npt.NDArray[np.uint8]
Render = Callable[[Picture, np.random.Generator], Picture]


def enlarge(image: Picture, side: int) -> Picture:
    return np.asarray(Image.fromarray(image).resize((side, side), Image.Resampling.BILINEAR))


def on_canvas(image: Picture, generator: np.random.Generator, scale: float = 3) -> Picture:
    """Dark on white, anywhere on 200 x 200."""
    side = round(28 * scale)
    canvas = np.full((200, 200), 255, np.uint8)
    y, x = generator.integers(0, 200 - side, 2)
    canvas[y : y + side, x : x + side] = 255 - enlarge(image, side)
    return canvas


def turned(image: Picture, generator: np.random.Generator) -> Picture:
    angle = generator.uniform(-20, 20)
    large = Image.fromarray(enlarge(image, 84))
    return 255 - np.asarray(large.rotate(angle, Image.Resampling.BILINEAR))


def scaled(image: Picture, generator: np.random.Generator) -> Picture:
    side = round(28 * 0.5 * 6 ** generator.random())
    small = Image.fromarray(image).resize((side, side), Image.Resampling.BOX)
    return 255 - np.asarray(small if side < 28 else Image.fromarray(enlarge(image, side)))


def with_noise(picture: Picture, sigma: float, generator: np.random.Generator) -> Picture:
    noisy = picture + generator.normal(0, sigma, picture.shape)
    return np.clip(noisy.round(), 0, 255).astype(np.uint8)


def half_contrast(image: Picture, generator: np.random.Generator) -> Picture:
    faint = (on_canvas(image, generator) * 0.5 + 60).astype(np.uint8)
    return with_noise(faint, 25, generator)


def faint(image: Picture, generator: np.random.Generator) -> Picture:
    pale = (on_canvas(image, generator) * 0.12 + 120).astype(np.uint8)
    return with_noise(pale, 2, generator)


def shaded(image: Picture, generator: np.random.Generator) -> Picture:
    """Grey ink on paper lit from one side, with a little noise."""
    paper = on_canvas(image, generator) / 255
    light = np.linspace(60, 220, 200)[None, :] * np.linspace(0.7, 1, 200)[:, None]
    return with_noise((light * (0.5 + 0.5 * paper)).astype(np.uint8), 4, generator)


def shadowed(image: Picture, generator: np.random.Generator) -> Picture:
    """Half of the paper in the hard-edged shadow of something straight."""
    paper = on_canvas(image, generator) * 0.6 + 60
    angle, at = generator.uniform(0, 2 * np.pi), generator.uniform(-40, 40)
    y, x = np.mgrid[:200, :200] - 99.5
    dark = x * np.cos(angle) + y * np.sin(angle) > at
    return with_noise(np.where(dark, paper * 0.55, paper).astype(np.uint8), 3, generator)


def skeleton(image: Picture, side: int) -> npt.NDArray[np.bool_]:
    """The middle line of the digit, one pixel wide, on side x side."""
    return skeletonize(enlarge(image, side) > 127)


def pen_of_1(image: Picture, generator: np.random.Generator) -> Picture:
    return np.where(skeleton(image, 200), 0, 255).astype(np.uint8)


def pen_of_1_small(image: Picture, generator: np.random.Generator) -> Picture:
    return np.where(skeleton(image, 28), 0, 255).astype(np.uint8)


def pen_of_3_large(image: Picture, generator: np.random.Generator) -> Picture:
    line = ndimage.binary_dilation(skeleton(image, 1000), np.ones((3, 3)))
    return np.where(line, 0, 255).astype(np.uint8)


def thickened(image: Picture, generator: np.random.Generator) -> Picture:
    """Strokes twice as wide, drawn at three times the size."""
    ink = enlarge(image, 84) > 127
    line = skeletonize(ink)
    width = ink.sum() / max(line.sum(), 1)
    away = ndimage.distance_transform_edt(~np.pad(ink, 12))
    return np.where(away <= width / 2, 0, 255).astype(np.uint8)


def jpeg_30(image: Picture, generator: np.random.Generator) -> Picture:
    buffer = io.BytesIO()
    Image.fromarray(255 - image).save(buffer, "JPEG", quality=30)
    return np.asarray(Image.open(buffer))


RENDERINGS: dict[str, Render] = {
    "as they are": lambda image, _: image,
    "inverted": lambda image, _: 255 - image,
    "turned by up to 20 degrees": turned,
    "scaled by 0.5 to 3": scaled,
    "anywhere on 200 x 200": on_canvas,
    "thinned to one pixel": pen_of_1_small,
    "pen of 1 pixel on 200 x 200": pen_of_1,
    "pen of 3 pixels on 1000 x 1000": pen_of_3_large,
    "thickened twofold": thickened,
    "JPEG, quality 30": jpeg_30,
    "noise, sigma 25": lambda image, generator: with_noise(image, 25, generator),
    "noise, sigma 25, half contrast, 200 x 200": half_contrast,
    "contrast of 30 grey levels, noise": faint,
    "lit from one side": shaded,
    "half in hard shadow": shadowed,
}

# Made of few images: they take long to draw.
SLOW = {"pen of 1 pixel on 200 x 200": 2000, "pen of 3 pixels on 1000 x 1000": 500}
