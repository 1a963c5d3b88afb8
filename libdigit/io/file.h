/* file.h - whole files: read one, replace one. */
#ifndef DG_IO_FILE_H
#define DG_IO_FILE_H

#include <digit/digit.h>

/* All bytes of a regular file, to be freed with dg_free(). More than `limit`
 * bytes is DIGIT_ERR_LIMIT. */
digit_status dg_file_read(const char *path, uint64_t limit, uint8_t **bytes, size_t *size);

/*
 * Make bytes[size] the content of the file at `path`: after a crash or a failure
 * there is the old file or the new one, whole. A symbolic link is followed and
 * stays. The mode of a file that was there is kept. Threads and processes that
 * replace one file at the same time all succeed; the file of one of them remains.
 *
 * One failure comes after the file is in place: where its folder can't be synced,
 * a loss of power may still bring the old file back. The sentence says so.
 */
digit_status dg_file_replace(const char *path, const void *bytes, size_t size);

#endif
