#include "connection.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* A clock that nobody sets back. */
static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1000 * (int64_t)time.tv_sec + time.tv_nsec / 1000000;
}

void connection_open(connection *client, int fd)
{
    client->fd = fd;
    client->at = client->count = 0;
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
}

void connection_close(connection *client)
{
    close(client->fd);
}

void connection_set_time(connection *client, uint32_t milliseconds)
{
    client->deadline = now() + milliseconds;
}

uint32_t connection_time_left(const connection *client)
{
    const int64_t left = client->deadline - now();
    return left > 0 ? (uint32_t)left : 0;
}

/* Wait until the socket can be read from (POLLIN) or written to (POLLOUT). */
static int wait_for(const connection *client, short event)
{
    struct pollfd socket = {.fd = client->fd, .events = event};
    for (;;) {
        const uint32_t left = connection_time_left(client);
        const int ready = left ? poll(&socket, 1, (int)left) : 0;
        if (ready > 0)
            return 0;
        if (ready == 0)
            return CONNECTION_LATE;
        if (errno != EINTR)
            return CONNECTION_CLOSED;
    }
}

static int is_temporary(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

/* The deadline is looked at before each call: a client that sends a byte now and then does not
 * move it. */
static int fill(connection *client)
{
    for (;;) {
        const int fault = wait_for(client, POLLIN);
        if (fault)
            return fault;
        const ssize_t got = recv(client->fd, client->buffer, sizeof client->buffer, 0);
        if (got > 0) {
            client->at = 0;
            client->count = (size_t)got;
            return 0;
        }
        if (got == 0 || !is_temporary(errno))
            return CONNECTION_CLOSED;
    }
}

int connection_peek(connection *client)
{
    const int fault = client->at == client->count ? fill(client) : 0;
    return fault ? fault : client->buffer[client->at];
}

int connection_next(connection *client)
{
    const int byte = connection_peek(client);
    client->at += byte >= 0;
    return byte;
}

int connection_take(connection *client, uint8_t *bytes, size_t count)
{
    while (count > 0) {
        const int fault = client->at == client->count ? fill(client) : 0;
        if (fault)
            return fault;
        const size_t here = client->count - client->at;
        const size_t part = here < count ? here : count;
        memcpy(bytes, client->buffer + client->at, part);
        client->at += part;
        bytes += part;
        count -= part;
    }
    return 0;
}

int connection_send(connection *client, const char *bytes, size_t count)
{
    while (count > 0) {
        const int fault = wait_for(client, POLLOUT);
        if (fault)
            return fault;
        /* A client that is gone is no reason to end: no SIGPIPE. */
        const ssize_t sent = send(client->fd, bytes, count, MSG_NOSIGNAL);
        if (sent < 0 && !is_temporary(errno))
            return CONNECTION_CLOSED;
        bytes += sent > 0 ? sent : 0;
        count -= sent > 0 ? (size_t)sent : 0;
    }
    return 0;
}
