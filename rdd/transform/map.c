/* map.c - a row step without a key to keep: whatever placed the parent's rows is forgotten. */
#include "rdd/transform/map.h"

#include "rdd/call_site.h"
#include "rdd/transform/map_partitions.h"
#include "rdd/transform/row_iterator.h"

static RushRdd *
map_rows (const char *name, gboolean one_for_one, RushRdd *parent, RushSchema *schema,
          RushRowFunc func, gpointer data, GDestroyNotify free_data)
{
  RUSH_OPERATOR (name);
  RushRowStep *step = rush_row_step_new (name, schema, func, data, free_data);

  step->one_for_one = one_for_one;
  return rush_rdd_map_partitions (parent, schema, rush_row_step_apply, step, rush_row_step_free,
                                  FALSE);
}

RushRdd *
rush_rdd_map (RushRdd *parent, RushSchema *schema, RushRowFunc func, gpointer data,
              GDestroyNotify free_data)
{
  return map_rows ("map", TRUE, parent, schema, func, data, free_data);
}

RushRdd *
rush_rdd_flat_map (RushRdd *parent, RushSchema *schema, RushRowFunc func, gpointer data,
                   GDestroyNotify free_data)
{
  return map_rows ("flatMap", FALSE, parent, schema, func, data, free_data);
}
