/* union_loop.c - WITH RECURSIVE: a query that is run again on what it gave the last time.
 *
 *   anchor ──rows──▶ recursion ──rows──▶ recursion ──▶ … until a step gives none
 *      └────────────────┴───────────────────┴──────────▶ all of them are the result
 *
 * Each step is a query of its own (so one that the SQL tab shows, and that adaptive execution
 * plans): the recursion with the rows of the last step where it refers to itself.  Two limits keep
 * a condition that was forgotten from running forever; a LIMIT above stops the loop as soon as
 * there are enough rows.
 *
 * Mirrors: org.apache.spark.sql.execution.UnionLoopExec.
 */
#include "sql/physical/operators/union_loop.h"

#include "sql/physical/operators/scans.h"
#include "sql/physical/query_state_private.h"

typedef struct
{
  RushExec base;
  RushPlan *loop; /* (owned) */
} UnionLoopExec;

typedef struct
{
  const RushPlan *loop;
  GPtrArray *batches; /* of the last step */
  guint64 n_rows;
} Step;

/* ── one step ── */

static RushPlan *
put_rows (RushPlan *node, gpointer data, GError **error)
{
  const Step *last = data;

  if (node->kind != RUSH_PLAN_UNION_LOOP_REF || node->as.cte.id != last->loop->as.cte.id)
    return rush_plan_ref (node);
  return rush_plan_local (rush_expr_list_ref (node->output), g_ptr_array_ref (last->batches));
}

/* The rows of @plan; FALSE with @error. */
static gboolean
run (RushQuery *query, RushPlan *plan, Step *step, GError **error)
{
  RushExecutionOptions options = { .job = &query->job };
  g_autoptr (RushQuery) inner = rush_query_new_optimized (&query->environment, plan);

  step->batches = rush_query_collect (inner, &options, error);
  step->n_rows = 0;
  for (guint i = 0; step->batches != NULL && i < step->batches->len; i++)
    step->n_rows += ((RushBatch *)step->batches->pdata[i])->length;
  return step->batches != NULL;
}

static gboolean
check_limits (const UnionLoopExec *self, RushQuery *query, gint64 level, guint64 n_rows,
              GError **error)
{
  const RushEvalSettings *settings = rush_query_settings (query);
  gint64 levels = rush_settings_get_int (settings, "spark.sql.cteRecursionLevelLimit");
  gint64 rows = rush_settings_get_int (settings, "spark.sql.cteRecursionRowLimit");
  g_autofree char *text = NULL;

  if (self->loop->as.cte.max_depth >= 0)
    levels = self->loop->as.cte.max_depth;
  if (levels != -1 && level > levels)
    {
      text = g_strdup_printf ("%" G_GINT64_FORMAT, levels);
      rush_sql_error_set (error, RUSH_SQL_CLASS_RECURSION_LEVEL_LIMIT_EXCEEDED, NULL, "levelLimit",
                          text, NULL);
      return FALSE;
    }
  if (rows != -1 && n_rows > (guint64)rows)
    {
      text = g_strdup_printf ("%" G_GINT64_FORMAT, rows);
      rush_sql_error_set (error, RUSH_SQL_CLASS_RECURSION_ROW_LIMIT_EXCEEDED, NULL, "rowLimit",
                          text, NULL);
      return FALSE;
    }
  return TRUE;
}

/* ── all steps ── */

/* Batches of a step as rows of the result: its columns are named otherwise. */
static void
add_rows (const UnionLoopExec *self, const Step *step, GPtrArray *into)
{
  g_autoptr (RushSchema) schema = rush_exec_schema (&self->base);
  g_autofree guint *columns = g_new (guint, schema->n_fields + 1);

  for (guint c = 0; c < schema->n_fields; c++)
    columns[c] = c;
  for (guint i = 0; i < step->batches->len; i++)
    g_ptr_array_add (into, rush_batch_project (step->batches->pdata[i], schema, columns));
}

static gboolean
run_loop (const UnionLoopExec *self, RushQuery *query, GPtrArray *into, guint64 *out_rows,
          GError **error)
{
  Step last = { .loop = self->loop };
  gint64 limit = self->loop->as.cte.limit;
  gboolean ok = run (query, self->loop->children[0], &last, error);

  for (gint64 level = 1; ok && last.n_rows > 0; level++)
    {
      g_autoptr (GPtrArray) rows = last.batches;
      g_autoptr (RushPlan) plan = NULL;

      *out_rows += last.n_rows;
      add_rows (self, &last, into);
      last.batches = NULL;
      if (limit >= 0 && *out_rows >= (guint64)limit)
        break;
      ok = check_limits (self, query, level, *out_rows, error);
      if (ok)
        {
          Step before = { self->loop, rows, 0 };

          plan = rush_plan_transform_up_with_subqueries (self->loop->children[1], put_rows, &before,
                                                         error);
          ok = plan != NULL && run (query, plan, &last, error);
        }
    }
  g_clear_pointer (&last.batches, g_ptr_array_unref);
  return ok;
}

static RushRdd *
union_loop_execute (RushExec *base, RushQuery *query, GError **error)
{
  UnionLoopExec *self = (UnionLoopExec *)base;
  g_autoptr (GPtrArray) batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  g_autoptr (RushExec) rows = NULL;
  guint64 n_rows = 0;

  if (!run_loop (self, query, batches, &n_rows, error))
    return NULL;
  rows = rush_local_table_scan_exec_new (rush_expr_list_ref (base->output), batches, n_rows);
  return rush_exec_execute (rows, query, error);
}

static RushPartitioning *
union_loop_partitioning (const RushExec *base)
{
  return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 0, NULL);
}

static char *
union_loop_arguments (const RushExec *base)
{
  return g_strdup_printf (" %" G_GINT64_FORMAT, ((const UnionLoopExec *)base)->loop->as.cte.id);
}

static gconstpointer
union_loop_identity (const RushExec *base)
{
  return ((const UnionLoopExec *)base)->loop;
}

static void
union_loop_finalize (RushExec *base)
{
  rush_plan_unref (((UnionLoopExec *)base)->loop);
}

static const RushExecClass union_loop_class = {
  .name = "UnionLoop",
  .finalize = union_loop_finalize,
  .arguments = union_loop_arguments,
  .identity = union_loop_identity,
  .output_partitioning = union_loop_partitioning,
  .execute = union_loop_execute,
};

RushExec *
rush_union_loop_exec_new (RushPlan *loop)
{
  UnionLoopExec *self =
      rush_exec_alloc (sizeof *self, &union_loop_class, rush_expr_list_ref (loop->output), 0, NULL);

  self->loop = rush_plan_ref (loop);
  return &self->base;
}
