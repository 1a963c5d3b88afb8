/* schedule.h - how the learning rate moves. */
#ifndef DG_TRAIN_SCHEDULE_H
#define DG_TRAIN_SCHEDULE_H

#include <stdint.h>

/* The rate of update `step` (from 1) of `steps`; `schedule` is DIGIT_SCHEDULE_... */
double dg_schedule_rate(uint32_t schedule, double highest, uint64_t step, uint64_t steps);

#endif
