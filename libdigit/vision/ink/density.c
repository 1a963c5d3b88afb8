/*
 * Paper reflects one part of the light that falls on it, ink another. So the density of ink is
 * judged by the quotient of a pixel's level and the paper's level there, not by the difference.
 */
#include "vision/ink/density.h"

#include "base/error.h"
#include "base/mem.h"
#include "base/number.h"
#include "vision/bands.h"
#include "vision/ink/background.h"

#include <string.h>

#define LEVELS 256

/* A darkness, -255 .. 255 in parts of the paper's level, as an index from 0. */
#define DARKNESSES 511

/* Levels under a background darker than this are noise: parts of it are not taken. */
#define BACKGROUND_MIN 40

/* Pixels that statistics are taken of, and those that may be paper alone. */
#define SAMPLE_PIXELS (1u << 19)
#define BLOCK         32

/* Ink is darker than its paper by so many levels, and so many deviations of the noise. */
#define CONTRAST_MIN   14.0
#define CONTRAST_NOISE 4.5

/* What could be ink is at least this part of what most of the ink is. */
#define FAINT 0.2

/* What differs from the paper by fewer levels is nothing, however dark the paper. */
#define LEVELS_MIN 6

/* Up to so many deviations of the noise are paper. */
#define FLOOR_NOISE 2.5

/* This share of the ink has at most the density DG_INK_FULL. */
#define FULL_SHARE 0.75

typedef struct mapping {
    const dg_plane *plane;
    dg_background background;
    uint16_t scale[LEVELS]; /* 255 * 256 / background level */
    uint8_t table[LEVELS];  /* density by darkness */
    int least;              /* levels: smaller differences are noise, in the dark too */
    double usual;           /* the paper's mean level */
    double shade;           /* as in the plan */
} mapping;

/* What the paper looks like: its darkness, near 0, and the deviation of that. */
typedef struct paper_noise {
    double level, noise;
} paper_noise;

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

static void count_row(const mapping *m, const uint8_t *row, const uint8_t *line,
                      uint32_t counts[DARKNESSES])
{
    for (size_t x = 0; x < m->plane->width; x++) {
        const int difference = ((int)line[x] - row[x]) * m->scale[line[x]] / 256;
        counts[difference < -255 ? 0 : difference > 255 ? 510 : difference + 255]++;
    }
}

/* line[width] is scratch. */
static void count_darknesses(const mapping *m, uint8_t *line, uint32_t counts[DARKNESSES])
{
    const dg_plane *plane = m->plane;
    const size_t rows = SAMPLE_PIXELS / plane->width + 1;
    const size_t step = plane->height > rows ? plane->height / rows : 1;
    dg_background_row background;
    memset(counts, 0, DARKNESSES * sizeof *counts);
    for (size_t y = step / 2; y < plane->height; y += step) {
        dg_background_row_at(&m->background, y, &background);
        dg_background_levels(&background, 0, plane->width, line);
        count_row(m, plane->pixels + y * plane->width, line, counts);
    }
}

