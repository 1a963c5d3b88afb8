"""Pictures of Pillow, files, their bytes, floats: all give the sample that pixels give."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from test_picture import drawing

import libdigit
from libdigit import DigitError, Status
from libdigit._image import pages_of, pixels_of

Image = pytest.importorskip("PIL.Image")


@pytest.fixture(scope="module")
def expected():
    return libdigit.normalize(drawing())


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def same(sample, expected, tolerance=0):
    return np.abs(sample.astype(int) - expected).max() <= tolerance


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "LA", "CMYK", "YCbCr", "I", "F"])
def test_pillow_modes(expected, mode):
    image = Image.fromarray(drawing())
    if mode == "I":
        image = Image.fromarray(drawing().astype(np.int32) * 257)
    elif mode == "F":
        image = Image.fromarray(drawing().astype(np.float32) / 255)
    else:
        image = image.convert(mode, dither=Image.Dither.NONE)
    assert same(libdigit.normalize(image), expected, 8)


def test_sixteen_bits(expected):
    words = drawing().astype(np.uint16) * 257
    image = Image.open(io.BytesIO(encoded(Image.fromarray(words), "PNG")))
    assert same(libdigit.normalize(image), expected)
    assert np.array_equal(libdigit.normalize(words), libdigit.normalize(image))
    uneven = words - np.arange(words.size, dtype=np.uint16).reshape(words.shape) % 2500
    assert np.array_equal(pixels_of(Image.fromarray(uneven)), np.rint(uneven / 257))
    assert np.array_equal(
        libdigit.normalize(Image.fromarray(uneven)), libdigit.normalize(uneven)
    )
    too_many = Image.fromarray(drawing().astype(np.int32) * 70_000)
    with pytest.raises(DigitError) as caught:
        libdigit.normalize(too_many)
    assert caught.value.status == Status.UNSUPPORTED


def test_one_bit():
    """Pillow's mode "1" and what NumPy makes of it read the same."""
    image = Image.fromarray(drawing()).convert("1", dither=Image.Dither.NONE)
    assert np.asarray(image).dtype == bool
    assert np.array_equal(libdigit.normalize(np.asarray(image)), libdigit.normalize(image))


@pytest.mark.parametrize(
    "kind, tolerance", [("PNG", 0), ("BMP", 0), ("TIFF", 0), ("JPEG", 40), ("WEBP", 0)]
)
def test_files_and_bytes(expected, tmp_path, kind, tolerance):
    options = {"lossless": True} if kind == "WEBP" else {}
    content = encoded(Image.fromarray(drawing()), kind, **options)
    path = tmp_path / "no-ending"
    path.write_bytes(content)
    for picture in (content, bytearray(content), memoryview(content), path, str(path)):
        assert same(libdigit.normalize(picture), expected, tolerance)


