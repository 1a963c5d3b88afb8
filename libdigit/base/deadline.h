/* deadline.h - a time limit, looked at between steps. */
#ifndef DG_BASE_DEADLINE_H
#define DG_BASE_DEADLINE_H

#include <digit/digit.h>

#include <time.h>

typedef struct dg_deadline {
    struct timespec end;
    uint32_t limit_ms; /* 0: none */
} dg_deadline;

dg_deadline dg_deadline_begin(uint32_t limit_ms);

/* DIGIT_ERR_TIMEOUT if the time is over. */
digit_status dg_deadline_check(const dg_deadline *deadline);

#endif
