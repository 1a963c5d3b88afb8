/* drawing.h - pictures for tests of the reader, drawn pixel by pixel. */
#ifndef DIGIT_TEST_DRAWING_H
#define DIGIT_TEST_DRAWING_H

#include "base/pool.h"
#include "vision/pixels.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static dg_pool no_workers;
static const dg_threads one_thread = {&no_workers, 1, NULL};

/* A plane of one level; free(plane.pixels). */
static inline dg_plane drawing(size_t width, size_t height, uint8_t level)
{
    dg_plane plane = {malloc(width * height), width, height};
    ck_assert_ptr_nonnull(plane.pixels);
    memset(plane.pixels, level, width * height);
    return plane;
}

/* Fill a rectangle; what lies outside of the plane is left out. */
static inline void draw_bar(const dg_plane *plane, int x, int y, int width, int height,
                            uint8_t level)
{
    for (int j = y; j < y + height; j++)
        for (int i = x; i < x + width; i++)
            if (i >= 0 && j >= 0 && i < (int)plane->width && j < (int)plane->height)
                plane->pixels[(size_t)j * plane->width + (size_t)i] = level;
}

/* A frame `pen` pixels wide, as a 0 of a seven-segment display. */
static inline void draw_ring(const dg_plane *plane, int x, int y, int width, int height, int pen,
                             uint8_t level)
{
    draw_bar(plane, x, y, width, pen, level);
    draw_bar(plane, x, y + height - pen, width, pen, level);
    draw_bar(plane, x, y, pen, height, level);
    draw_bar(plane, x + width - pen, y, pen, height, level);
}

/* A line that falls by `slope` pixels a pixel. */
static inline void draw_line(const dg_plane *plane, int from, int to, double y, double slope,
                             int thick, uint8_t level)
{
    for (int x = from; x <= to; x++)
        draw_bar(plane, x, (int)(y + slope * (x - from) + 0.5), 1, thick, level);
}

static inline uint8_t level_at(const dg_plane *plane, int x, int y)
{
    return plane->pixels[(size_t)y * plane->width + (size_t)x];
}

/* Noise of up to +-amount, the same on every machine. */
static inline void add_noise(const dg_plane *plane, int amount, uint32_t seed)
{
    for (size_t i = 0; i < plane->width * plane->height; i++) {
        seed = seed * 1664525u + 1013904223u;
        const int off = (int)((seed >> 8) % (2 * (uint32_t)amount + 1)) - amount;
        const int level = plane->pixels[i] + off;
        plane->pixels[i] = (uint8_t)(level < 0 ? 0 : level > 255 ? 255 : level);
    }
}

#endif
