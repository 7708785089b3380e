/* accumulable.c - see accumulable.h.
 *
 * A task counts a dozen sums at most: a list that is searched from the front does.
 */
#include "core/event/accumulable.h"

#include "core/event/json_private.h"

static RushAccumulable *
entry_of (GArray **inout_list, gint64 id, const char *name)
{
  RushAccumulable new_one = { id, name, 0, 0 };

  if (*inout_list == NULL)
    *inout_list = g_array_new (FALSE, FALSE, sizeof (RushAccumulable));
  for (guint i = 0; i < (*inout_list)->len; i++)
    if (g_array_index (*inout_list, RushAccumulable, i).id == id)
      return &g_array_index (*inout_list, RushAccumulable, i);
  g_array_append_val (*inout_list, new_one);
  return &g_array_index (*inout_list, RushAccumulable, (*inout_list)->len - 1);
}

void
rush_accumulables_add (GArray **inout_list, gint64 id, const char *name, gint64 update)
{
  RushAccumulable *entry = entry_of (inout_list, id, name);

  entry->update += update;
  entry->value += update;
}

GArray *
rush_accumulables_merge (GArray **inout_totals, const GArray *updates)
{
  GArray *merged = g_array_sized_new (FALSE, FALSE, sizeof (RushAccumulable), updates->len);

  for (guint i = 0; i < updates->len; i++)
    {
      RushAccumulable one = g_array_index (updates, RushAccumulable, i);

      rush_accumulables_add (inout_totals, one.id, one.name, one.update);
      one.value = entry_of (inout_totals, one.id, one.name)->value;
      g_array_append_val (merged, one);
    }
  return merged;
}

/* Numbers of SQL's metrics are texts in Spark's log. */
static void
put_number (RushJsonWriter *w, const char *name, gint64 number)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, number);

  put_string (w, name, text);
}

void
rush_json_put_accumulables (RushJsonWriter *w, const GArray *list, gboolean with_updates)
{
  rush_json_member (w, "Accumulables");
  rush_json_begin_array (w);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const RushAccumulable *one = &g_array_index (list, RushAccumulable, i);

      rush_json_begin_object (w);
      put_int (w, "ID", one->id);
      put_string (w, "Name", one->name);
      if (with_updates)
        put_number (w, "Update", one->update);
      put_number (w, "Value", one->value);
      put_bool (w, "Internal", TRUE);
      put_bool (w, "Count Failed Values", TRUE);
      put_string (w, "Metadata", "sql");
      rush_json_end_object (w);
    }
  rush_json_end_array (w);
}
