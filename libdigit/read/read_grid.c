#include "base/error.h"
#include "base/mem.h"
#include "read/classify.h"
#include "read/read_parts.h"
#include "vision/rules/cells.h"

/* A grid while it is read. The ink of a cell is one segment. */
typedef struct grid_job {
    const digit_read_options *options;
    const dg_plane *ink;
    uint32_t allowed;
    dg_cells cells;
    dg_segments segments;
    digit_prediction *answers; /* [cells], of which segments.count are set */
    uint32_t *cell_of;         /* [components] */
    uint32_t *order;           /* [components] */
    uint32_t *segment_of;      /* [cells]: 1 + the index of the cell's, 0 if it is empty */
    digit_reading *reading;
} grid_job;

/* ---- Ink ------------------------------------------------------------------ */

/* Add the components order[count] of a cell. */
static digit_status add_cell(grid_job *job, const dg_components *components, uint32_t cell,
                             const uint32_t *order, size_t count)
{
    dg_segment segment = {0};
    digit_status status = DIGIT_OK;
    for (size_t i = 0; status == DIGIT_OK && i < count; i++) {
        const dg_component *component = &components->items[order[i]];
        segment.joined = segment.count > 0;
        status = dg_segments_add_runs(&job->segments, &segment, components->runs + component->first,
                                      component->count);
    }
    if (status == DIGIT_OK && segment.count > 0)
        status = dg_segments_add(&job->segments, &segment);
    if (status == DIGIT_OK && segment.count > 0)
        job->segment_of[cell] = (uint32_t)job->segments.count;
    return status;
}

/* Which cell each component lies in. */
static digit_status place_components(grid_job *job, const dg_components *components,
                                     const dg_deadline *deadline)
{
    dg_pace pace = {.deadline = deadline};
    digit_status status = DIGIT_OK;
    job->cell_of = dg_alloc(components->count, sizeof *job->cell_of);
    if (!job->cell_of)
        return dg_fail_memory("a grid", components->count * sizeof *job->cell_of);
    for (size_t i = 0; status == DIGIT_OK && i < components->count; i++) {
        job->cell_of[i] = dg_cell_of(&job->cells, &components->items[i]);
        status = dg_pace_step(&pace, job->cells.rows + job->cells.columns);
    }
    return status;
}

/* job->order: the components in cells, cell by cell; those of each stay in order. begin[cells + 1]
 * is where each cell's begin. */
static void sort_by_cell(grid_job *job, size_t components, uint32_t cells, size_t *begin)
{
    for (size_t i = 0; i < components; i++)
        if (job->cell_of[i] != DG_OUTSIDE_GRID)
            begin[job->cell_of[i] + 1]++;
    for (uint32_t cell = 0; cell < cells; cell++)
        begin[cell + 1] += begin[cell];
    for (size_t i = 0; i < components; i++)
        if (job->cell_of[i] != DG_OUTSIDE_GRID)
            job->order[begin[job->cell_of[i]]++] = (uint32_t)i;
    for (uint32_t cell = cells; cell > 0; cell--) /* each begins where the one before it ends */
        begin[cell] = begin[cell - 1];
    begin[0] = 0;
}

static digit_status add_cells(grid_job *job, const dg_components *components, uint32_t cells)
{
    digit_status status = DIGIT_OK;
    size_t *begin = dg_alloc_zero(cells + (size_t)1, sizeof *begin);
    job->order = dg_alloc(components->count, sizeof *job->order);
    if (!begin || !job->order)
        status = dg_fail_memory("a grid", components->count * sizeof *job->order);
    else
        sort_by_cell(job, components->count, cells, begin);
    for (uint32_t cell = 0; status == DIGIT_OK && cell < cells; cell++)
        status = add_cell(job, components, cell, job->order + begin[cell],
                          begin[cell + 1] - begin[cell]);
    dg_free(begin);
    return status;
}

static digit_status gather(grid_job *job, const dg_components *components,
                           const dg_deadline *deadline)
{
    const uint32_t count = job->cells.rows * job->cells.columns;
    const digit_status status = place_components(job, components, deadline);
    if (status != DIGIT_OK)
        return status;
    job->segment_of = dg_alloc_zero(count, sizeof *job->segment_of);
    job->answers = dg_alloc(count, sizeof *job->answers);
    if (!job->segment_of || !job->answers)
        return dg_fail_memory("a grid", count * sizeof *job->answers);
    return add_cells(job, components, count);
}

/* ---- Digits --------------------------------------------------------------- */

static int32_t clamp(int32_t place, int32_t most)
{
    return place < 0 ? 0 : place < most ? place : most;
}

/* The part of a cell within the picture. */
static digit_box cell_box(const grid_job *job, uint32_t row, uint32_t column)
{
    const digit_box cell = dg_cell_box(&job->cells, row, column);
    const int32_t width = (int32_t)job->ink->width, height = (int32_t)job->ink->height;
    const int32_t left = clamp(cell.x, width - 1), top = clamp(cell.y, height - 1);
    const int32_t right = clamp(cell.x + cell.width, width);
    const int32_t bottom = clamp(cell.y + cell.height, height);
    return (digit_box){left, top, right > left ? right - left : 1,
                       bottom > top ? bottom - top : 1};
}

