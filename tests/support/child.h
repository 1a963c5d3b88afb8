/* child.h - a child process that must end by itself, and soon. */
#ifndef DIGIT_TEST_CHILD_H
#define DIGIT_TEST_CHILD_H

#include <check.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* Check's own handler of SIGALRM would end the whole test: the child is to die alone. */
static inline void child_limit_time(unsigned seconds)
{
    signal(SIGALRM, SIG_DFL);
    alarm(seconds);
}

/* Exit status of a child that returns live(argument); it may not die of a signal, nor take
 * longer. */
static inline int child_run(int (*live)(const void *), const void *argument, unsigned seconds)
{
    int status;
    fflush(NULL);
    const pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        child_limit_time(seconds);
        _exit(live(argument));
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_msg(WIFEXITED(status), "a child ended by signal %d%s", WTERMSIG(status),
                  WTERMSIG(status) == SIGALRM ? ": it hung" : "");
    return WEXITSTATUS(status);
}

#endif
