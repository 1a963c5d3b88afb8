"""The ctypes declarations against include/digit/digit.h, word by word and byte by byte."""

import ctypes
import re
import shutil
import subprocess
from typing import get_args

import pytest
from conftest import ROOT

import libdigit
from libdigit import _arguments, _image, _options
from libdigit import _prototypes as declared

HEADER = ROOT / "include" / "digit" / "digit.h"

SCALARS = {
    "char": ctypes.c_char,
    "int": ctypes.c_int,
    "float": ctypes.c_float,
    "double": ctypes.c_double,
    "int32_t": ctypes.c_int32,
    "uint8_t": ctypes.c_uint8,
    "uint32_t": ctypes.c_uint32,
    "uint64_t": ctypes.c_uint64,
    "size_t": ctypes.c_size_t,
    "ptrdiff_t": ctypes.c_ssize_t,
    "digit_status": ctypes.c_int,
}
OPAQUE = ("digit_model", "digit_dataset", "digit_reading")
ARRAYS = ("uint8_t", "void", "digit_prediction")  # by address alone: shapes are checked in Python


def header_text():
    """The header without comments, line joins, preprocessor lines and the C++ guard."""
    text = re.sub(r"/\*.*?\*/", " ", HEADER.read_text(), flags=re.S)
    text = re.sub(r"#ifdef __cplusplus\n.*?#endif", " ", text, flags=re.S)
    text = re.sub(r"\\\n", " ", text)
    return re.sub(r"^\s*#.*$", "", text, flags=re.M)


TEXT = header_text()
DEFINES = dict(re.findall(r"^#define (DIGIT_\w+) +(.+?)\s*$", HEADER.read_text(), flags=re.M))


def constant(expression):
    """A number, or the name of one that the package declares too."""
    return int(expression) if expression.isdigit() else getattr(declared, expression)


def ctypes_of(c_type):
    """What a C type of a parameter, member or result is called in ctypes."""
    c_type = re.sub(r"\bconst\b", "", c_type)
    stars = c_type.count("*")
    base = c_type.replace("*", " ").strip()
    if base in OPAQUE:
        assert stars > 0, f"{base} by value"
        base, stars = "void", stars
    elif base == "char" and stars > 0:
        return ctypes.c_char_p if stars == 1 else ctypes.POINTER(ctypes.c_char_p)
    elif base in ARRAYS and stars == 1:
        return ctypes.c_void_p
    if base == "void":
        if stars == 0:
            return None
        found, stars = ctypes.c_void_p, stars - 1
    else:
        found = SCALARS.get(base) or getattr(declared, base)
    for _ in range(stars):
        found = ctypes.POINTER(found)
    return found


def split_declaration(text):
    """'const uint8_t *labels[2][3]' as its type, its name and its dimensions."""
    match = re.fullmatch(r"\s*(.*?[\s*])(\w+)\s*((?:\[\w+\])*)\s*", text, flags=re.S)
    assert match, text
    return match[1].strip(), match[2], re.findall(r"\[(\w+)\]", match[3])


def parameter(text):
    c_type, _, dimensions = split_declaration(text)
    return ctypes_of(c_type + " *" * bool(dimensions))


def parameters(text):
    return [] if text.strip() == "void" else [parameter(part) for part in text.split(",")]


def header_functions():
    pattern = r"DIGIT_API\s+([^;(]+?[\s*])(\w+)\s*\(([^;]*?)\)\s*;"
    return {name: (result, text) for result, name, text in re.findall(pattern, TEXT, flags=re.S)}


def header_structs():
    """name: list of (type, member, dimensions)"""
    structs = {}
    for name, body, _ in re.findall(
        r"typedef struct (\w+)\s*\{(.*?)\}\s*(\w+)\s*;", TEXT, flags=re.S
    ):
        members = []
        for statement in filter(str.strip, body.split(";")):
            first, *others = statement.split(",")
            c_type, member, dimensions = split_declaration(first)
            members.append((c_type, member, dimensions))
            members += [(c_type, other.strip(), []) for other in others]
        structs[name] = members
    return structs


def header_constants():
    """Every enumerator and its value."""
    values = {}
    for body in re.findall(r"enum\s*\w*\s*\{(.*?)\}", TEXT, flags=re.S):
        for name, value in re.findall(r"(\w+)\s*=\s*(-?\d+)", body):
            values[name] = int(value)
        assert body.count("=") == len(re.findall(r"\bDIGIT_\w+", body)), body
    return values


FUNCTIONS = header_functions()
STRUCTS = header_structs()
CONSTANTS = header_constants()


def test_the_parser_sees_everything():
    assert len(FUNCTIONS) == TEXT.count("DIGIT_API") >= 26
    assert len(STRUCTS) == len(re.findall(r"typedef struct \w+\s*\{", TEXT)) >= 9
    assert {"DIGIT_OK", "DIGIT_ERR_BLAS", "DIGIT_INK_LIGHT"} <= set(CONSTANTS)


def test_every_function_is_declared_and_no_other():
    assert set(declared.FUNCTIONS) == set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_function(name):
    result, text = FUNCTIONS[name]
    if re.sub(r"\bconst\b|\s", "", result) == "uint8_t*":
        expected = ctypes.c_void_p
    else:
        expected = ctypes_of(result)
    assert declared.FUNCTIONS[name] == (expected, parameters(text))


