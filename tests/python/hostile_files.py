"""Files that ask for gigabytes: each some kB to some MB, and a GiB or more if it is believed."""

import bz2
import io
import json
import lzma
import struct
import tarfile
import zipfile
import zlib
from functools import cache

import h5py
import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
from keras_files import conv, dense, h5_bytes, layer
from onnx import TensorProto, helper
from PIL import Image

GIB = 1 << 30
_ZEROS = bytes(16 << 20)


def deflated(size, wrapper=-15):
    """So many zeros in deflate, zlib (15) or gzip (31); the check at the end is wrong."""
    packer = zlib.compressobj(9, wbits=wrapper)
    head = packer.compress(_ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + again(size) + b"\3\0" + bytes(8)


def again(size):
    """Zeros that may follow any block of deflate."""
    packer = zlib.compressobj(9, wbits=-15)
    block = packer.compress(_ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)
    return block * (size // len(_ZEROS))


@cache
def bzipped(size):
    packer = bz2.BZ2Compressor(9)
    return b"".join(packer.compress(_ZEROS) for _ in range(size // len(_ZEROS))) + packer.flush()


def zip_of(method, packed, *names):
    """A zip file whose members say that they are of 1,000 bytes."""
    out, directory = io.BytesIO(), b""
    for name in names:
        facts = struct.pack("<HHHHHIIIHH", 46, 0, method, 0, 33, 0, len(packed), 1000, len(name), 0)
        directory += b"PK\1\2" + struct.pack("<H", 46) + facts
        directory += struct.pack("<HHHII", 0, 0, 0, 0, out.tell()) + name.encode()
        out.write(b"PK\3\4" + facts + name.encode() + packed)
    at = out.tell()
    end = struct.pack("<HHHHIIH", 0, 0, len(names), len(names), len(directory), at, 0)
    return out.getvalue() + directory + b"PK\5\6" + end


KERAS_PARTS = ("config.json", "model.weights.h5")


def keras_bzip2():
    return zip_of(zipfile.ZIP_BZIP2, bzipped(GIB), *KERAS_PARTS)


def keras_deflate():
    """Declares what is allowed, and unpacks to that."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("config.json", "[" * (3 << 20))
        archive.writestr("model.weights.h5", bytes(120 << 20))
    return out.getvalue()


def zip_directory():
    """A directory of a million members, all of which are one."""
    entry = b"PK\1\2" + struct.pack("<HHHHHHIIIHHHHHII", 46, 46, 0, 0, 0, 33, 0, 0, 0, 1, *[0] * 6)
    directory = (entry + b"a") * 1_000_000
    end = struct.pack("<HHHHIIH", 0, 0, 65535, 65535, len(directory), 4, 0)
    return b"PK\3\4" + directory + b"PK\5\6" + end


SMALL = [
    conv(2, 5, 1, activation="relu"),
    layer("MaxPooling2D", {"pool_size": [6, 6]}),
    layer("Flatten"),
    dense(10, 32, activation="softmax"),
]


def changed_h5(change):
    buffer = io.BytesIO(h5_bytes(SMALL))
    with h5py.File(buffer, "r+") as file:
        change(file, file["model_weights/dense"])
    return buffer.getvalue()


def h5_chunk():
    """A chunk of 40 kB that inflates to 1 GiB."""

    def change(file, folder):
        made = folder.create_dataset("x", (10_000,), "f4", chunks=(10_000,), compression="gzip")
        made.id.write_direct_chunk((0,), deflated(GIB, 15))

    return changed_h5(change)


def h5_links():
    """4,000 names for one data set of 1 MB."""

    def change(file, folder):
        folder["x"] = np.zeros(250_000, "f4")
        for number in range(4_000):
            folder[f"x{number}"] = folder["x"]

    return changed_h5(change)


def onnx_nodes():
    """Four million empty nodes."""
    nodes = b"\x0a\x00" * 4_000_000
    return b"\x08\x08\x42\x02\x10\x0d\x3a" + varint(len(nodes)) + nodes


def varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def onnx_shared():
    """Layers of 2.5 MB, 2,000 of them, with the same weights."""
    count, shared = 2_000, np.zeros((784, 784), "f4")
    nodes = [helper.make_node("Flatten", ["in"], ["0"])]
    nodes += [helper.make_node("MatMul", [str(n), "w"], [str(n + 1)]) for n in range(count)]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("in", TensorProto.FLOAT, ["n", 1, 28, 28])],
        [helper.make_tensor_value_info(str(count), TensorProto.FLOAT, ["n", 784])],
        [onnx.numpy_helper.from_array(shared, "w")],
    )
    return helper.make_model(graph).SerializeToString()


def safetensors_of(entries, data):
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text + data


def torch_overlap():
    """4,000 tensors on the same 4 MB."""
    size = 4 << 20
    entry = {"dtype": "F32", "shape": [size // 4], "data_offsets": [0, size]}
    return safetensors_of({f"t{n}": entry for n in range(4_000)}, bytes(size))


def torch_header():
    """A header of lists and nothing else."""
    return safetensors_of(b'{"a":[' + b"[]," * 2_600_000 + b"[]]}", b"")


def torch_halves():
    """100 MB of numbers that are twice as many in memory."""
    size = 100 << 20
    entry = {"dtype": "F16", "shape": [size // 2], "data_offsets": [0, size]}
    return safetensors_of({"a.weight": entry}, bytes(size))


def picture_of(kind, mode, colour, **options):
    out = io.BytesIO()
    Image.new(mode, (8192, 8191), colour).save(out, kind, **options)
    return out.getvalue()


def png_rgba():
    return picture_of("PNG", "RGBA", (255, 255, 255, 128), compress_level=1)


def png_words():
    return picture_of("PNG", "I;16", 300, compress_level=1)


def webp():
    return picture_of("WEBP", "RGB", 0, lossless=True, quality=0, method=0)


def jpeg_progressive():
    return picture_of("JPEG", "CMYK", 0, progressive=True)


def tiff_floats():
    return picture_of("TIFF", "F", 0.5, compression="tiff_deflate")


def tiff_tile():
    """A picture of 16 x 16 pixels in a tile of 40,000 x 40,000."""
    packed = deflated(GIB, 15)
    tags = [(256, 16), (257, 16), (258, 8), (259, 8), (262, 1), (277, 1), (322, 40_000),
            (323, 40_000), (324, 8), (325, len(packed))]  # fmt: skip
    directory = struct.pack("<H", len(tags))
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(packed)) + packed + directory + bytes(4)


def bulk_zip():
    return zip_of(zipfile.ZIP_BZIP2, bzipped(GIB), "a.png", "b.png")


def bulk_zip_lzma():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.png", bytes(256 << 20))
    return out.getvalue()


def tar_headers(kind, size=GIB):
    """A header in front of a member that says it has 1 GiB: its long name, or attributes."""
    head = tarfile.TarInfo("x")
    head.type, head.size = kind, size
    packer = zlib.compressobj(9, wbits=31)
    front = packer.compress(head.tobuf(tarfile.GNU_FORMAT)) + packer.flush(zlib.Z_FULL_FLUSH)
    return front + again(size) + b"\3\0" + bytes(8)


def bulk_tar_name():
    return tar_headers(b"L")


def bulk_tar_attributes():
    return tar_headers(b"x")


def bulk_tar_xz():
    """Packed so that unpacking wants a dictionary of 1 GiB."""
    packer = lzma.LZMACompressor(filters=[{"id": lzma.FILTER_LZMA2, "preset": 0}])
    head = tarfile.TarInfo("a.txt")
    head.size = GIB
    packed = packer.compress(head.tobuf())
    packed += b"".join(packer.compress(_ZEROS) for _ in range(GIB // len(_ZEROS)))
    packed = bytearray(packed + packer.flush())
    # The block's header: its size, flags, the filter's number, the size of what follows, and
    # the dictionary's size as a step of the square root of two.
    assert packed[14] == lzma.FILTER_LZMA2 == 0x21 and packed[15] == 1
    packed[16] = 36  # 1 GiB
    end = 12 + 4 * (packed[12] + 1)
    packed[end - 4 : end] = struct.pack("<I", zlib.crc32(bytes(packed[12 : end - 4])))
    return bytes(packed)


def bulk_parquet():
    """64 rows that are one value of 40 MB."""
    out = io.BytesIO()
    rows = pa.DictionaryArray.from_arrays(pa.array([0] * 64), pa.array([bytes(40 << 20)]))
    pq.write_table(pa.table({"bytes": rows}), out, compression="zstd", store_schema=False)
    return out.getvalue()


def bulk_parquet_page():
    """A page of 300 MB in some kB."""
    out = io.BytesIO()
    with pq.ParquetWriter(
        out, pa.schema([("bytes", pa.binary())]), compression="zstd", use_dictionary=False
    ) as writer:
        one = bytes(150 << 20)
        writer.write_table(pa.table({"bytes": pa.array([one, one])}))
    return out.getvalue()


def npz():
    return zip_of(zipfile.ZIP_BZIP2, bzipped(GIB), "x_test.npy", "y_test.npy")


def csv():
    return deflated(GIB, 31)
