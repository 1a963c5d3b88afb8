"""Pages and fields drawn from MNIST's digits, with the truth kept.

Nothing is random but through one seed a picture, so that picture number 17 of a
kind is the same on every machine with the same NumPy and Pillow.
"""
from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Optional

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Plane = npt.NDArray[np.float32]
Generator = np.random.Generator

PAPERS = [(255, 255, 255), (250, 247, 236), (238, 238, 232), (255, 250, 214), (226, 238, 250),
          (236, 224, 202), (214, 214, 210)]
INKS = [(12, 12, 16), (28, 44, 132), (16, 74, 190), (150, 24, 30), (20, 92, 52), (84, 84, 90),
        (92, 40, 112)]
RULES = [(150, 180, 220), (170, 170, 170), (120, 150, 200), (90, 90, 90), (220, 150, 150)]

# Of the training digits those from here on are for tuning the reader.
TUNING_FIRST = 50_000

FONT = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
WORDS = """the quick brown fox jumps over a lazy dog while seven wizards judge my vow and pack
a box with five dozen liquor jugs amazing discotheques supply jelly on velvet queues of bright
young people who know that nothing on this page is a number""".split()


@dataclass
class Drawn:
    """A picture and what it says: lines of groups of digits."""

    pixels: npt.NDArray[np.uint8]  # (h, w, 3)
    lines: list[list[str]]
    letters: int = 0

    @property
    def digits(self) -> str:
        return "".join("".join(line) for line in self.lines)


class Digits:
    """MNIST's test digits, or the last 10,000 it trains with, cut to their ink."""

    def __init__(self, folder: Path, part: str) -> None:
        stem = {"test": "t10k", "train": "train"}[part]
        first = TUNING_FIRST if part == "train" else 0
        self.images = _idx(folder / f"{stem}-images-idx3-ubyte", 16).reshape(-1, 28, 28)[first:]
        self.labels = _idx(folder / f"{stem}-labels-idx1-ubyte", 8)[first:]

    def draw(self, rng: Generator, scale: float, slant: float) -> tuple[Plane, str]:
        """The ink of a digit, 0..1, tight around it; and which one it is."""
        which = int(rng.integers(len(self.images)))
        side = int(np.ceil(28 * scale)) + 2
        extra = int(np.ceil(abs(slant) * side)) + 1
        picture = Image.fromarray(self.images[which])
        # From a pixel of the target to one of the source: x leans by the slant.
        ink = picture.transform(
            (side + 2 * extra, side), Image.Transform.AFFINE,
            (1 / scale, slant / scale, (-extra - slant * side / 2) / scale,
             0, 1 / scale, -1 / scale),
            resample=Image.Resampling.BILINEAR)
        plane = np.asarray(ink, np.float32) / 255
        return trim(plane), str(self.labels[which])


def _idx(path: Path, header: int) -> npt.NDArray[np.uint8]:
    data = path.read_bytes()
    assert struct.unpack(">I", data[:4])[0] in (2049, 2051), path
    return np.frombuffer(data, np.uint8, offset=header)


def trim(plane: Plane) -> Plane:
    rows = np.flatnonzero((plane > 0.1).any(axis=1))
    columns = np.flatnonzero((plane > 0.1).any(axis=0))
    return plane[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1]


def put(sheet: Plane, ink: Plane, x: int, y: int) -> None:
    part = sheet[y:y + ink.shape[0], x:x + ink.shape[1]]
    np.maximum(part, ink[:part.shape[0], :part.shape[1]], out=part)


def joined(left: Plane, ink: Plane, x: int, y: int) -> bool:
    """Whether `ink` put at (x, y) of the sheet `left` touches what is there."""
    there = np.zeros(left.shape, bool)
    there[y:y + ink.shape[0], x:x + ink.shape[1]] = ink > 0.5
    wide = np.pad(there, 1)
    near = np.zeros_like(there)
    height, width = there.shape
    for dy in range(3):
        for dx in range(3):
            near |= wide[dy:dy + height, dx:dx + width]
    return bool((near & (left > 0.5)).any())


def string(digits: Digits, rng: Generator, count: int, scale: float, slant: float,
           gap: Optional[tuple[float, float]]) -> tuple[Plane, str]:
    """`count` digits in a row: `gap` pixels (of 20 a digit) apart, or touching (None)."""
    sheet = np.zeros((int(26 * scale) + 4, int((count + 1) * 36 * scale) + 40), np.float32)
    text, end, middle = "", 2, sheet.shape[0] // 2
    for index in range(count):
        for _ in range(200):
            ink, label = digits.draw(rng, scale, slant)
            y = middle - ink.shape[0] // 2 + int(rng.integers(-1, 2) * scale)
            y = min(max(y, 0), sheet.shape[0] - ink.shape[0])
            if index == 0:
                x = end
                break
            if gap is not None:
                x = end + max(2, round(rng.uniform(*gap) * scale))
                break
            x = end - round(rng.integers(1, 5) * scale)
            if joined(sheet, ink, x, y):
                break
        put(sheet, ink, x, y)
        end = x + ink.shape[1]
        text += label
    return trim(sheet), text


