"""Run digits.ipynb from start to end and keep its outputs, small and free of this machine's paths.

    MNIST_DIR=data python examples/notebook/rerun.py

Needs nbclient, ipykernel and what the notebook needs.
"""

import pathlib

import nbclient
import nbformat

NOTEBOOK = pathlib.Path(__file__).with_name("digits.ipynb")


def tidied(outputs):
    """Pieces of a stream in one, of each line what a terminal would show in the end."""
    tidy = []
    for output in outputs:
        if output["output_type"] == "stream":
            if tidy and tidy[-1].get("name") == output["name"]:
                tidy[-1]["text"] += output["text"]
                continue
        tidy.append(output)
    for output in tidy:
        if output["output_type"] == "stream":
            lines = output["text"].split("\n")
            output["text"] = "\n".join(line.rpartition("\r")[2] for line in lines)
    return tidy


notebook = nbformat.read(NOTEBOOK, 4)
nbclient.NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
for cell in notebook.cells:
    cell.metadata.pop("execution", None)
    if cell.cell_type == "code":
        cell.outputs = tidied(cell.outputs)
notebook.metadata["language_info"] = {"name": "python"}  # whatever version ran it
nbformat.write(notebook, NOTEBOOK)
