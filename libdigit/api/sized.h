/*
 * sized.h - structs whose first member is their size.
 *
 * They grow at the end from release to release; the caller's may be older or newer
 * than ours. `least` is the size they had in the first release.
 */
#ifndef DG_API_SIZED_H
#define DG_API_SIZED_H

#include <digit/digit.h>

/*
 * Take the caller's options over ours[size], which holds the defaults. A shorter struct
 * leaves defaults; a longer one is fine if all that is new in it is 0.
 */
digit_status dg_sized_read(const char *name, const void *theirs, size_t least, void *ours,
                           size_t size);

/* Can a report be written to the caller's struct? Checks its size only. */
digit_status dg_sized_check(const char *name, const void *theirs, size_t least);

/* Write our report, as much as fits; what the caller's has beyond ours becomes 0, its
 * size stays. */
void dg_sized_write(void *theirs, const void *ours, size_t size);

/* Defaults for a caller whose struct has `their_size` bytes. */
void dg_sized_init(void *theirs, size_t their_size, const void *defaults, size_t size);

#endif
