/*
 * arch.h - the architecture string.
 *
 * One text names a network everywhere: options, files, messages.
 *     conv 32x3 relu maxpool 2 conv 64x3 relu maxpool 2 dense 100 relu dense 10
 * A network that reads whole lines begins with the rows of its input:
 *     line 32 conv 24x5 stride 2 relu ... conv 96 1x7 relu conv 19x1
 * docs/architectures.md has the grammar; the words are those of dg_layer_types.
 */
#ifndef DG_NET_ARCH_H
#define DG_NET_ARCH_H

#include "layers/layer.h"

#include <digit/digit.h>

#define DG_ARCH_LAYERS_MAX 64
#define DG_ARCH_TEXT_MAX 2048 /* of the canonical text, its NUL included */

/* The columns for which a network that reads lines is planned unless somebody says otherwise. */
#define DG_LINE_COLUMNS 256

/* The words of a text as layers with type, number, size, window, stride, same; no shapes yet. */
typedef struct dg_arch {
    bool line;       /* reads lines: input.columns may be any number */
    dg_shape input;  /* of one sample */
    uint32_t count;
    dg_layer layers[DG_ARCH_LAYERS_MAX];
} dg_arch;

/* `text` is a preset's name or a list of layers. DIGIT_ERR_ARGUMENT says which word
 * is wrong and why. */
digit_status dg_arch_parse(const char *text, dg_arch *arch);

/* The list of layers, single spaces. */
void dg_arch_print(const dg_arch *arch, char text[DG_ARCH_TEXT_MAX]);

#endif
