/* resolve_grouping_analytics.c - ResolveGroupingAnalytics: ROLLUP, CUBE and GROUPING SETS.
 *
 *   Aggregate [rollup (k, s)], [k#6, s#8, sum(v#4)]
 *        ↓
 *   Aggregate [k#1, s#2, spark_grouping_id#3], [k#1, s#2, sum(v#4)]
 *   +- Expand [[…, k#12, s#13, 0],            one copy of each row a grouping set, with nulls for
 *              […, k#12, null, 1],            what is not grouped by, and a number that says which
 *              […, null, null, 3]], […, k#1, s#2, spark_grouping_id#3]
 *      +- Project [k#6, v#4, s#8, k#6 AS k#12, s#8 AS s#13]
 *
 * A bit of the number is 1 where the expression (the first: the highest bit) is not grouped by:
 * grouping_id () is the number, grouping (k) a bit of it.
 *
 * Mirrors: ResolveGroupingAnalytics, GroupingSets, Expand.
 */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

#define GROUPING_ID "spark_grouping_id"

/* ── which sets there are ── */

typedef struct
{
  GPtrArray *keys; /* distinct grouping expressions; borrowed */
  GPtrArray *sets; /* GArray of guint: positions in keys; owned */
} Sets;

static guint
key_position (Sets *sets, RushExpr *key)
{
  for (guint i = 0; i < sets->keys->len; i++)
    if (rush_expr_semantic_equal (sets->keys->pdata[i], key))
      return i;
  g_ptr_array_add (sets->keys, key);
  return sets->keys->len - 1;
}

/* Positions of all elements that @mask picks, in one set. */
static GArray *
join_elements (Sets *sets, const RushExpr *item, guint64 mask)
{
  GArray *set = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < item->as.grouping_sets.n_sets; i++)
    for (guint j = 0; ((mask >> i) & 1) && j < item->as.grouping_sets.sets[i]->len; j++)
      {
        guint child = g_array_index (item->as.grouping_sets.sets[i], guint, j);
        guint position = key_position (sets, item->children[child]);

        g_array_append_val (set, position);
      }
  return set;
}

/* The sets of one item: rollup (a, b): ab, a, (); cube (a, b): ab, a, b, (). */
static GPtrArray *
sets_of (Sets *sets, RushExpr *item)
{
  GPtrArray *made = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
  guint n;

  if (item->kind != RUSH_EXPR_GROUPING_SETS)
    {
      GArray *set = g_array_new (FALSE, FALSE, sizeof (guint));
      guint position = key_position (sets, item);

      g_array_append_val (set, position);
      g_ptr_array_add (made, set);
      return made;
    }
  for (guint i = 0; i < item->n_children; i++)
    key_position (sets, item->children[i]);
  n = item->as.grouping_sets.n_sets;
  switch (item->as.grouping_sets.kind)
    {
    case RUSH_GROUPING_ROLLUP:
      for (guint i = n + 1; i > 0; i--)
        g_ptr_array_add (made, join_elements (sets, item, (G_GUINT64_CONSTANT (1) << (i - 1)) - 1));
      break;
    case RUSH_GROUPING_CUBE:
      /* The first element changes last. */
      for (guint64 i = 0; i < G_GUINT64_CONSTANT (1) << n; i++)
        {
          guint64 mask = 0;

          for (guint j = 0; j < n; j++)
            if (!((i >> (n - 1 - j)) & 1))
              mask |= G_GUINT64_CONSTANT (1) << j;
          g_ptr_array_add (made, join_elements (sets, item, mask));
        }
      break;
    default:
      for (guint i = 0; i < n; i++)
        g_ptr_array_add (made, join_elements (sets, item, G_GUINT64_CONSTANT (1) << i));
      break;
    }
  return made;
}

/* GROUP BY a, rollup (b): each set of one item with each of the other. */
static void
multiply (Sets *sets, const GPtrArray *more)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);

  for (guint i = 0; i < sets->sets->len; i++)
    for (guint j = 0; j < more->len; j++)
      {
        GArray *a = sets->sets->pdata[i], *b = more->pdata[j];
        GArray *both = g_array_new (FALSE, FALSE, sizeof (guint));

        g_array_append_vals (both, a->data, a->len);
        g_array_append_vals (both, b->data, b->len);
        g_ptr_array_add (all, both);
      }
  g_ptr_array_unref (sets->sets);
  sets->sets = all;
}

