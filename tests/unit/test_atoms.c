/* Atoms and samples: pieces of ink as they stand, and in slices. */
#include "vision/page/atoms.h"
#include "vision/sample/glyph.h"

#include "../support/suite.h"
#include "drawing.h"

static digit_box box_of(const dg_blob *blob)
{
    return (digit_box){blob->left, blob->top, (int32_t)dg_blob_width(blob),
                       (int32_t)dg_blob_height(blob)};
}

/* Four rings that touch, and one that does not. */
typedef struct fixture {
    dg_plane page;
    dg_blobs blobs;
    dg_lines lines;
    dg_atoms atoms;
} fixture;

static void set_up(fixture *f)
{
    f->page = drawing(300, 80, 0);
    for (int i = 0; i < 4; i++)
        draw_ring(&f->page, 10 + 24 * i, 20, 26, 40, 4, 255);
    draw_ring(&f->page, 180, 20, 26, 40, 4, 255);
    const dg_lines_plan plan = {f->page.width, f->page.height, 0, true};
    ck_assert_int_eq(dg_blobs_find(&f->page, 1, 2, one_thread, &f->blobs), DIGIT_OK);
    ck_assert_int_eq(dg_lines_find(&f->blobs, &plan, &f->lines), DIGIT_OK);
    ck_assert_uint_eq(f->lines.piece_count, 2);
}

static void tear_down(fixture *f)
{
    dg_atoms_free(&f->atoms);
    dg_lines_free(&f->lines);
    dg_blobs_free(&f->blobs);
    free(f->page.pixels);
}

START_TEST(pieces_stay_as_they_are)
{
    fixture f;
    set_up(&f);
    ck_assert_int_eq(dg_atoms_make(&f.blobs, &f.lines, NULL, &f.atoms), DIGIT_OK);
    ck_assert_uint_eq(f.atoms.count, 2);
    const digit_box first = dg_atoms_box(f.atoms.items, 1);
    ck_assert(first.x == 10 && first.y == 20 && first.width == 98 && first.height == 40);
    ck_assert(!f.atoms.items[0].cut_before && !f.atoms.items[1].cut_before);
    tear_down(&f);
}
END_TEST

/* All the ink is in the atoms, in order, and each atom's runs lie together. */
START_TEST(slices_hold_all_the_ink)
{
    const bool doubted[] = {true, false};
    fixture f;
    set_up(&f);
    ck_assert_int_eq(dg_atoms_make(&f.blobs, &f.lines, doubted, &f.atoms), DIGIT_OK);
    dg_plane seen = drawing(300, 80, 0);
    uint32_t next = 0;
    for (size_t i = 0; i < f.atoms.count; i++) {
        const dg_atom *atom = &f.atoms.items[i];
        ck_assert_uint_eq(atom->first, next);
        next += atom->count;
        for (uint32_t r = atom->first; r < next; r++) {
            const dg_run *run = &f.atoms.runs[r];
            ck_assert(run->start >= atom->left && run->end <= atom->right + 1);
            draw_bar(&seen, run->start, run->y, run->end - run->start, 1, 255);
        }
    }
    ck_assert_int_eq(memcmp(seen.pixels, f.page.pixels, 300 * 80), 0);
    const digit_box all = dg_atoms_box(f.atoms.items, f.atoms.count);
    ck_assert(all.x == 10 && all.y == 20 && all.width == 196 && all.height == 40);
    free(seen.pixels);
    tear_down(&f);
}
END_TEST

/* As wide as they should be, side by side; the last ring is whole. */
START_TEST(slices_are_even)
{
    const bool doubted[] = {true, false};
    fixture f;
    set_up(&f);
    ck_assert_int_eq(dg_atoms_make(&f.blobs, &f.lines, doubted, &f.atoms), DIGIT_OK);
    const size_t slices = f.atoms.count - 1;
    ck_assert_uint_eq(slices, (size_t)(98 * DG_SLICES / f.lines.items[0].size + 0.5));
    for (size_t i = 0; i < slices; i++) {
        const dg_atom *atom = &f.atoms.items[i];
        ck_assert(atom->cut_before == (i > 0) && atom->wide && atom->piece == 0);
        ck_assert(i == 0 || atom->left == atom[-1].right + 1);
        ck_assert_int_le(abs(atom->right - atom->left + 1 - 98 / (int)slices), 1);
    }
    ck_assert(!f.atoms.items[slices].cut_before && f.atoms.items[slices].left == 180);
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
    dg_blobs blobs, one;
    ck_assert_int_eq(dg_blobs_find(&page, 1, 1, one_thread, &blobs), DIGIT_OK);
    ck_assert_int_eq(dg_blobs_find(&alone, 1, 1, one_thread, &one), DIGIT_OK);
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
    TCase *tcase = tcase_create("atoms");
    tcase_add_test(tcase, pieces_stay_as_they_are);
    tcase_add_test(tcase, slices_hold_all_the_ink);
    tcase_add_test(tcase, slices_are_even);
    tcase_add_test(tcase, samples_leave_neighbours_out);
    return suite_run("atoms", tcase);
}
