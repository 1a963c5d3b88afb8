#include "read/patience.h"

#include "base/error.h"

dg_patience dg_patience_begin(uint32_t limit_ms)
{
    dg_patience patience = {.limit_ms = limit_ms};
    if (limit_ms == 0)
        return patience;
    clock_gettime(CLOCK_MONOTONIC, &patience.end);
    patience.end.tv_sec += limit_ms / 1000;
    patience.end.tv_nsec += (long)(limit_ms % 1000) * 1000000;
    if (patience.end.tv_nsec >= 1000000000) {
        patience.end.tv_nsec -= 1000000000;
        patience.end.tv_sec++;
    }
    return patience;
}

digit_status dg_patience_check(const dg_patience *patience)
{
    struct timespec now;
    if (patience->limit_ms == 0)
        return DIGIT_OK;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (now.tv_sec < patience->end.tv_sec ||
        (now.tv_sec == patience->end.tv_sec && now.tv_nsec < patience->end.tv_nsec))
        return DIGIT_OK;
    return dg_fail(DIGIT_ERR_TIMEOUT, "reading took longer than the time limit of %u ms",
                   patience->limit_ms);
}
