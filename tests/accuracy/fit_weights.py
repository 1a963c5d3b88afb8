#!/usr/bin/env python3
"""Fit the weights of doubts in libdigit/read/hypotheses.c.

    fit_weights.py BUILD --data DIR      ten minutes; prints the weights, changes nothing

Draws strings, pairs and fields from training digits 50,001 to 60,000 (pages.py), has
BUILD/tests/accuracy/show_lattice list what the decoder may choose from, and looks for the
weights with which the right row of digits is the most likely: a conditional random field
(Lafferty, McCallum and Pereira, ICML 2001), by L-BFGS, with a pull first towards weights that
were set by hand, then towards the ones found. What the parts of a pair cost is taken as the
library's weights have it, so build with new weights and fit again until they stay.

Needs numpy, Pillow, scipy and numba.
"""
from __future__ import annotations

import argparse
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize

import pages

Floats = npt.NDArray[np.float64]

# (kind, seed, pictures): to fit to, and to choose by.
FITTED = [("strings of 5", seed, 200) for seed in range(101, 109)] + [
    ("pairs", 101, 400), ("pairs", 102, 400), ("separate", 101, 400), ("separate", 103, 300),
    ("boxes", 101, 50)]
JUDGED = [("strings of 5", seed, 200) for seed in (201, 202, 203)] + [
    ("pairs", 201, 400), ("separate", 202, 400)]

# As show_lattice.c has it.
ARC = np.dtype(
    [(name, np.int32) for name in ("from", "to", "count", "left", "right", "whole", "cuts")]
    + [(name, np.float32) for name in ("cost", "shape", "width", "aspect", "top", "digit",
                                       "other", "one", "all", "pair", "parts")])

# What is weighed, and its weight before anything was fitted. Slices:
SLICES = {"top": 1.0, "digit": 1.0, "other": 1.0, "pair": 1.0, "one": 0.0, "aspect": 1.0,
          "cuts": 0.4, "width": 0.0, "width^2": 0.0}
SLICES.update({f"a {digit}": 0.0 for digit in range(10)})
# ... and pairs:
PAIRS = {"pair, whole": -1.5, "pair, part": -1.0, "doubt, whole": 2.0, "doubt, part": 2.0,
         "parts": 0.2, "pair's width^2": 0.0}
NAMES = list(SLICES) + list(PAIRS)
BY_HAND = np.array(list(SLICES.values()) + list(PAIRS.values()))

ROUNDS = 2        # each is pulled towards what the one before found
PULL = 1.0        # what a difference of one costs
HOPELESS = 0.002  # rows less likely than this do not count
KEEP = 16        # as read/decode.c


@dataclass
class Lattice:
    """All ways to read a line."""

    kind: str
    truth: npt.NDArray[np.int64]
    places: int
    ends: npt.NDArray[np.int64]  # (edges, 5): from, to, digits, left, right
    fixed: Floats                # (edges,): what is not fitted
    known: Floats                # (edges, weights)

    def costs(self, weights: Floats) -> Floats:
        return self.fixed + self.known @ weights


def doubt(probability: Any) -> Any:
    return -np.log(np.maximum(probability, 1e-6))


def column(name: str) -> int:
    return NAMES.index(name)


def lattice(kind: str, digits: str, places: int, edges: Any) -> Lattice:
    known = np.zeros((len(edges), len(NAMES)))
    a_slice = (edges["count"] == 1) & (edges["whole"] == 0)
    a_pair = edges["count"] == 2
    broad = a_slice & (edges["left"] != 1)
    for name, value in (("top", doubt(edges["top"])), ("digit", doubt(edges["digit"])),
                        ("other", doubt(1 - edges["other"])), ("pair", doubt(1 - edges["all"])),
                        ("one", doubt(edges["one"])), ("aspect", edges["aspect"]),
                        ("cuts", edges["cuts"])):
        known[a_slice, column(name)] = value[a_slice]
    known[broad, column("width")] = edges["width"][broad]
    known[broad, column("width^2")] = edges["width"][broad] ** 2
    known[a_slice, column("a 0") + edges["left"][a_slice]] = 1
    for name, these in (("whole", a_pair & (edges["whole"] == 1)),
                        ("part", a_pair & (edges["whole"] == 0))):
        known[these, column(f"pair, {name}")] = 1
        known[these, column(f"doubt, {name}")] = doubt(edges["pair"][these])
    known[a_pair, column("parts")] = edges["parts"][a_pair]
    known[a_pair, column("pair's width^2")] = edges["width"][a_pair] ** 2
    fixed = np.where(a_slice | a_pair, edges["shape"], edges["cost"]).astype(np.float64)
    ends = np.stack([edges[n] for n in ("from", "to", "count", "left", "right")], 1)
    truth = np.array([int(digit) for digit in digits], np.int64)
    return Lattice(kind, truth, places, ends.astype(np.int64), fixed, known)


def list_edges(program: Path, digits: pages.Digits, wanted: list[tuple[str, int, int]],
              ) -> list[Lattice]:
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as shower:
        assert shower.stdin and shower.stdout
        found = []
        for kind, seed, count in wanted:
            for index in range(count):
                drawn = pages.draw(kind, digits, seed, index)
                height, width = drawn.pixels.shape[:2]
                shower.stdin.write(np.array([width, height], np.int32).tobytes())
                shower.stdin.write(np.ascontiguousarray(drawn.pixels).tobytes())
                shower.stdin.flush()
                places, edges = np.frombuffer(shower.stdout.read(8), np.int32)
                data = shower.stdout.read(int(edges) * ARC.itemsize)
                if edges:
                    found.append(lattice(kind, drawn.digits, int(places),
                                         np.frombuffer(data, ARC)))
        shower.stdin.close()
    return found


