#include "vision/page/lines_parts.h"

/* A small piece is part of another where so much of its width lies over or under it, at
 * most so far away, in digits' heights. */
#define PART_OVERLAP 0.5
#define PART_AWAY    0.45

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static void merge(dg_lines *lines, dg_piece *p, const dg_piece *part)
{
    uint32_t last = part->component;
    while (lines->next[last] != DG_NO_COMPONENT)
        last = lines->next[last];
    lines->next[last] = p->component;
    p->component = part->component;
    p->components += part->components;
    p->left = least(p->left, part->left);
    p->top = least(p->top, part->top);
    p->right = most(p->right, part->right);
    p->bottom = most(p->bottom, part->bottom);
}

/* Does the small piece lie over or under a part of the other, or within it? */
static bool is_part(const dg_piece *small, const dg_piece *p, double size)
{
    const int32_t width = small->right - small->left + 1;
    const int32_t across = least(small->right, p->right) - most(small->left, p->left) + 1;
    const int32_t away = most(small->top - p->bottom, p->top - small->bottom);
    return across >= PART_OVERLAP * width && away <= PART_AWAY * size;
}

static bool try_merge(dg_lines *lines, const dg_line *line, size_t small)
{
    dg_piece *pieces = lines->pieces + line->first;
    for (size_t i = 0; i < line->count; i++) {
        if (pieces[i].small || !is_part(&pieces[small], &pieces[i], line->size))
            continue;
        merge(lines, &pieces[i], &pieces[small]);
        return true;
    }
    return false;
}

void dg_lines_merge(dg_lines *lines, dg_line *line)
{
    dg_piece *pieces = lines->pieces + line->first;
    size_t kept = 0;
    for (size_t i = 0; i < line->count; i++)
        pieces[i].components = pieces[i].small && try_merge(lines, line, i) ? 0
                                                                            : pieces[i].components;
    for (size_t i = 0; i < line->count; i++)
        if (pieces[i].components > 0)
            pieces[kept++] = pieces[i];
    line->count = kept;
}
