/* rules_parts.h - how form lines are found, in steps, one file each. */
#ifndef DG_VISION_RULES_RULES_PARTS_H
#define DG_VISION_RULES_RULES_PARTS_H

#include "vision/rules/rules.h"

#include <math.h>

/* A line is at least so many times as long as thick: any; one that is no side of a box; a
 * vertical one, which must meet others. */
#define DG_RULE_THIN       5.0
#define DG_RULE_THIN_ALONE 12.0
#define DG_RULE_THIN_WALL  2.2

/* How far lines may be from horizontal and vertical: a slope. */
#define DG_RULE_STEEP 0.13

/* Slopes of lines that are at right angles, or parallel, differ by so much at most, and by so many
 * pixels from end to end of the shorter one. */
#define DG_RULE_LEAN        0.06
#define DG_RULE_LEAN_PIXELS 1.5

/* A page in which form lines are looked for. */
typedef struct dg_rules_job {
    const dg_plane *ink;
    uint8_t least; /* ink is at least so strong */
    const dg_runs *runs;
    const dg_components *components; /* made of the runs */
    dg_threads threads;
    dg_pace pace; /* of the calling thread */
} dg_rules_job;

/* Where a horizontal and a vertical line cross or nearly touch, and on which of their ends. */
typedef struct dg_crossing {
    uint32_t horizontal, vertical; /* their indices */
    bool horizontal_from, horizontal_to, vertical_from, vertical_to;
} dg_crossing;

typedef struct dg_crossings {
    dg_crossing *items; /* [count], in no order that matters */
    size_t count, room;
} dg_crossings;

/* All crossings of sorted rules. Release with dg_crossings_free(), after a failure too. */
digit_status dg_crossings_find(const dg_rules *rules, dg_pace *pace, dg_crossings *found);

void dg_crossings_free(dg_crossings *crossings);

/* The picture in square tiles, and which rules pass through each: rules that meet share a tile. */
typedef struct dg_rule_map {
    uint32_t *items; /* [begin[columns * rows]]: indices of rules, tile by tile, ascending */
    size_t *begin;   /* [columns * rows + 1] */
    size_t columns, rows;
} dg_rule_map;

/* What is looked for among the rules of one tile is added to `found`. */
typedef digit_status (*dg_rule_tile_fn)(const dg_rules *rules, const dg_rule_map *map,
                                        size_t tile, void *found);

/* Visit all tiles of a map. Rules pass where their middle does, `beyond` pixels beyond their ends
 * and `aside` to either side, too. */
digit_status dg_rule_map_visit(const dg_rules *rules, double beyond, double aside, dg_pace *pace,
                               dg_rule_tile_fn visit, void *found);

/* The tile that holds a place; places outside of the map belong to the nearest tile. */
size_t dg_rule_map_tile(const dg_rule_map *map, double x, double y);

/* Of all rules, in pixels; 0: there are none. */
double dg_rules_thickest(const dg_rules *rules);

/* Long runs of pixels; vertical ones are of columns, x and y exchanged. */
typedef struct dg_long_runs {
    dg_run *items; /* [count] */
    size_t count, room;
} dg_long_runs;

/* Add the runs of a component that have at least `shortest` pixels, bridging small gaps; they
 * come in the order of y, then of start. */
digit_status dg_long_runs_add(const dg_components *components, const dg_component *component,
                              bool vertical, uint32_t shortest, dg_pace *pace,
                              dg_long_runs *found);

/* A plane seen along a rule. */
typedef struct dg_view {
    uint8_t *pixels;
    size_t along, across; /* bytes from a pixel to the next */
    int32_t length, size; /* pixels along and across */
    uint8_t least;        /* ink is at least so strong */
} dg_view;

/* The ink on a rule at one place along it, first .. last across. False: there is none, at most
 * `reach` away. Of a stroke more than `most` thick the rest does not count. */
bool dg_rule_slice(const dg_view *view, const dg_rule *rule, int32_t along, double reach,
                   int32_t most, int32_t *first, int32_t *last);

