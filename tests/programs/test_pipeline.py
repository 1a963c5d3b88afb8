"""ocr-pipeline: words and numbers of a filled-in form, rules, wrong templates."""
from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from conftest import PICTURES, complaint, model_arguments, run

FORMS = PICTURES / "forms"
FORM = FORMS / "membership.jpg"
TEMPLATE = FORMS / "membership.fields.json"

pytestmark = pytest.mark.skipif(
    not (Path(os.environ.get("DIGIT_BUILD", "")) / "examples" / "ocr-pipeline").exists(),
    reason="ocr-pipeline was not built: libtesseract-dev is missing")


def pipeline(*arguments: object) -> subprocess.CompletedProcess[str]:
    return run("ocr-pipeline", *model_arguments(), *arguments)


def page_of(*arguments: object) -> Any:
    result = pipeline(*arguments)
    assert (result.returncode, result.stderr) == (0, ""), result.stderr
    return json.loads(result.stdout)


def expected(folder: Path, kind: str) -> list[dict[str, Any]]:
    path = folder / "membership.expected.json"
    return [one for one in json.loads(path.read_text(encoding="utf-8")) if kind in one]


def digits(text: str) -> str:
    return text.replace(" ", "")


def shared(a: list[int], b: list[int]) -> float:
    """The share of both boxes together that lies in both."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    common = max(width, 0) * max(height, 0)
    return common / (a[2] * a[3] + b[2] * b[3] - common)


@pytest.fixture(name="page", scope="module")
def fixture_page() -> Any:
    return page_of("--form", TEMPLATE, FORM)


def test_help() -> None:
    result = run("ocr-pipeline", "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("usage: ocr-pipeline ") and "--form FILE" in result.stdout


def test_page(page: Any) -> None:
    assert list(page) == ["file", "page", "width", "height", "words", "fields"]
    with Image.open(FORM) as image:
        assert (page["width"], page["height"]) == image.size
    assert (page["file"], page["page"]) == (str(FORM), 0)


def test_words(page: Any) -> None:
    """Nearly all: what Tesseract makes of print is not ours to promise."""
    wanted = [(one["word"], one["box"]) for one in expected(FORMS, "word")]
    words = [word for word in page["words"] if word["print"]]
    found = [any(word["text"] == text and shared(word["box"], box) > 0.3 for word in words)
             for text, box in wanted if len(text) > 1]
    assert sum(found) >= 0.9 * len(found)
    assert all(0.85 <= word["confidence"] <= 1 for word in words)


def test_fields(page: Any) -> None:
    wanted = expected(FORMS, "field")
    assert [field["label"] for field in page["fields"]] == [one["field"] for one in wanted]
    right = [digits(field["text"]) == one["text"]
             for field, one in zip(page["fields"], wanted)]
    assert sum(right) >= len(right) - 1, page["fields"]
    for field, one in zip(page["fields"], wanted):
        assert shared(field["box"], one["box"]) > 0.7
        assert field["label_box"][0] < field["box"][0] or field["label_box"][1] < field["box"][1]
        assert 0 < field["confidence"] <= 1
        probabilities = [probability for _, probability in field["candidates"]]
        assert probabilities == sorted(probabilities, reverse=True)
    assert {field["valid"] for field in page["fields"]} <= {True, False}
    assert sum(field["valid"] for field in page["fields"]) >= len(right) - 1


def luhn(text: str) -> bool:
    number = [int(d) for d in reversed(digits(text))]
    return sum(d if i % 2 == 0 else sum(divmod(2 * d, 10)) for i, d in enumerate(number)) % 10 == 0


def test_check_digit_chooses_the_reading(page: Any) -> None:
    """All texts that the library considers hold it."""
    for field in page["fields"]:
        if field["check"] == "luhn":
            assert field["candidates"][0] == [digits(field["text"]), field["confidence"]]
            assert all(luhn(text) for text, _ in field["candidates"])


def ask(template: Path, picture: Path, **rule: object) -> Any:
    template.write_text(json.dumps([rule]))
    [field] = page_of("--form", template, picture)["fields"]
    return field


def test_confidence_of_valid_fields_has_a_floor(page: Any, tmp_path: Path) -> None:
    """A text of four digits is found in a postcode of five, but it is not probable."""
    postcode = next(field for field in page["fields"] if field["label"] == "Postcode")
    field = ask(tmp_path / "fields.json", FORM, label="Postcode", digits=4)
    assert len(digits(postcode["text"])) == 5 and len(digits(field["text"])) in (4, 5)
    assert field["valid"] is False and field["confidence"] < 0.9
    for field in page["fields"]:
        assert not field["valid"] or field["confidence"] >= (0.5 if field["check"] else 0.9)


def test_number_that_fits_no_rule_is_kept_and_told(tmp_path: Path, page: Any) -> None:
    template = tmp_path / "fields.json"
    template.write_text(json.dumps([{"label": "Postcode", "digits": 63},
                                    {"label": "Telephone", "place": "below"},
                                    {"label": "Meter reading", "place": "right"}]))
    code, below, right = page_of("--form", template, FORM)["fields"]
    before = {field["label"]: field for field in page["fields"]}
    assert code["valid"] is False and digits(code["text"]) == digits(before["Postcode"]["text"])
    assert (right["valid"], right["text"]) == (None, before["Meter reading"]["text"])
    assert below["text"] != before["Telephone"]["text"], "what is below it, if anything"


def printed(text: str, path: Path, step: float = 46) -> Path:
    """Printed figures are read like written ones, which makes any number a field. `step`: pixels
    from one to the next; 0: as the font has them."""
    from PIL import ImageDraw, ImageFont
    font = ImageFont.truetype("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 34)
    image = Image.new("L", (350 + 46 * len(text), 160), 255)
    pen = ImageDraw.Draw(image)
    pen.text((40, 60), "Number", 0, font)
    for index, sign in enumerate(text if step else [text]):
        pen.text((330 + step * index, 60), sign, 0, font)
    image.save(path)
    return path


@pytest.mark.parametrize("check, number, wrong", [
    ("luhn", "79927398713", "79927398710"),        # the example in ISO/IEC 7812's literature
    ("mod11,10", "07945", "07944"),                # the example of ISO 7064 itself
    ("mod97,10", "79444", "79445"),                # likewise: 794 and its check digits 44
    ("isbn10", "0306406152", "0306406153"),        # Wikipedia's example
    ("isbn13", "9780306406157", "9780306406158"),
    ("ean", "73513537", "73513538"),
    ("iban", "89370400440532013000", "89370400440532013001"),
])
def test_check_digits(check: str, number: str, wrong: str, tmp_path: Path) -> None:
    country = {"country": "DE"} if check == "iban" else {}
    for text, holds in ((number, True), (wrong, False)):
        field = ask(tmp_path / "fields.json", printed(text, tmp_path / "number.png"),
                    label="Number", check=check, digits=len(text), **country)
        assert field["valid"] is holds, field
        assert field["check"] == check and (not holds or digits(field["text"]) == text)


def test_pattern(tmp_path: Path) -> None:
    amount = printed("-12.50", tmp_path / "amount.png", step=0)
    for pattern, holds in (("-?d+[.,]dd", True), ("dd/dd/dddd", False)):
        field = ask(tmp_path / "fields.json", amount, label="Number", pattern=pattern)
        assert field["valid"] is holds, field
        assert not holds or field["text"] == "-12.50"


def test_fields_by_name_and_without(page: Any) -> None:
    postcode = next(f for f in page["fields"] if f["label"] == "Postcode")
    [field] = page_of("--field", "post code:", FORM)["fields"]
    assert (field["text"], field["valid"], field["check"]) == (postcode["text"], None, None)
    every = {field["label"]: field["text"] for field in page_of(FORM)["fields"]}
    assert sum(every.get(field["label"]) == field["text"] for field in page["fields"]) >= 5, every


def test_label_that_is_not_there() -> None:
    complaint(pipeline("--field", ":-", FORM), 1, "no print like ':-'")
    result = pipeline("--field", "Postcode", "--field", "Shoe size", FORM)
    complaint(result, 1, "membership.jpg", "Shoe size")
    known, unknown = json.loads(result.stdout)["fields"]
    assert known["text"]
    assert unknown == {"label": "Shoe size", "label_box": None, "box": None, "text": "",
                       "confidence": 0.0, "check": None, "valid": None, "candidates": []}


def test_pages(tmp_path: Path) -> None:
    grey = Image.open(FORM).convert("L")
    scan = tmp_path / "scan.tif"
    grey.save(scan, save_all=True, append_images=[Image.new("L", (300, 200), 255)])
    result = pipeline("--field", "Postcode", scan)
    complaint(result, 1, "Postcode")
    first, second = [json.loads(line) for line in result.stdout.splitlines()]
    assert (first["page"], second["page"]) == (0, 1)
    assert first["fields"][0]["text"]
    assert (second["words"], second["fields"][0]["text"]) == ([], "")


@pytest.mark.parametrize("template, words", [
    ("", ["line 1"]),
    ("{}", ["array"]),
    ('[{"label": 7}]', ["field 1"]),
    ('[{"label": "A"}, {"lable": "B"}]', ["field 2"]),
    ('[{"label": "A", "digitz": 3}]', ["field 1"]),
    ('[{"label": "A", "digits": -1}]', ["field 1", "digits"]),
    ('[{"label": "A", "digits": 64}]', ["field 1", "digits"]),
    ('[{"label": "A", "digits": 3, "pattern": "ddd"}]', ["field 1", "not both"]),
    ('[{"label": "A", "pattern": "d[."}]', ["'A'", "pattern", "character"]),
    ('[{"label": "A", "check": "crc"}]', ["field 1", "crc"]),
    ('[{"label": "A", "check": "iban"}]', ["field 1", "country"]),
    ('[{"label": "A", "check": "iban", "country": "De"}]', ["field 1", "country"]),
    ('[{"label": "A", "check": "ean", "country": "DE"}]', ["field 1", "country"]),
    ('[{"label": "A", "place": "left"}]', ["field 1", "right, below"]),
    ('[{"label": "A", "label": "B"}]', ["duplicate"]),
])
def test_wrong_templates(template: str, words: list[str], tmp_path: Path) -> None:
    path = tmp_path / "fields.json"
    path.write_text(template)
    result = pipeline("--form", path, FORM)
    complaint(result, 1, *words)
    assert result.stdout == ""


def test_what_can_not_be_read(tmp_path: Path) -> None:
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n rubbish that goes on")
    complaint(pipeline(bad), 1, "bad.png")
    complaint(pipeline(tmp_path / "none.png"), 1, "none.png", "No such file")
    complaint(pipeline("--form", tmp_path / "none.json", FORM), 1, "none.json")
    complaint(pipeline("--language", "tlh", FORM), 1, "tlh")
    complaint(pipeline("--model", bad, FORM), 1, "bad.png")
    complaint(pipeline("--threads", "x", FORM), 2, "--threads")
    complaint(pipeline(), 2, "no PICTURE")


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST is missing")
def test_other_forms(tmp_path: Path) -> None:
    right = count = 0
    for seed in (101, 102, 103):
        subprocess.run([sys.executable, FORMS / "compose.py", os.environ["MNIST_DIR"], tmp_path,
                        str(seed)], check=True)
        page = page_of("--form", TEMPLATE, tmp_path / "membership.jpg")
        for field, one in zip(page["fields"], expected(tmp_path, "field"), strict=True):
            count += 1
            right += digits(field["text"]) == one["text"]
    assert right >= 0.8 * count, f"{right} of {count} fields"
