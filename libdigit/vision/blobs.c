#include "vision/blobs.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/page.h"

#include <stdbool.h>
#include <string.h>

/* Pieces of any size, and of those that are not too small. */
#define PIECES_MAX (1u << 20)
#define KEPT_MAX   65536

/* The part of a piece's ink that tells how strong it is: a smudge may hang on it. */
#define STRONGEST 0.25

/* Ink weaker than this part of what most is, is a shadow or dirt. */
#define FAINT 0.45

/* The first run at or after `x`. False if the rest of the row is empty. */
static bool next_run(const uint8_t *row, size_t width, uint8_t least, size_t x, dg_run *out)
{
    uint64_t eight;
    while (x < width && row[x] < least) {
        x++;
        for (; x + 8 <= width; x += 8) {
            memcpy(&eight, row + x, 8);
            if (eight)
                break;
        }
    }
    if (x >= width)
        return false;
    out->start = (uint16_t)x;
    while (x < width && row[x] >= least)
        x++;
    out->end = (uint16_t)x;
    return true;
}

/* Runs of ink while they are found, in reading order. */
typedef struct run_list {
    dg_run *items; /* [count] */
    size_t count, room;
} run_list;

static digit_status list_runs(const dg_plane *ink, uint8_t least, run_list *list)
{
    const size_t most = ink->width / 2 + 1; /* in one row */
    dg_run run;
    for (size_t y = 0; y < ink->height && list->count <= DG_RUNS_MAX; y++) {
        const uint8_t *row = ink->pixels + y * ink->width;
        dg_run *items = dg_grow(list->items, list->count, &list->room, most, sizeof *items);
        if (!items)
            return dg_fail_memory("pieces of ink", most * sizeof *items);
        list->items = items;
        run.y = (uint16_t)y;
        for (size_t x = 0; next_run(row, ink->width, least, x, &run); x = run.end)
            items[list->count++] = run;
    }
    if (list->count > DG_RUNS_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has more than %u runs of ink", DG_RUNS_MAX);
    return DIGIT_OK;
}

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
    labels[a < b ? b : a] = a < b ? a : b;
}

static void join_runs(const dg_run *runs, size_t count, uint32_t *labels)
{
    size_t above = 0; /* the first run that a later one may touch */
    for (size_t i = 0; i < count; i++) {
        labels[i] = (uint32_t)i;
        while (runs[above].y + 1 < runs[i].y ||
               (runs[above].y + 1 == runs[i].y && runs[above].end < runs[i].start))
            above++;
        for (size_t j = above; runs[j].y + 1 == runs[i].y && runs[j].start <= runs[i].end; j++)
            join(labels, (uint32_t)j, (uint32_t)i);
    }
}

/* Turn parents into consecutive numbers. Returns how many pieces there are. */
static size_t number_pieces(uint32_t *labels, size_t count)
{
    uint32_t pieces = 0;
    for (size_t i = 0; i < count; i++)
        labels[i] = labels[i] == i ? pieces++ : labels[labels[i]];
    return pieces;
}

static void blob_add(dg_blob *blob, const dg_run *run)
{
    if (blob->count++ == 0) {
        blob->left = run->start;
        blob->right = (uint16_t)(run->end - 1);
        blob->top = run->y;
    }
    blob->left = run->start < blob->left ? run->start : blob->left;
    blob->right = run->end - 1 > blob->right ? (uint16_t)(run->end - 1) : blob->right;
    blob->bottom = run->y;
    blob->area += (uint32_t)(run->end - run->start);
}

/* Give the large enough pieces their place among the runs; the others count 0. */
static size_t place_blobs(dg_blob *items, size_t count, uint32_t size, size_t *kept)
{
    uint32_t place = 0;
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        const bool keep = dg_blob_width(&items[i]) >= size || dg_blob_height(&items[i]) >= size;
        items[i].first = place;
        items[i].count = keep ? items[i].count : 0;
        place += items[i].count;
        *kept += keep;
    }
    return place;
}

/* Runs in reading order to runs piece by piece. */
static void gather(const dg_run *runs, const uint32_t *labels, size_t count, dg_blobs *found)
{
    for (size_t i = 0; i < count; i++) {
        dg_blob *blob = &found->items[labels[i]];
        if (blob->count > 0)
            found->runs[blob->first++] = runs[i];
    }
    size_t kept = 0;
    for (size_t i = 0; i < found->count; i++) {
        dg_blob blob = found->items[i];
        blob.first -= blob.count;
        if (blob.count > 0)
            found->items[kept++] = blob;
    }
    found->count = kept;
}

