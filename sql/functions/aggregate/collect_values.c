/* collect_values.c - collect_list (), collect_set (), mode (): all values of a group, or each once.
 *
 *   values    a growing array of values in the order of the rows
 *   slots     for sets: a table of hashes with open addressing, from value to place in the array
 *
 * Nulls are left out.  Sets keep the order in which values first came; mode () counts them, and of
 * the most frequent ones takes the first, or the smallest.
 *
 * Mirrors:  CollectList, CollectSet, Mode.
 */
#include "sql/functions/aggregate/aggregates_private.h"
#include "sql/functions/aggregate/growing_private.h"
#include "sql/functions/aggregate/value_state_private.h"
#include "sql/functions/families_private.h"

#include "core/data/hash.h"
#include "sql/kernels/compare.h"

#include <string.h>

typedef struct
{
  RushValueState value; /* first: items are also read as values, an item apart */
  gint64 count;
} Item;

typedef struct
{
  RushGrowing items; /* Item */
  gint32 *slots;     /* sets: index into items, or −1 */
  guint32 n_slots;   /* a power of two, or 0 */
} List;

static gsize
state_bytes (const RushExpr *call)
{
  return sizeof (List);
}

static gboolean
is_set (const RushExpr *call)
{
  const char *name = call->as.aggregate.function->name;
  return strcmp (name, "collect_set") == 0 || strcmp (name, "mode") == 0;
}

static gboolean
is_mode (const RushExpr *call)
{
  return strcmp (call->as.aggregate.function->name, "mode") == 0;
}

/* ── sets ── */

static guint64
hash_value (const RushColumn *values, guint row)
{
  if (values->type->storage == RUSH_STORAGE_VIEW)
    {
      gsize length;
      const char *bytes = rush_column_get_bytes (values, row, &length);
      return rush_hash64_bytes (bytes, length);
    }
  if (values->type->storage == RUSH_STORAGE_F32 || values->type->storage == RUSH_STORAGE_F64)
    {
      double number = rush_column_get_double (values, row);
      gint64 bits = 0;
      number = number == 0 ? 0 : number; /* −0.0 is 0.0, and all NaN are one */
      if (number == number)
        memcpy (&bits, &number, sizeof bits);
      return rush_hash64_int (bits);
    }
  if (values->type->storage == RUSH_STORAGE_I128)
    return rush_hash64_int ((gint64)rush_column_get_int128 (values, row));
  if (values->type->storage <= RUSH_STORAGE_I64)
    return rush_hash64_int (rush_column_get_int (values, row));
  return 0; /* nested values are compared one by one */
}

/* The slot of the value, or the free one where it belongs. */
static guint32
find_slot (const List *list, const RushColumn *values, guint row)
{
  guint32 at = (guint32)hash_value (values, row) & (list->n_slots - 1);
  const Item *items = (const Item *)list->items.items;

  while (list->slots[at] >= 0 &&
         rush_value_state_compare (&items[list->slots[at]].value, values, row) != 0)
    at = (at + 1) & (list->n_slots - 1);
  return at;
}

/* Doubles the slots; items are put back by their own hashes, through a column of them. */
static gboolean
grow_slots (const RushType *type, List *list, RushAllocator *allocator, GError **error)
{
  guint32 n_slots = MAX (8, list->n_slots * 2);
  const Item *items = (const Item *)list->items.items;
  gint32 *slots = rush_alloc (allocator, n_slots * sizeof *slots, error);
  RushColumn *values = NULL;
  if (slots != NULL)
    values = rush_value_states_column (type, (const RushValueState *)items, sizeof (Item),
                                       list->items.n, allocator, error);
  if (values == NULL)
    {
      rush_free (allocator, slots, slots != NULL ? n_slots * sizeof *slots : 0);
      return FALSE;
    }
  rush_free (allocator, list->slots, list->n_slots * sizeof *slots);
  list->slots = slots;
  list->n_slots = n_slots;
  memset (slots, 0xff, n_slots * sizeof *slots);
  for (guint32 i = 0; i < list->items.n; i++)
    {
      guint32 at = (guint32)hash_value (values, i) & (n_slots - 1);
      while (slots[at] >= 0)
        at = (at + 1) & (n_slots - 1);
      slots[at] = (gint32)i;
    }
  rush_column_unref (values);
  return TRUE;
}

/* ── taking values in ── */

static gboolean
append (List *list, RushColumn *values, guint row, gint64 count, RushAllocator *allocator,
        GError **error)
{
  Item item = { .count = count };

  if (!rush_value_state_set (&item.value, values, row, allocator, error))
    return FALSE;
  Item *place = rush_growing_add (&list->items, sizeof item, allocator, error);
  if (place == NULL)
    {
      rush_value_state_clear (&item.value, allocator);
      return FALSE;
    }
  *place = item;
  return TRUE;
}

