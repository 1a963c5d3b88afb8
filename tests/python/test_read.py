"""Model.read: layouts, options, results, overlay, and what is refused."""

import dataclasses

import numpy as np
import pytest

import libdigit
from libdigit import DigitError, Model, Status


def draw(digits, height=100, step=40):
    """Ones and sevens, black on white."""
    picture = np.full((height, 60 + step * len(digits)), 255, np.uint8)
    for index, digit in enumerate(digits):
        x = 30 + step * index
        if digit == "1":
            picture[30:70, x + 10 : x + 15] = 0
        if digit == "7":
            picture[30:34, x : x + 24] = 0
            for row in range(40):
                left = x + 20 - row * 14 // 40
                picture[30 + row, left : left + 5] = 0
    return picture


@pytest.fixture(scope="module")
def reader():
    return Model.pretrained()


def test_digits_and_their_boxes(reader):
    reading = reader.read(draw("1771"))
    assert reading.text == "1771"
    assert [d.digit for d in reading.digits] == [1, 7, 7, 1]
    for index, digit in enumerate(reading.digits):
        x, y, width, height = digit.box
        assert 28 + 40 * index <= x and x + width <= 58 + 40 * index
        assert 28 <= y and y + height <= 72
        assert (digit.line, digit.group, digit.row, digit.column) == (0, 0, 0, 0)
        assert not (digit.cut or digit.joined or digit.rejected or digit.mark)
        assert digit.probabilities.shape == (10,)
        best, probability = digit.alternatives(2)[0]
        assert best == digit.digit and digit.confidence <= probability + 1e-6
        assert digit.confidence == pytest.approx(probability * (1 - digit.other), abs=1e-6)
    assert "1771" in repr(reading)


@pytest.mark.parametrize("layout", ["page", "line"])
def test_groups_and_candidates(reader, layout):
    picture = draw("17" + "  " + "71")
    reading = reader.read(picture, layout)
    assert reading.text == "17 71"
    assert [(g.line, g.group, g.text) for g in reading.groups] == [(0, 0, "17"), (0, 1, "71")]
    for group in reading.groups:
        likely = [p for _, p in group.candidates]
        assert likely == sorted(likely, reverse=True) and 0 <= likely[-1] <= likely[0] <= 1
        assert len({text for text, _ in group.candidates}) == len(group.candidates)


def test_lines_and_groups_have_places(reader):
    reading = reader.read(np.vstack([draw("17"), draw("77")]), layout="page")
    assert [group.text for group in reading.groups] == ["17", "77"]
    for index, line in enumerate(reading.lines):
        assert list(line.groups) == [index]
        assert [reading.digits[i].line for i in line.digits] == [index, index]
        group = reading.groups[index]
        assert (group.first, group.count, group.box) == (2 * index, 2, line.box)
        assert 0 < group.confidence <= 1
        assert abs(line.baseline - (line.box[1] + line.box[3])) < 5
        assert abs(line.skew) < 0.1


def test_pictures_of_any_kind(reader):
    grey = draw("717")
    colour = np.repeat(grey[:, :, None], 3, axis=2)
    assert reader.read(colour).text == "717"
    assert reader.read(255 - grey).text == "717"
    assert reader.read(np.ascontiguousarray(grey[::-1])[::-1]).text == "717"
    assert reader.read(255 - grey, ink="light").text == "717"


def test_single(reader):
    reading = reader.read(draw("7"), layout="single")
    assert reading.text == "7" and len(reading.digits) == 1


def test_grid(reader):
    picture = np.full((160, 220), 255, np.uint8)
    picture[20:142:60, 20:202] = picture[21:142:60, 20:202] = 0
    picture[20:142, 20:202:60] = picture[20:142, 21:202:60] = 0
    picture[32:72, 47:52] = 0
    picture[92:132, 167:172] = 0
    for grid in (None, (2, 3)):
        reading = reader.read(picture, "grid", grid=grid)
        assert reading.text == "1\n1"
        assert [(d.row, d.column, d.digit) for d in reading.digits] == [
            (0, 0, 1), (0, 1, None), (0, 2, None), (1, 0, None), (1, 1, None), (1, 2, 1)
        ]


def test_min_confidence(reader):
    reading = reader.read(draw("17"), min_confidence=1)
    assert reading.text == "??"
    assert all(d.rejected for d in reading.digits) and reading.groups[0].text == "??"


def test_allowed(reader):
    for allowed in ([1], "1", {1}):
        reading = reader.read(draw("171"), allowed=allowed)
        assert {d.digit for d in reading.digits} <= {1}


