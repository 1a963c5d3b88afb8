/* What becomes of a picture on its way to digits, for docs/pictures/render_reading.py: takes
 * a grey PGM, gives the planes of four steps: ink, without form lines, even, and the number
 * of each pixel's segment. */
#include "vision/ink/density.h"
#include "vision/ink/digit_height.h"
#include "vision/ink/even_ink.h"
#include "vision/ink/polarity.h"
#include "vision/page/segments.h"
#include "vision/rules/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static dg_pool no_workers;
static const dg_threads threads = {&no_workers, 1, NULL};

static void check(digit_status status)
{
    if (status != DIGIT_OK)
        exit(1);
}

static void show(const dg_plane *plane)
{
    fwrite(plane->pixels, 1, plane->width * plane->height, stdout);
}

static bool is_light(const dg_plane *plane)
{
    dg_levels grid;
    dg_surface surface;
    dg_levels_measure(&grid, plane);
    dg_levels_fit(&surface, &grid);
    return dg_polarity_judge(plane, &grid, &surface).light;
}

static void show_segments(const dg_plane *plane, const dg_components *components)
{
    dg_lines_plan plan = {.width = plane->width, .height = plane->height};
    dg_lines lines;
    dg_segments segments;
    check(dg_digit_height(components, plan.width, plan.height, &plan.digit_height));
    check(dg_lines_find(components, &plan, &lines));
    check(dg_segments_make(components, &lines, &segments));
    memset(plane->pixels, 0, plane->width * plane->height);
    for (size_t i = 0; i < segments.count; i++) {
        const dg_run *runs = segments.runs + segments.items[i].first;
        for (uint32_t r = 0; r < segments.items[i].count; r++)
            memset(plane->pixels + runs[r].y * plane->width + runs[r].start, (int)(1 + i % 250),
                   (size_t)(runs[r].end - runs[r].start));
    }
    show(plane);
    dg_segments_free(&segments);
    dg_lines_free(&lines);
}

static dg_components find(const dg_plane *plane, uint8_t least, uint32_t size, dg_runs *runs)
{
    dg_components components;
    check(dg_runs_find(plane, least, threads, runs));
    check(dg_components_find(runs, size, NULL, &components));
    return components;
}

static void release(dg_components *components, dg_runs *runs)
{
    dg_components_free(components);
    dg_runs_free(runs);
}

int main(void)
{
    unsigned width, height;
    uint8_t least;
    dg_components components;
    dg_runs runs;
    dg_rules rules;
    if (scanf("P5 %u %u 255", &width, &height) != 2 || getchar() == EOF)
        return 1;
    dg_plane plane = {malloc((size_t)width * height), width, height};
    if (!plane.pixels || fread(plane.pixels, 1, (size_t)width * height, stdin) == 0)
        return 1;
    const dg_density_plan plan = {.light = is_light(&plane), .shade = 0.15};
    check(dg_ink_density(&plane, &plan, threads, &least));
    show(&plane);
    const uint8_t pale = (uint8_t)(least / 2 + 1);
    components = find(&plane, pale, 8, &runs);
    check(dg_rules_find(&plane, pale, &runs, &components, threads, &rules));
    check(dg_rules_erase(&rules, &plane, pale, NULL));
    show(&plane);
    release(&components, &runs);
    components = find(&plane, least, 2, &runs);
    check(dg_even_ink(&components, &plane, threads));
    show(&plane);
    release(&components, &runs);
    components = find(&plane, DG_INK_EDGE, 3, &runs);
    show_segments(&plane, &components);
    release(&components, &runs);
    dg_rules_free(&rules);
    free(plane.pixels);
    return 0;
}
