#!/usr/bin/env python3
"""Draw docs/pictures/pipeline.jpg: what ocr-pipeline found on a filled-in form.

    render_pipeline.py BUILD

Runs BUILD/examples/ocr-pipeline on examples/pictures/forms/membership.jpg: printed words
in grey frames, numbers in green ones with what was read under them; orange: the rules chose
another text than the one that is read without them; red: not valid. Needs Pillow.
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


def ask(build: Path, *arguments: object) -> Any:
    answer = subprocess.run([build / "examples" / "ocr-pipeline", *arguments, FORM],
                            check=True, capture_output=True, text=True)
    return json.loads(answer.stdout)


def frame(pen: ImageDraw.ImageDraw, box: list[int], colour: tuple[int, int, int]) -> None:
    x, y, width, height = box
    pen.rectangle((x - 4, y - 4, x + width + 3, y + height + 3), outline=colour, width=2)


def note(field: dict[str, Any], without: str) -> tuple[str, tuple[int, int, int]]:
    text = f"{field['text']} ({field['confidence']:.2f})"
    if field["valid"] is False:
        return f"{text}: not valid", WRONG
    if field["text"] != without:
        return f"{text}: {field['check'] or 'length'} holds; without it {without}", CHOSEN
    return text + (f": {field['check']} holds" if field["check"] else ""), SURE


def main() -> None:
    build = Path(sys.argv[1])
    page = ask(build, "--form", FORM.with_name("membership.fields.json"))
    labels = [argument for field in page["fields"] for argument in ("--field", field["label"])]
    without = [field["text"] for field in ask(build, *labels)["fields"]]
    image = Image.open(FORM).convert("RGB")
    pen = ImageDraw.Draw(image)
    for word in page["words"]:
        if word["print"]:
            frame(pen, word["box"], WORD)
    for field, other in zip(page["fields"], without):
        if field["box"]:
            text, colour = note(field, other)
            frame(pen, field["box"], colour)
            left = min(field["box"][0], image.width - 20 - pen.textlength(text, FONT))
            pen.text((left, sum(field["box"][1::2]) + 14), text, colour, FONT)
    image = image.crop((40, 40, 1240, 1000)).resize((900, 720), Image.Resampling.LANCZOS)
    image.save(Path(__file__).with_name("pipeline.jpg"), quality=80)


if __name__ == "__main__":
    main()
