/* read_print.h - what was read from a picture: as text, JSON, CSV or hOCR. */
#ifndef EXAMPLES_READ_PRINT_H
#define EXAMPLES_READ_PRINT_H

#include <digit/digit.h>
#include <stdbool.h>
#include <stdint.h>

enum read_format { READ_TEXT, READ_JSON, READ_CSV, READ_HOCR };

/* A page that was read. */
typedef struct read_page {
    const char *file;
    uint32_t page, pages; /* from 0; of the file */
    uint32_t width, height;
    bool grid;
    const digit_reading *reading;
} read_page;

/* What comes before the first page and after the last one. */
void read_print_begin(enum read_format format, bool grid);
void read_print_end(enum read_format format);

/* Returns the exit status. */
int read_print_page(enum read_format format, const read_page *page);

#endif
