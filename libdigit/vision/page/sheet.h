/* sheet.h - a picture of writing as what the reader starts from: its ink in components. */
#ifndef DG_VISION_PAGE_SHEET_H
#define DG_VISION_PAGE_SHEET_H

#include "vision/rules/rules.h"

/* The ink of a picture, without its form lines and dirt. A blank picture has no component, no
 * rule and an ink of zeros. */
typedef struct dg_sheet {
    dg_plane ink; /* density: 0 paper, from DG_INK_EDGE on a stroke, DG_INK_FULL inside it */
    dg_plane whole; /* the same before form lines were taken out and pens made even */
    dg_components components;
    dg_rules rules;      /* the form lines that were taken out */
    double digit_height; /* of most digits, in pixels; 0: there is no ink */
    double lean;         /* by so many pixels a row its rows are shifted: dg_lean_right() */
} dg_sheet;

/*
 * Make the sheet of a picture that passed dg_image_check(). DIGIT_ERR_LIMIT: too many runs or
 * components. The same for any number of threads. Release with dg_sheet_free(), after a failure
 * too.
 */
digit_status dg_sheet_make(const digit_image *image, dg_threads threads, dg_sheet *sheet);

void dg_sheet_free(dg_sheet *sheet);

#endif
