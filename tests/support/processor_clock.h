/* processor_clock.h - processor time in place of wall-clock time, for tests that run beside others.
 *
 * A program linked with processor_clock.c gives the library this clock, too: its deadlines are of
 * processor time. Let one thread work: its time is the process's then. */
#ifndef DIGIT_TEST_SUPPORT_PROCESSOR_CLOCK_H
#define DIGIT_TEST_SUPPORT_PROCESSOR_CLOCK_H

/* Of this process, all its threads. */
double processor_seconds(void);

#endif
