/* gradient.h - is a derivative what finite differences say? */
#ifndef DIGIT_TEST_GRADIENT_H
#define DIGIT_TEST_GRADIENT_H

#include "math/real.h"

#include <check.h>
#include <math.h>
#include <stddef.h>

#ifndef DG_DOUBLE
#error "finite differences need double"
#endif

typedef double (*loss_fn)(void *context);

/* Relative error that is let pass, and the derivative below which it is absolute. */
#define GRADIENT_TOLERANCE 1e-6
#define GRADIENT_LEAST 0.1

/*
 * Derivative of loss() by *x against `expected`. The first step is as good as it gets on
 * smooth ground; a relu's or maximum's kink within it calls for the second, so short that
 * none is in reach. A wrong derivative fails both.
 */
static inline void check_gradient(loss_fn loss, void *context, dg_real *x, double expected,
                                  const char *what, size_t index)
{
    static const double steps[] = {1e-5, 1e-7};
    const dg_real before = *x;
    double found = 0;
    for (int i = 0; i < 2; i++) {
        *x = before + steps[i];
        const double above = loss(context);
        *x = before - steps[i];
        const double below = loss(context);
        *x = before;
        found = (above - below) / (2 * steps[i]);
        const double size = fmax(GRADIENT_LEAST, fmax(fabs(found), fabs(expected)));
        if (fabs(found - expected) <= GRADIENT_TOLERANCE * size)
            return;
    }
    ck_abort_msg("%s, number %zu: gradient is %.9g, differences say %.9g", what, index, expected,
                 found);
}

/* The same for a selection of x[count]: all of few, evenly spread ones of many. */
static inline void check_gradients(loss_fn loss, void *context, size_t count, dg_real *x,
                                   const dg_real *expected, const char *what)
{
    enum { MOST = 40 };
    const size_t apart = count > MOST ? count / MOST | 1 : 1;
    for (size_t i = 0; i < count; i += apart)
        check_gradient(loss, context, &x[i], expected[i], what, i);
}

#endif
