"""The commands of ``python -m libdigit``, and that they answer as the C programs do."""

import gzip
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from conftest import ROOT, idx_images, idx_labels, make_samples

import libdigit
from libdigit import Model, cli

PICTURES = sorted((ROOT / "examples" / "pictures").glob("*.png"))
Image = pytest.importorskip("PIL.Image")


def digit(*arguments, **options):
    command = [sys.executable, "-m", "libdigit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


@pytest.fixture
def run(capsys):
    """A command in this process: its status, and what it said."""

    def call(*arguments):
        try:
            status = cli.main([str(one) for one in arguments])
        except SystemExit as error:
            status = error.code
        said = capsys.readouterr()
        return status, said.out, said.err

    return call


def program(name, *arguments):
    """A C program's answer, if there is one to compare with."""
    path = Path(os.environ.get("DIGIT_BUILD", "")) / "examples" / f"digit-{name}"
    if not path.is_file():
        pytest.skip(f"no {path}")
    command = [path, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


# Names that would control a terminal or the text around them, as in tests/programs/test_names.py.
EVIL = [
    (b"no\x1b[31m\nfile", r"no\x1b[31m\x0afile"),
    (b"c1\xc2\x9b31m", r"c1\u009b31m"),
    (b"\xe2\x80\xaegnp.exe", r"\u202egnp.exe"),
    (b"\xe2\x81\xa6iso\xe2\x80\xa8", r"\u2066iso\u2028"),
    (b"bad\xff\xfeutf", r"bad\xff\xfeutf"),
    (b"\xed\xa0\x80surrogate", r"\xed\xa0\x80surrogate"),
    (b"del\x7f\xef\xbf\xbe", r"del\x7f\ufffe"),
    ("caf\u00e9 \u96f6 \U0001f600".encode(), "caf\u00e9 \u96f6 \U0001f600"),
]


@pytest.mark.parametrize(("evil", "shown"), EVIL)
def test_names_are_shown_as_the_programs_show_them(evil, shown):
    name = os.fsdecode(evil)
    said = digit("predict", name, encoding="utf-8").stderr
    assert said.startswith(f"digit: {shown}: ") and said.count("\n") == 1
    other = program("predict", name).stderr
    assert other.startswith(f"digit-predict: {shown}: ")


@pytest.fixture(scope="module")
def model_path(tmp_path_factory, samples):
    model = Model("conv 4x3 relu maxpool 2 dense 10", seed=1)
    model.fit(*samples, epochs=2, batch=20, learning_rate=0.01)
    path = tmp_path_factory.mktemp("model") / "model.safetensors"
    model.save(path)
    return path


# -- The command line ------------------------------------------------------------


def test_help(run):
    status, out, _ = run("--help")
    assert status == 0 and all(name in out for name in cli.COMMANDS)
    for name in cli.COMMANDS:
        status, out, _ = run(name, "--help")
        assert status == 0 and out.startswith(f"usage: digit {name}")
        status, out, _ = run(name, "--version")
        assert status == 0 and libdigit.__version__ in out
    assert run("--version")[1].split() == ["libdigit", libdigit.__version__]


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("paint",),
        ("predict",),
        ("predict", "--top", "11", "x.png"),
        ("predict", "--top", " 1", "x.png"),
        ("predict", "--top", "+1", "x.png"),
        ("predict", "--to", "1", "x.png"),
        ("eval",),
        ("eval", "pictures"),
        ("eval", "images", "--worst", "0x1"),
        ("train", "--output", "x"),
        ("train", "--folder", "x", "--images", "y", "--labels", "z", "--output", "x"),
        ("train", "--images", "y", "--output", "x"),
        ("train", "--folder", "x", "--output", "x", "--augment", "nan"),
        ("train", "--folder", "x", "--output", "x", "--augment", "1,5"),
        ("train", "--folder", "x", "--output", "x", "--architecture", "rely"),
        ("convert", "a.txt", "b.safetensors"),
        ("convert", "built-in", "b.txt"),
        ("convert", "a.npz", "b.onnx"),
        ("bench", "--threads", "-1"),
    ],
)
def test_usage(run, arguments):
    status, out, err = run(*arguments)
    assert status == 2 and out == "" and "usage: digit" in err


