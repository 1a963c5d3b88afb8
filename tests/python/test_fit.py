"""Training: options, progress, stopping it."""

import gc
import inspect
import math
import os
import signal
import sys
import threading
import time

import numpy as np
import pytest
from conftest import make_samples, run_python

import libdigit
from libdigit import DigitError, Model, Progress, Status

FOREVER = {"epochs": 100_000, "batch": 32}


def test_learns(samples, more_samples):
    model = Model("dense 10", seed=1)
    before = model.evaluate(*more_samples).accuracy
    history = model.fit(*samples, epochs=8, batch=20, learning_rate=0.01)
    assert before < 0.5 < 0.95 < model.evaluate(*more_samples).accuracy
    assert [record.epoch for record in history] == list(range(1, 9))
    assert history[-1].loss < history[0].loss / 2
    assert all(isinstance(record, Progress) for record in history)
    last = history[-1]
    assert (last.epochs, last.samples_done, last.samples_total) == (8, 400, 400)
    assert 0 <= last.accuracy <= 1 and last.seconds >= history[0].seconds > 0
    assert math.isnan(last.validation_accuracy)


def test_conv_network(samples):
    model = Model("conv 4x3 relu maxpool 2 dense 10", seed=1)
    model.fit(*samples, epochs=10, batch=20, learning_rate=0.01)
    assert model.evaluate(*samples).accuracy > 0.9


def test_validation(samples, more_samples):
    model = Model("dense 10", seed=1)
    history = model.fit(*samples, epochs=3, validation=more_samples)
    assert all(0 <= record.validation_accuracy <= 1 for record in history)
    assert history[-1].validation_accuracy == pytest.approx(model.evaluate(*more_samples).accuracy)


def test_repeatable(samples):
    def trained(threads=1, **options):
        model = Model("dense 10", seed=1)
        model.threads = threads
        model.fit(*samples, epochs=2, **options)
        return model.to_bytes()

    assert trained() == trained() == trained(threads=2) == trained(seed=1)
    assert trained() != trained(seed=2)
    assert trained() != trained(batch=50)
    assert trained() != trained(learning_rate=0.01)
    assert trained() != trained(schedule="constant")
    assert trained() != trained(weight_decay=0.1)
    assert trained() != trained(label_smoothing=0.1)
    assert trained() != trained(average=0)
    assert trained() == trained(schedule="cosine") == trained(augment=0)


def test_defaults_are_the_librarys(samples):
    history = Model("dense 10").fit(*samples)
    assert len(history) == 10
    parameters = inspect.signature(Model.fit).parameters.values()
    options = [p for p in parameters if p.name not in ("self", "images", "labels")]
    assert all(p.default is None and p.kind is p.KEYWORD_ONLY for p in options)


def test_words_for_info(samples):
    model = Model("dense 10")
    model.fit(*samples, epochs=1, trained_on="grid cells, ö", licence="CC0-1.0")
    again = Model.from_bytes(model.to_bytes()).info
    assert (again.trained_on, again.licence) == ("grid cells, ö", "CC0-1.0")


def test_checkpoint(samples, tmp_path):
    path = tmp_path / "checkpoint.safetensors"
    model = Model("dense 10")
    model.fit(*samples, epochs=2, checkpoint=path)
    assert path.stat().st_size > 7850 * 4
    with pytest.raises(DigitError) as caught:
        model.fit(*samples, epochs=1, checkpoint=tmp_path / "missing" / "file")
    assert caught.value.status == Status.IO


def test_progress_is_called(samples):
    heard = []
    model = Model("dense 10")
    history = model.fit(*samples, epochs=3, progress=heard.append)
    ends = [record for record in heard if record.samples_done == record.samples_total]
    assert {record.epoch for record in ends} == {1, 2, 3}
    assert history[-1] == heard[-1] or math.isnan(heard[-1].validation_accuracy)
    assert all(thing.epochs == 3 for thing in heard)


@pytest.mark.parametrize("answer", [None, False, 0, "", []], ids=repr)
def test_false_answers_go_on(samples, answer):
    assert len(Model("dense 10").fit(*samples, epochs=3, progress=lambda p: answer)) == 3


@pytest.mark.parametrize("answer", [True, 1, -1, "stop", np.True_], ids=repr)
def test_true_answers_stop(samples, answer):
    model = Model("dense 10", seed=1)
    before = model.to_bytes()
    history = model.fit(*samples, progress=lambda p: p.epoch >= 2 and answer, **FOREVER)
    assert 1 <= len(history) <= 2
    assert model.to_bytes() != before, "it keeps what it learned"
    model.predict(samples[0])


