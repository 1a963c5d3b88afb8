#include "picture_list.h"

#include "cli.h"
#include "file_target.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *const endings[] = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"};

static bool is_picture(const char *name)
{
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; dot && dot != name && i < sizeof endings / sizeof *endings; i++) {
        if (strcasecmp(dot, endings[i]) == 0)
            return true;
    }
    return false;
}

/* Takes over `name`, which may be NULL: out of memory. */
static int append(picture_list *list, char *name)
{
    if (name && list->count == list->room) {
        const size_t room = 2 * list->room + 16;
        char **larger = realloc(list->names, room * sizeof *larger);
        if (larger) {
            list->names = larger;
            list->room = room;
        }
    }
    if (!name || list->count == list->room) {
        free(name);
        cli_message("out of memory");
        return 1;
    }
    list->names[list->count++] = name;
    return 0;
}

static char *join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path) {
        const bool slash = *folder && folder[strlen(folder) - 1] == '/';
        snprintf(path, size, "%s%s%s", folder, slash ? "" : "/", name);
    }
    return path;
}

static int add_folder(picture_list *list, const char *path)
{
    struct dirent **entries = NULL;
    const int count = scandir(path, &entries, NULL, alphasort);
    if (count < 0) {
        cli_message("%s: %s", path, strerror(errno));
        return 1;
    }
    const size_t before = list->count;
    int status = 0;
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (status == 0 && name[0] != '.' && is_picture(name))
            status = append(list, join(path, name));
        free(entries[i]);
    }
    free(entries);
    if (status == 0 && list->count == before) {
        cli_message("%s: no pictures in this folder", path);
        status = 1;
    }
    return status;
}

int picture_list_add(picture_list *list, const char *path)
{
    struct stat what;
    if (stat(path, &what) == 0 && S_ISDIR(what.st_mode))
        return add_folder(list, path);
    return append(list, strdup(path));
}

bool picture_list_has(const picture_list *list, const char *path)
{
    struct stat facts;
    const bool there = stat(path, &facts) == 0; /* if not: no look at thousands of pictures */
    for (size_t i = 0; there && i < list->count; i++) {
        if (file_same(path, list->names[i]))
            return true;
    }
    return false;
}

void picture_list_clear(picture_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->names[i]);
    free(list->names);
    *list = (picture_list){.names = NULL};
}
