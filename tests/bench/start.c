/*
 * From the start of a process to the first line it prints, and the most memory it held.
 *
 *     bench-start [runs=N] [threads=N] PROGRAM [ARGUMENT...]
 *
 * With threads=N the program may use N processors only.
 */
#define _GNU_SOURCE
#include "bench.h"

#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define RUNS 41
#define RUNS_QUICK 3
#define RUNS_MOST 1000

extern char **environ;

static void stop(const char *what)
{
    perror(what);
    exit(1);
}

/* Children inherit it. The last processors first: the first serves interrupts more often. */
static void use_processors(uint32_t wanted)
{
    cpu_set_t have, use;
    CPU_ZERO(&use);
    if (sched_getaffinity(0, sizeof have, &have) != 0)
        stop("sched_getaffinity");
    for (int cpu = CPU_SETSIZE - 1; cpu >= 0 && wanted > 0; cpu--)
        if (CPU_ISSET(cpu, &have)) {
            CPU_SET(cpu, &use);
            wanted--;
        }
    if (sched_setaffinity(0, sizeof use, &use) != 0)
        stop("sched_setaffinity");
}

static pid_t spawn(char **command, int output)
{
    pid_t child;
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    const int error = posix_spawnp(&child, command[0], &actions, NULL, command, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        fprintf(stderr, "bench-start: %s: %s\n", command[0], strerror(error));
        exit(1);
    }
    return child;
}

/* Seconds to the first whole line; reads on to the end, or the child could not write. */
static double read_answer(int from, double began)
{
    char text[4096];
    double seconds = 0;
    ssize_t got;
    while ((got = read(from, text, sizeof text)) > 0)
        if (seconds <= 0 && memchr(text, '\n', (size_t)got))
            seconds = bench_now() - began;
    return seconds;
}

static void run(char **command, double *seconds, double *bytes)
{
    int ends[2], status;
    struct rusage usage;
    if (pipe2(ends, O_CLOEXEC) != 0)
        stop("pipe");
    const double began = bench_now();
    const pid_t child = spawn(command, ends[1]);
    close(ends[1]);
    *seconds = read_answer(ends[0], began);
    close(ends[0]);
    if (wait4(child, &status, 0, &usage) != child)
        stop("wait4");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || *seconds <= 0) {
        fprintf(stderr, "bench-start: %s failed or printed nothing\n", command[0]);
        exit(1);
    }
    *bytes = (double)usage.ru_maxrss * 1024; /* Linux counts KiB */
}

int main(int argc, char **argv)
{
    static double seconds[RUNS_MOST], bytes[RUNS_MOST];
    char **command = argv + 1;
    while (*command && strchr(*command, '=') && !strchr(*command, '/'))
        command++;
    uint32_t runs = bench_argument(argc, argv, "runs", bench_quick() ? RUNS_QUICK : RUNS);
    const uint32_t threads = bench_argument(argc, argv, "threads", 0);
    if (!*command || runs < 1 || runs > RUNS_MOST) {
        fprintf(stderr, "usage: bench-start [runs=N] [threads=N] PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    if (threads)
        use_processors(threads);
    run(command, &seconds[0], &bytes[0]); /* into the page cache */
    for (uint32_t i = 0; i < runs; i++)
        run(command, &seconds[i], &bytes[i]);
    bench_report("start to first answer", "", bench_spread_of(seconds, runs), 1e3, "ms");
    bench_report("peak memory", "", bench_spread_of(bytes, runs), 1.0 / (1 << 20), "MiB");
    return 0;
}