static digit_glyph make_glyph(const grid_job *job, uint32_t row, uint32_t column)
{
    const uint32_t number = job->segment_of[row * job->cells.columns + column];
    digit_glyph glyph = {.line = row, .row = row, .column = column};
    if (number == 0) {
        glyph.box = cell_box(job, row, column);
        glyph.flags = DIGIT_GLYPH_EMPTY;
        glyph.prediction = (digit_prediction){.digit = -1, .flags = DIGIT_FLAG_BLANK, .other = 1};
        for (int d = 0; d < DIGIT_CLASSES; d++)
            glyph.prediction.probabilities[d] = 1.0f / DIGIT_CLASSES;
        return glyph;
    }
    const dg_segment *segment = &job->segments.items[number - 1];
    const digit_prediction *answer = &job->answers[number - 1];
    glyph.box = dg_segment_box(segment);
    glyph.flags = segment->joined ? DIGIT_GLYPH_JOINED : 0;
    glyph.prediction = dg_read_answer(*answer, dg_read_digit(answer, job->allowed));
    if (glyph.prediction.confidence < job->options->min_confidence ||
        glyph.prediction.other > 0.5f)
        glyph.flags |= DIGIT_GLYPH_REJECTED;
    return glyph;
}

/* Neighbours with digits are a group, with one candidate: what the text shows. */
static digit_status add_group(grid_job *job, const digit_glyph *glyphs, size_t count)
{
    char letters[DG_READING_MAX];
    double probability = 1;
    for (size_t i = 0; i < count; i++) {
        letters[i] = dg_glyph_letter(&glyphs[i]);
        probability *= (double)glyphs[i].prediction.confidence;
    }
    digit_status status = dg_reading_add_group(job->reading, glyphs[0].line, glyphs[0].group);
    if (status == DIGIT_OK)
        status = dg_reading_add_candidate(job->reading, letters, count, probability);
    return status;
}

static digit_status read_row(grid_job *job, uint32_t row, digit_glyph *glyphs)
{
    const uint32_t columns = job->cells.columns;
    digit_status status = DIGIT_OK;
    uint32_t group = 0, begin = 0; /* of the digits without a group yet */
    for (uint32_t column = 0; status == DIGIT_OK && column < columns; column++) {
        glyphs[column] = make_glyph(job, row, column);
        glyphs[column].group = group;
        if (glyphs[column].flags & DIGIT_GLYPH_EMPTY) {
            if (begin < column)
                status = add_group(job, glyphs + begin, column - begin);
            group += begin < column;
            begin = column + 1;
        }
        if (status == DIGIT_OK)
            status = dg_reading_add_glyph(job->reading, &glyphs[column]);
    }
    if (status == DIGIT_OK && begin < columns)
        status = add_group(job, glyphs + begin, columns - begin);
    return status;
}

static digit_status read_rows(grid_job *job)
{
    digit_glyph *glyphs = dg_alloc(job->cells.columns, sizeof *glyphs);
    if (!glyphs)
        return dg_fail_memory("a grid", job->cells.columns * sizeof *glyphs);
    digit_status status = DIGIT_OK;
    for (uint32_t row = 0; status == DIGIT_OK && row < job->cells.rows; row++)
        status = read_row(job, row, glyphs);
    dg_free(glyphs);
    return status;
}

digit_status dg_read_grid(const dg_reader *reader, const dg_sheet *sheet,
                          const digit_read_options *options, digit_reading *reading)
{
    grid_job job = {
        .options = options, .ink = &sheet->ink, .allowed = dg_read_allowed(options),
        .reading = reading};
    const dg_cells_plan plan = {
        .width = sheet->ink.width,
        .height = sheet->ink.height,
        .digit_height = sheet->digit_height,
        .rows = options->rows,
        .columns = options->columns,
    };
    digit_status status = dg_cells_find(&sheet->rules, &sheet->components, &plan, &job.cells);
    if (status == DIGIT_OK && (uint64_t)job.cells.rows * job.cells.columns > DG_READING_MAX)
        status = dg_fail(DIGIT_ERR_LIMIT, "a grid of %u x %u cells; at most %d in all",
                         job.cells.rows, job.cells.columns, DG_READING_MAX);
    if (status == DIGIT_OK)
        status = gather(&job, &sheet->components, reader->threads.deadline);
    if (status == DIGIT_OK)
        status = dg_classify(reader, &sheet->ink, &job.segments, job.answers);
    if (status == DIGIT_OK)
        status = read_rows(&job);
    dg_free(job.order);
    dg_free(job.cell_of);
    dg_free(job.segment_of);
    dg_free(job.answers);
    dg_segments_free(&job.segments);
    dg_cells_free(&job.cells);
    return status;
}