def test_functions_of_the_library_have_their_prototypes():
    from libdigit._library import lib

    for name, (result, arguments) in declared.FUNCTIONS.items():
        function = getattr(lib, name)
        assert function.restype is result
        assert list(function.argtypes) == arguments


@pytest.mark.parametrize("name", ["digit_progress_fn", "digit_reduce_fn"])
def test_callback(name):
    pattern = rf"typedef\s+(\w+)\s+\(\*{name}\)\(([^;]*)\)\s*;"
    result, text = re.search(pattern, TEXT).groups()
    function = getattr(declared, name)
    assert function._restype_ is ctypes_of(result)
    assert list(function._argtypes_) == parameters(text)


@pytest.mark.parametrize("name", sorted(STRUCTS))
def test_struct(name):
    expected = []
    for c_type, member, dimensions in STRUCTS[name]:
        found = ctypes_of(c_type)
        for size in reversed(dimensions):
            found = found * constant(size)
        expected.append((member, found))
    assert getattr(declared, name)._fields_ == expected


def test_every_struct_is_declared_and_no_other():
    structs = {
        name
        for name, value in vars(declared).items()
        if isinstance(value, type)
        and issubclass(value, ctypes.Structure)
        and value is not ctypes.Structure
    }
    assert structs == set(STRUCTS)


def test_constants():
    statuses = {}
    for name, value in CONSTANTS.items():
        if name == "DIGIT_OK" or name.startswith("DIGIT_ERR_"):
            statuses[name.replace("DIGIT_ERR_", "").replace("DIGIT_", "")] = value
        else:
            assert getattr(declared, name) == value, name
    assert {status.name: status.value for status in libdigit.Status} == statuses


@pytest.mark.parametrize("prefix, words, table", [
    ("DIGIT_INK_", _arguments.Ink, _image._INKS),
    ("DIGIT_LAYOUT_", _arguments.Layout, _options._LAYOUTS),
    ("DIGIT_SCHEDULE_", _arguments.Schedule, _options._SCHEDULES),
])
def test_words(prefix, words, table):
    """Of arguments whose C type is a constant."""
    members = {
        name[len(prefix):].lower(): value
        for name, value in CONSTANTS.items()
        if name.startswith(prefix)
    }
    assert table == members and set(get_args(words)) == set(members)


def test_no_constant_is_made_up():
    ours = {name for name in vars(declared) if name.startswith("DIGIT_")}
    assert ours <= set(CONSTANTS) | set(DEFINES)


def test_defines():
    assert declared.DIGIT_SAMPLE_SIDE == int(DEFINES["DIGIT_SAMPLE_SIDE"])
    assert DEFINES["DIGIT_SAMPLE_BYTES"] == "(DIGIT_SAMPLE_SIDE * DIGIT_SAMPLE_SIDE)"
    assert declared.DIGIT_SAMPLE_BYTES == declared.DIGIT_SAMPLE_SIDE**2
    assert declared.DIGIT_CLASSES == int(DEFINES["DIGIT_CLASSES"])


def test_version():
    parts = [DEFINES[f"DIGIT_VERSION_{part}"] for part in ("MAJOR", "MINOR", "PATCH")]
    assert libdigit.__version__ == ".".join(parts)
    assert f"version: '{libdigit.__version__}'" in (ROOT / "meson.build").read_text()


def test_prediction_dtype():
    dtype = libdigit.PREDICTION
    struct = declared.digit_prediction
    assert dtype.itemsize == ctypes.sizeof(struct)
    assert list(dtype.names) == [field[0] for field in struct._fields_]
    for name, kind in struct._fields_:
        assert dtype.fields[name][1] == getattr(struct, name).offset
        assert dtype.fields[name][0].itemsize == ctypes.sizeof(kind)


@pytest.mark.skipif(shutil.which("cc") is None, reason="needs a C compiler")
def test_layout_is_the_compilers(tmp_path):
    lines = []
    expected = []
    for name, members in sorted(STRUCTS.items()):
        struct = getattr(declared, name)
        lines.append(f'printf("{name} %zu\\n", sizeof({name}));')
        expected.append(f"{name} {ctypes.sizeof(struct)}")
        for _, member, _ in members:
            lines.append(
                f'printf("{name}.{member} %zu %zu\\n", offsetof({name}, {member}), '
                f"sizeof((({name} *)0)->{member}));"
            )
            field = getattr(struct, member)
            expected.append(f"{name}.{member} {field.offset} {field.size}")
    lines.append('printf("digit_status %zu\\n", sizeof(digit_status));')
    expected.append(f"digit_status {ctypes.sizeof(declared.digit_status)}")
    source = tmp_path / "layout.c"
    source.write_text(
        "#include <stdio.h>\n#include <digit/digit.h>\nint main(void)\n{\n"
        + "\n".join(lines)
        + "\nreturn 0;\n}\n"
    )
    program = tmp_path / "layout"
    subprocess.run(["cc", "-I", str(ROOT / "include"), str(source), "-o", str(program)], check=True)
    output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    assert output.splitlines() == expected
