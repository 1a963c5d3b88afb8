"""examples/pipeline/reread.py: words of other engines, their numbers read again, the rest kept."""

import importlib
import json
import resource
import shutil
import subprocess
import sys

import pytest
from conftest import ROOT

pytest.importorskip("PIL")
from PIL import Image, ImageDraw

EXAMPLES = ROOT / "examples"
PIPELINE = EXAMPLES / "pipeline"
FORM = EXAMPLES / "pictures" / "forms" / "membership.jpg"
pytestmark = pytest.mark.skipif(not EXAMPLES.exists(), reason="no examples")

# What is written at (x, y) of the picture, 120 x 60 pixels each.
NUMBERS = {"1771": (300, 30), "717": (300, 130)}
DOUBTED, SURE, LETTERS = (290, 20, 480, 85), (290, 120, 480, 185), (20, 30, 120, 70)


@pytest.fixture(scope="module")
def word_files():
    sys.path.insert(0, str(PIPELINE))
    try:
        yield importlib.import_module("word_files")
    finally:
        sys.path.remove(str(PIPELINE))


@pytest.fixture(name="picture")
def fixture_picture(tmp_path):
    """Two numbers of ones and sevens, black on white."""
    image = Image.new("RGB", (600, 220), "white")
    pen = ImageDraw.Draw(image)
    for text, (left, top) in NUMBERS.items():
        for index, digit in enumerate(text):
            x, y = left + 40 * index, top
            if digit == "1":
                pen.line((x + 12, y, x + 12, y + 39), "black", 5)
            else:
                pen.line((x, y + 2, x + 24, y + 2), "black", 4)
                pen.line((x + 22, y + 2, x + 8, y + 39), "black", 5)
    path = tmp_path / "picture.png"
    image.save(path)
    return path


def reread(words, picture, *options):
    """Run the program on the bytes `words`; its CompletedProcess."""
    return subprocess.run(
        [sys.executable, PIPELINE / "reread.py", "-", picture, *map(str, options)],
        input=words,
        capture_output=True,
        timeout=120,
    )


