#define _GNU_SOURCE /* O_TMPFILE, TEMP_FAILURE_RETRY */
#include "io/file.h"

#include "base/error.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

#define LINKS_MAX 40         /* symbolic links one after another, as the kernel has it */
#define ATTEMPTS_MAX 16      /* files written anew because the temporary name was lost */
#define WAIT_SECONDS 30      /* for another saver of the same file */
#define TEMP_PREFIX_MAX 200  /* bytes of the target's name in the temporary name */

/*
 * Saving writes a file without a name (O_TMPFILE), so a crash leaves nothing. To
 * replace the target it needs a name for the moment between link and rename. That
 * name depends on the target's alone: what a crash in that moment leaves is found
 * and removed by the next save. Whoever holds the name holds a lock on its file
 * too, so a name without a lock is a leftover, and only who gets the lock of a
 * leftover may remove it.
 */
typedef struct save {
    const char *path;         /* as the caller named it, for messages */
    char target[PATH_MAX];    /* behind all symbolic links */
    const char *name;         /* the last part of `target` */
    char temp[NAME_MAX + 1];
    int folder;
    int fd;                   /* the new file */
    bool named;               /* the file system has no files without names */
    bool holding;             /* the temporary name is ours */
    bool existed;
    struct stat old;          /* if it existed */
} save;

digit_status dg_file_read(const char *path, uint64_t limit, uint8_t **bytes, size_t *size)
{
    dg_file file;
    size_t filled;
    *bytes = NULL;
    *size = 0;
    digit_status status = dg_file_open(path, &file);
    if (status != DIGIT_OK)
        return status;
    if (file.size > limit) {
        status = dg_fail(DIGIT_ERR_LIMIT, "%s: %llu bytes; at most %llu are accepted", path,
                         (unsigned long long)file.size, (unsigned long long)limit);
        goto done;
    }
    *bytes = dg_alloc((size_t)file.size, 1);
    if (!*bytes) {
        status = dg_fail_memory(path, (size_t)file.size);
        goto done;
    }
    status = dg_file_fill(&file, *bytes, (size_t)file.size, &filled);
    if (status == DIGIT_OK && filled < file.size)
        status = dg_fail(DIGIT_ERR_IO, "%s: became shorter while it was read", path);
    if (status == DIGIT_OK)
        *size = filled;

done:
    if (status != DIGIT_OK) {
        dg_free(*bytes);
        *bytes = NULL;
    }
    dg_file_close(&file);
    return status;
}

/* Follow symbolic links from s->path to the name where the file is or will be. */
static digit_status find_target(save *s)
{
    char text[PATH_MAX];
    if (strlen(s->path) >= sizeof s->target)
        return dg_file_fail(s->path, "cannot save", ENAMETOOLONG);
    strcpy(s->target, s->path);
    for (int links = 0; links < LINKS_MAX; links++) {
        const ssize_t length = readlink(s->target, text, sizeof text);
        if (length < 0)
            return DIGIT_OK; /* no link, or nothing there: the next steps will see */
        const char *slash = text[0] == '/' ? NULL : strrchr(s->target, '/');
        const size_t folder = slash ? (size_t)(slash - s->target) + 1 : 0;
        if (folder + (size_t)length >= sizeof s->target)
            return dg_file_fail(s->path, "cannot save", ENAMETOOLONG);
        memcpy(s->target + folder, text, (size_t)length);
        s->target[folder + (size_t)length] = '\0';
    }
    return dg_file_fail(s->path, "cannot save", ELOOP);
}

/* ".model.safetensors.1a2b3c4d.tmp": the CRC keeps apart long names that were cut. */
static void make_temp_name(save *s)
{
    const size_t length = strlen(s->name);
    const uLong crc = crc32_z(crc32_z(0, NULL, 0), (const Bytef *)s->name, length);
    const size_t shown = dg_utf8_cut(s->name, length, TEMP_PREFIX_MAX);
    snprintf(s->temp, sizeof s->temp, ".%.*s.%08lx.tmp", (int)shown, s->name, crc);
}

