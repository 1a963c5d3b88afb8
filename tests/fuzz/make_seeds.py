"""The fuzz targets' first inputs, made from nothing: OUT/TARGET/NAME.

Written after docs/model-file.md and without libdigit, so a fault there cannot hide in both.
"""

import gzip
import json
import shutil
import struct
import sys
import zlib
from math import prod
from pathlib import Path

# Small networks that have every kind of tensor and every shape of header between them, with
# the tensors the documentation promises for them.
NETWORKS = {
    "conv": (
        "conv 2x3 stride 8 relu dense 10",
        {"0.weight": [2, 1, 3, 3], "0.bias": [2], "2.weight": [10, 32], "2.bias": [10]},
    ),
    "norm": (
        "avgpool 14 batchnorm dropout 25 dense 10",
        {
            "1.weight": [1], "1.bias": [1], "1.running_mean": [1], "1.running_var": [1],
            "3.weight": [10, 4], "3.bias": [10],
        },
    ),
    "other": (
        "maxpool 7 dense 4 relu dense 10 other 1",
        {"1.weight": [4, 16], "1.bias": [4], "3.weight": [11, 4], "3.bias": [11]},
    ),
    "same": (
        "conv 1x2 same stride 4 maxpool 3 dense 10",
        {"0.weight": [1, 1, 2, 2], "0.bias": [1], "2.weight": [10, 4], "2.bias": [10]},
    ),
}
PREFIX_END = 34  # of the checksum's digits: docs/model-file.md


def numbers(count, positive):
    values = [(7 * i % 23 - (0 if positive else 11)) / 16 for i in range(count)]
    return struct.pack(f"<{count}f", *values)


def model_file(architecture, tensors, training, preparation="1"):
    texts = {
        "crc32": "00000000", "format": "libdigit", "format_version": "1",
        "architecture": architecture, "labels": "0 1 2 3 4 5 6 7 8 9",
        "preparation": preparation, "trained_on": "\u00e9 \\ \"\u20ac\"", "licence": "CC0-1.0",
    }
    shapes = tensors | {"calibration": [1]}
    if training:
        texts |= {"fingerprint": "00c0ffee00c0ffee", "epoch": "3", "step": "1200"}
        for part in ("first", "second", "average"):
            shapes |= {f"{part}.{name}": shape for name, shape in tensors.items()}
    header, data = {"__metadata__": texts}, b""
    for name, shape in shapes.items():
        positive = "running_var" in name or "second." in name
        one = struct.pack("<f", 1.5) if name == "calibration" else numbers(prod(shape), positive)
        header[name] = {
            "dtype": "F32", "shape": shape, "data_offsets": [len(data), len(data) + len(one)],
        }
        data += one
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=training).encode()
    text += b" " * (-len(text) % 8)
    body = text + data
    digits = f"{zlib.crc32(body):08x}".encode()
    at = PREFIX_END - 8
    return struct.pack("<Q", len(text)) + body[:at] + digits + body[at + 8:]


def models():
    for name, (architecture, tensors) in NETWORKS.items():
        yield name, model_file(architecture, tensors, training=False)
        yield name + "-checkpoint", model_file(architecture, tensors, training=True)
    yield "preparation-2", model_file(*NETWORKS["same"], training=False, preparation="2")


def texts_of_json():
    for name, file in models():
        (length,) = struct.unpack("<Q", file[:8])
        yield name, file[8 : 8 + length]
    yield "escapes", rb'"\"\\\/\b\f\n\r\tA\u00e9\u20ac\ud83d\ude00"'
    yield "lists", b"[],[1],[1,2,3,4],[18446744073709551615]"


def idx_pairs():
    labels = struct.pack(">BBBBI", 0, 0, 8, 1, 2) + bytes([3, 9])
    images = struct.pack(">BBBBIII", 0, 0, 8, 3, 2, 28, 28) + bytes(i % 251 for i in range(1568))
    none = struct.pack(">BBBBI", 0, 0, 8, 1, 0), struct.pack(">BBBBIII", 0, 0, 8, 3, 0, 28, 28)
    packed = gzip.compress(labels, mtime=0), gzip.compress(images, mtime=0)

    def pair(pack, first, second):
        return struct.pack("<BH", pack, len(first)) + first + second

    yield "plain", pair(0, labels, images)
    yield "packed-here", pair(3, labels, images)
    yield "packed", pair(0, *packed)
    yield "none", pair(0, *none)
    yield "members", pair(0, packed[0] + packed[0], packed[1])


