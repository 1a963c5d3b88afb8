"""Models and processes: fork, spawn, forkserver, pickles on the way."""

import multiprocessing
import os
import pickle
import signal
import threading
import time
import warnings

import numpy as np
import pytest
from conftest import make_samples

from libdigit import Model

pytestmark = pytest.mark.filterwarnings("ignore:.*use of fork:DeprecationWarning")


def predict_bytes(model, images):
    return model.predict_full(images).tobytes()


def train_bytes(architecture, samples):
    model = Model(architecture, seed=1)
    model.threads = 2
    model.fit(*samples, epochs=2)
    return model.to_bytes()


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_pools(model, samples, method):
    images, _ = samples
    model.threads = 2
    expected = predict_bytes(model, images)
    trained = train_bytes("dense 10", samples)
    with multiprocessing.get_context(method).Pool(2) as pool:
        jobs = [pool.apply_async(predict_bytes, (model, images)) for _ in range(4)]
        training = pool.apply_async(train_bytes, ("dense 10", samples))
        assert all(job.get(90) == expected for job in jobs)
        assert training.get(90) == trained


def in_child(work, seconds=30):
    """Fork; the child's exit code is 0 if work() gave something true."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)  # a child that hangs is killed
        code = 1
        try:
            code = 0 if work() else 2
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_inherited_model(model, samples):
    images, labels = samples
    model.threads = 2
    expected = predict_bytes(model, images)

    def work():
        good = predict_bytes(model, images) == expected
        model.fit(images, labels, epochs=1)
        model.close()
        return good

    assert in_child(work) == 0
    assert predict_bytes(model, images) == expected


def test_fork_while_threads_predict(samples):
    model = Model("conv 4x3 relu maxpool 2 dense 10", seed=1)
    model.threads = 2
    images, _ = make_samples(300)
    expected = predict_bytes(model, images)
    stop = threading.Event()

    def predict():
        while not stop.is_set():
            model.predict(images)

    threads = [threading.Thread(target=predict) for _ in range(4)]
    for thread in threads:
        thread.start()

    def work():
        good = predict_bytes(model, images) == expected
        model.threads = 1  # all to itself: nobody else is here
        return good and predict_bytes(model, images) == expected

    try:
        assert [in_child(work) for _ in range(30)] == [0] * 30
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert predict_bytes(model, images) == expected


def test_fork_while_a_thread_trains(samples):
    model = Model("dense 10", seed=1)
    stop, begun = threading.Event(), threading.Event()

    def progress(_):
        begun.set()
        return stop.is_set()

    thread = threading.Thread(
        target=model.fit, args=samples, kwargs={"epochs": 100_000, "progress": progress}
    )
    thread.start()
    assert begun.wait(30)

    def work():
        with pytest.raises(ValueError, match="forked while another thread trained"):
            model.predict(samples[0])
        # In the child's own child it stays so: the code of an exception.
        assert in_child(lambda: model.predict(samples[0]).shape == (400,)) == 1
        model.close()
        return Model("dense 10").predict(samples[0]).shape == (400,)

    try:
        assert [in_child(work) for _ in range(5)] == [0] * 5
    finally:
        stop.set()
        thread.join()
    assert model.predict(samples[0]).shape == (400,)


def test_fork_in_a_progress_callback(samples):
    other = Model("dense 10", seed=1)
    codes = []

    def progress(_):
        codes.append(in_child(lambda: other.predict(samples[0]).shape == (400,)))
        return True

    Model("dense 10").fit(*samples, progress=progress)
    assert codes == [0]


def test_pickles_cross_processes_as_bytes(model, samples):
    """What a child gets is a model of its own."""
    answer = {}

    def work(pipe):
        twin = pickle.loads(pipe.recv_bytes())
        twin.fit(*samples, epochs=1)
        pipe.send(twin.to_bytes() != model.to_bytes())

    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=work, args=(there,))
    process.start()
    here.send_bytes(pickle.dumps(model))
    assert here.poll(30)
    answer = here.recv()
    process.join(30)
    assert answer and process.exitcode == 0


def test_many_forks_leave_the_parent_well(model, samples):
    started = time.monotonic()
    expected = model.predict(samples[0])
    for _ in range(100):
        assert in_child(lambda: np.array_equal(model.predict(samples[0]), expected)) == 0
    assert np.array_equal(model.predict(samples[0]), expected)
    assert time.monotonic() - started < 60
