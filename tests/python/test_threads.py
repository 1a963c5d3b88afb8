"""One model, many Python threads: nothing they do may crash or mix up answers."""

import functools
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import make_samples, run_python

from libdigit import Model
from libdigit._guard import Guard


def test_predicting_in_parallel(model, samples):
    images, _ = samples
    expected = model.predict_full(images)

    def work(start):
        return all(
            np.array_equal(model.predict_full(images[i:]), expected[i:])
            for i in range(start, 400, 16)
        )

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(16)))


def test_the_gil_is_released():
    model = Model("keras")
    images, _ = make_samples(4000)
    ended = []
    thread = threading.Thread(target=lambda: ended.append(model.predict(images)))
    before = time.monotonic()
    thread.start()
    turns = 0
    while not ended:
        turns += 1
        time.sleep(0.001)
    thread.join()
    assert time.monotonic() - before > 0.02, "too quick to tell"
    assert turns > 5


class Storm:
    """Threads that do one thing over and over, until told to stop."""

    def __init__(self, *actions):
        self.stop = threading.Event()
        self.errors = []
        self.turns = 0
        self.threads = [threading.Thread(target=self._run, args=(a,)) for a in actions]

    def _run(self, action):
        try:
            while not self.stop.is_set():
                action()
                self.turns += 1
        except BaseException as error:
            self.errors.append(error)

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *exception):
        self.stop.set()
        for thread in self.threads:
            thread.join(60)
            assert not thread.is_alive(), "a thread waits for ever"


def test_training_while_others_predict(samples):
    model = Model("dense 10", seed=1)
    images, labels = samples

    def predict():
        assert model.predict(images).shape == (400,)

    def describe():
        assert model.info.parameters == 7850 and len(model.to_bytes()) > 7850 * 4

    with Storm(predict, predict, describe) as storm:
        for round in range(5):
            model.fit(images, labels, epochs=2, batch=20, learning_rate=0.01)
            model.threads = 1 + round % 3
            time.sleep(0.02)
    assert not storm.errors and storm.turns > 0
    assert model.evaluate(images, labels).accuracy > 0.9


def test_closing_while_others_predict(trained_bytes, samples):
    for _ in range(20):
        model = Model.from_bytes(trained_bytes)
        with Storm(*[functools.partial(model.predict, samples[0])] * 4) as storm:
            time.sleep(0.01)
            model.close()
        assert storm.errors
        for error in storm.errors:
            assert isinstance(error, ValueError) and "closed" in str(error)


def test_two_that_train(samples):
    model = Model("dense 10")
    with ThreadPoolExecutor(3) as pool:
        jobs = [pool.submit(model.fit, *samples, epochs=2) for _ in range(6)]
        assert all(len(job.result(60)) == 2 for job in jobs)


def test_training_in_threads_of_their_own(samples):
    def trained(_):
        model = Model("dense 10", seed=3)
        model.fit(*samples, epochs=3)
        return model.to_bytes()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(trained, range(8)))) == 1


def test_short_lived_threads(model, samples):
    """Each new thread gets a lock; those of threads that ended are let go."""
    for _ in range(50):
        thread = threading.Thread(target=model.predict, args=(samples[0][:1],))
        thread.start()
        thread.join()
    model.threads = 2
    assert len(model._guard._readers) < 10


def test_error_text_is_the_threads_own(model, tmp_path):
    def fail(number):
        for _ in range(50):
            with pytest.raises(Exception, match=f"absent-{number}-"):
                Model.load(tmp_path / f"absent-{number}-")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(fail, range(8)))


# What was registered before libdigit was imported is called after libdigit's own clean-up.
EXIT = """
import atexit
atexit.register(lambda: last_words())
import threading, time, numpy, libdigit
model = libdigit.Model("keras")
model.threads = 2
other = libdigit.Model("dense 10")
images = numpy.zeros((500, 28, 28), numpy.uint8)
def last_words():
    print(model.predict(images[:1]).shape, model.threads)
    model.close()
def predict():
    while True:
        model.predict(images)
def train():
    other.fit(images, [3] * 500, epochs=100000)
"""


def test_exit_while_threads_predict():
    code = EXIT + "for _ in range(3): threading.Thread(target=predict, daemon=True).start()\n"
    for _ in range(8):
        done = run_python(code + "time.sleep(0.2)")
        assert (done.returncode, done.stdout, done.stderr) == (0, "(1,) 2\n", "")


def test_use_at_exit_of_a_model_made_elsewhere():
    """By a thread that never used it before."""
    code = (
        EXIT + "made = []\n"
        "maker = threading.Thread(target=lambda: made.append(libdigit.Model('dense 10')))\n"
        "maker.start(); maker.join(); model = made[0]\n"
    )
    done = run_python(code, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "(1,) 1\n", "")


def test_exit_while_a_thread_trains():
    done = run_python(
        EXIT + "threading.Thread(target=train, daemon=True).start()\ntime.sleep(0.5)", timeout=20
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "(1,) 2\n", "")


def test_guard_lets_writers_in():
    """Readers that come and go without a pause don't keep a writer waiting."""
    guard = Guard()

    def read():
        with guard.reading():
            time.sleep(0.001)

    with Storm(*[read] * 4):
        started = time.monotonic()
        for _ in range(10):
            with guard.writing():
                pass
        assert time.monotonic() - started < 10


def test_guard_keeps_readers_and_writers_apart():
    guard = Guard()
    inside = {"readers": 0, "writers": 0}
    lock = threading.Lock()

    def change(what, by):
        with lock:
            inside[what] += by
            assert inside["writers"] <= 1 and not (inside["writers"] and inside["readers"])

    def read():
        with guard.reading():
            change("readers", 1)
            time.sleep(0)
            change("readers", -1)

    def write():
        with guard.writing():
            change("writers", 1)
            time.sleep(0)
            change("writers", -1)
        time.sleep(0.001)

    with Storm(read, read, read, write, write) as storm:
        time.sleep(0.7)
    assert not storm.errors


def test_guard_may_be_read_twice_by_one_thread():
    guard = Guard()
    with guard.reading(), guard.reading():
        with pytest.raises(RuntimeError), guard.writing():
            pass
    with guard.writing():
        with pytest.raises(RuntimeError):
            guard.reading()
        with pytest.raises(RuntimeError), guard.writing():
            pass
    with guard.reading():
        pass
