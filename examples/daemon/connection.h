/* connection.h - bytes from and to one client, each with a deadline. */
#ifndef EXAMPLES_CONNECTION_H
#define EXAMPLES_CONNECTION_H

#include <stddef.h>
#include <stdint.h>

typedef struct connection {
    int fd;           /* does not block */
    int64_t deadline; /* of the request that is being served, in milliseconds */
    size_t at, count; /* of the buffer: what was received and not taken yet */
    uint8_t buffer[4096];
} connection;

/* Why there are no more bytes. */
enum { CONNECTION_CLOSED = -1, CONNECTION_LATE = -2 };

void connection_open(connection *client, int fd);
void connection_close(connection *client);

/* The client has this long from now on. */
void connection_set_time(connection *client, uint32_t milliseconds);
/* What is left of it; 0 = the deadline has passed. */
uint32_t connection_time_left(const connection *client);

/* The next byte, 0..255, or why there is none; the second leaves it there. */
int connection_next(connection *client);
int connection_peek(connection *client);
/* The next bytes[count]. 0, or why there are not so many. */
int connection_take(connection *client, uint8_t *bytes, size_t count);

/* All of it. 0, or why not. */
int connection_send(connection *client, const char *bytes, size_t count);

#endif
