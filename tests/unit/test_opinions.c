/* What two networks say of a line, put together: odds, clusters, signs. */
#include "read/opinions.h"

#include "../support/suite.h"
#include "base/mem.h"

#include <string.h>

#define OUTPUTS 100
#define SCALE   1.0 /* pixels a column */
#define LEFT    50.0
#define TOP     100 /* of digits 20 pixels high; the strip's middle is at 110 */
#define MOST    8

static dg_run runs[MOST * 64];
static dg_segment segments[MOST];
static digit_prediction answers[MOST];
static bool sure[MOST];
static dg_segment_line segment_line;
static dg_real logits[OUTPUTS * DG_LINE_OUTPUTS];
static dg_sheet sheet;
static dg_segments all;
static dg_chunk chunk;
static dg_chunks chunks;
static dg_transcript transcript;

/* An empty line, of which the line network says nothing, and surely so. */
static void begin(void)
{
    memset(segments, 0, sizeof segments);
    memset(answers, 0, sizeof answers);
    memset(sure, 0, sizeof sure);
    all = (dg_segments){.runs = runs, .items = segments, .lines = &segment_line, .line_count = 1};
    segment_line = (dg_segment_line){.size = 20};
    chunk = (dg_chunk){0};
    chunks = (dg_chunks){.items = &chunk, .count = 1, .sure = sure};
    transcript = (dg_transcript){
        .strip = {.columns = 2 * OUTPUTS, .left = LEFT, .scale = SCALE, .middle = TOP + 10},
        .logits = logits,
        .outputs = OUTPUTS,
    };
    for (int i = 0; i < OUTPUTS * DG_LINE_OUTPUTS; i++)
        logits[i] = i % DG_LINE_OUTPUTS == DG_LINE_OUTPUTS - 1 ? 12 : 0;
}

/* The line network sees a class at a place of the picture, by so much more than the blank. */
static void see(int class, double x, dg_real more)
{
    const uint32_t step = dg_transcript_step(&transcript, x);
    logits[step * DG_LINE_OUTPUTS + class] = 12 + more;
}

/* A block of ink from x on; `digit` is what the digit network takes it for. */
static dg_segment *add(int x, int wide, int y, int high, int digit, float confidence)
{
    dg_segment *s = &segments[all.count];
    digit_prediction *p = &answers[all.count++];
    chunk.count = segment_line.count = all.count;
    *s = (dg_segment){.first = (uint32_t)all.run_count, .left = x, .right = x + wide - 1, .top = y,
                      .bottom = y + high - 1};
    for (int row = y; row < y + high; row++, s->count++)
        runs[all.run_count++] = (dg_run){.y = (uint16_t)row, .start = (uint16_t)x,
                                         .end = (uint16_t)(x + wide)};
    p->digit = digit;
    p->confidence = confidence;
    p->probabilities[digit] = 1;
    p->other = 1 - confidence;
    return s;
}

static dg_segment *add_digit(int x, int digit, float confidence)
{
    return add(x, 12, TOP, 20, digit, confidence);
}

/* Reads the line: "12.5", '?' for a mark. */
static dg_items read(char *text)
{
    static const char letters[] = "0123456789.,-/:+%w?";
    const dg_items_source source = {
        .sheet = &sheet,
        .segments = &all,
        .answers = answers,
        .chunks = &chunks,
        .transcripts = &transcript,
        .temperature = 1,
        .allowed = 0x3ff,
    };
    dg_items items = {0};
    ck_assert_int_eq(dg_opinions_add_chunk(&source, 0, &items), DIGIT_OK);
    for (size_t i = 0; i < items.count; i++)
        *text++ = letters[items.items[i].label];
    *text = '\0';
    return items;
}

static void check(const char *expected)
{
    char text[OUTPUTS];
    dg_items items = read(text);
    ck_assert_str_eq(text, expected);
    dg_items_free(&items);
}

START_TEST(a_clear_chunk_is_what_the_digit_network_says)
{
    char text[OUTPUTS];
    begin();
    transcript.logits = NULL;
    add_digit(60, 7, 0.99f);
    add_digit(80, 3, 0.99f)->joined = true;
    dg_items items = read(text);
    ck_assert_str_eq(text, "73");
    ck_assert_int_eq(items.items[1].place.x, 80);
    ck_assert_int_eq(items.items[1].place.width, 12);
    ck_assert_int_eq(items.items[1].place.y, TOP);
    ck_assert_int_eq(items.items[1].place.height, 20);
    ck_assert_uint_eq(items.items[0].flags, 0);
    ck_assert_uint_eq(items.items[1].flags, DIGIT_GLYPH_JOINED);
    dg_items_free(&items);
}
END_TEST

/* One cluster, two digits: nothing was cut before they were read. */
START_TEST(digits_that_touch_share_a_cluster)
{
    char text[OUTPUTS];
    begin();
    add(60, 30, TOP, 20, 8, 0.1f);
    see(4, 68, 9);
    see(2, 82, 9);
    dg_items items = read(text);
    ck_assert_str_eq(text, "42");
    for (int i = 0; i < 2; i++) {
        const digit_box b = items.items[i].place;
        ck_assert_uint_eq(items.items[i].flags, DIGIT_GLYPH_CUT);
        ck_assert(b.x >= 60 && b.x + b.width <= 90 && b.height == 20);
        ck_assert_float_gt(items.items[i].prediction.confidence, 0.9f);
    }
    ck_assert_int_le(items.items[0].place.x + items.items[0].place.width, 77);
    ck_assert_int_ge(items.items[1].place.x, 74);
    dg_items_free(&items);
}
END_TEST

