"""Model.read_fields, Model.copy, Model.predict_images."""

import numpy as np
import pytest
from test_read import draw

import libdigit
from libdigit import DigitError, Field, Model, Status


@pytest.fixture(scope="module")
def reader():
    return Model.pretrained()


def form():
    """17 above 771, and nothing beside them."""
    return np.vstack([draw("17 "), draw("771")])


def test_fields_come_in_their_order(reader):
    boxes = [(0, 100, 180, 100), (0, 0, 180, 100), (140, 0, 40, 100)]
    reading = reader.read_fields(form(), [Field(box=box) for box in boxes])
    assert [field.text for field in reading.fields] == ["771", "17", ""]
    assert [field.empty for field in reading.fields] == [False, False, True]
    assert [list(field.digits) for field in reading.fields] == [[0, 1, 2], [3, 4], []]
    assert not reading.fields[2].valid and reading.fields[2].confidence == 0
    assert [digit.line for digit in reading.digits] == [0, 0, 0, 1, 1]
    assert len(reading.lines) == 2 and len(reading.groups) == 2
    assert reader.read(form()).fields == []


def test_what_is_known_decides(reader):
    picture = draw("1771")
    for field, text, fits in [
        (Field(pattern="d+"), "1771", True),
        (Field(digits=4), "1771", True),
        (Field(digits=(2, 0)), "1771", True),
        (Field(pattern="1dd1", allowed="17"), "1771", True),
        (Field(pattern="dd/dd/dd"), None, False),
        (Field(check="luhn"), None, False),
        (Field(accept=lambda text: text == "1771"), "1771", True),
        (Field(accept=lambda text: False), None, False),
    ]:
        found = reader.read_fields(picture, [field]).fields[0]
        assert text is None or found.text == text, field
        assert fits or not found.valid, field
        assert 0 <= found.confidence <= 1


def test_an_exception_of_accept_is_raised(reader):
    def accept(text):
        raise LookupError(text)

    with pytest.raises(LookupError, match="1771"):
        reader.read_fields(draw("1771"), [Field(accept=accept)])


@pytest.mark.parametrize(
    ("field", "error", "words"),
    [
        (Field(pattern="x"), ValueError, "character 1"),
        (Field(digits=64), ValueError, "max_digits"),
        (Field(digits="4"), TypeError, "digits"),
        (Field(allowed="x"), ValueError, "allowed"),
        (Field(check="isbn"), ValueError, "check"),
        (Field(check="iban"), ValueError, "country"),
        (Field(box=(0, 0, 0, 5)), ValueError, "box"),
        ("17", TypeError, "fields"),
    ],
)
def test_wrong_fields_are_named(reader, field, error, words):
    with pytest.raises(error, match=words):
        reader.read_fields(draw("1"), [field])


def test_long_fields_are_refused(reader):
    picture = np.hstack([draw("7")] * 60)
    with pytest.raises(DigitError, match="field 0") as caught:
        reader.read_fields(picture, [Field()])
    assert caught.value.status == Status.LIMIT


def test_copies_are_apart():
    model = Model("dense 10", seed=3)
    model.threads = 2
    copied = model.copy()
    model.close()
    assert copied.threads == 2 and copied.info.architecture.startswith("dense 10")
    assert copied.predict(np.zeros((1, 28, 28), np.uint8)).shape == (1,)


def test_pictures_are_predicted(reader):
    pictures = [draw("1"), np.full((30, 40), 255, np.uint8), draw("7")[:, :, None].repeat(3, 2)]
    answers = reader.predict_images(pictures)
    assert answers.dtype == libdigit.PREDICTION
    assert answers["digit"].tolist()[::2] == [1, 7]
    assert answers["flags"].tolist() == [0, 1, 0]
    alone = [reader.predict_full(reader.normalize(p)[None])["digit"][0] for p in pictures]
    assert answers["digit"].tolist() == alone
    assert len(reader.predict_images([])) == 0
