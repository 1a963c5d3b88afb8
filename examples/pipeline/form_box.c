#include "form.h"

static int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

static int32_t most(int32_t a, int32_t b)
{
    return a > b ? a : b;
}

digit_box form_box_around(digit_box a, digit_box b)
{
    const int32_t left = least(a.x, b.x), top = least(a.y, b.y);
    return (digit_box){left, top, most(a.x + a.width, b.x + b.width) - left,
                       most(a.y + a.height, b.y + b.height) - top};
}

bool form_same_row(digit_box a, digit_box b)
{
    const int32_t shared = least(a.y + a.height, b.y + b.height) - most(a.y, b.y);
    return 2 * shared >= least(a.height, b.height);
}
