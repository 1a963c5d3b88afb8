#include "vision/page/atoms.h"

#include "base/error.h"
#include "base/grow.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* A slash: so much higher than a digit, so wide in its heights, and so straight. */
#define SLASH_HIGH     1.15
#define SLASH_NARROW   0.22
#define SLASH_WIDE     0.9
#define SLASH_STRAIGHT 0.07

/* Narrower pieces, in digits' heights, are at most two digits. */
#define TWO_WIDEST 1.2

/* Pieces wider than this are no digits that touch: they stay whole. */
#define ROW_WIDEST 24.0


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
    atoms->runs[atoms->run_count++] = run;
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

/* What lies in columns from .. to-1 as one more atom, if anything does. */
static digit_status add_slice(dg_atoms *atoms, const dg_run *runs, size_t count, int32_t from,
                              int32_t to, dg_atom atom)
{
    const digit_status status = reserve_runs(atoms, count);
    if (status != DIGIT_OK)
        return status;
    atom.first = (uint32_t)atoms->run_count;
    for (size_t i = 0; i < count; i++) {
        dg_run run = runs[i];
        run.start = run.start > from ? run.start : (uint16_t)from;
        run.end = run.end < to ? run.end : (uint16_t)to;
        if (run.start < run.end)
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

static digit_status slice_piece(const dg_run *runs, size_t count, const dg_piece *piece,
                                double size, dg_atom atom, dg_atoms *atoms)
{
    const int32_t width = piece->right - piece->left + 1;
    const int32_t wanted = (int32_t)(width * DG_SLICES / size + 0.5);
    const int32_t slices = wanted < 1 ? 1 : wanted < width ? wanted : width;
    const size_t before = atoms->count;
    digit_status status = DIGIT_OK;
    atom.wide = width > TWO_WIDEST * size;
    for (int32_t i = 0; status == DIGIT_OK && i < slices; i++) {
        atom.cut_before = atoms->count > before;
        status = add_slice(atoms, runs, count, piece->left + (int32_t)((int64_t)width * i / slices),
                           piece->left + (int32_t)((int64_t)width * (i + 1) / slices), atom);
    }
    return status;
}

static digit_status keep_piece(const dg_run *runs, size_t count, dg_atom atom, dg_atoms *atoms)
{
    const digit_status status = dg_atoms_add_runs(atoms, &atom, runs, count);
    return status == DIGIT_OK ? dg_atoms_add(atoms, &atom) : status;
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

static digit_status add_piece(const dg_blobs *blobs, const dg_lines *lines, size_t index,
                              double size, bool doubted, dg_atoms *atoms)
{
    const dg_piece *piece = &lines->pieces[index];
    dg_atom atom = {
        .piece = (uint32_t)index, .joined = piece->blobs > 1, .small = piece->small};
    const dg_run *runs;
    dg_run *copy = NULL;
    size_t count;
    digit_status status = collect(blobs, lines, piece, &runs, &count, &copy);
    if (status != DIGIT_OK)
        return status;
    atom.slash = is_slash(runs, count, piece, size);
    if (doubted && piece->right - piece->left < ROW_WIDEST * size)
        status = slice_piece(runs, count, piece, size, atom, atoms);
    else
        status = keep_piece(runs, count, atom, atoms);
    dg_free(copy);
    return status;
}

digit_status dg_atoms_make(const dg_blobs *blobs, const dg_lines *lines, const bool *doubted,
                           dg_atoms *atoms)
{
    digit_status status = DIGIT_OK;
    *atoms = (dg_atoms){.line_count = lines->count};
    atoms->lines = dg_alloc(lines->count, sizeof *atoms->lines);
    if (!atoms->lines)
        return dg_fail_memory("cuts", lines->count * sizeof *atoms->lines);
    for (size_t i = 0; i < lines->count; i++) {
        const dg_line *line = &lines->items[i];
        const size_t before = atoms->count;
        for (size_t p = line->first; status == DIGIT_OK && p < line->first + line->count; p++)
            status = add_piece(blobs, lines, p, line->size, doubted && doubted[p], atoms);
        atoms->lines[i] = (dg_atom_line){before, atoms->count - before, line->size};
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
