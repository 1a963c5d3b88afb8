/*
 * fpenv.h - the floating-point environment our arithmetic runs in.
 *
 * Round to nearest, all exceptions masked, denormals read and written as zero:
 * with denormal weights GEMM is 200 times slower, and a model file may hold
 * some. The caller's environment, its sticky flags included, comes back
 * untouched. New threads inherit their creator's, so workers set their own.
 */
#ifndef DG_BASE_FPENV_H
#define DG_BASE_FPENV_H

#include <stdint.h>

typedef uint64_t dg_fpenv;

/* Set ours; returns the caller's. */
dg_fpenv dg_fpenv_enter(void);

void dg_fpenv_leave(dg_fpenv saved);

#endif
