#include "progress.h"

#include "cli.h"
#include "draw.h"

#include <math.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_CELLS = 20 };

void progress_start(progress_bar *bar, bool goes_on)
{
    *bar = (progress_bar){.live = cli_is_terminal(stderr), .goes_on = goes_on};
}

void progress_clear(progress_bar *bar)
{
    /* Spaces, not a control sequence: NO_COLOR's readers want none at all. */
    if (bar->drawn > 0)
        fprintf(stderr, "\r%*s\r", bar->drawn, "");
    bar->drawn = 0;
    fflush(stderr);
}

static int terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    return 80;
}

static double samples_of(const digit_progress *progress)
{
    return (progress->epoch - 1.0) * (double)progress->samples_total +
           (double)progress->samples_done;
}

/* Samples per second; 0 while nobody knows. */
static double speed(const progress_bar *bar, const digit_progress *progress)
{
    const double seconds = progress->seconds - bar->seconds;
    return seconds > 0 ? (samples_of(progress) - bar->samples) / seconds : 0;
}

static void format_time(char *text, size_t size, double seconds)
{
    const unsigned long whole = seconds < 1e9 ? (unsigned long)(seconds + 0.5) : 1000000000ul;
    if (whole < 3600)
        snprintf(text, size, "%lu:%02lu", whole / 60, whole % 60);
    else
        snprintf(text, size, "%lu:%02lu:%02lu", whole / 3600, whole / 60 % 60, whole % 60);
}

void progress_draw(progress_bar *bar, const digit_progress *progress)
{
    if (bar->goes_on && bar->samples == 0) {
        bar->samples = samples_of(progress);
        bar->seconds = progress->seconds;
    }
    if (!bar->live)
        return;

    const double total = (double)progress->samples_total;
    const double fraction = total > 0 ? (double)progress->samples_done / total : 1;
    const double rate = speed(bar, progress);
    char left[32] = "?";
    if (rate > 0) {
        const double epochs_left = (double)progress->epochs - progress->epoch + 1 - fraction;
        format_time(left, sizeof left, epochs_left * total / rate);
    }
    char before[64], after[160];
    const int before_length = snprintf(before, sizeof before, "epoch %u/%u ", progress->epoch,
                                       progress->epochs);
    int after_length = snprintf(
        after, sizeof after, " %3.0f%%  loss %.4f  accuracy %.2f%%  %.0f images/s  %s left",
        100 * fraction, progress->loss, 100 * progress->accuracy, rate, left);

    /* One column stays free: a full line would wrap and could not be redrawn. */
    const int room = terminal_columns() - 1 - before_length;
    if (room < 0)
        return;
    if (after_length > room)
        after_length = room;
    const int cells = room - after_length - 2 < BAR_CELLS ? room - after_length - 2 : BAR_CELLS;
    progress_clear(bar);
    fputs(before, stderr);
    if (cells > 3) {
        putc('|', stderr);
        draw_bar(stderr, fraction, cells);
        putc('|', stderr);
    }
    fprintf(stderr, "%.*s", after_length, after);
    bar->drawn = before_length + after_length + (cells > 3 ? cells + 2 : 0);
    fflush(stderr);
}

void progress_epoch(progress_bar *bar, const digit_progress *progress)
{
    progress_clear(bar);
    fprintf(stderr, "epoch %u/%u  loss %.4f  accuracy %.2f%%", progress->epoch,
            progress->epochs, progress->loss, 100 * progress->accuracy);
    if (!isnan(progress->validation_accuracy))
        fprintf(stderr, "  validation %.2f%%", 100 * progress->validation_accuracy);
    fprintf(stderr, "  %.0f images/s  %.1f s\n", speed(bar, progress), progress->seconds);
    fflush(stderr);
}
