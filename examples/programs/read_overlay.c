#include "read_overlay.h"

#include "cli.h"
#include "whole_file.h"

#include <allheaders.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FONT_SIZE = 10, LABEL_ROOM = 16 };

/* Sure, cut or joined, rejected or empty: green, blue, red. */
static void colour_of(const digit_glyph *glyph, l_uint8 rgb[3])
{
    static const l_uint8 sure[3] = {0, 150, 60}, made[3] = {0, 90, 220},
                         unsure[3] = {220, 40, 30};
    const l_uint8 *colour = sure;
    if (glyph->flags & (DIGIT_GLYPH_CUT | DIGIT_GLYPH_JOINED))
        colour = made;
    if (glyph->flags & (DIGIT_GLYPH_REJECTED | DIGIT_GLYPH_EMPTY))
        colour = unsure;
    memcpy(rgb, colour, 3);
}

static void draw_glyph(PIX *pix, L_BMF *font, const digit_glyph *glyph)
{
    l_uint8 rgb[3];
    l_uint32 value;
    char label[LABEL_ROOM];
    colour_of(glyph, rgb);
    composeRGBPixel(rgb[0], rgb[1], rgb[2], &value);
    BOX *box = boxCreate(glyph->box.x - 1, glyph->box.y - 1, glyph->box.width + 2,
                         glyph->box.height + 2);
    if (box)
        pixRenderBoxArb(pix, box, 1, rgb[0], rgb[1], rgb[2]);
    boxDestroy(&box);
    if (!font || glyph->flags & DIGIT_GLYPH_EMPTY)
        return;
    const char letter =
        glyph->flags & DIGIT_GLYPH_REJECTED ? '?' : (char)('0' + glyph->prediction.digit);
    const double percent = 100 * (double)glyph->prediction.confidence;
    snprintf(label, sizeof label, percent >= 99.5 ? "%c" : "%c %.0f", letter, percent);
    pixSetTextline(pix, font, label, value, glyph->box.x, glyph->box.y - 3, NULL, NULL);
}

/* The picture in words again, in colour. */
static PIX *canvas(const picture *shown)
{
    PIX *copy = pixCopy(NULL, shown->pix);
    if (copy)
        pixEndianByteSwap(copy);
    PIX *colour = copy ? pixConvertTo32(copy) : NULL;
    pixDestroy(&copy);
    if (colour)
        pixSetSpp(colour, 3);
    return colour;
}

static char *numbered(const char *path, uint32_t index)
{
    const size_t size = strlen(path) + 16;
    char *name = malloc(size);
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    if (!name)
        return NULL;
    if (index == 0)
        snprintf(name, size, "%s", path);
    else
        snprintf(name, size, "%.*s-%u%s", dot ? (int)(dot - path) : (int)strlen(path), path,
                 index + 1, dot ? dot : "");
    return name;
}

static int write_png(const char *name, PIX *pix)
{
    l_uint8 *bytes = NULL;
    size_t size = 0;
    if (!pix || pixWriteMem(&bytes, &size, pix, IFF_PNG) != 0) {
        cli_message("%s: not enough memory for the overlay", name);
        return 1;
    }
    const int error = whole_file_write(name, bytes, size);
    lept_free(bytes);
    if (error != 0)
        cli_message("%s: the overlay could not be written: %s", name, strerror(error));
    return error != 0;
}

static int draw_and_write(const char *name, const picture *shown, const digit_reading *reading)
{
    size_t count;
    const digit_glyph *glyphs = digit_reading_glyphs(reading, &count);
    PIX *pix = canvas(shown);
    L_BMF *font = bmfCreate(NULL, FONT_SIZE);
    for (size_t i = 0; pix && i < count; i++)
        draw_glyph(pix, font, &glyphs[i]);
    const int status = write_png(name, pix);
    bmfDestroy(&font);
    pixDestroy(&pix);
    return status;
}

int read_overlay_write(const char *path, uint32_t index, const picture_list *pictures,
                       const picture *shown, const digit_reading *reading)
{
    char *name = numbered(path, index);
    int status = 1;
    if (!name)
        cli_message("out of memory");
    else if (picture_list_has(pictures, name))
        cli_message("%s: is a picture to read; the overlay is not written over it", name);
    else
        status = draw_and_write(name, shown, reading);
    free(name);
    return status;
}
