/* picture_list.h - the picture files that arguments name, folders opened. */
#ifndef EXAMPLES_PICTURE_LIST_H
#define EXAMPLES_PICTURE_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct picture_list {
    char **names; /* [count] */
    size_t count, room;
} picture_list;

/* Add a file ("-": standard input) as it is; of a folder, the files whose names end like a
 * picture's, sorted by name, hidden ones and sub-folders left out. Returns the exit status, 0
 * or 1, after saying what was wrong. */
int picture_list_add(picture_list *list, const char *path);

/* Is this file one of them? */
bool picture_list_has(const picture_list *list, const char *path);

void picture_list_clear(picture_list *list);

#endif
