/* atoms.h - the smallest parts of ink that digits are put together from. */
#ifndef DG_VISION_PAGE_ATOMS_H
#define DG_VISION_PAGE_ATOMS_H

#include "vision/page/lines.h"

typedef struct dg_atom {
    uint32_t first, count; /* of its runs */
    int32_t left, top, right, bottom; /* inclusive */
    uint32_t piece;  /* which piece of the page it is of */
    bool cut_before; /* cut from the atom before it */
    bool wide;       /* of a piece that may be more than two digits */
    bool joined;     /* made of several blobs */
    bool small;      /* of a small piece */
    bool slash;      /* a straight stroke, slanted and higher than digits are */
} dg_atom;

typedef struct dg_atom_line {
    size_t first, count;
    double size; /* how high digits are */
} dg_atom_line;

/* Atoms lie line by line, left to right, and their runs one after the other: so any
 * neighbours' runs are one array. */
typedef struct dg_atoms {
    dg_run *runs;
    dg_atom *items;
    dg_atom_line *lines; /* [line_count] */
    size_t run_count, count, line_count;
    size_t run_room, room;
} dg_atoms;

/*
 * The pieces of every line, as they stand; those that doubted[lines->piece_count] names (NULL:
 * none) cut into upright slices much narrower than a digit. Where digits touch, the border
 * between them is near one of the cuts. Release with dg_atoms_free(), after a failure too.
 */
digit_status dg_atoms_make(const dg_blobs *blobs, const dg_lines *lines, const bool *doubted,
                           dg_atoms *atoms);

/* Slices to the height of a digit. */
#define DG_SLICES 16

/* By hand: add runs to an atom that is being made, then the atom itself. */
digit_status dg_atoms_add_runs(dg_atoms *atoms, dg_atom *atom, const dg_run *runs, size_t count);
digit_status dg_atoms_add(dg_atoms *atoms, const dg_atom *atom);

void dg_atoms_free(dg_atoms *atoms);

/* The box of atoms[count], at least one. */
digit_box dg_atoms_box(const dg_atom *atoms, size_t count);

#endif
