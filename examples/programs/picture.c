#include "picture.h"

#include "picture_alpha.h"
#include "picture_bytes.h"

#include <allheaders.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The library's limits, looked at before a decoder allocates for them. */
enum { SIDE_MAX = 65535, PIXELS_MAX = 64 << 20, FILE_MAX = 256 << 20, PAGES_MAX = 1000 };

struct picture_file {
    uint8_t *bytes;
    size_t size;
    enum picture_kind kind;
    uint32_t pages;
    l_int32 channels; /* of the page looked at last, as stored; 0 = not known */
};

static int refuse(char reason[PICTURE_REASON], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static int refuse(char reason[PICTURE_REASON], const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, PICTURE_REASON, format, arguments);
    va_end(arguments);
    return -1;
}

static int read_stream(FILE *stream, picture_file *file, char reason[PICTURE_REASON])
{
    size_t room = 0;
    for (;;) {
        if (file->size == room) {
            room = room ? 2 * room : 65536;
            uint8_t *larger = room <= 2u * FILE_MAX ? realloc(file->bytes, room) : NULL;
            if (!larger)
                return refuse(reason, "not enough memory for the file");
            file->bytes = larger;
        }
        const size_t got = fread(file->bytes + file->size, 1, room - file->size, stream);
        file->size += got;
        if (file->size > FILE_MAX)
            return refuse(reason, "larger than %d MiB", FILE_MAX >> 20);
        if (ferror(stream))
            return refuse(reason, "%s", strerror(errno));
        if (got == 0)
            return 0;
    }
}

static int recognise_kind(picture_file *file, char reason[PICTURE_REASON])
{
    if (file->size == 0)
        return refuse(reason, "the file is empty");
    file->kind = picture_bytes_kind(file->bytes, file->size);
    file->pages = 1;
    if (file->kind == PICTURE_UNKNOWN || file->size < 16)
        return refuse(reason, "not a PNG, JPEG, BMP, TIFF or WebP picture");
    if (file->kind == PICTURE_PNG)
        file->size = picture_bytes_png_drop_key(file->bytes, file->size);
    if (file->kind == PICTURE_BMP)
        file->size = picture_bytes_bmp_tidy(file->bytes, file->size);
    if (file->kind == PICTURE_TIFF)
        file->pages = picture_bytes_tiff_pages(file->bytes, file->size, PAGES_MAX + 1);
    if (file->pages == 0)
        return refuse(reason, "a TIFF file without a page");
    if (file->pages > PAGES_MAX)
        return refuse(reason, "more than %d pages", PAGES_MAX);
    return 0;
}

/* A FIFO would have us wait for a writer, and a device may have no end. */
static FILE *open_regular(const char *path, char reason[PICTURE_REASON])
{
    struct stat about;
    FILE *stream = NULL;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &about) != 0)
        refuse(reason, "%s", strerror(errno));
    else if (S_ISDIR(about.st_mode))
        refuse(reason, "%s", strerror(EISDIR));
    else if (!S_ISREG(about.st_mode))
        refuse(reason, "not a regular file");
    else if (!(stream = fdopen(fd, "rb")))
        refuse(reason, "%s", strerror(errno));
    if (!stream && fd >= 0)
        close(fd);
    return stream;
}

picture_file *picture_open(const char *path, char reason[PICTURE_REASON])
{
    const int from_stdin = strcmp(path, "-") == 0;
    FILE *stream = from_stdin ? stdin : open_regular(path, reason);
    if (!stream)
        return NULL;
    picture_file *file = calloc(1, sizeof *file);
    if (!file)
        refuse(reason, "not enough memory for the file");
    else if (read_stream(stream, file, reason) != 0 || recognise_kind(file, reason) != 0) {
        picture_close(file);
        file = NULL;
    }
    if (!from_stdin)
        fclose(stream);
    return file;
}

uint32_t picture_pages(const picture_file *file)
{
    return file->pages;
}

void picture_close(picture_file *file)
{
    if (file)
        free(file->bytes);
    free(file);
}

static int read_size(picture_file *file, uint32_t page, int64_t *width, int64_t *height,
                     char reason[PICTURE_REASON])
{
    l_int32 w = 0, h = 0, spp = 0, failed = 0, bits = 0;
    switch (file->kind) {
    case PICTURE_BMP:
        failed = picture_bytes_bmp_size(file->bytes, file->size, width, height, &bits);
        if (!failed && bits == 16)
            return refuse(reason, "BMP pictures of 16 bits a pixel are not supported");
        return failed ? refuse(reason, "the BMP header is damaged or not supported") : 0;
    case PICTURE_TIFF:
        failed = readHeaderMemTiff(file->bytes, file->size, (l_int32)page, &w, &h, NULL,
                                   &file->channels, NULL, NULL, NULL);
        break;
    case PICTURE_JPEG:
        failed = readHeaderMemJpeg(file->bytes, file->size, &w, &h, NULL, NULL, NULL);
        break;
    case PICTURE_WEBP:
        failed = readHeaderMemWebP(file->bytes, file->size, &w, &h, &spp);
        break;
    default:
        failed = readHeaderMemPng(file->bytes, file->size, &w, &h, NULL, NULL, NULL);
        break;
    }
    *width = w;
    *height = h;
    return failed ? refuse(reason, "the picture's header is damaged or not supported") : 0;
}

static int check_size(picture_file *file, uint32_t page, char reason[PICTURE_REASON])
{
    int64_t width = 0, height = 0;
    if (read_size(file, page, &width, &height, reason) != 0)
        return -1;
    if (width < 1 || height < 1)
        return refuse(reason, "a picture without pixels (%lld x %lld)", (long long)width,
                      (long long)height);
    if (width > SIDE_MAX || height > SIDE_MAX || width * height > PIXELS_MAX)
        return refuse(reason, "%lld x %lld pixels are too many (at most %d a side, %d in all)",
                      (long long)width, (long long)height, SIDE_MAX, PIXELS_MAX);
    return 0;
}