@dataclass
class Scene:
    """How a picture is taken: drawn once a picture, then used by `paint`."""

    paper: tuple[int, int, int]
    ink: tuple[int, int, int]
    rule: tuple[int, int, int]
    skew: float    # degrees
    shade: float   # how much darker the far corner is
    toward: float  # where it is, radians
    noise: float
    quality: int
    inverted: bool

    @staticmethod
    def of(rng: Generator, skew: float = 5, inverted: Optional[bool] = None) -> "Scene":
        flip = bool(rng.random() < 0.5)
        return Scene(
            PAPERS[rng.integers(len(PAPERS))], INKS[rng.integers(len(INKS))],
            RULES[rng.integers(len(RULES))], float(rng.uniform(-skew, skew)),
            float(rng.uniform(0, 0.4)), float(rng.uniform(0, 2 * np.pi)),
            float(rng.uniform(0, 14)), int(rng.integers(40, 96)),
            flip if inverted is None else inverted)


def turned(plane: Plane, degrees: float) -> Plane:
    image = Image.fromarray((255 * plane).round().astype(np.uint8))
    image = image.rotate(degrees, Image.Resampling.BICUBIC, expand=True)
    return np.asarray(image, np.float32) / 255


def paint(ink: Plane, rules: Plane, scene: Scene, rng: Generator) -> npt.NDArray[np.uint8]:
    ink, rules = turned(ink, scene.skew), turned(rules, scene.skew)
    sheet = np.empty((*ink.shape, 3), np.float32)
    sheet[:] = scene.paper
    sheet += rules[..., None] * (np.array(scene.rule, np.float32) - sheet)
    sheet += ink[..., None] * (np.array(scene.ink, np.float32) - sheet)
    if scene.inverted:
        sheet = 255 - sheet
    y, x = np.mgrid[-1:1:ink.shape[0] * 1j, -1:1:ink.shape[1] * 1j].astype(np.float32)
    along = (x * np.cos(scene.toward) + y * np.sin(scene.toward)) / np.sqrt(2)
    sheet *= 1 - scene.shade * ((along + 1) / 2)[..., None]
    sheet += rng.normal(0, scene.noise, (*ink.shape, 1)).astype(np.float32)
    image = Image.fromarray(sheet.clip(0, 255).round().astype(np.uint8))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=scene.quality)
    return np.asarray(Image.open(file))


def around(plane: Plane, margin: int) -> Plane:
    return np.pad(plane, margin)


def ruled(shape: tuple[int, ...], first: float, step: float, thick: int) -> Plane:
    """Lines across the whole sheet, as of a notebook."""
    rules = np.zeros(shape, np.float32)
    y = first
    while y + thick < shape[0]:
        if y >= 0:
            rules[int(y):int(y) + thick] = 1
        y += step
    return rules


# ---- Fields ---------------------------------------------------------------


def separate(digits: Digits, rng: Generator) -> Drawn:
    """One to eight digits apart from each other; some on ruled or squared paper."""
    scale, slant = float(rng.uniform(1, 3)), float(rng.uniform(-0.25, 0.25))
    scene = Scene.of(rng)
    ink, text = string(digits, rng, int(rng.integers(1, 9)), scale, slant, (2, 9))
    ink = around(ink, int(10 * scale))
    kind = rng.random()
    thick = int(rng.integers(1, 3))
    rules = np.zeros_like(ink)
    if kind < 0.25:  # the digits stand on a line
        rules = ruled(ink.shape, ink.shape[0] - 9 * scale - 32 * scale, 32 * scale, thick)
    elif kind < 0.35:  # squared paper
        step = float(rng.uniform(8, 14)) * scale
        rules = np.maximum(ruled(ink.shape, step / 2, step, 1),
                           ruled(ink.shape[::-1], step / 2, step, 1).T)
    return Drawn(paint(ink, rules, scene, rng), [[text]])