def test_as_a_module(tmp_path):
    done = digit("info", "--json")
    assert done.returncode == 0 and json.loads(done.stdout)["architecture"]
    done = digit("predict", tmp_path / "none.png")
    assert done.returncode == 1 and done.stderr.count("\n") == 1
    assert "none.png: No such file" in done.stderr and "Traceback" not in done.stderr


def test_reader_that_has_gone(model_path):
    command = f"{sys.executable} -m libdigit predict --model {model_path} "
    command += " ".join([str(PICTURES[0])] * 200) + " | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=60)
    assert done.stdout.count("\n") == 1 and done.stderr == ""


# -- predict, eval, train: as the programs -----------------------------------------


def test_predict(run):
    status, out, err = run("predict", *PICTURES)
    assert (status, err) == (0, "")
    assert "blank" not in out
    assert len(re.findall(r"^\S+: [0-9] \([0-9.]+ %\)$", out, re.M)) == len(PICTURES)
    theirs = program("predict", *PICTURES)
    ours = [line.split(": ")[1][0] for line in out.splitlines() if ": " in line]
    expected = [line.split(": ")[1][0] for line in theirs.stdout.splitlines() if ": " in line]
    assert ours == expected


def test_predict_json(run):
    status, out, _ = run("predict", "--json", *PICTURES)
    theirs = program("predict", "--json", *PICTURES).stdout
    assert status == 0
    for line, expected in zip(out.splitlines(), theirs.splitlines()):
        ours, expected = json.loads(line), json.loads(expected)
        assert list(ours) == list(expected) and ours["digit"] == expected["digit"]
        assert ours["file"] == expected["file"] and ours["page"] == expected["page"]


def test_predict_pages_blank_and_damaged(run, tmp_path):
    picture = Image.open(PICTURES[0]).convert("L")
    picture.save(tmp_path / "two.tif", save_all=True, append_images=[picture])
    Image.new("L", (40, 40), 255).save(tmp_path / "blank.png")
    (tmp_path / "bad\n.png").write_bytes(b"no picture")
    names = [tmp_path / name for name in ("two.tif", "blank.png", "bad\n.png")]
    status, out, err = run("predict", "--top", "0", *names)
    assert status == 1 and "blank.png: blank" in out
    assert "two.tif page 0: " in out and "two.tif page 1: " in out
    assert r"bad\x0a.png" in err and err.count("\n") == 1


def test_predict_standard_input():
    done = digit("predict", "--top", "1", "-", stdin=PICTURES[0].open("rb"))
    assert done.returncode == 0 and done.stdout.startswith("-: ")


def test_eval(run, model_path, idx_files):
    status, out, err = run("eval", "--json", "--model", model_path, *idx_files)
    assert (status, err) == (0, "")
    theirs = program("eval", "--json", "--model", model_path, *idx_files)
    assert json.loads(out) == json.loads(theirs.stdout)
    status, out, _ = run("eval", "--worst", "2", "--model", model_path, *idx_files)
    theirs = program("eval", "--worst", "0", "--model", model_path, *idx_files).stdout
    assert status == 0 and out.startswith(theirs.rstrip("\n"))


def test_train(run, tmp_path, idx_files):
    def options(output):
        return [
            *("--images", idx_files[0], "--labels", idx_files[1], "--architecture", "dense 10"),
            *("--epochs", 3, "--batch", 50, "--validation-split", 100, "--seed", 5, "--threads", 1),
            *("--history", f"{output}.csv", "--json", "--output", output),
        ]

    ours, theirs = tmp_path / "ours.safetensors", tmp_path / "theirs.safetensors"
    status, out, err = run("train", *options(ours))
    assert status == 0 and err.count("epoch ") == 3
    done = program("train", *options(theirs))
    assert done.returncode == 0
    assert ours.read_bytes() == theirs.read_bytes()
    sums, expected = json.loads(out), json.loads(done.stdout)
    for one in (sums, expected):
        del one["seconds"], one["output"]
    assert sums == expected
    rows, wanted = (Path(f"{one}.csv").read_text().splitlines() for one in (ours, theirs))
    assert [row.rpartition(",")[0] for row in rows] == [row.rpartition(",")[0] for row in wanted]


