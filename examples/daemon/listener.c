#include "listener.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int make_address(const char *path, struct sockaddr_un *address)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address->sun_path)
        return errno = ENAMETOOLONG, -1;
    strcpy(address->sun_path, path);
    return 0;
}

/* The file is a socket, but nobody listens at it. */
static int is_left_over(const struct sockaddr_un *address)
{
    struct stat about;
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const int refused =
        fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) != 0 &&
        errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    return refused && stat(address->sun_path, &about) == 0 && S_ISSOCK(about.st_mode);
}

static int bind_private(int fd, const struct sockaddr_un *address)
{
    const mode_t mask = umask(0177);
    int failed = bind(fd, (const struct sockaddr *)address, sizeof *address);
    const int error = errno;
    if (failed && error == EADDRINUSE && is_left_over(address) && unlink(address->sun_path) == 0)
        failed = bind(fd, (const struct sockaddr *)address, sizeof *address);
    else
        errno = error;
    umask(mask);
    return failed;
}

int listener_open(const char *path)
{
    struct sockaddr_un address;
    const int fd = make_address(path, &address) == 0 ? socket(AF_UNIX, SOCK_STREAM, 0) : -1;
    if (fd < 0)
        return -1;
    /* A client may be gone between select() and accept(). */
    if (fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && bind_private(fd, &address) == 0 &&
        listen(fd, SOMAXCONN) == 0)
        return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

void listener_close(int fd, const char *path)
{
    close(fd);
    unlink(path);
}

int listener_accept(int fd)
{
    sigset_t none;
    fd_set ready;
    sigemptyset(&none);
    FD_ZERO(&ready);
    FD_SET(fd, &ready);
    return pselect(fd + 1, &ready, NULL, NULL, NULL, &none) < 0 ? -1 : accept(fd, NULL, NULL);
}