def stroke_lines():
    yield "seven", b"7 2: 0,0 14,1 9,30; 3,15 12,15\n1 1: 5,0 5,100"
    yield "edges", b"0 0: -32768,32767\n9 1000: 7,7"
    yield "wrong", b"7 1: 1,1 2.5,1\n"


def architectures():
    for name, (text, _) in NETWORKS.items():
        yield name, text.encode()
    yield "preset", b"keras"
    yield "built-in", b"default"
    yield "wide", b"conv 4096x1 avgpool 28 dense 10"
    yield "spaces", b"  dense   16 relu dense 10 other  1 "
    yield "layers", b"relu " * 63 + b"dense 10"


def paintings():
    """Commands of picture.c: kind, left, top, width - 1, height - 1, shade."""
    digits = b"".join(
        bytes([2, 20 + 22 * i, 20, 4 + 5 * (i % 3), 29, 20 + i]) for i in range(5)
    )
    boxes = b"".join(bytes([1, 8 + 24 * i, 10, 24, 50, 60]) for i in range(6))
    yield "digits", digits
    yield "touching", bytes([0, 20, 20, 3, 40, 0, 0, 20, 40, 60, 3, 0, 0, 70, 20, 3, 40, 0])
    yield "form", boxes + digits
    yield "ruled", bytes([0, 0, 55, 95, 1, 90, 0, 90, 55, 95, 1, 90]) + digits
    yield "noise", bytes([3, 0, 0, 95, 95, 7]) + digits
    yield "paper", b""


def pictures():
    for index, (name, commands) in enumerate(paintings()):
        how = index % 4 | (index * 8 & 0x28) | (index & 1) << 6
        yield name, struct.pack("<BHHBB", how, 159, 79, 1, 240) + commands
        later = struct.pack("<BHHBB", how, 158, 79, 1 | (index + 1) << 4, 255) + commands
        yield f"{name}-later-format", later
    yield "pixels", struct.pack("<BHHBB", 0, 31, 31, 0, 0) + bytes(i * i % 256 for i in range(1024))
    yield "thin", struct.pack("<BHHBB", 16, 9999, 0, 0, 0) + bytes(range(256))


def readings():
    options = bytes([0, 0, 0, 0, 1, 0, 0, 0])
    for name, picture in pictures():
        yield name, options + picture
        for layout in (1, 2):
            yield f"{name}-layout-{layout}", bytes([1, layout, 128, 0, 1, 4, 255, 3]) + picture
        yield f"{name}-grid", bytes([0, 3, 0, 0, 0, 0, 0, 0, 2, 4]) + picture


def normalizings():
    for name, picture in pictures():
        yield name, picture


def call_sequences():
    """Bytes of calls.c: the number of a call, then what it asks for."""
    create = [bytes([0, kind, 1, slot]) for slot, kind in enumerate((1, 2, 3))]
    data = bytes([1, 40, 0]) + bytes([1, 20, 1])
    train = bytes([6, 0, 200, 1, 16, 30, 1, 50, 0, 1, 0])
    rest = bytes([4, 0, 17, 5, 0, 1, 7, 0, 8, 0, 2, 9, 28, 2, 2, 5, 9, 2, 0])
    yield "life", b"".join(create) + data + bytes([3, 0, 2]) + train + rest
    yield "wrong", bytes([0, 4, 1, 0, 4, 0, 3, 9, 28, 0]) + train + bytes([8, 1, 10, 0, 0])
    yield "norm", create[1] + data + bytes([6, 1, 255, 2, 8, 60, 2, 99, 1, 0, 0, 4, 1, 40])


def main(out):
    shutil.rmtree(out, ignore_errors=True)
    corpora = {
        "model": models, "roundtrip": models, "json": texts_of_json, "idx": idx_pairs,
        "strokes": stroke_lines,
        "architecture": architectures, "normalize": normalizings, "read": readings,
        "calls": call_sequences,
    }
    for target, seeds in corpora.items():
        folder = out / target
        folder.mkdir(parents=True)
        for name, data in seeds():
            (folder / name).write_bytes(data)


main(Path(sys.argv[1]))