static gboolean
has (const GArray *set, guint key)
{
  for (guint i = 0; i < set->len; i++)
    if (g_array_index (set, guint, i) == key)
      return TRUE;
  return FALSE;
}

static gint64
grouping_id (const GArray *set, guint n_keys)
{
  gint64 id = 0;

  for (guint i = 0; i < n_keys; i++)
    id = (id << 1) | !has (set, i);
  return id;
}

/* ── the expansion ── */

static char *
key_name (RushExpr *key)
{
  return key->kind == RUSH_EXPR_ATTRIBUTE ? g_strdup (rush_expr_name (key))
                                          : rush_expr_to_pretty_sql (key);
}

static gboolean
has_twins (const Sets *sets)
{
  for (guint i = 0; i < sets->sets->len; i++)
    for (guint j = 0; j < i; j++)
      if (grouping_id (sets->sets->pdata[i], sets->keys->len) ==
          grouping_id (sets->sets->pdata[j], sets->keys->len))
        return TRUE;
  return FALSE;
}

static void
add_projection (const Sets *sets, guint s, const RushPlan *child, const GPtrArray *aliases,
                gboolean positions, GPtrArray *into)
{
  const GArray *set = sets->sets->pdata[s];

  for (guint i = 0; i < child->output->n; i++)
    g_ptr_array_add (into, rush_expr_ref (child->output->items[i]));
  for (guint i = 0; i < sets->keys->len; i++)
    g_ptr_array_add (into, has (set, i)
                               ? rush_expr_to_attribute (aliases->pdata[i])
                               : rush_expr_literal_null (((RushExpr *)aliases->pdata[i])->type));
  g_ptr_array_add (into, rush_expr_literal_int (&RUSH_INT64, grouping_id (set, sets->keys->len)));
  if (positions)
    g_ptr_array_add (into, rush_expr_literal_int (&RUSH_INT64, s));
}

/* Over the child; @out_grouping: the columns to group by. */
static RushPlan *
expand (const Sets *sets, const RushPlan *child, GPtrArray *out_grouping)
{
  gboolean positions = has_twins (sets);
  g_autoptr (GPtrArray) aliases = rush_expr_array_new ();
  GPtrArray *below = rush_expr_list_to_array (child->output);
  GPtrArray *output = rush_expr_list_to_array (child->output);
  GPtrArray *projections = rush_expr_array_new ();

  for (guint i = 0; i < sets->keys->len; i++)
    {
      RushExpr *key = sets->keys->pdata[i];
      g_autofree char *name = key_name (key);
      RushExpr *alias = rush_expr_alias (rush_expr_ref (key), name, 0);
      gboolean nullable = key->nullable;

      for (guint j = 0; j < sets->sets->len; j++)
        nullable = nullable || !has (sets->sets->pdata[j], i);
      g_ptr_array_add (aliases, alias);
      g_ptr_array_add (below, rush_expr_ref (alias));
      g_ptr_array_add (out_grouping, rush_expr_attribute (name, key->type, nullable, 0, NULL));
    }
  g_ptr_array_add (out_grouping, rush_expr_attribute (GROUPING_ID, &RUSH_INT64, FALSE, 0, NULL));
  if (positions)
    g_ptr_array_add (out_grouping,
                     rush_expr_attribute ("_gen_grouping_pos", &RUSH_INT64, FALSE, 0, NULL));
  for (guint i = 0; i < out_grouping->len; i++)
    g_ptr_array_add (output, rush_expr_ref (out_grouping->pdata[i]));
  for (guint s = 0; s < sets->sets->len; s++)
    add_projection (sets, s, child, aliases, positions, projections);
  return rush_plan_expand (
      sets->sets->len, rush_expr_list_from_array (projections), rush_expr_list_from_array (output),
      rush_plan_project (rush_expr_list_from_array (below), rush_plan_ref ((RushPlan *)child)));
}

/* ── results ── */

typedef struct
{
  const GPtrArray *keys;     /* what was grouped by */
  const GPtrArray *grouping; /* what is grouped by now: its columns, then the number */
  guint n_keys;
} Replacement;

static gboolean
is_call (const RushExpr *node, const char *name)
{
  return node->kind == RUSH_EXPR_UNRESOLVED_FUNCTION && node->as.call.parts[1] == NULL &&
         g_ascii_strcasecmp (node->as.call.parts[0], name) == 0;
}

