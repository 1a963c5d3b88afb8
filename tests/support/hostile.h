/* hostile.h - pictures that are slow to read, or take much memory, each in its own way. */
#ifndef DIGIT_TEST_SUPPORT_HOSTILE_H
#define DIGIT_TEST_SUPPORT_HOSTILE_H

#include "canvas.h"

#include <digit/digit.h>

enum { HOSTILE_SQUARE, HOSTILE_WIDE, HOSTILE_HIGH, HOSTILE_ROW, HOSTILE_COLUMN };

/* The level of a pixel; *state is of a stream of random numbers. */
typedef uint8_t (*hostile_level_fn)(const canvas *c, int x, int y, uint32_t *state);

/* Either draws on white paper, or tells the level of each pixel. */
typedef struct hostile_picture {
    const char *name;
    void (*draw)(const canvas *c);
    hostile_level_fn level;
    uint32_t layout; /* to read it in: DIGIT_LAYOUT_... */
    int shape;       /* HOSTILE_... */
} hostile_picture;

extern const hostile_picture hostile_pictures[];
extern const size_t hostile_count;

/* A picture of about so many pixels, never more (HOSTILE_ROW, HOSTILE_COLUMN: of 65,535);
 * `pixels` is for free(), NULL if memory is short. */
canvas hostile_draw(const hostile_picture *picture, size_t pixels);

#endif