/* What lies at one place along a rule: nothing, the line, or a stroke that may hide it. */
typedef enum dg_look { DG_LOOK_GAP, DG_LOOK_LINE, DG_LOOK_STROKE } dg_look;

dg_look dg_rule_look(const dg_view *view, const dg_rule *rule, int32_t along);

/* Add the straight lines that long runs[count] make, the longest first. */
digit_status dg_rules_fit(const dg_view *view, const dg_run *runs, size_t count, bool vertical,
                          uint32_t shortest, dg_pace *pace, dg_rules *found);

/* Everything straight, strokes of digits too; no line twice. */
digit_status dg_rules_candidates(dg_rules_job *job, dg_rules *found);

/* Two horizontal and two vertical lines that cross are no digits, however high those are: squared
 * paper, boxes. Add those of the candidates. */
digit_status dg_rules_grid(const dg_rules *candidates, const dg_crossings *crossings,
                           dg_pace *pace, dg_rules *lattice);

/* Lines of a lattice are as far from each other as their neighbours are: add what digits hide,
 * from where the others say it should be. */
digit_status dg_rules_complete(dg_rules_job *job, dg_rules *lattice);

/* Do both edges of the picture cut a line off? Then it is a part of a longer one: a stroke ends
 * before the edge, or at it, and gets paler there. */
bool dg_rule_is_cut_off(const dg_view *view, const dg_rule *rule);

/* Is a line made of strokes of digits about `size` pixels high, that touch? */
bool dg_rule_is_writing(const dg_view *view, double size, const dg_rule *rule);

/* Add those of the candidates that are no strokes of digits about `size` pixels high. */
digit_status dg_rules_accept(dg_rules_job *job, const dg_rules *candidates,
                             const dg_crossings *crossings, double size, dg_rules *rules);

/* How much slopes may differ where the shorter of both lines has this length. */
static inline double dg_rule_lean(double length)
{
    return DG_RULE_LEAN + DG_RULE_LEAN_PIXELS / length;
}

/* Thicker ink across a rule, in pixels, is a stroke. */
static inline int32_t dg_rule_thickest(const dg_rule *rule)
{
    return (int32_t)(2 * rule->thick) + 2;
}

/* Candidates and rules are kept sorted: horizontal ones, then vertical ones, by their place across.
 * Of those that lie on each other only the longest stays. */
digit_status dg_rules_sort(dg_pace *pace, dg_rules *rules);

/* Straight beyond what strokes are. */
static inline bool dg_rule_straight(const dg_rule *rule)
{
    return rule->to - rule->from + 1 >= DG_RULE_THIN_ALONE * rule->thick;
}

digit_status dg_rules_add(dg_rules *rules, const dg_rule *rule);

static inline double dg_rule_length(const dg_rule *rule)
{
    return rule->to - rule->from + 1;
}

static inline double dg_rule_middle(const dg_rule *rule, double along)
{
    return rule->offset + rule->slope * along;
}

static inline dg_view dg_view_of(const dg_plane *ink, bool vertical, uint8_t least)
{
    return (dg_view){
        .pixels = ink->pixels,
        .along = vertical ? ink->width : 1,
        .across = vertical ? 1 : ink->width,
        .length = (int32_t)(vertical ? ink->height : ink->width),
        .size = (int32_t)(vertical ? ink->width : ink->height),
        .least = least,
    };
}

static inline uint8_t *dg_view_pixel(const dg_view *v, int32_t along, int32_t across)
{
    return v->pixels + (size_t)along * v->along + (size_t)across * v->across;
}

static inline bool dg_view_ink(const dg_view *v, int32_t along, int32_t across)
{
    return across >= 0 && across < v->size && *dg_view_pixel(v, along, across) >= v->least;
}

/* The ink nearest to `centre`, at most `reach` away; false: there is none. */
static inline bool dg_view_nearest(const dg_view *v, int32_t along, int32_t centre, int32_t reach,
                                   int32_t *across)
{
    for (int32_t away = 0; away <= reach; away++)
        for (int32_t sign = -1; sign <= 1; sign += 2)
            if (dg_view_ink(v, along, centre + sign * away)) {
                *across = centre + sign * away;
                return true;
            }
    return false;
}

#endif
