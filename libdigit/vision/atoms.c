#include "vision/atoms.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"
#include "vision/cuts.h"

#include <math.h>
#include <string.h>

/* A slash: so much higher than a digit, so wide in its heights, and so straight. */
#define SLASH_HIGH     1.15
#define SLASH_NARROW   0.22
#define SLASH_WIDE     0.9
#define SLASH_STRAIGHT 0.07

static digit_status reserve_runs(dg_atoms *atoms, size_t more)
{
    dg_run *runs =
        dg_grow(atoms->runs, atoms->run_count, &atoms->run_room, more, sizeof *atoms->runs);
    if (!runs)
        return dg_fail_memory("cuts", more * sizeof *runs);
    atoms->runs = runs;
    return DIGIT_OK;
}

static digit_status reserve_items(dg_atoms *atoms, size_t more)
{
    dg_atom *items =
        dg_grow(atoms->items, atoms->count, &atoms->room, more, sizeof *atoms->items);
    if (!items)
        return dg_fail_memory("cuts", more * sizeof *items);
    atoms->items = items;
    return DIGIT_OK;
}

static void add_run(dg_atoms *atoms, dg_atom *atom, dg_run run)
{
    if (atom->count++ == 0) {
        atom->left = run.start;
        atom->right = run.end - 1;
        atom->top = atom->bottom = run.y;
    }
    atom->left = run.start < atom->left ? run.start : atom->left;
    atom->right = run.end - 1 > atom->right ? run.end - 1 : atom->right;
    atom->top = run.y < atom->top ? run.y : atom->top;
    atom->bottom = run.y > atom->bottom ? run.y : atom->bottom;
    atom->area += (uint32_t)(run.end - run.start);
    atoms->runs[atoms->run_count++] = run;
}

/* What lies between two cuts. */
typedef struct slot {
    const uint16_t *before, *after; /* NULL: the piece's end */
    int32_t top;                    /* the row they begin with */
    uint32_t shared;
} slot;

/* The part of a run in a slot, and what it shares with its neighbours. False: none. */
static bool clip(dg_run *run, const slot *s)
{
    const dg_run whole = *run;
    if (s->before && s->before[run->y - s->top] > whole.start) {
        const uint32_t cut = s->before[run->y - s->top];
        if (cut >= whole.end)
            return false;
        run->start = cut > whole.start + s->shared ? (uint16_t)(cut - s->shared) : whole.start;
    }
    if (s->after && s->after[run->y - s->top] < whole.end) {
        const uint32_t cut = s->after[run->y - s->top];
        if (cut <= whole.start)
            return false;
        run->end = cut + s->shared < whole.end ? (uint16_t)(cut + s->shared) : whole.end;
    }
    return true;
}

digit_status dg_atoms_add_runs(dg_atoms *atoms, dg_atom *atom, const dg_run *runs, size_t count)
{
    const digit_status status = reserve_runs(atoms, count);
    if (atom->count == 0)
        atom->first = (uint32_t)atoms->run_count;
    for (size_t i = 0; status == DIGIT_OK && i < count; i++)
        add_run(atoms, atom, runs[i]);
    return status;
}

digit_status dg_atoms_add(dg_atoms *atoms, const dg_atom *atom)
{
    const digit_status status = reserve_items(atoms, 1);
    if (status == DIGIT_OK)
        atoms->items[atoms->count++] = *atom;
    return status;
}

/* The runs of a slot as one more atom, if there are any. */
static digit_status add_slot(dg_atoms *atoms, const dg_run *runs, size_t count, const slot *s,
                             dg_atom atom)
{
    const digit_status status = reserve_runs(atoms, count);
    if (status != DIGIT_OK)
        return status;
    atom.first = (uint32_t)atoms->run_count;
    for (size_t i = 0; i < count; i++) {
        dg_run run = runs[i];
        if (clip(&run, s))
            add_run(atoms, &atom, run);
    }
    return atom.count > 0 ? dg_atoms_add(atoms, &atom) : DIGIT_OK;
}

static double run_middle(const dg_run *run)
{
    return (run->start + run->end - 1) / 2.0;
}

/* One run a row, their middles on a line that rises to the right. */
static bool is_slash(const dg_run *runs, size_t count, const dg_piece *piece, double size)
{
    const int32_t width = piece->right - piece->left + 1, height = piece->bottom - piece->top + 1;
    if (piece->small || count != (size_t)height || height < SLASH_HIGH * size ||
        width < SLASH_NARROW * height || width > SLASH_WIDE * height)
        return false;
    const double from = run_middle(&runs[count / 8]), to = run_middle(&runs[count - 1 - count / 8]);
    const double slope = (to - from) / (double)(count - 1 - 2 * (count / 8));
    for (size_t i = 0; i < count; i++) {
        const double there = from + slope * ((double)i - (double)(count / 8));
        if (runs[i].y != piece->top + (int32_t)i ||
            fabs(run_middle(&runs[i]) - there) > SLASH_STRAIGHT * height)
            return false;
    }
    return slope < 0;
}

