/* How many CPUs there are to use. */
#define _GNU_SOURCE /* sched_setaffinity */
#include "base/cpus.h"

#include "../support/suite.h"

#include <errno.h>
#include <sched.h>

START_TEST(follows_the_affinity_mask)
{
    cpu_set_t all, one;
    ck_assert_int_eq(sched_getaffinity(0, sizeof all, &all), 0);
    errno = EXDEV;
    const uint32_t count = dg_cpus_count();
    ck_assert_int_eq(errno, EXDEV);
    ck_assert_uint_ge(count, 1);
    ck_assert_uint_le(count, (unsigned)CPU_COUNT(&all));

    int first = 0;
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    ck_assert_int_eq(sched_setaffinity(0, sizeof one, &one), 0);
    ck_assert_uint_eq(dg_cpus_count(), 1);
    ck_assert_int_eq(sched_setaffinity(0, sizeof all, &all), 0);
    ck_assert_uint_eq(dg_cpus_count(), count);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("cpus");
    tcase_add_test(tcase, follows_the_affinity_mask);
    return suite_run("cpus", tcase);
}
