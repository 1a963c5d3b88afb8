"""One model trained by several ranks: here threads, each with a model of its own."""

import os
import signal
import threading

import numpy as np
import pytest

from libdigit import DigitError, Model, Status

NORMAL = "conv 4x3 batchnorm relu maxpool 2 dropout 25 dense 10"


class Meeting:
    """Sums over threads, as a binary tree over the rank."""

    def __init__(self, ranks):
        self.ranks = ranks
        self.parts = [None] * ranks
        self.barrier = threading.Barrier(ranks, timeout=60)

    def reduce_of(self, rank, in_place=False):
        def reduce(values):
            self.parts[rank] = values.copy()
            self.barrier.wait()
            sums = list(self.parts)
            self.barrier.wait()
            while len(sums) > 1:
                pairs = zip(sums[::2], sums[1::2])
                sums = [a + b for a, b in pairs] + sums[len(sums) // 2 * 2 :]
            if not in_place:
                return sums[0]
            values[:] = sums[0]
            return None

        return reduce


def train_ranks(ranks, samples, **options):
    """The bytes of every rank's model, or what it raised."""
    meeting = Meeting(ranks)
    results = [None] * ranks

    def work(rank):
        model = Model(NORMAL, seed=1)
        mine = {"reduce": meeting.reduce_of(rank, rank % 2 == 1), "rank": rank, "ranks": ranks}
        mine.update({key: of(rank) for key, of in options.items()})
        try:
            model.fit(*samples, epochs=2, **mine)
            results[rank] = model.to_bytes()
        except Exception as error:
            results[rank] = error

    threads = [threading.Thread(target=work, args=(rank,)) for rank in range(ranks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.parametrize("ranks", [1, 2, 4])
def test_any_number_of_ranks_gives_the_same_model(samples, ranks):
    alone = Model(NORMAL, seed=1)
    alone.fit(*samples, epochs=2)
    assert train_ranks(ranks, samples) == [alone.to_bytes()] * ranks


def test_all_fail_with_one(samples, tmp_path):
    missing = tmp_path / "missing" / "file"
    results = train_ranks(2, samples, checkpoint=lambda rank: missing)
    assert all(isinstance(result, DigitError) for result in results), results
    assert [result.status for result in results] == [Status.IO, Status.IO]
    assert str(missing) in str(results[0]) and "rank 0 of 2" in str(results[1])


def test_ranks_must_be_alike(samples):
    results = train_ranks(2, samples, seed=lambda rank: rank)
    assert all("has not the same model, data" in str(result) for result in results), results


def test_all_stop_with_one(samples):
    results = train_ranks(2, samples, progress=lambda rank: lambda one: rank == 1)
    assert isinstance(results[0], bytes)
    assert results[0] == results[1]


class Oops(Exception):
    pass


@pytest.mark.parametrize("error", [Oops, KeyboardInterrupt, StopIteration])
def test_exceptions_of_the_function(samples, error, capfd):
    calls = []

    def reduce(values):
        calls.append(values)
        if len(calls) == 5:
            raise error("in the function")

    model = Model(NORMAL, seed=1)
    before = model.to_bytes()
    with pytest.raises(error, match="in the function"):
        model.fit(*samples, reduce=reduce)
    assert len(calls) == 5 and model.to_bytes() != before
    assert all(part.dtype == np.float32 and part.ndim == 1 for part in calls)
    assert np.isfinite(np.concatenate(calls)).all(), "kept arrays stay valid"
    assert capfd.readouterr() == ("", "")


def test_keyboard_interrupt(samples):
    model = Model(NORMAL, seed=1)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(*samples, reduce=lambda values: None, epochs=100_000)


@pytest.mark.parametrize(
    "answer", [lambda v: v[:-1], lambda v: 0, lambda v: "sums", lambda v: v[None]]
)
def test_wrong_answers(samples, answer):
    with pytest.raises(ValueError):
        Model(NORMAL).fit(*samples, reduce=answer)


def test_the_function_must_not_use_the_model(samples):
    model = Model(NORMAL)
    with pytest.raises(RuntimeError, match="must not use the model"):
        model.fit(*samples, reduce=lambda values: model.predict(samples[0]))


@pytest.mark.parametrize(
    "options, error, words",
    [
        ({"reduce": 3}, TypeError, "reduce"),
        ({"ranks": 2}, ValueError, "reduce is NULL"),
        ({"ranks": 0}, ValueError, "ranks is 0"),
        ({"ranks": 17, "reduce": lambda v: v}, ValueError, "ranks is 17"),
        ({"rank": 1}, ValueError, "rank is 1"),
        ({"rank": "first"}, TypeError, "rank"),
        ({"checkpoint_interval": -1}, ValueError, "checkpoint_interval"),
        ({"ranks": 2, "reduce": lambda v: v}, ValueError, "sums of 2 ranks"),
    ],
    ids=str,
)
def test_bad_options(samples, options, error, words):
    model = Model(NORMAL)
    before = model.to_bytes()
    with pytest.raises(error, match=words):
        model.fit(*samples, **options)
    assert model.to_bytes() == before


def test_interrupted_amid_an_epoch(samples, tmp_path):
    """Each run stops at the next checkpoint's update; the last ends as if alone."""
    whole = Model(NORMAL, seed=1)
    whole.fit(*samples, epochs=2, batch=50)
    path = tmp_path / "checkpoint"
    runs = 0
    while runs < 30:
        calls = []

        def reduce(values, calls=calls):
            calls.append(None)
            if len(calls) > 4:
                raise Oops

        model = Model(NORMAL, seed=1)
        runs += 1
        try:
            model.fit(
                *samples, epochs=2, batch=50, checkpoint=path, checkpoint_interval=3, reduce=reduce
            )
            break
        except Oops:
            pass
    assert model.to_bytes() == whole.to_bytes()
    assert runs > 2
