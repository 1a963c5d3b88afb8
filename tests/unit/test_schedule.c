/* How the learning rate moves. */
#include "train/schedule.h"

#include "../support/suite.h"

#include <digit/digit.h>
#include <math.h>

START_TEST(constant_stays)
{
    for (uint64_t step = 1; step <= 1000; step += 37)
        ck_assert_double_eq(dg_schedule_rate(DIGIT_SCHEDULE_CONSTANT, 0.25, step, 1000), 0.25);
}
END_TEST

static const uint64_t lengths[] = {1, 2, 10, 33, 34, 1000, 2345, 1000000};

#define LENGTHS (int)(sizeof lengths / sizeof lengths[0])

/* Up in a straight line to the highest, then down along half a cosine: never 0, never more
 * than the highest, and nearly 0 at the end of a long training. */
START_TEST(cosine_climbs_and_falls)
{
    const uint64_t steps = lengths[_i], warm = (uint64_t)ceil(0.03 * (double)steps);
    double before = 1; /* at the last step looked at behind the top */
    for (uint64_t step = 1; step <= steps; step += 1 + steps / 5000) {
        const double rate = dg_schedule_rate(DIGIT_SCHEDULE_COSINE, 0.5, step, steps);
        ck_assert_double_gt(rate, 0);
        ck_assert_double_le(rate, 0.5);
        if (step <= warm)
            ck_assert_double_eq_tol(rate, 0.5 * (double)step / (double)warm, 1e-15);
        else
            ck_assert_double_lt(rate, before);
        before = step > warm ? rate : 1;
    }
    ck_assert_double_eq(dg_schedule_rate(DIGIT_SCHEDULE_COSINE, 0.5, warm, steps), 0.5);
    if (steps >= 1000)
        ck_assert_double_lt(dg_schedule_rate(DIGIT_SCHEDULE_COSINE, 0.5, steps, steps), 1e-5);
}
END_TEST

/* Halfway down it is half as high. */
START_TEST(cosine_is_half_in_the_middle)
{
    const double warm = 30, middle = (warm + 1001) / 2;
    const double below = dg_schedule_rate(DIGIT_SCHEDULE_COSINE, 1, (uint64_t)floor(middle), 1000);
    const double above = dg_schedule_rate(DIGIT_SCHEDULE_COSINE, 1, (uint64_t)ceil(middle), 1000);
    ck_assert_double_eq_tol((below + above) / 2, 0.5, 1e-9);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("schedule");
    tcase_add_test(tcase, constant_stays);
    tcase_add_loop_test(tcase, cosine_climbs_and_falls, 0, LENGTHS);
    tcase_add_test(tcase, cosine_is_half_in_the_middle);
    return suite_run("schedule", tcase);
}
