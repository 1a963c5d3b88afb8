#include "vision/sample/strength.h"

#include <string.h>

#define LEVELS 256

/* Ink differs from its ground by at least so many grey levels, and by so many
 * standard deviations of the noise. */
#define CONTRAST_MIN   12.0
#define CONTRAST_NOISE 4.0

/* What is taken for paper: up to so many deviations of the noise, and where
 * there is noise, up to this part of the ink's contrast (blotches that the
 * deviation does not show). */
#define FLOOR_NOISE    3.0
#define FLOOR_CONTRAST 0.2
#define FLOOR_MAX      0.5

/* This share of the ink comes out below the strength that the inside of MNIST's
 * strokes has. */
#define FULL_STRENGTH 253.0
#define FULL_SHARE    0.75

typedef struct paper {
    double level; /* of most of the picture above its ground; near 0 */
    double noise; /* standard deviation */
} paper;

/* The bin that holds the pixel of rank fraction * (total - 1) among counts[bins],
 * `total` being their sum; 0 <= fraction <= 1. An empty histogram gives 0. */
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

/*
 * Otsu's threshold: the split into "<= t" and "> t" with the greatest variance
 * between the two classes; in the middle of the gap where a gap separates them.
 */
static int otsu_threshold(const uint32_t counts[LEVELS])
{
    uint64_t total = 0, sum = 0, below = 0, below_sum = 0;
    for (uint64_t level = 0; level < LEVELS; level++) {
        total += counts[level];
        sum += level * counts[level];
    }
    double best = -1;
    int first = 0, last = 0;
    for (int t = 0; t < LEVELS; t++) {
        below += counts[t];
        below_sum += (uint64_t)t * counts[t];
        if (below == 0)
            continue;
        if (below == total) {
            if (best < 0)
                first = last = t;
            break;
        }
        const double apart = (double)sum * (double)below - (double)total * (double)below_sum;
        const double between = apart * apart / ((double)below * (double)(total - below));
        if (between > best) {
            best = between;
            first = t;
        }
        if (between >= best)
            last = t;
    }
    return (first + last) / 2;
}

/* The noise shows on the dark side of the middle: there is no ink there. */
static paper measure_paper(const uint32_t differences[DG_DIFFERENCES])
{
    const double middle = (double)bin_of_rank(differences, DG_DIFFERENCES, 0.5);
    const double lower = (double)bin_of_rank(differences, DG_DIFFERENCES, 0.16);
    return (paper){middle - 255, middle - lower};
}

/* The level of the darker ink; -1 if there is none. */
static double ink_level(const uint32_t counts[LEVELS], const paper *ground)
{
    uint32_t ink[LEVELS];
    const double least = ground->level + CONTRAST_NOISE * ground->noise;
    int threshold = otsu_threshold(counts);
    if (least > threshold)
        threshold = least < 255 ? (int)least : 255;
    if (threshold >= 255)
        return -1;
    memset(ink, 0, sizeof ink);
    memcpy(ink + threshold + 1, counts + threshold + 1,
           (size_t)(255 - threshold) * sizeof *ink);
    return (double)bin_of_rank(ink, LEVELS, FULL_SHARE);
}

static void fill_table(uint8_t table[LEVELS], double floor, double full)
{
    for (int level = 0; level < LEVELS; level++) {
        const double strength = FULL_STRENGTH * (level - floor) / (full - floor);
        table[level] = strength <= 0 ? 0 : strength >= 255 ? 255 : (uint8_t)(strength + 0.5);
    }
}

static double noise_floor(const paper *ground, double contrast)
{
    const double deviations = FLOOR_NOISE * ground->noise;
    double floor = FLOOR_CONTRAST * contrast;
    if (floor > 3 * deviations)
        floor = 3 * deviations;
    if (floor < deviations)
        floor = deviations;
    if (floor > FLOOR_MAX * contrast)
        floor = FLOOR_MAX * contrast;
    return ground->level + floor;
}

bool dg_strength(const dg_plane *plane, const dg_levels *grid, const dg_surface *surface,
                 bool light, size_t reach)
{
    const size_t size = plane->width * plane->height;
    uint32_t differences[DG_DIFFERENCES], counts[LEVELS];
    uint8_t table[LEVELS];
    dg_subtract_background(plane, grid, surface, light, reach, differences);
    const paper ground = measure_paper(differences);
    memcpy(counts, differences + 255, sizeof counts);
    for (size_t i = 0; i < 255; i++)
        counts[0] += differences[i];
    const double full = ink_level(counts, &ground);
    const double contrast = full - ground.level;
    if (full < 0 || contrast < CONTRAST_MIN)
        return false;
    fill_table(table, noise_floor(&ground, contrast), full);
    for (size_t i = 0; i < size; i++)
        plane->pixels[i] = table[plane->pixels[i]];
    return true;
}