def answer(words, picture, *options):
    done = reread(words, picture, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(words, picture, *expected):
    """It ends with one line that has these words, and gives nothing."""
    done = reread(words, picture)
    assert done.returncode == 1 and done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    for word in expected:
        assert word in done.stderr.decode(), done.stderr


# ---- hOCR -------------------------------------------------------------------

HOCR = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"
    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html><body><!-- kept -->
<div class='ocr_page' title='image "a>b.png"; bbox 0 0 600 220; ppageno 0'>
 <span class='ocrx_word' id='w1' title='bbox {} {} {} {}; x_wconf 96'>N&#xba;&nbsp;&amp;</span>
 <span class="x ocrx_word" title="bbox {} {} {} {}; x_wconf 12"><strong>il?1</strong></span>
 <span class='ocrx_word' title='bbox {} {} {} {}; x_wconf 93'>7&lt;7</span>
</div></body></html>
""".format(*LETTERS, *DOUBTED, *SURE).encode()


def test_hocr(picture):
    out = answer(HOCR, picture)
    before, _, after = HOCR.partition(b"x_wconf 12\"><strong>il?1</strong>")
    assert out.startswith(before) and out.endswith(after), "the rest, byte for byte"
    confidence, text = out[len(before) : len(out) - len(after)].split(b'">')
    assert text == b"1771" and confidence.startswith(b"x_wconf ")
    assert 50 <= int(confidence.split()[1]) <= 100


def test_sure_words_too(picture):
    assert b">717</span>" in answer(HOCR, picture, "--all")
    assert b">717</span>" in answer(HOCR, picture, "--doubt", 0.95)


def test_nothing_to_do(picture):
    assert answer(HOCR, picture, "--doubt", 0) == HOCR
    assert answer(HOCR, picture, "--min-confidence", 1.1) == HOCR, "libdigit is not that sure"


def test_byte_order_mark(picture):
    out = answer(b"\xef\xbb\xbf" + HOCR, picture)
    assert out == b"\xef\xbb\xbf" + answer(HOCR, picture)


def test_boxes_of_characters(picture):
    old = b"<span class='ocrx_cinfo' title='x_bboxes 300 30 312 70; x_conf 9.5'>i</span>l?"
    out = answer(HOCR.replace(b"<strong>il?1</strong>", old), picture).decode()
    word = out.split('class="x ocrx_word"')[1].split("ocrx_word")[0]
    assert old not in out.encode()
    boxes = [part.split("; ")[0].split() for part in word.split("x_bboxes ")[1:]]
    assert len(boxes) == 4
    assert [int(box[0]) for box in boxes] == sorted(int(box[0]) for box in boxes)
    for left, top, right, bottom in [map(int, box) for box in boxes]:
        assert DOUBTED[0] < left < right < DOUBTED[2] and DOUBTED[1] < top < bottom < DOUBTED[3]


BOMB = b'<!DOCTYPE h [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><html>&b;</html>'
OUTSIDE = b'<!DOCTYPE h [<!ENTITY a SYSTEM "file:///etc/passwd">]><html>&a;</html>'
PARAMETER = b'<!DOCTYPE h [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]><html/>'


@pytest.mark.parametrize(
    "words, expected",
    [
        (BOMB, ["entity"]),
        (OUTSIDE, ["entity"]),
        (PARAMETER, ["entity"]),
        (b"<html>" + b"<p>" * 200 + b"</p>" * 200 + b"</html>", ["100"]),
        (HOCR[:-20], ["hOCR"]),
        (HOCR.replace(b"bbox 290 20", b"bbox 290 -20"), ["box"]),
        (HOCR.replace(b"bbox 290 20", b"bbox 999999 20"), ["box"]),
        (HOCR.replace(b"il?1", b"il\xff1"), ["hOCR"]),
        (HOCR.replace(b"ppageno 0", b"ppageno 7"), ["page 8"]),
        (b"", ["neither"]),
        (b"Postcode 50667", ["neither"]),
    ],
)
def test_hocr_that_is_refused(picture, words, expected):
    refused(words, picture, *expected)


def test_words_without_box_or_confidence_are_kept(picture):
    odd = HOCR.replace(b"x_wconf 12", b"x_size 12").replace(b"bbox 290 120", b"box 290 120")
    assert answer(odd, picture) == odd


def test_sizes_are_bounded(word_files, monkeypatch):
    monkeypatch.setattr(word_files, "BYTES_MAX", 100)
    with pytest.raises(word_files.WordFileError, match="larger"):
        word_files.load(HOCR)
    monkeypatch.undo()
    monkeypatch.setattr(word_files, "WORDS_MAX", 2)
    with pytest.raises(word_files.WordFileError, match="more than 2 words"):
        word_files.load(HOCR)


# ---- TSV --------------------------------------------------------------------


def tsv(word_files, end="\n"):
    def row(box, confidence, text):
        left, top, right, bottom = box
        numbers = [5, 1, 1, 1, 1, 1, left, top, right - left, bottom - top, confidence, text]
        return "\t".join(map(str, numbers))

    rows = ["\t".join(word_files.COLUMNS.split())]
    rows += ["1\t1\t0\t0\t0\t0\t0\t0\t600\t220\t-1\t", row(LETTERS, 96.1, "Nº")]
    rows += [row(DOUBTED, 12.5, "il?1"), row(SURE, 93, "7<7"), ""]
    return end.join(rows).encode()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_tsv(word_files, picture, end):
    old = tsv(word_files, end)
    changed = [
        (a, b) for a, b in zip(old.split(b"\n"), answer(old, picture).split(b"\n")) if a != b
    ]
    assert len(changed) == 1
    before, after = (row.decode().rstrip("\r").split("\t") for row in changed[0])
    assert before[:10] == after[:10] and after[11] == "1771" and 50 <= float(after[10]) <= 100


@pytest.mark.parametrize(
    "old, new, expected",
    [
        (b"\til?1", b"", "row 4"),
        (b"12.5", b"sure", "row 4"),
        (b"\t290\t20\t", b"\t-290\t20\t", "row 4"),
        (b"conf\t", b"confidence\t", "columns"),
    ],
)
def test_tsv_that_is_refused(word_files, picture, old, new, expected):
    words = tsv(word_files)
    assert old in words
    refused(words.replace(old, new, 1), picture, expected)


# ---- JSON -------------------------------------------------------------------


def corners(box):
    left, top, right, bottom = box
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


FOUND = [(LETTERS, "Nº", 0.96), (DOUBTED, "il?1", 0.12), (SURE, "7<7", 0.93)]
EASYOCR = [[corners(box), text, score] for box, text, score in FOUND]
EASYOCR_DICT = [{"boxes": corners(b), "text": t, "confident": s} for b, t, s in FOUND]
PADDLE_2 = [[[corners(box), [text, score]] for box, text, score in FOUND]]
PADDLE_3 = {
    "input_path": "picture.png",
    "rec_texts": [text for _, text, _ in FOUND],
    "rec_scores": [score for _, _, score in FOUND],
    "rec_polys": [corners(box) for box, _, _ in FOUND],
    "rec_boxes": [list(box) for box, _, _ in FOUND],
}


@pytest.mark.parametrize(
    "root, place",
    [
        (EASYOCR, lambda r: (r[1][1], r[1][2])),
        (EASYOCR_DICT, lambda r: (r[1]["text"], r[1]["confident"])),
        (PADDLE_2, lambda r: tuple(r[0][1][1])),
        (PADDLE_2[0], lambda r: tuple(r[1][1])),
        (PADDLE_3, lambda r: (r["rec_texts"][1], r["rec_scores"][1])),
        ({"res": PADDLE_3}, lambda r: (r["res"]["rec_texts"][1], r["res"]["rec_scores"][1])),
        ({**PADDLE_3, "rec_boxes": []}, lambda r: (r["rec_texts"][1], r["rec_scores"][1])),
    ],
)
def test_json(picture, root, place):
    words = json.dumps(root).encode()
    new = json.loads(answer(words, picture))
    text, score = place(new)
    assert text == "1771" and 0.5 <= score <= 1
    back = json.dumps(new, ensure_ascii=False).replace(json.dumps(score), "0.12", 1)
    assert json.loads(back.replace('"1771"', '"il?1"')) == root, "nothing else changed"


@pytest.mark.parametrize("root", [[], [[]], [None]])
def test_no_words(picture, root):
    assert json.loads(answer(json.dumps(root).encode(), picture)) == root


@pytest.mark.parametrize(
    "words",
    [
        b"{}",
        b"[1, 2]",
        b'[["text", 0.5]]',
        b'{"rec_texts": ["a"], "rec_scores": [], "rec_boxes": [[0, 0, 1, 1]]}',
        json.dumps(EASYOCR).replace("0.12", "12").encode(),
        json.dumps(EASYOCR).replace("0.12", "NaN").encode(),
        json.dumps(EASYOCR).replace("480", "1e999").encode(),
        json.dumps(EASYOCR).replace("480", "1" + "0" * 400).encode(),
        json.dumps(EASYOCR)[:-9].encode(),
        b"[" * 100_000,
    ],
)
def test_json_that_is_refused(picture, words):
    refused(words, picture, "JSON")


# ---- Around it ----------------------------------------------------------------


def test_signs_between_numbers(word_files):
    """A sign that both saw stays; one that only libdigit saw becomes a space."""
    joined = importlib.import_module("reread").joined

    class Digit:
        def __init__(self, digit, group):
            self.digit, self.line, self.group = digit, 0, group

    two = [Digit(1, 0), Digit(2, 0), Digit(5, 1), Digit(0, 1)]
    assert joined(two, "l2.50") == "12.50"
    assert joined(two, "l250") == "12 50"
    assert joined(two, "1,2.50") == "12 50"
    assert joined(two[:2], "1,2") == "12"


def test_output_and_pages(picture, tmp_path):
    pages = tmp_path / "pages.tif"
    blank = Image.new("RGB", (600, 220), "white")
    blank.save(pages, save_all=True, append_images=[Image.open(picture)])
    assert answer(HOCR, pages) == HOCR
    second = HOCR.replace(b"ppageno 0", b"ppageno 1")
    target = tmp_path / "better.hocr"
    assert answer(second, pages, "--output", target) == b""
    assert b">1771</span>" in target.read_bytes()


def test_output_is_all_or_nothing(picture, tmp_path):
    """The disk is full while it is written: what was there before stays, and nothing else."""
    target = tmp_path / "out" / "words.hocr"
    target.parent.mkdir()
    target.write_bytes(HOCR)
    target.chmod(0o640)
    done = subprocess.run(
        [sys.executable, PIPELINE / "reread.py", target, picture, "--output", target],
        capture_output=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )
    assert done.returncode == 1 and b"File too large" in done.stderr
    assert target.read_bytes() == HOCR and list(target.parent.iterdir()) == [target]
    assert answer(HOCR, picture, "--output", target) == b""
    assert b">1771</span>" in target.read_bytes() and target.stat().st_mode & 0o777 == 0o640
    assert list(target.parent.iterdir()) == [target]


def test_names_do_not_control_the_terminal(picture, tmp_path):
    done = reread(HOCR, picture, "--model", tmp_path / "no\x1b[31m\u202e\x9b")
    said = done.stderr.decode()
    assert done.returncode == 1 and not {"\x1b", "\u202e", "\x9b"} & set(said)
    assert "x1b[31m" in said and "u202e" in said


def test_missing_files(picture, tmp_path):
    refused(HOCR, tmp_path / "none.png", "none.png")
    done = subprocess.run(
        [sys.executable, PIPELINE / "reread.py", tmp_path / "none.hocr", picture],
        capture_output=True,
    )
    assert done.returncode == 1 and b"none.hocr" in done.stderr


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract-ocr is not installed")
@pytest.mark.parametrize("kind", ["hocr", "tsv"])
def test_what_tesseract_writes(kind, tmp_path, word_files):
    """Of the digits written in the form, most are right afterwards, and few before."""
    subprocess.run(
        ["tesseract", FORM, tmp_path / "words", "--psm", "11", kind],
        check=True,
        capture_output=True,
        timeout=120,
    )
    old = (tmp_path / f"words.{kind}").read_bytes()
    new = answer(old, FORM)
    truth = json.loads((FORM.parent / "membership.expected.json").read_text())
    fields = [one for one in truth if "field" in one]
    assert right_fields(word_files.load(old).words, fields) <= 2
    assert right_fields(word_files.load(new).words, fields) >= 4
    kept = {word.text for word in word_files.load(new).words}
    assert {"Member", "number", "Postcode", "Telephone", "writing,"} <= kept


def right_fields(words, fields):
    """Of how many fields the words whose middle lies in them say the number."""
    count = 0
    for field in fields:
        left, top, width, height = field["box"]
        inside = [
            word
            for word in sorted(words, key=lambda word: word.box)
            if left <= (word.box[0] + word.box[2]) / 2 < left + width
            and top <= (word.box[1] + word.box[3]) / 2 < top + height
        ]
        count += "".join(word.text for word in inside).replace(" ", "") == field["text"]
    return count