static gboolean
add (const RushExpr *call, RushAggregateStates *states, guint group, RushColumn *values, guint row,
     gint64 count, GError **error)
{
  List *list = &RUSH_STATES (List, states)[group];

  if (!rush_column_is_valid (values, row))
    return TRUE;
  if (!is_set (call))
    return append (list, values, row, 1, states->allocator, error);
  if (list->items.n * 2 >= list->n_slots &&
      !grow_slots (values->type, list, states->allocator, error))
    return FALSE;
  guint32 slot = find_slot (list, values, row);
  if (list->slots[slot] >= 0)
    {
      ((Item *)list->items.items)[list->slots[slot]].count += count;
      return TRUE;
    }
  if (!append (list, values, row, count, states->allocator, error))
    return FALSE;
  list->slots[slot] = (gint32)list->items.n - 1;
  return TRUE;
}

static gboolean
update (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
        RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  for (guint i = 0; i < rows->n; i++)
    if (!add (call, states, groups[i], args[0], rush_eval_row (rows, i), 1, error))
      return FALSE;
  return TRUE;
}

static gboolean
merge (const RushExpr *call, RushAggregateStates *states, const guint32 *groups,
       RushColumn *const *buffers, const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  RushColumn *elements = rush_column_child (buffers[0], 0);

  for (guint i = 0; i < rows->n; i++)
    {
      guint row = rush_eval_row (rows, i);
      RushListView list = rush_column_get_list (buffers[0], row);
      RushListView counts = is_mode (call) ? rush_column_get_list (buffers[1], row) : list;
      for (gint32 k = 0; k < list.length; k++)
        {
          gint64 count = is_mode (call) ? rush_column_get_int (rush_column_child (buffers[1], 0),
                                                               (guint)(counts.offset + k))
                                        : 1;
          if (!add (call, states, groups[i], elements, (guint)(list.offset + k), count, error))
            return FALSE;
        }
    }
  return TRUE;
}

/* ── results ── */

static guint
buffer (const RushExpr *call, const RushType **types, const char **names, gboolean *nullable)
{
  types[0] = rush_type_array (call->children[0]->type, FALSE);
  names[0] = "buf";
  nullable[0] = FALSE;
  types[1] = rush_type_array (&RUSH_INT64, FALSE);
  names[1] = "counts";
  nullable[1] = FALSE;
  return is_mode (call) ? 2 : 1;
}

/* Lists (0, n₀), (n₀, n₁) … over all items of the groups. */
static RushBuffer *
list_views (const List *lists, guint n, guint *out_total, RushAllocator *allocator, GError **error)
{
  RushBuffer *views = rush_buffer_new (allocator, MAX (1, n) * sizeof (RushListView), error);
  guint total = 0;

  for (guint i = 0; views != NULL && i < n; i++)
    {
      ((RushListView *)views->bytes)[i] = (RushListView){ (gint32)total, (gint32)lists[i].items.n };
      total += lists[i].items.n;
    }
  *out_total = total;
  return views;
}

static RushColumn *
value_lists (const RushExpr *call, const RushType *type, const List *lists, guint n,
             RushEvalContext *ctx, GError **error)
{
  guint total, at = 0;
  RushBuffer *views = list_views (lists, n, &total, ctx->allocator, error);

  if (views == NULL)
    return NULL;
  g_autofree RushValueState *all = g_new (RushValueState, MAX (1, total));
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < lists[i].items.n; k++)
      all[at++] = ((const Item *)lists[i].items.items)[k].value;
  RushColumn *elements = rush_value_states_column (call->children[0]->type, all, sizeof *all, total,
                                                   ctx->allocator, error);
  if (elements == NULL)
    {
      rush_buffer_unref (views);
      return NULL;
    }
  return rush_column_new_list (type, n, NULL, 0, views, &elements);
}

