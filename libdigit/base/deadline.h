/* deadline.h - until when a call works: a time limit, and what the caller wants, looked at between
 * steps of work. */
#ifndef DG_BASE_DEADLINE_H
#define DG_BASE_DEADLINE_H

#include <digit/digit.h>

#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>

typedef struct dg_deadline {
    struct timespec end;
    uint32_t limit_ms; /* 0: none */
    digit_cancel_fn cancel; /* or NULL; set with the next two after dg_deadline_begin() */
    void *user_data;
    atomic_bool *cancelled; /* false at first; it has asked to stop */
} dg_deadline;

dg_deadline dg_deadline_begin(uint32_t limit_ms);

/* DIGIT_ERR_TIMEOUT if the time is over, DIGIT_ERR_CANCELLED if the caller wants no more. NULL:
 * there is no deadline. */
digit_status dg_deadline_check(const dg_deadline *deadline);

/* May it ever be over? */
static inline bool dg_deadline_is_set(const dg_deadline *deadline)
{
    return deadline && (deadline->limit_ms > 0 || deadline->cancel);
}

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
