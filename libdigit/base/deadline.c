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

digit_status dg_deadline_check(const dg_deadline *deadline)
{
    struct timespec now;
    if (!deadline || deadline->limit_ms == 0)
        return DIGIT_OK;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec < deadline->end.tv_sec ||
        (now.tv_sec == deadline->end.tv_sec && now.tv_nsec < deadline->end.tv_nsec))
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_TIMEOUT, "reading took longer than the time limit of %u ms",
                   deadline->limit_ms);
}