class Oops(Exception):
    pass


@pytest.mark.parametrize("error", [Oops, KeyboardInterrupt, SystemExit, StopIteration])
def test_exceptions_of_the_callback(samples, error, capfd):
    def progress(_):
        raise error("in the callback")

    model = Model("dense 10", seed=1)
    before = model.to_bytes()
    with pytest.raises(error, match="in the callback") as caught:
        model.fit(*samples, progress=progress, **FOREVER)
    assert "progress" in [entry.name for entry in caught.traceback]
    assert model.to_bytes() != before
    assert len(model.fit(*samples, epochs=1)) == 1, "it can go on"
    assert capfd.readouterr() == ("", "")


def test_answer_without_truth_value(samples):
    with pytest.raises(ValueError, match="truth value"):
        Model("dense 10").fit(*samples, progress=lambda p: np.zeros(2), **FOREVER)


def interrupt_after(seconds):
    timer = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGINT))
    timer.daemon = True
    timer.start()
    return timer


@pytest.mark.parametrize("progress", [None, lambda p: None], ids=["no callback", "callback"])
@pytest.mark.parametrize("threads", [1, 2])
def test_keyboard_interrupt(samples, progress, threads, capfd):
    model = Model("conv 8x3 relu maxpool 2 dense 10", seed=1)
    model.threads = threads
    before = model.to_bytes()
    for _ in range(3):
        started = time.monotonic()
        timer = interrupt_after(0.3)
        with pytest.raises(KeyboardInterrupt):
            model.fit(*samples, progress=progress, **FOREVER)
        assert time.monotonic() - started < 5
        timer.join()
    assert model.to_bytes() != before, "it keeps what it learned"
    assert model.predict(samples[0]).shape == (400,)
    assert capfd.readouterr() == ("", "")


def test_keyboard_interrupt_in_a_slow_callback(samples):
    interrupt_after(0.3)
    with pytest.raises(KeyboardInterrupt):
        Model("dense 10").fit(*samples, progress=lambda p: time.sleep(30), **FOREVER)


def test_any_signal_handler_may_raise(samples):
    def handler(number, frame):
        raise Oops("time is up")

    old = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.3)
        with pytest.raises(Oops, match="time is up"):
            Model("dense 10").fit(*samples, **FOREVER)
    finally:
        signal.signal(signal.SIGALRM, old)


def test_interrupted_program():
    code = (
        "import os, signal, threading, numpy, libdigit\n"
        "images = numpy.zeros((256, 28, 28), numpy.uint8)\n"
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        "libdigit.Model('keras').fit(images, [3] * 256, epochs=100000)\n"
    )
    done = run_python(code, timeout=60)
    assert done.returncode == -signal.SIGINT
    assert done.stderr.rstrip().endswith("KeyboardInterrupt")
    assert "Exception ignored" not in done.stderr


def test_the_callback_must_not_use_the_model(samples):
    model = Model("dense 10")
    calls = {
        "predict": lambda p: model.predict(samples[0]),
        "fit": lambda p: model.fit(*samples),
        "close": lambda p: model.close(),
        "threads": lambda p: setattr(model, "threads", 2),
        "save": lambda p: model.save("/dev/null"),
    }
    for progress in calls.values():
        with pytest.raises(RuntimeError, match="must not use the model"):
            model.fit(*samples, progress=progress, **FOREVER)
    assert model.predict(samples[0]).shape == (400,)


def test_the_callback_may_use_another_model(samples, model):
    heard = []
    other = Model("dense 10")
    other.fit(*samples, epochs=1, progress=lambda p: heard.append(model.predict(samples[0])))
    assert heard and heard[0].shape == (400,)


def test_the_callback_may_train_another_model(samples):
    inner = Model("dense 10")
    histories = []

    def progress(_):
        histories.append(inner.fit(*samples, epochs=1))
        return True

    Model("dense 10").fit(*samples, progress=progress)
    assert len(histories[0]) == 1


def test_callback_and_data_are_let_go(samples):
    class Callback:
        def __call__(self, progress):
            return None

    callback = Callback()
    images = samples[0].copy()
    counts = sys.getrefcount(callback), sys.getrefcount(images)
    Model("dense 10").fit(images, samples[1], epochs=1, progress=callback)
    gc.collect()
    assert (sys.getrefcount(callback), sys.getrefcount(images)) == counts


