/* cpus.h - how many CPUs this process may use. */
#ifndef DG_BASE_CPUS_H
#define DG_BASE_CPUS_H

#include <stdint.h>

/* The smaller of the affinity mask and the cgroup's cpu.max, rounded up; at least 1. */
uint32_t dg_cpus_count(void);

#endif
