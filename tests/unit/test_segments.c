/* Segments and samples: the ink of clusters. */
#include "vision/page/segments.h"
#include "vision/ink/digit_height.h"
#include "vision/sample/even.h"
#include "vision/sample/glyph.h"
#include "vision/sample/thumbnail.h"

#include "../support/suite.h"
#include "finding.h"

static digit_box box_of(const dg_component *component)
{
    return (digit_box){component->left, component->top, (int32_t)dg_component_width(component),
                       (int32_t)dg_component_height(component)};
}

/* Four rings that touch, and one that does not, with a dot above it. */
typedef struct fixture {
    dg_plane page;
    dg_components components;
    dg_lines lines;
    dg_segments segments;
} fixture;

static void find_lines(fixture *f)
{
    dg_lines_plan plan = {.width = f->page.width, .height = f->page.height, .single = true};
    ck_assert_int_eq(find_components(&f->page, 1, 2, one_thread, &f->components), DIGIT_OK);
    ck_assert_int_eq(
        dg_digit_height(&f->components, plan.width, plan.height, &plan.digit_height), DIGIT_OK);
    ck_assert_int_eq(dg_lines_find(&f->components, &plan, &f->lines), DIGIT_OK);
}

static void set_up(fixture *f)
{
    f->page = drawing(300, 80, 0);
    for (int i = 0; i < 4; i++)
        draw_ring(&f->page, 10 + 24 * i, 20, 26, 40, 4, 255);
    draw_ring(&f->page, 180, 20, 26, 40, 4, 255);
    draw_bar(&f->page, 190, 10, 5, 5, 255);
    find_lines(f);
    ck_assert_uint_eq(f->lines.items[0].count, 2);
}

static void tear_down(fixture *f)
{
    dg_segments_free(&f->segments);
    dg_lines_free(&f->lines);
    dg_components_free(&f->components);
    free(f->page.pixels);
}

START_TEST(each_cluster_is_a_segment)
{
    fixture f;
    set_up(&f);
    ck_assert_int_eq(dg_segments_make(&f.components, &f.lines, &f.segments), DIGIT_OK);
    ck_assert_uint_eq(f.segments.count, 2);
    ck_assert(f.segments.line_count == 1 && f.segments.lines[0].count == 2);
    const digit_box first = dg_segment_box(&f.segments.items[0]);
    const digit_box second = dg_segment_box(&f.segments.items[1]);
    ck_assert(first.x == 10 && first.y == 20 && first.width == 98 && first.height == 40);
    ck_assert(second.x == 180 && second.y == 10 && second.width == 26 && second.height == 50);
    ck_assert(!f.segments.items[0].joined && f.segments.items[1].joined);
    tear_down(&f);
}
END_TEST

/* All the ink is in the segments, in order, and each segment's runs lie together. */
START_TEST(segments_hold_all_the_ink)
{
    fixture f;
    set_up(&f);
    ck_assert_int_eq(dg_segments_make(&f.components, &f.lines, &f.segments), DIGIT_OK);
    dg_plane seen = drawing(300, 80, 0);
    uint32_t next = 0;
    for (size_t i = 0; i < f.segments.count; i++) {
        const dg_segment *segment = &f.segments.items[i];
        ck_assert_uint_eq(segment->first, next);
        next += segment->count;
        for (uint32_t r = segment->first; r < next; r++) {
            const dg_run *run = &f.segments.runs[r];
            ck_assert(run->start >= segment->left && run->end <= segment->right + 1);
            draw_bar(&seen, run->start, run->y, run->end - run->start, 1, 255);
        }
    }
    ck_assert_int_eq(memcmp(seen.pixels, f.page.pixels, 300 * 80), 0);
    free(seen.pixels);
    tear_down(&f);
}
END_TEST

/* A straight stroke, slanted and higher than the rings, is a sign only between two of them. */
START_TEST(a_slash_stands_between_digits)
{
    enum { FIRST, BETWEEN, LAST };
    fixture f = {.page = drawing(300, 80, 0)};
    for (int i = 0; i < 3; i++)
        if (i != _i)
            draw_ring(&f.page, 60 + 44 * i, 20, 26, 40, 4, 255);
    for (int y = 0; y < 56; y++)
        draw_bar(&f.page, 60 + 44 * _i + (56 - y) * 24 / 56, 10 + y, 4, 1, 255);
    find_lines(&f);
    ck_assert_uint_eq(f.lines.cluster_count, 3);
    ck_assert_int_eq(dg_segments_make(&f.components, &f.lines, &f.segments), DIGIT_OK);
    for (int i = 0; i < 3; i++)
        ck_assert(f.segments.items[i].sign == (i == _i && _i == BETWEEN));
    tear_down(&f);
}
END_TEST

/* A comma is up to two thirds as high as a digit; the bar of a 5, the foot of a digit and a small
 * digit on the line are no signs. */
