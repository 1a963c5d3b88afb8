/* Letters, signs and scribbles. */
#include "data/other_parts.h"
#include "data/pen.h"

/*
 * Our own alphabet, without what a digit may look like too (B D I l O o q S Z, b g s z, and
 * brackets), as pen.h writes them.
 */
static const dg_letter glyphs[] = {
    {"084088 1575", DG_LETTER_CAPITAL},                             /* A */
    {"084088 2666", DG_LETTER_CAPITAL},                             /* A, lower bar */
    {"~71503012040613185877", DG_LETTER_CAPITAL},                   /* C */
    {"70000878 0454", DG_LETTER_CAPITAL},                           /* E */
    {"700008 0454", DG_LETTER_CAPITAL},                             /* F */
    {"~7150301204061838577674 744454", DG_LETTER_NONE},             /* G */
    {"~71503012040618587764 6444", DG_LETTER_NONE},                 /* G, no spur */
    {"0008 7078 0474", DG_LETTER_CAPITAL},                          /* H */
    {"~606066482806 4080", DG_LETTER_CAPITAL},                      /* J */
    {"~50505648382616", DG_LETTER_HANGING},                         /* j, no dot */
    {"0008 700478 0404", DG_LETTER_CAPITAL},                        /* K */
    {"0008 7005 2578", DG_LETTER_CAPITAL},                          /* K */
    {"000868", DG_LETTER_CAPITAL},                                  /* L */
    {"0800458088", DG_LETTER_CAPITAL},                              /* M */
    {"0820468088", DG_LETTER_CAPITAL},                              /* M, slanted legs */
    {"08007870", DG_LETTER_CAPITAL},                                /* N */
    {"0800 ~0040626344 4404", DG_LETTER_CAPITAL},                   /* P */
    {"0800 ~00405153434404", DG_LETTER_CAPITAL},                    /* P, small bowl */
    {"~40120416486876741240 5588", DG_LETTER_CAPITAL},              /* Q */
    {"0800 ~00406162534404 3478", DG_LETTER_CAPITAL},               /* R */
    {"0080 4048", DG_LETTER_CAPITAL},                               /* T */
    {"~00051738576560", DG_LETTER_CAPITAL},                         /* U */
    {"004880", DG_LETTER_CAPITAL},                                  /* V */
    {"0028436880", DG_LETTER_CAPITAL},                              /* W */
    {"~0018284044486880", DG_LETTER_SMALL},                         /* w, round */
    {"0088 8008", DG_LETTER_CAPITAL},                               /* X */
    {"004480 4448", DG_LETTER_CAPITAL},                             /* Y */
    {"~62411315174866 6268", DG_LETTER_SMALL},                      /* a, one storey */
    {"~1231526468 ~646413061848", DG_LETTER_SMALL},                 /* a, two storeys */
    {"6068 ~64421315174866", DG_LETTER_TALL},                       /* d */
    {"~056553321305173867", DG_LETTER_SMALL},                       /* e */
    {"~60403238 1353", DG_LETTER_TALL},                             /* f */
    {"0008 ~05234355 5558", DG_LETTER_TALL},                        /* h */
    {"4348 4041", DG_LETTER_TALL},                                  /* i, clear dot */
    {"~50535749 5050", DG_LETTER_HANGING},                          /* j */
    {"0008 520558", DG_LETTER_TALL},                                /* k */
    {"0308 ~05133345 4548 ~45537385 8588", DG_LETTER_SMALL},        /* m */
    {"0208 ~0422526468", DG_LETTER_SMALL},                          /* n */
    {"0209 ~03225264562605", DG_LETTER_HANGING},                    /* p */
    {"0208 ~05133252", DG_LETTER_SMALL},                            /* r */
    {"30363848 1353", DG_LETTER_TALL},                              /* t */
    {"~3037486867 1353", DG_LETTER_TALL},                           /* t, curled */
    {"~0206285765 6268", DG_LETTER_SMALL},                          /* u */
    {"0235 6219", DG_LETTER_HANGING},                               /* y */
    {"~02154564 ~62656839191808", DG_LETTER_HANGING},               /* y, curled */
    {"4048 0484", DG_LETTER_NONE},                                  /* + */
    {"0282 0686", DG_LETTER_NONE},                                  /* = */
    {"2028 6068 0383 0686", DG_LETTER_NONE},                        /* # */
    {"4048 0286 0682", DG_LETTER_NONE},                             /* asterisk */
    {"~021040526344 4445 4849", DG_LETTER_NONE},                    /* ? */
    {"~30516268 ~383818 3808", DG_LETTER_NONE},                     /* a hook */
    {"~26041202264688", DG_LETTER_NONE},                            /* & */
    {"~40120416486876741240 ~53343546555353 5385", DG_LETTER_NONE}, /* @ */
    {"8008 ~10203120100011 ~67788776656667", DG_LETTER_NONE},       /* % */
    {"700478", DG_LETTER_NONE},                                     /* < */
    {"044880", DG_LETTER_NONE},                                     /* tick */
    {"~0420364484", DG_LETTER_NONE},                                /* tilde */
    {"00800888 0088", DG_LETTER_NONE},                              /* crossed box */
    {"4008888840 0888", DG_LETTER_NONE},                            /* triangle */
    {"4088 8848 4808 0840", DG_LETTER_NONE},                        /* rhombus */
    {"~40444844 ~04448444", DG_LETTER_NONE},                        /* star */
    {"0484", DG_LETTER_NONE},                                       /* dash */
    {"0080 0888 4048", DG_LETTER_CAPITAL},                          /* I with serifs, wide */
};

