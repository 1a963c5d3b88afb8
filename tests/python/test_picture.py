"""normalize: formats, strides, polarity, and what is refused."""

import numpy as np
import pytest

import libdigit
from libdigit import DigitError, Status
from libdigit._image import image_of
from libdigit._prototypes import DIGIT_PIXEL_GRAY16


def drawing(height=90, width=70):
    """Something like a 7, dark on white, off the centre."""
    picture = np.full((height, width), 255, np.uint8)
    picture[15:23, 20:55] = 10
    for step in range(40):
        picture[23 + step, 47 - step // 2 : 55 - step // 2] = 10
    return picture


@pytest.fixture(scope="module")
def expected():
    return libdigit.normalize(drawing())


def test_sample(expected):
    assert expected.shape == (28, 28) and expected.dtype == np.uint8
    assert expected.max() > 200
    assert expected[0].max() == expected[-1].max() == 0
    rows, columns = np.nonzero(expected)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 <= 21
    weights = expected / expected.sum()
    assert (weights.sum(1) * np.arange(28)).sum() == pytest.approx(13.5, abs=1)
    assert (weights.sum(0) * np.arange(28)).sum() == pytest.approx(13.5, abs=1)


def test_polarity(expected):
    dark, light = drawing(), 255 - drawing()
    assert np.array_equal(libdigit.normalize(light), expected)
    assert np.array_equal(libdigit.normalize(dark, ink="dark"), expected)
    assert np.array_equal(libdigit.normalize(light, ink="light"), expected)
    assert not np.array_equal(libdigit.normalize(dark, ink="light"), expected)


def test_colours(expected):
    grey = drawing()
    rgb = np.repeat(grey[:, :, None], 3, axis=2)
    rgba = np.dstack([rgb, np.full_like(grey, 255)])
    assert np.array_equal(libdigit.normalize(rgb), expected)
    assert np.array_equal(libdigit.normalize(rgba), expected)


def test_transparent_is_white(expected):
    grey = drawing()
    ink_only = np.zeros((*grey.shape, 4), np.uint8)
    ink_only[..., :3] = 10
    ink_only[..., 3] = np.where(grey == 10, 255, 0)
    assert np.array_equal(libdigit.normalize(ink_only), expected)


def test_channels_are_red_green_blue():
    """Red is lighter than blue: mixing up the ends would swap them."""
    picture = np.zeros((40, 40, 3), np.uint8)
    picture[...] = (255, 0, 0)
    picture[10:30, 18:22] = (0, 0, 255)
    swapped = picture[..., ::-1]
    sample = libdigit.normalize(picture, ink="dark")
    assert sample.max() > 200
    assert np.array_equal(libdigit.normalize(picture), sample)
    assert not np.array_equal(libdigit.normalize(swapped, ink="dark"), sample)


def layouts(picture):
    """The same picture, its pixels lying otherwise in memory."""
    height, width = picture.shape[:2]
    room = np.zeros((height + 7, width + 9, *picture.shape[2:]), picture.dtype)
    room[3 : 3 + height, 5 : 5 + width] = picture
    apart = np.zeros((2 * height, 3 * width, *picture.shape[2:]), picture.dtype)
    apart[::2, ::3] = picture
    return {
        "contiguous": np.ascontiguousarray(picture),
        "crop": room[3 : 3 + height, 5 : 5 + width],
        "bottom up": picture[::-1].copy()[::-1],
        "mirrored twice": picture[:, ::-1].copy()[:, ::-1],
        "every second row": np.ascontiguousarray(apart[:, ::3])[::2],
        "every third column": apart[::2, ::3],
        "Fortran order": np.asfortranarray(picture),
        "transposed": np.ascontiguousarray(picture.swapaxes(0, 1)).swapaxes(0, 1),
        "buffer": memoryview(np.ascontiguousarray(picture)),
    }


NOT_COPIED = ("contiguous", "crop", "bottom up", "every second row")


@pytest.mark.parametrize("kind", layouts(drawing()))
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_layouts(expected, kind, channels):
    picture = drawing()
    if channels > 1:
        picture = np.repeat(picture[:, :, None], channels, axis=2)
        picture[..., 3:] = 255
    array = layouts(picture)[kind]
    assert np.array_equal(libdigit.normalize(array), expected)
    if isinstance(array, np.ndarray):
        used, _ = image_of(array, "auto")
        assert np.shares_memory(used, array) == (kind in NOT_COPIED)


@pytest.mark.parametrize("dtype", ["<u2", ">u2"])
@pytest.mark.parametrize("kind", layouts(drawing()))
def test_sixteen_bits(expected, kind, dtype):
    array = layouts((drawing().astype(np.uint16) * 257).astype(dtype))[kind]
    assert np.array_equal(libdigit.normalize(array), expected)
    used, image = image_of(array, "auto")
    assert image.format == DIGIT_PIXEL_GRAY16
    if isinstance(array, np.ndarray):
        in_place = kind in NOT_COPIED and array.dtype.isnative
        assert np.shares_memory(used, array) == in_place


def test_sixteen_bits_with_an_axis_for_channels(expected):
    words = drawing().astype(np.uint16) * 257
    assert np.array_equal(libdigit.normalize(words[:, :, None]), expected)


def test_sixteen_bits_at_an_odd_address(expected):
    words = drawing().astype(np.uint16) * 257
    odd = np.frombuffer(b"-" + words.tobytes(), np.uint16, offset=1).reshape(words.shape)
    assert not odd.flags.aligned
    assert np.array_equal(libdigit.normalize(odd), expected)


@pytest.mark.parametrize("kind", layouts(drawing()))
def test_true_is_white(kind):
    white = drawing() > 128
    expected = libdigit.normalize(white.astype(np.uint8) * 255, ink="dark")
    array = layouts(white)[kind]
    assert np.array_equal(libdigit.normalize(array, ink="dark"), expected)
    array = np.asarray(array)
    assert np.array_equal(libdigit.normalize(array[:, :, None], ink="dark"), expected)
    assert np.array_equal(libdigit.normalize(~array, ink="light"), expected)


def test_rows_that_are_one_row():
    """A broadcast picture: every row is the same bytes."""
    row = np.full(30, 255, np.uint8)
    row[10:14] = 0
    stripe = np.broadcast_to(row, (40, 30))
    assert np.array_equal(libdigit.normalize(stripe), libdigit.normalize(stripe.copy()))


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (1, 1, 3), (3, 4), (4, 3)], ids=str)
def test_small_pictures(shape):
    sample = libdigit.normalize(np.full(shape, 200, np.uint8))
    assert sample.shape == (28, 28)


