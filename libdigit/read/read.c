#include "read/read.h"

#include "base/error.h"
#include "base/mem.h"
#include "read/read_parts.h"
#include "vision/bands.h"
#include "vision/ink/digit_height.h"
#include "vision/ink/density.h"
#include "vision/ink/papers.h"
#include "vision/ink/polarity.h"

/* Smaller pieces of ink are dirt, in pixels and in parts of a digit's height. */
#define PIECE_MIN   2
#define PIECE_SHARE 0.05

/* So many pixels, or more than a quarter of it, tell dark ink from light. */
#define POLARITY_PIXELS (1u << 18)

/* What stands out from its surroundings so clearly is the ink, whatever the whole page says. */
#define SURE_LOCALLY 0.5

/* Every step-th pixel of every step-th row: enough to tell ink from paper. */
static void thin_out(const dg_plane *grey, size_t step, const dg_plane *small)
{
    for (size_t y = 0; y < small->height; y++)
        for (size_t x = 0; x < small->width; x++)
            small->pixels[y * small->width + x] =
                grey->pixels[y * step * grey->width + x * step];
}

static dg_polarity judge_as_one(const dg_plane *grey)
{
    dg_levels grid;
    dg_surface surface;
    dg_levels_measure(&grid, grey);
    dg_levels_fit(&surface, &grid);
    return dg_polarity_judge(grey, &grid, &surface);
}

static digit_status judge_polarity(const dg_plane *grey, bool *light)
{
    dg_polarity local;
    const digit_status status = dg_polarity_judge_locally(grey, &local);
    if (status != DIGIT_OK)
        return status;
    *light = local.light;
    if (local.clear < SURE_LOCALLY) {
        const dg_polarity all = judge_as_one(grey);
        *light = local.clear >= all.clear ? local.light : all.light;
    }
    return DIGIT_OK;
}

/* A page half in a hard shadow, or on a table: the same paper everywhere, and dark ink. */
static digit_status even_paper(const dg_plane *grey, const dg_plane *small, size_t step,
                               uint32_t ink, bool *evened)
{
    dg_papers papers;
    const digit_status status = dg_papers_find(small, ink, &papers, evened);
    if (status == DIGIT_OK && *evened) {
        papers.cell *= step;
        dg_papers_flatten(grey, &papers);
    }
    return status;
}

/* Is the ink light? What is found of a small copy holds for all of the picture, whose paper may be
 * made even. */
static digit_status find_polarity(const dg_plane *grey, uint32_t ink, bool *light)
{
    size_t step = 1;
    bool evened;
    while (grey->width / step * (grey->height / step) > POLARITY_PIXELS)
        step++;
    dg_plane small = {NULL, (grey->width + step - 1) / step, (grey->height + step - 1) / step};
    small.pixels = dg_alloc(small.width, small.height);
    if (!small.pixels)
        return dg_fail_memory("a picture", small.width * small.height);
    thin_out(grey, step, &small);
    *light = ink == DIGIT_INK_LIGHT;
    digit_status status = even_paper(grey, &small, step, ink, &evened);
    if (status == DIGIT_OK && evened)
        *light = false;
    else if (status == DIGIT_OK && ink == DIGIT_INK_AUTO)
        status = judge_polarity(&small, light);
    dg_free(small.pixels);
    return status;
}

typedef struct grey_job {
    const digit_image *image;
    const dg_plane *grey;
} grey_job;

static void grey_band(void *context, uint32_t index, uint32_t seat)
{
    const grey_job *job = context;
    digit_image band = *job->image;
    size_t first;
    const size_t end = dg_band_span(index, band.width, band.height, &first);
    (void)seat;
    band.pixels = (const uint8_t *)band.pixels + (ptrdiff_t)first * band.stride;
    band.height = (uint32_t)(end - first);
    dg_image_grey(&band, job->grey->pixels + first * job->grey->width);
}

/* All threads are the first to touch their part of the memory: the system hands it out a page
 * at a time, which takes as long as the copying. */
static void make_grey(const digit_image *image, dg_threads threads, const dg_plane *grey)
{
    grey_job job = {image, grey};
    dg_pool_run(threads.pool, threads.count, dg_band_count(image->width, image->height),
                grey_band, &job);
}

