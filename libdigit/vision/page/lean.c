#include "vision/page/lean.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/geometry.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Writing that leans less, to either side, stays as it is: the tangent of 32 degrees. The networks
 * have learned from digits that lean, so that half of the lean is taken out (all of it: fewer are
 * right). */
#define LEAN_LEAST 0.62
#define PART       0.5

/* Borders that move further from row to row, in pixels, are those of horizontal strokes. */
#define STEP_MOST 4

/* What the borders of strokes lean, in pixels a row, added up. */
typedef struct borders {
    double sum;
    size_t count;
} borders;

static void add_border(borders *b, int32_t above, int32_t below)
{
    if (abs(above - below) > STEP_MOST)
        return;
    b->sum += above - below;
    b->count++;
}

/* Compare both ends of each run with those of the runs above it that it touches. */
static void add_component(borders *b, const dg_run *runs, uint32_t count)
{
    uint32_t above = 0; /* the first run that one of this row may touch */
    for (uint32_t i = 0; i < count; i++) {
        while (runs[above].y + 1 < runs[i].y ||
               (runs[above].y + 1 == runs[i].y && runs[above].end < runs[i].start))
            above++;
        for (uint32_t j = above; runs[j].y + 1 == runs[i].y && runs[j].start <= runs[i].end; j++) {
            add_border(b, runs[j].start, runs[i].start);
            add_border(b, runs[j].end, runs[i].end);
        }
    }
}

/* The mean over the components as high as digits, however many touch: round strokes lean to both
 * sides alike. */
static double measure(const dg_sheet *sheet)
{
    const dg_components *components = &sheet->components;
    borders b = {0, 0};
    for (size_t i = 0; i < components->count; i++) {
        const dg_component *component = &components->items[i];
        const double high = dg_component_height(component);
        if (high >= DG_DIGIT_LOW * sheet->digit_height &&
            high <= DG_DIGIT_HIGH * sheet->digit_height)
            add_component(&b, components->runs + component->first, component->count);
    }
    return b.count > 0 ? b.sum / (double)b.count : 0;
}

int32_t dg_lean_shift(const dg_sheet *sheet, int32_t y)
{
    const int32_t least = sheet->lean < 0 ? (int32_t)lround(sheet->lean * (double)sheet->ink.height)
                                          : 0;
    return (int32_t)lround(sheet->lean * y) - least;
}

static void shift_component(const dg_sheet *sheet, dg_component *component)
{
    dg_run *runs = sheet->components.runs;
    component->left = UINT16_MAX;
    component->right = 0;
    for (uint32_t i = component->first; i < component->first + component->count; i++) {
        dg_run *run = &runs[i];
        const int32_t shift = dg_lean_shift(sheet, run->y);
        run->start = (uint16_t)(run->start + shift);
        run->end = (uint16_t)(run->end + shift);
        component->left = run->start < component->left ? run->start : component->left;
        component->right = run->end > component->right + 1 ? (uint16_t)(run->end - 1)
                                                           : component->right;
    }
}

static digit_status shift_plane(const dg_sheet *sheet, dg_plane *plane)
{
    const dg_plane old = *plane;
    const size_t width =
        old.width + (size_t)ceil(fabs(sheet->lean) * (double)old.height) + 1;
    uint8_t *pixels = width <= UINT16_MAX ? dg_alloc_zero(width, old.height) : NULL;
    if (!pixels)
        return dg_fail_memory("a page", width * old.height);
    for (size_t y = 0; y < old.height; y++)
        memcpy(pixels + y * width + dg_lean_shift(sheet, (int32_t)y), old.pixels + y * old.width,
               old.width);
    *plane = (dg_plane){pixels, width, old.height};
    dg_free(old.pixels);
    return DIGIT_OK;
}

static digit_status shift(dg_sheet *sheet)
{
    digit_status status = shift_plane(sheet, &sheet->ink);
    if (status == DIGIT_OK)
        status = shift_plane(sheet, &sheet->whole);
    for (size_t i = 0; status == DIGIT_OK && i < sheet->components.count; i++)
        shift_component(sheet, &sheet->components.items[i]);
    return status;
}

digit_status dg_lean_right(dg_sheet *sheet)
{
    const double lean = measure(sheet), wider = fabs(lean) * (double)sheet->ink.height;
    if (fabs(lean) < LEAN_LEAST || (double)sheet->ink.width + wider >= UINT16_MAX)
        return DIGIT_OK;
    sheet->lean = PART * lean;
    return shift(sheet);
}
