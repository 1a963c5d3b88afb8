/*
 * real.h - the number type of layers and vector code.
 *
 * float in the library. The tests compile the same files a second time with
 * DG_DOUBLE, because gradients checked by finite differences need the digits.
 */
#ifndef DG_MATH_REAL_H
#define DG_MATH_REAL_H

#ifdef DG_DOUBLE
typedef double dg_real;
#else
typedef float dg_real;
#endif

#endif
