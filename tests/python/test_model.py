"""Models: made, described, saved, loaded, copied, closed."""

import copy
import ctypes
import dataclasses
import gc
import os
import pathlib
import pickle

import numpy as np
import pytest
from conftest import run_python

import libdigit
from libdigit import DigitError, Model, Status


def test_keras_preset():
    info = Model("keras").info
    assert info.parameters == 179_926
    assert info.architecture.split()[:2] == ["conv", "32x3"]
    assert info.architecture.endswith("dense 100 relu dense 10")


def test_default_architecture_and_seed_are_the_librarys():
    assert Model().to_bytes() == Model("default", seed=1).to_bytes()


def test_seed_decides_the_weights():
    assert Model("dense 10", seed=5).to_bytes() == Model("dense 10", seed=5).to_bytes()
    assert Model("dense 10", seed=5).to_bytes() != Model("dense 10", seed=6).to_bytes()
    Model("dense 10", seed=2**64 - 1)


@pytest.mark.parametrize("architecture", ["", "dens 10", "dense 11", "conv 0x3 dense 10", "\x01"])
def test_bad_architecture(architecture):
    with pytest.raises(DigitError) as caught:
        Model(architecture)
    assert caught.value.status < 0
    assert len(str(caught.value)) > 5
    with pytest.raises(ValueError):
        Model("no such layer")


