/* full_box.h - which side of a picture is ink if one digit fills it up to all four edges. */
#ifndef DG_VISION_SAMPLE_FULL_BOX_H
#define DG_VISION_SAMPLE_FULL_BOX_H

#include "base/deadline.h"
#include "vision/pixels.h"

#include <stdbool.h>

/* What a full box shows. */
typedef struct dg_full_box {
    bool light;    /* the ink is lighter than the background */
    uint8_t paper; /* the background's median */
} dg_full_box;

/*
 * How dark and how much of each side there is tells nothing here: bold ink may cover more than
 * half of the picture, of the border and of the corners. Shape does. The digit is a connected
 * component that reaches all four edges; it cuts the background into parts, none of which does.
 * *found is false if the picture is not of that kind.
 */
digit_status dg_full_box_judge(const dg_plane *grey, const dg_deadline *deadline,
                               dg_full_box *box, bool *found);

#endif
