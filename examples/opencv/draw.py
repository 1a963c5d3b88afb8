#!/usr/bin/env python3
"""A window to draw a digit in; the answer changes as one draws.

Needs NumPy, libdigit and OpenCV, 4 or 5 (pip install opencv-python). Each time the
mouse is let go, the answer is printed, too. Saved samples are what digit-train
--folder takes. examples/opencv/draw.cpp is the same in C++.
"""
from __future__ import annotations

import argparse
import json
import os
import resource
import sys
from pathlib import Path

import cv2
import numpy as np

import libdigit

TITLE = "libdigit: draw a digit"
KEYS = "c clear   + - pen   s save   0..9 save as that digit   q quit"
SIDE, PANEL, FOOT, MARGIN = 420, 270, 34, 20  # pixels of the window
PEN_LEAST, PEN_MOST, PEN_STEP = 4, 60, 4
SHOWN = 3
PAUSE = 15  # milliseconds
BLANK = 1  # DIGIT_FLAG_BLANK

# blue, green, red
INK, PALE, LINE, BACK = (60, 50, 40), (150, 140, 130), (215, 210, 205), (250, 247, 245)
SURE, UNSURE = (70, 140, 20), (40, 60, 210)


class Drawing:
    """Paper, pen, and what the mouse does to them."""

    def __init__(self, pen: int) -> None:
        self.pen = pen
        self.last: tuple[int, int] | None = None  # while the button is down
        self.clear()

    def clear(self) -> None:
        self.paper = np.full((SIDE, SIDE), 255, np.uint8)
        self.changed, self.finished = True, False

    def on_mouse(self, event: int, x: int, y: int, flags: int, _: object) -> None:
        if event == cv2.EVENT_LBUTTONDOWN and x < SIDE and y < SIDE:
            self.last = (x, y)
            self.draw_to((x, y))
        elif self.last and event == cv2.EVENT_MOUSEMOVE and flags & cv2.EVENT_FLAG_LBUTTON:
            self.draw_to((x, y))
        elif self.last:  # let go, perhaps outside of the window
            self.last = None
            self.changed = self.finished = True

    def draw_to(self, point: tuple[int, int]) -> None:
        assert self.last
        cv2.line(self.paper, self.last, point, (0,), self.pen, cv2.LINE_AA)
        self.last = point
        self.changed = True

    def thicken(self, step: int) -> None:
        self.pen = min(max(self.pen + step, PEN_LEAST), PEN_MOST)


class Answer:
    """The sample of a drawing, and what the model says of it."""

    def __init__(self, model: libdigit.Model, paper: np.ndarray) -> None:
        self.sample = model.normalize(paper, ink="dark")
        found = model.predict_full(self.sample[np.newaxis])[0]
        self.digit, self.confidence = int(found["digit"]), float(found["confidence"])
        self.other, self.probabilities = float(found["other"]), found["probabilities"]
        self.blank = bool(found["flags"] & BLANK)

    def print(self, as_json: bool) -> None:
        if as_json:
            line = json.dumps({"digit": self.digit, "blank": self.blank,
                               "confidence": self.confidence,
                               "probabilities": self.probabilities.astype(float).tolist()})
        else:
            line = "blank" if self.blank else f"{self.digit} ({100 * self.confidence:.1f} %)"
        print(line, flush=True)


