"""camera-read: there is no camera here, so its ioctl() is that of fake_camera.c."""
from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from conftest import PICTURES, complaint, environment, model_arguments, run

pytestmark = pytest.mark.skipif(
    not (Path(os.environ.get("DIGIT_BUILD", "")) / "examples" / "camera-read").exists(),
    reason="camera-read was not built: linux/videodev2.h is missing")

SHOWN = np.asarray(Image.open(PICTURES / "numbers" / "price-tag.png").convert("L"))
TEXT = "12 50\n8 95\n"
BUFFERS, PAGE = 4, 4096


@pytest.fixture(name="fake", scope="module")
def fixture_fake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("needs a C compiler")
    library = tmp_path_factory.mktemp("fake") / "fake.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-Wall", "-Wextra", "-Werror", "-o", library,
                    Path(__file__).with_name("fake_camera.c")], check=True)
    return library


def frame(kind: str, padding: int) -> bytes:
    """The picture as a driver lays it out; other bytes than grey are noise."""
    grey = np.pad(SHOWN, ((0, 0), (0, padding)))
    noise = np.random.default_rng(1).integers(0, 256, grey.shape, np.uint8)
    if kind == "YUYV":
        return np.stack([grey, noise], axis=2).tobytes()
    return grey.tobytes() + (b"" if kind == "GREY" else noise.tobytes()[:grey.size // 2])


def watch(fake: Path, device: Path, kind: str, padding: int = 0, pictures: int = 40
          ) -> subprocess.CompletedProcess[str]:
    picture = frame(kind, padding)
    length = -(-len(picture) // PAGE) * PAGE
    device.write_bytes(picture.ljust(length, b"\0") * BUFFERS)
    height, width = SHOWN.shape
    stride = (width + padding) * (2 if kind == "YUYV" else 1)
    about = f"{kind} {width} {height} {stride} {length} {pictures}"
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    return run("camera-read", "--device", device, *model_arguments(),
               env=environment(LD_PRELOAD=str(fake), FAKE_CAMERA=about, ASAN_OPTIONS=sanitizer))


@pytest.mark.parametrize("kind", ["GREY", "NV12", "YU12", "YUYV"])
@pytest.mark.parametrize("padding", [0, 24])
def test_formats(kind: str, padding: int, fake: Path, tmp_path: Path) -> None:
    """A text is printed once; a camera that is unplugged is an error."""
    result = watch(fake, tmp_path / "video", kind, padding)
    complaint(result, 1, "video", "No such device")
    assert result.stdout == TEXT


def test_text_of_few_pictures_is_not_printed(fake: Path, tmp_path: Path) -> None:
    result = watch(fake, tmp_path / "video", "GREY", pictures=3)
    assert (result.returncode, result.stdout) == (1, "")


def test_cameras_that_can_not_be_used(fake: Path, tmp_path: Path) -> None:
    complaint(watch(fake, tmp_path / "video", "MJPG"), 1, "video", "formats")
    complaint(run("camera-read", "--device", tmp_path / "none"), 1, "none", "No such file")
    complaint(run("camera-read", "--device", tmp_path / "video"), 1, "not a video device")
    complaint(run("camera-read", "--width", 0), 2, "--width")
    complaint(run("camera-read", "more"), 2, "more")
