"""The C interface for ctypes: every type and function of ``<digit/digit.h>``.

The names are those of the header. Arrays are ``c_void_p``: `_samples` and `_image`
check their dtype, shape and layout before their address is taken.
``tests/python/test_prototypes.py`` compares this module with the header.
"""

from __future__ import annotations

import ctypes
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char_p,
    c_double,
    c_float,
    c_int,
    c_int32,
    c_size_t,
    c_ssize_t,
    c_uint32,
    c_uint64,
    c_void_p,
)
from typing import Any

DIGIT_SAMPLE_SIDE = 28
DIGIT_SAMPLE_BYTES = DIGIT_SAMPLE_SIDE * DIGIT_SAMPLE_SIDE
DIGIT_CLASSES = 10

DIGIT_FLAG_BLANK = 1

DIGIT_SCHEDULE_CONSTANT = 0
DIGIT_SCHEDULE_COSINE = 1

DIGIT_PIXEL_GRAY8 = 0
DIGIT_PIXEL_RGB8 = 1
DIGIT_PIXEL_BGR8 = 2
DIGIT_PIXEL_RGBA8 = 3
DIGIT_PIXEL_BGRA8 = 4
DIGIT_PIXEL_RGBX8 = 5
DIGIT_PIXEL_BGRX8 = 6
DIGIT_PIXEL_RGBA8_PREMULTIPLIED = 7
DIGIT_PIXEL_BGRA8_PREMULTIPLIED = 8
DIGIT_PIXEL_GRAY16 = 9
DIGIT_PIXEL_GRAY1 = 10

DIGIT_INK_AUTO = 0
DIGIT_INK_DARK = 1
DIGIT_INK_LIGHT = 2

DIGIT_LAYOUT_PAGE = 0
DIGIT_LAYOUT_LINE = 1
DIGIT_LAYOUT_SINGLE = 2
DIGIT_LAYOUT_GRID = 3

DIGIT_GLYPH_CUT = 1
DIGIT_GLYPH_JOINED = 2
DIGIT_GLYPH_REJECTED = 4
DIGIT_GLYPH_EMPTY = 8
DIGIT_GLYPH_MARK = 16

DIGIT_READ_SIGNS = 1

DIGIT_CHECK_NONE = 0
DIGIT_CHECK_LUHN = 1
DIGIT_CHECK_ISBN10 = 2
DIGIT_CHECK_ISBN13 = 3
DIGIT_CHECK_EAN = 4
DIGIT_CHECK_IBAN = 5
DIGIT_CHECK_MOD11_10 = 6
DIGIT_CHECK_MOD97_10 = 7

DIGIT_FIELD_VALID = 1
DIGIT_FIELD_EMPTY = 2

DIGIT_MARK_POINT = 0
DIGIT_MARK_COMMA = 1
DIGIT_MARK_DASH = 2
DIGIT_MARK_SLASH = 3
DIGIT_MARK_COLON = 4
DIGIT_MARK_PLUS = 5
DIGIT_MARK_PERCENT = 6
DIGIT_MARK_OTHER = 7

# Enums are int in C; objects are opaque and passed by address.
digit_status = c_int
digit_model_p = c_void_p
digit_dataset_p = c_void_p
digit_reading_p = c_void_p


class digit_prediction(Structure):
    _fields_ = [
        ("digit", c_int32),
        ("flags", c_uint32),
        ("confidence", c_float),
        ("other", c_float),
        ("probabilities", c_float * DIGIT_CLASSES),
    ]


class digit_model_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("architecture", c_char_p),
        ("seed", c_uint64),
    ]


class digit_model_info(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("architecture", c_char_p),
        ("parameters", c_uint64),
        ("sample_ops", c_uint64),
        ("trained_on", c_char_p),
        ("licence", c_char_p),
        ("preparation", c_uint32),
        ("rejects", c_uint32),
    ]


class digit_metrics(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("count", c_uint64),
        ("correct", c_uint64),
        ("loss", c_double),
        ("confusion", (c_uint64 * DIGIT_CLASSES) * DIGIT_CLASSES),
    ]


class digit_progress(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("epoch", c_uint32),
        ("epochs", c_uint32),
        ("samples_done", c_uint64),
        ("samples_total", c_uint64),
        ("loss", c_double),
        ("accuracy", c_double),
        ("validation_accuracy", c_double),
        ("seconds", c_double),
    ]


digit_progress_fn = CFUNCTYPE(c_int, POINTER(digit_progress), c_void_p)


