"""The REST interface says what the library and its command line say."""
from __future__ import annotations

import base64
import json
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import libdigit
from conftest import API, PICTURES, SOURCE, App, file_of, seven

NUMBERS = sorted((PICTURES / "numbers").glob("*.jpg"))


def test_predict(app: App) -> None:
    reply = app.ask("predict", file_of(seven()))
    assert reply.event == "complete"
    [answer] = reply.data
    assert list(answer) == ["digit", "confidence", "probabilities"]
    model = libdigit.Model.pretrained()
    expected = model.predict_full(model.normalize(seven())[np.newaxis])[0]
    assert answer["digit"] == 7
    assert answer["confidence"] == pytest.approx(float(expected["confidence"]), abs=1e-6)
    assert answer["probabilities"] == pytest.approx(expected["probabilities"].tolist(), abs=1e-6)


def test_predict_without_an_upload(app: App) -> None:
    encoded = base64.b64encode(file_of(seven())).decode()
    reply = app.call("predict", {"url": f"data:image/png;base64,{encoded}"})
    assert reply.event == "complete" and reply.data[0]["digit"] == 7


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_every_format(app: App, kind: str) -> None:
    reply = app.ask("predict", file_of(seven(), kind), f"seven.{kind.lower()}")
    assert reply.event == "complete" and reply.data[0]["digit"] == 7


def test_a_phone_held_sideways(app: App) -> None:
    picture = (PICTURES / "four-sideways-phone.jpg").read_bytes()
    assert app.ask("predict", picture, "four.jpg").data[0]["digit"] == 4


def test_a_drawing_on_nothing(app: App) -> None:
    """Transparent pictures are laid on what shows their ink."""
    drawn = np.asarray(seven().convert("L"))
    for ink in (0, 255):
        pixels = np.full((*drawn.shape, 4), ink, np.uint8)
        pixels[..., 3] = 255 - drawn
        reply = app.ask("predict", file_of(Image.fromarray(pixels)))
        assert reply.data[0]["digit"] == 7, f"ink {ink}"


def test_no_digit_here(app: App) -> None:
    blank = app.ask("predict", file_of(Image.new("RGB", (90, 90), "white"))).data[0]
    assert blank["digit"] is None and blank["confidence"] == 0
    rings = Image.new("L", (120, 120), 255)
    rings.putdata([0 if ((x - 60) ** 2 + (y - 60) ** 2) % 900 < 300 else 255
                   for y in range(120) for x in range(120)])
    assert app.ask("predict", file_of(rings)).data[0]["digit"] is None


@pytest.mark.parametrize("picture", NUMBERS, ids=lambda path: path.stem)
def test_read_is_what_the_command_prints(app: App, picture) -> None:
    [page] = app.ask("read", picture.read_bytes(), picture.name).data
    printed = subprocess.run([sys.executable, "-m", "libdigit", "read", "--json", picture.name],
                             cwd=picture.parent, capture_output=True, check=True).stdout
    assert page == json.loads(printed)
    assert len(page["digits"]) >= 4


def test_a_large_picture_is_read_too(app: App) -> None:
    """In grey, and with the boxes in its own pixels."""
    page = Image.new("RGB", (4000, 3200), "white")
    page.paste(seven().resize((400, 480)), (3000, 2500))
    [reading] = app.ask("read", file_of(page)).data
    assert reading["text"] == "7" and (reading["width"], reading["height"]) == page.size
    x, y, width, height = reading["digits"][0]["box"]
    assert 3000 < x < x + width < 3400 and 2500 < y < y + height < 2980


def test_only_these_two_are_offered(app: App) -> None:
    endpoints = app.http.get(f"{API}/info").json()["named_endpoints"]
    assert set(endpoints) == {"/predict", "/read"}


def test_the_python_of_the_guide(app: App) -> None:
    """docs/web.md, its address being this app's: gradio_client and both endpoints."""
    page = (SOURCE / "docs" / "web.md").read_text(encoding="utf-8")
    [code] = re.findall(r"^```python\n(.*?)^```$", page, flags=re.M | re.S)
    assert "http://127.0.0.1:7860" in code
    code = code.replace("http://127.0.0.1:7860", app.address)
    done = subprocess.run([sys.executable, "-c", code], cwd=SOURCE, capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "'digit': 7" in done.stdout, done.stdout
    date = (PICTURES / "numbers" / "expected.csv").read_text().partition("date.jpg,")[2]
    assert done.stdout.splitlines()[-1] == date.split("\n")[0].strip('"'), done.stdout


def test_no_address_elsewhere_in_the_page(app: App) -> None:
    """What the page may load is said by its policy; and it asks for no font of Google's."""
    page = app.http.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy and "http" not in policy
    assert "fonts.googleapis" not in page.text and "fonts.gstatic" not in page.text
    assert "googleapis" not in app.http.get("/theme.css").text


def test_it_listens_to_this_machine_only(app: App) -> None:
    sockets = subprocess.run(["cat", f"/proc/{app.process.pid}/net/tcp"], capture_output=True,
                             text=True, check=True).stdout
    listening = [line.split()[1] for line in sockets.splitlines()[1:] if line.split()[3] == "0A"]
    assert [place for place in listening if place.endswith(f":{app.port:04X}")] == [
        f"0100007F:{app.port:04X}"]
