/* read.h - what the two calls that read a picture share. */
#ifndef DG_API_READ_H
#define DG_API_READ_H

#include "base/fpenv.h"
#include "read/read.h"

/* Fields that are asked for, or NULL: all that the layout finds. The caller's floating-point
 * environment is in *environment meanwhile, for what is called back. */
typedef struct dg_wanted {
    const dg_fields *fields;
    dg_fpenv *environment;
} dg_wanted;

/* Check model, picture and options, which may be NULL, and read. *out is NULL before. */
digit_status dg_api_read(const digit_model *model, const digit_image *image,
                         const digit_read_options *options, dg_wanted wanted, digit_reading **out);

#endif
