/* file_target.h - which file a name leads to. */
#ifndef EXAMPLES_FILE_TARGET_H
#define EXAMPLES_FILE_TARGET_H

#include <stdbool.h>

/* Where `path` leads when its symbolic links are followed, for free(): a name in a folder that
 * need not be there. NULL, with errno, for a loop of links or a name that is too long. */
char *file_target(const char *path);

/* The folder of a target, whose text is cut off there. */
const char *file_cut_folder(char *target);

/* Do both names lead to one file, or to the place of one that is not there yet? */
bool file_same(const char *path, const char *other);

#endif
