/* Lines divided at wide gaps; what the digit network is sure of, and what is left out. */
#include "read/chunks.h"

#include "../support/suite.h"

#include <string.h>

#define SIZE 20.0
#define MOST 1200

typedef struct line {
    dg_segment items[MOST];
    digit_prediction answers[MOST];
    dg_segment_line line;
    dg_segments segments;
} line;

static line l;

static void begin(void)
{
    memset(&l, 0, sizeof l);
    l.line.size = SIZE;
    l.segments.items = l.items;
    l.segments.lines = &l.line;
    l.segments.line_count = 1;
}

/* A cluster `high` pixels high, `gap` behind the last one, that the digit network takes for
 * `digit`. */
static dg_segment *add(int gap, int wide, int high, int digit, float confidence)
{
    const size_t at = l.line.count++;
    const int left = at > 0 ? l.items[at - 1].right + 1 + gap : 10;
    l.segments.count = l.line.count;
    l.items[at] = (dg_segment){.left = left, .right = left + wide - 1, .top = 120 - high,
                               .bottom = 119};
    l.answers[at].digit = digit;
    l.answers[at].confidence = confidence;
    l.answers[at].other = 1 - confidence;
    return &l.items[at];
}

static dg_chunks divide(void)
{
    dg_chunks chunks;
    ck_assert_int_eq(dg_chunks_make(&l.segments, l.answers, &chunks), DIGIT_OK);
    return chunks;
}

START_TEST(wide_gaps_divide)
{
    begin();
    add(0, 14, 20, 7, 1);
    add(4, 14, 20, 3, 1);
    add(35, 14, 20, 2, 1); /* more than 1.5 heights */
    add(25, 14, 20, 2, 1);
    dg_chunks chunks = divide();
    ck_assert_uint_eq(chunks.count, 2);
    ck_assert_uint_eq(chunks.items[0].first, 0);
    ck_assert_uint_eq(chunks.items[0].count, 2);
    ck_assert_uint_eq(chunks.items[1].first, 2);
    ck_assert_uint_eq(chunks.items[1].count, 2);
    ck_assert(chunks.items[0].clear && chunks.items[1].clear);
    dg_chunks_free(&chunks);
}
END_TEST

/* A strip has a limit. */
START_TEST(long_lines_are_divided)
{
    begin();
    for (int i = 0; i < 100; i++)
        add(4, 14, 20, 7, 1);
    dg_chunks chunks = divide();
    size_t covered = 0;
    ck_assert_uint_gt(chunks.count, 1);
    for (size_t i = 0; i < chunks.count; i++) {
        const dg_chunk *c = &chunks.items[i];
        const dg_segment *first = &l.items[c->first], *last = &l.items[c->first + c->count - 1];
        ck_assert_uint_eq(c->first, covered);
        ck_assert_int_lt(last->right - first->left, 45 * SIZE);
        covered += c->count;
    }
    ck_assert_uint_eq(covered, 100);
    dg_chunks_free(&chunks);
}
END_TEST

/* What makes the line network read a chunk. */
static const struct {
    const char *what;
    int wide, high, digit;
    float confidence;
    bool small, sign;
} doubts[] = {
    {"doubted", 14, 20, 4, 0.9f, false, false},
    {"low: a part of a digit", 14, 13, 4, 1, false, false},
    {"high: two of them", 14, 30, 4, 1, false, false},
    {"small", 3, 3, 1, 0.2f, true, false},
    {"a sign", 8, 24, 1, 1, false, true},
};

START_TEST(doubts_are_for_the_line_network)
{
    begin();
    add(0, 14, 20, 7, 1);
    dg_segment *s = add(4, doubts[_i].wide, doubts[_i].high, doubts[_i].digit,
                        doubts[_i].confidence);
    s->small = doubts[_i].small;
    s->sign = doubts[_i].sign;
    add(4, 14, 20, 2, 1);
    dg_chunks chunks = divide();
    ck_assert_msg(chunks.count == 1 && !chunks.items[0].clear, "%s", doubts[_i].what);
    ck_assert(chunks.sure[0] && !chunks.sure[1] && chunks.sure[2]);
    dg_chunks_free(&chunks);
}
END_TEST

START_TEST(ones_alone_are_not_sure)
{
    begin();
    add(0, 4, 20, 1, 1);
    add(9, 4, 20, 1, 1);
    dg_chunks chunks = divide();
    ck_assert(!chunks.items[0].clear);
    dg_chunks_free(&chunks);
    add(9, 14, 20, 7, 1);
    chunks = divide();
    ck_assert(chunks.items[0].clear);
    dg_chunks_free(&chunks);
}
END_TEST

/* A 5 without its bar looks like another digit; a point at its foot changes nothing. */
START_TEST(a_bar_belongs_to_a_digit)
{
    begin();
    add(0, 14, 20, 9, 1);
    dg_segment *small = add(5, 8, 3, 1, 0.1f);
    small->small = true;
    dg_chunks chunks = divide();
    ck_assert(chunks.sure[0]);
    dg_chunks_free(&chunks);
    small->top -= 15;
    small->bottom -= 15;
    chunks = divide();
    ck_assert(!chunks.sure[0]);
    dg_chunks_free(&chunks);
}
END_TEST

START_TEST(print_and_dirt_are_left_out)
{
    begin();
    for (int i = 0; i < 6; i++)
        add(3, 12, 18, 2, i < 2 ? 1 : 0.05f); /* a word: four of six are surely no digits */
    add(60, 3, 3, 1, 0.1f)->small = true;     /* a speck */
    add(60, 14, 20, 3, 1);
    dg_chunks chunks = divide();
    ck_assert_uint_eq(chunks.count, 1);
    ck_assert_uint_eq(chunks.items[0].first, 7);
    ck_assert_uint_eq(chunks.print, 6);
    dg_chunks_free(&chunks);
}
END_TEST

/* A thousand doubtful strokes that stand alone are the grain of the paper. */
START_TEST(a_page_of_dirt_is_left_out)
{
    begin();
    add(0, 14, 20, 3, 1);
    for (int i = 0; i < 1000; i++)
        add(50, 4, 20, 1, 0.7f);
    add(50, 14, 20, 4, 1);
    dg_chunks chunks = divide();
    ck_assert_uint_eq(chunks.count, 2);
    ck_assert_uint_eq(chunks.items[1].first, 1001);
    dg_chunks_free(&chunks);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("chunks");
    tcase_add_test(tcase, wide_gaps_divide);
    tcase_add_test(tcase, long_lines_are_divided);
    tcase_add_loop_test(tcase, doubts_are_for_the_line_network, 0,
                        (int)(sizeof doubts / sizeof doubts[0]));
    tcase_add_test(tcase, ones_alone_are_not_sure);
    tcase_add_test(tcase, a_bar_belongs_to_a_digit);
    tcase_add_test(tcase, print_and_dirt_are_left_out);
    tcase_add_test(tcase, a_page_of_dirt_is_left_out);
    return suite_run("chunks", tcase);
}
