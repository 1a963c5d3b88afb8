"""`libdigit.bulk`: rows, sources, shards, resuming, the engine that needs no other package."""

import io
import json
import os
import pickle
import re
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from functools import partial

import numpy as np
import pytest
from bulk_pictures import BROKEN, broken, digit_png, field_png, rows_in, sorted_rows
from conftest import ROOT, run_python

import libdigit
from libdigit import cli

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")
Image = pytest.importorskip("PIL.Image")

from libdigit import bulk  # noqa: E402


@pytest.fixture(scope="module")
def recognizer():
    return bulk.Recognizer()


@pytest.fixture(scope="module")
def contents():
    """Names and bytes of forty pictures, one in ten bad."""
    rng = np.random.default_rng(7)
    made = {}
    for number in range(40):
        if number % 10 == 9:
            content = broken(BROKEN[number // 10], digit_png(rng))
        else:
            content = digit_png(rng) if number % 2 else field_png(rng, 3)
        made[f"{number:03d}.png"] = content
    return made


@pytest.fixture
def folder(tmp_path, contents):
    target = tmp_path / "in"
    for number, (name, content) in enumerate(contents.items()):
        path = target / ("deep" if number % 3 == 0 else "") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return target


def expected(recognizer, contents, name_of=lambda name: name):
    return [row for n, content in contents.items() for row in recognizer.rows(name_of(n), content)]


def by_name(rows):
    """Rows under the last part of the name."""
    return sorted_rows({**row, "file": row["file"].rpartition("/")[2]} for row in rows)


# -- Rows ---------------------------------------------------------------------


def test_rows_say_what_read_says(recognizer):
    content = field_png(np.random.default_rng(1), 4)
    reading = libdigit.Model.pretrained().read(content)
    rows = recognizer.rows("a.png", content)
    assert [tuple(row) for row in rows] == [bulk.COLUMNS] * len(reading.digits) != []
    for index, (row, digit) in enumerate(zip(rows, reading.digits)):
        assert (row["file"], row["page"], row["index"]) == ("a.png", 0, index)
        assert (row["digit"], row["confidence"]) == (digit.digit, digit.confidence)
        assert (row["x"], row["y"], row["width"], row["height"]) == digit.box
        assert (row["status"], row["text"]) == ("ok", reading.text)


def test_options_reach_the_reader():
    content = field_png(np.random.default_rng(1), 4)
    single = bulk.Recognizer(layout="single").rows("a.png", content)
    assert len(single) == 1
    ones = bulk.Recognizer(allowed="1").rows("a.png", content)
    assert {row["digit"] for row in ones} == {1}
    doubtful = bulk.Recognizer(min_confidence=1.0).rows("a.png", content)
    assert set(doubtful[0]["text"]) == {"?"} and doubtful[0]["digit"] is not None


@pytest.mark.parametrize("way", BROKEN)
def test_a_bad_picture_is_one_row(recognizer, way):
    [row] = recognizer.rows("bad.png", broken(way, digit_png(np.random.default_rng(2))))
    assert row["status"] not in ("ok", "no digits") and "0x" not in row["status"]
    assert row["digit"] is None and row["confidence"] is None and row["text"] is None
    assert (row["file"], row["page"], row["index"]) == ("bad.png", 0, 0)
    twice = recognizer.rows("bad.png", broken(way, digit_png(np.random.default_rng(2))))
    assert twice == [row]


def test_what_is_no_picture_at_all(recognizer, tmp_path):
    [missing] = recognizer.rows("x.png", str(tmp_path / "x.png"))
    assert missing["status"] == "No such file or directory"
    [nothing] = recognizer.rows("x.png", None)
    assert nothing["digit"] is None and nothing["status"] != "ok"


def test_read_gives_the_rows_of_each(recognizer, contents):
    together = list(recognizer.read(contents.items()))
    assert together == [recognizer.rows(name, content) for name, content in contents.items()]
    assert list(recognizer.read([])) == []


def test_read_takes_few_pictures_ahead(recognizer):
    """Or a large job, and one of large pictures, would not fit into memory."""
    taken = []

    def files(content):
        for number in range(1000):
            taken.append(number)
            yield f"{number}.png", content

    next(recognizer.read(files(digit_png(np.random.default_rng(2)))))
    assert 1 < len(taken) < 500
    taken.clear()
    buffer = io.BytesIO()
    Image.new("L", (2000, 2500), 255).save(buffer, "PNG")
    next(recognizer.read(files(buffer.getvalue())))
    assert len(taken) == 1


def test_a_blank_picture_keeps_its_row(recognizer):
    buffer = io.BytesIO()
    Image.new("L", (40, 40), 255).save(buffer, "PNG")
    [row] = recognizer.rows("blank.png", buffer.getvalue())
    assert (row["digit"], row["status"], row["text"]) == (None, "no digits", "")


def test_pages_and_exif(recognizer):
    rng = np.random.default_rng(3)
    pages = [Image.open(io.BytesIO(digit_png(rng))) for _ in range(3)]
    buffer = io.BytesIO()
    pages[0].save(buffer, "TIFF", save_all=True, append_images=pages[1:])
    rows = recognizer.rows("three.tif", buffer.getvalue())
    assert sorted({row["page"] for row in rows}) == [0, 1, 2]
    [bad] = recognizer.rows("three.tif", buffer.getvalue()[:-700])
    assert bad["status"] != "ok", "no page of a bad file"

    upright = Image.open(io.BytesIO(field_png(rng, 3)))
    turned, exif = upright.transpose(Image.Transpose.ROTATE_90), Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    turned.save(buffer, "PNG", exif=exif)
    straight = io.BytesIO()
    upright.save(straight, "PNG")
    assert recognizer.rows("a", buffer.getvalue()) == recognizer.rows("a", straight.getvalue())


def test_pickles(recognizer, contents):
    twin = pickle.loads(pickle.dumps(recognizer))
    assert expected(twin, contents) == expected(recognizer, contents)
    assert twin._model is pickle.loads(pickle.dumps(recognizer))._model, "one model a process"
    state = recognizer.__getstate__()
    with pytest.raises(ImportError, match="this worker has libdigit"):
        twin.__setstate__({**state, "version": "9.9.9"})


def test_a_model_of_ones_own(model, tmp_path):
    path = tmp_path / "mine.safetensors"
    model.save(path)
    content = digit_png(np.random.default_rng(4))
    assert bulk.Recognizer(path).rows("a", content) == bulk.Recognizer(model).rows("a", content)
    assert bulk.Recognizer(path).model_bytes == model.to_bytes()


@pytest.mark.parametrize(
    "options",
    [{"layout": "grid"}, {"layout": "x"}, {"allowed": ""}, {"min_confidence": 2}, {"digits": 65}],
)
def test_wrong_options(options):
    with pytest.raises(ValueError):
        bulk.Recognizer(**options)


def test_tables(recognizer, contents):
    batch = pa.table({"path": list(contents), "bytes": list(contents.values())})
    table = recognizer(batch)
    assert tuple(table.column_names) == bulk.COLUMNS
    assert table.to_pylist() == expected(recognizer, contents)
    assert recognizer(batch.slice(0, 0)).schema == table.schema


# -- Jobs ---------------------------------------------------------------------


def test_folder(folder, tmp_path, recognizer, contents):
    seen = []
    summary = bulk.run(folder, tmp_path / "out", recognizer, workers=2, shard_size=7,
                       progress=seen.append)
    assert by_name(rows_in(tmp_path / "out")) == sorted_rows(expected(recognizer, contents))
    assert (summary.shards, summary.done, summary.pictures, summary.bad) == (6, 6, 40, 4)
    assert [one.done for one in seen] == list(range(7)) and summary.left_out == 0
    names = {row["file"] for row in rows_in(tmp_path / "out")}
    assert "deep/000.png" in names and "001.png" in names
    again = bulk.run(folder, tmp_path / "out", recognizer, workers=1, shard_size=7)
    assert (again.found_done, again.pictures) == (6, 0)


def test_parquet(tmp_path, recognizer, contents):
    whole = {"path": list(contents), "bytes": list(contents.values())}
    (tmp_path / "in").mkdir()
    pq.write_table(pa.table(whole), tmp_path / "in" / "a.parquet", row_group_size=25)
    bulk.run(tmp_path / "in", tmp_path / "out", recognizer, workers=1, shard_size=4)
    assert sorted_rows(rows_in(tmp_path / "out")) == sorted_rows(expected(recognizer, contents))
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 7 + 4, "none across row groups"


@pytest.mark.parametrize("kind", ["spark", "datasets", "nameless"])
def test_parquet_of_others(tmp_path, recognizer, contents, kind):
    names, blobs = list(contents), list(contents.values())
    name_of = {name: name for name in names}
    if kind == "spark":
        table = pa.table({"path": names, "length": [len(b) for b in blobs], "content": blobs})
    elif kind == "datasets":
        pairs = [{"bytes": blob, "path": name} for name, blob in zip(names, blobs)]
        table = pa.table({"label": [0] * len(names), "image": pairs})
    else:
        table = pa.table({"scan": blobs})
        name_of = {name: f"a.parquet/{row}" for row, name in enumerate(names)}
    pq.write_table(table, tmp_path / "a.parquet")
    bulk.run(tmp_path / "a.parquet", tmp_path / "out", recognizer, workers=1, shard_size=10)
    wanted = expected(recognizer, contents, name_of.get)
    assert sorted_rows(rows_in(tmp_path / "out")) == sorted_rows(wanted)


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "zip"])
def test_archives(tmp_path, folder, recognizer, contents, kind):
    packed = tmp_path / f"a.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            for path in sorted(folder.rglob("*.png")):
                archive.write(path, path.name)
            archive.writestr("notes.txt", "no picture")
    else:
        with tarfile.open(packed, "w:gz" if kind == "tar.gz" else "w") as archive:
            archive.add(folder, "pages")
    bulk.run(packed, tmp_path / "out", recognizer, workers=1)
    assert by_name(rows_in(tmp_path / "out")) == sorted_rows(expected(recognizer, contents))


