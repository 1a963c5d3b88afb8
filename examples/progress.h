/* progress.h - how training goes, on stderr: a bar on a terminal, and a line that
 * stays for each epoch. */
#ifndef EXAMPLES_PROGRESS_H
#define EXAMPLES_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include <digit/digit.h>

typedef struct progress_bar {
    bool live;              /* somebody watches: draw the bar */
    int drawn;              /* characters of the bar that stand on the line */
    uint32_t first_epoch;   /* 0 until the first call; later than 1 when resumed */
} progress_bar;

void progress_start(progress_bar *bar);
void progress_draw(progress_bar *bar, const digit_progress *progress);
void progress_epoch(progress_bar *bar, const digit_progress *progress);

/* Take the bar off the line, so that other text can follow. */
void progress_clear(progress_bar *bar);

#endif