static double mean_background(const dg_background *background)
{
    const size_t cells = background->columns * background->rows;
    uint64_t sum = 0;
    for (size_t i = 0; i < cells; i++)
        sum += background->level[i];
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
static paper_noise measure_paper(const uint32_t counts[DARKNESSES])
{
    const double middle = (double)bin_of_rank(counts, DARKNESSES, 0.5);
    const double lower = (double)bin_of_rank(counts, DARKNESSES, 0.16);
    return (paper_noise){middle - 255, middle - lower};
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

/* Fill the table of densities. Returns the least density of what could be ink, or 0. */
static uint8_t plan_densities(mapping *m, uint8_t *line)
{
    uint32_t counts[DARKNESSES];
    count_darknesses(m, line, counts);
    const paper_noise paper = measure_paper(counts);
    const double stands_out = paper.level + dg_max_f64(CONTRAST_NOISE * paper.noise, CONTRAST_MIN);
    const double full = measure_ink(counts, stands_out);
    if (full <= stands_out)
        return 0;
    const double floor = paper.level + FLOOR_NOISE * paper.noise;
    const double least = dg_max_f64(stands_out, paper.level + FAINT * (full - paper.level));
    const double scale = DG_INK_FULL / (full - floor);
    const double levels = dg_max_f64(FLOOR_NOISE * paper.noise, m->shade * full);
    m->least = (int)dg_max_f64(levels * m->usual / 255, LEVELS_MIN);
    for (int darkness = 0; darkness < LEVELS; darkness++) {
        const double density = scale * (darkness - floor);
        m->table[darkness] = density <= 0 ? 0 : density >= 255 ? 255 : (uint8_t)density;
    }
    return (uint8_t)dg_max_f64(scale * (least - floor), 1);
}

static void map_pixels(const mapping *m, const uint8_t *line, size_t count, uint8_t *row)
{
    for (size_t x = 0; x < count; x++) {
        const int difference = (int)line[x] - row[x];
        const int darkness = difference < m->least ? 0 : difference * m->scale[line[x]] / 256;
        row[x] = m->table[darkness > 255 ? 255 : darkness];
    }
}

static uint8_t darkest(const uint8_t row[BLOCK])
{
    uint8_t least = 255;
    for (size_t x = 0; x < BLOCK; x++)
        least = row[x] < least ? row[x] : least;
    return least;
}

/* Most of a page is bare: there the background need not be known closely. */
static void map_row(const mapping *m, const dg_background_row *background, uint8_t *row)
{
    const size_t width = m->plane->width;
    uint8_t levels[BLOCK];
    for (size_t x = 0; x < width; x += BLOCK) {
        const size_t end = x + BLOCK < width ? x + BLOCK : width;
        if (end - x == BLOCK &&
            dg_background_most(background, x, end) < darkest(row + x) + m->least) {
            memset(row + x, m->table[0], BLOCK);
            continue;
        }
        dg_background_levels(background, x, end, levels);
        map_pixels(m, levels, end - x, row + x);
    }
}

static void map_band(void *context, uint32_t index, uint32_t worker)
{
    const mapping *m = context;
    const dg_plane *plane = m->plane;
    size_t y;
    const size_t end = dg_band_span(index, plane->width, plane->height, &y);
    dg_background_row background;
    (void)worker;
    for (; y < end; y++) {
        dg_background_row_at(&m->background, y, &background);
        map_row(m, &background, plane->pixels + y * plane->width);
    }
}

static void invert_band(void *context, uint32_t index, uint32_t worker)
{
    const dg_plane *plane = context;
    size_t y;
    const size_t end = dg_band_span(index, plane->width, plane->height, &y);
    (void)worker;
    for (size_t i = y * plane->width; i < end * plane->width; i++)
        plane->pixels[i] ^= 255;
}

/* A surface of centred levels has the other sign in the negative. */
static dg_surface in_plane(const dg_surface *slope, bool inverted)
{
    dg_surface seen = *slope;
    for (int k = 0; inverted && k < DG_SURFACE_TERMS; k++)
        seen.terms[k] = -seen.terms[k];
    return seen;
}

static void fill_scale(mapping *m)
{
    for (int level = 0; level < LEVELS; level++)
        m->scale[level] = (uint16_t)(255 * 256 / (level > BACKGROUND_MIN ? level : BACKGROUND_MIN));
}

digit_status dg_ink_density(const dg_plane *plane, const dg_density_plan *plan,
                            dg_threads threads, uint8_t *least)
{
    mapping m = {.plane = plane, .shade = plan->shade};
    const dg_surface slope = plan->slope ? in_plane(plan->slope, plan->light) : (dg_surface){{0}};
    *least = 0;
    digit_status status =
        plan->light ? dg_threads_run(threads, dg_band_count(plane->width, plane->height),
                                     invert_band, (void *)plane)
                    : DIGIT_OK;
    if (status == DIGIT_OK)
        status = dg_background_find(plane, plan->window, plan->slope ? &slope : NULL, threads,
                                    &m.background);
    uint8_t *line = dg_alloc(plane->width, 1);
    if (status == DIGIT_OK && !line)
        status = dg_fail_memory("a page", plane->width);
    if (status != DIGIT_OK)
        goto done;
    fill_scale(&m);
    m.usual = mean_background(&m.background);
    *least = plan_densities(&m, line);
    if (*least > 0)
        status = dg_threads_run(threads, dg_band_count(plane->width, plane->height), map_band, &m);
done:
    dg_free(line);
    dg_background_free(&m.background);
    return status;
}
