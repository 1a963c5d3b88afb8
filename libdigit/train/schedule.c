#include "train/schedule.h"

#include <digit/digit.h>
#include <math.h>

#define WARM_UP 0.03 /* of all updates; the rate climbs in a straight line */

/* Loshchilov and Hutter, "SGDR", ICLR 2017, one descent without restarts. */
double dg_schedule_rate(uint32_t schedule, double highest, uint64_t step, uint64_t steps)
{
    if (schedule == DIGIT_SCHEDULE_CONSTANT)
        return highest;
    const double warm = ceil(WARM_UP * (double)steps);
    if ((double)step <= warm)
        return highest * (double)step / warm;
    const double way = ((double)step - warm) / ((double)steps - warm + 1);
    return highest * 0.5 * (1 + cos(3.14159265358979323846 * way));
}