class digit_reduction(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("values", POINTER(c_float)),
        ("count", c_size_t),
        ("rank", c_uint32),
        ("ranks", c_uint32),
    ]


digit_reduce_fn = CFUNCTYPE(c_int, POINTER(digit_reduction), c_void_p)


class digit_train_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("epochs", c_uint32),
        ("batch", c_uint32),
        ("learning_rate", c_float),
        ("weight_decay", c_float),
        ("augment", c_float),
        ("label_smoothing", c_float),
        ("average", c_float),
        ("schedule", c_uint32),
        ("seed", c_uint64),
        ("validation", digit_dataset_p),
        ("checkpoint", c_char_p),
        ("progress", digit_progress_fn),
        ("user_data", c_void_p),
        ("trained_on", c_char_p),
        ("licence", c_char_p),
        ("pull", c_float),
        ("checkpoint_interval", c_uint32),
        ("reduce", digit_reduce_fn),
        ("reduce_data", c_void_p),
        ("rank", c_uint32),
        ("ranks", c_uint32),
        ("teachers", POINTER(digit_model_p)),
        ("teacher_count", c_uint32),
        ("teacher_share", c_float),
    ]


class digit_image(Structure):
    _fields_ = [
        ("pixels", c_void_p),
        ("stride", c_ssize_t),
        ("width", c_uint32),
        ("height", c_uint32),
        ("format", c_uint32),
        ("ink", c_uint32),
    ]


class digit_box(Structure):
    _fields_ = [
        ("x", c_int32),
        ("y", c_int32),
        ("width", c_int32),
        ("height", c_int32),
    ]


class digit_sample_info(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("ink", c_uint32),
        ("flags", c_uint32),
        ("box", digit_box),
    ]


digit_cancel_fn = CFUNCTYPE(c_int, c_void_p)


class digit_read_options(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("layout", c_uint32),
        ("min_confidence", c_float),
        ("min_height", c_uint32),
        ("min_digits", c_uint32),
        ("max_digits", c_uint32),
        ("allowed", c_uint32),
        ("rows", c_uint32),
        ("columns", c_uint32),
        ("time_limit_ms", c_uint32),
        ("flags", c_uint32),
        ("line_model", c_void_p),
        ("cancel", digit_cancel_fn),
        ("user_data", c_void_p),
    ]


class digit_glyph(Structure):
    _fields_ = [
        ("box", digit_box),
        ("line", c_uint32),
        ("group", c_uint32),
        ("flags", c_uint32),
        ("row", c_uint32),
        ("column", c_uint32),
        ("prediction", digit_prediction),
    ]


class digit_mark(Structure):
    _fields_ = [
        ("box", digit_box),
        ("line", c_uint32),
        ("glyph", c_uint32),
        ("kind", c_uint32),
        ("confidence", c_float),
    ]


class digit_group(Structure):
    _fields_ = [
        ("box", digit_box),
        ("line", c_uint32),
        ("group", c_uint32),
        ("first", c_uint32),
        ("count", c_uint32),
        ("candidates", c_uint32),
        ("flags", c_uint32),
        ("confidence", c_float),
    ]


class digit_line(Structure):
    _fields_ = [
        ("box", digit_box),
        ("first_group", c_uint32),
        ("group_count", c_uint32),
        ("first_glyph", c_uint32),
        ("glyph_count", c_uint32),
        ("baseline", c_float),
        ("skew", c_float),
    ]


digit_accept_fn = CFUNCTYPE(c_int, c_char_p, c_void_p)


class digit_field(Structure):
    _fields_ = [
        ("size", c_size_t),
        ("box", digit_box),
        ("pattern", c_char_p),
        ("min_digits", c_uint32),
        ("max_digits", c_uint32),
        ("allowed", c_uint32),
        ("check", c_uint32),
        ("country", c_char_p),
        ("accept", digit_accept_fn),
        ("user_data", c_void_p),
    ]


class digit_field_text(Structure):
    _fields_ = [
        ("text", c_char_p),
        ("first", c_uint32),
        ("count", c_uint32),
        ("flags", c_uint32),
        ("confidence", c_float),
    ]