@pytest.mark.parametrize("name", ["a.parquet", "a.tar", "a.tar.gz", "a.zip"])
def test_a_damaged_container_is_one_row(tmp_path, recognizer, name):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(b"no such thing" * 50)
    (tmp_path / "in" / "good.png").write_bytes(digit_png(np.random.default_rng(5)))
    summary = bulk.run(tmp_path / "in", tmp_path / "out", recognizer, workers=1)
    bad = [row for row in rows_in(tmp_path / "out") if row["file"] == name]
    assert summary.bad == 1 and len(bad) == 1 and bad[0]["status"].startswith("damaged ")


def zipped(method, content):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.png", content)
    return out.getvalue()


def damaged_lzma(content):
    """zipfile passes on what the decompressor raises, of whatever class that is."""
    packed = bytearray(zipped(zipfile.ZIP_LZMA, content))
    packed[packed.index(b"a.png") + 9 :][:9] = b"\xff" * 9
    return bytes(packed)


def encrypted(content):
    packed = bytearray(zipped(zipfile.ZIP_STORED, content))
    packed[6] |= 1
    packed[packed.index(b"PK\1\2") + 8] |= 1
    return bytes(packed)


def parquet(table):
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def not_utf8(content):
    offsets, texts = pa.py_buffer(np.array([0, 6], "i4")), pa.py_buffer(b"\xff\xfe.png")
    names = pa.StringArray.from_buffers(1, offsets, texts)
    return parquet(pa.table({"path": names, "bytes": pa.array([content])}))


