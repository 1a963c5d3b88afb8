/*
 * Runs of ink are numbered in reading order and joined by union-find with those
 * of the row above. Nothing but one label a run is kept: later passes meet the
 * same runs in the same order by scanning again, which is cheaper than storing
 * where they are (a 64-megapixel picture may have 32 million of them).
 */
#include "vision/sample/pieces.h"

#include "base/error.h"
#include "base/mem.h"

#include <string.h>

/* Pixels from `start` up to, but without, `end`. */
typedef struct run {
    uint32_t start, end;
} run;

/* The first run at or after `x`. False if the rest of the row is empty. */
static bool next_run(const uint8_t *row, size_t width, size_t x, run *out)
{
    uint64_t eight;
    for (; x + 8 <= width; x += 8) {
        memcpy(&eight, row + x, 8);
        if (eight)
            break;
    }
    while (x < width && !row[x])
        x++;
    if (x == width)
        return false;
    out->start = (uint32_t)x;
    while (x < width && row[x])
        x++;
    out->end = (uint32_t)x;
    return true;
}

static size_t count_runs(const dg_plane *ink)
{
    size_t count = 0;
    for (size_t y = 0; y < ink->height; y++) {
        const uint8_t *row = ink->pixels + y * ink->width;
        bool before = false;
        for (size_t x = 0; x < ink->width; x++) {
            const bool here = row[x] != 0;
            count += here & !before;
            before = here;
        }
    }
    return count;
}

/* The root of a label. Halves the path on the way. */
static uint32_t find_root(uint32_t *labels, uint32_t label)
{
    while (labels[label] != label) {
        labels[label] = labels[labels[label]];
        label = labels[label];
    }
    return label;
}

/* The smaller root stays root, so that a parent always comes before its child. */
static void join(uint32_t *labels, uint32_t a, uint32_t b)
{
    a = find_root(labels, a);
    b = find_root(labels, b);
    if (a < b)
        labels[b] = a;
    else
        labels[a] = b;
}

/* Join the runs of `row`, numbered from `number`, with those of the row `above`,
 * numbered from `above_number`. Returns the number after the last of `row`. */
static uint32_t join_rows(uint32_t *labels, const uint8_t *above, uint32_t above_number,
                          const uint8_t *row, uint32_t number, size_t width)
{
    run here, there;
    bool more = above && next_run(above, width, 0, &there);
    for (size_t x = 0; next_run(row, width, x, &here); x = here.end, number++) {
        labels[number] = number;
        while (more && there.end < here.start) {
            more = next_run(above, width, there.end, &there);
            above_number++;
        }
        while (more && there.start <= here.end) {
            join(labels, above_number, number);
            if (there.end > here.end)
                break; /* it may touch the next run too */
            more = next_run(above, width, there.end, &there);
            above_number++;
        }
    }
    return number;
}

static void join_all(const dg_plane *ink, uint32_t *labels)
{
    const uint8_t *above = NULL;
    uint32_t above_number = 0, number = 0;
    for (size_t y = 0; y < ink->height; y++) {
        const uint8_t *row = ink->pixels + y * ink->width;
        const uint32_t next = join_rows(labels, above, above_number, row, number, ink->width);
        above = row;
        above_number = number;
        number = next;
    }
}

/* Turn parents into consecutive item numbers. Returns how many items there are. */
static size_t number_items(uint32_t *labels, size_t runs)
{
    uint32_t count = 0;
    for (size_t i = 0; i < runs; i++)
        labels[i] = labels[i] == i ? count++ : labels[labels[i]];
    return count;
}

static void item_add_run(dg_ink_piece *item, const uint8_t *row, const run *r, size_t y,
                         uint8_t strong)
{
    for (size_t x = r->start; x < r->end; x++) {
        if (row[x] < strong)
            continue;
        if (item->area++ == 0) {
            item->left = item->right = (uint16_t)x;
            item->top = (uint16_t)y;
        }
        item->left = x < item->left ? (uint16_t)x : item->left;
        item->right = x > item->right ? (uint16_t)x : item->right;
        item->bottom = (uint16_t)y;
    }
}

static void measure_items(const dg_plane *ink, uint8_t strong, dg_pieces *found)
{
    const uint32_t *label = found->labels;
    for (size_t i = 0; i < found->count; i++)
        found->items[i] = (dg_ink_piece){.keep = true};
    for (size_t y = 0; y < ink->height; y++) {
        const uint8_t *row = ink->pixels + y * ink->width;
        run r;
        for (size_t x = 0; next_run(row, ink->width, x, &r); x = r.end)
            item_add_run(&found->items[*label++], row, &r, y, strong);
    }
}

digit_status dg_pieces_find(const dg_plane *ink, uint8_t strong, dg_pieces *found)
{
    *found = (dg_pieces){0};
    found->runs = count_runs(ink);
    found->labels = dg_alloc(found->runs, sizeof *found->labels);
    if (!found->labels)
        return dg_fail_memory("pieces of ink", found->runs * sizeof *found->labels);
    join_all(ink, found->labels);
    found->count = number_items(found->labels, found->runs);
    found->items = dg_alloc(found->count, sizeof *found->items);
    if (!found->items)
        return dg_fail_memory("pieces of ink", found->count * sizeof *found->items);
    measure_items(ink, strong, found);
    return DIGIT_OK;
}

void dg_pieces_erase(const dg_pieces *found, const dg_plane *ink)
{
    const uint32_t *label = found->labels;
    for (size_t y = 0; y < ink->height; y++) {
        uint8_t *row = ink->pixels + y * ink->width;
        run r;
        for (size_t x = 0; next_run(row, ink->width, x, &r); x = r.end)
            if (!found->items[*label++].keep)
                memset(row + r.start, 0, r.end - r.start);
    }
}

void dg_pieces_free(dg_pieces *found)
{
    dg_free(found->labels);
    dg_free(found->items);
    *found = (dg_pieces){0};
}
