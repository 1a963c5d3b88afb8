"""What the tests of the web app share: the app, run as people run it, and its REST interface.

The package comes from PYTHONPATH=bindings/python, its C library from LIBDIGIT_LIBRARY;
tests/run.sh sets both, and MNIST_DIR.
"""
from __future__ import annotations

import copy
import io
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

SOURCE = Path(__file__).resolve().parents[2]
WEB = SOURCE / "examples" / "web"
PICTURES = SOURCE / "examples" / "pictures"
API = "/gradio_api"

sys.path.insert(0, str(WEB))


@dataclass
class Reply:
    """How a call of the REST interface ended: `complete` with data, or `error` with a text."""

    event: str
    data: Any


class App:
    """A running app."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
        self.process = process
        self.address = f"http://127.0.0.1:{port}"
        self.port = port
        self.folder = folder
        self.corrections = folder / "corrections"
        self.http = httpx.Client(base_url=self.address, timeout=60,
                                 limits=httpx.Limits(max_keepalive_connections=0))

    def seen_from(self, address: str) -> App:
        """The same app, asked from another address of this machine: 127.0.0.2 and so on."""
        other = copy.copy(self)
        other.http = httpx.Client(base_url=self.address, timeout=60,
                                  transport=httpx.HTTPTransport(local_address=address))
        return other

    def upload(self, content: bytes, name: str = "picture.png") -> str:
        """Gives the path at the server."""
        reply = self.http.post(f"{API}/upload", files={"files": (name, content)})
        assert reply.status_code == 200, reply.text
        return str(reply.json()[0])

    def call(self, endpoint: str, *data: Any) -> Reply:
        """Calls an endpoint as curl would: ask, then wait for the answer."""
        reply = self.http.post(f"{API}/call/{endpoint}", json={"data": list(data)})
        if reply.status_code != 200:
            return Reply(f"refused {reply.status_code}", reply.text)
        return self.wait(endpoint, reply.json()["event_id"])

    def wait(self, endpoint: str, event: str) -> Reply:
        text = self.http.get(f"{API}/call/{endpoint}/{event}").text
        last = re.findall(r"^event: (\w+)\ndata: (.*)$", text, re.MULTILINE)[-1]
        return Reply(last[0], json.loads(last[1]))

    def ask(self, endpoint: str, content: bytes, name: str = "picture.png") -> Reply:
        """Uploads a picture and asks about it."""
        return self.call(endpoint, {"path": self.upload(content, name)})

    def is_well(self) -> bool:
        return self.process.poll() is None and self.http.get("/").status_code == 200

    def memory(self) -> float:
        """Its largest resident size since `forget_memory`, in MB."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024

    def forget_memory(self) -> None:
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def log(self) -> str:
        return (self.folder / "log").read_text()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def start(folder: Path, *arguments: str) -> App:
    """Starts the app in a folder of its own, and waits until it answers."""
    port = free_port()
    (folder / "tmp").mkdir()
    environment = dict(os.environ, TMPDIR=str(folder / "tmp"), HOME=str(folder))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(WEB / "app.py"), "--port", str(port),
             "--corrections", str(folder / "corrections"), *arguments],
            cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT)
    app = App(process, port, folder)
    for _ in range(240):
        assert process.poll() is None, app.log()
        try:
            if app.http.get("/", timeout=2).status_code == 200:
                return app
        except httpx.HTTPError:
            pass
        time.sleep(0.25)
    process.kill()
    raise AssertionError("the app did not start within a minute:\n" + app.log())


def stop(app: App) -> None:
    app.http.close()
    app.process.terminate()
    try:
        app.process.wait(20)
    except subprocess.TimeoutExpired:
        app.process.kill()
        app.process.wait()


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    running = start(tmp_path_factory.mktemp("web"))
    yield running
    stop(running)


def seven() -> Image.Image:
    """A seven, black on white."""
    image = Image.new("RGB", (200, 240), "white")
    pen = ImageDraw.Draw(image)
    pen.line((45, 50, 155, 50, 85, 195), "black", 18, "curve")
    return image


def file_of(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def pixels_of(image: Image.Image) -> np.ndarray:
    return np.asarray(image)
