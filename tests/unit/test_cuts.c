/* Cuts, atoms and samples: where digits that touch come apart. */
#include "vision/atoms.h"
#include "vision/cuts.h"
#include "vision/glyph.h"

#include "../support/suite.h"
#include "drawing.h"

static digit_box box_of(const dg_blob *blob)
{
    return (digit_box){blob->left, blob->top, (int32_t)dg_blob_width(blob),
                       (int32_t)dg_blob_height(blob)};
}

static void find_cuts(const dg_plane *page, double size, dg_blobs *blobs, dg_cuts *cuts)
{
    ck_assert_int_eq(dg_blobs_find(page, 1, 1, blobs), DIGIT_OK);
    ck_assert_uint_eq(blobs->count, 1);
    const digit_box box = box_of(blobs->items);
    ck_assert_int_eq(dg_cuts_find(page, blobs->runs, blobs->run_count, &box, size, cuts),
                     DIGIT_OK);
}

/* Is there a cut that keeps clear of x0..x1 and goes between them and what is right? */
static bool cuts_between(const dg_cuts *cuts, int left, int right)
{
    for (size_t i = 0; i < cuts->count; i++) {
        bool fits = true;
        for (size_t y = 0; y < cuts->height; y++)
            fits &= cuts->at[i * cuts->height + y] >= left &&
                    cuts->at[i * cuts->height + y] <= right;
        if (fits)
            return true;
    }
    return false;
}

/* Two rings joined by a bridge, at sizes from small to large. */
START_TEST(finds_the_touch)
{
    const int s = 1 + _i; /* scale */
    dg_plane page = drawing((size_t)(120 * s), (size_t)(60 * s), 0);
    draw_ring(&page, 10 * s, 10 * s, 20 * s, 40 * s, 4 * s, 255);
    draw_ring(&page, 36 * s, 10 * s, 20 * s, 40 * s, 4 * s, 255);
    draw_bar(&page, 30 * s, 30 * s, 6 * s, 3 * s, 255);
    dg_blobs blobs;
    dg_cuts cuts;
    find_cuts(&page, 40 * s, &blobs, &cuts);
    ck_assert_uint_ge(cuts.count, 1);
    ck_assert(cuts_between(&cuts, 26 * s, 40 * s));
    for (size_t i = 1; i < cuts.count; i++) /* they do not cross */
        for (size_t y = 0; y < cuts.height; y++)
            ck_assert_uint_ge(cuts.at[i * cuts.height + y], cuts.at[(i - 1) * cuts.height + y]);
    dg_cuts_free(&cuts);
    dg_blobs_free(&blobs);
    free(page.pixels);
}
END_TEST

START_TEST(a_stroke_has_no_cut)
{
    dg_plane page = drawing(60, 60, 0);
    draw_bar(&page, 20, 10, 8, 40, 255);
    dg_blobs blobs;
    dg_cuts cuts;
    find_cuts(&page, 40, &blobs, &cuts);
    ck_assert_uint_eq(cuts.count, 0);
    dg_cuts_free(&cuts);
    dg_blobs_free(&blobs);
    free(page.pixels);
}
END_TEST

/* All the ink is in the atoms, in order, and each atom's runs lie together. */
START_TEST(atoms_hold_all_the_ink)
{
    dg_plane page = drawing(300, 80, 0);
    for (int i = 0; i < 4; i++)
        draw_ring(&page, 10 + 24 * i, 20, 26, 40, 4, 255);
    draw_ring(&page, 180, 20, 26, 40, 4, 255);
    dg_blobs blobs;
    dg_lines lines;
    dg_atoms atoms;
    const dg_lines_plan plan = {page.width, page.height, 0, true};
    ck_assert_int_eq(dg_blobs_find(&page, 1, 2, &blobs), DIGIT_OK);
    ck_assert_int_eq(dg_lines_find(&blobs, &plan, &lines), DIGIT_OK);
    ck_assert_int_eq(dg_atoms_cut(&page, &blobs, &lines, &atoms), DIGIT_OK);
    ck_assert_uint_ge(atoms.count, 5);
    dg_plane seen = drawing(300, 80, 0);
    uint32_t next = 0;
    for (size_t i = 0; i < atoms.count; i++) {
        ck_assert_uint_eq(atoms.items[i].first, next);
        next += atoms.items[i].count;
        for (uint32_t r = atoms.items[i].first; r < next; r++)
            draw_bar(&seen, atoms.runs[r].start, atoms.runs[r].y,
                     atoms.runs[r].end - atoms.runs[r].start, 1, 255);
    }
    ck_assert_int_eq(memcmp(seen.pixels, page.pixels, 300 * 80), 0);
    ck_assert(!atoms.items[0].cut_before && atoms.items[1].cut_before);
    for (size_t i = 0; i < atoms.count; i++) /* the last ring touches nobody */
        ck_assert(atoms.items[i].left != 180 || !atoms.items[i].cut_before);
    const digit_box all = dg_atoms_box(atoms.items, atoms.count);
    ck_assert(all.x == 10 && all.y == 20 && all.width == 196 && all.height == 40);
    dg_atoms_free(&atoms);
    dg_lines_free(&lines);
    dg_blobs_free(&blobs);
    free(seen.pixels);
    free(page.pixels);
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
    dg_blobs blobs, one;
    ck_assert_int_eq(dg_blobs_find(&page, 1, 1, &blobs), DIGIT_OK);
    ck_assert_int_eq(dg_blobs_find(&alone, 1, 1, &one), DIGIT_OK);
    ck_assert_uint_eq(blobs.count, 2);
    const digit_box box = box_of(&blobs.items[0]);
    ck_assert_int_eq(dg_glyph_sample(&page, blobs.runs, blobs.items[0].count, &box, a), DIGIT_OK);
    ck_assert_int_eq(dg_glyph_sample(&alone, one.runs, one.run_count, &box, b), DIGIT_OK);
    ck_assert_int_eq(memcmp(a, b, DIGIT_SAMPLE_BYTES), 0);
    ck_assert_int_eq(a[14 * DIGIT_SAMPLE_SIDE + 14], 0);
    dg_blobs_free(&one);
    dg_blobs_free(&blobs);
    free(alone.pixels);
    free(page.pixels);
}
END_TEST

int main(void)
{
    TCase *tcase = tcase_create("cuts");
    tcase_add_loop_test(tcase, finds_the_touch, 0, 6);
    tcase_add_test(tcase, a_stroke_has_no_cut);
    tcase_add_test(tcase, atoms_hold_all_the_ink);
    tcase_add_test(tcase, samples_leave_neighbours_out);
    return suite_run("cuts", tcase);
}
