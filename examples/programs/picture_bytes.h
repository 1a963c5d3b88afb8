/*
 * picture_bytes.h - what Leptonica does not tell about a picture file, read from
 * its bytes. Every offset is checked against `size`; any bytes may be passed.
 */
#ifndef EXAMPLES_PICTURE_BYTES_H
#define EXAMPLES_PICTURE_BYTES_H

#include <stddef.h>
#include <stdint.h>

enum picture_kind {
    PICTURE_UNKNOWN, PICTURE_PNG, PICTURE_JPEG, PICTURE_BMP, PICTURE_TIFF, PICTURE_WEBP
};

enum picture_kind picture_bytes_kind(const uint8_t *bytes, size_t size);

/* EXIF orientation 1..8 of a JPEG, PNG or WebP file; 1 when it says none. */
int picture_bytes_orientation(enum picture_kind kind, const uint8_t *bytes, size_t size);

/* Pages of a TIFF file, `most` at most; 0 = not readable as TIFF. */
uint32_t picture_bytes_tiff_pages(const uint8_t *bytes, size_t size, uint32_t most);

/* Orientation 1..8 of a page of a TIFF file that has so many, and set it to 1 in the
 * bytes: Leptonica 1.82 turns colour pages of orientation 8 the wrong way. */
int picture_bytes_tiff_take_orientation(uint8_t *bytes, size_t size, uint32_t page);

/* 1 if a PNG holds one 16-bit channel, whose low bytes Leptonica would drop. */
int picture_bytes_png_is_deep(const uint8_t *bytes, size_t size);

/*
 * Take the colour key (tRNS) out of a PNG without palette: Leptonica would make a
 * grey one transparent all over. Without it the keyed colour shows as it is
 * stored, which differs from the ink. Returns the new size.
 */
size_t picture_bytes_png_drop_key(uint8_t *bytes, size_t size);

/* Put a BMP header into the shape Leptonica insists on (no bytes after the pixels,
 * usual masks said as "uncompressed"). Returns the new size. */
size_t picture_bytes_bmp_tidy(uint8_t *bytes, size_t size);

/* Width and height of a BMP as its header has them, and bits of a pixel. */
int picture_bytes_bmp_size(const uint8_t *bytes, size_t size, int64_t *width,
                           int64_t *height, int *bits);

#endif