static gint
find_key (const Replacement *replacement, const RushExpr *expr)
{
  for (guint i = 0; i < replacement->n_keys; i++)
    if (rush_expr_semantic_equal (replacement->keys->pdata[i], expr))
      return (gint)i;
  return -1;
}

/* Where nothing is grouped by there is one group, and it has no column. */
static RushExpr *
number (const Replacement *replacement)
{
  if (replacement->n_keys >= replacement->grouping->len)
    return rush_expr_literal_int (&RUSH_INT64, 0);
  return rush_expr_ref (replacement->grouping->pdata[replacement->n_keys]);
}

/* A bit of the number. */
static RushExpr *
grouping_bit (const Replacement *replacement, const RushExpr *call, GError **error)
{
  gint key = call->n_children == 1 ? find_key (replacement, call->children[0]) : -1;
  gint64 power;
  RushExpr *bit;

  if (key < 0)
    {
      g_autofree char *text = rush_expr_to_pretty_sql (call);
      g_autoptr (GString) columns = g_string_new (NULL);

      for (guint i = 0; i < replacement->n_keys; i++)
        {
          g_autofree char *column = rush_expr_to_pretty_sql (replacement->keys->pdata[i]);

          g_string_append_printf (columns, "%s%s", i > 0 ? ", " : "", column);
        }
      rush_sql_error_set (error, RUSH_SQL_CLASS_GROUPING_COLUMN_MISMATCH, &call->context,
                          "grouping", text, "groupingColumns", columns->str, NULL);
      return NULL;
    }
  power = G_GINT64_CONSTANT (1) << (replacement->n_keys - 1 - (guint)key);
  bit = rush_expr_binary (RUSH_EXPR_INTEGRAL_DIVIDE, number (replacement),
                          rush_expr_literal_int (&RUSH_INT64, power));
  bit = rush_expr_binary (RUSH_EXPR_REMAINDER, bit, rush_expr_literal_int (&RUSH_INT64, 2));
  bit = rush_expr_binary (RUSH_EXPR_EQUAL, bit, rush_expr_literal_int (&RUSH_INT64, 1));
  return rush_expr_new (RUSH_EXPR_IF, 3,
                        (RushExpr *[]){ bit, rush_expr_literal_int (&RUSH_INT8, 1),
                                        rush_expr_literal_int (&RUSH_INT8, 0) });
}

/* All columns as one list: "a#1, b#2". */
static char *
list_text (RushExpr *const *items, guint n)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *item = rush_expr_to_string (items[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", item);
    }
  return g_string_free (text, FALSE);
}

/* grouping_id (a, b) must name what is grouped by, in its order; without names it means that. */
static gboolean
check_grouping_id (const Replacement *replacement, const RushExpr *call, GError **error)
{
  gboolean same = call->n_children == 0 || call->n_children == replacement->n_keys;

  for (guint i = 0; same && i < call->n_children; i++)
    same = find_key (replacement, call->children[i]) == (gint)i;
  if (same)
    return TRUE;
  g_autofree char *columns = list_text (call->children, call->n_children);
  g_autofree char *keys =
      list_text ((RushExpr *const *)replacement->keys->pdata, replacement->n_keys);
  rush_sql_error_set (error, RUSH_SQL_CLASS_GROUPING_ID_COLUMN_MISMATCH, NULL, "groupingIdColumn",
                      columns, "groupByColumns", keys, NULL);
  return FALSE;
}

/* Recurses top down, and not into aggregates: their arguments mean the child's columns. */
static RushExpr *
replace (const Replacement *replacement, RushExpr *expr, GError **error)
{
  g_autofree RushExpr **children = NULL;
  gint key;

  if (is_call (expr, "grouping"))
    return grouping_bit (replacement, expr, error);
  if (is_call (expr, "grouping_id"))
    return check_grouping_id (replacement, expr, error) ? number (replacement) : NULL;
  if (expr->kind == RUSH_EXPR_AGGREGATE)
    return rush_expr_ref (expr);
  key = find_key (replacement, expr);
  if (key >= 0)
    return rush_expr_ref (replacement->grouping->pdata[key]);
  children = g_new0 (RushExpr *, expr->n_children);
  for (guint i = 0; i < expr->n_children; i++)
    if ((children[i] = replace (replacement, expr->children[i], error)) == NULL)
      {
        while (i-- > 0)
          rush_expr_unref (children[i]);
        return NULL;
      }
  return rush_expr_with_children (expr, children);
}

