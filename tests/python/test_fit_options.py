"""The options of `Model.fit` are the members of the C struct: names, types, defaults, values."""

import ctypes
import inspect
import re

import numpy as np
import pytest
from conftest import make_samples

from libdigit import Model
from libdigit import _prototypes as c
from libdigit._library import lib
from libdigit.sklearn import DigitClassifier

MEMBERS = dict(c.digit_train_options._fields_)
INTERNAL = {"size", "user_data", "reduce_data", "teacher_count"}
SIGNATURE = inspect.signature(Model.fit).parameters
DATA = ("images", "labels", "strokes")
OPTIONS = [name for name in SIGNATURE if name not in ("self", *DATA)]
SCHEDULES = {c.DIGIT_SCHEDULE_CONSTANT: "constant", c.DIGIT_SCHEDULE_COSINE: "cosine"}
ANNOTATIONS = {
    c.c_uint32: "Optional[int]",
    c.c_uint64: "Optional[int]",
    c.c_float: "Optional[float]",
    c.c_char_p: "Optional[str]",
}
GIVEN = {
    "epochs": 3,
    "batch": 7,
    "learning_rate": 0.25,
    "weight_decay": 0.5,
    "augment": 0.125,
    "label_smoothing": 0.0625,
    "average": 0.75,
    "schedule": "constant",
    "seed": 2**64 - 1,
    "checkpoint": "some/file",
    "trained_on": "grid cells, ö",
    "licence": "CC0-1.0",
    "pull": 12.0,
    "checkpoint_interval": 9,
    "rank": 1,
    "ranks": 2,
    "teacher_share": 0.25,
}
OBJECTS = {
    "validation": make_samples(10),
    "progress": print,
    "reduce": print,
    "teachers": [Model("dense 10"), Model("dense 10")],
}


def entries(thing):
    """The parameters that a docstring describes, in order: name -> text."""
    section = inspect.getdoc(thing).partition("Parameters\n----------\n")[2]
    section = re.split(r"\n\n\w+\n-+\n", section)[0]
    found = {}
    pattern = r"^(\w+(?:, \w+)*) : (.*(?:\n(?: .*)?)*)"
    for names, text in re.findall(pattern, section, flags=re.M):
        found.update(dict.fromkeys(names.split(", "), " ".join(text.split())))
    return found


def defaults(init):
    options = c.digit_train_options()
    init(ctypes.byref(options), ctypes.sizeof(options))
    return options


def shown(options, name):
    """A default as the docstring has it."""
    value = getattr(options, name)
    return repr(SCHEDULES[value]) if name == "schedule" else f"{value:.6g}"


@pytest.fixture
def given_to_the_library(monkeypatch):
    """What `digit_model_train` was called with; nothing is trained."""
    seen = []

    def train(model, dataset, options):
        struct = options._obj
        seen.append({name: getattr(struct, name) for name in MEMBERS})
        seen[-1]["held out"] = lib.digit_dataset_count(struct.validation)
        return 0

    monkeypatch.setattr(lib, "digit_model_train", train)
    return seen


def test_signature_has_the_members_of_the_struct():
    assert set(OPTIONS) == set(MEMBERS) - INTERNAL


def test_hints_suit_the_members():
    spelled = {"schedule": "Optional[Schedule]", "checkpoint": "Optional[PathLike]"}
    for name in GIVEN:
        expected = spelled.get(name, ANNOTATIONS[MEMBERS[name]])
        assert SIGNATURE[name].annotation == expected, name


def test_docstring_has_the_signature():
    described = entries(Model.fit)
    assert list(described) == [*DATA, *OPTIONS]


@pytest.mark.parametrize("name", [n for n in GIVEN if MEMBERS[n] is not c.c_char_p])
def test_docstring_has_the_defaults_of_the_library(name):
    found = re.search(r"Default: (.+?)(?:, |\.$|\. )", entries(Model.fit)[name])
    assert found, "no default"
    assert found[1] == shown(defaults(lib.digit_train_options_init), name)


