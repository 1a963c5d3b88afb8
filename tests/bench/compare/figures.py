"""The raw results by work, peer and round."""
from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any


@dataclass
class Spread:
    median: float
    low: float
    high: float
    count: int


def spread(numbers: list[float]) -> Spread | None:
    if not numbers:
        return None
    return Spread(median(numbers), min(numbers), max(numbers), len(numbers))


class Figures:
    def __init__(self, results: list[dict[str, Any]]) -> None:
        self.by_key: dict[str, dict[str, dict[int, dict[str, float]]]] = {}
        for r in results:
            whos = self.by_key.setdefault(r["key"], {})
            whos.setdefault(r["who"], {})[r["round"]] = r["values"]

    def who(self, key: str) -> list[str]:
        return list(self.by_key.get(key, {}))

    def rounds(self, key: str, who: str, name: str = "value") -> dict[int, float]:
        values = self.by_key.get(key, {}).get(who, {})
        return {number: v[name] for number, v in values.items() if name in v}

    def spread(self, key: str, who: str = "libdigit", name: str = "value") -> Spread | None:
        return spread(list(self.rounds(key, who, name).values()))

    def names(self, key: str, who: str = "libdigit") -> list[str]:
        values = self.by_key.get(key, {}).get(who, {})
        return list(next(iter(values.values()), {}))

    def ratio(self, top: tuple[str, str], bottom: tuple[str, str]) -> Spread | None:
        """Of two (key, who), round by round: neighbours in time."""
        tops, bottoms = self.rounds(*top), self.rounds(*bottom)
        return spread([tops[r] / bottoms[r] for r in tops if r in bottoms])

    def times_faster(self, key: str, peer: str, us: str = "libdigit") -> Spread | None:
        """Rates say it directly, times the other way round."""
        ours, theirs = (key, us), (key, peer)
        return (self.ratio(ours, theirs) if key.startswith("bulk") else
                self.ratio(theirs, ours))

    def fastest(self, key: str, peer: str) -> str | None:
        """The variant of a peer with the best median."""
        found = [(s.median, who) for who in self.who(key)
                 if who.split(":")[0] == peer and (s := self.spread(key, who))]
        if not found:
            return None
        return (max if key.startswith("bulk") else min)(found)[1]

    def flatness(self, threads: int) -> Spread | None:
        """Dearest size of a batch over the cheapest, each by its median over the rounds; the range
        is that of single rounds."""
        key = f"predict-bulk @{threads}"
        rounds = [[v for name, v in values.items() if name.startswith("predict bulk")]
                  for values in self.by_key.get(key, {}).get("libdigit", {}).values()]
        if not rounds or not rounds[0]:
            return None
        costs = [median(size) for size in zip(*rounds)]
        single = [max(r) / min(r) for r in rounds]
        return Spread(max(costs) / min(costs), min(single), max(single), len(rounds))
