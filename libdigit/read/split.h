/* split.h - lines of pieces become guesses; what is doubted is cut. */
#ifndef DG_READ_SPLIT_H
#define DG_READ_SPLIT_H

#include "read/judge.h"

/*
 * Ask the network about every piece, and about what broken pieces may be together; cut those
 * that it does not take for one digit (with `cut_all`: all that could be more than one), and
 * ask about their parts.
 */
digit_status dg_split_lines(const dg_judge *judge, const dg_blobs *blobs, const dg_lines *lines,
                            bool cut_all, dg_atoms *atoms, dg_guesses *guesses);

#endif