/* Letters that only their neighbours tell from digits, and the G, which is a 6 to a hasty eye. */
static const dg_letter lookalikes[] = {
    {"0800 ~00506152440454655808", DG_LETTER_CAPITAL},  /* B */
    {"0800 ~0050826608", DG_LETTER_CAPITAL},            /* D */
    {"~71503012040618587764 6444", DG_LETTER_CAPITAL},  /* G */
    {"4048", DG_LETTER_CAPITAL},                        /* I */
    {"~40120416486876741240", DG_LETTER_CAPITAL},       /* O */
    {"~604011234364664806", DG_LETTER_CAPITAL},         /* S */
    {"00800888", DG_LETTER_CAPITAL},                    /* Z */
    {"~40120416486876741240", DG_LETTER_SMALL},         /* o */
    {"~503022345546381706", DG_LETTER_SMALL},           /* s */
    {"10701878", DG_LETTER_SMALL},                      /* z */
    {"~000656647474540414", DG_LETTER_TALL},            /* b */
    {"4048", DG_LETTER_TALL},                           /* l */
    {"~50200212435250 ~5056482818", DG_LETTER_HANGING}, /* g */
    {"~50200212435250 505868", DG_LETTER_HANGING},      /* q */
};

/* Signs of money and the like, which stand before a number. */
static const dg_letter prefixes[] = {
    {"~70402143576728170 4049", DG_LETTER_CAPITAL},       /* dollar */
    {"~6040222618 1868 0454", DG_LETTER_CAPITAL},         /* pound */
    {"~704022264878 0353 0555", DG_LETTER_CAPITAL},       /* euro */
    {"0070 0272 ~0040535434058 0568", DG_LETTER_CAPITAL}, /* rupee */
    {"2028 6068 0383 0686", DG_LETTER_CAPITAL},           /* # */
};

#define GLYPHS     (sizeof glyphs / sizeof glyphs[0])
#define LOOKALIKES (sizeof lookalikes / sizeof lookalikes[0])
#define PREFIXES   (sizeof prefixes / sizeof prefixes[0])
#define SERIF_SHARE 0.25f

#define LOOKALIKE_SHARE 0.25f /* of letters inside a word: about as many as in English */

void dg_other_letter(dg_rng *rng, dg_field *field)
{
    const char *glyph = glyphs[dg_rng_below(rng, GLYPHS)].strokes;
    const bool serifs = dg_rng_unit(rng) < SERIF_SHARE;
    dg_pen_glyph(rng, glyph, serifs, dg_rng_between(rng, 0.6f, 1.25f), field);
}

const dg_letter *dg_other_letter_any(dg_rng *rng, bool capital, bool inside)
{
    const bool alike = inside && dg_rng_unit(rng) < LOOKALIKE_SHARE;
    const dg_letter *table = alike ? lookalikes : glyphs;
    const uint32_t count = alike ? LOOKALIKES : GLYPHS;
    for (;;) {
        const dg_letter *letter = &table[dg_rng_below(rng, count)];
        if (letter->kind != DG_LETTER_NONE && (letter->kind == DG_LETTER_CAPITAL) == capital)
            return letter;
    }
}

const dg_letter *dg_other_prefix_any(dg_rng *rng)
{
    return &prefixes[dg_rng_below(rng, PREFIXES)];
}

void dg_other_scribble(dg_rng *rng, dg_field *field)
{
    dg_pen_scribble(rng, field);
}
