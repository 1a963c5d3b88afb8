/* Patience ends by processor time, and by nothing else. */
#define _DEFAULT_SOURCE
#include "fuzz.h"

#include "../support/suite.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { SLEEP, WORK };

/* Three seconds of either. */
int fuzz_one(const uint8_t *data, size_t size)
{
    FUZZ_REQUIRE(size == 1);
    if (data[0] == SLEEP)
        sleep(3);
    for (clock_t begin = clock(); data[0] == WORK && clock() - begin < 3 * CLOCKS_PER_SEC;)
        ;
    return 0;
}

/* Which signal ends the process that takes an input, 0: none. */
static int ending(uint8_t kind)
{
    int status;
    const pid_t child = fork();
    if (child == 0) {
        fuzz_patience = 1;
        _exit(LLVMFuzzerTestOneInput(&kind, 1));
    }
    ck_assert(child > 0 && waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

START_TEST(work_ends)
{
    ck_assert_int_eq(ending(WORK), SIGABRT);
}
END_TEST

START_TEST(waiting_does_not)
{
    ck_assert_int_eq(ending(SLEEP), 0);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("patience");
    tcase_set_timeout(tcase, 60);
    tcase_add_test(tcase, work_ends);
    tcase_add_test(tcase, waiting_does_not);
    return suite_run("patience", tcase);
}
