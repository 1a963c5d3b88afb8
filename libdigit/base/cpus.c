#define _GNU_SOURCE /* sched_getaffinity, CPU_COUNT_S */
#include "base/cpus.h"

#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t count_affinity(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return (uint32_t)CPU_COUNT(&set);
    const long online = sysconf(_SC_NPROCESSORS_ONLN); /* more CPUs than a cpu_set_t holds */
    return online > 0 ? (uint32_t)online : 1;
}

/* First line of a small file in /proc or /sys; 0 if there is none. */
static int read_line(const char *path, char *line, size_t room)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const ssize_t size = read(fd, line, room - 1);
    close(fd);
    if (size <= 0)
        return 0;
    line[size] = '\0';
    line[strcspn(line, "\n")] = '\0';
    return 1;
}

/* cgroup v2 says "QUOTA PERIOD" in microseconds, or "max PERIOD". UINT32_MAX = no limit. A
 * container sees its own group as the root of /sys/fs/cgroup. */
static uint32_t count_quota(void)
{
    char line[64], *end;
    if (!read_line("/sys/fs/cgroup/cpu.max", line, sizeof line))
        return UINT32_MAX;
    const unsigned long long quota = strtoull(line, &end, 10);
    if (end == line || *end != ' ')
        return UINT32_MAX;
    const unsigned long long period = strtoull(end + 1, NULL, 10);
    if (quota == 0 || period == 0)
        return UINT32_MAX;
    const unsigned long long cpus = (quota + period - 1) / period;
    return cpus < UINT32_MAX ? (uint32_t)cpus : UINT32_MAX;
}

uint32_t dg_cpus_count(void)
{
    const int saved = errno;
    const uint32_t count = dg_min_u32(count_affinity(), count_quota());
    errno = saved;
    return dg_max_u32(count, 1);
}
