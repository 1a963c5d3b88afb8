/* edge.h - what every public call does on its way in and out. */
#ifndef DG_API_EDGE_H
#define DG_API_EDGE_H

#include "base/error.h"
#include "base/fpenv.h"

typedef struct dg_edge {
    dg_fpenv environment;
    int saved_errno;
} dg_edge;

/* Our floating-point environment from here on. */
dg_edge dg_edge_enter(void);

/* The caller's again, and on success its errno; returns `status`. */
digit_status dg_edge_leave(dg_edge edge, digit_status status);

/* dg_fail(DIGIT_ERR_ARGUMENT, ...) for a NULL that must not be one. */
digit_status dg_fail_null(const char *function, const char *argument);

#endif
