#!/usr/bin/env python3
"""Fit the decoder's weights, and write libdigit/read/weights.c.

    fit_weights.py BUILD --data DIR [--write FILE]      ten minutes

Draws strings, pairs and fields from training digits 50,001 to 60,000 (pages.py), has
BUILD/tests/accuracy/show_lattice list the edges of their lattices, and fits the weights of a
conditional random field (Lafferty, McCallum and Pereira, ICML 2001) by L-BFGS, so that the true
strings of digits become likely. The weights are regularised towards those set by hand, then
towards those of the round before. The cost of a pair's halves depends on the weights in the
library: build with the new ones and fit again until they stay the same.

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

# (kind, seed, pictures): to fit to, and to choose WORTH_MORE by.
FITTED = [("strings of 5", seed, 200) for seed in range(101, 109)] + [
    ("pairs", 101, 400), ("pairs", 102, 400), ("separate", 101, 400), ("separate", 103, 300),
    ("boxes", 101, 50)]
COMPARED = [("strings of 5", seed, 200) for seed in (201, 202, 203)] + [
    ("pairs", 201, 400), ("separate", 202, 400)]

# shown_edge in show_lattice.c.
EDGE = np.dtype(
    [(name, np.int32) for name in ("from", "to", "count", "left", "right", "whole", "cuts")]
    + [(name, np.float32) for name in ("cost", "fixed", "width", "aspect", "top", "digit",
                                       "other", "one", "all", "pair", "halves")])

# Features, and their weights by hand: of parts of a cluster as one digit,
PARTS = {"top": 1.0, "digit": 1.0, "other": 1.0, "pair": 1.0, "one": 0.0, "aspect": 1.0,
          "cuts": 0.4, "width": 0.0, "width^2": 0.0}
PARTS.update({f"a {digit}": 0.0 for digit in range(10)})
# and of two digits, all of a cluster or a part of one.
PAIRS = {"pair, whole": -1.5, "pair, part": -1.0, "doubt, whole": 2.0, "doubt, part": 2.0,
         "halves": 0.2, "pair's width^2": 0.0}
NAMES = list(PARTS) + list(PAIRS)
BY_HAND = np.array(list(PARTS.values()) + list(PAIRS.values()))

ROUNDS = 2        # each regularised towards the one before
STRENGTH = 1.0    # of the L2 regularisation
HOPELESS = 0.002  # strings less likely than this do not count
BEAM = 16         # read/decode.c's
WORTH_MORE = 0.5  # nats that each digit of a part or pair gains; of -0.5 to 1, best on COMPARED


@dataclass
class Lattice:
    """The edges of a line's lattice, and the true string."""

    kind: str
    truth: npt.NDArray[np.int64]
    places: int
    ends: npt.NDArray[np.int64]  # (edges, 5): from, to, digits, left, right
    fixed: Floats                # (edges,): costs without weights
    features: Floats             # (edges, weights)

    def costs(self, weights: Floats) -> Floats:
        return self.fixed + self.features @ weights


def doubt(probability: Any) -> Any:
    return -np.log(np.maximum(probability, 1e-6))


def column(name: str) -> int:
    return NAMES.index(name)


def lattice(kind: str, digits: str, places: int, edges: Any) -> Lattice:
    features = np.zeros((len(edges), len(NAMES)))
    part = (edges["count"] == 1) & (edges["whole"] == 0)
    pair = edges["count"] == 2
    wide = part & (edges["left"] != 1)
    for name, value in (("top", doubt(edges["top"])), ("digit", doubt(edges["digit"])),
                        ("other", doubt(1 - edges["other"])), ("pair", doubt(1 - edges["all"])),
                        ("one", doubt(edges["one"])), ("aspect", edges["aspect"]),
                        ("cuts", edges["cuts"])):
        features[part, column(name)] = value[part]
    features[wide, column("width")] = edges["width"][wide]
    features[wide, column("width^2")] = edges["width"][wide] ** 2
    features[part, column("a 0") + edges["left"][part]] = 1
    for name, these in (("whole", pair & (edges["whole"] == 1)),
                        ("part", pair & (edges["whole"] == 0))):
        features[these, column(f"pair, {name}")] = 1
        features[these, column(f"doubt, {name}")] = doubt(edges["pair"][these])
    features[pair, column("halves")] = edges["halves"][pair]
    features[pair, column("pair's width^2")] = edges["width"][pair] ** 2
    fixed = np.where(part | pair, edges["fixed"], edges["cost"]).astype(np.float64)
    ends = np.stack([edges[n] for n in ("from", "to", "count", "left", "right")], 1)
    truth = np.array([int(digit) for digit in digits], np.int64)
    return Lattice(kind, truth, places, ends.astype(np.int64), fixed, features)


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
                data = shower.stdout.read(int(edges) * EDGE.itemsize)
                if edges:
                    found.append(lattice(kind, drawn.digits, int(places),
                                         np.frombuffer(data, EDGE)))
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
    """Are the edge's digits those of the truth from `at` on?"""
    if at + edge[2] > len(truth):
        return False
    return (edge[2] < 1 or truth[at] == edge[3]) and (edge[2] < 2 or truth[at + 1] == edge[4])


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def likelihood(places: int, ends: Any, costs: Any, truth: Any, slope: Any) -> float:
    """-log of the truth's posterior probability, -1 if no path has its digits. slope[edges]
    becomes the derivative by the edges' costs. Forward and backward sums over all paths, and over
    those with the true digits."""
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
        value, slope = STRENGTH * float(off @ off), 2 * STRENGTH * off
        for one in lattices:
            by_cost = np.zeros(len(one.fixed))
            unlikely = likelihood(one.places, one.ends, one.costs(weights), one.truth, by_cost)
            if unlikely < 0:
                continue
            share = np.exp(-unlikely)
            value -= float(np.log(share + HOPELESS))
            slope += share / (share + HOPELESS) * (by_cost @ one.features)
        return value, slope

    found = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": 80})
    print(f"loss {loss(start)[0]:.1f} before, {found.fun:.1f} fitted")
    return np.asarray(found.x)


