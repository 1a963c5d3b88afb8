"""Every kind of picture file comes out as people see it.

Variants of one picture must get the answer of the picture itself. Exact copies
(lossless, 8 bits) must get the very same probabilities, which a mirrored or turned
picture never does.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from conftest import predict

Transpose = Image.Transpose
ORIENTATION = 0x0112
# How pixels are stored so that a viewer, obeying the tag, shows them upright.
STORED = {1: None, 2: Transpose.FLIP_LEFT_RIGHT, 3: Transpose.ROTATE_180,
          4: Transpose.FLIP_TOP_BOTTOM, 5: Transpose.TRANSPOSE, 6: Transpose.ROTATE_90,
          7: Transpose.TRANSVERSE, 8: Transpose.ROTATE_270}


def drawing() -> Image.Image:
    """A four: dark on light, not symmetric in any way."""
    from PIL import ImageDraw
    big = Image.new("L", (4 * 100, 4 * 130), 255)
    pen = ImageDraw.Draw(big)
    for line in ([(120, 80), (80, 280), (300, 290)], [(250, 90), (230, 440)]):
        pen.line(line, fill=0, width=36, joint="curve")
        for x, y in line:
            pen.ellipse((x - 18, y - 18, x + 18, y + 18), fill=0)
    return big.resize((100, 130), Image.Resampling.BOX)


FOUR = drawing()
INK = np.asarray(FOUR)  # 0 = ink
NEGATIVE = Image.fromarray(255 - INK)


def read(path: Path) -> list[dict]:
    result = predict("--json", path)
    assert (result.returncode, result.stderr) == (0, "")
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(name="plain", scope="session")
def fixture_plain(tmp_path_factory: pytest.TempPathFactory) -> dict:
    path = tmp_path_factory.mktemp("plain") / "four.png"
    FOUR.save(path)
    [answer] = read(path)
    assert answer["digit"] == 4
    return answer


def same(path: Path, plain: dict, tolerance: float) -> None:
    [answer] = read(path)
    assert answer["digit"] == 4 and answer["page"] == 0
    assert answer["probabilities"] == pytest.approx(plain["probabilities"], abs=tolerance)


def deep(factor: int) -> Image.Image:
    return Image.fromarray((INK.astype(np.uint16) * factor))


EXACT: dict[str, tuple[Image.Image, dict[str, Any]]] = {
    "grey.png": (FOUR, {}), "grey.bmp": (FOUR, {}), "grey.tif": (FOUR, {}),
    "rgb.png": (FOUR.convert("RGB"), {}), "rgb.bmp": (FOUR.convert("RGB"), {}),
    "rgb.tif": (FOUR.convert("RGB"), {}),
    "rgb.webp": (FOUR.convert("RGB"), {"lossless": True}),
    "lzw.tif": (FOUR.convert("RGB"), {"compression": "tiff_lzw"}),
    "zip.tif": (FOUR, {"compression": "tiff_adobe_deflate"}),
    "opaque.png": (FOUR.convert("RGBA"), {}), "opaque.bmp": (FOUR.convert("RGBA"), {}),
    "palette.png": (FOUR.convert("P"), {}), "palette.bmp": (FOUR.convert("P"), {}),
    "palette.tif": (FOUR.convert("P"), {}),
    "palette-clear.png": (FOUR.convert("P"), {"transparency": 255}),
    "deep.png": (deep(257), {}), "deep.tif": (deep(257), {}),
    "deep-clear.png": (deep(257), {"transparency": 65535}),
    "grey-clear.png": (FOUR, {"transparency": 255}),
    "rgb-clear.png": (FOUR.convert("RGB"), {"transparency": (255, 255, 255)}),
}
CLOSE: dict[str, tuple[Image.Image, dict[str, Any]]] = {
    "grey.jpg": (FOUR, {"quality": 95}), "rgb.jpg": (FOUR.convert("RGB"), {"quality": 95}),
    "progressive.jpg": (FOUR, {"quality": 95, "progressive": True}),
    "cmyk.jpg": (FOUR.convert("RGB").convert("CMYK"), {"quality": 95}),
    "cmyk.tif": (FOUR.convert("RGB").convert("CMYK"), {}),
    "12-bit.png": (deep(16), {}), "12-bit.tif": (deep(16), {}),
    "one-bit.png": (FOUR.convert("1", dither=Image.Dither.NONE), {}),
    "one-bit.bmp": (FOUR.convert("1", dither=Image.Dither.NONE), {}),
    "one-bit.tif": (FOUR.convert("1", dither=Image.Dither.NONE), {}),
    "fax.tif": (FOUR.convert("1", dither=Image.Dither.NONE), {"compression": "group4"}),
    "four-colours.png": (FOUR.convert("RGB").quantize(4), {}),
    "lossy.webp": (FOUR.convert("RGB"), {"quality": 90}),
}


@pytest.mark.parametrize("name", sorted(EXACT))
def test_lossless_kinds(tmp_path: Path, plain: dict, name: str) -> None:
    picture, options = EXACT[name]
    picture.save(tmp_path / name, **options)
    same(tmp_path / name, plain, 1e-6)


@pytest.mark.parametrize("name", sorted(CLOSE))
def test_other_kinds(tmp_path: Path, plain: dict, name: str) -> None:
    picture, options = CLOSE[name]
    picture.save(tmp_path / name, **options)
    same(tmp_path / name, plain, 0.2)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tif"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_orientation(tmp_path: Path, plain: dict, orientation: int, kind: str, mode: str) -> None:
    stored = FOUR.convert(mode)
    if STORED[orientation] is not None:
        stored = stored.transpose(STORED[orientation])
    path = tmp_path / f"x.{kind}"
    if kind == "tif":
        stored.save(path, tiffinfo={ORIENTATION: orientation})
    else:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        options = {"jpg": {"quality": 100, "subsampling": 0}, "png": {},
                   "webp": {"lossless": True}}[kind]
        stored.save(path, exif=exif, **options)
    same(path, plain, 0.02 if kind == "jpg" else 1e-6)


@pytest.mark.parametrize("data", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff" + bytes(4),
                                  b"MM\0*\0\0\0\x08\xff\xff" + b"\x01\x12\0\x03" * 3,
                                  b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x63\0\0\0"])
def test_damaged_exif_is_no_orientation(tmp_path: Path, plain: dict, data: bytes) -> None:
    FOUR.save(tmp_path / "x.jpg", quality=100, exif=b"Exif\0\0" + data)
    same(tmp_path / "x.jpg", plain, 0.02)


def ink_on_glass(tone: int, mode: str) -> Image.Image:
    """Only the ink is there; what lies behind is for the viewer to choose."""
    colour = (tone,) if mode == "LA" else (tone, tone, tone)
    picture = Image.new(mode, FOUR.size, (*colour, 0))
    picture.putalpha(NEGATIVE)
    return picture


@pytest.mark.parametrize("tone", [0, 100, 160, 255])
@pytest.mark.parametrize("mode, kind", [("RGBA", "png"), ("LA", "png"), ("RGBA", "webp"),
                                        ("RGBA", "tif"), ("LA", "tif")])
def test_ink_on_transparent(tmp_path: Path, plain: dict, tone: int, mode: str, kind: str) -> None:
    path = tmp_path / f"x.{kind}"
    options = {"lossless": True, "exact": True} if kind == "webp" else {}
    ink_on_glass(tone, mode).save(path, **options)
    same(path, plain, 0.05)


@pytest.mark.parametrize("tone", [(0, 0, 0), (255, 255, 255)])
def test_tight_crop_on_transparent(tmp_path: Path, tone: tuple[int, int, int]) -> None:
    """The ink touches all four sides, so the border says nothing about polarity."""
    box = NEGATIVE.getbbox()
    picture = Image.new("RGBA", FOUR.size, (*tone, 0))
    picture.putalpha(NEGATIVE)
    picture.crop(box).save(tmp_path / "x.png")
    [answer] = read(tmp_path / "x.png")
    assert answer["digit"] == 4


@pytest.mark.parametrize("source", [FOUR, NEGATIVE])
def test_paper_with_a_transparent_margin(tmp_path: Path, source: Image.Image) -> None:
    """A turned scan: the corners are transparent, the paper is not."""
    paper = Image.new("RGBA", (140, 170), (source.getpixel((0, 0)),) * 3 + (255,))
    paper.paste(source.convert("RGBA"), (20, 20))
    paper.rotate(8, resample=Image.Resampling.BICUBIC, expand=True).save(tmp_path / "x.png")
    [answer] = read(tmp_path / "x.png")
    assert answer["digit"] == 4


@pytest.mark.parametrize("picture", [NEGATIVE, NEGATIVE.convert("RGB"),
                                     NEGATIVE.convert("1", dither=Image.Dither.NONE)])
def test_light_on_dark(tmp_path: Path, plain: dict, picture: Image.Image) -> None:
    picture.save(tmp_path / "x.png")
    same(tmp_path / "x.png", plain, 0.2)


def test_pages_of_a_tiff(tmp_path: Path, plain: dict) -> None:
    turned = FOUR.convert("RGB").transpose(STORED[6])
    turned.info = {}
    path = tmp_path / "x.tif"
    FOUR.save(path, save_all=True, append_images=[NEGATIVE.convert("RGB"), FOUR.convert("1")])
    pages = read(path)
    assert [(a["file"], a["page"], a["digit"]) for a in pages] == [
        (str(path), 0, 4), (str(path), 1, 4), (str(path), 2, 4)]
    assert pages[0]["probabilities"] == plain["probabilities"]
    shown = predict("--top", 0, path).stdout.splitlines()
    assert [line.split(": ")[0] for line in shown] == [f"{path} page {n}" for n in range(3)]


def test_bad_page_does_not_hide_the_next(tmp_path: Path) -> None:
    path = tmp_path / "x.tif"
    floats = Image.fromarray(INK.astype(np.float32))
    FOUR.save(path, save_all=True, append_images=[floats, FOUR])
    result = predict("--json", path)
    assert result.returncode == 1
    assert [json.loads(line)["page"] for line in result.stdout.splitlines()] == [0, 2]
    assert f"{path} page 1: " in result.stderr and result.stderr.count("\n") == 1


def test_bmp_as_windows_writes_it(tmp_path: Path, plain: dict) -> None:
    """Top row first, bytes after the pixels, and 32 bits with the usual masks."""
    FOUR.convert("RGB").save(tmp_path / "x.bmp")
    data = (tmp_path / "x.bmp").read_bytes()
    (tmp_path / "tail.bmp").write_bytes(data + b"\0\0")
    same(tmp_path / "tail.bmp", plain, 1e-6)

    width, height = FOUR.size
    rows = np.dstack([INK] * 3 + [np.full_like(INK, 255)]).tobytes()
    masks = bytes([0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255])
    info = (np.array([124, width, -height], "<i4").tobytes() +
            np.array([1, 32], "<u2").tobytes() +
            np.array([3, len(rows), 2835, 2835, 0, 0], "<i4").tobytes() + masks)
    info += bytes(124 - len(info))
    head = b"BM" + np.array([14 + 124 + len(rows), 0, 14 + 124], "<u4").tobytes()
    (tmp_path / "masks.bmp").write_bytes(head + info + rows)
    same(tmp_path / "masks.bmp", plain, 1e-6)
