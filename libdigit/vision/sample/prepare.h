/*
 * prepare.h - every way to prepare a picture that was ever released.
 *
 * Models keep the number of the one they were trained for. Once released, what a preparation
 * does never changes: a better way is a new number, in a file of its own.
 */
#ifndef DG_VISION_SAMPLE_PREPARE_H
#define DG_VISION_SAMPLE_PREPARE_H

#include "vision/ink/levels.h"

typedef struct dg_prepared {
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    uint32_t ink; /* as asked for; AUTO must be settled */
    uint32_t flags;
    digit_box box;
} dg_prepared;

/* `result` is cleared but for `ink`; `grey` is worked on and worthless afterwards. */
digit_status dg_prepare_1(const dg_plane *grey, dg_prepared *result);
digit_status dg_prepare_2(const dg_plane *grey, dg_prepared *result);
digit_status dg_prepare_3(const dg_plane *grey, dg_prepared *result);

/* As dg_frame(). */
typedef digit_status (*dg_framer)(const dg_plane *ink, const digit_box *box,
                                  uint8_t sample[DIGIT_SAMPLE_BYTES]);

/* What the end of all preparations has of its own. */
typedef struct dg_manner {
    size_t reach; /* cells: what is wider than 2 reach + 1 of them is ground */
    dg_framer frame;
} dg_manner;

/* That end: what is left to do once the ground is known and `ink` is settled. */
digit_status dg_prepare_on_ground(const dg_plane *grey, const dg_levels *grid,
                                  const dg_surface *surface, const dg_manner *manner,
                                  dg_prepared *result);

#endif
