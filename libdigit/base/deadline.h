/* deadline.h - a time limit, looked at between steps of work. */
#ifndef DG_BASE_DEADLINE_H
#define DG_BASE_DEADLINE_H

#include <digit/digit.h>

#include <time.h>

typedef struct dg_deadline {
    struct timespec end;
    uint32_t limit_ms; /* 0: none */
} dg_deadline;

dg_deadline dg_deadline_begin(uint32_t limit_ms);

/* DIGIT_ERR_TIMEOUT if the time is over. NULL: there is no deadline. */
digit_status dg_deadline_check(const dg_deadline *deadline);

/* A step is about a nanosecond of work: the clock is looked at every few milliseconds, even on a
 * slow machine, and costs nothing. */
#define DG_PACE_STEPS ((size_t)1 << 20)

/* The work of one thread that has a time limit. */
typedef struct dg_pace {
    const dg_deadline *deadline; /* or NULL */
    size_t steps; /* since the clock was looked at */
} dg_pace;

/* So many steps are to be done next. DIGIT_ERR_TIMEOUT if the time is over. */
static inline digit_status dg_pace_step(dg_pace *pace, size_t steps)
{
    pace->steps += steps;
    if (pace->steps < DG_PACE_STEPS)
        return DIGIT_OK;
    pace->steps = 0;
    return dg_deadline_check(pace->deadline);
}

#endif
