#include "request.h"

#include <ctype.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* A PGM of more pixels is refused: each client may have one in memory. */
enum { PATH_BYTES = 4096, SIDE_MOST = 65535, PIXELS_MOST = 16 << 20 };
enum { NO_PGM = 1 };

static enum request_end end_of(int fault)
{
    return fault == CONNECTION_LATE ? REQUEST_LATE : REQUEST_NONE;
}

static enum request_end refuse(request *wanted, enum request_end end, const char *reason)
{
    snprintf(wanted->reason, sizeof wanted->reason, "%s", reason);
    return end;
}

/* ---- A path -------------------------------------------------------------------- */

/* Leptonica's decoders have state that all threads share. */
static pthread_mutex_t decoder = PTHREAD_MUTEX_INITIALIZER;

static enum request_end load_file(request *wanted, const char *path)
{
    enum request_end end = REQUEST_REFUSED;
    pthread_mutex_lock(&decoder);
    picture_file *file = picture_open(path, wanted->reason);
    if (file && picture_decode(file, 0, &wanted->shown, wanted->reason) == 0) {
        wanted->image = wanted->shown.image;
        end = REQUEST_READY;
    }
    if (file)
        picture_close(file);
    pthread_mutex_unlock(&decoder);
    return end;
}

static enum request_end receive_path(request *wanted, connection *client)
{
    char path[PATH_BYTES];
    for (size_t length = 0; length < sizeof path; length++) {
        const int byte = connection_next(client);
        if (byte < 0)
            return end_of(byte);
        if (byte == '\0')
            return refuse(wanted, REQUEST_BROKEN, "a zero byte in the path");
        path[length] = (char)byte;
        if (byte == '\n') {
            path[length] = '\0';
            return load_file(wanted, path);
        }
    }
    return refuse(wanted, REQUEST_BROKEN, "the path is too long");
}

/* ---- A PGM --------------------------------------------------------------------- */

/* The first byte that is neither white space nor in a comment, or why there is none. */
static int skip_space(connection *client)
{
    int byte = connection_next(client);
    for (bool comment = false; byte >= 0; byte = connection_next(client)) {
        comment = comment ? byte != '\n' : byte == '#';
        if (!comment && !isspace(byte))
            break;
    }
    return byte;
}

/* A number of the header, 1..SIDE_MOST, and the one white space behind it. 0, or why there is
 * none: below 0, no bytes; NO_PGM, other bytes. */
static int take_number(connection *client, uint32_t *number)
{
    int byte = skip_space(client);
    for (*number = 0; byte >= '0' && byte <= '9' && *number <= SIDE_MOST;
         byte = connection_next(client))
        *number = 10 * *number + (uint32_t)(byte - '0');
    if (byte < 0)
        return byte;
    return isspace(byte) && *number > 0 && *number <= SIDE_MOST ? 0 : NO_PGM;
}

static enum request_end receive_pixels(request *wanted, connection *client)
{
    digit_image *image = &wanted->image;
    const size_t size = (size_t)image->width * image->height;
    wanted->pixels = malloc(size);
    if (!wanted->pixels)
        return refuse(wanted, REQUEST_BROKEN, "not enough memory");
    const int fault = connection_take(client, wanted->pixels, size);
    image->pixels = wanted->pixels;
    return fault ? end_of(fault) : REQUEST_READY;
}

static enum request_end receive_pgm(request *wanted, connection *client)
{
    digit_image *image = &wanted->image;
    uint32_t maximum = 0;
    connection_next(client); /* the P */
    const int kind = connection_next(client);
    int fault = kind < 0 ? kind : kind == '5' ? 0 : NO_PGM;
    fault = fault ? fault : take_number(client, &image->width);
    fault = fault ? fault : take_number(client, &image->height);
    fault = fault ? fault : take_number(client, &maximum);
    if (fault < 0)
        return end_of(fault);
    if (fault == NO_PGM || maximum != 255)
        return refuse(wanted, REQUEST_BROKEN, "not a PGM of 8 bits (P5, maximum 255)");
    if ((uint64_t)image->width * image->height > PIXELS_MOST)
        return refuse(wanted, REQUEST_BROKEN, "the PGM has more than 16 Mi pixels");
    image->stride = (ptrdiff_t)image->width;
    image->format = DIGIT_PIXEL_GRAY8;
    image->ink = DIGIT_INK_AUTO;
    return receive_pixels(wanted, client);
}

/* ---- Either -------------------------------------------------------------------- */

enum request_end request_receive(request *wanted, connection *client, uint32_t time_limit)
{
    *wanted = (request){.pixels = NULL};
    const int first = connection_peek(client);
    if (first < 0)
        return end_of(first);
    connection_set_time(client, time_limit);
    if (first == '/')
        return receive_path(wanted, client);
    if (first == 'P')
        return receive_pgm(wanted, client);
    return refuse(wanted, REQUEST_BROKEN, "neither an absolute path nor a PGM");
}

void request_clear(request *wanted)
{
    picture_clear(&wanted->shown);
    free(wanted->pixels);
}
