/* history.h - a CSV file with a row for each epoch. */
#ifndef EXAMPLES_HISTORY_H
#define EXAMPLES_HISTORY_H

#include <digit/digit.h>
#include <stdbool.h>

typedef struct history {
    const char *path; /* NULL: none is written */
    int file;
    int error;           /* why a row could not be written, an errno; 0: all were */
    uint32_t last_epoch; /* that has a row, of this run */
} history;

/* `path` NULL: none. A training that goes on adds its epochs to those that are there. Both return
 * the exit status, 0 or 1, after saying what was wrong. */
int history_open(history *history, const char *path, bool goes_on);
int history_close(history *history);

/* A reader may follow: rows are there at once, and always whole. */
void history_add(history *history, const digit_progress *progress);

#endif
