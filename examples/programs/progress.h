/* progress.h - how training goes, on stderr: a bar on a terminal, and a line that
 * stays for each epoch. */
#ifndef EXAMPLES_PROGRESS_H
#define EXAMPLES_PROGRESS_H

#include <digit/digit.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct progress_bar {
    bool live;              /* somebody watches: draw the bar */
    int drawn;              /* characters of the bar that stand on the line */
    bool goes_on;           /* so the first call does not tell how much this run has done */
    double samples, seconds; /* of all epochs: where the rate counts from */
} progress_bar;

/* `goes_on`: from a checkpoint, perhaps amid an epoch. */
void progress_start(progress_bar *bar, bool goes_on);
void progress_draw(progress_bar *bar, const digit_progress *progress);
void progress_epoch(progress_bar *bar, const digit_progress *progress);

/* Take the bar off the line, so that other text can follow. */
void progress_clear(progress_bar *bar);

#endif