# name: (result, arguments)
FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "digit_version": (c_char_p, []),
    "digit_build_info": (c_char_p, []),
    "digit_status_text": (c_char_p, [digit_status]),
    "digit_last_error": (c_char_p, []),
    "digit_model_options_init": (None, [POINTER(digit_model_options), c_size_t]),
    "digit_model_create": (digit_status, [POINTER(digit_model_options), POINTER(digit_model_p)]),
    "digit_model_load_pretrained": (digit_status, [POINTER(digit_model_p)]),
    "digit_model_load": (digit_status, [c_char_p, POINTER(digit_model_p)]),
    "digit_model_load_memory": (digit_status, [c_void_p, c_size_t, POINTER(digit_model_p)]),
    "digit_model_save": (digit_status, [digit_model_p, c_char_p]),
    "digit_model_save_memory": (digit_status, [digit_model_p, c_void_p, POINTER(c_size_t)]),
    "digit_model_free": (None, [digit_model_p]),
    "digit_model_get_info": (digit_status, [digit_model_p, POINTER(digit_model_info)]),
    "digit_model_set_threads": (digit_status, [digit_model_p, c_uint32]),
    "digit_model_predict": (digit_status, [digit_model_p, c_void_p, c_size_t, c_void_p]),
    "digit_dataset_load_idx": (digit_status, [c_char_p, c_char_p, POINTER(digit_dataset_p)]),
    "digit_dataset_create": (
        digit_status,
        [c_void_p, c_void_p, c_size_t, POINTER(digit_dataset_p)],
    ),
    "digit_dataset_load_strokes": (digit_status, [c_char_p, POINTER(digit_dataset_p)]),
    "digit_dataset_join": (
        digit_status,
        [POINTER(digit_dataset_p), c_size_t, POINTER(digit_dataset_p)],
    ),
    "digit_dataset_slice": (
        digit_status,
        [digit_dataset_p, c_size_t, c_size_t, POINTER(digit_dataset_p)],
    ),
    "digit_dataset_count": (c_size_t, [digit_dataset_p]),
    "digit_dataset_samples": (c_void_p, [digit_dataset_p]),
    "digit_dataset_labels": (c_void_p, [digit_dataset_p]),
    "digit_dataset_free": (None, [digit_dataset_p]),
    "digit_model_evaluate": (
        digit_status,
        [digit_model_p, digit_dataset_p, POINTER(digit_metrics)],
    ),
    "digit_train_options_init": (None, [POINTER(digit_train_options), c_size_t]),
    "digit_adapt_options_init": (None, [POINTER(digit_train_options), c_size_t]),
    "digit_model_train": (
        digit_status,
        [digit_model_p, digit_dataset_p, POINTER(digit_train_options)],
    ),
    "digit_model_normalize": (
        digit_status,
        [digit_model_p, POINTER(digit_image), c_void_p, POINTER(digit_sample_info)],
    ),
    "digit_read_options_init": (None, [POINTER(digit_read_options), c_size_t]),
    "digit_model_read": (
        digit_status,
        [
            digit_model_p,
            POINTER(digit_image),
            POINTER(digit_read_options),
            POINTER(digit_reading_p),
        ],
    ),
    "digit_reading_text": (c_char_p, [digit_reading_p]),
    "digit_reading_marks": (POINTER(digit_mark), [digit_reading_p, POINTER(c_size_t)]),
    "digit_model_copy": (digit_status, [digit_model_p, POINTER(digit_model_p)]),
    "digit_model_predict_images": (
        digit_status,
        [digit_model_p, POINTER(digit_image), c_size_t, c_void_p],
    ),
    "digit_field_init": (None, [POINTER(digit_field), c_size_t]),
    "digit_model_read_fields": (
        digit_status,
        [
            digit_model_p,
            POINTER(digit_image),
            POINTER(digit_field),
            c_size_t,
            POINTER(digit_read_options),
            POINTER(digit_reading_p),
        ],
    ),
    "digit_reading_fields": (POINTER(digit_field_text), [digit_reading_p, POINTER(c_size_t)]),
    "digit_reading_groups": (POINTER(digit_group), [digit_reading_p, POINTER(c_size_t)]),
    "digit_reading_lines": (POINTER(digit_line), [digit_reading_p, POINTER(c_size_t)]),
    "digit_reading_glyphs": (POINTER(digit_glyph), [digit_reading_p, POINTER(c_size_t)]),
    "digit_reading_candidate": (
        digit_status,
        [digit_reading_p, c_uint32, c_uint32, c_uint32, POINTER(c_char_p), POINTER(c_double)],
    ),
    "digit_reading_free": (None, [digit_reading_p]),
}


def declare(library: ctypes.CDLL) -> None:
    """Give every function of `library` its prototype.

    Raises
    ------
    AttributeError
        The library lacks one of them.
    """
    for name, (result, arguments) in FUNCTIONS.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