def touching(count: int):  # type: ignore[no-untyped-def]
    def draw(digits: Digits, rng: Generator) -> Drawn:
        scale, slant = float(rng.uniform(1, 3)), float(rng.uniform(-0.25, 0.25))
        scene = Scene.of(rng)
        ink, text = string(digits, rng, count, scale, slant, None)
        ink = around(ink, int(10 * scale))
        return Drawn(paint(ink, np.zeros_like(ink), scene, rng), [[text]])
    return draw


def boxed(digits: Digits, rng: Generator) -> Drawn:
    """A comb, or boxes apart from each other, with a digit in each."""
    scale, slant = float(rng.uniform(1, 3)), float(rng.uniform(-0.25, 0.25))
    scene = Scene.of(rng)
    count, apart = int(rng.integers(2, 9)), bool(rng.random() < 0.5)
    comb = not apart and bool(rng.random() < 0.5)
    width, height = int(rng.uniform(26, 32) * scale), int(rng.uniform(28, 34) * scale)
    gap = int(rng.uniform(3, 8) * scale) if apart else 0
    thick, margin = int(rng.integers(1, 4)), int(10 * scale)
    shape = (height + 2 * margin, count * (width + gap) + 2 * margin)
    ink, rules, text = np.zeros(shape, np.float32), np.zeros(shape, np.float32), ""
    for index in range(count):
        left, top = margin + index * (width + gap), margin
        right, bottom = left + width, top + height
        rules[bottom:bottom + thick, left:right + thick] = 1
        wall = bottom - height // 3 if comb else top
        rules[wall:bottom, left:left + thick] = 1
        rules[wall:bottom, right:right + thick] = 1
        if not comb:
            rules[top:top + thick, left:right + thick] = 1
        one, label = digits.draw(rng, scale, slant)
        x = left + (width - one.shape[1]) // 2 + int(rng.normal(0, 2.5) * scale)
        y = top + (height - one.shape[0]) // 2 + int(rng.normal(0, 2.5) * scale)
        put(ink, one, max(x, 0), max(y, 0))
        text += label
    return Drawn(paint(ink, rules, scene, rng), [[text]])


# ---- Pages ----------------------------------------------------------------


def page(digits: Digits, rng: Generator) -> Drawn:
    """Lines of groups of separate digits."""
    scale, slant = float(rng.uniform(1, 3)), float(rng.uniform(-0.25, 0.25))
    scene = Scene.of(rng)
    step = int(rng.uniform(32, 44) * scale)
    rows, width = int(rng.integers(4, 13)), int(rng.uniform(340, 460) * scale)
    sheet = np.zeros((rows * step + int(40 * scale), width), np.float32)
    lines: list[list[str]] = []
    for row in range(rows):
        x, groups = int(rng.uniform(12, 30) * scale), []
        while True:
            ink, text = string(digits, rng, int(rng.integers(1, 7)), scale, slant, (2, 7))
            if x + ink.shape[1] > width - 12 * scale:
                break
            put(sheet, ink, x, int(16 * scale) + row * step)
            groups.append(text)
            x += ink.shape[1] + int(rng.uniform(26, 60) * scale)
        if groups:
            lines.append(groups)
    rules = np.zeros_like(sheet)
    if rng.random() < 0.35:
        rules = ruled(sheet.shape, 16 * scale + 23 * scale, step, int(rng.integers(1, 3)))
    return Drawn(paint(sheet, rules, scene, rng), lines)


def letters(digits: Digits, rng: Generator) -> Drawn:
    """A page of printed words without one digit."""
    size = int(rng.uniform(20, 44))
    scene = Scene.of(rng, skew=2)
    font = ImageFont.truetype(FONT, size)
    sheet = Image.new("L", (size * 26, size * 16), 0)
    pen = ImageDraw.Draw(sheet)
    count = 0
    for row in range(9):
        text = ""
        while len(text) < 36:
            text += str(rng.choice(WORDS)) + " "
        count += len(text.replace(" ", ""))
        pen.text((size, int(size * (1 + 1.6 * row))), text.strip(), 255, font)
    ink = np.asarray(sheet, np.float32) / 255
    return Drawn(paint(ink, np.zeros_like(ink), scene, rng), [], count)


# name: (how it is drawn, how many, layout). Fixed before the reader was tuned.
KINDS = {
    "separate": (separate, 400, "line"),
    "pages": (page, 40, "page"),
    "pairs": (touching(2), 400, "line"),
    "strings of 5": (touching(5), 200, "line"),
    "boxes": (boxed, 200, "page"),
    "letters": (letters, 20, "page"),
}


def draw(kind: str, digits: Digits, seed: int, index: int) -> Drawn:
    name = sorted(KINDS).index(kind)
    return KINDS[kind][0](digits, np.random.default_rng([seed, name, index]))
