#include "api/open.h"

#include "math/blas.h"
#include "math/vec.h"

digit_status dg_open(void)
{
    dg_vec_open();
    return dg_blas_open();
}
