#include "base/deadline.h"

#include "base/error.h"

dg_deadline dg_deadline_begin(uint32_t limit_ms)
{
    dg_deadline deadline = {.limit_ms = limit_ms};
    if (limit_ms == 0)
        return deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline.end);
    deadline.end.tv_sec += limit_ms / 1000;
    deadline.end.tv_nsec += (long)(limit_ms % 1000) * 1000000;
    if (deadline.end.tv_nsec >= 1000000000) {
        deadline.end.tv_nsec -= 1000000000;
        deadline.end.tv_sec++;
    }
    return deadline;
}

/* Other threads find out at their next look, though they don't ask. */
static bool is_cancelled(const dg_deadline *deadline)
{
    if (!deadline->cancel)
        return false;
    if (!atomic_load(deadline->cancelled) && deadline->cancel(deadline->user_data) != 0)
        atomic_store(deadline->cancelled, true);
    return atomic_load(deadline->cancelled);
}

static bool is_over(const dg_deadline *deadline)
{
    struct timespec now;
    if (deadline->limit_ms == 0)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > deadline->end.tv_sec ||
           (now.tv_sec == deadline->end.tv_sec && now.tv_nsec >= deadline->end.tv_nsec);
}

digit_status dg_deadline_check(const dg_deadline *deadline)
{
    if (!deadline)
        return DIGIT_OK;
    if (is_cancelled(deadline))
        return dg_fail(DIGIT_ERR_CANCELLED, "the cancel function asked to stop reading");
    if (is_over(deadline))
        return dg_fail(DIGIT_ERR_TIMEOUT, "reading took longer than the time limit of %u ms",
                       deadline->limit_ms);
    return DIGIT_OK;
}
