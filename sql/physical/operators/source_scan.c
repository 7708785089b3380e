/* source_scan.c - a table of files: the source makes the RDD, with the columns that are needed and
 * the filters that it may use.
 *
 * Mirrors: org.apache.spark.sql.execution.FileSourceScanExec.
 */
#include "sql/physical/operators/scans.h"
#include "sql/physical/counted_rows.h"
#include "sql/physical/query_private.h"
#include "sql/physical/text.h"
#include "sql/plan/relation.h"
#include "sql/sources/source.h"

typedef struct
{
  RushExec base;
  RushSource *source;   /* (owned) */
  RushExprList *pushed; /* (owned) or NULL */
  char **table;         /* (owned) or NULL */
  char *name;           /* (owned) the source's, and the table's if it has one */
  RushExecClass klass;  /* with that name */
} SourceScanExec;

/* Whether a filter is about folders alone: those are left out in any case. */
static gboolean
is_of_folders (const SourceScanExec *self, const RushExpr *filter)
{
  const RushSchema *folders = rush_file_source_partition_schema (self->source);
  g_autoptr (RushExprIdSet) columns = rush_expr_id_set_new ();

  for (guint i = 0; i < self->base.output->n; i++)
    for (guint p = 0; folders != NULL && p < folders->n_fields; p++)
      if (g_strcmp0 (rush_expr_name (self->base.output->items[i]), folders->fields[p].name) == 0)
        rush_expr_id_set_add (columns, rush_expr_named_id (self->base.output->items[i]));
  return rush_expr_references_subset (filter, columns);
}

static RushExpr *
put_value (RushExpr *node, gpointer data, GError **error)
{
  RushColumn *value;

  if (node->kind != RUSH_EXPR_SCALAR_SUBQUERY)
    return rush_expr_ref (node);
  value = g_hash_table_lookup (data, &node->as.subquery.id);
  g_assert (value != NULL);
  return rush_expr_literal (rush_column_ref (value));
}

/* @filters with the values of subqueries, which have run by now. (transfer full) */
static RushExprList *
with_values (const RushExprList *filters, RushQuery *query)
{
  GHashTable *values = rush_query_subquery_values (query);

  if (values == NULL)
    return rush_expr_list_ref ((RushExprList *)filters);
  return rush_expr_list_transform_up ((RushExprList *)filters, put_value, values, NULL);
}

/* The filters that row groups may be left out by. (transfer full) or NULL */
static RushExprList *
usable_filters (const SourceScanExec *self, const RushEvalSettings *settings)
{
  GPtrArray *usable;

  if (self->pushed == NULL)
    return NULL;
  if (!g_str_has_suffix (self->source->klass->name, " parquet") ||
      rush_settings_get_bool (settings, "spark.sql.parquet.filterPushdown"))
    return rush_expr_list_ref (self->pushed);
  usable = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  for (guint i = 0; i < self->pushed->n; i++)
    if (is_of_folders (self, self->pushed->items[i]))
      g_ptr_array_add (usable, rush_expr_ref (self->pushed->items[i]));
  return rush_expr_list_from_array (usable);
}

static RushRdd *
source_scan_execute (RushExec *base, RushQuery *query, GError **error)
{
  SourceScanExec *self = (SourceScanExec *)base;
  const RushEvalSettings *settings = rush_query_settings (query);
  g_autoptr (RushExprList) usable = usable_filters (self, settings);
  g_autoptr (RushExprList) filters = usable != NULL ? with_values (usable, query) : NULL;

  RushRdd *rows = self->source->klass->scan (self->source, rush_query_context (query), base->output,
                                             filters, settings, error);

  return base->klass->columnar ? rush_timed_rdd (rows, base->metrics)
                               : rush_counted_row_rdd (rows, base->metrics);
}

static RushExec *
source_scan_copy (const RushExec *base, RushExec *const *children)
{
  const SourceScanExec *self = (const SourceScanExec *)base;

  return rush_source_scan_exec_new (rush_expr_list_ref (base->output), self->source,
                                    (const char *const *)self->table, self->pushed);
}

static RushPartitioning *
source_scan_partitioning (const RushExec *base)
{
  return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 0, NULL);
}

static char *
source_scan_arguments (const RushExec *base)
{
  const SourceScanExec *self = (const SourceScanExec *)base;
  g_autofree char *columns = rush_list_to_text_tight (base->output);
  g_autofree char *described =
      self->source->klass->describe (self->source, base->output, self->pushed);

  return g_strdup_printf ("%s%s %s", self->table == NULL ? " " : "", columns, described);
}

static char *
source_scan_formatted (const RushExec *base)
{
  const SourceScanExec *self = (const SourceScanExec *)base;
  GString *out = g_string_new (NULL);
  g_autofree char *described =
      self->source->klass->formatted (self->source, base->output, self->pushed);

  rush_append_list_line (out, "Output", base->output);
  g_string_append (out, described);
  return g_string_free (out, FALSE);
}

static void
source_scan_expressions (const RushExec *base, GPtrArray *into)
{
  const SourceScanExec *self = (const SourceScanExec *)base;

  for (guint i = 0; self->pushed != NULL && i < self->pushed->n; i++)
    g_ptr_array_add (into, self->pushed->items[i]);
}

static gconstpointer
source_scan_identity (const RushExec *base)
{
  return ((const SourceScanExec *)base)->source;
}

static void
source_scan_finalize (RushExec *base)
{
  SourceScanExec *self = (SourceScanExec *)base;

  rush_source_unref (self->source);
  rush_expr_list_unref (self->pushed);
  g_strfreev (self->table);
  g_free (self->name);
}

static const RushExecClass source_scan_class = {
  .finalize = source_scan_finalize,
  .with_children = source_scan_copy,
  .arguments = source_scan_arguments,
  .formatted = source_scan_formatted,
  .expressions = source_scan_expressions,
  .identity = source_scan_identity,
  .output_partitioning = source_scan_partitioning,
  .execute = source_scan_execute,
};

RushExec *
rush_source_scan_exec_new (RushExprList *output, RushSource *source, const char *const *table,
                           RushExprList *pushed)
{
  SourceScanExec *self = rush_exec_alloc (sizeof *self, &source_scan_class, output, 0, NULL);

  self->klass = source_scan_class;
  if (table != NULL)
    {
      g_autofree char *dotted = g_strjoinv (".", (char **)table);
      self->table = g_strdupv ((char **)table);
      self->name = g_strjoin (" ", source->klass->name, dotted, NULL);
    }
  self->klass.name = self->name != NULL ? self->name : source->klass->name;
  self->klass.columnar = g_str_has_suffix (source->klass->name, " parquet") ||
                         g_str_has_suffix (source->klass->name, " orc");
  self->base.klass = &self->klass;
  self->source = rush_source_ref (source);
  self->pushed = pushed != NULL ? rush_expr_list_ref (pushed) : NULL;
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  if (self->klass.columnar)
    rush_exec_add_metric (self, "scanTime", "scan time", RUSH_METRIC_TIMING);
  return &self->base;
}