ODD = {
    "lzma.zip": (lambda c: zipped(zipfile.ZIP_LZMA, c), "lzma.zip/a.png", "packed by lzma"),
    "bz2.zip": (lambda c: zipped(zipfile.ZIP_BZIP2, c), "bz2.zip/a.png", "packed by bzip2"),
    "broken.zip": (damaged_lzma, "broken.zip/a.png", "packed by lzma"),
    "secret.zip": (encrypted, "secret.zip/a.png", "encrypted"),
    "none.parquet": (lambda c: parquet(pa.table({"a": [1]})), "none.parquet", "no column of bytes"),
    "list.parquet": (
        lambda c: parquet(pa.table({"bytes": [[1]], "other": ["x"]})),
        "list.parquet", "no column of bytes",
    ),
    "cut.parquet": (lambda c: parquet(pa.table({"bytes": [c]}))[:900] + b"PAR1", "cut.parquet", ""),
    "twice.parquet": (
        lambda c: parquet(pa.Table.from_arrays([pa.array([c])] * 2, ["bytes"] * 2)),
        "twice.parquet/0", "ok",
    ),
    "point.parquet": (lambda c: parquet(pa.table({"a.b": [c]})), "point.parquet/0", "ok"),
    "utf8.parquet": (not_utf8, "\\xff\\xfe.png", "ok"),
    "null.parquet": (
        lambda c: parquet(pa.table({"bytes": pa.array([None], pa.binary())})),
        "null.parquet/0", "no picture file",
    ),
}  # fmt: skip


def test_odd_containers_are_rows(tmp_path, recognizer):
    """None ends the job, nor any that goes on with it; each says what is wrong, or is read."""
    (tmp_path / "in").mkdir()
    content = digit_png(np.random.default_rng(5))
    for name, (make, _, _) in ODD.items():
        (tmp_path / "in" / name).write_bytes(make(content))
    for name in ("a.tar", "a.zip", "a.parquet", "a.png"):
        os.mkfifo(tmp_path / "in" / name)
    summary = bulk.run(tmp_path / "in", tmp_path / "out", recognizer, workers=1)
    said = {row["file"]: row["status"] for row in rows_in(tmp_path / "out")}
    for file, words in [(file, words) for _, file, words in ODD.values()]:
        assert words in said[file], (file, said[file])
    for name in ("a.tar", "a.zip", "a.parquet", "a.png"):
        assert said.pop(name) == "not a regular file"
    assert len(said) == len(ODD) and summary.done == summary.shards
    again = bulk.run(tmp_path / "in", tmp_path / "out", recognizer, workers=1)
    assert (again.found_done, again.pictures) == (summary.shards, 0)