def test_blank():
    for value in (0, 128, 255):
        assert not libdigit.normalize(np.full((50, 60), value, np.uint8)).any()


def test_model_normalize(model, expected):
    assert np.array_equal(model.normalize(drawing()), expected)
    assert np.array_equal(model.normalize(drawing(), ink="dark"), expected)
    assert model.predict(model.normalize(drawing())[np.newaxis]).shape == (1,)


@pytest.fixture(params=["module", "model"])
def normalize(request, model):
    return libdigit.normalize if request.param == "module" else model.normalize


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((40, 30), np.uint32),
        np.zeros((40, 30), np.int16),
        np.zeros((40, 30), np.complex128),
        [[0, 255]],
        None,
        7,
    ],
    ids=str,
)
def test_wrong_type(normalize, picture):
    with pytest.raises(TypeError, match="^picture: expected an array.*(got one of|NoneType)"):
        normalize(picture)


@pytest.mark.parametrize(
    "shape",
    [(), (40,), (40, 30, 2), (40, 30, 5), (2, 40, 30, 3), (0, 30), (40, 0), (0, 0, 3)],
    ids=str,
)
def test_wrong_shape(normalize, shape):
    with pytest.raises(ValueError):
        normalize(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("dtype", [np.uint16, bool])
@pytest.mark.parametrize("shape", [(40,), (40, 30, 3), (40, 30, 4), (0, 30)], ids=str)
def test_wrong_shape_of_what_is_only_grey(normalize, shape, dtype):
    with pytest.raises(ValueError, match="^picture: "):
        normalize(np.zeros(shape, dtype))


@pytest.mark.parametrize("shape", [(70_000, 10), (10, 70_000), (65_536, 1), (8193, 8193)], ids=str)
def test_too_large(normalize, shape):
    """Nothing is allocated for them: they are one byte, broadcast."""
    with pytest.raises(ValueError) as caught:
        normalize(np.broadcast_to(np.uint8(7), shape))
    assert isinstance(caught.value, DigitError) and caught.value.status == Status.LIMIT


def test_longest_sides():
    assert libdigit.normalize(np.zeros((65_535, 2), np.uint8)).shape == (28, 28)
    assert libdigit.normalize(np.zeros((2, 65_535), np.uint8)).shape == (28, 28)


@pytest.mark.parametrize("ink, error", [("blue", ValueError), ("", ValueError), (1, TypeError)])
def test_wrong_ink(normalize, ink, error):
    with pytest.raises(error):
        normalize(drawing(), ink=ink)


def test_ink_is_a_keyword():
    with pytest.raises(TypeError):
        libdigit.normalize(drawing(), "dark")