static RushExprList *
replace_results (const Replacement *replacement, const RushExprList *results, GError **error)
{
  g_autoptr (GPtrArray) items = rush_expr_array_new ();

  for (guint i = 0; i < results->n; i++)
    {
      RushExpr *item = results->items[i];
      gboolean nameless = item->kind == RUSH_EXPR_UNRESOLVED_ALIAS;
      RushExpr *made = replace (replacement, nameless ? item->children[0] : item, error);

      if (made == NULL)
        return NULL;
      if (nameless && item->children[0]->kind != RUSH_EXPR_ATTRIBUTE)
        {
          g_autofree char *name = rush_expr_to_pretty_sql (item->children[0]);

          made = rush_expr_alias (made, name, 0);
        }
      g_ptr_array_add (items, made);
    }
  return rush_expr_list_from_array (g_steal_pointer (&items));
}

/* ── the rule ── */

static gboolean
find_unready (const RushExpr *node, gpointer found)
{
  if (node->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE || node->kind == RUSH_EXPR_UNRESOLVED_STAR ||
      (node->kind == RUSH_EXPR_UNRESOLVED_FUNCTION && !is_call (node, "grouping") &&
       !is_call (node, "grouping_id")))
    *(gboolean *)found = TRUE;
  return *(gboolean *)found;
}

static gboolean
is_ready (const RushPlan *aggregate)
{
  gboolean unready = FALSE;

  if (!aggregate->children[0]->resolved)
    return FALSE;
  rush_plan_visit_expressions (aggregate, find_unready, &unready);
  return !unready;
}

static gboolean
has_analytics (const RushPlan *aggregate)
{
  for (guint i = 0; i < aggregate->lists[0]->n; i++)
    if (aggregate->lists[0]->items[i]->kind == RUSH_EXPR_GROUPING_SETS)
      return TRUE;
  return FALSE;
}

/* HAVING and ORDER BY over what this rule has made: the number is among the grouping columns. */
static RushPlan *
resolve_above (RushPlan *aggregate, GError **error)
{
  const RushExprList *grouping = aggregate->lists[0];
  g_autoptr (GPtrArray) keys = g_ptr_array_new ();
  Replacement replacement = { keys, keys, 0 };
  RushExprList *results;
  guint n = 0;

  for (guint i = 0; i < grouping->n; i++)
    {
      const RushExpr *item = grouping->items[i];

      g_ptr_array_add (keys, grouping->items[i]);
      if (item->kind == RUSH_EXPR_ATTRIBUTE && strcmp (rush_expr_name (item), GROUPING_ID) == 0)
        n = i + 1;
    }
  if (n == 0)
    return rush_plan_ref (aggregate);
  replacement.n_keys = n - 1;
  results = replace_results (&replacement, aggregate->lists[1], error);
  return results != NULL
             ? rush_plan_with_lists (
                   aggregate,
                   (RushExprList *[]){ rush_expr_list_ref (aggregate->lists[0]), results })
             : NULL;
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  g_autoptr (GPtrArray) keys = NULL, grouping = NULL;
  g_autoptr (RushPlan) expanded = NULL;
  Sets sets;
  Replacement replacement;
  RushExprList *results;

  if (node->kind != RUSH_PLAN_AGGREGATE || node->resolved || !is_ready (node))
    return rush_plan_ref (node);
  if (!has_analytics (node))
    return resolve_above (node, error);
  keys = g_ptr_array_new ();
  sets = (Sets){ keys, g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref) };
  g_ptr_array_add (sets.sets, g_array_new (FALSE, FALSE, sizeof (guint)));
  for (guint i = 0; i < node->lists[0]->n; i++)
    {
      g_autoptr (GPtrArray) more = sets_of (&sets, node->lists[0]->items[i]);

      multiply (&sets, more);
    }
  grouping = rush_expr_array_new ();
  /* GROUPING SETS (()) is a global aggregate: a row for no rows, too. */
  expanded = keys->len == 0 && sets.sets->len == 1 ? rush_plan_ref (node->children[0])
                                                   : expand (&sets, node->children[0], grouping);
  g_ptr_array_unref (sets.sets);
  replacement = (Replacement){ keys, grouping, keys->len };
  results = replace_results (&replacement, node->lists[1], error);
  if (results == NULL)
    return NULL;
  return rush_plan_aggregate (rush_expr_list_from_array (g_steal_pointer (&grouping)), results,
                              g_steal_pointer (&expanded));
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_resolve_grouping_analytics = { "ResolveGroupingAnalytics", apply };
