"""What files from strangers take in memory, whatever they say of themselves.

Each file goes to its importer in a process of its own, whose peak is looked at; so is that
of the process which reads HDF5.
"""

import io
import tarfile

import hostile_files
import pytest
from conftest import run_python

from libdigit import _containers

PEAK_MAX = 600  # MiB, of all processes together

CHILD = """
import re, resource, sys
sys.path.insert(0, sys.argv[3])
import libdigit

def bulk(path):
    from libdigit.bulk import Recognizer, _plan
    recognizer = Recognizer(libdigit.Model("dense 10", seed=1))
    rows = [row for shard in _plan.plan(path).shards for row in recognizer.read(shard.pictures())]
    raise libdigit.DigitError(0, "; ".join(sorted({row[-1]["status"] for row in rows})) or "rows")

def data(path):
    from types import SimpleNamespace
    from libdigit.cli._data import load_data
    load_data(path, None, None, SimpleNamespace(part="test", transpose=False))

READERS = {
    "keras": lambda path: libdigit.keras.load(path),
    "onnx": lambda path: libdigit.onnx.load(path),
    "torch": lambda path: libdigit.torch.load(path, "dense 10"),
    "picture": lambda path: libdigit.normalize(path),
    "bulk": bulk,
    "data": data,
}
try:
    READERS[sys.argv[1]](sys.argv[2])
    said = "read"
except libdigit.DigitError as error:
    said = str(error)
own = int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) >> 10
child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
print(own + child, said)
"""

CASES = [
    ("keras", "keras_bzip2", "x.keras", "bzip2"),
    ("keras", "keras_deflate", "x.keras", "when unpacked"),
    ("keras", "zip_directory", "x.keras", "directory"),
    ("keras", "h5_chunk", "x.h5", "read"),
    ("keras", "h5_links", "x.h5", "when unpacked"),
    ("onnx", "onnx_nodes", "x.onnx", "when unpacked"),
    ("onnx", "onnx_shared", "x.onnx", "when unpacked"),
    ("torch", "torch_overlap", "x.safetensors", "overlap"),
    ("torch", "torch_header", "x.safetensors", "damaged entry"),
    ("torch", "torch_halves", "x.safetensors", "when unpacked"),
    ("picture", "png_rgba", "x.png", "read"),
    ("picture", "png_words", "x.png", "read"),
    ("picture", "webp", "x.webp", "to decode"),
    ("picture", "jpeg_progressive", "x.jpg", "to decode"),
    ("picture", "tiff_floats", "x.tif", "read"),
    ("picture", "tiff_tile", "x.tif", "to decode"),
    ("bulk", "bulk_zip", "x.zip", "bzip2"),
    ("bulk", "bulk_zip_lzma", "x.zip", "lzma"),
    ("bulk", "zip_directory", "x.zip", "directory"),
    ("bulk", "bulk_tar_name", "x.tar.gz", "headers"),
    ("bulk", "bulk_tar_attributes", "x.tar.gz", "headers"),
    ("bulk", "bulk_tar_xz", "x.tar.xz", "Memory usage limit"),
    ("bulk", "bulk_parquet", "x.parquet", "no picture file"),
    ("bulk", "bulk_parquet_page", "x.parquet", "unpacks to"),
    ("data", "npz", "x.npz", "bzip2"),
    ("data", "csv", "x.csv.gz", "line of more than"),
]


@pytest.mark.parametrize("reader, made, name, words", CASES)
def test_memory(tmp_path, reader, made, name, words):
    path = tmp_path / name
    path.write_bytes(getattr(hostile_files, made)())
    done = run_python(CHILD, reader, path, ".", timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    peak, _, said = done.stdout.partition(" ")
    assert words in said, said
    assert int(peak) <= PEAK_MAX, f"{peak} MiB"


def test_members_of_a_tar_file_are_not_kept():
    """tarfile keeps what it knows of each, and the attributes that are for all."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", pax_headers={"comment": "for all"}) as archive:
        for number in range(100):
            archive.addfile(tarfile.TarInfo(f"{number}.png"))
    file.seek(0)
    with _containers.open_tar(file, _containers.Budget("x", 1 << 20)) as archive:
        names = []
        for member, _ in _containers.tar_members(archive):
            names.append(member.name)
            assert len(archive.members) <= 1
    assert names == [f"{number}.png" for number in range(100)] and not archive.pax_headers
