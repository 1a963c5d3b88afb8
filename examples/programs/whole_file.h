/* whole_file.h - write a file as a whole or not at all. */
#ifndef EXAMPLES_WHOLE_FILE_H
#define EXAMPLES_WHOLE_FILE_H

#include <stddef.h>

/*
 * Replace `path` by bytes[size]: a temporary file beside it is written and then renamed, so that
 * a full disk leaves what was there. Symbolic links are followed. What is not a regular file, such
 * as a FIFO or /dev/stdout, is written to directly. Returns 0 or an errno; says nothing.
 */
int whole_file_write(const char *path, const void *bytes, size_t size);

#endif
