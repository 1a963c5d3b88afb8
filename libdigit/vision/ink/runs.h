/* runs.h - the ink of a picture as runs of pixels, and which of them touch. */
#ifndef DG_VISION_INK_RUNS_H
#define DG_VISION_INK_RUNS_H

#include "base/pool.h"
#include "vision/pixels.h"

/* A picture with more runs holds no writing. */
#define DG_RUNS_MAX (1u << 23)

/* Pixels start .. end-1 of row y. */
typedef struct dg_run {
    uint16_t y, start, end;
} dg_run;

typedef struct dg_runs {
    dg_run *items; /* [count], in reading order */
    size_t count;
} dg_runs;

/* Find the runs of pixels whose density is at least `least` > 0. DIGIT_ERR_LIMIT: there are more
 * than DG_RUNS_MAX. Release with dg_runs_free(), after a failure too. */
digit_status dg_runs_find(const dg_plane *ink, uint8_t least, dg_threads threads, dg_runs *runs);

/* Find the runs of density `least` or more inside `runs`: the same as dg_runs_find() gives if
 * all such pixels lie in `runs`, without a look at the rest of the picture. */
digit_status dg_runs_within(const dg_runs *runs, const dg_plane *ink, uint8_t least,
                            const dg_deadline *deadline, dg_runs *found);

void dg_runs_free(dg_runs *runs);

/* Label the runs that touch, corners included, with the number of their component:
 * labels[count], numbered in the order of their first runs; *components is how many there are.
 * `runs` is in reading order. Union-find; He, Chao and Suzuki, "A run-based two-scan labeling
 * algorithm", IEEE Transactions on Image Processing 17 (2008). */
digit_status dg_runs_label(const dg_run *runs, size_t count, const dg_deadline *deadline,
                           uint32_t *labels, size_t *components);

#endif
