"""Manual pages say what the programs say; bash completes their options."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SOURCE

PROGRAMS = ["digit-eval", "digit-predict", "digit-read", "digit-train"]
pytestmark = pytest.mark.skipif(shutil.which("scdoc") is None, reason="scdoc is not installed")


def page(prefix: Path, name: str, environment: dict[str, str]) -> str:
    """As `man` shows it."""
    [file] = (prefix / "share" / "man").rglob(name)
    shown = subprocess.run(["man", "--local-file", file], env=dict(environment, MANWIDTH="1000"),
                           capture_output=True, text=True, check=True)
    assert shown.stderr == "", shown.stderr
    return shown.stdout


def help_of(program: str, environment: dict[str, str]) -> str:
    return subprocess.run([program, "--help"], env=environment, capture_output=True, text=True,
                          check=True).stdout


def options_of_help(text: str) -> dict[str, bool]:
    """Option -> whether it takes a value."""
    found = re.findall(r"^  --([a-z-]+)(?: (\S+))?  +\S", text, flags=re.M)
    return {name: bool(value) for name, value in found}


@pytest.mark.parametrize("program", PROGRAMS)
def test_options_are_those_of_help(program: str, prefix: Path,
                                   environment: dict[str, str]) -> None:
    wanted = options_of_help(help_of(program, environment))
    shown = page(prefix, f"{program}.1", environment)
    listed = re.findall(r"^ {7}--([a-z-]+)(?:,? (\S+))?$", shown, flags=re.M)
    assert not re.search(r"^ {7}--.*_", shown, flags=re.M), "an underscore that is no markup"
    assert len(wanted) > 4
    assert {name: bool(value) and value != "-h" for name, value in listed} == wanted
    assert len(listed) == len(wanted), "an option stands twice"


@pytest.mark.parametrize("program", PROGRAMS)
def test_defaults_are_those_of_help(program: str, prefix: Path,
                                    environment: dict[str, str]) -> None:
    """Where both name a number, it is the same."""
    shown = page(prefix, f"{program}.1", environment)
    compared = 0
    for name, default in re.findall(r"^  --([a-z-]+) .*\[([\d.]+)\]$",
                                    help_of(program, environment), flags=re.M):
        text = shown.partition(f"\n       --{name} ")[2].partition("\n\n")[0]
        said = re.findall(r"\(([\d.]+)\)", text)
        assert said in ([], [default]), f"--{name}: {said}, not {default}"
        compared += len(said)
    assert compared or program == "digit-read"


def test_libdigit_names_every_function(prefix: Path, environment: dict[str, str]) -> None:
    shown = page(prefix, "libdigit.3", environment)
    functions = (SOURCE / "tests" / "abi" / "symbols.txt").read_text().split()
    assert set(functions) <= set(re.findall(r"digit_\w+(?=\(\))", shown))


def test_digit_names_every_command(environment: dict[str, str]) -> None:
    source = (SOURCE / "docs" / "man" / "digit.1.scd").read_text()
    subprocess.run(["scdoc"], input=source, text=True, capture_output=True, check=True)
    said = subprocess.run([sys.executable, "-m", "libdigit", "--help"], env=environment, text=True,
                          capture_output=True, check=True).stdout
    wanted = dict(re.findall(r"^    ([a-z]+) +(\S.*)$", said, flags=re.M))
    listed = re.findall(r"^\*([a-z]+)\*$", source.partition("# COMMANDS")[2], flags=re.M)
    assert len(wanted) > 5 and listed == list(wanted)


def complete(prefix: Path, environment: dict[str, str], line: list[str], folder: Path) -> list[str]:
    file = prefix / "share" / "bash-completion" / "completions" / line[0]
    words = " ".join(f"'{word}'" for word in line)
    script = (f"source '{file}'; COMP_WORDS=({words}); COMP_CWORD={len(line) - 1}; "
              f"_digit {line[0]}; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, text=True,
                          capture_output=True, check=True)
    assert done.stderr == ""
    return [reply for reply in done.stdout.split("\n") if reply]


@pytest.mark.parametrize("program", PROGRAMS)
def test_completion_knows_all_options(program: str, prefix: Path, environment: dict[str, str],
                                      tmp_path: Path) -> None:
    wanted = {f"--{name}" for name in options_of_help(help_of(program, environment))}
    assert set(complete(prefix, environment, [program, "--"], tmp_path)) == wanted


def test_completion_of_values(prefix: Path, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "page.png").touch()
    (tmp_path / "mine").mkdir()
    asked = {
        ("digit-read", "--layout", "p"): ["page"],
        ("digit-read", "pa"): ["page.png"],
        ("digit-train", "--folder", ""): ["mine"],
        ("digit-train", "--schedule", "co"): ["constant", "cosine"],
        ("digit-train", "--from", "b"): ["built-in"],
    }
    for line, wanted in asked.items():
        assert sorted(complete(prefix, environment, list(line), tmp_path)) == wanted, line
