#include "picture_pages.h"

#include "cli.h"

static int use_page(picture_file *file, picture_page page, picture_page_fn use, void *context)
{
    char reason[PICTURE_REASON];
    picture shown;
    if (picture_decode(file, page.page, &shown, reason) != 0) {
        if (page.pages > 1)
            cli_message("%s page %u: %s", page.name, page.page, reason);
        else
            cli_message("%s: %s", page.name, reason);
        return 1;
    }
    page.shown = &shown;
    const int status = use(context, &page);
    picture_clear(&shown);
    return status;
}

int picture_each_page(const char *name, picture_page_fn use, void *context)
{
    char reason[PICTURE_REASON];
    picture_file *file = picture_open(name, reason);
    if (!file) {
        cli_message("%s: %s", name, reason);
        return 1;
    }
    picture_page page = {.name = name, .pages = picture_pages(file)};
    int status = 0;
    for (; page.page < page.pages; page.page++)
        status |= use_page(file, page, use, context);
    picture_close(file);
    return status;
}