RANGE = re.compile(r"([\d.e-]+)\.\.([\d.,e*-]*\d)")
RANGES = {
    name: found.groups()
    for name, text in entries(Model.fit).items()
    if name in GIVEN and name != "ranks" and (found := RANGE.search(text))  # ranks need reduce
}


@pytest.mark.parametrize("name", RANGES)
def test_docstring_has_the_ranges_of_the_library(name):
    def accepts(value):
        try:  # nothing to train on: options are checked, and that is all
            Model("dense 10").fit(np.empty((0, 28, 28), np.uint8), [], **{name: value})
        except ValueError:
            return False
        return True

    least, most = (eval(text.replace(",", "")) for text in RANGES[name])
    assert accepts(least) and accepts(most)
    if MEMBERS[name] is c.c_float:
        below, above = least * (1 - 1e-6) or -1e-6, most * (1 + 1e-6)
    else:
        below, above = least - 1, most + 1
    assert not accepts(below) and not accepts(above)


def test_ranges_are_there():
    assert set(RANGES) >= {n for n in GIVEN if MEMBERS[n] is c.c_float} | {"epochs", "batch"}


def test_docstring_of_adapt_has_its_defaults():
    plain = defaults(lib.digit_train_options_init)
    other = defaults(lib.digit_adapt_options_init)
    changed = {n: shown(other, n) for n in GIVEN if getattr(plain, n) != getattr(other, n)}
    described = re.findall(r"``(\w+)=([\d.]+)``", inspect.getdoc(Model.adapt))
    assert dict(described) == changed and len(changed) == 4


def test_every_option_reaches_the_library(given_to_the_library):
    assert {*GIVEN, *OBJECTS} == set(OPTIONS)
    Model("dense 10").fit(*make_samples(20), **GIVEN, **OBJECTS)
    [seen] = given_to_the_library
    for name, value in GIVEN.items():
        expected = value.encode() if MEMBERS[name] is c.c_char_p else value
        assert seen[name] == (c.DIGIT_SCHEDULE_CONSTANT if name == "schedule" else expected), name
    assert seen["held out"] == 10 and seen["progress"] and seen["reduce"]
    assert seen["teacher_count"] == 2 and seen["teachers"][1]


@pytest.mark.parametrize("method, init", [
    (Model.fit, lib.digit_train_options_init),
    (Model.adapt, lib.digit_adapt_options_init),
], ids=["fit", "adapt"])
def test_what_is_left_out_is_the_librarys_default(given_to_the_library, method, init):
    expected = defaults(init)
    method(Model("dense 10"), *make_samples(20), epochs=None, validation=None)
    method(Model("dense 10"), *make_samples(20), batch=5)
    for index, seen in enumerate(given_to_the_library):
        for name in GIVEN:
            if (name, index) != ("batch", 1):
                assert seen[name] == getattr(expected, name), name
    assert given_to_the_library[1]["batch"] == 5
    assert not given_to_the_library[0]["validation"] and not given_to_the_library[0]["reduce"]


@pytest.mark.parametrize("name", ["no_such_option", *sorted(INTERNAL)])
def test_adapt_refuses_what_fit_does_not_have(samples, name):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{name}'"):
        Model("dense 10").adapt(*samples, **{name: 1})


def test_the_classifier_passes_its_options_on(given_to_the_library):
    parameters = inspect.signature(DigitClassifier).parameters
    ours = {name: GIVEN[name] for name in parameters if name in GIVEN}
    assert len(ours) == 8 and {"epochs", "average", "schedule"} <= set(ours)
    images, labels = make_samples(20)
    DigitClassifier("dense 10", random_state=1, **ours).fit(images.reshape(20, 784), labels)
    [seen] = given_to_the_library
    for name in set(ours) - {"schedule"}:
        assert seen[name] == np.float32(ours[name]), name
    assert seen["schedule"] == c.DIGIT_SCHEDULE_CONSTANT
    assert all(parameters[name].annotation == SIGNATURE[name].annotation for name in ours)
