/* join.c - a cogroup, and every pair of a left and a right value of each key.
 *
 *     (k, [1 2], [a b])  ──▶  (k, 1, a) (k, 1, b) (k, 2, a) (k, 2, b)
 */
#include "rdd/call_site.h"
#include "rdd/group.h"
#include "rdd/transform/cogroup.h"
#include "rdd/transform/map_values.h"

static void
pair_up (const RushRow *row, RushEmitter *out, gpointer data)
{
  RushGroupReader left;
  RushRow left_row;

  rush_group_reader_init (&left, row, 1);
  while (rush_group_reader_next (&left, &left_row))
    {
      RushGroupReader right;
      RushRow right_row;

      rush_group_reader_init (&right, row, 2);
      while (rush_group_reader_next (&right, &right_row))
        {
          rush_emit_row (out, &left_row);
          rush_emit_row (out, &right_row);
        }
      rush_group_reader_clear (&right);
    }
  rush_group_reader_clear (&left);
}

/* The key, the left's other columns, the right's. */
static RushSchema *
joined_schema (RushSchema *left, RushSchema *right)
{
  guint n = left->n_fields + right->n_fields - 1;
  g_autofree RushField *fields = g_new (RushField, n);
  guint at = 0;

  for (guint i = 0; i < left->n_fields; i++)
    fields[at++] = left->fields[i];
  for (guint i = 1; i < right->n_fields; i++)
    fields[at++] = right->fields[i];
  fields[0].nullable = left->fields[0].nullable || right->fields[0].nullable;
  return rush_schema_new (n, fields);
}

RushRdd *
rush_rdd_join (RushRdd *left, RushRdd *right, guint n_partitions, GError **error)
{
  RUSH_OPERATOR ("join");
  g_autoptr (RushRdd) grouped = rush_rdd_cogroup (left, right, n_partitions, error);
  g_autoptr (RushSchema) schema = NULL;

  if (grouped == NULL)
    return NULL;
  schema = joined_schema (left->schema, right->schema);
  return rush_rdd_flat_map_values (grouped, schema, pair_up, NULL, NULL);
}