static digit_status find_components(dg_sheet *sheet, uint8_t least, uint32_t size,
                                    dg_threads threads)
{
    dg_components_free(&sheet->components);
    return dg_components_find(&sheet->ink, least, size, threads, &sheet->components);
}

/* From what may be ink to what is: form lines go, then each piece is judged by its own
 * strength, for a pencil's digits may stand beside a pen's. */
static digit_status clean(dg_sheet *sheet, uint8_t least, dg_threads threads,
                          const dg_deadline *deadline)
{
    const uint8_t faint = (uint8_t)(least / 2 + 1); /* lines are broken less, dirt is short */
    digit_status status = find_components(sheet, faint, DG_RULE_PIECE, threads);
    if (status == DIGIT_OK)
        status = dg_rules_find(&sheet->ink, faint, &sheet->components, threads, deadline,
                               &sheet->rules);
    if (status == DIGIT_OK && sheet->rules.count > 0)
        status = dg_rules_erase(&sheet->rules, &sheet->ink, faint, deadline);
    if (status == DIGIT_OK)
        status = find_components(sheet, least, PIECE_MIN, threads);
    if (status != DIGIT_OK)
        return status;
    const double size = dg_digit_height(&sheet->components, sheet->ink.width, sheet->ink.height);
    status = dg_components_even(&sheet->components, &sheet->ink, threads);
    if (status != DIGIT_OK)
        return status;
    const uint32_t dirt = size > 0 ? (uint32_t)(PIECE_SHARE * size) : 0;
    return find_components(sheet, DG_INK_EDGE, dirt > PIECE_MIN ? dirt : PIECE_MIN, threads);
}

static digit_status read_sheet(const dg_reader *reader, const digit_image *image,
                               const digit_read_options *options, const dg_deadline *deadline,
                               dg_sheet *sheet, digit_reading *reading)
{
    uint8_t least = 0;
    bool light = false;
    make_grey(image, reader->threads, &sheet->ink);
    digit_status status = find_polarity(&sheet->ink, image->ink, &light);
    if (status == DIGIT_OK)
        status = dg_ink_density(&sheet->ink, light, reader->threads, &least);
    const bool blank = least == 0 && options->layout != DIGIT_LAYOUT_GRID;
    if (status != DIGIT_OK || blank)
        return status;
    status = dg_deadline_check(deadline);
    if (status == DIGIT_OK && least > 0)
        status = clean(sheet, least, reader->threads, deadline);
    if (status == DIGIT_OK)
        status = dg_deadline_check(deadline);
    if (status != DIGIT_OK)
        return status;
    return options->layout == DIGIT_LAYOUT_GRID
               ? dg_read_grid(reader, sheet, options, deadline, reading)
               : dg_read_lines(reader, sheet, options, deadline, reading);
}

static digit_status read_page(const dg_reader *reader, const digit_image *image,
                              const digit_read_options *options, const dg_deadline *deadline,
                              digit_reading *reading)
{
    dg_sheet sheet = {.ink = {NULL, image->width, image->height}};
    sheet.ink.pixels = dg_alloc(sheet.ink.width, sheet.ink.height);
    if (!sheet.ink.pixels)
        return dg_fail_memory("a picture", sheet.ink.width * sheet.ink.height);
    const digit_status status = read_sheet(reader, image, options, deadline, &sheet, reading);
    dg_rules_free(&sheet.rules);
    dg_components_free(&sheet.components);
    dg_free(sheet.ink.pixels);
    return status;
}

digit_status dg_read(const dg_reader *reader, const digit_image *image,
                     const digit_read_options *options, digit_reading **out)
{
    const dg_deadline deadline = dg_deadline_begin(options->time_limit_ms);
    digit_reading *reading = NULL;
    digit_status status = dg_reading_create(&reading);
    if (status != DIGIT_OK)
        return status;
    status = options->layout == DIGIT_LAYOUT_SINGLE
                 ? dg_read_single(reader, image, options, reading)
                 : read_page(reader, image, options, &deadline, reading);
    if (status == DIGIT_OK)
        status = dg_reading_finish(reading);
    if (status == DIGIT_OK)
        status = dg_deadline_check(&deadline);
    if (status != DIGIT_OK) {
        dg_reading_free(reading);
        return status;
    }
    *out = reading;
    return DIGIT_OK;
}
