"""read-daemon: requests that are good, bad, slow and too many; its socket; its end."""
from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from conftest import PICTURES, complaint, environment, model_arguments, program, run

pytestmark = pytest.mark.skipif(
    not (Path(os.environ.get("DIGIT_BUILD", "")) / "examples" / "read-daemon").exists(),
    reason="read-daemon was not built: libleptonica-dev is missing")

NUMBER = PICTURES / "numbers" / "postcode-boxes.png"
FORM = PICTURES / "forms" / "membership.jpg"


def connected(path: Path) -> socket.socket:
    """A daemon that has begun may not listen yet."""
    for _ in range(600):
        try:
            made = socket.socket(socket.AF_UNIX)
            made.settimeout(60)
            made.connect(str(path))
            return made
        except (ConnectionRefusedError, FileNotFoundError):
            made.close()
            time.sleep(0.05)
    raise AssertionError("the daemon does not listen")


class Client:
    def __init__(self, path: Path) -> None:
        self.socket = connected(path)
        self.file = self.socket.makefile("rb")

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()
        self.socket.close()

    def send(self, request: bytes) -> None:
        self.socket.sendall(request)

    def answer(self) -> Any:
        """One line; None: the connection is over."""
        try:
            line = self.file.readline()
        except ConnectionResetError:  # it did not take all that was sent
            return None
        assert not line or line.endswith(b"\n")
        return json.loads(line) if line else None

    def ask(self, request: bytes) -> Any:
        self.send(request)
        return self.answer()


@contextmanager
def daemon(folder: Path, *options: object) -> Iterator[Path]:
    path = folder / "socket"
    command = [program("read-daemon"), *model_arguments(), *map(str, options), str(path)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment()) as process:
        try:
            yield path
        finally:
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, b"")
    assert not path.exists()


@pytest.fixture(name="path", scope="module")
def fixture_path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with daemon(tmp_path_factory.mktemp("daemon"), "--time-limit", 30000) as path:
        yield path


def file_request(picture: Path) -> bytes:
    return os.fsencode(picture) + b"\n"


def pgm_request(picture: Path, comment: bytes = b"") -> bytes:
    pixels = np.asarray(Image.open(picture).convert("L"))
    return b"P5\n%s%d %d\n255\n" % (comment, *pixels.shape[::-1]) + pixels.tobytes()


def test_files_and_pgm(path: Path) -> None:
    """Several requests of one client; a PGM is read as the file is."""
    wanted = run("digit-read", "--json", *model_arguments(), NUMBER)
    page = json.loads(wanted.stdout)
    with Client(path) as client:
        for request in (file_request(NUMBER), pgm_request(NUMBER),
                        pgm_request(NUMBER, b"# a comment, 7 8\n")):
            answer = client.ask(request)
            assert answer["text"] == page["text"] != ""
            assert [one["digit"] for one in answer["digits"]] == [
                one["digit"] for one in page["digits"]]
        assert list(answer["digits"][0]) == ["digit", "confidence", "box", "line", "group"]
        blank = client.ask(b"P5 20 10 255\n" + bytes([255]) * 200)
        assert blank == {"text": "", "digits": []}


def test_many_bytes_at_once_and_one_at_a_time(path: Path) -> None:
    with Client(path) as client:
        client.send(2 * file_request(NUMBER))
        first, second = client.answer(), client.answer()
        for byte in file_request(NUMBER):
            client.send(bytes([byte]))
        assert first == second == client.answer()


def test_clients_at_the_same_time(path: Path) -> None:
    with Client(path) as client:
        alone = client.ask(file_request(NUMBER))
    answers: list[Any] = []

    def ask() -> None:
        with Client(path) as client:
            answers.extend(client.ask(request) for request in
                           (file_request(NUMBER), pgm_request(NUMBER), file_request(NUMBER)))
    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 12 and all(answer["text"] == alone["text"] for answer in answers)


