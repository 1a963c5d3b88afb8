#!/usr/bin/env python3
"""Draw docs/pictures/answers.png: what was read of two pictures, and what else might be there.

    PYTHONPATH=bindings/python LIBDIGIT_LIBRARY=... python3 docs/pictures/render_answers.py

Needs NumPy and Pillow.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import libdigit

SOURCE = Path(__file__).resolve().parents[2]
NUMBERS = SOURCE / "examples" / "pictures" / "numbers"
FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 13)
WIDTH, ROW, CANDIDATES = 460, 19, 3


def draw(sheet: Image.Image, top: int, reading: libdigit.Reading) -> int:
    """One picture with its boxes, its groups beside it; gives where the next begins."""
    picture = reading.overlay()
    height = round(WIDTH * picture.height / picture.width)
    sheet.paste(picture.resize((WIDTH, height), Image.Resampling.LANCZOS), (10, top))
    pen, y = ImageDraw.Draw(sheet), top + 4
    for group in reading.groups:
        for rank, (text, probability) in enumerate(group.candidates[:CANDIDATES]):
            left, right = WIDTH + 30, WIDTH + 130
            pen.text((left, y), text, (20, 20, 20) if rank == 0 else (110, 110, 110), FONT)
            pen.rectangle((right, y + 3, right + round(120 * probability), y + 12),
                          (46, 95, 168) if rank == 0 else (170, 185, 210))
            pen.text((right + 128, y), f"{probability:.3f}", (110, 110, 110), FONT)
            y += ROW
        y += 8
    return max(top + height, y) + 14


def main() -> None:
    model = libdigit.Model.pretrained()
    sheet = Image.new("RGB", (WIDTH + 330, 1200), "white")
    top = 10
    for name in ("hasty.png", "phone-photo.jpg"):
        top = draw(sheet, top, model.read(NUMBERS / name))
    sheet.crop((0, 0, sheet.width, top)).quantize(96).save(
        Path(__file__).with_name("answers.png"), optimize=True)


if __name__ == "__main__":
    main()
