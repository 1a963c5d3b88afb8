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
    code, _ = [b.text for b in pages.blocks(DOCS / "reading.md") if b.language == "c"]
    (tmp_path / "read.c").write_text(READING.replace("@CODE@", code))
    pages.type_in("cc -Wall -Wextra -Werror read.c $(pkg-config --cflags --libs libdigit)", "",
                  tmp_path, environment)
    pages.type_in("./a.out", "1\n", tmp_path, environment)


FIELDS = r"""
#include <digit/digit.h>
#include <stdio.h>
@CODE@
int main(void)
{
    static unsigned char paper[120][640];
    digit_image image = { paper, 640, 640, 120, DIGIT_PIXEL_GRAY8, DIGIT_INK_LIGHT };
    digit_model *model;
    for (int y = 40; y < 80; y++)
        paper[y][100] = paper[y][101] = paper[y][102] = paper[y][103] = 255;
    if (digit_model_load_pretrained(&model) != DIGIT_OK || read_form(model, &image) != 0)
        return 1;
    digit_model_free(model);
}
"""


def test_fields_of_reading(tmp_path: Path, environment: dict[str, str]) -> None:
    """docs/reading.md: a card number of one digit is not valid, and a date is missing."""
    _, code = [b.text for b in pages.blocks(DOCS / "reading.md") if b.language == "c"]
    (tmp_path / "fields.c").write_text(FIELDS.replace("@CODE@", code))
    pages.type_in("cc -Wall -Wextra -Werror fields.c $(pkg-config --cflags --libs libdigit)", "",
                  tmp_path, environment)
    pages.type_in("./a.out", "1 0.00 look at it\n 0.00 look at it\n", tmp_path, environment)


TRAINING = r"""
#include <digit/digit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MPI_FLOAT 0
#define MPI_COMM_WORLD 0

/* One rank: what all have is what it has. */
static void MPI_Allgather(const void *mine, size_t count, int type, void *all, size_t each,
                          int type_of_all, int world)
{
    if (type == type_of_all && world == MPI_COMM_WORLD && count == each)
        memcpy(all, mine, count * sizeof(float));
}

static float *room_for(size_t count)
{
    static float *room;
    return room = realloc(room, count * sizeof *room);
}

static void add(float *sums, const float *more, size_t count)
{
    for (size_t i = 0; i < count; i++)
        sums[i] += more[i];
}

@FUNCTION@

int main(void)
{
    static unsigned char samples[64][DIGIT_SAMPLE_BYTES], labels[64];
    const uint32_t rank = 0, ranks = 1;
    digit_train_options options;
    digit_model *model;
    digit_dataset *dataset;
    for (int i = 0; i < 64; i++)
        samples[i][(labels[i] = (unsigned char)(i % 10)) * 60] = 255;
    digit_train_options_init(&options, sizeof options);
    if (digit_model_load_pretrained(&model) != DIGIT_OK ||
        digit_dataset_create(samples[0], labels, 64, &dataset) != DIGIT_OK)
        return 1;
    options.epochs = 1;
    @CODE@
    puts(digit_last_error());
    digit_dataset_free(dataset);
    digit_model_free(model);
}
"""


def test_c_of_distributed_training(tmp_path: Path, environment: dict[str, str]) -> None:
    """docs/distributed-training.md, on one rank, with a stand-in for MPI."""
    [code] = [b.text for b in pages.blocks(DOCS / "distributed-training.md") if b.language == "c"]
    function, blank, rest = code.partition("\n\n")
    assert blank
    program = TRAINING.replace("@FUNCTION@", function).replace("@CODE@", rest)
    (tmp_path / "train.c").write_text(program)
    pages.type_in("cc -Wall -Werror train.c $(pkg-config --cflags --libs libdigit)", "",
                  tmp_path, environment)
    pages.type_in("./a.out", "\n", tmp_path, environment)
