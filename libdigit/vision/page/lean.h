/* lean.h - writing that leans far is set more upright, row by row. */
#ifndef DG_VISION_PAGE_LEAN_H
#define DG_VISION_PAGE_LEAN_H

#include "vision/page/sheet.h"

/* Shift the rows of a sheet by half of what its writing leans, if that is far; sheet->lean tells by
 * how much. Runs keep their order, and components their runs. */
digit_status dg_lean_right(dg_sheet *sheet);

/* By how many pixels row `y` has been shifted to the right. */
int32_t dg_lean_shift(const dg_sheet *sheet, int32_t y);

#endif
