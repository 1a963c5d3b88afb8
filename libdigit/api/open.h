/* open.h - make the process ready for arithmetic. */
#ifndef DG_API_OPEN_H
#define DG_API_OPEN_H

#include <digit/digit.h>

/* BLAS and the vector loops; before the first model is made. Cheap after that. */
digit_status dg_open(void);

#endif