/* Find the target, open its folder and look at what is there. */
static digit_status prepare(save *s)
{
    digit_status status = find_target(s);
    if (status != DIGIT_OK)
        return status;
    char *slash = strrchr(s->target, '/');
    s->name = slash ? slash + 1 : s->target;
    if (s->path[0] == '\0' || s->name[0] == '\0')
        return dg_file_fail(s->path, "cannot save", s->path[0] ? EISDIR : ENOENT);
    make_temp_name(s);

    /* The folder's part of the path, without touching the name behind it. */
    const char *folder = slash == s->target ? "/" : slash ? s->target : ".";
    if (slash)
        *slash = '\0';
    s->folder = TEMP_FAILURE_RETRY(open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (s->folder < 0)
        return dg_file_fail(s->path, "cannot open its folder", errno);

    s->existed = fstatat(s->folder, s->name, &s->old, AT_SYMLINK_NOFOLLOW) == 0;
    if (!s->existed && errno != ENOENT)
        return dg_file_fail(s->path, "cannot save", errno);
    if (s->existed && !S_ISREG(s->old.st_mode))
        return dg_fail(DIGIT_ERR_IO, "%s: %s", s->path,
                       S_ISDIR(s->old.st_mode) ? "is a directory" : "is not a regular file");
    return DIGIT_OK;
}

/* Does the temporary name lead to the file that `fd` has open? */
static bool is_temp(const save *s, int fd)
{
    struct stat open_file, named_file;
    return fstat(fd, &open_file) == 0 &&
           fstatat(s->folder, s->temp, &named_file, AT_SYMLINK_NOFOLLOW) == 0 &&
           open_file.st_dev == named_file.st_dev && open_file.st_ino == named_file.st_ino;
}

/* Remove what a killed save left under the temporary name. *busy: another saver is
 * at work there, look again later. */
static digit_status remove_leftover(const save *s, bool *busy)
{
    const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    const int fd = TEMP_FAILURE_RETRY(openat(s->folder, s->temp, flags));
    digit_status status = DIGIT_OK;
    *busy = false;
    if (fd < 0 && errno == ENOENT)
        return DIGIT_OK;
    /* Unreadable by its mode, a symbolic link or a socket: nobody we could ask. */
    if (fd < 0 && errno != EACCES && errno != ELOOP && errno != ENXIO)
        return dg_file_fail(s->path, "cannot look for a leftover of an earlier save", errno);
    if (fd >= 0)
        *busy = (flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) || !is_temp(s, fd);
    if (!*busy && unlinkat(s->folder, s->temp, 0) != 0 && errno != ENOENT)
        status = dg_file_fail(s->path, "cannot remove the leftover of an earlier save", errno);
    if (fd >= 0)
        close(fd);
    return status;
}

/* One try to give our file the temporary name: 0 or an errno. */
static int take_name(save *s)
{
    char link[40];
    if (s->named) {
        s->fd = openat(s->folder, s->temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                       s->existed ? 0600 : 0666);
        return s->fd < 0 ? errno : 0;
    }
    snprintf(link, sizeof link, "/proc/self/fd/%d", s->fd);
    return linkat(AT_FDCWD, link, s->folder, s->temp, AT_SYMLINK_FOLLOW) == 0 ? 0 : errno;
}

/* Give our file the temporary name, waiting for other savers who have it. `*error`
 * is the errno of a failure that is not for waiting. */
static digit_status hold_name(save *s, int *error)
{
    const struct timespec pause = {0, 1000000};
    struct timespec start, now;
    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        bool busy;
        const digit_status status = remove_leftover(s, &busy);
        if (status != DIGIT_OK)
            return status;
        *error = busy ? EEXIST : take_name(s);
        if (*error != EEXIST && *error != EINTR) {
            s->holding = *error == 0;
            return DIGIT_OK;
        }
        nanosleep(&pause, NULL);
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec - start.tv_sec < WAIT_SECONDS);
    return dg_fail(DIGIT_ERR_IO, "%s: another save to this file has not ended in %d seconds",
                   s->path, WAIT_SECONDS);
}

