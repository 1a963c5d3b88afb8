/* picture_pages.h - the pages of a picture file, one after another. */
#ifndef EXAMPLES_PICTURE_PAGES_H
#define EXAMPLES_PICTURE_PAGES_H

#include "picture.h"

/* A page that was decoded. */
typedef struct picture_page {
    const char *name; /* of its file */
    uint32_t page;    /* from 0 */
    uint32_t pages;   /* that the file has */
    picture *shown;
} picture_page;

/* Returns an exit status. May change the page's picture. */
typedef int (*picture_page_fn)(void *context, const picture_page *page);

/* Call `use` for each page of a file. What can't be decoded is named on standard error, and is
 * status 1; the pages after it are tried all the same. Returns all statuses, ORed. */
int picture_each_page(const char *name, picture_page_fn use, void *context);

#endif
