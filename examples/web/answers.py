"""What the model says of one digit: as a label, as a picture of what it saw, as JSON."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

import libdigit

NO_DIGIT = "No digit here"

_BLANK = 1  # of the flags of a prediction


@dataclass(frozen=True, eq=False)
class Answer:
    """What the model says of a picture of one digit.

    `digit` is None where there is none: no ink, or ink that is rather something else.
    """

    digit: int | None
    confidence: float
    probabilities: npt.NDArray[np.float32]  # [10], given that it is a digit
    other: float
    blank: bool
    sample: npt.NDArray[np.uint8]  # [28][28]


def recognise(model: libdigit.Model, picture: Any, ink: str = "auto") -> Answer:
    """The digit in a picture that shows one."""
    sample = model.normalize(picture, ink=ink)
    said = model.predict_full(sample[np.newaxis])[0]
    blank, other = bool(said["flags"] & _BLANK), float(said["other"])
    return Answer(
        digit=None if blank or other > 0.5 else int(said["digit"]),
        confidence=float(said["confidence"]),
        probabilities=said["probabilities"],
        other=other,
        blank=blank,
        sample=sample,
    )


def label(answer: Answer) -> str | dict[str, float]:
    """For `gradio.Label`: how likely each digit is, all things considered."""
    if answer.digit is None:
        return NO_DIGIT
    shares = (1 - answer.other) * answer.probabilities
    return {str(digit): float(share) for digit, share in enumerate(shares)}


def card(answer: Answer) -> str:
    """HTML: the sample, enlarged, and a sentence on what to make of the answer."""
    file = io.BytesIO()
    Image.fromarray(answer.sample).save(file, "PNG")
    source = base64.b64encode(file.getvalue()).decode()
    return (
        f'<figure class="sample"><img width="140" height="140" alt="The sample of 28 by 28 pixels"'
        f' src="data:image/png;base64,{source}"><figcaption><strong>What the network saw</strong>'
        f"<br>28 × 28 pixels<br>{_remark(answer)}</figcaption></figure>"
    )


def _remark(answer: Answer) -> str:
    if answer.blank:
        return "There is no ink."
    if answer.digit is None:
        return f"Rather something else: {answer.other:.0%}"
    return f"{answer.confidence:.1%} sure"


def as_json(answer: Answer) -> dict[str, Any]:
    """What `/predict` returns."""
    return {
        "digit": answer.digit,
        "confidence": answer.confidence,
        "probabilities": answer.probabilities.tolist(),
    }
