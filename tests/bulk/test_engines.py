"""Each engine: the rows of a single process, byte for byte, whoever is killed on the way."""

import subprocess
import sys

import pytest
from conftest import ROOT, Job, bytes_in, parts

pytest.importorskip("pyarrow")

# How the processes of an engine that read pictures are called.
WORKERS = {
    "processes": ["multiprocessing.spawn"],
    "ray": ["ray::MapWorker"],
    "dask": ["multiprocessing.spawn"],
    "spark": ["pyspark.daemon"],
}


def is_missing(engine):
    module = {"dask": "distributed", "spark": "pyspark", "processes": "pyarrow"}.get(engine, engine)
    found = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True)
    return found.returncode != 0


@pytest.fixture(params=WORKERS)
def engine(request):
    if is_missing(request.param):
        pytest.skip(f"{request.param} is not installed")
    return request.param


def test_killed_workers_and_a_killed_job_lose_nothing(engine, pictures, tmp_path):
    folder, expected = pictures
    out = tmp_path / "out"
    out.mkdir()
    job = Job(engine, folder, out)
    killed = 0
    for finished in (2, 15, 30):
        job.until(finished)
        killed += job.kill_workers(*WORKERS[engine])
    assert killed >= 3, "workers go by other names"
    job.until(45)
    job.kill()
    done = {path.name: path.stat().st_mtime_ns for path in parts(out)}
    assert 45 <= len(done) < 100

    job = Job(engine, folder, out)
    job.end()
    assert all((out / name).stat().st_mtime_ns == then for name, then in done.items())
    assert bytes_in(out) == expected
    assert not [path.name for path in out.iterdir() if path.name.startswith(".part")]


def test_example(engine, few, tmp_path):
    if engine == "processes":
        pytest.skip("no example: the command is one")
    folder, expected = few
    script = ROOT / "examples" / "bulk" / f"{engine}_read.py"
    assert len(script.read_text().splitlines()) < 80
    out = tmp_path / "out"
    limits = [] if engine == "spark" else ["--workers", "2"]
    done = subprocess.run(
        [sys.executable, script, folder, out, *limits], capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-4000:]
    assert bytes_in(out, last=True) == expected


def test_example_with_parquet(engine, few, tmp_path):
    if engine == "processes":
        pytest.skip("no example: the command is one")
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder, expected = few
    paths = sorted(folder.rglob("*.png"))
    table = pa.table({"path": map(str, paths), "bytes": [path.read_bytes() for path in paths]})
    (tmp_path / "in").mkdir()
    pq.write_table(table, tmp_path / "in" / "a.parquet", row_group_size=100)
    script = ROOT / "examples" / "bulk" / f"{engine}_read.py"
    out = tmp_path / "out"
    done = subprocess.run(
        [sys.executable, script, tmp_path / "in", out, "--parquet"],
        capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert bytes_in(out, last=True) == expected