# ---- Likelihoods ------------------------------------------------------------


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def plus(a: float, b: float) -> float:
    """log(exp(a) + exp(b))"""
    if a == -np.inf or b == -np.inf:
        return max(a, b)
    return max(a, b) + np.log1p(np.exp(-abs(a - b)))


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def fits(edge: Any, truth: Any, at: int) -> bool:
    """Are the edge's digits those of the truth from there on?"""
    if at + edge[2] > len(truth):
        return False
    return (edge[2] < 1 or truth[at] == edge[3]) and (edge[2] < 2 or truth[at + 1] == edge[4])


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def likelihood(places: int, ends: Any, costs: Any, truth: Any, slope: Any) -> float:
    """-log of how likely the truth is, and its derivative by each edge's cost into slope; -1 if
    it is no way. Forwards and backwards through all ways, and through those that are true."""
    most = len(truth)
    ahead, behind = np.full(places + 1, -np.inf), np.full(places + 1, -np.inf)
    true_ahead = np.full((places + 1, most + 1), -np.inf)
    true_behind = np.full((places + 1, most + 1), -np.inf)
    ahead[0] = behind[places] = true_ahead[0, 0] = true_behind[places, most] = 0.0
    for i in range(len(costs)):
        edge = ends[i]
        ahead[edge[1]] = plus(ahead[edge[1]], ahead[edge[0]] - costs[i])
        for k in range(most + 1):
            if fits(edge, truth, k):
                true_ahead[edge[1], k + edge[2]] = plus(true_ahead[edge[1], k + edge[2]],
                                                      true_ahead[edge[0], k] - costs[i])
    for i in range(len(costs) - 1, -1, -1):
        edge = ends[i]
        behind[edge[0]] = plus(behind[edge[0]], behind[edge[1]] - costs[i])
        for k in range(most + 1):
            if fits(edge, truth, k):
                true_behind[edge[0], k] = plus(true_behind[edge[0], k],
                                              true_behind[edge[1], k + edge[2]] - costs[i])
    total, true = ahead[places], true_ahead[places, most]
    slope[:] = 0.0
    if true == -np.inf:
        return -1.0
    for i in range(len(costs)):
        edge = ends[i]
        slope[i] = -np.exp(ahead[edge[0]] - costs[i] + behind[edge[1]] - total)
        for k in range(most + 1):
            if fits(edge, truth, k):
                slope[i] += np.exp(true_ahead[edge[0], k] - costs[i]
                                   + true_behind[edge[1], k + edge[2]] - true)
    return float(total - true)


def fit(lattices: list[Lattice], start: Floats) -> Floats:
    def loss(weights: Floats) -> tuple[float, Floats]:
        off = weights - start
        value, slope = PULL * float(off @ off), 2 * PULL * off
        for one in lattices:
            by_cost = np.zeros(len(one.fixed))
            unlikely = likelihood(one.places, one.ends, one.costs(weights), one.truth, by_cost)
            if unlikely < 0:
                continue
            share = np.exp(-unlikely)
            value -= float(np.log(share + HOPELESS))
            slope += share / (share + HOPELESS) * (by_cost @ one.known)
        return value, slope

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80})
    print(f"loss {loss(start)[0]:.1f} before, {found.fun:.1f} fitted")
    return np.asarray(found.x)


# ---- How many are right --------------------------------------------------------


def best_row(one: Lattice, weights: Floats) -> list[int]:
    """The likeliest row of digits, as read/decode.c finds it."""
    costs = one.costs(weights)
    rows: list[dict[tuple[int, ...], float]] = [{} for _ in range(one.places + 1)]
    rows[0] = {(): 0.0}
    for (start, end, count, left, right), cost in zip(one.ends.tolist(), costs.tolist()):
        if len(rows[start]) > KEEP:
            rows[start] = dict(sorted(rows[start].items(), key=lambda row: row[1])[:KEEP])
        into = rows[end]
        for row, before in rows[start].items():
            longer = row + (left, right)[:count]
            now = before + cost
            into[longer] = -float(np.logaddexp(-into[longer], -now)) if longer in into else now
    return list(min(rows[-1], key=lambda row: rows[-1][row]))


def report(name: str, lattices: list[Lattice], weights: Floats) -> None:
    line = []
    for kind in dict.fromkeys(one.kind for one in lattices):
        right = [best_row(one, weights) == one.truth.tolist()
                 for one in lattices if one.kind == kind]
        line.append(f"{kind} {np.mean(right):.1%}")
    print(f"{name:16}", ", ".join(line), flush=True)


def worth_more(weights: Floats, much: float) -> Floats:
    """Each digit in slices or pairs is worth so much more."""
    more = weights.copy()
    more[column("a 0"):column("a 0") + 10] -= much
    more[[column("pair, whole"), column("pair, part")]] -= 2 * much
    return more


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path, help="build folder, for show_lattice")
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    options = parser.parse_args()
    program = options.build / "tests/accuracy/show_lattice"
    digits = pages.Digits(options.data, "train")
    judged = list_edges(program, digits, JUDGED)
    report("by hand", judged, BY_HAND)
    fitted, weights = list_edges(program, digits, FITTED), BY_HAND
    for _ in range(ROUNDS):
        weights = fit(fitted, weights)
    for much in (-0.5, 0, 0.25, 0.5, 0.75, 1):
        report(f"fitted {much:+}", judged, worth_more(weights, much))
    for name, weight in zip(NAMES, weights):
        print(f"{name:16} {weight:6.2f}")


if __name__ == "__main__":
    main()
