/* listener.h - a UNIX socket that clients connect to. */
#ifndef EXAMPLES_LISTENER_H
#define EXAMPLES_LISTENER_H

/* Listen at `path`, where only this user may connect: whoever can makes the daemon open files. What
 * a daemon that was killed left there is replaced. A file descriptor, or -1: see errno. */
int listener_open(const char *path);
void listener_close(int fd, const char *path);

/* Wait for the next client, or for a signal that is blocked otherwise. A file descriptor, or -1:
 * see errno; EINTR = a signal. */
int listener_accept(int fd);

#endif