size_t dg_runs_label(const dg_run *runs, size_t count, uint32_t *labels)
{
    join_runs(runs, count, labels);
    return number_pieces(labels, count);
}

static digit_status split(const dg_run *runs, size_t count, uint32_t *labels, uint32_t size,
                          dg_blobs *found)
{
    size_t kept;
    found->count = dg_runs_label(runs, count, labels);
    if (found->count > PIECES_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has %zu components of ink; at most %d",
                       found->count, KEPT_MAX);
    found->items = dg_alloc_zero(found->count, sizeof *found->items);
    if (!found->items)
        return dg_fail_memory("pieces of ink", found->count * sizeof *found->items);
    for (size_t i = 0; i < count; i++)
        blob_add(&found->items[labels[i]], &runs[i]);
    found->run_count = place_blobs(found->items, found->count, size, &kept);
    if (kept > KEPT_MAX)
        return dg_fail(DIGIT_ERR_LIMIT, "the picture has %zu components of ink; at most %d",
                       kept, KEPT_MAX);
    found->runs = dg_alloc(found->run_count, sizeof *found->runs);
    if (!found->runs)
        return dg_fail_memory("pieces of ink", found->run_count * sizeof *found->runs);
    gather(runs, labels, count, found);
    return DIGIT_OK;
}

digit_status dg_blobs_find(const dg_plane *ink, uint8_t least, uint32_t size, dg_blobs *found)
{
    *found = (dg_blobs){0};
    run_list runs = {0};
    uint32_t *labels = NULL;
    digit_status status = list_runs(ink, least, &runs);
    if (status != DIGIT_OK)
        goto done;
    labels = dg_alloc(runs.count, sizeof *labels);
    status = labels ? split(runs.items, runs.count, labels, size, found)
                    : dg_fail_memory("pieces of ink", runs.count * sizeof *labels);
done:
    dg_free(labels);
    dg_free(runs.items);
    return status;
}

void dg_blobs_free(dg_blobs *found)
{
    dg_free(found->runs);
    dg_free(found->items);
    *found = (dg_blobs){0};
}

/* How strong the strongest part of a piece's ink is at least. */
static uint8_t inner_strength(const dg_blob *blob, const dg_run *runs, const dg_plane *ink)
{
    uint32_t counts[256] = {0}, above = 0;
    for (uint32_t i = blob->first; i < blob->first + blob->count; i++) {
        const uint8_t *row = ink->pixels + (size_t)runs[i].y * ink->width;
        for (uint32_t x = runs[i].start; x < runs[i].end; x++)
            counts[row[x]]++;
    }
    uint32_t level = 255;
    while (level > 1 && (double)(above + counts[level]) < STRONGEST * blob->area)
        above += counts[level--];
    return (uint8_t)level;
}

/* The strength that half of the ink, by its height, does not exceed. */
static uint32_t usual_strength(const dg_blobs *blobs, const uint8_t *inner)
{
    uint64_t weights[256] = {0}, total = 0, below = 0;
    for (size_t i = 0; i < blobs->count; i++) {
        const uint32_t height = dg_blob_height(&blobs->items[i]);
        weights[inner[i]] += height;
        total += height;
    }
    uint32_t level = 0;
    while (level < 255 && 2 * (below += weights[level]) < total)
        level++;
    return level;
}

static void map_blob(const dg_blob *blob, const dg_run *runs, const dg_plane *ink,
                     const uint8_t table[256])
{
    for (uint32_t i = blob->first; i < blob->first + blob->count; i++) {
        uint8_t *row = ink->pixels + (size_t)runs[i].y * ink->width;
        for (uint32_t x = runs[i].start; x < runs[i].end; x++)
            row[x] = table[row[x]];
    }
}

digit_status dg_blobs_level(const dg_blobs *blobs, const dg_plane *ink)
{
    uint8_t *inner = dg_alloc(blobs->count, 1);
    if (!inner)
        return dg_fail_memory("pieces of ink", blobs->count);
    for (size_t i = 0; i < blobs->count; i++)
        inner[i] = inner_strength(&blobs->items[i], blobs->runs, ink);
    const uint32_t least = (uint32_t)(FAINT * usual_strength(blobs, inner));
    for (size_t i = 0; i < blobs->count; i++) {
        uint8_t table[256] = {0};
        for (uint32_t level = 0; inner[i] >= least && level < 256; level++) {
            const uint32_t strength = level * DG_INK_FULL / inner[i];
            table[level] = (uint8_t)(strength < 255 ? strength : 255);
        }
        map_blob(&blobs->items[i], blobs->runs, ink, table);
    }
    dg_free(inner);
    return DIGIT_OK;
}