def test_names_that_are_not_utf8(tmp_path, recognizer):
    (tmp_path / "in").mkdir()
    content = digit_png(np.random.default_rng(6))
    with open(os.fsencode(tmp_path) + b"/in/\xff.png", "wb") as file:
        file.write(content)
    (tmp_path / "in" / "notes.txt").write_text("no picture")
    summary = bulk.run(tmp_path / "in", tmp_path / "out", recognizer, workers=1)
    assert {row["file"] for row in rows_in(tmp_path / "out")} == {"\\xff.png"}
    assert (summary.bad, summary.left_out) == (0, 1)


def test_finished_shards_are_left_alone(folder, tmp_path, recognizer):
    out = tmp_path / "out"
    bulk.run(folder, out, recognizer, workers=1, shard_size=7)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    rows = sorted_rows(rows_in(out))
    lost = out / "part-000002.parquet"
    lost.unlink()
    (out / ".part-000002.parquet.killed").write_bytes(b"half")
    summary = bulk.run(folder, out, recognizer, workers=1, shard_size=7)
    assert (summary.found_done, summary.pictures) == (5, 7)
    assert sorted_rows(rows_in(out)) == rows and not list(out.glob(".part*"))
    after = {path.name: path.stat().st_mtime_ns for path in out.glob("*.parquet")}
    assert {name for name in before if before[name] != after[name]} == {lost.name}


def test_another_job_in_the_same_folder(folder, tmp_path, recognizer):
    out = tmp_path / "out"
    bulk.run(folder, out, recognizer, workers=1)
    rows = rows_in(out)
    with pytest.raises(libdigit.DigitError, match="another layout"):
        bulk.run(folder, out, bulk.Recognizer(layout="single"), workers=1)
    with pytest.raises(libdigit.DigitError, match="another model"):
        bulk.run(folder, out, bulk.Recognizer(libdigit.Model("dense 10", seed=1)), workers=1)
    (folder / "new.png").write_bytes(b"")
    with pytest.raises(libdigit.DigitError, match="another input"):
        bulk.run(folder, out, recognizer, workers=1)
    manifest = out / "_libdigit.json"
    manifest.write_text(manifest.read_text()[:-9])
    with pytest.raises(libdigit.DigitError, match="damaged"):
        bulk.run(folder, out, recognizer, workers=1)
    manifest.unlink()
    with pytest.raises(libdigit.DigitError, match="something else"):
        bulk.run(folder, out, recognizer, workers=1)
    assert rows_in(out) == rows


def test_refusals(folder, tmp_path, recognizer):
    with pytest.raises(libdigit.DigitError, match="No such file"):
        bulk.run(tmp_path / "none", tmp_path / "out", recognizer)
    (tmp_path / "empty").mkdir()
    with pytest.raises(libdigit.DigitError, match="no pictures"):
        bulk.run(tmp_path / "empty", tmp_path / "out", recognizer)
    with pytest.raises(libdigit.DigitError, match="lies inside"):
        bulk.run(folder, folder / "out", recognizer)
    with pytest.raises(ValueError, match="engine"):
        bulk.run(folder, tmp_path / "out", recognizer, engine="slurm")


# -- Killed, stopped, in the way ----------------------------------------------


def start(folder, out, *options, workers=2):
    command = [sys.executable, "-m", "libdigit", "bulk", "--workers", str(workers), *options]
    return subprocess.Popen(
        [*command, str(folder), str(out)], stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True,
    )


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def wait_until(happened, seconds=120):
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "nothing happens"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A folder of 600 small fields, and the rows they give."""
    rng = np.random.default_rng(8)
    target = tmp_path_factory.mktemp("many")
    for number in range(600):
        (target / f"{number:04d}.png").write_bytes(field_png(rng, 4))
    recognizer = bulk.Recognizer()
    paths = sorted(target.iterdir())
    return target, sorted_rows(row for p in paths for row in recognizer.rows(p.name, str(p)))


def workers_of(pid):
    """Its processes that read pictures; another keeps Python's resources."""
    def is_worker(child):
        try:
            with open(f"/proc/{child}/cmdline", "rb") as file:
                return b"spawn_main" in file.read()
        except OSError:
            return False
    return [child for child in children_of(pid) if is_worker(child)]


