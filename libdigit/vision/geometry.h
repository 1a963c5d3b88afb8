/*
 * geometry.h - limits on the size and the distance of digits, lines and ink on a page.
 *
 * Where no unit is given, lengths are in heights of the line's digits, or, before there are lines,
 * of the picture's. A percentile is that of 10,000 slanted training digits of MNIST, as
 * tests/accuracy/digit_sizes.py measures them. Values that were tried are those that
 * tests/accuracy/read_pages.py --train was run with; all others were set by hand.
 */
#ifndef DG_VISION_GEOMETRY_H
#define DG_VISION_GEOMETRY_H

/* ---- One digit -------------------------------------------------------------- */

/* The usual digit is no wider (percentile 67). */
#define DG_DIGIT_WIDE 0.9

/* No digit is wider (percentile 99.9: 1.22, more where a line's digits are of several heights). */
#define DG_DIGIT_WIDEST 1.35

/* A lower (percentile 0.3) or a higher digit is unusual: it counts for little. MNIST's digits are
 * all equally high, those of a line are not. */
#define DG_DIGIT_LOW  0.65
#define DG_DIGIT_HIGH 1.5

/* No digit is lower or higher. */
#define DG_DIGIT_LOWEST  0.45
#define DG_DIGIT_HIGHEST 2.6

/* ---- Several digits ---------------------------------------------------------- */

/* A string of touching digits. Wider ink is no writing. */
#define DG_STRING_WIDEST 14.0

/* A narrower gap never divides groups of digits, a wider one always does. */
#define DG_GROUP_GAP_LEAST 0.8
#define DG_GROUP_GAP_MOST  5.0

/* The widest gap between two numbers that a sign joins. */
#define DG_SIGN_GAP 1.0

/* ---- Small ink --------------------------------------------------------------- */

/* Smaller ink is dirt. */
#define DG_SMALL_LEAST 0.06

/* A small component is a part of a digit over or under it if it is no further away than this, and
 * this part of its own width lies over or under the digit. */
#define DG_PART_AWAY    0.45
#define DG_PART_OVERLAP 0.5

/* The smallest sign: width or height. */
#define DG_SIGN_LEAST 0.1

/* ---- Lines ------------------------------------------------------------------- */

/* A cluster continues a line if the vertical overlap of the two is more than this part of the
 * smaller height; a small one, if its centre is no further away, in heights of the line. */
#define DG_LINE_OVERLAP 0.4
#define DG_LINE_AWAY    0.35

/* The steepest line: the tangent of 6 degrees. */
#define DG_LINE_SLOPE_MOST 0.104

/* ---- Strokes ----------------------------------------------------------------- */

/* A slash: its height; that of one that reaches so far beyond the digits on both sides; its width,
 * and how far its rows' centres lie from a straight line, in its own heights. */
#define DG_SLASH_HIGH     1.15
#define DG_SLASH_LOW      1.2
#define DG_SLASH_BEYOND   0.05
#define DG_SLASH_NARROW   0.22
#define DG_SLASH_WIDE     0.9
#define DG_SLASH_STRAIGHT 0.07

/* A comma is lower than this. It begins so far below the top of the digit before it, in a page at
 * most so far below its foot, and ends so far below that. */
#define DG_COMMA_HIGH  0.75
#define DG_COMMA_FROM  0.7
#define DG_COMMA_GAP   0.2
#define DG_COMMA_BELOW 0.1

/* A dash: its width in its own heights; how far its middle may be from that of the digit before
 * it. */
#define DG_DASH_LONG   2.0
#define DG_DASH_MIDDLE 0.2

/* A longer component is a line: width in its heights, height in its widths. */
#define DG_RULE_WIDE 5
#define DG_RULE_HIGH 14

#endif
