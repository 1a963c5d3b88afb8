"""What the tests of the engines share: 20,000 pictures, the rows they give, jobs that are killed.

DIGIT_BULK_PICTURES makes it another number.
"""

import io
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from bulk_pictures import BROKEN, broken, digit_png, field_png, rows_in, sorted_rows  # noqa: E402

COUNT = int(os.environ.get("DIGIT_BULK_PICTURES", "20000"))
FEW = 300


def picture(number):
    """One in ten bad, each way in turn; the others single digits and fields of 2 or 3."""
    rng = np.random.default_rng([1, number])
    whole = digit_png(rng) if number % 2 else field_png(rng, 2 + number % 3 % 2)
    return broken(BROKEN[number // 10 % 10], whole) if number % 10 == 3 else whole


def fill(folder, count):
    for number in range(count):
        path = folder / f"{number // 1000:02d}" / f"{number:05d}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(picture(number))
    return folder


def alone(folder):
    """The rows of a single process, without any engine."""
    from libdigit.bulk import Recognizer

    recognizer = Recognizer()
    paths = sorted(folder.rglob("*.png"))
    names = [str(path.relative_to(folder)) for path in paths]
    return [row for n, p in zip(names, paths) for row in recognizer.rows(n, str(p))]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory):
    """A folder of pictures, and the bytes of its rows."""
    folder = fill(tmp_path_factory.mktemp("pictures"), COUNT)
    rows = alone(folder)
    bad = [row for row in rows if row["status"] not in ("ok", "no digits")]
    assert len(bad) == COUNT // 10 and len({row["status"] for row in bad}) >= 4
    return folder, as_bytes(rows)


@pytest.fixture(scope="session")
def few(tmp_path_factory):
    """The same with few pictures, for the examples."""
    folder = fill(tmp_path_factory.mktemp("few"), FEW)
    return folder, as_bytes({**row, "file": Path(row["file"]).name} for row in alone(folder))


def as_bytes(rows):
    """Sorted rows as one table's bytes, which are equal for equal rows only."""
    import pyarrow as pa
    from libdigit.bulk._recognizer import table_of

    sink = io.BytesIO()
    table = table_of(sorted_rows(rows)).combine_chunks()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()


def bytes_in(folder, last=False):
    """`as_bytes` of a folder of Parquet files; `last`: of their names, the last part alone."""
    rows = rows_in(folder)
    return as_bytes({**row, "file": Path(row["file"]).name} if last else row for row in rows)


def parts(folder):
    return list(folder.glob("part-*.parquet"))


class Job:
    """``digit bulk`` with two workers, as a user starts it."""

    def __init__(self, engine, folder, out):
        self.out = out
        self.log = open(f"{out}.log", "a+")
        command = [sys.executable, "-m", "libdigit", "bulk", "--engine", engine, "--workers", "2"]
        # Shards that are done within a second: there are always some to lose.
        command += ["--shard-size", str(max(COUNT // 100, 10)), str(folder), str(out)]
        self.process = subprocess.Popen(command, stderr=self.log, cwd=ROOT)

    def until(self, finished, seconds=600):
        """Wait for so many shards, or the job's end."""
        end = time.monotonic() + seconds
        while len(parts(self.out)) < finished and self.process.poll() is None:
            assert time.monotonic() < end, self.said()
            time.sleep(0.05)

    def family(self):
        """All processes that come from this one."""
        parents = {int(p.name): _parent(p) for p in Path("/proc").iterdir() if p.name.isdigit()}
        found, fresh = set(), {self.process.pid}
        while fresh:
            fresh = {child for child, parent in parents.items() if parent in fresh} - found
            found |= fresh
        return found

    def workers(self, *words):
        """Those of them whose command line has one of the words."""
        return [pid for pid in self.family() if any(word in _command(pid) for word in words)]

    def kill_workers(self, *words):
        """As the system does it when memory runs out."""
        victims = self.workers(*words)
        for pid in victims:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        return len(victims)

    def kill(self):
        """The job itself; and all that came from it must end, too."""
        family = self.family()
        self.process.kill()
        self.process.wait(60)
        end = time.monotonic() + 120
        while any(_is_alive(pid) for pid in family):
            assert time.monotonic() < end, [_command(pid) for pid in family if _is_alive(pid)]
            time.sleep(0.2)

    def end(self, seconds=1200):
        """Wait for success."""
        assert self.process.wait(seconds) == 0, self.said()

    def said(self):
        self.log.seek(0)
        return self.log.read()[-4000:]


def _parent(folder):
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _command(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _is_alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
