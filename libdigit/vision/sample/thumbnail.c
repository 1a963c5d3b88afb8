#include "vision/sample/thumbnail.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"

/* Lines of digits at least twice as high are made so high, or less than twice: three pixels and
 * more for one of a sample, whose digits are 20 high. */
#define HEIGHT 64

/* Room around the ink, as dg_frame() looks for its edges. */
#define MARGIN 1

/* Cells lie on one raster all over the page. */
typedef struct raster {
    int32_t cell; /* pixels along a cell's side */
    int32_t left, top, columns, rows; /* of the cells */
} raster;

int32_t dg_thumbnail_cell(double size)
{
    return size >= 2 * HEIGHT ? (int32_t)(size / HEIGHT) : 1;
}

static raster lay_raster(const digit_box *box, int32_t cell)
{
    raster r = {.cell = cell, .left = box->x / cell, .top = box->y / cell};
    r.columns = (box->x + box->width - 1) / cell - r.left + 1;
    r.rows = (box->y + box->height - 1) / cell - r.top + 1;
    return r;
}

/* Add the pixels of a run to sums[rows][columns], cell by cell. */
static void add_run(const dg_plane *ink, const dg_run *run, const raster *r, uint32_t *sums)
{
    const uint8_t *row = ink->pixels + (size_t)run->y * ink->width;
    uint32_t *out = sums + (size_t)(run->y / r->cell - r->top) * (size_t)r->columns;
    for (int32_t x = run->start; x < run->end;) {
        const int32_t column = x / r->cell, end = dg_min_i32((column + 1) * r->cell, run->end);
        uint32_t sum = 0;
        for (; x < end; x++)
            sum += row[x];
        out[column - r->left] += sum;
    }
}

/* sheet[rows + 2 MARGIN][columns + 2 MARGIN], 0 before: the mean density of each cell. */
static void fill_sheet(const uint32_t *sums, const raster *r, const dg_plane *sheet)
{
    const uint32_t area = (uint32_t)(r->cell * r->cell);
    for (int32_t y = 0; y < r->rows; y++, sums += r->columns) {
        uint8_t *to = sheet->pixels + (size_t)(y + MARGIN) * sheet->width + MARGIN;
        for (int32_t x = 0; x < r->columns; x++)
            to[x] = (uint8_t)((sums[x] + area - 1) / area); /* the thinnest ink is some */
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

digit_status dg_thumbnail_sample(const dg_plane *ink, const dg_run *runs, size_t count,
                                 const digit_box *box, int32_t cell, dg_framer frame,
                                 uint8_t sample[DIGIT_SAMPLE_BYTES])
{
    const raster r = lay_raster(box, cell);
    const size_t cells = (size_t)r.columns * (size_t)r.rows;
    dg_plane sheet = {.width = (size_t)r.columns + 2 * MARGIN,
                      .height = (size_t)r.rows + 2 * MARGIN};
    uint32_t *sums = dg_alloc_zero(cells, sizeof *sums);
    digit_status status = DIGIT_OK;
    digit_box inside;
    sheet.pixels = dg_alloc_zero(sheet.width, sheet.height);
    if (!sums || !sheet.pixels) {
        status = dg_fail_memory("a digit", cells * sizeof *sums);
        goto done;
    }
    for (size_t i = 0; i < count; i++)
        add_run(ink, &runs[i], &r, sums);
    fill_sheet(sums, &r, &sheet);
    nearest_cells(box->x, box->width, cell, r.left, &inside.x, &inside.width);
    nearest_cells(box->y, box->height, cell, r.top, &inside.y, &inside.height);
    status = frame(&sheet, &inside, sample);
done:
    dg_free(sheet.pixels);
    dg_free(sums);
    return status;
}
