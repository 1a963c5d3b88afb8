"""Do all networks give the same answers? Asked before anything is timed."""
from __future__ import annotations

import array
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from .measure import Failed, peer_command, run
from .places import Places, say
from .plan import PREDICT, Task, split

MOST = 1e-4  # between probabilities, f32
MOST_HALF = 0.25  # bf16: eight bits of mantissa; doubtful pictures may move that far
DIFFERENT_HALF = 0.002  # of the pictures, bf16

CLASSES = 10


@dataclass
class Agreement:
    difference: float  # the largest between two probabilities
    other_digits: int  # pictures with another answer, ties left out
    agrees: bool


def read_raw(path: Path) -> array.array[float]:
    numbers = array.array("f")
    numbers.frombytes(path.read_bytes())
    return numbers


def read_npy(path: Path) -> array.array[float]:
    """float32 in C order, as the workers write it."""
    data = path.read_bytes()
    numbers = array.array("f")
    numbers.frombytes(data[10 + int.from_bytes(data[8:10], "little"):])
    return numbers


def compare(ours: array.array[float], theirs: array.array[float], half: bool) -> Agreement:
    if len(ours) != len(theirs):
        return Agreement(1.0, len(ours) // CLASSES, False)
    difference = max(abs(a - b) for a, b in zip(ours, theirs))
    others = 0
    for i in range(0, len(ours), CLASSES):
        mine, yours = ours[i:i + CLASSES], theirs[i:i + CLASSES]
        digit, other = (max(range(CLASSES), key=p.__getitem__) for p in (mine, yours))
        if digit != other and mine[digit] - mine[other] > 2 * MOST:
            others += 1
    if half:
        agrees = difference <= MOST_HALF and others <= DIFFERENT_HALF * len(ours) / CLASSES
    else:
        agrees = difference <= MOST and others == 0
    return Agreement(difference, others, agrees)


def check(who: str, ours: array.array[float], places: Places) -> Agreement | None:
    peer, variant = split(who)
    path = places.work / f"answers-{peer}-{variant}.npy"
    command = peer_command(Task(peer, variant, "answers", 2), places, False)
    try:
        run([*command, "--output", str(path)], places.environment(), 2)
    except Failed as error:
        places.skip(who, f"gives no answers: {error}")
        return None
    return compare(ours, read_npy(path), variant == "bf16")


def check_all(places: Places, wanted: set[str]) -> dict[str, Any]:
    """Who disagrees is named and not timed."""
    ours_at = places.work / "answers-libdigit.raw"
    run([places.program("answers"), str(ours_at)], places.environment(), 2)
    ours = read_raw(ours_at)
    found: dict[str, Any] = {}
    for who in PREDICT:
        if who in places.skipped or who.split(":")[0] in places.skipped or who not in wanted:
            continue
        if who == "libdigit" or who == "sklearn":
            continue
        if who == "libdigit-v3":
            path = places.work / "answers-libdigit-v3.raw"
            run([places.program("answers", who), str(path)],
                {**places.environment(), "OPENBLAS_CORETYPE": "Haswell"}, 2)
            result: Agreement | None = compare(ours, read_raw(path), False)
        else:
            result = check(who, ours, places)
        if result is None:
            continue
        found[who] = asdict(result)
        say(f"{who}: largest difference {result.difference:.1e}, "
            f"{result.other_digits} other digits")
        if not result.agrees:
            places.skip(who, f"disagrees: a probability differs by {result.difference:.1e}, "
                             f"{result.other_digits} digits differ")
    return found