# ---- How many are right --------------------------------------------------------


def best_string(one: Lattice, weights: Floats) -> list[int]:
    """The likeliest string of digits, as read/decode.c finds it."""
    costs = one.costs(weights)
    strings: list[dict[tuple[int, ...], float]] = [{} for _ in range(one.places + 1)]
    strings[0] = {(): 0.0}
    for (start, end, count, left, right), cost in zip(one.ends.tolist(), costs.tolist()):
        if len(strings[start]) > BEAM:
            strings[start] = dict(sorted(strings[start].items(), key=lambda item: item[1])[:BEAM])
        into = strings[end]
        for string, before in strings[start].items():
            longer = string + (left, right)[:count]
            now = before + cost
            into[longer] = -float(np.logaddexp(-into[longer], -now)) if longer in into else now
    return list(min(strings[-1], key=lambda string: strings[-1][string]))


def report(name: str, lattices: list[Lattice], weights: Floats) -> None:
    line = []
    for kind in dict.fromkeys(one.kind for one in lattices):
        right = [best_string(one, weights) == one.truth.tolist()
                 for one in lattices if one.kind == kind]
        line.append(f"{kind} {np.mean(right):.1%}")
    print(f"{name:16}", ", ".join(line), flush=True)


def worth_more(weights: Floats, much: float) -> Floats:
    """Each digit of a part or pair costs so much less."""
    more = weights.copy()
    more[column("a 0"):column("a 0") + 10] -= much
    more[[column("pair, whole"), column("pair, part")]] -= 2 * much
    return more


# ---- read/weights.c ------------------------------------------------------------


def members(weights: Floats) -> dict[str, Any]:
    """dg_weights: a square of a difference from the usual width, not a polynomial of the width."""
    w = dict(zip(NAMES, weights))
    width = -w["width"] / (2 * w["width^2"])
    worth = [-w[f"a {digit}"] + (digit != 1) * w["width^2"] * width ** 2 for digit in range(10)]
    doubts = {f"part.{name}": w[name]
              for name in ("top", "digit", "other", "pair", "one", "aspect")}
    return {**doubts, "part_worth": worth, "part_width": width, "part_wide": w["width^2"],
            "cut": w["cuts"], "pair_worth": -w["pair, whole"],
            "pair_part_worth": -w["pair, part"], "pair_doubt": w["doubt, whole"],
            "pair_part_doubt": w["doubt, part"], "pair_wide": w["pair's width^2"],
            "pair_halves": w["halves"]}


def literal(value: Any) -> str:
    if isinstance(value, list):
        return "{" + ", ".join(map(literal, value)) + "}"
    return f"{value:.2f}"


def weights_text(values: dict[str, Any]) -> str:
    return "\n".join([
        "/* Written by tests/accuracy/fit_weights.py BUILD --data MNIST --write FILE: "
        "not to be edited. */",
        '#include "read/weights.h"', "", "const dg_weights dg_weights_fitted = {",
        *(f"    .{name} = {literal(value)}," for name, value in values.items()), "};", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", type=Path, help="build folder, for show_lattice")
    parser.add_argument("--data", type=Path, required=True, help="folder of MNIST's files")
    parser.add_argument("--write", type=Path, help="libdigit/read/weights.c, or another file")
    options = parser.parse_args()
    program = options.build / "tests/accuracy/show_lattice"
    digits = pages.Digits(options.data, "train")
    compared = list_edges(program, digits, COMPARED)
    report("by hand", compared, BY_HAND)
    fitted, weights = list_edges(program, digits, FITTED), BY_HAND
    for _ in range(ROUNDS):
        weights = fit(fitted, weights)
    for much in (-0.5, 0, 0.25, 0.5, 0.75, 1):
        report(f"fitted {much:+}", compared, worth_more(weights, much))
    text = weights_text(members(worth_more(weights, WORTH_MORE)))
    print(text)
    if options.write:
        options.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
