/* canvas.h - white paper to draw black bars on, for digit_model_read(). */
#ifndef DIGIT_TEST_CANVAS_H
#define DIGIT_TEST_CANVAS_H

#include "api.h"
#include "support/canvas.h"

static inline canvas blank(int width, int height)
{
    canvas c = {malloc((size_t)width * (size_t)height), width, height};
    ck_assert_ptr_nonnull(c.pixels);
    memset(c.pixels, 255, (size_t)width * (size_t)height);
    return c;
}

static inline digit_image image_of(const canvas *c)
{
    return (digit_image){c->pixels, c->width, (uint32_t)c->width, (uint32_t)c->height,
                         DIGIT_PIXEL_GRAY8, DIGIT_INK_AUTO};
}

static inline digit_read_options defaults(void)
{
    digit_read_options options;
    digit_read_options_init(&options, sizeof options);
    return options;
}

#endif