def test_train_on_several_files_with_teachers(run, tmp_path, idx_files):
    strokes = tmp_path / "digits.strokes"
    strokes.write_text("libdigit strokes 1\n7 30: 0,0 140,10 90,300\n1 30: 5,0 5,100\n")
    pair = ("--images", idx_files[0], "--labels", idx_files[1])
    first = tmp_path / "first.safetensors"
    assert run("train", *pair, "--architecture", "dense 10", "--output", first)[0] == 0
    options = [
        *(*pair, *pair, "--strokes", strokes, "--strokes", strokes, "--augment", 0.3),
        *("--architecture", "dense 10", "--epochs", 2, "--threads", 1),
        *("--teacher", first, "--teacher", first, "--teacher-share", 0.7),
    ]
    ours, theirs = tmp_path / "ours.safetensors", tmp_path / "theirs.safetensors"
    assert run("train", *options, "--output", ours)[0] == 0
    assert program("train", *options, "--output", theirs).returncode == 0
    assert ours.read_bytes() == theirs.read_bytes()
    assert run("train", "--strokes", strokes, "--output", ours)[0] == 0
    assert run("train", "--labels", idx_files[1], "--output", ours)[0] == 2


@pytest.mark.parametrize("name", ["a.h5", "a.keras", "a.onnx", "a.pt"])
def test_train_writes_its_own_format(run, tmp_path, idx_files, name):
    """Nothing is trained for a file that would have the wrong content."""
    arguments = ["--images", idx_files[0], "--labels", idx_files[1], "--epochs", 1]
    status, _, err = run("train", *arguments, "--output", tmp_path / name)
    assert status != 0 and name in err and ".safetensors" in err
    assert not list(tmp_path.glob("a.*"))


def test_train_goes_on(run, tmp_path, model_path, idx_files):
    arguments = ["--images", idx_files[0], "--labels", idx_files[1], "--epochs", 1]
    output = tmp_path / "x.safetensors"
    status, out, _ = run("train", *arguments, "--from", model_path, "--output", output)
    assert status == 0 and "saved" in out
    assert Model.load(output).info.architecture == Model.load(model_path).info.architecture
    status, _, err = run("train", *arguments, "--validation-split", 400, "--output", output)
    assert status == 1 and "leaves none of the 400" in err


def test_train_resumes(run, tmp_path, idx_files):
    def options(output):
        return ["--images", idx_files[0], "--labels", idx_files[1], "--architecture", "dense 10",
                "--epochs", 2, "--batch", 20, "--output", output]  # fmt: skip

    assert run("train", *options(tmp_path / "whole"))[0] == 0
    history, point = tmp_path / "h.csv", tmp_path / "m.checkpoint"
    images, labels = libdigit.load_idx(*idx_files)
    updates = iter([None] * 8)
    with pytest.raises(StopIteration):  # as a kill would, before the first epoch's end
        Model("dense 10").fit(
            images, labels, epochs=2, batch=20, checkpoint=point, checkpoint_interval=3,
            reduce=lambda values: next(updates),
        )  # fmt: skip
    assert point.exists()
    resume = ("--resume", "--checkpoint-interval", 3, "--history", history)
    status, _, err = run("train", *options(tmp_path / "m"), *resume)
    assert status == 0, err
    assert (tmp_path / "m").read_bytes() == (tmp_path / "whole").read_bytes()
    assert not point.exists() and history.read_text().count("\n") == 3
    assert run("train", *options(tmp_path / "m"), "--checkpoint-interval", 3)[0] == 2


