#include "history.h"

#include "cli.h"

#include <errno.h>
#include <math.h>
#include <string.h>

static bool is_empty(FILE *file)
{
    return fseeko(file, 0, SEEK_END) != 0 || ftello(file) == 0;
}

int history_open(history *h, const char *path, bool goes_on)
{
    static const char head[] = "epoch,loss,accuracy,validation_accuracy,seconds\n";
    *h = (history){.path = path};
    if (!path)
        return 0;
    h->file = fopen(path, goes_on ? "ae" : "we");
    if (h->file && ((goes_on && !is_empty(h->file)) || fputs(head, h->file) >= 0) &&
        fflush(h->file) == 0)
        return 0;
    cli_message("%s: %s", path, strerror(errno));
    return 1;
}

void history_add(history *h, const digit_progress *p)
{
    if (!h->file)
        return;
    fprintf(h->file, "%u,%.9g,%.9g,", p->epoch, p->loss, p->accuracy);
    if (!isnan(p->validation_accuracy))
        fprintf(h->file, "%.9g", p->validation_accuracy);
    fprintf(h->file, ",%.3f\n", p->seconds);
    fflush(h->file); /* a reader may follow; history_close() reports errors */
}

int history_close(history *h)
{
    if (!h->file)
        return 0;
    const bool failed = ferror(h->file);
    const bool unclosed = fclose(h->file) != 0;
    h->file = NULL;
    if (!failed && !unclosed)
        return 0;
    cli_message("%s: the history could not be written", h->path);
    return 1;
}
