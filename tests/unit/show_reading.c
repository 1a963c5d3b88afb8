/* What becomes of a picture on its way to digits, for docs/pictures/render_reading.py: takes a
 * grey PGM, gives one for each of six steps: ink, without form lines, even, the number of each
 * pixel's segment; of the line with most segments its strip, and below it the probabilities of all
 * classes and the blank [DG_LINE_OUTPUTS][outputs]. */
#include "base/fpenv.h"
#include "io/pretrained.h"
#include "math/blas.h"
#include "math/vec.h"
#include "net/loss.h"
#include "net/predict_lines.h"
#include "vision/ink/density.h"
#include "vision/ink/digit_height.h"
#include "vision/ink/even_ink.h"
#include "vision/ink/polarity.h"
#include "vision/page/strip.h"
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
    printf("P5 %zu %zu 255\n", plane->width, plane->height);
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

static void show_outputs(void *context, size_t index, uint32_t outputs, dg_real *logits)
{
    dg_plane plane = {malloc((size_t)DG_LINE_OUTPUTS * outputs), outputs, DG_LINE_OUTPUTS};
    const dg_predictor *predictor = context;
    (void)index;
    if (!plane.pixels)
        exit(1);
    for (uint32_t i = 0; i < outputs; i++, logits += DG_LINE_OUTPUTS) {
        double p[DG_LINE_OUTPUTS];
        dg_softmax(DG_LINE_OUTPUTS, logits, (double)dg_predictor_temperature(predictor), p);
        for (uint32_t c = 0; c < DG_LINE_OUTPUTS; c++)
            plane.pixels[c * outputs + i] = (uint8_t)(255 * p[c] + 0.5);
    }
    show(&plane);
    free(plane.pixels);
}

static void show_strip(const dg_plane *whole, const dg_segments *segments, double slope)
{
    const dg_segment_line *line = segments->lines;
    dg_snapshot *snapshot;
    dg_predictor *predictor;
    dg_strip strip;
    for (size_t i = 1; i < segments->line_count; i++)
        line = segments->lines[i].count > line->count ? &segments->lines[i] : line;
    dg_fpenv_enter();
    dg_vec_open();
    check(dg_blas_open());
    check(dg_pretrained_load_lines(&snapshot));
    check(dg_predictor_create(snapshot, &predictor));
    check(dg_strip_make(whole, &segments->items[line->first], line->count, line->size, slope,
                        &strip));
    show(&(dg_plane){strip.pixels, strip.columns, DG_LINE_ROWS});
    const dg_line_image image = {strip.pixels, strip.columns};
    check(dg_predictor_visit_lines(predictor, threads, &image, 1, show_outputs, predictor));
    dg_strip_free(&strip);
    dg_predictor_free(predictor);
    dg_snapshot_free(snapshot);
}

static void show_segments(const dg_plane *plane, const dg_components *components,
                          const dg_plane *whole)
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
    if (segments.count > 0)
        show_strip(whole, &segments, lines.slope);
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
    dg_plane whole = {malloc((size_t)width * height), width, height};
    if (!plane.pixels || !whole.pixels ||
        fread(plane.pixels, 1, (size_t)width * height, stdin) == 0)
        return 1;
    const dg_density_plan plan = {.light = is_light(&plane), .shade = 0.15};
    check(dg_ink_density(&plane, &plan, threads, &least));
    show(&plane);
    memcpy(whole.pixels, plane.pixels, (size_t)width * height);
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
    show_segments(&plane, &components, &whole);
    release(&components, &runs);
    dg_rules_free(&rules);
    free(whole.pixels);
    free(plane.pixels);
    return 0;
}