def test_files_that_can_not_be_read(path: Path, tmp_path: Path) -> None:
    """The client may go on."""
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"\x89PNG\r\n\x1a\n rubbish that goes on")
    os.mkfifo(tmp_path / "fifo")
    with Client(path) as client:
        for name, words in ((bad, "damaged"), (tmp_path / "none.png", "No such file"),
                            (tmp_path, "directory"), (tmp_path / "fifo", "regular")):
            answer = client.ask(file_request(name))
            assert answer["error"] == "picture" and words in answer["message"]
        assert client.ask(file_request(NUMBER))["text"]


@pytest.mark.parametrize("request_bytes", [
    b"relative.png\n", b"\n", b"GET / HTTP/1.1\r\n", b"/" + b"a" * 5000 + b"\n", b"/a\0b\n",
    b"P6 3 3 255\n", b"P2 3 3 255\n", b"P5 0 3 255\n", b"P5 3 -3 255\n", b"P5 3 3 65535\n",
    b"P5 3 3 15\n", b"P5 70000 3 255\n", b"P5 65535 65535 255\n",
    b"P5 99999999999999999999 3 255\n", b"P5 3x3 255\n",
])
def test_bad_requests(path: Path, request_bytes: bytes) -> None:
    """The connection ends: nobody knows where the next request begins."""
    with Client(path) as client:
        answer = client.ask(request_bytes)
        assert answer["error"] == "request" and answer["message"]
        assert client.answer() is None


def test_clients_that_leave(path: Path) -> None:
    for start in (b"", b"/", b"P5 3 3", b"P5 3 3 255\n1234", file_request(FORM)):
        with Client(path) as client:
            client.send(start)
    with Client(path) as client:
        assert client.ask(file_request(NUMBER))["text"]


def test_deadlines(tmp_path: Path) -> None:
    """Of clients that send nothing, half a request, or a byte now and then; of long readings."""
    with daemon(tmp_path, "--time-limit", 60) as path:
        for start in (b"", b"/half", b"P5 100 100 255\n" + bytes(50)):
            with Client(path) as client:
                client.send(start)
                assert client.answer()["error"] == "timeout"
                assert client.answer() is None
        with Client(path) as client:
            begun = time.monotonic()
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                for _ in range(3000):
                    client.send(b"/")
                    time.sleep(0.01)
            assert time.monotonic() - begun < 10
        with Client(path) as client:
            assert client.ask(file_request(FORM))["error"] == "timeout"
            assert "text" in client.ask(b"P5 20 10 255\n" + bytes([255]) * 200)


def test_too_many_clients(tmp_path: Path) -> None:
    with daemon(tmp_path, "--clients", 2, "--time-limit", 30000) as path:
        with Client(path) as first, Client(path) as second:
            assert first.ask(file_request(NUMBER)) == second.ask(file_request(NUMBER))
            with Client(path) as third:
                assert third.answer()["error"] == "busy"
                assert third.answer() is None
            assert first.ask(file_request(NUMBER))["text"]
        for _ in range(100):
            with Client(path) as fourth:
                answer = fourth.ask(file_request(NUMBER))
            if "text" in answer:
                return
            time.sleep(0.05)
        pytest.fail("the room of a client that left stays taken")


def test_socket(tmp_path: Path) -> None:
    with daemon(tmp_path) as path:
        with Client(path) as client:
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
            complaint(run("read-daemon", *model_arguments(), path), 1, "socket", "in use")
            assert client.ask(file_request(NUMBER))["text"], "the first daemon keeps its socket"
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(tmp_path / "socket"))
    with daemon(tmp_path) as path, Client(path) as client:
        assert client.ask(file_request(NUMBER))["text"]


def test_what_can_not_be_listened_at(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("keep me")
    complaint(run("read-daemon", file), 1, "file", "in use")
    assert file.read_text() == "keep me"
    complaint(run("read-daemon", tmp_path / "none" / "socket"), 1, "No such file")
    complaint(run("read-daemon", tmp_path / ("a" * 150)), 1, "too long")
    complaint(run("read-daemon"), 2, "SOCKET")
    complaint(run("read-daemon", "--clients", 0, file), 2, "--clients")
    complaint(run("read-daemon", "--model", file, tmp_path / "socket"), 1, "file")
