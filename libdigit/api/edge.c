#include "api/edge.h"

#include <errno.h>

dg_edge dg_edge_enter(void)
{
    return (dg_edge){.environment = dg_fpenv_enter(), .saved_errno = errno};
}

digit_status dg_edge_leave(dg_edge edge, digit_status status)
{
    dg_fpenv_leave(edge.environment);
    if (status == DIGIT_OK)
        errno = edge.saved_errno;
    return status;
}

digit_status dg_fail_null(const char *function, const char *argument)
{
    return dg_fail(DIGIT_ERR_ARGUMENT, "%s: %s is NULL", function, argument);
}
