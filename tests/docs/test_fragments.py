"""Code in docs/ that is a part of a program: completed here, and run."""

from __future__ import annotations

from pathlib import Path

import pages
from conftest import DOCS

READING = r"""
#include <digit/digit.h>
#include <stdio.h>

int main(void)
{
    static unsigned char paper[60][40];
    digit_image image = { paper, 40, 40, 60, DIGIT_PIXEL_GRAY8, DIGIT_INK_LIGHT };
    digit_model *model;
    for (int y = 10; y < 50; y++)
        paper[y][19] = paper[y][20] = paper[y][21] = 255;
    if (digit_model_load_pretrained(&model) != DIGIT_OK)
        return 1;
    @CODE@
    digit_model_free(model);
}
"""


def test_c_of_reading(tmp_path: Path, environment: dict[str, str]) -> None:
    """docs/reading.md, shown a 1."""
    [code] = [b.text for b in pages.blocks(DOCS / "reading.md") if b.language == "c"]
    (tmp_path / "read.c").write_text(READING.replace("@CODE@", code))
    pages.type_in("cc -Wall -Wextra -Werror read.c $(pkg-config --cflags --libs libdigit)", "",
                  tmp_path, environment)
    pages.type_in("./a.out", "1\n", tmp_path, environment)
