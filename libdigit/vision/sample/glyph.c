#include "vision/sample/glyph.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/ink/density.h"

#include <string.h>

/* Room around the ink for its faint edges. */
#define MARGIN 1

/* Copy what is fainter than a stroke's edge beside, above and below a run. */
static void copy_edges(const dg_plane *ink, const dg_run *run, const digit_box *box,
                       const dg_plane *sheet)
{
    const int64_t from = run->start > 0 ? run->start - 1 : 0;
    const int64_t to = run->end < ink->width ? run->end + 1 : run->end;
    for (int64_t y = (int64_t)run->y - 1; y <= (int64_t)run->y + 1; y++) {
        if (y < 0 || y >= (int64_t)ink->height)
            continue;
        const uint8_t *source = ink->pixels + (size_t)y * ink->width;
        uint8_t *target = sheet->pixels + (size_t)(y - box->y + MARGIN) * sheet->width;
        for (int64_t x = from; x < to; x++)
            if (source[x] < DG_INK_EDGE)
                target[x - box->x + MARGIN] = source[x];
    }
}

static void copy_run(const dg_plane *ink, const dg_run *run, const digit_box *box,
                     const dg_plane *sheet)
{
    const size_t y = (size_t)(run->y - box->y + MARGIN), x = (size_t)(run->start - box->x + MARGIN);
    memcpy(sheet->pixels + y * sheet->width + x, ink->pixels + run->y * ink->width + run->start,
           (size_t)(run->end - run->start));
}

digit_status dg_glyph_sample(const dg_plane *ink, const dg_run *runs, size_t count,
                             const digit_box *box, dg_framer frame,
                             uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    dg_plane sheet = {.width = (size_t)box->width + 2 * MARGIN,
                      .height = (size_t)box->height + 2 * MARGIN};
    sheet.pixels = dg_alloc_zero(sheet.width, sheet.height);
    if (!sheet.pixels)
        return dg_fail_memory("a digit", sheet.width * sheet.height);
    for (size_t i = 0; i < count; i++)
        copy_edges(ink, &runs[i], box, &sheet);
    for (size_t i = 0; i < count; i++)
        copy_run(ink, &runs[i], box, &sheet);
    const digit_box inside = {MARGIN, MARGIN, box->width, box->height};
    const digit_status status = frame(&sheet, &inside, sample);
    dg_free(sheet.pixels);
    return status;
}