@pytest.mark.parametrize("number, status", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_train_is_stopped(tmp_path, idx_files, number, status):
    output = tmp_path / "x.safetensors"
    command = [sys.executable, "-m", "libdigit", "train", "--images", idx_files[0]]
    command += ["--labels", idx_files[1], "--epochs", "100000", "--output", output]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert "epoch 1/" in process.stderr.readline()
        process.send_signal(number)
        _, err = process.communicate(timeout=30)
    assert process.returncode == status and "stopped early" in err
    assert Model.load(output).info.parameters > 0


# -- convert, show, info, bench ------------------------------------------------------


def same_answers(first, second):
    images = make_samples(20)[0]
    a, b = (cli._models.open_model(str(one)).predict_proba(images) for one in (first, second))
    return np.abs(a - b).max() < 1e-5


@pytest.mark.parametrize("ending", ["h5", "hdf5", "keras", "onnx"])
def test_convert_models(run, tmp_path, model_path, ending):
    pytest.importorskip("onnx" if ending == "onnx" else "h5py")
    there, back = tmp_path / f"x.{ending}", tmp_path / "back.safetensors"
    assert run("convert", model_path, there)[0] == 0
    assert run("convert", there, back)[0] == 0
    assert same_answers(model_path, there) and same_answers(model_path, back)


def test_convert_weights(run, tmp_path, model_path):
    pytest.importorskip("h5py")
    there, back = tmp_path / "x.weights.h5", tmp_path / "back.safetensors"
    assert run("convert", model_path, there)[0] == 0
    assert run("convert", there, back)[0] == 1
    words = Model.load(model_path).info.architecture
    assert run("convert", "--architecture", words, there, back)[0] == 0
    assert same_answers(model_path, back)


def test_convert_torch(run, tmp_path):
    source = ROOT / "tests" / "python" / "fixtures" / "torch-view.safetensors"
    target = tmp_path / "x.safetensors"
    words = "conv 4x5 maxpool 2 relu dropout 10 dense 10"
    assert run("convert", source, target)[0] == 2
    assert run("convert", "--architecture", words, source, target)[0] == 0
    assert Model.load(target).info.architecture == words


DATA = ["x.npz", "x.csv", "x.csv.gz", "x-images-idx3-ubyte", "x-images-idx3-ubyte.gz", "folder/"]


@pytest.mark.parametrize("name", DATA)
def test_convert_data(run, tmp_path, samples, name):
    images, labels = (array[:60] for array in samples)
    source = tmp_path / "in-images-idx3-ubyte"
    source.write_bytes(idx_images(images))
    (tmp_path / "in-labels-idx1-ubyte").write_bytes(idx_labels(labels))
    there, back = f"{tmp_path}/{name}", f"{tmp_path}/back.npz"
    assert run("convert", source, there)[0] == 0
    status, out, err = run("convert", "--as-is", there, back)
    assert (status, err) == (0, "") and "60 samples" in out
    with np.load(back) as arrays:
        kept = dict(arrays)
    if name == "folder/":  # one of each digit in turn
        order = np.lexsort((np.arange(60), labels))
        assert sorted(kept["labels"]) == sorted(labels)
        got = np.argsort(kept["labels"], kind="stable")
        assert np.array_equal(kept["images"][got], images[order])
    else:
        assert np.array_equal(kept["images"], images)
        assert np.array_equal(kept["labels"], labels)


def test_transpose(run, tmp_path, samples):
    np.savez(tmp_path / "a.npz", x_test=samples[0], y_test=samples[1])
    assert run("convert", "--transpose", tmp_path / "a.npz", tmp_path / "b.npz")[0] == 0
    with np.load(tmp_path / "b.npz") as arrays:
        assert np.array_equal(arrays["images"], samples[0].transpose(0, 2, 1))
    assert run("convert", "--part", "train", tmp_path / "a.npz", tmp_path / "c.npz")[0] == 1


def test_kaggle_csv(run, tmp_path):
    """With and without a line of names."""
    row = "7," + ",".join(["0"] * 783 + ["255"])
    names = "label," + ",".join(f"pixel{i}" for i in range(784))
    for index, text in enumerate([f"{names}\n{row}\n", f"{row}\n", f'"7",{row[2:]}\n']):
        (tmp_path / f"{index}.csv").write_text(text)
        assert run("convert", tmp_path / f"{index}.csv", tmp_path / "x.npz")[0] == 0
        with np.load(tmp_path / "x.npz") as arrays:
            assert arrays["labels"].tolist() == [7] and arrays["images"].sum() == 255


@pytest.mark.parametrize(
    "name, content",
    [
        ("x.csv", b""),
        ("x.csv", b"1,2,3\n"),
        ("x.csv", b"\xff\xfe"),
        ("x.csv", b"7," + b",".join([b"256"] * 784)),
        ("x.csv", b"12," + b",".join([b"5"] * 784)),
        ("x.csv.gz", b"no gzip"),
        ("x.csv.gz", gzip.compress(b"1,2,3" * 100)[:-5]),
        ("x.npz", b""),
        ("x.npz", b"PK\3\4"),
        ("x-images-idx3-ubyte", b"no idx"),
    ],
)
def test_damaged_data(run, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    (tmp_path / "x-labels-idx1-ubyte").write_bytes(idx_labels(np.zeros(3, np.uint8)))
    status, out, err = run("convert", tmp_path / name, tmp_path / "y.npz")
    assert status == 1 and out == "" and name in err and err.count("\n") == 1


@pytest.mark.parametrize("name", ["x.csv", "x.csv.gz", "x.npz", "x.h5", "x.onnx", "x.safetensors"])
def test_fifos_are_not_waited_for(run, tmp_path, name):
    os.mkfifo(tmp_path / name)
    command = "eval" if name.startswith(("x.csv", "x.npz")) else "info"
    status, _, err = run(command, tmp_path / name)
    assert status == 1 and name in err and "regular file" in err


def test_pickles_are_not_opened(run, tmp_path):
    np.savez(tmp_path / "x.npz", images=np.array([object()]), labels=np.array([1]))
    assert run("convert", tmp_path / "x.npz", tmp_path / "y.npz")[0] == 1


def test_show(run, tmp_path, samples):
    np.savez(tmp_path / "a.npz", images=samples[0], labels=samples[1])
    status, out, _ = run("show", tmp_path / "a.npz", "--count", "6", "--columns", "3")
    assert status == 0 and len(out.splitlines()) == 2 * 15
    assert out.count("(sample") == 6
    sheet = tmp_path / "sheet.png"
    assert run("show", tmp_path / "a.npz", "--digit", 4, "--count", 10, "--output", sheet)[0] == 0
    pixels = np.asarray(Image.open(sheet))
    assert pixels.shape == (32, 302)
    first = samples[0][samples[1] == 4][0]
    assert np.array_equal(255 - pixels[2:30, 2:30], first)
    assert run("show", tmp_path / "a.npz", "--first", 400)[0] == 1


def test_info(run, model_path):
    status, out, _ = run("info", model_path)
    assert status == 0 and "conv 4x3 relu maxpool 2 dense 10" in out and "6,810" in out
    facts = json.loads(run("info", "--json", model_path)[1])
    assert facts["parameters"] == 6810 and facts["version"] == libdigit.version()


def test_bench(run, model_path, monkeypatch):
    from libdigit.cli import bench

    monkeypatch.setattr(bench, "_SECONDS", 0.01)
    figures = json.loads(run("bench", "--json", "--model", model_path)[1])
    assert figures["one_image_us"] > 0 and figures["images_per_second"] > 0
    assert "images/s" in run("bench", "--model", model_path)[1]


def test_start_is_quick():
    """Only the chosen command's modules are read."""
    code = "import sys, libdigit.cli as c; c.main(['info']); print('tempfile' in sys.modules)"
    code += "; heavy = {'h5py', 'onnx', 'sklearn', 'matplotlib', 'PIL'}"
    code += "; print(sorted(heavy & set(sys.modules)))"
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
    assert time.monotonic() - begun < 20
