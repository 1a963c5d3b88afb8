/* pretrained.h - the models that lie inside the library. */
#ifndef DG_IO_PRETRAINED_H
#define DG_IO_PRETRAINED_H

#include "net/snapshot.h"

/* DIGIT_ERR_UNSUPPORTED where the library was built around an empty file. */
digit_status dg_pretrained_load(dg_snapshot **out);

/* The one that reads whole lines; the reader uses it beside any model of digits. */
digit_status dg_pretrained_load_lines(dg_snapshot **out);

#endif