@pytest.mark.parametrize(
    "arguments, error",
    [
        ({"architecture": 10}, TypeError),
        ({"architecture": b"dense 10"}, TypeError),
        ({"architecture": "dense 10\0"}, ValueError),
        ({"architecture": "\ud800"}, ValueError),
        ({"seed": -1}, ValueError),
        ({"seed": 2**64}, ValueError),
        ({"seed": 1.5}, TypeError),
        ({"seed": "1"}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error):
        Model(**arguments)


def test_info(model):
    info = model.info
    assert dataclasses.is_dataclass(info)
    assert info.architecture == "dense 10"
    assert info.parameters == 28 * 28 * 10 + 10
    assert info.sample_ops >= 28 * 28 * 10
    assert info.preparation >= 1
    assert info.rejects is False
    assert info.trained_on
    assert isinstance(info.licence, str)


def test_repr(model):
    assert repr(model) == "<Model 'dense 10', 7,850 parameters>"
    model.close()
    assert repr(model) == "<Model 'dense 10', 7,850 parameters, closed>"


@pytest.mark.parametrize("kind", [str, os.fsencode, pathlib.Path])
def test_save_and_load(model, samples, tmp_path, kind):
    path = kind(str(tmp_path / "mödel.safetensors"))
    assert model.save(path) is None
    again = Model.load(path)
    assert again.to_bytes() == model.to_bytes() == (tmp_path / "mödel.safetensors").read_bytes()
    assert np.array_equal(again.predict_full(samples[0]), model.predict_full(samples[0]))


def test_missing_file(tmp_path):
    with pytest.raises(DigitError) as caught:
        Model.load(tmp_path / "missing.safetensors")
    assert caught.value.status == Status.IO == -3
    assert "missing.safetensors" in str(caught.value)


def test_folder_that_is_missing(model, tmp_path):
    with pytest.raises(DigitError) as caught:
        model.save(tmp_path / "missing" / "model.safetensors")
    assert caught.value.status == Status.IO


def test_failed_save_leaves_the_old_file(model, tmp_path):
    folder = tmp_path / "folder.safetensors"
    folder.mkdir()
    with pytest.raises(DigitError):
        model.save(folder)
    assert folder.is_dir() and list(tmp_path.iterdir()) == [folder]


@pytest.mark.parametrize("path", ["a\0b", b"a\0b"])
def test_path_with_null(model, path):
    with pytest.raises(ValueError):
        model.save(path)
    with pytest.raises(ValueError):
        Model.load(path)


@pytest.mark.parametrize("path", [None, 5, 1.5, ["x"]])
def test_path_that_is_none(model, path):
    with pytest.raises(TypeError, match="^path: expected"):
        model.save(path)
    with pytest.raises(TypeError, match="^path: expected"):
        Model.load(path)


BAD = {
    "empty": lambda good: b"",
    "short": lambda good: good[:7],
    "truncated": lambda good: good[:-1],
    "longer": lambda good: good + b"\0",
    "flipped bit in the header": lambda good: good[:60] + bytes([good[60] ^ 1]) + good[61:],
    "flipped bit in the weights": lambda good: good[:-9] + bytes([good[-9] ^ 1]) + good[-8:],
    "foreign": lambda good: b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "a header that lies": lambda good: b"\xff" * 8 + good[8:],
    "text": lambda good: b"hello, world\n" * 100,
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_files(trained_bytes, tmp_path, kind):
    bad = BAD[kind](trained_bytes)
    path = tmp_path / "bad.safetensors"
    path.write_bytes(bad)
    for load in (lambda: Model.load(path), lambda: Model.from_bytes(bad)):
        with pytest.raises(DigitError) as caught:
            load()
        assert caught.value.status in (Status.FORMAT, Status.LIMIT, Status.UNSUPPORTED)
        assert type(caught.value.status) is int
        assert len(str(caught.value)) > 10


def test_from_bytes_takes_any_buffer(trained_bytes):
    for data in (bytearray(trained_bytes), memoryview(trained_bytes)):
        assert Model.from_bytes(data).to_bytes() == trained_bytes
    assert Model.from_bytes(np.frombuffer(trained_bytes, np.uint8)).to_bytes() == trained_bytes
    with pytest.raises(TypeError, match="^data: expected a bytes-like object, got str"):
        Model.from_bytes("text")
    with pytest.raises(TypeError, match="^data: expected a bytes-like object, got int"):
        Model.from_bytes(7)


def test_error_can_be_pickled():
    with pytest.raises(DigitError) as caught:
        Model.from_bytes(b"nothing")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is type(caught.value)
    assert (again.status, str(again)) == (caught.value.status, str(caught.value))


def test_error_of_ones_own():
    error = DigitError(-4, "a sentence")
    assert (error.status, error.message, str(error)) == (-4, "a sentence", "a sentence")
    assert not isinstance(error, ValueError)


def through_pickle(model):
    return pickle.loads(pickle.dumps(model))


@pytest.mark.parametrize("copier", [copy.copy, copy.deepcopy, through_pickle])
def test_copies(model, samples, copier):
    model.threads = 2
    twin = copier(model)
    assert twin is not model and twin.threads == 2
    assert twin.to_bytes() == model.to_bytes()
    model.close()
    assert (twin.predict(samples[0]) == samples[1]).mean() > 0.9


def test_a_pickle_holds_a_model_file(model, trained_bytes):
    assert trained_bytes in pickle.dumps(model)


class Named(Model):
    """A subclass, as users write them."""


def test_subclass(trained_bytes):
    assert type(Named.from_bytes(trained_bytes)) is Named
    assert type(Named("dense 10")) is Named
    assert type(pickle.loads(pickle.dumps(Named("dense 10")))) is Named


def uses(model, samples):
    images, labels = samples
    return {
        "predict": lambda: model.predict(images),
        "predict_proba": lambda: model.predict_proba(images),
        "predict_full": lambda: model.predict_full(images),
        "confidence": lambda: model.confidence(images),
        "evaluate": lambda: model.evaluate(images, labels),
        "fit": lambda: model.fit(images, labels, epochs=1),
        "normalize": lambda: model.normalize(images[0]),
        "save": lambda: model.save("/dev/null/x"),
        "to_bytes": lambda: model.to_bytes(),
        "info": lambda: model.info,
        "threads": lambda: setattr(model, "threads", 2),
        "pickle": lambda: pickle.dumps(model),
        "with": lambda: model.__enter__(),
    }


def test_closed_model(model, samples):
    model.close()
    model.close()
    for name, use in uses(model, samples).items():
        with pytest.raises(ValueError, match="closed"):
            use()
            pytest.fail(name)


def test_context_manager(trained_bytes, samples):
    with Model.from_bytes(trained_bytes) as model:
        model.predict(samples[0])
    with pytest.raises(ValueError, match="closed"):
        model.predict(samples[0])
    with pytest.raises(ZeroDivisionError), Model.from_bytes(trained_bytes) as model:
        raise ZeroDivisionError
    with pytest.raises(ValueError, match="closed"):
        model.predict(samples[0])


def test_threads(model, samples):
    assert model.threads == 1
    expected = model.predict_full(samples[0])
    for number in (2, 8, np.int64(3), 0, 1):
        model.threads = number
        assert model.threads == number and type(model.threads) is int
        assert np.array_equal(model.predict_full(samples[0]), expected)


@pytest.mark.parametrize(
    "number, error",
    [(-1, ValueError), (2**32, ValueError), (1.0, TypeError), ("2", TypeError), (None, TypeError)],
)
def test_bad_threads(model, number, error):
    with pytest.raises(error):
        model.threads = number
    assert model.threads == 1


def resident():
    """Bytes of memory in use by this process."""
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(
    hasattr(ctypes.CDLL(None), "__asan_init"), reason="AddressSanitizer keeps freed memory for long"
)
def test_forgotten_models_are_freed(trained_bytes, samples):
    def use():
        for _ in range(300):
            Model.from_bytes(trained_bytes).predict(samples[0][:2])
        gc.collect()

    use()
    before = resident()
    use()
    assert resident() - before < 300 * len(trained_bytes) / 4


def test_failed_creation_leaves_nothing_to_clean_up():
    code = (
        "import libdigit, gc\n"
        "for _ in range(10):\n"
        "    try: libdigit.Model('no such layer')\n"
        "    except ValueError: pass\n"
        "gc.collect()\n"
    )
    done = run_python(code)
    assert (done.returncode, done.stderr) == (0, "")


def test_pretrained():
    model = Model.pretrained()
    info = model.info
    assert info.trained_on and info.licence
    blank = model.predict_full(np.zeros((1, 28, 28), np.uint8))
    assert blank["flags"][0] & 1
    assert Model.from_bytes(model.to_bytes()).to_bytes() == model.to_bytes()


def test_names():
    for name in libdigit.__all__:
        assert hasattr(libdigit, name), name


# -- Files of other formats ------------------------------------------------------

FOREIGN = {
    "real.h5": (b"\x89HDF\r\n\x1a\n", "an HDF5 file; libdigit.keras.load"),
    "real.keras": (b"PK\3\4\x14\0\0\0\0\0metadata.json", "a zip file; libdigit.keras.load"),
    "net.pt": (b"PK\3\4\0\0\x08\x08\0\0archive/data.pkl", "a pickle.* libdigit.torch.load"),
    "net.pkl": (b"\x80\4\x95\0\0\0\0\0", "a pickle.* libdigit.torch.load"),
    "net.onnx": (b"\x08\7\x12\7pytorch", "an ONNX file; libdigit.onnx.load"),
    "torch.safetensors": (
        b"\x20\0\0\0\0\0\0\0{\"w\":", "a safetensors file of another.*libdigit.torch.load"
    ),
    "net.safetensors": (
        b"version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS.*git lfs pull"
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_what_else_a_file_is(tmp_path, name):
    """The sentence names the file, what it is, and the call that reads it."""
    start, words = FOREIGN[name]
    path = tmp_path / name
    path.write_bytes(start + bytes(200))
    loaders = {
        "libdigit.keras.load": libdigit.keras.load,
        "libdigit.onnx.load": libdigit.onnx.load,
        "libdigit.torch.load": lambda path: libdigit.torch.load(path, "dense 10"),
        "libdigit.Model.load": Model.load,
    }
    for call, load in loaders.items():
        if call not in words or "pickle" in words:  # which none reads
            with pytest.raises(DigitError, match=f"{name}: {words}") as caught:
                load(path)
            assert caught.value.status == Status.FORMAT


@pytest.mark.parametrize("ending", [".h5", ".HDF5", ".keras", ".weights.h5", ".onnx"])
def test_save_writes_what_the_ending_says(tmp_path, model, ending):
    path = tmp_path / f"x{ending}"
    model.save(path)
    load = libdigit.onnx.load if ending == ".onnx" else libdigit.keras.load
    options = {"architecture": model.info.architecture} if "weights" in ending else {}
    twin = load(path, **options)
    assert twin.info.architecture == model.info.architecture
    images = np.arange(784, dtype=np.uint32).reshape(1, 28, 28).astype(np.uint8)
    assert np.allclose(twin.predict_proba(images), model.predict_proba(images), atol=1e-5)


@pytest.mark.parametrize("name", ["x.pt", "x.pth", "x.pkl", "x.npz", "x.tflite"])
def test_save_refuses_what_it_can_not_write(tmp_path, model, name):
    with pytest.raises(DigitError, match="a format that is not written") as caught:
        model.save(tmp_path / name)
    assert caught.value.status == Status.UNSUPPORTED and not list(tmp_path.iterdir())
