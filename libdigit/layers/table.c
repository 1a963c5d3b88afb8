/* All types of layer; nothing but this list knows them all. */
#include "layers/layer.h"

#define ADDRESS(name) &dg_layer_##name,

const dg_layer_type *const dg_layer_types[] = {DG_LAYERS(ADDRESS) NULL};
