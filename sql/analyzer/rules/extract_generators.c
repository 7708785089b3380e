/* extract_generators.c - ExtractGenerator, ResolveGenerate: rows out of rows.
 *
 *   'Project [explode(ar#2)]            Project [col#7]
 *   +- n                          →     +- Generate explode(ar#2), false, [col#7]
 *                                          +- n
 *
 *   LATERAL VIEW explode(ar) e AS x     the names of its columns
 *
 * Mirrors: ExtractGenerator, ResolveGenerate.
 */
#include <string.h>

#include "sql/analyzer/analysis_private.h"

static gboolean
is_generator (const RushExpr *expr)
{
  return expr->kind == RUSH_EXPR_FUNCTION &&
         expr->as.function.function->kind == RUSH_FUNCTION_GENERATOR &&
         rush_expr_is_resolved (expr);
}

static gboolean
keeps_empty (const RushExpr *generator)
{
  return g_str_has_suffix (generator->as.function.name, "_outer");
}

/* New columns for a generator; @names: or NULL. */
static RushExprList *
columns_of (const RushExpr *generator, char *const *names, const RushSqlContext *context,
            GError **error)
{
  const RushType *type = generator->type;
  guint n = type->n_fields, n_names = names != NULL ? g_strv_length ((char **)names) : 0;
  GPtrArray *columns;

  if (n_names > 0 && n_names != n)
    {
      g_autofree char *columns_num = g_strdup_printf ("%u", n);
      g_autofree char *given = g_strdup_printf ("%u", n_names);
      g_autofree char *name = rush_sql_id_of (generator->as.function.name);

      rush_sql_error_set (error, RUSH_SQL_CLASS_NUM_TABLE_VALUE_ALIASES_MISMATCH, context,
                          "funcName", name, "aliasesNum", given, "outColsNum", columns_num, NULL);
      return NULL;
    }
  columns = rush_expr_array_new ();
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (columns,
                     rush_expr_attribute (n_names > 0 ? names[i] : type->fields[i].name,
                                          type->fields[i].type, type->fields[i].nullable, 0, NULL));
  return rush_expr_list_from_array (columns);
}

/* ── in a SELECT list ── */

/* The generator of an item, and the names it gets; or NULL. */
static RushExpr *
generator_of (RushExpr *item, char ***out_names, char **single)
{
  *out_names = NULL;
  if (item->kind == RUSH_EXPR_UNRESOLVED_ALIAS)
    item = item->children[0];
  if (item->kind == RUSH_EXPR_MULTI_ALIAS)
    {
      *out_names = item->as.names.parts;
      item = item->children[0];
    }
  else if (item->kind == RUSH_EXPR_ALIAS)
    {
      single[0] = item->as.attribute.name;
      *out_names = single;
      item = item->children[0];
    }
  return is_generator (item) ? item : NULL;
}

/* SELECT posexplode (xs) AS (a, b, c) */
static gboolean
check_names (const RushExpr *generator, char *const *names, const RushSqlContext *context,
             GError **error)
{
  guint n = names != NULL ? g_strv_length ((char **)names) : 0;
  g_autofree char *expected = g_strdup_printf ("%u", generator->type->n_fields);
  g_autofree char *given = n > 0 ? g_strjoinv (",", (char **)names) : NULL;

  if (n == 0 || n == generator->type->n_fields)
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_UDTF_ALIAS_NUMBER_MISMATCH, context, "aliasesSize",
                      expected, "aliasesNames", given, NULL);
  return FALSE;
}

/* explode (xs) + 1: rows cannot be added to. */
static gboolean
check_nested (RushExpr *item, GError **error)
{
  RushExpr *inner = item;

  while (inner->kind == RUSH_EXPR_ALIAS || inner->kind == RUSH_EXPR_MULTI_ALIAS ||
         inner->kind == RUSH_EXPR_UNRESOLVED_ALIAS)
    inner = inner->children[0];
  if (!(inner->flags & RUSH_EXPR_HAS_GENERATOR) ||
      (is_generator (inner) && !(inner->children[0]->flags & RUSH_EXPR_HAS_GENERATOR)))
    return TRUE;
  g_autofree char *text = rush_quote_expr (inner);
  rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_GENERATOR_NESTED_IN_EXPRESSIONS, NULL,
                      "expression", text, NULL);
  return FALSE;
}

