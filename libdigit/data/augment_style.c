/*
 * MNIST's digits are by Americans. Other schools teach other forms: a 1 with an upstroke and
 * perhaps a foot, a crossed 7, a slashed 0, an open 4. Some samples become such a form, drawn
 * anew; some 7s and 0s only get the stroke that their own hand left out.
 */
#include "data/augment_parts.h"
#include "data/pen.h"

#include <math.h>

#define SIDE DG_FIELD_SIDE
#define CENTRE ((SIDE - 1) / 2.0f)
#define INK 128.0f

/* Shares at full strength, of the samples of a digit. */
static const float drawn_share[DIGIT_CLASSES] = {
    0.02f, 0.32f, 0.05f, 0.04f, 0.08f, 0.05f, 0.04f, 0.06f, 0.05f, 0.08f,
};
#define CROSS_SHARE 0.25f /* of the 7s, drawn anew or not */
#define SLASH_SHARE 0.12f /* of the 0s: slashed */
#define DOT_SHARE   0.03f /* of the 0s: dotted */

/* ---- Forms from a table ----------------------------------------------- */

typedef struct form {
    uint8_t digit;
    const char *glyph; /* as pen.h writes them */
} form;

static const form forms[] = {
    {0, "~60201204164866745230"}, /* its ends cross */
    {2, "~12304163360808 0888"},    /* straight foot, apart */
    {2, "~0220506254360718273878"}, /* loop at the foot */
    {2, "~12204153450838"},         /* no foot to speak of */
    {2, "~0210406244351708 ~08265788"}, /* waved foot */
    {3, "107033 ~3364764807"},      /* flat top */
    {3, "0060 6033 ~3355664807"},
    {3, "~1140513343546647280706"}, /* small loop in the middle */
    {4, "200575 5258"},             /* open, right angle */
    {4, "100464 6058"},             /* u-shaped */
    {4, "~10140464 6058"},          /* u-shaped, round */
    {4, "401563 6338"},             /* a flash of lightning */
    {4, "200674 4248"},
    {4, "~20130565 ~50545658"},
    {5, "2003 ~034364664718 3070"}, /* bar apart */
    {5, "1003 ~035375765818 2181"},
    {5, "~604011134364664806"},     /* one stroke, like an S */
    {6, "1007 ~07275665543405"},    /* as b */
    {6, "301007 ~07386765543405"},  /* square top */
    {6, "~500306286766543415"},
    {7, "010070 7038"},             /* hook at the bar */
    {7, "020171 ~716358"},
    {7, "~0110214170 7028"},        /* wave for a bar */
    {7, "~0100204170 ~70533638"},
    {7, "0070 ~70443638"},
    {8, "~604011234565484716352561"}, /* one stroke, open top */
    {8, "~40212344635140 ~44263748675644"}, /* two circles */
    {8, "~4020113355664817063355614"},
    {8, "~30122352513020 ~33164758552333"},
    {9, "~60301143635160 ~60656858381706"}, /* as g */
    {9, "~60301143635160 606888"},  /* as q */
    {9, "~60301143635160 6068"},    /* straight stem */
    {9, "~703011143353 ~706768"},   /* open */
    {9, "~60301143635160 ~60635628"}, /* bent tail */
    {9, "~61401123435130 ~62534637"}, /* an S for a tail */
    {9, "~614011234362 ~51635628"},
};

#define FORMS (sizeof forms / sizeof forms[0])

static void draw_form(dg_rng *rng, uint8_t digit, dg_field *field)
{
    uint32_t first = 0, count = 0;
    while (forms[first].digit != digit)
        first++;
    while (first + count < FORMS && forms[first + count].digit == digit)
        count++;
    const char *glyph = forms[first + dg_rng_below(rng, count)].glyph;
    dg_pen_glyph(rng, glyph, false, dg_rng_between(rng, 0.6f, 1.1f), field);
}

/* ---- A 1 -------------------------------------------------------------- */

/* In parts of its height; angles in degrees. The bar of a 7 is flatter than any upstroke. */
#define HEIGHT 800.0f /* pen points */
#define UPSTROKE_LOWEST 0.2f
#define UPSTROKE_HIGHEST 1.0f
#define UPSTROKE_FLATTEST 38.0f /* from the horizontal */
#define UPSTROKE_STEEPEST 68.0f
#define UPSTROKE_WIDEST 0.75f
#define FOOT_SHARE 0.3f
#define DEGREE 0.01745329f

