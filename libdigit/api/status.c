/* The library itself: version, statuses, the last error. */
#include "base/error.h"

#define TEXT_(x) #x
#define TEXT(x) TEXT_(x)

const char *digit_version(void)
{
    return TEXT(DIGIT_VERSION_MAJOR) "." TEXT(DIGIT_VERSION_MINOR) "." TEXT(DIGIT_VERSION_PATCH);
}

const char *digit_status_text(digit_status status)
{
    switch (status) {
    case DIGIT_OK:
        return "success";
    case DIGIT_ERR_ARGUMENT:
        return "invalid argument";
    case DIGIT_ERR_MEMORY:
        return "out of memory";
    case DIGIT_ERR_IO:
        return "file could not be opened, read or written";
    case DIGIT_ERR_FORMAT:
        return "damaged or foreign data";
    case DIGIT_ERR_UNSUPPORTED:
        return "not supported by this release";
    case DIGIT_ERR_CANCELLED:
        return "cancelled";
    case DIGIT_ERR_DIVERGED:
        return "training diverged";
    case DIGIT_ERR_LIMIT:
        return "larger than this library accepts";
    case DIGIT_ERR_TIMEOUT:
        return "time limit passed";
    case DIGIT_ERR_BLAS:
        return "the BLAS in use gives wrong numbers";
    }
    return "unknown status";
}

const char *digit_last_error(void)
{
    return dg_error_text();
}
