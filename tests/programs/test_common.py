"""What holds for every program: help, version, usage errors, streams."""
from __future__ import annotations

import re
import socket
import subprocess

import pytest

from conftest import SOURCE, complaint, environment, program, run

# The options strangers were promised.
OPTIONS = {
    "digit-train": """images labels strokes folder from validation-images validation-labels
        validation-strokes validation-split architecture epochs batch learning-rate schedule
        weight-decay augment label-smoothing average pull teacher teacher-share seed threads
        checkpoint checkpoint-interval resume history trained-on licence output json""".split(),
    "digit-eval": "model worst threads json".split(),
    "digit-predict": "model top json".split(),
    "digit-read": """model layout min-confidence length allow grid time-limit signs json csv hocr
        overlay threads""".split(),
}
PROGRAMS = sorted(OPTIONS)
FLAGS = ("json", "csv", "hocr", "resume", "signs")  # options without a value


@pytest.mark.parametrize("name", PROGRAMS)
def test_help(name: str) -> None:
    for option in ("--help", "-h"):
        result = run(name, option)
        assert (result.returncode, result.stderr) == (0, "")
        assert result.stdout.startswith(f"usage: {name} ")
        shown = set(re.findall(r"^  --([a-z-]+)", result.stdout, re.MULTILINE))
        assert shown == {*OPTIONS[name], "help", "version"}


@pytest.mark.parametrize("arguments", [["--nonsense"], ["--model", "no\nfile", "picture.png"]])
def test_a_message_is_one_write(arguments: list[str]) -> None:
    """So that what several processes say to one stream stays line by line."""
    reader, writer = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with reader, writer:
        subprocess.run([program("digit-read"), *arguments], env=environment(), stderr=writer,
                       stdout=subprocess.DEVNULL, timeout=300, check=False)
        reader.settimeout(10)
        message = reader.recv(4096)
    assert message.startswith(b"digit-read: ") and message.endswith(b"\n"), message


def test_help_shows_the_defaults_of_the_library() -> None:
    text = run("digit-train", "--help").stdout
    header = (SOURCE / "include/digit/digit.h").read_text()
    for option, member in (("epochs", "epochs"), ("batch", "batch"),
                           ("learning-rate", "learning_rate"), ("weight-decay", "weight_decay")):
        promised = re.search(rf"{member};.*?default ([0-9.]*[0-9])", header, re.DOTALL)
        shown = re.search(rf"--{option} .*\[(.*)\]", text)
        assert promised and shown and float(promised[1]) == float(shown[1]), option


@pytest.mark.parametrize("name", PROGRAMS)
def test_version(name: str) -> None:
    result = run(name, "--version")
    assert (result.returncode, result.stderr) == (0, "")
    assert re.match(rf"{name} \d+\.\d+\.\d+\n", result.stdout)


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("arguments, words", [
    (["--frobnicate"], ["--frobnicate", "try --help"]),
    (["--frobnicate=7"], ["--frobnicate", "try --help"]),
    (["-x"], ["-x", "try --help"]),
    (["--json=yes"], ["--json", "try --help"]),
    ([], ["try --help"]),
])
def test_usage_errors(name: str, arguments: list[str], words: list[str]) -> None:
    result = run(name, *arguments)
    complaint(result, 2, name, *words)
    assert result.stdout == ""


@pytest.mark.parametrize("name, option", [(name, option) for name in PROGRAMS
                                          for option in OPTIONS[name]
                                          if option not in FLAGS])
def test_option_without_its_value(name: str, option: str) -> None:
    complaint(run(name, f"--{option}"), 2, f"--{option}", "try --help")


NUMBERS = [("digit-train", option) for option in
           ("epochs", "batch", "learning-rate", "weight-decay", "augment", "label-smoothing",
            "average", "seed", "threads", "validation-split", "checkpoint-interval")]
NUMBERS += [("digit-eval", "worst"), ("digit-eval", "threads"), ("digit-predict", "top"),
            ("digit-read", "min-confidence"), ("digit-read", "length"), ("digit-read", "threads")]


@pytest.mark.parametrize("name, option", NUMBERS)
@pytest.mark.parametrize("text", ["", " 1", "1 ", "-1", "1x", "0x10", "nan", "inf", "1e999", "ten",
                                  "99999999999999999999999"])
def test_numbers_are_read_strictly(name: str, option: str, text: str) -> None:
    complaint(run(name, f"--{option}={text}"), 2, f"--{option}", "try --help")


@pytest.mark.parametrize("name", PROGRAMS)
def test_full_disk_behind_standard_output(name: str) -> None:
    with open("/dev/full", "w", encoding="ascii") as full:
        result = subprocess.run([program(name), "--help"], stdout=full, stderr=subprocess.PIPE,
                                encoding="utf-8", check=False)
    complaint(result, 1, name, "standard output")