static dg_pen_point at(float x, float y)
{
    return (dg_pen_point){(int16_t)(HEIGHT * x), (int16_t)(HEIGHT * y)};
}

static void draw_one(dg_rng *rng, dg_field *field)
{
    const float low = dg_rng_between(rng, UPSTROKE_LOWEST, UPSTROKE_HIGHEST);
    const float angle = dg_rng_between(rng, UPSTROKE_FLATTEST, UPSTROKE_STEEPEST) * DEGREE;
    const float wide = dg_min_f32(low / tanf(angle), UPSTROKE_WIDEST);
    const float sag = dg_rng_around(rng, 0.06f), bow = dg_rng_around(rng, 0.04f);
    const float foot = dg_rng_between(rng, 0.1f, 0.35f), lean = dg_rng_between(rng, -0.1f, 0.2f);
    const float bottom = -lean;
    const dg_pen_point points[] = {
        at(-wide, low), at(-wide / 2 - sag, low / 2 - sag), at(0, 0),
        at(bottom / 2 + bow, 0.5f), at(bottom, 1),
        at(bottom - foot, 1), at(bottom + foot, 1 + dg_rng_around(rng, 0.04f)),
    };
    const uint32_t first[] = {0, 5, 7};
    dg_pen_strokes(rng, points, first, dg_rng_unit(rng) < FOOT_SHARE ? 2 : 1, field);
}

/* ---- Strokes added to what is there ----------------------------------- */

/* Where the ink of a row is, on average; below 0 if there is none. */
static float middle_of_row(const dg_field *field, int row)
{
    float mass = 0, sum = 0;
    for (int x = 0; x < SIDE; x++) {
        mass += field->at[row][x];
        sum += field->at[row][x] * (float)x;
    }
    return mass >= INK ? sum / mass : -1;
}

static void cross_seven(dg_rng *rng, dg_field *field)
{
    const int row = 13 + (int)dg_rng_below(rng, 4);
    const float middle = middle_of_row(field, row), reach = dg_rng_between(rng, 3, 6.5f);
    const float rise = dg_rng_between(rng, -0.5f, 1.5f), radius = dg_rng_between(rng, 0.6f, 1.3f);
    if (middle >= 0)
        dg_pen_line(middle - reach, (float)row + rise, middle + reach, (float)row - rise, radius,
                    field);
}

/* From the lower left to the upper right; some end inside, some go far beyond. */
static void slash_zero(dg_rng *rng, dg_field *field)
{
    const float x = dg_rng_between(rng, 2, 8), y = dg_rng_between(rng, 4, 12);
    const float right = CENTRE + dg_rng_around(rng, 1), down = CENTRE + dg_rng_around(rng, 1);
    dg_pen_line(right - x, down + y, right + x, down - y, dg_rng_between(rng, 0.6f, 1.3f), field);
}

static void dot_zero(dg_rng *rng, dg_field *field)
{
    const float x = CENTRE + dg_rng_around(rng, 1), y = CENTRE + dg_rng_around(rng, 2);
    dg_pen_line(x, y, x, y + dg_rng_unit(rng), dg_rng_between(rng, 0.8f, 1.4f), field);
}

/* ------------------------------------------------------------------------ */

static void redraw(dg_rng *rng, uint8_t label, dg_field *field)
{
    *field = (dg_field){{{0}}};
    if (label == 1)
        draw_one(rng, field);
    else
        draw_form(rng, label, field);
    dg_field_frame(field);
}

void dg_augment_style(dg_rng *rng, float strength, uint8_t label, dg_field *field)
{
    if (label >= DIGIT_CLASSES)
        return;
    if (dg_rng_unit(rng) < drawn_share[label] * strength)
        redraw(rng, label, field);
    if (label == 7 && dg_rng_unit(rng) < CROSS_SHARE * strength)
        cross_seven(rng, field);
    if (label == 0 && dg_rng_unit(rng) < SLASH_SHARE * strength)
        slash_zero(rng, field);
    else if (label == 0 && dg_rng_unit(rng) < DOT_SHARE * strength)
        dot_zero(rng, field);
}