def test_upright(expected):
    """EXIF says that the picture lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(np.rot90(drawing()).copy())
    content = encoded(turned, "PNG", exif=exif.tobytes())
    assert same(libdigit.normalize(content), expected)


@pytest.mark.parametrize("ink", [0, 60, 200, 255])
def test_only_the_ink_is_there(expected, ink):
    """Of any colour, on nothing: black on white or white on black."""
    rgba = np.zeros((90, 70, 4), np.uint8)
    rgba[..., :3] = ink
    rgba[..., 3] = np.where(drawing() == 10, 255, 0)
    assert same(libdigit.normalize(encoded(Image.fromarray(rgba), "PNG")), expected, 1)


def test_paper_with_a_transparent_margin(expected):
    rgba = np.zeros((110, 90, 4), np.uint8)
    rgba[10:100, 10:80, :3] = drawing()[..., None]
    rgba[10:100, 10:80, 3] = 255
    assert same(libdigit.normalize(encoded(Image.fromarray(rgba), "PNG")), expected, 1)


def test_nothing_is_there():
    assert not libdigit.normalize(Image.new("RGBA", (30, 40))).any()


def test_transparent_palette_is_white(expected):
    places = np.where(drawing() == 255, 1, 0).astype(np.uint8)
    image = Image.frombytes("P", (70, 90), places.tobytes())
    image.putpalette([10, 10, 10, 0, 0, 0])
    content = encoded(image, "PNG", transparency=1)
    assert same(libdigit.normalize(content), expected)


def test_pages():
    first, second = Image.fromarray(drawing()), Image.fromarray(255 - drawing(80, 60))
    content = encoded(first, "TIFF", save_all=True, append_images=[second])
    pages = list(pages_of(content))
    assert [page.shape for page in pages] == [(90, 70), (80, 60)]
    assert np.array_equal(pages[1], 255 - drawing(80, 60))


def test_floats(expected):
    assert same(libdigit.normalize(drawing() / 255), expected)
    assert same(libdigit.normalize((drawing() / 255).astype(np.float32)[:, :, None]), expected)
    for wrong in (np.nan, -0.1, 1.5, np.inf):
        picture = drawing() / 255
        picture[3, 4] = wrong
        with pytest.raises(ValueError, match=r"at index \(3, 4\)"):
            libdigit.normalize(picture)


def test_torch(expected):
    torch = pytest.importorskip("torch")
    grey = torch.from_numpy(drawing())
    assert same(libdigit.normalize(grey), expected)
    assert same(libdigit.normalize(grey[None]), expected)
    assert same(libdigit.normalize(grey[None].repeat(3, 1, 1)), expected)
    assert same(libdigit.normalize(grey[None].float() / 255), expected)


def test_model_normalize_takes_files(model, expected, tmp_path):
    path = tmp_path / "seven.png"
    Image.fromarray(drawing()).save(path)
    assert same(model.normalize(path), expected)


# -- What is refused -----------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\x89PNG", b"seven", b"GIF89a" + b"\0" * 40])
def test_no_picture(tmp_path, content):
    path = tmp_path / "seven.png"
    path.write_bytes(content)
    for picture in (content, path):
        with pytest.raises(DigitError) as caught:
            libdigit.normalize(picture)
        assert caught.value.status == Status.FORMAT
    assert str(path) in str(caught.value)


def test_formats_beyond_the_list():
    for kind in ("GIF", "ICO", "PPM", "EPS", "PDF"):
        with pytest.raises(DigitError) as caught:
            libdigit.normalize(encoded(Image.fromarray(drawing()), kind))
        assert caught.value.status == Status.FORMAT


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "TIFF", "WEBP"])
def test_truncated(kind):
    content = encoded(Image.fromarray(drawing()), kind)
    for end in range(0, len(content), max(1, len(content) // 40)):
        try:
            libdigit.normalize(content[:end])
        except DigitError as error:
            assert error.status in (Status.FORMAT, Status.LIMIT, Status.ARGUMENT)


def png_of(width, height):
    """A PNG that claims this size and has a few bytes."""

    def chunk(name, data):
        tail = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + tail

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(8193, 8193), (9500, 9500), (60_000, 60_000), (70_000, 1)])
@pytest.mark.filterwarnings("error")
def test_bombs(size):
    """Their size is looked at before they are decoded, and before Pillow warns."""
    with pytest.raises(DigitError) as caught:
        libdigit.normalize(png_of(*size))
    assert caught.value.status == Status.LIMIT and isinstance(caught.value, ValueError)


def test_paths(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "none.png", tmp_path, tmp_path / "pipe", "/dev/zero"):
        with pytest.raises(DigitError) as caught:
            libdigit.normalize(path)
        assert caught.value.status == Status.IO and str(path) in str(caught.value)
    with pytest.raises(ValueError, match="null"):
        libdigit.normalize("a\0b")


def test_pixels_are_not_copied_where_they_need_not():
    picture = drawing()
    assert pixels_of(picture) is picture
    assert np.shares_memory(pixels_of(picture[:, :, None]), picture)
    assert np.shares_memory(pixels_of(memoryview(picture)), picture)
