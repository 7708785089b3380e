/* seams.c - the table of seams.def as data. */
#include "core/plugin/plugin.h"

#define SEAM(constant, name, version, header, functions, what)                                     \
  { name, version, header, functions, what },
static const RushSeam all[] = {
#include "core/plugin/seams.def"
};
#undef SEAM

const RushSeam *
rush_seams (gsize *out_n)
{
  *out_n = G_N_ELEMENTS (all);
  return all;
}
