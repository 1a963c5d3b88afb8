/* picture.h - picture files as pixels, through Leptonica. */
#ifndef EXAMPLES_PICTURE_H
#define EXAMPLES_PICTURE_H

#include <digit/digit.h>
#include <stdint.h>

typedef struct picture_file picture_file;

/* One page, the right way up. `image` points into `pix`. */
typedef struct picture {
    digit_image image;
    struct Pix *pix;
} picture;

enum { PICTURE_REASON = 200 };

/*
 * Read a PNG, JPEG, BMP, TIFF or WebP file into memory ("-": standard input) and
 * count its pages. NULL: `reason` says why not.
 */
picture_file *picture_open(const char *path, char reason[PICTURE_REASON]);
uint32_t picture_pages(const picture_file *file);

/* Decode page `page`, counted from 0. Its size is looked at before anything is
 * decoded. 0, or -1: `reason` says why not. */
int picture_decode(picture_file *file, uint32_t page, picture *out,
                   char reason[PICTURE_REASON]);

void picture_clear(picture *shown);
void picture_close(picture_file *file);

#endif
