"""A display of its own with a mouse and a keyboard (Xvfb, xdotool), and programs that run on it."""
from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Callable, Iterator, Sequence

import numpy as np
from PIL import Image, ImageGrab

SOURCE = Path(__file__).resolve().parents[2]
NUMBERS = SOURCE / "examples" / "pictures" / "numbers"
PATIENCE = 60  # seconds, on a machine that does other things
MOVE = 0.008  # seconds between two moves: toolkits leave out what comes faster

Point = tuple[int, int]


def program(name: str) -> list[str]:
    """The command of a program: of the build, or of examples/opencv/ if it is in Python."""
    if name.endswith(".py"):
        return [sys.executable, str(SOURCE / "examples" / "opencv" / name)]
    path = Path(os.environ["DIGIT_BUILD"]).resolve() / "examples" / name
    assert path.exists(), f"{path} was not built"
    return [str(path)]


def environment(display: str | None) -> dict[str, str]:
    # cv2, imported here, leaves the paths of its own Qt in the environment.
    env = {key: value for key, value in os.environ.items()
           if not key.startswith("QT_") and key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    env["QT_LOGGING_RULES"] = "*=false"  # the toolkit's own remarks
    if display is not None:
        env["DISPLAY"] = display
    return env


def run(name: str, *arguments: object, display: str | None = None, **options: object
        ) -> subprocess.CompletedProcess[str]:
    settings: dict = {"capture_output": True, **options}
    return subprocess.run([*program(name), *map(str, arguments)], encoding="utf-8",
                          env=environment(display), timeout=5 * PATIENCE, check=False, **settings)


def until(what: str, true: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.02)


class Display:
    """An X server without a screen."""

    def __init__(self, width: int = 1024, height: int = 768) -> None:
        reader, writer = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24",
             "-nolisten", "tcp", "-noreset"], pass_fds=[writer], stderr=subprocess.DEVNULL)
        os.close(writer)
        with os.fdopen(reader) as number:
            self.name = f":{number.readline().strip()}"

    def close(self) -> None:
        self.server.terminate()
        self.server.wait()

    def do(self, *words: object) -> str:
        """xdotool's answer; it takes several commands at once."""
        return subprocess.run(["xdotool", *map(str, words)], env=environment(self.name), check=True,
                              capture_output=True, encoding="utf-8", timeout=PATIENCE).stdout

    def windows(self, title: str) -> list[str]:
        found = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", title],
                               env=environment(self.name), capture_output=True, encoding="utf-8",
                               check=False)
        return found.stdout.split()

    def grab(self) -> Image.Image:
        return ImageGrab.grab(xdisplay=self.name)

    def pixels(self) -> np.ndarray:
        """[height][width][red, green, blue]"""
        return np.asarray(self.grab().convert("RGB")).astype(int)

    def press(self, key: str) -> None:
        self.do("key", key)
        time.sleep(0.1)

    def drag(self, points: Sequence[Point], release: bool = True) -> None:
        words: list[object] = ["mousemove", *points[0], "mousedown", 1]
        for x, y in dense(points):
            words += ["mousemove", x, y, "sleep", MOVE]
        self.do(*words, *(["mouseup", 1] if release else []))

    def trace(self, points: Sequence[Point]) -> None:
        """Draw a stroke, each point when there is ink at the last: a busy machine leaves moves
        out, and then needs another."""
        self.do("mousemove", *points[0], "mousedown", 1)
        try:
            for x, y in dense(points, 20):
                self.reach(x, y)
        finally:
            self.do("mouseup", 1)

    def reach(self, x: int, y: int) -> None:
        nudges = itertools.cycle((x, x + 1))
        until("ink", lambda: self.do("mousemove", next(nudges), y) or self.is_ink(x, y))

    def is_ink(self, x: int, y: int) -> bool:
        time.sleep(0.02)
        return max(self.grab().getpixel((x, y))[:3]) < 128


def dense(points: Sequence[Point], step: float = 6) -> Iterator[Point]:
    """A point every few pixels of the way."""
    for (x, y), (to_x, to_y) in zip(points, points[1:]):
        count = max(1, round(np.hypot(to_x - x, to_y - y) / step))
        for index in range(1, count + 1):
            yield (round(x + (to_x - x) * index / count), round(y + (to_y - y) * index / count))


class Running:
    """A program on a display, and what it prints."""

    def __init__(self, display: Display, title: str, name: str, *arguments: object,
                 redirection: str = "") -> None:
        self.display = display
        self.process = subprocess.Popen(
            ["sh", "-c", f'exec "$@" {redirection}', "sh", *program(name), *map(str, arguments)],
            env=environment(display.name), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8")
        self.lines: queue.Queue[str] = queue.Queue()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        until(f"the window of {name}", lambda: self.gone() or display.windows(title))
        if not self.gone():
            time.sleep(0.3)  # shown is not yet drawn

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))

    def gone(self) -> bool:
        return self.process.poll() is not None

    def line(self) -> str:
        """The next line of its output, waited for."""
        until("a line", lambda: not self.lines.empty() or self.gone())
        self.reader.join(1 if self.gone() else 0)
        assert not self.lines.empty(), self.end()
        return self.lines.get()

    def rest(self) -> list[str]:
        return [self.lines.get_nowait() for _ in range(self.lines.qsize())]

    def end(self) -> tuple[int, str]:
        """Exit status and standard error, once it has ended of itself."""
        until("the end of the program", self.gone)
        self.reader.join(PATIENCE)
        assert self.process.stderr
        return self.process.returncode, self.process.stderr.read()

    def kill(self) -> None:
        if not self.gone():
            self.process.kill()
            self.process.wait()