/* Open the new file, without a name where that is possible, and lock it. */
static digit_status open_new(save *s, bool *again)
{
    int error = 0;
    struct stat facts;
    digit_status status;
    if (!s->named) {
        bool busy; /* a leftover may be what fills the disk, so it goes first */
        status = remove_leftover(s, &busy);
        if (status != DIGIT_OK)
            return status;
        s->fd = TEMP_FAILURE_RETRY(openat(s->folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC,
                                          s->existed ? 0600 : 0666));
        if (s->fd >= 0) {
            (void)flock(s->fd, LOCK_EX | LOCK_NB); /* nobody else can have it */
            return DIGIT_OK;
        }
        if (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL && errno != ENOENT)
            return dg_file_fail(s->path, "cannot make a new file in its folder", errno);
        s->named = true;
    }
    status = hold_name(s, &error);
    if (status == DIGIT_OK && error != 0)
        status = dg_file_fail(s->path, "cannot make a new file in its folder", error);
    if (status != DIGIT_OK)
        return status;
    /* Another saver may have taken it for a leftover before it was locked. */
    if ((flock(s->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) ||
        fstat(s->fd, &facts) != 0 || facts.st_nlink == 0) {
        s->holding = false;
        *again = true;
    }
    return DIGIT_OK;
}

static digit_status write_content(const save *s, const uint8_t *bytes, size_t size)
{
    size_t done = 0;
    if (s->existed) {
        /* Only the superuser can keep another's file another's: a wish, not a duty. */
        const int kept = fchown(s->fd, s->old.st_uid, s->old.st_gid);
        (void)kept;
        if (fchmod(s->fd, s->old.st_mode & 0777) != 0)
            return dg_file_fail(s->path, "cannot keep its mode", errno);
    }
    while (done < size) {
        const ssize_t put = TEMP_FAILURE_RETRY(write(s->fd, bytes + done, size - done));
        if (put < 0)
            return dg_file_fail(s->path, "cannot write", errno);
        done += (size_t)put;
    }
    /* A second fsync after EIO would succeed without the data: no retry. */
    if (TEMP_FAILURE_RETRY(fsync(s->fd)) != 0)
        return dg_file_fail(s->path, "cannot sync", errno);
    return DIGIT_OK;
}

/* Put the written file in the target's place. */
static digit_status publish(save *s, bool *again)
{
    int error = 0;
    if (!s->named) {
        const digit_status status = hold_name(s, &error);
        if (status != DIGIT_OK)
            return status;
        if (error == ENOENT || error == EPERM || error == EXDEV || error == EOPNOTSUPP) {
            s->named = *again = true; /* no /proc, or no linking from it */
            return DIGIT_OK;
        }
        if (error != 0)
            return dg_file_fail(s->path, "cannot link the new file", error);
    }
    if (renameat(s->folder, s->temp, s->folder, s->name) != 0) {
        if (errno != ENOENT)
            return dg_file_fail(s->path, "cannot put the new file in place", errno);
        s->holding = false; /* somebody tidied the temporary name away */
        *again = true;
        return DIGIT_OK;
    }
    s->holding = false;
    /* EINVAL: a file system whose folders need no syncing. */
    if (TEMP_FAILURE_RETRY(fsync(s->folder)) != 0 && errno != EINVAL)
        return dg_file_fail(s->path, "saved, but cannot sync its folder", errno);
    return DIGIT_OK;
}

static digit_status attempt(save *s, const uint8_t *bytes, size_t size, bool *again)
{
    digit_status status = open_new(s, again);
    if (status == DIGIT_OK && !*again)
        status = write_content(s, bytes, size);
    if (status == DIGIT_OK && !*again)
        status = publish(s, again);
    if (s->holding)
        unlinkat(s->folder, s->temp, 0); /* before the lock goes with the descriptor */
    s->holding = false;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
    return status;
}

digit_status dg_file_replace(const char *path, const void *bytes, size_t size)
{
    const int saved = errno;
    save s = {.path = path, .folder = -1, .fd = -1};
    bool again = true;
    digit_status status = prepare(&s);
    for (int i = 0; status == DIGIT_OK && again && i < ATTEMPTS_MAX; i++) {
        again = false;
        status = attempt(&s, bytes, size, &again);
    }
    if (status == DIGIT_OK && again)
        status = dg_fail(DIGIT_ERR_IO, "%s: something keeps removing the new file", path);
    if (s.folder >= 0)
        close(s.folder);
    if (status == DIGIT_OK)
        errno = saved;
    return status;
}