def test_number_of_digits(reader):
    assert reader.read(draw("171"), digits=3).text == "171"
    assert reader.read(draw("171"), digits=(2, 0)).text == "171"
    assert reader.read(draw("171"), digits=60).text == "???"


def test_nothing(reader):
    reading = reader.read(np.full((50, 60), 255, np.uint8))
    assert (reading.text, reading.digits, reading.groups) == ("", [], [])


def test_overlay(reader):
    pytest.importorskip("PIL")
    picture = draw("17")
    before = picture.copy()
    image = reader.read(picture).overlay()
    assert image.mode == "RGB" and image.size == picture.shape[::-1]
    assert not np.array_equal(np.asarray(image)[:, :, 0], picture)
    assert np.array_equal(picture, before)


@pytest.mark.parametrize("make", [lambda p: p.astype(np.uint16) * 257, lambda p: p > 128])
def test_other_types_of_pixels(reader, make):
    """They read the same, and their overlay is that of the bytes."""
    pytest.importorskip("PIL")
    expected, reading = reader.read(draw("1771")), reader.read(make(draw("1771")))
    assert reading.text == expected.text == "1771"
    assert [d.box for d in reading.digits] == [d.box for d in expected.digits]
    assert [d.confidence for d in reading.digits] == [d.confidence for d in expected.digits]
    assert np.array_equal(np.asarray(reading.overlay()), np.asarray(expected.overlay()))


def test_threads_do_not_matter(reader):
    picture = draw("1717171")
    model = Model.from_bytes(reader.to_bytes())
    model.threads = 3
    ours, theirs = model.read(picture), reader.read(picture)
    for a, b in zip(ours.digits, theirs.digits):
        assert a.confidence == b.confidence and np.array_equal(a.probabilities, b.probabilities)


@pytest.mark.parametrize("options, error, words", [
    ({"layout": "book"}, ValueError, "'page', 'line', 'single' or 'grid'"),
    ({"layout": 1}, TypeError, "layout"),
    ({"ink": "red"}, ValueError, "ink"),
    ({"min_confidence": 2}, ValueError, "min_confidence"),
    ({"min_confidence": "high"}, TypeError, "min_confidence"),
    ({"digits": -1}, ValueError, "digits"),
    ({"digits": (5, 3)}, ValueError, "max_digits"),
    ({"digits": (1, 2, 3)}, TypeError, "digits: expected a tuple of two"),
    ({"allowed": [10]}, ValueError, "0..9"),
    ({"allowed": []}, ValueError, "no digit"),
    ({"allowed": 5}, TypeError, "allowed: expected an iterable"),
    ({"allowed": "1x"}, ValueError, "allowed: expected digits 0..9, got 'x'"),
    ({"allowed": [1.5]}, TypeError, "allowed"),
    ({"layout": "grid", "grid": 3}, TypeError, "grid: expected a tuple of two"),
    ({"time_limit": float("inf")}, ValueError, "time_limit"),
    ({"time_limit": float("nan")}, ValueError, "time_limit"),
    ({"time_limit": -1}, ValueError, "time_limit"),
    ({"time_limit": "1"}, TypeError, "time_limit"),
    ({"grid": (3, 3)}, ValueError, "GRID"),
    ({"layout": "grid", "grid": (3, 0)}, ValueError, "both"),
])
def test_wrong_options_are_named(reader, options, error, words):
    with pytest.raises(error, match=words):
        reader.read(draw("1"), **options)


def test_wrong_pictures_are_named(reader):
    with pytest.raises(TypeError, match="uint8"):
        reader.read(np.zeros((5, 5), np.int32))
    with pytest.raises(ValueError, match="shape"):
        reader.read(np.zeros(5, np.uint8))


def test_limits(reader):
    dots = np.full((1500, 1500), 255, np.uint8)
    for dy in range(2):
        for dx in range(2):
            dots[dy::5, dx::5] = 0
    with pytest.raises(DigitError, match="components") as caught:
        reader.read(dots)
    assert caught.value.status == Status.LIMIT
    with pytest.raises(DigitError, match="time limit") as caught:
        reader.read(np.tile(draw("1717"), (20, 20)), time_limit=0.001)
    assert caught.value.status == Status.TIMEOUT


@pytest.mark.parametrize("record", [libdigit.Digit, libdigit.Group])
def test_records_are_documented(record):
    for field in dataclasses.fields(record):
        assert field.name in record.__doc__
