"""The chart: four kinds of work, a bar for each library. Plain SVG, light and dark."""
from __future__ import annotations

from html import escape

from .figures import Figures
from .plan import NAMES

PANELS = [  # key, name of the figure, title, more is better
    ("train 128 @2", "value", "Training: seconds an epoch, batch 128, 2 threads", False),
    ("bulk @2", "value", "Bulk prediction: images a second, 2 threads", True),
    ("one @1", "value", "One image: microseconds, 1 thread", False),
    ("start @2", "start", "Process start to first answer: milliseconds", False),
]
LEFT_OUT = {"libdigit-v3", "sklearn"}

WIDTH, LABELS, VALUES = 760, 170, 80
BAR, GAP, TITLE, BETWEEN = 18, 6, 30, 22

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 14px }
.ours { fill: #1a7f5a } .theirs { fill: #9aa4af }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .ours { fill: #3fb983 } .theirs { fill: #5d6773 }
}
"""


def value_text(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def label(who: str) -> str:
    peer, _, variant = who.partition(":")
    text = NAMES[peer].split(" (")[0].split(" /")[0]
    return f"{text}, bf16" if variant == "bf16" else text


def entries(f: Figures, key: str, figure: str, more: bool) -> list[tuple[float, str]]:
    """One bar for a library (of several variants the fastest), and one for bf16."""
    best: dict[str, tuple[float, str]] = {}
    for who in f.who(key):
        found = f.spread(key, who, figure)
        if not found or who.split(":")[0] in LEFT_OUT:
            continue
        entry, text = (found.median, who), label(who)
        if text not in best or (entry > best[text]) == more:
            best[text] = entry
    return sorted(best.values(), reverse=more)


def panel(f: Figures, top: int, key: str, figure: str, title: str, more: bool) -> tuple[str, int]:
    bars = entries(f, key, figure, more)
    if not bars:
        return "", top
    better = "more is better" if more else "less is better"
    parts = [f'<text class="title" x="0" y="{top + 16}">{escape(title)} ({better})</text>']
    room, most = WIDTH - LABELS - VALUES, max(value for value, _ in bars)
    y = top + TITLE
    for value, who in bars:
        width = max(1.0, room * value / most)
        kind = "ours" if who == "libdigit" else "theirs"
        parts.append(f'<text x="{LABELS - 8}" y="{y + 14}" text-anchor="end">'
                     f'{escape(label(who))}</text>')
        parts.append(f'<rect class="{kind}" x="{LABELS}" y="{y}" width="{width:.1f}" '
                     f'height="{BAR}" rx="2"/>')
        parts.append(f'<text x="{LABELS + width + 6:.1f}" y="{y + 14}">{value_text(value)}</text>')
        y += BAR + GAP
    return "\n".join(parts), y + BETWEEN


def draw(f: Figures) -> str:
    body, y = [], 4
    for one in PANELS:
        text, y = panel(f, y, *one)
        body.append(text)
    height = max(y - BETWEEN, 20)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
            f'width="{WIDTH}" height="{height}" role="img">\n'
            f"<title>libdigit beside other libraries</title>\n<style>{STYLE}</style>\n"
            + "\n".join(body) + "\n</svg>\n")
