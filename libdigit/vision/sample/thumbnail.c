#include "vision/sample/thumbnail.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

/* Lines of digits at least twice as high are made so high, or less than twice: three pixels and
 * more for one of a sample, whose digits are 20 high. */
#define HEIGHT 64

/* Room around the ink, as dg_frame() looks for its edges. */
#define MARGIN 1

int32_t dg_thumbnail_cell(double size)
{
    return size >= 2 * HEIGHT ? (int32_t)(size / HEIGHT) : 1;
}

/* Add the pixels of a run to sums[rows][columns], cell by cell. */
static void add_run(const dg_plane *ink, const dg_run *run, const dg_thumbnail *t, uint32_t *sums)
{
    const uint8_t *row = ink->pixels + (size_t)run->y * ink->width;
    uint32_t *out = sums + (size_t)(run->y / t->cell - t->top) * (size_t)t->columns;
    for (int32_t x = run->start; x < run->end;) {
        const int32_t column = x / t->cell, end = dg_min_i32((column + 1) * t->cell, run->end);
        uint32_t sum = 0;
        for (; x < end; x++)
            sum += row[x];
        out[column - t->left] += sum;
    }
}

digit_status dg_thumbnail_make(const dg_plane *ink, const dg_run *runs, size_t count,
                               const digit_box *box, dg_thumbnail *thumbnail)
{
    dg_thumbnail *t = thumbnail;
    const uint32_t area = (uint32_t)(t->cell * t->cell);
    t->left = box->x / t->cell;
    t->top = box->y / t->cell;
    t->columns = (box->x + box->width - 1) / t->cell - t->left + 1;
    t->rows = (box->y + box->height - 1) / t->cell - t->top + 1;
    const size_t cells = (size_t)t->columns * (size_t)t->rows;
    uint32_t *sums = dg_alloc_zero(cells, sizeof *sums);
    t->cells = dg_alloc(cells, 1);
    if (!sums || !t->cells) {
        dg_free(sums);
        return dg_fail_memory("a digit", cells * sizeof *sums);
    }
    for (size_t i = 0; i < count; i++)
        add_run(ink, &runs[i], t, sums);
    for (size_t i = 0; i < cells; i++)
        t->cells[i] = (uint8_t)((sums[i] + area - 1) / area); /* the thinnest ink is some */
    dg_free(sums);
    return DIGIT_OK;
}

void dg_thumbnail_free(dg_thumbnail *thumbnail)
{
    dg_free(thumbnail->cells);
    thumbnail->cells = NULL;
}

/* The box of all parts, in cells. */
static digit_box bounds(const dg_thumbnail *parts, size_t count)
{
    int32_t left = parts[0].left, right = left + parts[0].columns;
    int32_t top = parts[0].top, bottom = top + parts[0].rows;
    for (size_t i = 1; i < count; i++) {
        left = dg_min_i32(left, parts[i].left);
        top = dg_min_i32(top, parts[i].top);
        right = dg_max_i32(right, parts[i].left + parts[i].columns);
        bottom = dg_max_i32(bottom, parts[i].top + parts[i].rows);
    }
    return (digit_box){left, top, right - left, bottom - top};
}

static void add_part(const dg_thumbnail *part, const digit_box *box, const dg_plane *sheet)
{
    const uint8_t *from = part->cells;
    for (int32_t y = 0; y < part->rows; y++, from += part->columns) {
        uint8_t *to = sheet->pixels + (size_t)(part->top - box->y + y + MARGIN) * sheet->width +
                      (part->left - box->x + MARGIN);
        for (int32_t x = 0; x < part->columns; x++)
            to[x] = (uint8_t)dg_min_i32(to[x] + from[x], 255);
    }
}

/* One axis of the ink's box, in cells from the sheet's edge: to the nearest, for cells that the ink
 * hardly reaches into would make it look larger. What lies outside of the box is seen too. */
static void nearest_cells(int32_t start, int32_t size, int32_t cell, int32_t first, int32_t *from,
                          int32_t *count)
{
    *from = dg_min_i32((start + cell / 2) / cell, (start + size - 1) / cell);
    *count = dg_max_i32((start + size + cell / 2) / cell - *from, 1);
    *count = dg_min_i32(*count, (start + size - 1) / cell - *from + 1);
    *from += MARGIN - first;
}

digit_status dg_thumbnails_sample(const dg_thumbnail *parts, size_t count, const digit_box *box,
                                  dg_framer frame, uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    const digit_box all = bounds(parts, count);
    const int32_t cell = parts[0].cell;
    dg_plane sheet = {.width = (size_t)all.width + 2 * MARGIN,
                      .height = (size_t)all.height + 2 * MARGIN};
    digit_box inside;
    nearest_cells(box->x, box->width, cell, all.x, &inside.x, &inside.width);
    nearest_cells(box->y, box->height, cell, all.y, &inside.y, &inside.height);
    sheet.pixels = dg_alloc_zero(sheet.width, sheet.height);
    if (!sheet.pixels)
        return dg_fail_memory("a digit", sheet.width * sheet.height);
    for (size_t i = 0; i < count; i++)
        add_part(&parts[i], &all, &sheet);
    const digit_status status = frame(&sheet, &inside, sample);
    dg_free(sheet.pixels);
    return status;
}