/* Two clusters, one digit. */
START_TEST(a_broken_digit_has_two_clusters)
{
    char text[OUTPUTS];
    begin();
    add(60, 12, TOP + 6, 14, 6, 0.3f);
    add(64, 14, TOP, 3, 1, 0.1f)->small = true;
    see(5, 67, 9);
    dg_items items = read(text);
    ck_assert_str_eq(text, "5");
    ck_assert_uint_eq(items.items[0].flags, DIGIT_GLYPH_JOINED);
    ck_assert_int_eq(items.items[0].place.height, 20);
    ck_assert_int_eq(items.items[0].place.width, 18);
    dg_items_free(&items);
}
END_TEST

/* The surer one counts. */
START_TEST(sure_digits_hold)
{
    begin();
    add_digit(60, 7, 0.99f);
    add_digit(80, 3, 0.3f);
    see(1, 66, 4);
    see(7, 66, 1);
    see(5, 86, 9);
    check("75");
    see(1, 66, 14);
    check("15");
}
END_TEST

/* A thin 1 may be said over its neighbour; it is still this cluster's, and said once. */
START_TEST(labels_beside_their_ink_belong_to_it)
{
    begin();
    add(60, 3, TOP, 20, 1, 0.99f);
    add_digit(66, 2, 0.99f);
    sure[0] = sure[1] = true;
    see(1, 67, 9);
    see(2, 74, 9);
    check("12");
    see(1, 67, 0);
    see(2, 74, 0);
    see(1, 58, 9);
    see(2, 63, 9);
    check("12");
}
END_TEST

/* The line network says nothing of a digit, but not by much. */
START_TEST(a_digit_is_found_that_the_line_network_misses)
{
    begin();
    add_digit(60, 7, 0.99f);
    add_digit(80, 3, 0.99f);
    see(7, 66, 9);
    see(3, 86, -2);
    check("73");
    see(3, 86, -9);
    check("7");
}
END_TEST

/* The digit network doubts a little, the line network more: the odds decide. */
START_TEST(odds_of_both_decide)
{
    begin();
    add_digit(60, 4, 0.97f);
    add_digit(80, 3, 0.97f);
    see(4, 66, 9);
    see(8, 86, 2);
    see(3, 86, 1);
    check("43"); /* 0.27 to 0.73, times 16 to 1 */
    see(8, 86, 12);
    check("48");
    answers[1].confidence = answers[1].probabilities[3] = answers[1].probabilities[8] = 0.5f;
    see(8, 86, 2);
    check("48");
}
END_TEST

START_TEST(signs_are_items)
{
    char text[OUTPUTS];
    begin();
    add_digit(60, 7, 0.99f);
    add(76, 3, TOP + 17, 3, 1, 0.1f)->small = true;
    add_digit(84, 5, 0.99f);
    sure[0] = sure[2] = true;
    see(7, 66, 9);
    see(DG_LINE_POINT, 78, 9);
    see(5, 90, 9);
    dg_items items = read(text);
    ck_assert_str_eq(text, "7.5");
    ck_assert_float_gt(items.items[1].confidence, 0.9f);
    ck_assert_int_eq(items.items[1].place.x, 76);
    dg_items_free(&items);
}
END_TEST

/* The line network takes it for a 1, but not by much: its shape and place decide. */
START_TEST(a_steep_slash_is_no_1)
{
    begin();
    add_digit(60, 4, 0.99f);
    add(80, 12, TOP - 6, 32, 1, 0.99f)->sign = true;
    add_digit(100, 7, 0.99f);
    sure[0] = sure[2] = true;
    see(4, 66, 9);
    see(1, 86, 6);
    see(DG_LINE_SLASH, 86, 4);
    see(7, 106, 9);
    check("4/7");
    see(1, 86, 12);
    check("417");
}
END_TEST

/* A sign that the line network does not see divides what it stands between; a speck does not. */
START_TEST(small_ink_never_disappears)
{
    begin();
    add_digit(60, 7, 0.99f);
    add(76, 3, TOP + 17, 3, 1, 0.1f)->small = true;
    add_digit(84, 5, 0.99f);
    sure[0] = sure[2] = true;
    see(7, 66, 9);
    see(5, 90, 9);
    check("7?5");
    see(DG_LINE_POINT, 78, -6); /* it could be one: there is ink */
    check("7.5");
    see(DG_LINE_POINT, 78, -12);
    segments[1].right = segments[1].left;
    segments[1].bottom = segments[1].top;
    check("75");
}
END_TEST

/* A sum's + below a number is no digit of it. */
START_TEST(ink_beyond_the_strip_is_not_the_lines)
{
    begin();
    add_digit(60, 7, 0.99f);
    add(66, 16, TOP + 40, 16, 4, 0.9f);
    add_digit(80, 5, 0.99f);
    sure[0] = sure[2] = true;
    see(7, 66, 9);
    see(5, 86, 9);
    check("75");
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("opinions");
    tcase_add_test(tcase, a_clear_chunk_is_what_the_digit_network_says);
    tcase_add_test(tcase, digits_that_touch_share_a_cluster);
    tcase_add_test(tcase, a_broken_digit_has_two_clusters);
    tcase_add_test(tcase, sure_digits_hold);
    tcase_add_test(tcase, labels_beside_their_ink_belong_to_it);
    tcase_add_test(tcase, a_digit_is_found_that_the_line_network_misses);
    tcase_add_test(tcase, odds_of_both_decide);
    tcase_add_test(tcase, signs_are_items);
    tcase_add_test(tcase, a_steep_slash_is_no_1);
    tcase_add_test(tcase, small_ink_never_disappears);
    tcase_add_test(tcase, ink_beyond_the_strip_is_not_the_lines);
    return suite_run("opinions", tcase);
}
