#include "file_target.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINKS_MOST = 40 }; /* symbolic links one after another, as the kernel has it */

char *file_target(const char *path)
{
    char target[PATH_MAX], text[PATH_MAX];
    size_t length = strlen(path), folder = 0;
    for (int links = 0; links <= LINKS_MOST; links++) {
        if (folder + length >= sizeof target) {
            errno = ENAMETOOLONG;
            return NULL;
        }
        memcpy(target + folder, links == 0 ? path : text, length);
        target[folder + length] = '\0';
        const ssize_t read = readlink(target, text, sizeof text);
        if (read < 0) /* no link: the file itself, or nothing */
            return strdup(target);
        const char *slash = text[0] == '/' ? NULL : strrchr(target, '/');
        folder = slash ? (size_t)(slash - target) + 1 : 0;
        length = (size_t)read;
    }
    errno = ELOOP;
    return NULL;
}

static bool same_place(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

const char *file_cut_folder(char *target)
{
    char *slash = strrchr(target, '/');
    if (!slash)
        return ".";
    *slash = '\0';
    return slash == target ? "/" : target;
}

/* The same for two targets that are not there. */
static bool same_new(char *a, char *b)
{
    const char *slash_a = strrchr(a, '/'), *slash_b = strrchr(b, '/');
    struct stat folder_a, folder_b;
    return strcmp(slash_a ? slash_a + 1 : a, slash_b ? slash_b + 1 : b) == 0 &&
           stat(file_cut_folder(a), &folder_a) == 0 && stat(file_cut_folder(b), &folder_b) == 0 &&
           same_place(&folder_a, &folder_b);
}

bool file_same(const char *path, const char *other)
{
    struct stat a, b;
    const bool there = stat(path, &a) == 0;
    if (there != (stat(other, &b) == 0))
        return false;
    if (there)
        return same_place(&a, &b);
    char *target = file_target(path), *other_target = file_target(other);
    const bool same = target && other_target && same_new(target, other_target);
    free(target);
    free(other_target);
    return same;
}
