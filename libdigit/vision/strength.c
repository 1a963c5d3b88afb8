#include "vision/strength.h"

#include "vision/background.h"
#include "vision/levels.h"

#include <string.h>

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

typedef struct paper {
    double level; /* of most of the picture above its ground; near 0 */
    double noise; /* standard deviation */
} paper;

/* The noise shows on the dark side of the middle: there is no ink there. */
static paper measure_paper(const uint32_t differences[DG_DIFFERENCES])
{
    const double middle = (double)dg_levels_rank(differences, DG_DIFFERENCES, 0.5);
    const double lower = (double)dg_levels_rank(differences, DG_DIFFERENCES, 0.16);
    return (paper){middle - 255, middle - lower};
}

/* The level that half of the ink reaches; -1 if there is none. */
static double ink_level(const uint32_t counts[DG_LEVELS], const paper *ground)
{
    uint32_t ink[DG_LEVELS];
    const double least = ground->level + CONTRAST_NOISE * ground->noise;
    int threshold = dg_levels_otsu(counts);
    if (least > threshold)
        threshold = least < 255 ? (int)least : 255;
    if (threshold >= 255)
        return -1;
    memset(ink, 0, sizeof ink);
    memcpy(ink + threshold + 1, counts + threshold + 1,
           (size_t)(255 - threshold) * sizeof *ink);
    return (double)dg_levels_rank(ink, DG_LEVELS, 0.5);
}

static void fill_table(uint8_t table[DG_LEVELS], double floor, double full)
{
    for (int level = 0; level < DG_LEVELS; level++) {
        const double strength = 255 * (level - floor) / (full - floor);
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

bool dg_strength(const dg_plane *plane)
{
    const size_t size = plane->width * plane->height;
    uint32_t differences[DG_DIFFERENCES], counts[DG_LEVELS];
    uint8_t table[DG_LEVELS];
    dg_background_subtract(plane, differences);
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
