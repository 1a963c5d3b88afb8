"""How a training goes, as a sentence and as a curve."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import libdigit

WIDTH, HEIGHT = 420, 200
_LEFT, _BOTTOM, _TOP, _RIGHT = 44, 24, 12, 8


def sentence(progress: libdigit.Progress) -> str:
    """How far it is."""
    return (
        f"Epoch {progress.epoch} of {progress.epochs}: "
        f"{progress.samples_done:,} of {progress.samples_total:,} samples, "
        f"loss {progress.loss:.3f}, {progress.accuracy:.1%} right."
    )


def svg(points: Sequence[libdigit.Progress]) -> str:
    """HTML: the share of samples right over epochs, in training and in validation."""
    epochs = points[-1].epochs if points else 1
    train = [(_when(p), p.accuracy) for p in points if p.samples_done]
    kept = [
        (float(p.epoch), p.validation_accuracy)
        for p in points
        if p.samples_done == p.samples_total and p.validation_accuracy == p.validation_accuracy
    ]
    title = f"{train[-1][1]:.1%} right" if train else "nothing trained yet"
    return (
        f'<svg class="curve" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="Learning curve: {escape(title)}">{_grid(epochs)}'
        f'<polyline class="train" points="{_places(train, epochs)}"/>'
        f'<polyline class="kept" points="{_places(kept, epochs)}"/>{_dots(kept, epochs)}</svg>'
        '<p class="hint"><span class="key train"></span> training samples '
        '<span class="key kept"></span> samples kept for validation</p>'
    )


def _when(progress: libdigit.Progress) -> float:
    return progress.epoch - 1 + progress.samples_done / max(progress.samples_total, 1)


def _place(point: tuple[float, float], epochs: int) -> tuple[float, float]:
    x = _LEFT + point[0] / epochs * (WIDTH - _LEFT - _RIGHT)
    y = HEIGHT - _BOTTOM - point[1] * (HEIGHT - _BOTTOM - _TOP)
    return round(x, 1), round(y, 1)


def _places(points: Sequence[tuple[float, float]], epochs: int) -> str:
    return " ".join("{},{}".format(*_place(point, epochs)) for point in points)


def _dots(points: Sequence[tuple[float, float]], epochs: int) -> str:
    places = [_place(point, epochs) for point in points]
    return "".join(f'<circle class="kept" cx="{x}" cy="{y}" r="4"/>' for x, y in places)


def _grid(epochs: int) -> str:
    lines = []
    for share in (0, 0.5, 1):
        x, y = _place((0, share), epochs)
        lines.append(f'<line x1="{x}" y1="{y}" x2="{WIDTH - _RIGHT}" y2="{y}"/>')
        lines.append(f'<text x="{x - 6}" y="{y + 4}" text-anchor="end">{share:.0%}</text>')
    x, y = _place((epochs, 0), epochs)
    word = "epoch" if epochs == 1 else "epochs"
    lines.append(f'<text x="{x}" y="{y + 18}" text-anchor="end">{epochs} {word}</text>')
    return "".join(lines)
