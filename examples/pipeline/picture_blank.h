/* picture_blank.h - parts of a picture painted over with the paper around them. */
#ifndef EXAMPLES_PICTURE_BLANK_H
#define EXAMPLES_PICTURE_BLANK_H

#include "picture.h"

void picture_blank(picture *shown, digit_box box);

#endif