def has_shards(out, finished, job):
    return len(list(out.glob("*.parquet"))) >= finished or job.poll() is not None


def all_ended(processes):
    return not any(os.path.exists(f"/proc/{process}") for process in processes)


def test_killed_workers_lose_nothing(many, tmp_path):
    folder, rows = many
    out = tmp_path / "out"
    job = start(folder, out, "--shard-size", "20")
    for finished in (1, 8, 16):
        wait_until(partial(has_shards, out, finished, job))
        for child in workers_of(job.pid):
            os.kill(child, signal.SIGKILL)
    assert job.wait(300) == 0, job.stderr.read()
    assert sorted_rows(rows_in(out)) == rows
    assert not list(out.glob(".part*"))


def test_a_killed_job_goes_on(many, tmp_path):
    folder, rows = many
    out = tmp_path / "out"
    for finished in (1, 8):
        job = start(folder, out, "--shard-size", "20")
        wait_until(partial(has_shards, out, finished, job))
        workers = workers_of(job.pid)
        job.kill()
        assert job.wait(60) == -signal.SIGKILL, job.stderr.read()
        wait_until(partial(all_ended, workers))
    assert len(list(out.glob("*.parquet"))) < 30
    job = start(folder, out, "--shard-size", "20")
    assert job.wait(300) == 0, job.stderr.read()
    assert sorted_rows(rows_in(out)) == rows


def test_ctrl_c(many, tmp_path):
    folder, _ = many
    out = tmp_path / "out"
    job = start(folder, out, "--shard-size", "20")
    wait_until(lambda: list(out.glob("*.parquet")) or job.poll() is not None)
    os.killpg(job.pid, signal.SIGINT)
    assert job.wait(60) == 130
    said = job.stderr.read()
    assert "the same command goes on" in said and "Traceback" not in said
    assert not list(out.glob(".part*"))


def test_one_run_at_a_time(many, tmp_path):
    folder, _ = many
    out = tmp_path / "out"
    job = start(folder, out, "--shard-size", "20")
    wait_until(lambda: list(out.glob("*.parquet")) or job.poll() is not None)
    second = start(folder, out, "--shard-size", "20")
    assert second.wait(60) == 1 and "another run" in second.stderr.read()
    job.kill()
    job.wait(60)


def test_a_shard_that_kills_is_named(tmp_path):
    """A picture that would crash any worker must not be tried for ever."""
    from libdigit.bulk import _processes
    from libdigit.bulk._shard import ShardReader
    from libdigit.bulk._sources import PictureFiles

    reader = ShardReader(Deadly(), str(tmp_path))
    jobs = [(number, PictureFiles(str(tmp_path), ("a.png",))) for number in range(3)]
    with pytest.raises(ChildProcessError, match="shard 0 ended 5 workers"):
        list(_processes.run(reader, jobs, 1))


class Deadly:
    """Instead of a recognizer: crashes whoever reads with it."""

    def read(self, files):
        os.kill(os.getpid(), signal.SIGKILL)


# -- The command --------------------------------------------------------------


def test_command(folder, tmp_path, recognizer, contents, capsys):
    arguments = ["bulk", "--workers", "1", "--layout", "line", str(folder), str(tmp_path / "out")]
    assert cli.main(arguments) == 0
    said = capsys.readouterr()
    assert said.out == "" and "now 40 pictures, 4 of them bad" in said.err
    manifest = json.loads((tmp_path / "out" / "_libdigit.json").read_text())
    assert manifest["layout"] == "line"
    assert cli.main(arguments) == 0 and "earlier" in capsys.readouterr().err
    assert cli.main([*arguments[:-2], str(folder), str(folder / "x")]) == 1


@pytest.mark.parametrize("options", [["--engine", "x"], ["--workers", "-1"], ["--layout", "grid"]])
def test_usage(options):
    with pytest.raises(SystemExit) as ended:
        cli.main(["bulk", *options, "in", "out"])
    assert ended.value.code == 2


def test_guide(tmp_path):
    """The Python of docs/bulk.md."""
    (tmp_path / "scan.png").write_bytes(field_png(np.random.default_rng(1), 5))
    guide = (ROOT / "docs" / "bulk.md").read_text()
    [code] = re.findall(r"^```python\n(.*?)^```$", guide, flags=re.M | re.S)
    done = run_python(f"import os; os.chdir({str(tmp_path)!r})\n{code}")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 5 and "ok" in done.stdout
