#!/usr/bin/env python3
"""Draw docs/pictures/pipeline.jpg: what ocr-pipeline found on a filled-in form.

    render_pipeline.py BUILD

Runs BUILD/examples/ocr-pipeline on examples/pictures/forms/membership.jpg: printed words
in grey frames, numbers in green ones with what was read under them; orange: the check digit chose
another reading than the likeliest. Needs Pillow.
"""
from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

SOURCE = Path(__file__).resolve().parents[2]
FORM = SOURCE / "examples" / "pictures" / "forms" / "membership.jpg"
FONT = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 19)
WORD, SURE, CHOSEN, WRONG = (190, 194, 200), (0, 140, 60), (205, 100, 0), (205, 30, 30)


def ask(build: Path) -> Any:
    answer = subprocess.run([build / "examples" / "ocr-pipeline", "--form",
                             FORM.with_name("membership.fields.json"), FORM],
                            check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def frame(pen: ImageDraw.ImageDraw, box: list[int], colour: tuple[int, int, int]) -> None:
    x, y, width, height = box
    pen.rectangle((x - 4, y - 4, x + width + 3, y + height + 3), outline=colour, width=2)


def note(field: dict[str, Any]) -> tuple[str, tuple[int, int, int]]:
    best = field["candidates"][0][0]
    if field["valid"] is False:
        return f"{field['text']}: breaks its rule", WRONG
    if field["text"] != best:
        return f"{field['text']}: {field['check'] or 'length'} holds; likeliest was {best}", CHOSEN
    return field["text"] + (f": {field['check']} holds" if field["check"] else ""), SURE


def main() -> None:
    page = ask(Path(sys.argv[1]))
    image = Image.open(FORM).convert("RGB")
    pen = ImageDraw.Draw(image)
    for word in page["words"]:
        if word["print"]:
            frame(pen, word["box"], WORD)
    for field in page["fields"]:
        if field["box"]:
            text, colour = note(field)
            frame(pen, field["box"], colour)
            left = min(field["box"][0], image.width - 20 - pen.textlength(text, FONT))
            pen.text((left, sum(field["box"][1::2]) + 14), text, colour, FONT)
    image = image.crop((40, 40, 1240, 1000)).resize((900, 720), Image.Resampling.LANCZOS)
    image.save(Path(__file__).with_name("pipeline.jpg"), quality=80)


if __name__ == "__main__":
    main()
