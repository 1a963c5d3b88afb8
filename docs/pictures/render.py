#!/usr/bin/env python3
"""Make docs/pictures/predict.png from what digit-predict really answers.

    python3 docs/pictures/render.py build/examples/digit-predict

Runs the program on examples/pictures and draws each picture with the digit, the
confidence and the three most probable digits it printed. Needs Pillow.
"""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

TOP = Path(__file__).resolve().parents[2]
CARD = (150, 238)
SHEET_COLUMNS = 7
MARGIN = 12
BACKGROUND = (246, 247, 249)
CARD_COLOUR = (255, 255, 255)
TEXT = (30, 34, 40)
PALE = (110, 118, 128)
BAR = (46, 134, 92)
TRACK = (228, 231, 235)
GLASS = ((168, 174, 182), (188, 194, 202))  # checks behind a transparent picture


def ask(program: str, names: list[str]) -> list[dict]:
    answer = subprocess.run([program, "--json", *names], cwd=TOP, check=True,
                            capture_output=True, text=True)
    return [json.loads(line) for line in answer.stdout.splitlines()]


def font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def thumbnail(name: str, side: int) -> Image.Image:
    picture = ImageOps.exif_transpose(Image.open(TOP / name)).convert("RGBA")
    picture.thumbnail((side, side))
    behind = Image.new("RGBA", picture.size, GLASS[0])
    pen = ImageDraw.Draw(behind)
    for y in range(0, picture.height, 8):
        for x in range(y % 16, picture.width, 16):
            pen.rectangle((x, y, x + 7, y + 7), fill=GLASS[1])
    return Image.alpha_composite(behind, picture).convert("RGB")


def draw_card(sheet: Image.Image, left: int, top: int, answer: dict) -> None:
    pen = ImageDraw.Draw(sheet)
    width, height = CARD
    pen.rounded_rectangle((left, top, left + width, top + height), 8, fill=CARD_COLOUR)
    picture = thumbnail(answer["file"], 108)
    sheet.paste(picture, (left + (width - picture.width) // 2,
                          top + 10 + (108 - picture.height) // 2))
    pen.text((left + 12, top + 122), str(answer["digit"]), TEXT, font(40))
    pen.text((left + 48, top + 134), f"{answer['confidence']:.1%}", PALE, font(15))
    pen.text((left + 12, top + 168), Path(answer["file"]).name, PALE, font(11))
    ranked = sorted(enumerate(answer["probabilities"]), key=lambda pair: -pair[1])[:3]
    for row, (digit, probability) in enumerate(ranked):
        y = top + 188 + 15 * row
        pen.text((left + 12, y - 3), str(digit), TEXT, font(12))
        pen.rectangle((left + 26, y, left + 136, y + 7), fill=TRACK)
        pen.rectangle((left + 26, y, left + 26 + round(110 * probability), y + 7), fill=BAR)


def main() -> None:
    program = str(Path(sys.argv[1]).resolve())
    names = sorted(str(path.relative_to(TOP)) for path in (TOP / "examples/pictures").iterdir()
                   if path.suffix in {".png", ".jpg", ".bmp", ".tif", ".webp"})
    answers = ask(program, names)
    rows = -(-len(answers) // SHEET_COLUMNS)
    head = 44
    sheet = Image.new("RGB", (MARGIN + SHEET_COLUMNS * (CARD[0] + MARGIN),
                              head + MARGIN + rows * (CARD[1] + MARGIN)), BACKGROUND)
    ImageDraw.Draw(sheet).text((MARGIN + 2, 14), "What digit-predict reads in examples/pictures",
                               TEXT, font(18))
    for index, answer in enumerate(answers):
        draw_card(sheet, MARGIN + index % SHEET_COLUMNS * (CARD[0] + MARGIN),
                  head + MARGIN + index // SHEET_COLUMNS * (CARD[1] + MARGIN), answer)
    target = TOP / "docs/pictures/predict.png"
    sheet.save(target, optimize=True)
    print(f"{target}: {target.stat().st_size} bytes, {len(answers)} pictures")


if __name__ == "__main__":
    main()
