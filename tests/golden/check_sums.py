"""The golden files are those that were made once: their SHA-256 is in SHA256SUMS.

usage: check_sums.py FOLDER
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

folder = Path(sys.argv[1])
wanted = {}
for line in (folder / 'SHA256SUMS').read_text(encoding='ascii').splitlines():
    digest, name = line.split()
    wanted[name] = digest
present = {path.name for pattern in ('v*.safetensors', 'v*.txt') for path in folder.glob(pattern)}
wrong = sorted(present ^ set(wanted)) + [
    name for name in sorted(present & set(wanted))
    if hashlib.sha256((folder / name).read_bytes()).hexdigest() != wanted[name]]
for name in wrong:
    print(f'golden: {name} is missing, unlisted or not what it was', file=sys.stderr)
sys.exit(1 if wrong or not wanted else 0)
