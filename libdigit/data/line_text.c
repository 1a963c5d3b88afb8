/* Numbers as people write them. Their digits are any: what a date or a time may be is no business
 * of a network that reads pictures. */
#include "data/line_parts.h"

#include <string.h>

typedef struct kind {
    uint32_t percent; /* of groups */
    const char *formats[12];
} kind;

/* Shares are guesses at forms, ledgers, receipts and notebooks; digits alone take the rest. */
static const kind kinds[] = {
    /* amounts and measures, both ways to write them */
    {7, {"0.00", "00.00", "000.00", "0.0", "00.0", "0.000", "0,00", "00,00", "0,0", "0.000,00",
         "0,000.00", "00,000"}},
    /* money as on cheques */
    {3, {"000,000/-", "000/-", "00,000/-", "0000.-", "00,-", "0,000,000", "000.000.000"}},
    /* dates */
    {8, {"00/00/0000", "00.00.0000", "0000-00-00", "00/00/00", "00.00.00", "0/00", "0/0/0000",
         "00-00-0000", "0/0/00", "00.00.", "00-00-00", "0/00/000"}},
    /* times */
    {3, {"00:00", "0:00", "00:00:00", "00:00-00:00"}},
    /* signed numbers, sums, ranges, parts */
    {4, {"-0", "-00", "+00", "+0", "-0.0", "+0,00", "0-0", "00-00", "0+0", "00+00", "0/0",
         "0/000"}},
    {2, {"00%", "0%", "00 %", "0 %", "0.0%", "0,0 %", "000%", "000 %"}},
    /* telephone and account numbers */
    {3, {"0000-000000", "000-0000", "000 000 000", "+00 000 000", "0000/00000", "000-000-0000",
         "0000 0000", "00-000-0", "0000 0000 0000", "000.000"}},
    /* numbers of a list, or before the end of a sentence's part */
    {2, {"0.", "00.", "0:", "00:", "00,", "000,", "0000."}},
    /* sums, and numbers in brackets */
    {2, {"0x0", "00x00", "0x0=00", "00+00=00", "0-0=0", "=00", "=000", "0~0", "00~0=0"}},
    {1, {"(0)", "(00)", "(000)", "0)", "(000) 000-0000", "(0000) 00000"}},
};

#define KINDS (sizeof kinds / sizeof kinds[0])

#define LONG_PERCENT 15 /* of numbers without signs have up to LONG_MOST digits, else SHORT_MOST */
#define SHORT_MOST   6
#define LONG_MOST    10

static void draw_plain(dg_rng *rng, char format[DG_FORMAT_MOST])
{
    const uint32_t most = dg_rng_below(rng, 100) < LONG_PERCENT ? LONG_MOST : SHORT_MOST;
    const uint32_t count = 1 + dg_rng_below(rng, most);
    memset(format, '0', count);
    format[count] = '\0';
}

static const char *draw_format(dg_rng *rng, const kind *k)
{
    uint32_t count = 0;
    while (count < sizeof k->formats / sizeof k->formats[0] && k->formats[count])
        count++;
    return k->formats[dg_rng_below(rng, count)];
}

void dg_line_format(dg_rng *rng, bool signs, char format[DG_FORMAT_MOST])
{
    uint32_t percent = signs ? dg_rng_below(rng, 100) : 100;
    for (size_t i = 0; i < KINDS; i++) {
        if (percent < kinds[i].percent) {
            const char *drawn = draw_format(rng, &kinds[i]);
            memcpy(format, drawn, strlen(drawn) + 1);
            return;
        }
        percent -= kinds[i].percent;
    }
    draw_plain(rng, format);
}
