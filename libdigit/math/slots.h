/*
 * slots.h - who may be inside BLAS, and how many at once.
 *
 * OpenBLAS can't report that it is out of memory: it loops for ever. So the
 * scratch memory of every caller is reserved before that caller goes in, and
 * fork() waits until nobody is inside, because a child would inherit OpenBLAS's
 * own lock as it stood.
 */
#ifndef DG_MATH_SLOTS_H
#define DG_MATH_SLOTS_H

#include <digit/digit.h>
#include <stdbool.h>
#include <stdint.h>

/* Make `count` callers' scratch exist at the same time. Called while nobody is
 * inside BLAS. False: not enough memory, nothing changed. */
typedef bool (*dg_slots_reserve_fn)(uint32_t count);

/*
 * Install the fork handlers, reserve the first slot and call `first_use`, which may use
 * BLAS; once, while fork() waits. More slots come on demand up to the number of CPUs.
 * May be tried again after DIGIT_ERR_MEMORY.
 */
digit_status dg_slots_open(dg_slots_reserve_fn reserve, void (*first_use)(void));

/* Take a slot, waiting for one if need be, and keep fork() out. */
void dg_slots_enter(void);
void dg_slots_leave(void);

/*
 * Wait until nobody is inside, but not for long, and let nobody in again: the process ends, and
 * OpenBLAS is about to give its memory back, whoever is using it. The calling thread itself still
 * gets in.
 */
void dg_slots_close(void);

#endif