def write(picture: np.ndarray, text: str, at: tuple[int, int], height: int,
          colour: tuple[int, int, int]) -> None:
    """`at` is the left end of the line the text stands on; `height` of a capital."""
    cv2.putText(picture, text, at, cv2.FONT_HERSHEY_SIMPLEX, height / 21, colour,
                max(1, height // 11), cv2.LINE_AA)


def paint_bars(picture: np.ndarray, answer: Answer, x: int, y: int) -> None:
    for digit in np.argsort(-answer.probabilities, kind="stable")[:SHOWN]:
        probability = float(answer.probabilities[digit])
        write(picture, str(digit), (x, y + 14), 13, INK)
        cv2.rectangle(picture, (x + 24, y), (x + 153, y + 13), LINE, cv2.FILLED)
        if round(130 * probability) > 0:
            cv2.rectangle(picture, (x + 24, y), (x + 23 + round(130 * probability), y + 13), SURE,
                          cv2.FILLED)
        write(picture, f"{100 * probability:.1f} %", (x + 164, y + 13), 10, INK)
        y += 26


def paint_answer(picture: np.ndarray, answer: Answer, x: int) -> None:
    write(picture, "Predicted digit", (x, 34), 12, PALE)
    if answer.blank:
        write(picture, "draw a digit", (x, 90), 18, PALE)
        return
    sure = answer.confidence >= 0.5
    colour = SURE if sure else UNSURE
    write(picture, str(answer.digit), (x, 122), 70, colour)
    write(picture, f"{100 * answer.confidence:.1f} %", (x + 84, 92), 15, colour)
    if not sure:
        write(picture, "no digit?" if answer.other > 0.5 else "not sure", (x + 84, 120), 12, colour)
    paint_bars(picture, answer, x, 150)


def paint(drawing: Drawing, answer: Answer, note: str) -> np.ndarray:
    picture = np.full((SIDE + FOOT, SIDE + PANEL, 3), BACK, np.uint8)
    picture[:SIDE, :SIDE] = drawing.paper[:, :, np.newaxis]
    cv2.line(picture, (SIDE, 0), (SIDE, SIDE), LINE)
    cv2.line(picture, (0, SIDE), (SIDE + PANEL, SIDE), LINE)
    write(picture, KEYS, (MARGIN, SIDE + 22), 11, INK)
    x = SIDE + MARGIN
    paint_answer(picture, answer, x)
    write(picture, "what the network sees", (x, 250), 10, PALE)
    sample = np.kron(answer.sample, np.ones((4, 4), np.uint8))
    picture[260:372, x:x + 112] = sample[:, :, np.newaxis]
    write(picture, "pen", (SIDE + PANEL - 54, 250), 10, PALE)
    cv2.circle(picture, (SIDE + PANEL - 40, 316), drawing.pen // 2, INK, cv2.FILLED, cv2.LINE_AA)
    write(picture, note, (x, 404), 10, INK)
    return picture


def save(sample: np.ndarray, folder: Path, digit: int) -> str:
    """In FOLDER/DIGIT/, under the first number that is free. Returns what to say of it."""
    png = cv2.imencode(".png", sample)[1].tobytes()
    try:
        (folder / str(digit)).mkdir(parents=True, exist_ok=True)
        for number in range(1, 100000):
            path = folder / str(digit) / f"{number:05}.png"
            try:
                with path.open("xb") as file:
                    file.write(png)
                return f"saved {digit}/{path.name}"
            except FileExistsError:
                continue
        raise FileExistsError(f"{folder / str(digit)}: full")
    except OSError as error:
        print(f"draw.py: {error}", file=sys.stderr)
        return "not saved: see the terminal"


def press(key: int, drawing: Drawing, answer: Answer, folder: Path) -> str | None:
    """What to say of it; None if there is nothing new to say."""
    letter = chr(key) if 0 <= key < 128 else ""
    if letter == "c":
        drawing.clear()
        return ""
    if letter and letter in "+=-_":
        drawing.thicken(PEN_STEP if letter in "+=" else -PEN_STEP)
    if (letter.isdigit() or letter == "s") and not answer.blank:
        return save(answer.sample, folder, int(letter) if letter.isdigit() else answer.digit)
    return None


def run(model: libdigit.Model, arguments: argparse.Namespace) -> None:
    drawing = Drawing(arguments.pen)
    answer, note = Answer(model, drawing.paper), ""
    cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
    cv2.resizeWindow(TITLE, SIDE + PANEL, SIDE + FOOT)
    cv2.setMouseCallback(TITLE, drawing.on_mouse)
    while True:
        cv2.imshow(TITLE, paint(drawing, answer, note))
        key = cv2.waitKey(PAUSE)
        if drawing.changed:
            answer = Answer(model, drawing.paper)
        if drawing.finished:
            answer.print(arguments.json)
        drawing.changed = drawing.finished = False
        if key in (ord("q"), 27) or cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1:
            return
        said = press(key, drawing, answer, arguments.output)
        note = note if said is None else said


def window_possible() -> bool:
    """It is a child process that tries: the toolkit behind OpenCV ends a program that has no
    display. A headless OpenCV raises an error."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        try:
            cv2.namedWindow("probe")
            os._exit(0)
        except BaseException:  # pylint: disable=broad-except
            os._exit(1)
    return os.waitpid(child, 0)[1] == 0


def pen(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not PEN_LEAST <= int(text) <= PEN_MOST:
        raise argparse.ArgumentTypeError(f"takes a whole number from {PEN_LEAST} to {PEN_MOST}")
    return int(text)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, epilog=f"Keys: {KEYS}")
    parser.add_argument("--model", type=Path, help="model to ask [the built-in one]")
    parser.add_argument("--output", type=Path, default=Path("drawn"), metavar="DIR",
                        help="where samples are saved, in folders 0 to 9 [drawn]")
    parser.add_argument("--pen", type=pen, default=26, metavar="N",
                        help="thickness of the pen, in pixels [26]")
    parser.add_argument("--json", action="store_true",
                        help="print answers as JSON, one object a line")
    arguments = parser.parse_args()
    try:
        if not window_possible():
            raise RuntimeError("no window can be opened: there is no display (DISPLAY is not set, "
                               "or leads nowhere), or this OpenCV is a headless one")
        model = libdigit.Model
        run(model.load(arguments.model) if arguments.model else model.pretrained(), arguments)
    except (libdigit.DigitError, OSError, RuntimeError, cv2.error) as error:
        print(f"draw.py: {error}", file=sys.stderr)
        sys.stdout = None  # type: ignore[assignment] # what could not be printed is lost
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