static RushColumn *
count_lists (const List *lists, guint n, RushEvalContext *ctx, GError **error)
{
  guint total, at = 0;
  RushBuffer *views = list_views (lists, n, &total, ctx->allocator, error);
  g_auto (RushColumnWriter) writer = { NULL };

  if (views == NULL ||
      !rush_column_writer_init (&writer, &RUSH_INT64, total, FALSE, ctx->allocator, error))
    {
      rush_buffer_unref (views);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    for (guint k = 0; k < lists[i].items.n; k++)
      ((gint64 *)writer.values->bytes)[at++] = ((const Item *)lists[i].items.items)[k].count;
  RushColumn *elements = rush_column_writer_finish (&writer);
  return rush_column_new_list (rush_type_array (&RUSH_INT64, FALSE), n, NULL, 0, views, &elements);
}

static gboolean
write_buffers (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
               RushColumn **out, RushEvalContext *ctx, GError **error)
{
  const List *lists = RUSH_STATES (List, states) + first;

  out[0] =
      value_lists (call, rush_type_array (call->children[0]->type, FALSE), lists, n, ctx, error);
  if (out[0] == NULL || !is_mode (call))
    return out[0] != NULL;
  out[1] = count_lists (lists, n, ctx, error);
  if (out[1] == NULL)
    g_clear_pointer (&out[0], rush_column_unref);
  return out[1] != NULL;
}

/* mode (v, true): of the most frequent values the smallest. */
static gboolean
prefers_smallest (const RushExpr *call)
{
  const RushExpr *chosen = call->n_children > 1 ? call->children[1] : NULL;

  return chosen != NULL && chosen->kind == RUSH_EXPR_LITERAL &&
         rush_column_is_valid (chosen->as.literal.value, 0) &&
         rush_column_get_bool (chosen->as.literal.value, 0);
}

/* The place of the smallest value among those that occur @most times. */
static gboolean
smallest_of (const RushExpr *call, const List *list, gint64 most, guint *out_place,
             RushEvalContext *ctx, GError **error)
{
  const Item *items = (const Item *)list->items.items;
  g_autoptr (RushColumn) values = rush_value_states_column (
      call->type, &items->value, sizeof *items, list->items.n, ctx->allocator, error);

  for (guint k = 0; values != NULL && k < list->items.n; k++)
    if (items[k].count == most && rush_compare_rows (values, k, values, *out_place) < 0)
      *out_place = k;
  return values != NULL;
}

static RushColumn *
mode_values (const RushExpr *call, const List *lists, guint n, RushEvalContext *ctx, GError **error)
{
  g_autofree RushValueState *best = g_new0 (RushValueState, MAX (1, n));

  for (guint i = 0; i < n; i++)
    {
      const Item *items = (const Item *)lists[i].items.items;
      guint place = 0;
      for (guint k = 1; k < lists[i].items.n; k++)
        if (items[k].count > items[place].count)
          place = k;
      if (lists[i].items.n > 1 && prefers_smallest (call) &&
          !smallest_of (call, &lists[i], items[place].count, &place, ctx, error))
        return NULL;
      if (lists[i].items.n > 0)
        best[i] = items[place].value;
    }
  return rush_value_states_column (call->type, best, sizeof *best, n, ctx->allocator, error);
}

static RushColumn *
result (const RushExpr *call, const RushAggregateStates *states, guint first, guint n,
        RushEvalContext *ctx, GError **error)
{
  const List *lists = RUSH_STATES (List, states) + first;

  return is_mode (call) ? mode_values (call, lists, n, ctx, error)
                        : value_lists (call, call->type, lists, n, ctx, error);
}

static void
clear (const RushExpr *call, RushAggregateStates *states, guint first, guint n)
{
  for (guint i = first; i < first + n; i++)
    {
      List *list = &RUSH_STATES (List, states)[i];
      for (guint k = 0; k < list->items.n; k++)
        rush_value_state_clear (&((Item *)list->items.items)[k].value, states->allocator);
      rush_growing_clear (&list->items, sizeof (Item), states->allocator);
      rush_free (states->allocator, list->slots, list->n_slots * sizeof *list->slots);
      memset (list, 0, sizeof *list);
    }
}

static const RushType *
list_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
           GError **error)
{
  *inout_nullable = FALSE;
  return rush_type_array (args[0]->type, FALSE);
}

static const RushType *
mode_type (const RushFunction *self, guint n, RushExpr *const *args, gboolean *inout_nullable,
           GError **error)
{
  *inout_nullable = TRUE;
  if (n < 2 || args[1]->kind == RUSH_EXPR_LITERAL)
    return args[0]->type;
  rush_sql_error_set (error, RUSH_SQL_CLASS_NON_FOLDABLE_ARGUMENT, NULL, "funcName", "`mode`",
                      "paramName", "`deterministic`", "paramType", "\"BOOLEAN\"", NULL);
  return NULL;
}

static char *
mode_to_sql (const RushExpr *call, char *const *args)
{
  return g_strdup_printf (
      prefers_smallest (call) ? "mode() WITHIN GROUP (ORDER BY %s DESC)" : "mode(%s)", args[0]);
}

static const RushAggregateClass collect_class = {
  .name = "Collect",
  .state_bytes = state_bytes,
  .update = update,
  .merge = merge,
  .buffer = buffer,
  .write_buffers = write_buffers,
  .result = result,
  .clear = clear,
};

#define COLLECT(NAME, USAGE)                                                                       \
  {                                                                                                \
    .name = NAME,                                                                                  \
    .kind = RUSH_FUNCTION_AGGREGATE,                                                               \
    .min_args = 1,                                                                                 \
    .max_args = 1,                                                                                 \
    .args = { RUSH_ARG_ANY },                                                                      \
    .result_type = list_type,                                                                      \
    .never_null = TRUE,                                                                            \
    .aggregate = &collect_class,                                                                   \
    .usage = NAME "(expr) - " USAGE,                                                               \
    .since = "2.0.0",                                                                              \
  }

const RushFunction rush_functions_collect[] = {
  COLLECT ("collect_list", "an array of the values that are not null"),
  COLLECT ("array_agg", "an array of the values that are not null"),
  COLLECT ("collect_set", "an array of the different values"),
  {
      .name = "mode",
      .kind = RUSH_FUNCTION_AGGREGATE,
      .to_sql = mode_to_sql,
      .min_args = 1,
      .max_args = 2,
      .args = { RUSH_ARG_ANY, RUSH_ARG_BOOL },
      .result_type = mode_type,
      .always_nullable = TRUE,
      .aggregate = &collect_class,
      .usage = "mode(expr[, deterministic]) - the most frequent value; with `true`, of several "
               "the smallest",
      .since = "3.4.0",
  },
  { NULL },
};
