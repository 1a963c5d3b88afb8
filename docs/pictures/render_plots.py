"""Draw the pictures of docs/python.md: what libdigit.plot shows of a training on MNIST.

    python docs/pictures/render_plots.py FOLDER-WITH-MNIST

Takes a minute or two; the same files every time, on the same kind of CPU.
"""

import pathlib
import sys

import matplotlib

matplotlib.use("Agg")

from matplotlib import pyplot as plt

import libdigit
from libdigit import plot

HERE = pathlib.Path(__file__).parent


def save(name):
    plt.savefig(HERE / f"plot-{name}.png", dpi=80, metadata={"Software": None})
    plt.close()


def main(folder):
    folder = pathlib.Path(folder)
    images, labels = libdigit.load_idx(
        folder / "train-images-idx3-ubyte", folder / "train-labels-idx1-ubyte"
    )
    tests = libdigit.load_idx(folder / "t10k-images-idx3-ubyte", folder / "t10k-labels-idx1-ubyte")
    held_out = images[55_000:], labels[55_000:]

    model = libdigit.Model("keras", seed=1)
    model.threads = 0
    history = model.fit(images[:55_000], labels[:55_000], epochs=5, validation=held_out)
    plot.learning_curves(history)
    save("learning-curves")
    plot.confusion_matrix(model.evaluate(*tests))
    save("confusion")
    plot.predictions(model, tests[0][:10], tests[1][:10])
    save("predictions")
    plot.worst_mistakes(model, *tests, count=10)
    save("mistakes")
    plot.reliability(model, *tests)
    save("reliability")
    plot.filters(model)
    save("filters")
    plot.saliency(model, tests[0][0])
    save("saliency")
    print(f"{model.evaluate(*tests).accuracy:.2%} right")


if __name__ == "__main__":
    main(sys.argv[1])
