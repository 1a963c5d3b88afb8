#include "history.h"

#include "cli.h"
#include "whole_file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROW_ROOM = 160 };

/* All of a text, or nothing where a file can be cut. Returns 0 or an errno. */
static int append(int file, const char *text, int length)
{
    const off_t before = lseek(file, 0, SEEK_END);
    const ssize_t put = write(file, text, (size_t)length);
    const int error = put == length ? 0 : put < 0 ? errno : ENOSPC;
    if (error != 0 && before >= 0 && ftruncate(file, before) != 0)
        return errno;
    return error;
}

int history_open(history *h, const char *path, bool goes_on)
{
    static const char head[] = "epoch,loss,accuracy,validation_accuracy,seconds\n";
    const int length = sizeof head - 1;
    struct stat facts;
    int error = 0;
    *h = (history){.path = path, .file = -1};
    if (!path)
        return 0;
    const bool there = stat(path, &facts) == 0, special = there && !S_ISREG(facts.st_mode);
    const bool begins = special || !there || !goes_on || facts.st_size == 0;
    /* A full disk must not cost the history of an earlier training. */
    if (begins && !special)
        error = whole_file_write(path, head, length);
    if (error == 0) {
        h->file = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOCTTY);
        error = h->file < 0 ? errno : special ? append(h->file, head, length) : 0;
    }
    if (error == 0)
        return 0;
    cli_message("%s: %s", path, strerror(error));
    return 1;
}

void history_add(history *h, const digit_progress *p)
{
    char row[ROW_ROOM], validation[32] = "";
    if (!h->path || h->error != 0)
        return;
    if (!isnan(p->validation_accuracy))
        snprintf(validation, sizeof validation, "%.9g", p->validation_accuracy);
    const int length = snprintf(row, sizeof row, "%u,%.9g,%.9g,%s,%.3f\n", p->epoch, p->loss,
                                p->accuracy, validation, p->seconds);
    h->error = append(h->file, row, length);
    if (h->error == 0)
        h->last_epoch = p->epoch;
}

int history_close(history *h)
{
    if (!h->path)
        return 0;
    if (close(h->file) != 0 && h->error == 0)
        h->error = errno;
    if (h->error == 0)
        return 0;
    cli_message("%s: %s: the history could not be written after epoch %u", h->path,
                strerror(h->error), h->last_epoch);
    return 1;
}