/* All 16 bits of a single channel, so that a camera's 10 or 12 used bits are not
 * thrown away: the highest bit in use becomes the highest of 8. */
static PIX *to_8_bits(PIX *deep)
{
    l_int32 width, height;
    pixGetDimensions(deep, &width, &height, NULL);
    PIX *pix = pixCreate(width, height, 8);
    if (!pix)
        return NULL;
    const l_uint32 *from = pixGetData(deep);
    l_uint32 *to = pixGetData(pix);
    l_uint32 used = 0;
    for (l_int32 y = 0; y < height; y++) {
        for (l_int32 x = 0; x < width; x++)
            used |= GET_DATA_TWO_BYTES(from + (size_t)y * pixGetWpl(deep), x);
    }
    int shift = 0;
    while (used >> shift > 255)
        shift++;
    for (l_int32 y = 0; y < height; y++) {
        const l_uint32 *line = from + (size_t)y * pixGetWpl(deep);
        for (l_int32 x = 0; x < width; x++)
            SET_DATA_BYTE(to + (size_t)y * pixGetWpl(pix), x,
                          (l_uint32)GET_DATA_TWO_BYTES(line, x) >> shift);
    }
    return pix;
}

/* Replace *pix by what `make` gives for it; NULL stays NULL. */
static void replace(PIX **pix, PIX *made)
{
    pixDestroy(pix);
    *pix = made;
}

/* Turn and mirror as EXIF orientation `o` says: 5..8 lie on their side. */
static void turn_upright(PIX **pix, int o)
{
    static const int quarter_turns[9] = {0, 0, 0, 2, 2, 3, 1, 1, 3};
    static const int mirrored[9] = {0, 0, 1, 0, 1, 1, 0, 1, 0};
    if (mirrored[o] && *pix)
        replace(pix, pixFlipLR(NULL, *pix));
    if (quarter_turns[o] && *pix)
        replace(pix, pixRotateOrth(*pix, quarter_turns[o]));
}

static int read_orientation(picture_file *file, uint32_t page)
{
    if (file->kind == PICTURE_TIFF)
        return picture_bytes_tiff_take_orientation(file->bytes, file->size, page);
    return picture_bytes_orientation(file->kind, file->bytes, file->size);
}

static PIX *decode_pix(const picture_file *file, uint32_t page)
{
    if (file->kind == PICTURE_TIFF)
        return pixReadMemTiff(file->bytes, file->size, (l_int32)page);
    if (file->kind == PICTURE_PNG)
        l_pngSetReadStrip16To8(!picture_bytes_png_is_deep(file->bytes, file->size));
    return pixReadMem(file->bytes, file->size);
}

/* One channel of 8 bits, or four of 8 bits (red, green, blue, alpha). */
static void make_plain(PIX **pix)
{
    if (*pix && pixGetColormap(*pix))
        replace(pix, pixRemoveColormap(*pix, REMOVE_CMAP_BASED_ON_SRC));
    if (*pix && pixGetDepth(*pix) == 16)
        replace(pix, to_8_bits(*pix));
    if (*pix && pixGetDepth(*pix) < 8)
        replace(pix, pixConvertTo8(*pix, FALSE));
}

/* Decoders print on stderr of their own accord; a bad picture is ours to report. */
static int hush(void)
{
    fflush(stderr);
    const int saved = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (saved >= 0 && nowhere >= 0)
        dup2(nowhere, STDERR_FILENO);
    if (nowhere >= 0)
        close(nowhere);
    return saved;
}

static void unhush(int saved)
{
    if (saved < 0)
        return;
    fflush(stderr);
    dup2(saved, STDERR_FILENO);
    close(saved);
}

static int decode(picture_file *file, uint32_t page, picture *out, char reason[PICTURE_REASON])
{
    setMsgSeverity(L_SEVERITY_NONE);
    if (check_size(file, page, reason) != 0)
        return -1;
    const int orientation = read_orientation(file, page);
    PIX *pix = decode_pix(file, page);
    make_plain(&pix);
    turn_upright(&pix, orientation);
    if (!pix)
        return refuse(reason, "the picture is damaged or of a kind that is not supported");

    const int colour = pixGetDepth(pix) == 32;
    out->image.ink = DIGIT_INK_AUTO;
    /* libtiff multiplies red, green and blue by alpha, but not grey. */
    if (colour && pixGetSpp(pix) == 4)
        out->image.ink = picture_alpha_flatten(pix, file->channels == 4);
    else if (colour)
        pixSetComponentArbitrary(pix, L_ALPHA_CHANNEL, 255);
    pixEndianByteSwap(pix); /* words to bytes in reading order */
    out->pix = pix;
    out->image.pixels = pixGetData(pix);
    out->image.stride = 4 * (ptrdiff_t)pixGetWpl(pix);
    out->image.width = (uint32_t)pixGetWidth(pix);
    out->image.height = (uint32_t)pixGetHeight(pix);
    out->image.format = colour ? DIGIT_PIXEL_RGBA8 : DIGIT_PIXEL_GRAY8;
    return 0;
}

int picture_decode(picture_file *file, uint32_t page, picture *out,
                   char reason[PICTURE_REASON])
{
    *out = (picture){.pix = NULL};
    const int saved = hush();
    const int result = decode(file, page, out, reason);
    unhush(saved);
    return result;
}

void picture_clear(picture *shown)
{
    pixDestroy(&shown->pix);
}
