/* canvas.h - white paper to draw black bars and strokes on. */
#ifndef DIGIT_TEST_SUPPORT_CANVAS_H
#define DIGIT_TEST_SUPPORT_CANVAS_H

#include <stddef.h>
#include <stdint.h>

typedef struct canvas {
    uint8_t *pixels; /* [height][width], white with black ink */
    int width, height;
} canvas;

static inline void dot(const canvas *c, int x, int y)
{
    if (x >= 0 && y >= 0 && x < c->width && y < c->height)
        c->pixels[(size_t)y * (size_t)c->width + (size_t)x] = 0;
}

/* The part of a bar that lies on the canvas. */
static inline void bar(const canvas *c, int x, int y, int width, int height)
{
    for (int j = y; j < y + height; j++)
        for (int i = x; i < x + width; i++)
            dot(c, i, j);
}

#endif
