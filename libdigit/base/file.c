#define _GNU_SOURCE /* strerrordesc_np, TEMP_FAILURE_RETRY */
#include "base/file.h"

#include "base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

digit_status dg_file_fail(const char *path, const char *what, int error)
{
    /* Not strerror_r: it translates, and may allocate and read files to do so. */
    const char *reason = strerrordesc_np(error);
    if (!reason)
        return dg_fail(DIGIT_ERR_IO, "%s: %s: error %d", path, what, error);
    return dg_fail(DIGIT_ERR_IO, "%s: %s: %s", path, what, reason);
}

digit_status dg_file_open(const char *path, dg_file *file)
{
    const int saved = errno;
    struct stat facts;
    digit_status status;
    file->path = path;
    file->size = 0;
    file->fd = TEMP_FAILURE_RETRY(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file->fd < 0)
        return dg_file_fail(path, "cannot open", errno);
    if (fstat(file->fd, &facts) != 0) {
        status = dg_file_fail(path, "cannot look at it", errno);
        goto fail;
    }
    if (!S_ISREG(facts.st_mode)) {
        status = dg_fail(DIGIT_ERR_IO, "%s: %s", path,
                         S_ISDIR(facts.st_mode) ? "is a directory" : "is not a regular file");
        goto fail;
    }
    file->size = (uint64_t)facts.st_size;
    errno = saved;
    return DIGIT_OK;

fail:
    dg_file_close(file);
    return status;
}

digit_status dg_file_fill(const dg_file *file, void *buffer, size_t size, size_t *filled)
{
    const int saved = errno;
    uint8_t *bytes = buffer;
    size_t done = 0;
    *filled = 0;
    while (done < size) {
        const ssize_t got = TEMP_FAILURE_RETRY(read(file->fd, bytes + done, size - done));
        if (got < 0)
            return dg_file_fail(file->path, "cannot read", errno);
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *filled = done;
    errno = saved;
    return DIGIT_OK;
}

void dg_file_close(dg_file *file)
{
    const int saved = errno;
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    errno = saved;
}
