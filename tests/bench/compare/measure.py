"""Runs a task in a process of its own, on as many processors as it has threads."""
from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from typing import IO, Any

from .places import BENCH, Places, last_line
from .plan import WORKERS, Task

TIMEOUT = 900
TRAINED = {True: 6400, False: 19200}  # samples of training, short or not; whole batches
PREDICTED = 2000  # samples of a pass through a peer
STARTS = {True: 3, False: 5}  # processes started a round, short or not


class Failed(Exception):
    """What the measured process said last."""


@dataclass
class Run:
    lines: list[dict[str, Any]]  # what it printed as JSON
    seconds: float
    memory: float  # MiB at its most


def processors(count: int) -> list[int]:
    """The last ones: the first serves interrupts more often."""
    have = sorted(os.sched_getaffinity(0))
    if len(have) < count:
        raise Failed(f"needs {count} processors, this process may use {len(have)}")
    return have[-count:]


def start(command: list[str], environment: dict[str, str], threads: int, output: IO[bytes],
          errors: IO[bytes]) -> subprocess.Popen[bytes]:
    """Children inherit the processors of the thread that starts them."""
    before, cpus = os.sched_getaffinity(0), processors(threads)
    os.sched_setaffinity(0, cpus)
    try:
        return subprocess.Popen(command, stdout=output, stderr=errors, env=environment,
                                cwd=environment["BENCH_MODELS"])
    finally:
        os.sched_setaffinity(0, before)


def run(command: list[str], environment: dict[str, str], threads: int) -> Run:
    environment = {**environment, "OMP_NUM_THREADS": str(threads),
                   "OPENBLAS_NUM_THREADS": str(threads), "OMP_THREAD_LIMIT": str(threads)}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        child = start(command, environment, threads, output, errors)
        timer = threading.Timer(TIMEOUT, child.kill)
        timer.start()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.monotonic() - began
        timer.cancel()
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        text, complaint = (f.read().decode(errors="replace") for f in (output, errors))
    if child.returncode != 0:
        raise Failed(f"exit status {child.returncode}: {last_line(complaint or text)}")
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return Run(lines, seconds, usage.ru_maxrss / 1024)


def our_command(task: Task, places: Places, short: bool) -> list[str]:
    def program(name: str) -> str:
        return places.program(name, task.peer)

    threads = f"threads={task.threads}"
    if task.work == "one":
        return [program("predict-one"), threads]
    if task.work == "bulk":
        return [program("predict-bulk"), threads, "batch=10000", "samples=10000"]
    if task.work == "train":
        return [program("train"), threads, f"batch={task.batch}", f"samples={TRAINED[short]}",
                "epochs=1"]
    if task.work == "predict-bulk":
        return [program("predict-bulk"), threads]
    return [program(task.work), *task.extra]


def start_command(task: Task, places: Places, short: bool) -> list[str]:
    command = [places.program("start"), f"runs={STARTS[short]}", f"threads={task.threads}"]
    if task.peer == "libdigit":
        return [*command, places.program("first-answer")]
    if task.peer == "tesseract":
        return [*command, "tesseract", str(places.models / "digit.png"), "-", "--psm", "10", "-c",
                "tessedit_char_whitelist=0123456789"]
    python = places.python(WORKERS[task.peer][0])
    return [*command, python, str(BENCH / "workers/first_answer.py"), task.peer]


def peer_command(task: Task, places: Places, short: bool) -> list[str]:
    environment, script, _ = WORKERS[task.peer]
    command = [places.python(environment), str(BENCH / "workers" / script), task.work,
               "--threads", str(task.threads)]
    if task.variant:
        command += ["--variant", task.variant]
    if task.batch:
        command += ["--batch", str(task.batch)]
    if task.work == "train":
        command += ["--samples", str(TRAINED[short])]
    elif task.work == "bulk":
        command += ["--samples", str(PREDICTED)]
    return command


def values(task: Task, done: Run) -> dict[str, float]:
    """The figures of a run by name."""
    if task.work == "start":
        return {line["benchmark"].split()[0]: line["median"] for line in done.lines}
    if task.work == "reach":
        return {"seconds": done.seconds, "accuracy": done.lines[0]["accuracy"],
                "memory": done.memory}
    if not task.peer.startswith("libdigit"):
        return {"value": done.lines[-1]["value"], "memory": done.memory}
    if task.work == "train":
        return {"value": done.lines[-1]["median"], "memory": done.memory}
    if task.work in ("one", "bulk"):
        figure = done.lines[0]["median"]
        return {"value": 1e6 / figure if task.work == "bulk" else figure, "memory": done.memory}
    facts = ("side", "batch", "work", "weights")
    return {" ".join([line["benchmark"], *(str(line[f]) for f in facts if f in line)]):
            line["median"] for line in done.lines}


def measure(task: Task, places: Places, short: bool) -> dict[str, Any]:
    environment = places.environment()
    if short:
        environment["DIGIT_BENCH_QUICK"] = "1"
    if task.peer == "libdigit-v3":
        environment["OPENBLAS_CORETYPE"] = "Haswell"
    if task.work == "start":
        command = start_command(task, places, short)
    elif task.peer.startswith("libdigit"):
        command = our_command(task, places, short)
    else:
        command = peer_command(task, places, short)
    cpus = 2 if task.work == "start" else task.threads
    done = run(command, environment, cpus)
    result: dict[str, Any] = {"who": task.who, "key": task.key, "values": values(task, done),
                              "lines": done.lines}
    if task.extra:
        result["key"] = f"{task.work} {task.extra[0]} @{task.threads}"
    return result
