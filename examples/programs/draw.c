#include "draw.h"

#include "cli.h"

/* Eighths of a character cell, from nothing to all of it. */
static const char *const eighths[] = {
    " ", "\u258f", "\u258e", "\u258d", "\u258c", "\u258b", "\u258a", "\u2589", "\u2588",
};

void draw_bar(FILE *stream, double fraction, int cells)
{
    const int steps = cli_has_utf8() ? 8 : 1;
    const int full = fraction > 0 ? (int)(fraction * cells * steps + 0.5) : 0;
    for (int i = 0; i < cells; i++) {
        const int left = full - i * steps;
        const int part = left < 0 ? 0 : left > steps ? steps : left;
        fputs(steps == 8 ? eighths[part] : part ? "#" : " ", stream);
    }
}

/* Two rows in one line of half blocks: upper, lower, both. */
static const char *half_block(int upper, int lower)
{
    static const char *const blocks[] = {" ", "\u2584", "\u2580", "\u2588"};
    return blocks[2 * (upper >= 96) + (lower >= 96)];
}

void draw_sample(FILE *stream, const uint8_t sample[DIGIT_SAMPLE_BYTES], int indent)
{
    static const char shades[] = " .:-=+*#%@";
    const int side = DIGIT_SAMPLE_SIDE;
    const int utf8 = cli_has_utf8();
    for (int y = 0; y < side; y += 2) {
        fprintf(stream, "%*s", indent, "");
        for (int x = 0; x < side; x++) {
            const int upper = sample[y * side + x];
            const int lower = sample[(y + 1) * side + x];
            if (utf8)
                fputs(half_block(upper, lower), stream);
            else
                putc(shades[(upper + lower) * 9 / 510], stream);
        }
        putc('\n', stream);
    }
}
