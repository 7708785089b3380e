/* distinct.c - map to (value, nothing), one a key, keys: three RDDs, as Spark makes them. */
#include "rdd/transform/distinct.h"

#include "rdd/call_site.h"
#include "rdd/transform/combine_by_key.h"
#include "rdd/transform/map.h"
#include "rdd/transform/map_values.h"

static void
add_nothing (const RushRow *row, RushEmitter *out, gpointer data)
{
  rush_emit_value (out, row, 0);
  rush_emit_int (out, 0);
}

RushRdd *
rush_rdd_distinct (RushRdd *parent, guint n_partitions, GError **error)
{
  RUSH_OPERATOR ("distinct");
  const RushField fields[] = { parent->schema->fields[0],
                               { (char *)"nothing", &RUSH_INT64, FALSE } };
  g_autoptr (RushSchema) schema = NULL;
  g_autoptr (RushRdd) pairs = NULL;
  g_autoptr (RushRdd) once = NULL;
  guint n = n_partitions;

  g_return_val_if_fail (parent->schema->n_fields == 1, NULL);
  if (n == 0 && !rush_rdd_n_partitions (parent, &n, error))
    return NULL;
  schema = rush_schema_new (2, fields);
  pairs = rush_rdd_map (parent, schema, add_nothing, NULL, NULL);
  once = rush_rdd_reduce_by_key (pairs, (RushHashCombine){ .op = RUSH_COMBINE_FIRST }, MAX (n, 1),
                                 error);
  return once != NULL ? rush_rdd_keys (once) : NULL;
}