START_TEST(signs_are_known_by_their_place)
{
    static const struct { digit_box box; bool sign; } cases[] = {
        {{92, 52, 5, 22}, true},   /* a comma */
        {{92, 56, 4, 12}, true},   /* ... a short one */
        {{92, 64, 14, 22}, true},  /* a mark below the line */
        {{91, 38, 14, 4}, true},   /* a dash */
        {{91, 22, 14, 4}, false},  /* the bar of a 5 */
        {{104, 64, 20, 4}, false}, /* the foot of a digit */
        {{92, 34, 12, 24}, false}, /* a small digit */
    };
    fixture f = {.page = drawing(300, 90, 0)};
    draw_ring(&f.page, 60, 20, 26, 40, 4, 255);
    draw_ring(&f.page, 110, 20, 26, 40, 4, 255);
    const digit_box box = cases[_i].box;
    draw_bar(&f.page, box.x, box.y, box.width, box.height, 255);
    find_lines(&f);
    ck_assert_int_eq(dg_segments_make(&f.components, &f.lines, &f.segments), DIGIT_OK);
    size_t signs = 0;
    for (size_t i = 0; i < f.segments.count; i++)
        signs += f.segments.items[i].sign;
    ck_assert_uint_eq(signs, cases[_i].sign);
    ck_assert(!cases[_i].sign || f.segments.items[1].sign);
    tear_down(&f);
}
END_TEST

/* A neighbour's ink inside the box is not in the sample. */
START_TEST(samples_leave_neighbours_out)
{
    dg_plane page = drawing(100, 100, 0), alone = drawing(100, 100, 0);
    uint8_t a[DIGIT_SAMPLE_BYTES], b[DIGIT_SAMPLE_BYTES];
    draw_ring(&page, 20, 20, 40, 50, 5, 255);
    draw_ring(&alone, 20, 20, 40, 50, 5, 255);
    draw_bar(&page, 32, 35, 12, 12, 255);
    dg_components components, one;
    ck_assert_int_eq(find_components(&page, 1, 1, one_thread, &components), DIGIT_OK);
    ck_assert_int_eq(find_components(&alone, 1, 1, one_thread, &one), DIGIT_OK);
    ck_assert_uint_eq(components.count, 2);
    const digit_box box = box_of(&components.items[0]);
    ck_assert_int_eq(dg_glyph_sample(&page, components.runs, components.items[0].count, &box,
                                     dg_frame_even, a),
                     DIGIT_OK);
    ck_assert_int_eq(
        dg_glyph_sample(&alone, one.runs, one.run_count, &box, dg_frame_even, b), DIGIT_OK);
    ck_assert_int_eq(memcmp(a, b, DIGIT_SAMPLE_BYTES), 0);
    ck_assert_int_eq(a[14 * DIGIT_SAMPLE_SIDE + 14], 0);
    dg_components_free(&one);
    dg_components_free(&components);
    free(alone.pixels);
    free(page.pixels);
}
END_TEST

/* ---- Large digits ----------------------------------------------------------- */

static int largest_difference(const uint8_t *a, const uint8_t *b)
{
    int most = 0;
    for (int i = 0; i < DIGIT_SAMPLE_BYTES; i++)
        most = abs(a[i] - b[i]) > most ? abs(a[i] - b[i]) : most;
    return most;
}

/* A large digit's thumbnail gives nearly the sample of its ink. */
START_TEST(thumbnails_show_the_same_digit)
{
    dg_plane page = drawing(700, 900, 0);
    uint8_t exact[DIGIT_SAMPLE_BYTES], small[DIGIT_SAMPLE_BYTES];
    dg_components components;
    draw_ring(&page, 37, 41, 500, 800, 70, 253);
    draw_bar(&page, 37, 741, 200, 100, 253); /* else the centre of mass is between two pixels */
    ck_assert_int_eq(find_components(&page, 1, 1, one_thread, &components), DIGIT_OK);
    const digit_box box = box_of(&components.items[0]);
    ck_assert_int_eq(dg_glyph_sample(&page, components.runs, components.run_count, &box,
                                     dg_frame_even, exact), DIGIT_OK);
    ck_assert_int_eq(dg_thumbnail_cell(800), 12);
    ck_assert_int_eq(dg_thumbnail_sample(&page, components.runs, components.run_count, &box, 12,
                                         dg_frame_even, small), DIGIT_OK);
    ck_assert_int_le(largest_difference(exact, small), 48); /* measured: 37 */
    dg_components_free(&components);
    free(page.pixels);
}
END_TEST

/* However thin the ink is, there is some in the sample. */
START_TEST(thumbnails_keep_thin_ink)
{
    static const uint8_t blank[DIGIT_SAMPLE_BYTES];
    dg_plane page = drawing(900, 900, 0);
    uint8_t sample[DIGIT_SAMPLE_BYTES];
    const dg_run run = {450, 100, 101};
    const digit_box box = {100, 450, 1, 1};
    page.pixels[450 * 900 + 100] = 96;
    ck_assert_int_eq(dg_thumbnail_sample(&page, &run, 1, &box, dg_thumbnail_cell(800),
                                         dg_frame_even, sample), DIGIT_OK);
    ck_assert(memcmp(sample, blank, sizeof sample) != 0);
    free(page.pixels);
}
END_TEST

START_TEST(small_digits_need_no_thumbnails)
{
    ck_assert_int_eq(dg_thumbnail_cell(0), 1);
    ck_assert_int_eq(dg_thumbnail_cell(127.9), 1);
    ck_assert_int_eq(dg_thumbnail_cell(128), 2);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("segments");
    tcase_add_test(tcase, each_cluster_is_a_segment);
    tcase_add_test(tcase, segments_hold_all_the_ink);
    tcase_add_test(tcase, thumbnails_show_the_same_digit);
    tcase_add_test(tcase, thumbnails_keep_thin_ink);
    tcase_add_test(tcase, small_digits_need_no_thumbnails);
    tcase_add_loop_test(tcase, a_slash_stands_between_digits, 0, 3);
    tcase_add_loop_test(tcase, signs_are_known_by_their_place, 0, 7);
    tcase_add_test(tcase, samples_leave_neighbours_out);
    return suite_run("segments", tcase);
}
