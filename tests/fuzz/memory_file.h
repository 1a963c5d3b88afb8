/* memory_file.h - a file in memory that the library can open by its name in /proc. Include it
 * first: memfd_create() wants _GNU_SOURCE. */
#ifndef FUZZ_MEMORY_FILE_H
#define FUZZ_MEMORY_FILE_H

#define _GNU_SOURCE
#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

/* Returns the descriptor, which the caller closes. */
static inline int memory_file_make(const uint8_t *bytes, size_t size, char path[40])
{
    const int fd = memfd_create("fuzz", MFD_CLOEXEC);
    FUZZ_REQUIRE(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    snprintf(path, 40, "/proc/self/fd/%d", fd);
    return fd;
}

#endif