/* Generators stand in SELECT lists and LATERAL VIEWs, nowhere else. */
static gboolean
check_place (const RushPlan *node, GError **error)
{
  if (node->kind == RUSH_PLAN_PROJECT || node->kind == RUSH_PLAN_AGGREGATE)
    {
      const RushExprList *list = node->lists[node->kind == RUSH_PLAN_AGGREGATE];

      for (guint i = 0; i < list->n; i++)
        if (!check_nested (list->items[i], error))
          return FALSE;
      return TRUE;
    }
  if (node->kind == RUSH_PLAN_GENERATE || !(node->flags & RUSH_EXPR_HAS_GENERATOR))
    return TRUE;
  rush_sql_error_set (error, RUSH_SQL_CLASS_UNSUPPORTED_GENERATOR_OUTSIDE_SELECT, NULL, "plan",
                      rush_plan_kind_name (node->kind), NULL);
  return FALSE;
}

static RushPlan *
extract (RushPlan *project, GError **error)
{
  g_autoptr (GPtrArray) items = rush_expr_array_new ();
  g_autoptr (RushExprList) columns = NULL;
  RushExpr *generator = NULL;

  for (guint i = 0; i < project->lists[0]->n; i++)
    {
      char *single[2] = { NULL, NULL }, **names;
      RushExpr *item = project->lists[0]->items[i];
      RushExpr *found = generator_of (item, &names, single);

      if (found == NULL && !rush_expr_is_resolved (item) &&
          item->kind != RUSH_EXPR_UNRESOLVED_ALIAS)
        return rush_plan_ref (project);
      if (found == NULL)
        {
          g_ptr_array_add (items, rush_expr_ref (item));
          continue;
        }
      if (generator != NULL) /* the next round's */
        {
          g_ptr_array_add (items, rush_expr_ref (item));
          continue;
        }
      if (!check_names (found, names, &item->context, error))
        return NULL;
      columns = columns_of (found, names, &item->context, error);
      if (columns == NULL)
        return NULL;
      generator = found;
      for (guint j = 0; j < columns->n; j++)
        g_ptr_array_add (items, keeps_empty (found)
                                    ? rush_expr_with_nullable (columns->items[j], TRUE)
                                    : rush_expr_ref (columns->items[j]));
    }
  if (generator == NULL)
    return rush_plan_ref (project);
  return rush_plan_project (rush_expr_list_from_array (g_steal_pointer (&items)),
                            rush_plan_generate (rush_expr_ref (generator), keeps_empty (generator),
                                                NULL, g_steal_pointer (&columns), NULL,
                                                rush_plan_ref (project->children[0])));
}

/* ── LATERAL VIEW ── */

static RushPlan *
name_columns (RushPlan *generate, GError **error)
{
  const RushExpr *generator = generate->lists[0]->items[0];
  RushExprList *columns;

  if (generate->lists[1]->n > 0 || !is_generator (generator))
    return rush_plan_ref (generate);
  columns = columns_of (generator, generate->as.generate.names, &generate->context, error);
  if (columns == NULL)
    return NULL;
  return rush_plan_with_lists (
      generate, (RushExprList *[]){ rush_expr_list_ref (generate->lists[0]), columns });
}

static RushPlan *
resolve (RushPlan *node, gpointer data, GError **error)
{
  if ((node->flags & RUSH_EXPR_HAS_GENERATOR) && !check_place (node, error))
    return NULL;
  if (node->kind == RUSH_PLAN_GENERATE && node->children[0]->resolved)
    return name_columns (node, error);
  if (node->kind == RUSH_PLAN_PROJECT && (node->flags & RUSH_EXPR_HAS_GENERATOR) &&
      node->children[0]->resolved)
    return extract (node, error);
  return rush_plan_ref (node);
}

static RushPlan *
apply (RushPlan *plan, gpointer data, GError **error)
{
  return rush_plan_transform_up (plan, resolve, data, error);
}

const RushRule rush_rule_extract_generators = { "ExtractGenerator", apply };
