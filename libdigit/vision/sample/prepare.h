/* prepare.h - a grey picture of one digit as the sample that a network expects. */
#ifndef DG_VISION_SAMPLE_PREPARE_H
#define DG_VISION_SAMPLE_PREPARE_H

#include "base/deadline.h"
#include "vision/pixels.h"

typedef struct dg_prepared {
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    uint32_t ink;   /* in: as the caller knows it; out: DIGIT_INK_DARK or _LIGHT */
    uint32_t flags; /* DIGIT_FLAG_... */
    digit_box box;  /* of the ink, in the picture */
    const dg_deadline *deadline; /* in: or NULL */
} dg_prepared;

/* `result` is cleared but for `ink` and `deadline`; `grey` is worked on, and worthless then. */
digit_status dg_prepare(const dg_plane *grey, dg_prepared *result);

#endif
