/*
 * Paper reflects a part of the light that falls on it, ink another: so what counts is
 * the level as a part of the paper's level there, not the difference.
 */
#include "vision/ink/density.h"

#include "base/error.h"
#include "base/mem.h"
#include "vision/bands.h"
#include "vision/ink/background.h"

#include <string.h>

#define LEVELS 256

/* A darkness, -255 .. 255 in parts of the paper's level, as an index from 0. */
#define DARKNESSES 511

/* Levels under a ground darker than this are noise: parts of it are not taken. */
#define GROUND_MIN 40

/* Pixels that statistics are taken of, and those that may be paper alone. */
#define SAMPLE_PIXELS (1u << 19)
#define BLOCK         32

/* Ink is darker than its paper by so many levels, and so many deviations of the noise. */
#define CONTRAST_MIN   14.0
#define CONTRAST_NOISE 4.5

/* What could be ink is at least this part of what most of the ink is. */
#define FAINT 0.2

/* What differs from the paper by fewer levels is nothing, however dark the paper: levels,
 * and a part of what ink differs by where the paper is as light as on average. */
#define LEVELS_MIN 6
#define FLOOR_INK  0.15

/* Up to so many deviations of the noise are paper. */
#define FLOOR_NOISE 2.5

/* This share of the ink is at most DG_INK_FULL strong. */
#define FULL_SHARE 0.75

typedef struct page {
    const dg_plane *plane;
    dg_background ground;
    uint16_t scale[LEVELS]; /* 255 * 256 / ground level */
    uint8_t table[LEVELS];  /* strength by darkness */
    int least;              /* levels: smaller differences are noise, in the dark too */
    double usual;           /* the paper's mean level */
} page;

/* What the paper looks like: its darkness, near 0, and the deviation of that. */
typedef struct paper {
    double level, noise;
} paper;

static size_t bin_of_rank(const uint32_t *counts, size_t bins, double fraction)
{
    uint64_t total = 0, below = 0;
    for (size_t i = 0; i < bins; i++)
        total += counts[i];
    if (total == 0)
        return 0;
    const uint64_t rank = (uint64_t)(fraction * (double)(total - 1));
    size_t bin = 0;
    while (below + counts[bin] <= rank)
        below += counts[bin++];
    return bin;
}

static void count_row(const page *p, const uint8_t *row, const uint8_t *line,
                      uint32_t counts[DARKNESSES])
{
    for (size_t x = 0; x < p->plane->width; x++) {
        const int difference = ((int)line[x] - row[x]) * p->scale[line[x]] / 256;
        counts[difference < -255 ? 0 : difference > 255 ? 510 : difference + 255]++;
    }
}

/* line[width] is scratch. */
static void count_darknesses(const page *p, uint8_t *line, uint32_t counts[DARKNESSES])
{
    const dg_plane *plane = p->plane;
    const size_t rows = SAMPLE_PIXELS / plane->width + 1;
    const size_t step = plane->height > rows ? plane->height / rows : 1;
    dg_background_row ground;
    memset(counts, 0, DARKNESSES * sizeof *counts);
    for (size_t y = step / 2; y < plane->height; y += step) {
        dg_background_row_at(&p->ground, y, &ground);
        dg_background_levels(&ground, 0, plane->width, line);
        count_row(p, plane->pixels + y * plane->width, line, counts);
    }
}

static double mean_ground(const dg_background *ground)
{
    const size_t cells = ground->columns * ground->rows;
    uint64_t sum = 0;
    for (size_t i = 0; i < cells; i++)
        sum += ground->level[i];
    return (double)sum / (double)cells;
}

/* The split into "<= t" and "> t" with the greatest variance between the two. */
static int otsu_threshold(const uint32_t counts[LEVELS])
{
    uint64_t total = 0, sum = 0, below = 0, below_sum = 0;
    for (uint64_t level = 0; level < LEVELS; level++) {
        total += counts[level];
        sum += level * counts[level];
    }
    double best = -1;
    int threshold = 0;
    for (int t = 0; t < LEVELS; t++) {
        below += counts[t];
        below_sum += (uint64_t)t * counts[t];
        if (below == 0)
            continue;
        if (below == total)
            break;
        const double apart = (double)sum * (double)below - (double)total * (double)below_sum;
        const double between = apart * apart / ((double)below * (double)(total - below));
        if (between > best) {
            best = between;
            threshold = t;
        }
    }
    return threshold;
}

/* The noise shows on the lighter side of the middle: there is no ink there. */
static paper measure_paper(const uint32_t counts[DARKNESSES])
{
    const double middle = (double)bin_of_rank(counts, DARKNESSES, 0.5);
    const double lower = (double)bin_of_rank(counts, DARKNESSES, 0.16);
    return (paper){middle - 255, middle - lower};
}

