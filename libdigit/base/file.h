/* file.h - open and read a regular file, whatever the path leads to. */
#ifndef DG_BASE_FILE_H
#define DG_BASE_FILE_H

#include <digit/digit.h>

typedef struct dg_file {
    int fd;           /* -1 when closed */
    uint64_t size;    /* bytes, when it was opened */
    const char *path; /* borrowed from the caller, for messages */
} dg_file;

/*
 * Open for reading. Anything but a regular file is DIGIT_ERR_IO, and never
 * waits: a FIFO without a writer or a terminal can't hang the caller. On failure
 * the file is closed and may be given to dg_file_close().
 */
digit_status dg_file_open(const char *path, dg_file *file);

/* Read until `size` bytes are in buffer[size] or the file ends; *filled says how
 * many there are. */
digit_status dg_file_fill(const dg_file *file, void *buffer, size_t size, size_t *filled);

/* Closing twice does nothing. errno stays as it was. */
void dg_file_close(dg_file *file);

/* dg_fail(DIGIT_ERR_IO, ...) in the words all files use: "m.safetensors: cannot
 * open: No such file or directory". `error` is an errno. */
digit_status dg_file_fail(const char *path, const char *what, int error);

#endif
