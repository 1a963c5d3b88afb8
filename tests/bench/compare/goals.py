"""The goals, one line each, and what came of them."""
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .figures import Figures, Spread


@dataclass
class Line:
    name: str  # of its section in notes.md
    what: str
    goal: str
    reached: str
    ok: bool | None  # None: not measured


def line(name: str, what: str, least: float | None, most: float | None, unit: str,
         found: Spread | None, comment: str = "") -> Line:
    goal = f"at least {least:g}{unit}" if least is not None else f"at most {most:g}{unit}"
    if found is None:
        return Line(name, what, goal, "not measured", None)
    reached = f"{found.median:.3g}{unit} ({found.low:.3g} to {found.high:.3g}){comment}"
    ok = found.median >= least if least is not None else found.median <= (most or 0)
    return Line(name, what, goal, reached, ok)


def training(f: Figures) -> Iterator[Line]:
    for batch, least in ((128, 3.5), (32, 2.5)):
        key = f"train {batch} @2"
        yield line(f"train-{batch}-tensorflow",
                   f"training epoch, batch {batch}, against TensorFlow", 2.5, None, "x",
                   f.times_faster(key, "tensorflow"))
        torch = f.fastest(key, "torch")
        name = torch.split(":")[1] if torch else "none"
        yield line(f"train-{batch}-torch",
                   f"training epoch, batch {batch}, against the fastest PyTorch", least, None, "x",
                   f.times_faster(key, torch or ""), f", {name}")


def predicting(f: Figures) -> Iterator[Line]:
    for threads in (1, 2):
        yield line(f"bulk-{threads}", f"bulk prediction against ONNX Runtime, {threads} thread(s)",
                   1.25, None, "x", f.times_faster(f"bulk @{threads}", "onnxruntime"))
    yield line("one", "one image, one thread, against ONNX Runtime", 1.3, None, "x",
               f.times_faster("one @1", "onnxruntime"))


def threads(f: Figures) -> Iterator[Line]:
    works = [("bulk", "bulk prediction", "predict"),
             ("train-128", "training, batch 128", "train 128"),
             ("train-32", "training, batch 32", "train 32")]
    for name, what, work in works:
        bound = f.spread("scale @2", name=f"two processors {work}")
        comment = f"; two programs side by side {bound.median:.3g}x" if bound else ""
        yield line(f"threads-{name}", f"two threads against one, {what}", 1.85, None, "x",
                   f.spread("scale @2", name=f"two threads {work}"), comment)


def small(f: Figures) -> Iterator[Line]:
    yield line("start", "process start to first answer", None, 10, " ms",
               f.spread("start @2", "libdigit", "start"))
    yield line("memory", "peak memory of that process", None, 24, " MiB",
               f.spread("start @2", "libdigit", "peak"))
    yield line("load", "loading a model file", None, 1, " ms", f.spread("file @1", name="load"))
    yield line("save", "saving it, with fsync", None, 5, " ms", f.spread("file @1", name="save"))
    yield line("share-predict", "share of OpenBLAS's own speed, predicting", 80, None, " %",
               f.spread("share @1", name="gemm share predict"))
    yield line("share-train", "share of OpenBLAS's own speed, training", 70, None, " %",
               f.spread("share @1", name="gemm share train"))


def reaching(f: Figures) -> Iterator[Line]:
    for percent, most in (("98", 2), ("99", 8)):
        key = f"reach {percent} @2"
        seconds = list(f.rounds(key, "libdigit", "seconds").values())
        accuracy = list(f.rounds(key, "libdigit", "accuracy").values())
        what = f"process start to {percent} % on MNIST's test set, mean of {len(seconds)} seeds"
        goal = f"at most {most} s"
        if not seconds:
            yield Line(f"reach-{percent}", what, goal, "not measured", None)
            continue
        mean, right = sum(seconds) / len(seconds), 100 * sum(accuracy) / len(accuracy)
        yield Line(f"reach-{percent}", what, goal,
                   f"{mean:.3g} s ({min(seconds):.3g} to {max(seconds):.3g}), {right:.2f} % "
                   f"({100 * min(accuracy):.2f} to {100 * max(accuracy):.2f})",
                   mean <= most and right >= float(percent))


def flat(f: Figures) -> Iterator[Line]:
    for count in (1, 2):
        yield line(f"flat-{count}", "dearest batch of 64 to 60,000 over the cheapest, an image, "
                   f"{count} thread(s)", None, 1.05, "x", f.flatness(count))


def lines(f: Figures) -> list[Line]:
    return [*training(f), *predicting(f), *threads(f), *small(f), *reaching(f), *flat(f)]
