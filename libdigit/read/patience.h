/* patience.h - a time limit, looked at between steps. */
#ifndef DG_READ_PATIENCE_H
#define DG_READ_PATIENCE_H

#include <digit/digit.h>

#include <time.h>

typedef struct dg_patience {
    struct timespec end;
    uint32_t limit_ms; /* 0: none */
} dg_patience;

dg_patience dg_patience_begin(uint32_t limit_ms);

/* DIGIT_ERR_TIMEOUT if the time is over. */
digit_status dg_patience_check(const dg_patience *patience);

#endif