@pytest.mark.parametrize(
    "options, error",
    [
        ({"epochs": -1}, ValueError),
        ({"epochs": 2**32}, ValueError),
        ({"epochs": 1.5}, TypeError),
        ({"epochs": "3"}, TypeError),
        ({"batch": 0}, ValueError),
        ({"batch": None, "epochs": []}, TypeError),
        ({"seed": -1}, ValueError),
        ({"learning_rate": "fast"}, TypeError),
        ({"learning_rate": []}, TypeError),
        ({"learning_rate": -1}, ValueError),
        ({"learning_rate": math.nan}, ValueError),
        ({"learning_rate": math.inf}, ValueError),
        ({"learning_rate": 10**400}, ValueError),
        ({"weight_decay": -0.1}, ValueError),
        ({"label_smoothing": 0.9}, ValueError),
        ({"average": 1.5}, ValueError),
        ({"schedule": "linear"}, ValueError),
        ({"schedule": 1}, TypeError),
        ({"progress": "bar"}, TypeError),
        ({"checkpoint": 3}, TypeError),
        ({"checkpoint": "a\0b"}, ValueError),
        ({"trained_on": b"bytes"}, TypeError),
        ({"licence": "a\0b"}, ValueError),
        ({"validation": 3}, TypeError),
        ({"validation": (np.zeros((1, 28, 28), np.uint8),)}, TypeError),
        ({"validation": (np.zeros((1, 28, 28), np.uint8), [10])}, ValueError),
        ({"validation": (np.zeros((1, 28, 28), np.int32), [1])}, TypeError),
        ({"no_such_option": 1}, TypeError),
    ],
    ids=str,
)
def test_bad_options(samples, options, error):
    model = Model("dense 10")
    before = model.to_bytes()
    with pytest.raises(error):
        model.fit(*samples, **options)
    assert model.to_bytes() == before


def test_augment_changes_what_is_learnt(samples):
    def trained(augment):
        model = Model("dense 10")
        model.fit(*samples, epochs=1, augment=augment)
        return model.to_bytes()

    assert trained(0.5) == trained(0.5) != trained(0)


def test_diverging(samples):
    model = Model("dense 200 " * 24 + "dense 10")  # each layer multiplies what is too large
    before = model.to_bytes()
    with pytest.raises(DigitError) as caught:
        model.fit(*samples, learning_rate=10, schedule="constant", epochs=50)
    assert caught.value.status == Status.DIVERGED
    assert model.to_bytes() == before


def test_nothing_to_learn_from(model, trained_bytes):
    model.fit(np.empty((0, 28, 28), np.uint8), [], epochs=2)
    assert np.array_equal(
        model.predict_proba(make_samples(5)[0]),
        Model.from_bytes(trained_bytes).predict_proba(make_samples(5)[0]),
    )


def test_no_positional_options(samples):
    with pytest.raises(TypeError):
        libdigit.Model("dense 10").fit(*samples, 3)


def test_teachers_are_learned_from(samples):
    """The labels are all wrong and the teachers right: the share decides."""
    images, labels = samples
    teacher = Model("dense 10", seed=1)
    teacher.fit(images, labels, epochs=10, batch=20, learning_rate=0.01)
    wrong = (labels + 1) % 10
    for share, expected in ((0.9, labels), (0.1, wrong)):
        student = Model("dense 10", seed=2)
        student.fit(images, wrong, epochs=10, batch=20, learning_rate=0.01,
                    teachers=[teacher, teacher], teacher_share=share)
        assert np.mean(student.predict(images) == expected) > 0.95
    itself = teacher.fit(images, labels, epochs=1, teachers=(teacher,))
    assert itself[-1].accuracy > 0.9


def test_teachers_that_are_none(samples):
    for teachers in (Model("dense 10"), "built-in", [None], [Model]):
        with pytest.raises(TypeError, match="^teachers: expected"):
            Model("dense 10").fit(*samples, teachers=teachers)
    with pytest.raises(ValueError, match="teacher 1 has 11 outputs, the model 10"):
        Model("dense 10").fit(*samples, teachers=[Model("dense 10"), Model("dense 10 other 1")])
    with pytest.raises(ValueError, match="teacher_count is 17, not 0 to 16"):
        Model("dense 10").fit(*samples, teachers=[Model("dense 10")] * 17)
