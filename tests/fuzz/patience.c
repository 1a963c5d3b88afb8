/*
 * An input that takes too long ends the process, as one that breaks something does: the engine
 * keeps it. Processor time counts. An engine's own limit is of wall-clock time, which passes on a
 * busy machine, too, while nothing is done.
 */
#define _DEFAULT_SOURCE
#include "fuzz.h"

#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

int fuzz_patience = 60;

static void give_up(int signal)
{
    static const char text[] = "not so: an input takes no longer than fuzz_patience\n";
    (void)signal;
    const ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    abort();
}

static void set_timer(int seconds)
{
    const struct itimerval timer = {.it_value.tv_sec = seconds};
    FUZZ_REQUIRE(setitimer(ITIMER_PROF, &timer, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool ready;
    if (!ready)
        FUZZ_REQUIRE(signal(SIGPROF, give_up) != SIG_ERR);
    ready = true;
    set_timer(fuzz_patience);
    const int result = fuzz_one(data, size);
    set_timer(0);
    return result;
}
