"""The notebook runs from start to end."""

import os

import pytest
from conftest import ROOT, idx_images, idx_labels, make_samples

nbclient = pytest.importorskip("nbclient")
pytest.importorskip("ipykernel")
import nbformat  # noqa: E402  nbclient needs it

NOTEBOOK = ROOT / "examples" / "notebook" / "digits.ipynb"
SIZE_MOST = 400_000


@pytest.fixture
def mnist(tmp_path):
    """Four files as MNIST has them, with few pictures."""
    for part, count in (("train", 600), ("t10k", 200)):
        images, labels = make_samples(count)
        (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx_images(images))
        (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx_labels(labels))
    return tmp_path


def test_runs(mnist, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("MNIST_DIR", str(mnist))
    monkeypatch.setenv("EPOCHS", "1")
    monkeypatch.setenv("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    monkeypatch.setenv("IPYTHONDIR", str(mnist / "ipython"))
    notebook = nbformat.read(NOTEBOOK, 4)
    client = nbclient.NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(mnist)}}
    )
    client.execute()
    outputs = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    shown = [out for out in outputs if "image/png" in out.get("data", {})]
    assert len(shown) == 8
    said = "".join(out.get("text", "") for out in outputs)
    assert "right" in said and "largest difference: " in said
    assert not [out for out in outputs if out["output_type"] == "error"]


def test_is_small_and_clean():
    """Outputs are kept, small ones; no paths of the machine that made them."""
    assert NOTEBOOK.stat().st_size < SIZE_MOST
    notebook = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = str([cell.outputs for cell in code])
    assert os.path.expanduser("~") + "/" not in outputs and "/tmp/" not in outputs