/* The darkness of most of the ink; 0 if there is none. */
static double measure_ink(const uint32_t counts[DARKNESSES], double least)
{
    uint32_t dark[LEVELS], ink[LEVELS] = {0};
    memcpy(dark, counts + 255, sizeof dark);
    for (size_t i = 0; i < 255; i++)
        dark[0] += counts[i];
    const int otsu = otsu_threshold(dark);
    const int threshold = otsu > least ? otsu : least < 255 ? (int)least : 255;
    if (threshold >= 255)
        return 0;
    memcpy(ink + threshold + 1, dark + threshold + 1, (size_t)(255 - threshold) * sizeof *ink);
    return (double)bin_of_rank(ink, LEVELS, FULL_SHARE);
}

static double greater(double a, double b)
{
    return a > b ? a : b;
}

/* Fill the table of strengths. Returns the least strength of what could be ink, or 0. */
static uint8_t plan_strengths(page *p, uint8_t *line)
{
    uint32_t counts[DARKNESSES];
    count_darknesses(p, line, counts);
    const paper ground = measure_paper(counts);
    const double stands_out =
        ground.level + greater(CONTRAST_NOISE * ground.noise, CONTRAST_MIN);
    const double full = measure_ink(counts, stands_out);
    if (full <= stands_out)
        return 0;
    const double floor = ground.level + FLOOR_NOISE * ground.noise;
    const double least = greater(stands_out, ground.level + FAINT * (full - ground.level));
    const double scale = DG_INK_FULL / (full - floor);
    const double levels = greater(FLOOR_NOISE * ground.noise, FLOOR_INK * full);
    p->least = (int)greater(levels * p->usual / 255, LEVELS_MIN);
    for (int darkness = 0; darkness < LEVELS; darkness++) {
        const double strength = scale * (darkness - floor);
        p->table[darkness] = strength <= 0 ? 0 : strength >= 255 ? 255 : (uint8_t)strength;
    }
    return (uint8_t)greater(scale * (least - floor), 1);
}

static void map_pixels(const page *p, const uint8_t *line, size_t count, uint8_t *row)
{
    for (size_t x = 0; x < count; x++) {
        const int difference = (int)line[x] - row[x];
        const int darkness = difference < p->least ? 0 : difference * p->scale[line[x]] / 256;
        row[x] = p->table[darkness > 255 ? 255 : darkness];
    }
}

static uint8_t darkest(const uint8_t row[BLOCK])
{
    uint8_t least = 255;
    for (size_t x = 0; x < BLOCK; x++)
        least = row[x] < least ? row[x] : least;
    return least;
}

/* Most of a page is bare: no ground need be known closely there. */
static void map_row(const page *p, const dg_background_row *ground, uint8_t *row)
{
    const size_t width = p->plane->width;
    uint8_t levels[BLOCK];
    for (size_t x = 0; x < width; x += BLOCK) {
        const size_t end = x + BLOCK < width ? x + BLOCK : width;
        if (end - x == BLOCK && dg_background_most(ground, x, end) < darkest(row + x) + p->least) {
            memset(row + x, p->table[0], BLOCK);
            continue;
        }
        dg_background_levels(ground, x, end, levels);
        map_pixels(p, levels, end - x, row + x);
    }
}

static void map_band(void *context, uint32_t index, uint32_t worker)
{
    const page *p = context;
    const dg_plane *plane = p->plane;
    size_t y;
    const size_t end = dg_band_span(index, plane->width, plane->height, &y);
    dg_background_row ground;
    (void)worker;
    for (; y < end; y++) {
        dg_background_row_at(&p->ground, y, &ground);
        map_row(p, &ground, plane->pixels + y * plane->width);
    }
}

static void invert(const dg_plane *plane)
{
    const size_t size = plane->width * plane->height;
    for (size_t i = 0; i < size; i++)
        plane->pixels[i] ^= 255;
}

static void fill_scale(page *p)
{
    for (int level = 0; level < LEVELS; level++)
        p->scale[level] = (uint16_t)(255 * 256 / (level > GROUND_MIN ? level : GROUND_MIN));
}

digit_status dg_ink_density(const dg_plane *plane, bool light, dg_threads threads, uint8_t *least)
{
    page p = {.plane = plane};
    *least = 0;
    if (light)
        invert(plane);
    digit_status status = dg_background_find(plane, threads, &p.ground);
    uint8_t *line = dg_alloc(plane->width, 1);
    if (status == DIGIT_OK && !line)
        status = dg_fail_memory("a page", plane->width);
    if (status != DIGIT_OK)
        goto done;
    fill_scale(&p);
    p.usual = mean_ground(&p.ground);
    *least = plan_strengths(&p, line);
    if (*least > 0)
        dg_pool_run(threads.pool, threads.count, dg_band_count(plane->width, plane->height),
                    map_band, &p);
done:
    dg_free(line);
    dg_background_free(&p.ground);
    return status;
}