static digit_status cut_piece(const dg_plane *ink, const dg_run *runs, size_t count,
                              const dg_piece *piece, double size, dg_atom atom, dg_atoms *atoms)
{
    const digit_box box = {piece->left, piece->top, piece->right - piece->left + 1,
                           piece->bottom - piece->top + 1};
    dg_cuts cuts = {0};
    digit_status status = DIGIT_OK;
    atom.slash = is_slash(runs, count, piece, size);
    if (!piece->small && !atom.slash)
        status = dg_cuts_find(ink, runs, count, &box, size, &cuts);
    const size_t before = atoms->count;
    for (size_t i = 0; status == DIGIT_OK && i <= cuts.count; i++) {
        const slot between = {i > 0 ? cuts.at + (i - 1) * cuts.height : NULL,
                              i < cuts.count ? cuts.at + i * cuts.height : NULL, piece->top,
                              cuts.shared};
        atom.cut_before = atoms->count > before;
        status = add_slot(atoms, runs, count, &between, atom);
    }
    dg_cuts_free(&cuts);
    return status;
}

/* The runs of all blobs of a piece, one after the other: *runs is for dg_free() if there
 * are several blobs. */
static digit_status collect(const dg_blobs *blobs, const dg_lines *lines, const dg_piece *piece,
                            const dg_run **runs, size_t *count, dg_run **copy)
{
    const dg_blob *first = &blobs->items[piece->blob];
    *runs = blobs->runs + first->first;
    *count = first->count;
    if (piece->blobs == 1)
        return DIGIT_OK;
    for (uint32_t b = lines->next[piece->blob]; b != DG_NO_BLOB; b = lines->next[b])
        *count += blobs->items[b].count;
    dg_run *all = dg_alloc(*count, sizeof *all);
    if (!all)
        return dg_fail_memory("cuts", *count * sizeof *all);
    size_t filled = 0;
    for (uint32_t b = piece->blob; b != DG_NO_BLOB; b = lines->next[b]) {
        const dg_blob *blob = &blobs->items[b];
        memcpy(all + filled, blobs->runs + blob->first, blob->count * sizeof *all);
        filled += blob->count;
    }
    *runs = *copy = all;
    return DIGIT_OK;
}

static digit_status cut_line(const dg_plane *ink, const dg_blobs *blobs, const dg_lines *lines,
                             const dg_line *line, dg_atoms *atoms)
{
    digit_status status = DIGIT_OK;
    for (size_t i = line->first; status == DIGIT_OK && i < line->first + line->count; i++) {
        const dg_piece *piece = &lines->pieces[i];
        const dg_atom atom = {
            .piece = (uint32_t)i, .joined = piece->blobs > 1, .small = piece->small};
        const dg_run *runs;
        dg_run *copy = NULL;
        size_t count;
        status = collect(blobs, lines, piece, &runs, &count, &copy);
        if (status == DIGIT_OK)
            status = cut_piece(ink, runs, count, piece, line->size, atom, atoms);
        dg_free(copy);
    }
    return status;
}

digit_status dg_atoms_cut(const dg_plane *ink, const dg_blobs *blobs, const dg_lines *lines,
                          dg_atoms *atoms)
{
    digit_status status = DIGIT_OK;
    *atoms = (dg_atoms){.line_count = lines->count};
    atoms->lines = dg_alloc(lines->count, sizeof *atoms->lines);
    if (!atoms->lines)
        return dg_fail_memory("cuts", lines->count * sizeof *atoms->lines);
    for (size_t i = 0; status == DIGIT_OK && i < lines->count; i++) {
        dg_atom_line *line = &atoms->lines[i];
        *line = (dg_atom_line){.first = atoms->count, .size = lines->items[i].size};
        status = cut_line(ink, blobs, lines, &lines->items[i], atoms);
        line->count = atoms->count - line->first;
    }
    return status;
}

void dg_atoms_free(dg_atoms *atoms)
{
    dg_free(atoms->runs);
    dg_free(atoms->items);
    dg_free(atoms->lines);
    *atoms = (dg_atoms){0};
}

digit_box dg_atoms_box(const dg_atom *atoms, size_t count)
{
    dg_atom all = atoms[0];
    for (size_t i = 1; i < count; i++) {
        all.left = atoms[i].left < all.left ? atoms[i].left : all.left;
        all.top = atoms[i].top < all.top ? atoms[i].top : all.top;
        all.right = atoms[i].right > all.right ? atoms[i].right : all.right;
        all.bottom = atoms[i].bottom > all.bottom ? atoms[i].bottom : all.bottom;
    }
    return (digit_box){all.left, all.top, all.right - all.left + 1, all.bottom - all.top + 1};
}
