"""What a file is by its first bytes, and what reads it."""

from __future__ import annotations

from ._arguments import PathLike
from ._errors import DigitError, Status
from ._files import name_of, open_regular

__all__ = ["explained", "refuse_foreign"]

_HEAD = 200  # bytes that tell what a file is
_KERAS = "libdigit.keras.load reads Keras' files"
_TORCH = "libdigit.torch.load reads PyTorch's weights"
_OURS = b'{"__metadata__":{"crc32":"'
_PICKLE = (
    "a pickle, which can run code and is never read: save the state_dict with "
    "safetensors.torch.save_file, for libdigit.torch.load"
)


def _kind_of(content: bytes) -> tuple[str, str] | None:
    """The module that reads a file, "" for none, and a sentence; None if it is not known."""
    if content[4:9] == b"\0\0\0\0{":  # first, for the length before it may look like others
        ours = content.startswith(_OURS, 8)
        return None if ours else ("torch", f"a safetensors file of another program; {_TORCH}")
    if content.startswith(b"\x89HDF\r\n\x1a\n"):
        return "keras", f"an HDF5 file; {_KERAS}"
    if content.startswith(b"PK\3\4"):
        if b"data.pkl" in content:  # the name of the first member, of torch.save
            return "", _PICKLE
        return "keras", f"a zip file; {_KERAS} (.keras)"
    if content[:1] == b"\x80" and content[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        return "", _PICKLE
    if content.startswith(b"version https://git-lfs"):
        return "", "a pointer of Git LFS, not the file itself: 'git lfs pull' fetches it"
    if content[:1] == b"\x08" and content[2:3] in (b"\x12", b"\x1a", b":", b"B"):  # its version
        return "onnx", "an ONNX file; libdigit.onnx.load reads those"
    return None


def refuse_foreign(content: bytes, name: str, reader: str) -> None:
    """Refuse a file that another module than `reader` reads, or none does."""
    kind = _kind_of(content[:_HEAD])
    if kind is not None and kind[0] != reader:
        raise DigitError(Status.FORMAT, f"{name}: {kind[1]}")


def explained(error: DigitError, path: PathLike) -> DigitError:
    """Why the library could not load a model file: what the file is, if that is known."""
    if error.status not in (Status.FORMAT, Status.LIMIT):
        return error
    try:
        with open_regular(path) as file:
            kind = _kind_of(file.read(_HEAD))
    except DigitError:
        return error
    return error if kind is None else DigitError(Status.FORMAT, f"{name_of(path)}: {kind[1]}")
