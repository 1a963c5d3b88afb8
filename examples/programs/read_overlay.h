/* read_overlay.h - a picture with the answers drawn over it. */
#ifndef EXAMPLES_READ_OVERLAY_H
#define EXAMPLES_READ_OVERLAY_H

#include "picture.h"
#include "picture_list.h"

#include <digit/digit.h>
#include <stdint.h>

/* Write a PNG file: `path`, or for index > 0 with -2, -3 ... before its ending; never over one of
 * the pictures that are read. Returns the exit status, 0 or 1, after saying what was wrong. */
int read_overlay_write(const char *path, uint32_t index, const picture_list *pictures,
                       const picture *shown, const digit_reading *reading);

#endif
