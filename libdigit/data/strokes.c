#include "data/strokes.h"

#include "base/mem.h"

#include <string.h>

dg_strokes *dg_strokes_create(size_t points, size_t strokes, size_t digits)
{
    dg_strokes *s = dg_alloc_zero(1, sizeof *s);
    if (!s)
        return NULL;
    s->points = dg_alloc(points, sizeof *s->points);
    s->stroke_first = dg_alloc_zero(strokes + 1, sizeof *s->stroke_first);
    s->digit_first = dg_alloc_zero(digits + 1, sizeof *s->digit_first);
    if (s->points && s->stroke_first && s->digit_first)
        return s;
    dg_strokes_free(s);
    return NULL;
}

void dg_strokes_free(dg_strokes *strokes)
{
    if (!strokes)
        return;
    dg_free(strokes->points);
    dg_free(strokes->stroke_first);
    dg_free(strokes->digit_first);
    dg_free(strokes);
}

void dg_strokes_append(dg_strokes *strokes, const dg_strokes *more)
{
    const uint32_t points = strokes->stroke_first[strokes->stroke_count];
    const uint32_t added = more->stroke_first[more->stroke_count];
    memcpy(strokes->points + points, more->points, added * sizeof *more->points);
    for (uint32_t i = 1; i <= more->stroke_count; i++)
        strokes->stroke_first[strokes->stroke_count + i] = points + more->stroke_first[i];
    for (uint32_t i = 1; i <= more->digit_count; i++)
        strokes->digit_first[strokes->digit_count + i] =
            strokes->stroke_count + more->digit_first[i];
    strokes->stroke_count += more->stroke_count;
    strokes->digit_count += more->digit_count;
}

void dg_strokes_draw(const dg_strokes *strokes, uint32_t digit, uint64_t seed, uint64_t name,
                     uint8_t out[DIGIT_SAMPLE_BYTES])
{
    const uint32_t first = strokes->digit_first[digit];
    dg_field field = {{{0}}};
    dg_rng rng;
    dg_rng_init(&rng, seed, DG_RNG_PEN, name);
    dg_pen_strokes(&rng, strokes->points, strokes->stroke_first + first,
                   strokes->digit_first[digit + 1] - first, &field);
    dg_field_frame(&field);
    dg_field_to_bytes(&field, out);
}
