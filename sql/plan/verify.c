/* verify.c - what must hold for every resolved plan, checked after every rule under test.
 *
 *   1. A node uses only columns that its children put out.
 *   2. A column has the same type at its use and at its origin.
 *   3. No id comes out of a node twice, unless its child is to blame and nobody can tell them
 *   apart.
 *   4. All expressions have types; what a resolved plan holds is resolved.
 *
 * A rule that breaks one of these would show much later, as a wrong column in a batch; here the
 * error names the rule.
 *
 * Mirrors: LogicalPlanIntegrity.
 */
#include <stdatomic.h>

#include "sql/plan/rule.h"

static atomic_bool verifying = FALSE;

void
rush_plan_set_verifying (gboolean on)
{
  atomic_store (&verifying, on != FALSE);
}

gboolean
rush_plan_is_verifying (void)
{
  return atomic_load (&verifying);
}

typedef struct
{
  GHashTable *types; /* id → RushType of the columns that come in */
  const RushPlan *node;
  GError **error;
  gboolean broken;
} Check;

static void G_GNUC_PRINTF (2, 3) fail (Check *check, const char *format, ...)
{
  g_autofree char *what = NULL, *tree = NULL;
  va_list args;

  if (check->broken)
    return;
  check->broken = TRUE;
  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  tree = rush_plan_to_tree_string (check->node);
  g_set_error (check->error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "the plan is broken: %s in\n%s", what, tree);
}

static gboolean
check_use (const RushExpr *node, gpointer data)
{
  Check *check = data;
  gpointer type;

  if (node->kind == RUSH_EXPR_OUTER)
    return TRUE;
  if (node->kind != RUSH_EXPR_ATTRIBUTE)
    return check->broken;
  if (!g_hash_table_lookup_extended (check->types, GSIZE_TO_POINTER (node->as.attribute.id), NULL,
                                     &type))
    fail (check, "%s#%" G_GUINT64_FORMAT " comes from nowhere", node->as.attribute.name,
          node->as.attribute.id);
  else if (!rush_type_same_shape (type, node->type))
    fail (check, "%s#%" G_GUINT64_FORMAT " is %s, but comes as %s", node->as.attribute.name,
          node->as.attribute.id, node->type->name, ((const RushType *)type)->name);
  return check->broken;
}

static void
add_types (GHashTable *types, const RushExprList *attributes)
{
  for (guint i = 0; attributes != NULL && i < attributes->n; i++)
    g_hash_table_insert (types, GSIZE_TO_POINTER (attributes->items[i]->as.attribute.id),
                         (gpointer)attributes->items[i]->type);
}

/* Lists that name what comes out rather than use what comes in. */
static gboolean
is_produced (const RushPlan *self, guint list)
{
  switch ((int)self->kind)
    {
    case RUSH_PLAN_EXPAND:
    case RUSH_PLAN_UNION_LOOP:
      return list == 0;
    case RUSH_PLAN_GENERATE:
    case RUSH_PLAN_PYTHON_EVAL:
    case RUSH_PLAN_MAP_IN_PYTHON:
      return list == 1;
    default:
      return self->n_children == 0;
    }
}

/* EXCEPT ALL and INTERSECT ALL: copies of a row have the columns that it has. */
static gboolean
replicates (const RushPlan *node)
{
  const RushExpr *generator = node->lists[0]->items[0];

  return generator->kind == RUSH_EXPR_FUNCTION &&
         g_str_equal (((const RushFunctionHead *)generator->as.function.function)->name,
                      "replicaterows");
}

static void
check_output (Check *check)
{
  g_autoptr (RushExprIdSet) seen = rush_expr_id_set_new ();
  const RushPlan *node = check->node;
  gboolean own = node->kind == RUSH_PLAN_JOIN || node->kind == RUSH_PLAN_WINDOW ||
                 (node->kind == RUSH_PLAN_GENERATE && !replicates (node)) || node->n_children == 0;

  for (guint i = 0; own && i < node->output->n; i++)
    {
      const RushExpr *column = node->output->items[i];

      if (rush_expr_id_set_has (seen, column->as.attribute.id))
        fail (check, "%s#%" G_GUINT64_FORMAT " comes out twice", column->as.attribute.name,
              column->as.attribute.id);
      rush_expr_id_set_add (seen, column->as.attribute.id);
    }
}

static gboolean
check_node (const RushPlan *node, gpointer data)
{
  Check *check = data;

  if (check->broken || !node->resolved)
    return check->broken;
  check->node = node;
  g_hash_table_remove_all (check->types);
  for (guint i = 0; i < node->n_children; i++)
    add_types (check->types, node->children[i]->output);
  for (guint i = 0; i < node->n_lists; i++)
    for (guint j = 0; !is_produced (node, i) && j < node->lists[i]->n; j++)
      rush_expr_visit (node->lists[i]->items[j], check_use, check);
  check_output (check);
  return check->broken;
}

gboolean
rush_plan_verify (const RushPlan *plan, GError **error)
{
  g_autoptr (GHashTable) types = g_hash_table_new (NULL, NULL);
  Check check = { types, plan, error, FALSE };

  rush_plan_visit (plan, check_node, &check);
  return !check.broken;
}
