"""What it ran on."""
from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

from .places import ROOT, Places
from .plan import WORKERS


def output(command: list[str]) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    except OSError:
        return ""
    return done.stdout.strip()


def processor() -> str:
    """Model and what tells kinds of the same name apart."""
    text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    fields = dict(re.findall(r"^([^\t:]+?)\s*: (.*)$", text.split("\n\n", 1)[0], re.MULTILINE))
    flags = set(fields.get("flags", "").split())
    sets = [name for flag, name in (("avx2", "AVX2"), ("avx512f", "AVX-512"),
                                    ("avx512_bf16", "AVX-512 BF16"), ("amx_tile", "AMX"))
            if flag in flags]
    numbers = "-".join(fields.get(k, "?") for k in ("cpu family", "model", "stepping"))
    name = fields.get("model name", platform.machine())
    return f"{name} (family-model-stepping {numbers}; {', '.join(sets) or 'no AVX2'})"


def steal() -> tuple[int, int]:
    """Ticks that the neighbours took, and all ticks, since the machine started."""
    first = Path("/proc/stat").read_text(encoding="ascii").split("\n")[0]
    ticks = [int(t) for t in first.split()[1:9]]
    return ticks[7], sum(ticks)


def versions(places: Places) -> dict[str, str]:
    found = {}
    for peer, (environment, _, package) in WORKERS.items():
        text = output([places.python(environment), "-m", "pip", "show", package])
        match = re.search(r"^Version: (.*)$", text, re.MULTILINE)
        if match:
            found[peer] = match[1]
    match = re.search(r"tesseract (\S+)", output(["tesseract", "--version"]))
    if match:
        found["tesseract"] = match[1]
    return found


def facts(places: Places) -> dict[str, Any]:
    meson = (ROOT / "meson.build").read_text(encoding="utf-8")
    version = re.search(r"version: '([^']+)'", meson)
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": output(["git", "describe", "--always", "--dirty", "--abbrev=12"]) or "unknown",
        "version": version[1] if version else "unknown",
        "processor": processor(),
        "processors": len(os.sched_getaffinity(0)),
        "load": round(os.getloadavg()[0], 2),
        "kernel": platform.release(),
        "system": platform.freedesktop_os_release().get("PRETTY_NAME", "unknown"),
        "compiler": output(["cc", "--version"]).split("\n")[0],
        "openblas": output(["pkg-config", "--modversion", "openblas"]) or "unknown",
        "python": platform.python_version(),
        "versions": versions(places),
    }
