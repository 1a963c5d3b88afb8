#define _GNU_SOURCE /* TEMP_FAILURE_RETRY */
#include "whole_file.h"

#include "file_target.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Closes `file`. Returns 0 or an errno. */
static int write_all(int file, const char *bytes, size_t size)
{
    int error = 0;
    for (size_t done = 0; error == 0 && done < size;) {
        const ssize_t put = TEMP_FAILURE_RETRY(write(file, bytes + done, size - done));
        if (put < 0)
            error = errno;
        else
            done += (size_t)put;
    }
    if (error == 0 && fsync(file) != 0 && errno != EINVAL) /* EINVAL: a FIFO or a device */
        error = errno;
    if (close(file) != 0 && error == 0)
        error = errno;
    return error;
}

/* The permissions of the file that is replaced, or those of any new file. */
static mode_t mode_for(const char *target)
{
    struct stat old;
    if (stat(target, &old) == 0)
        return old.st_mode & 0777;
    const mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

static int replace(const char *target, const void *bytes, size_t size)
{
    static const char ending[] = ".XXXXXX";
    const char *slash = strrchr(target, '/');
    const int folder = slash ? (int)(slash - target) + 1 : 0;
    char temporary[PATH_MAX];
    const int length =
        snprintf(temporary, sizeof temporary, "%.*s.digit%s", folder, target, ending);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return ENAMETOOLONG;
    const int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return errno;
    int error = fchmod(file, mode_for(target)) == 0 ? 0 : errno;
    const int unwritten = write_all(file, bytes, size);
    error = error ? error : unwritten;
    if (error == 0 && rename(temporary, target) != 0)
        error = errno;
    if (error != 0)
        unlink(temporary);
    return error;
}

int whole_file_write(const char *path, const void *bytes, size_t size)
{
    struct stat facts;
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode)) {
        const int file = TEMP_FAILURE_RETRY(open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY));
        return file < 0 ? errno : write_all(file, bytes, size);
    }
    char *target = file_target(path);
    const int error = target ? replace(target, bytes, size) : errno;
    free(target);
    return error;
}
