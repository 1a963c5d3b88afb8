/* drawn.h - digits and signs as a ruler and a compass draw them: what any model reads. */
#ifndef DIGIT_TEST_DRAWN_H
#define DIGIT_TEST_DRAWN_H

#include "canvas.h"

#include <math.h>

/* A one, a zero or a seven in 24 x 40 pixels. */
static inline void draw_digit(const canvas *c, int digit, int x, int y)
{
    if (digit == 1)
        bar(c, x + 10, y, 5, 40);
    for (int step = 0; digit == 0 && step < 400; step++)
        bar(c, (int)(x + 10 + 10 * cos(step / 63.0)), (int)(y + 18 + 18 * sin(step / 63.0)), 4, 4);
    if (digit == 7)
        bar(c, x, y, 24, 4);
    for (int step = 0; digit == 7 && step < 40; step++)
        bar(c, x + 20 - step * 14 / 40, y + step, 5, 1);
}

/* Digits and signs in a row, with so many pixels from one to the next. */
static inline void draw_text(const canvas *c, const char *text, int x, int y, int pitch)
{
    for (; *text; text++, x += pitch) {
        if (*text >= '0' && *text <= '9')
            draw_digit(c, *text - '0', x, y);
        if (*text == '.')
            bar(c, x + 10, y + 34, 6, 6);
        for (int step = 0; *text == '/' && step < 52; step++)
            bar(c, x + 22 - step * 20 / 52, y - 6 + step, 5, 1);
        if (*text == '-')
            bar(c, x + 2, y + 19, 18, 5);
    }
}

#endif
