"""Tables of benchmarks.md behind that of the goals."""
from __future__ import annotations

from .figures import Figures, Spread
from .plan import NAMES, split

REFERENCE = "sklearn"  # does less work than the others
VARIANTS = {"channels_last": "channels last", "script": "TorchScript", "": ""}


def name(who: str, versions: dict[str, str]) -> str:
    peer, variant = split(who)
    text = NAMES[peer]
    if peer in versions:
        text = f"{text} {versions[peer]}"
    return f"{text}, {VARIANTS.get(variant, variant)}" if variant else text


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def cell(s: Spread | None) -> str:
    return f"{number(s.median)} | {number(s.low)} to {number(s.high)}" if s else "- | -"


def row(*cells: str) -> str:
    return "| " + " | ".join(cells) + " |"


def compared(f: Figures, key: str, title: str, unit: str, versions: dict[str, str]) -> list[str]:
    """All that did the same work, the best first."""
    found = [(s.median, who, s) for who in f.who(key) if (s := f.spread(key, who))]
    if not found:
        return []
    found.sort(key=lambda entry: entry[0], reverse=key.startswith("bulk"))
    found.sort(key=lambda entry: entry[1] == REFERENCE)
    text = [f"### {title}", "", f"| | {unit} | range | libdigit is faster by | memory, MiB |",
            "|---|---|---|---|---|"]
    for _, who, figures in found:
        ratio = f.times_faster(key, who) if who not in ("libdigit", REFERENCE) else None
        faster = f"{ratio.median:.2f}x" if ratio else ""
        memory = f.spread(key, who, "memory")
        label = f"**{name(who, versions)}**" if who == "libdigit" else name(who, versions)
        text.append(row(label, cell(figures), faster, number(memory.median) if memory else ""))
    return [*text, ""]


def starting(f: Figures, versions: dict[str, str]) -> list[str]:
    key = "start @2"
    found = [(s.median, who, s) for who in f.who(key) if (s := f.spread(key, who, "start"))]
    text = ["### Process start to first answer", "",
            "| | ms | range | peak memory, MiB |", "|---|---|---|---|"]
    for _, who, figures in sorted(found, key=lambda entry: entry[0]):
        memory = f.spread(key, who, "peak")
        text.append(row(name(who, versions), cell(figures),
                        number(memory.median) if memory else ""))
    return [*text, ""] if found else []


ALONE = [  # key, name of the figure, what to call it, unit
    ("normalize @1", "normalize 28", "normalise a picture of 28 x 28", "us"),
    ("normalize @1", "normalize 200", "normalise a picture of 200 x 200", "us"),
    ("normalize @1", "normalize 1000", "normalise a picture of 1000 x 1000", "us"),
    ("file @1", "load", "load a model file", "ms"),
    ("file @1", "load built-in", "load the built-in model", "ms"),
    ("file @1", "save", "save a model, with fsync", "ms"),
    ("share @1", "sgemm 2048", "OpenBLAS, matrices of 2048 x 2048", "GFLOP/s"),
    ("share @1", "gemm share predict", "share of it, predicting", "%"),
    ("share @1", "gemm share train", "share of it, training", "%"),
    ("scale @2", "two threads predict", "two threads against one, predicting", "x"),
    ("scale @2", "two processors predict", "two programs side by side, predicting", "x"),
    ("scale @2", "two threads train 128", "two threads against one, training, batch 128", "x"),
    ("scale @2", "two processors train 128", "two programs side by side, training, batch 128", "x"),
    ("scale @2", "two threads train 32", "two threads against one, training, batch 32", "x"),
    ("scale @2", "two processors train 32", "two programs side by side, training, batch 32", "x"),
    ("denormal @1", "denormal weights", "weights scaled to denormals, cost over normal ones", "x"),
]


def alone(f: Figures) -> list[str]:
    text = ["### libdigit by itself", "", "| what | unit | median | range |",
            "|---|---|---|---|"]
    for key, figure, what, unit in ALONE:
        text.append(row(what, unit, cell(f.spread(key, "libdigit", figure))))
    for figure in ("sgemm 2048", "gemm share predict", "gemm share train"):
        unit = "GFLOP/s" if figure.startswith("sgemm") else "%"
        text.append(row(f"{figure}, kernels without AVX-512", unit,
                        cell(f.spread("share @1", "libdigit-v3", figure))))
    return [*text, ""]


def batches(f: Figures) -> list[str]:
    text = ["### Cost of an image as the batch grows, us", "", "| images a call | 1 thread | range "
            "| 2 threads | range |", "|---|---|---|---|---|"]
    names = f.names("predict-bulk @1") or f.names("predict-bulk @2")
    for figure in names:
        text.append(row(number(float(figure.split()[-1])),
                        cell(f.spread("predict-bulk @1", "libdigit", figure)),
                        cell(f.spread("predict-bulk @2", "libdigit", figure))))
    return [*text, ""] if names else []


def all_tables(f: Figures, versions: dict[str, str]) -> list[str]:
    text: list[str] = ["## Training", ""]
    for batch in (128, 32):
        for count in (2, 1):
            text += compared(f, f"train {batch} @{count}",
                             f"An epoch of 60,000 images, batch {batch}, {count} thread(s)", "s",
                             versions)
    text += ["## Prediction", ""]
    for count in (2, 1):
        text += compared(f, f"bulk @{count}", f"Bulk, {count} thread(s)", "images/s", versions)
    for count in (1, 2):
        text += compared(f, f"one @{count}", f"One image, {count} thread(s)", "us", versions)
    text += ["## Start and memory", "", *starting(f, versions)]
    return [*text, "## The library by itself", "", *alone(f), *batches(f)]
