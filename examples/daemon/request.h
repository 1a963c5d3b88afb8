/* request.h - what a client asks for: a picture. */
#ifndef EXAMPLES_REQUEST_H
#define EXAMPLES_REQUEST_H

#include "connection.h"
#include "picture.h"

#include <digit/digit.h>

/* How a request ended. */
enum request_end {
    REQUEST_READY,  /* there is a picture */
    REQUEST_REFUSED, /* `reason` says why there is none; the client may ask again */
    REQUEST_BROKEN, /* the same, but nobody knows where the next request begins */
    REQUEST_LATE,   /* the deadline has passed */
    REQUEST_NONE    /* the client is gone */
};

typedef struct request {
    digit_image image;
    char reason[PICTURE_REASON];
    picture shown;   /* of a file */
    uint8_t *pixels; /* of a PGM */
} request;

/*
 * Receive one request. It is the absolute path of a picture file and a newline, or a PGM (P5,
 * maximum 255). Wait for it as long as the connection's time allows; from its first byte on it has
 * `time_limit` milliseconds. Clear it in any case.
 */
enum request_end request_receive(request *wanted, connection *client, uint32_t time_limit);
void request_clear(request *wanted);

#endif
