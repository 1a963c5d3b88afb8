/* draw.h - bars and samples as text. */
#ifndef EXAMPLES_DRAW_H
#define EXAMPLES_DRAW_H

#include <digit/digit.h>
#include <stdint.h>
#include <stdio.h>

/* `cells` characters wide, `fraction` of it filled; blocks where they can be shown. */
void draw_bar(FILE *stream, double fraction, int cells);

/* A sample, ink on a plain background, each line indented. */
void draw_sample(FILE *stream, const uint8_t sample[DIGIT_SAMPLE_BYTES], int indent);

#endif
