/* rdd_scan.c - an RDD of batches as a table.
 *
 * Mirrors: org.apache.spark.sql.execution.RDDScanExec.
 */
#include "sql/physical/operators/scans.h"

#include "rdd/source/parallelize.h"
#include "sql/physical/counted_rows.h"
#include "sql/physical/query.h"
#include "sql/physical/row_layout.h"
#include "sql/physical/text.h"
#include "sql/plan/relation.h"

typedef struct
{
  RushExec base;
  RushRdd *rows;         /* (owned) */
  RushRowLayout *layout; /* (owned) or NULL */
} RddScanExec;

static RushRdd *
rdd_scan_execute (RushExec *base, RushQuery *query, GError **error)
{
  return rush_counted_rdd (rush_rdd_ref (((RddScanExec *)base)->rows), base->metrics);
}

static RushExec *
rdd_scan_copy (const RushExec *base, RushExec *const *children)
{
  const RddScanExec *self = (const RddScanExec *)base;

  return rush_rdd_scan_exec_new (rush_expr_list_ref (base->output), self->rows, self->layout);
}

static RushPartitioning *
rdd_scan_partitioning (const RushExec *base)
{
  return rush_row_layout_partitioning (((const RddScanExec *)base)->layout, base->output);
}

static RushExprList *
rdd_scan_ordering (const RushExec *base)
{
  return rush_row_layout_ordering (((const RddScanExec *)base)->layout, base->output);
}

static char *
rdd_scan_arguments (const RushExec *base)
{
  return rush_list_to_text_tight (base->output);
}

static char *
rdd_scan_formatted (const RushExec *base)
{
  g_autofree char *columns = rush_list_to_text (base->output);
  g_autofree char *rdd = rush_rdd_to_string (((const RddScanExec *)base)->rows);
  g_autoptr (RushPartitioning) partitioning = rdd_scan_partitioning (base);
  g_autofree char *where = rush_partitioning_to_string (partitioning);
  g_autoptr (RushExprList) ordering = rdd_scan_ordering (base);
  g_autofree char *order = ordering != NULL ? rush_list_to_text (ordering) : NULL;

  return g_strdup_printf ("Arguments: %s, %s, ExistingRDD, %s%s%s\n", columns, rdd, where,
                          order != NULL ? ", " : "", order != NULL ? order : "");
}

static gconstpointer
rdd_scan_identity (const RushExec *base)
{
  return ((const RddScanExec *)base)->rows;
}

static void
rdd_scan_finalize (RushExec *base)
{
  rush_rdd_unref (((RddScanExec *)base)->rows);
  rush_row_layout_unref (((RddScanExec *)base)->layout);
}

static const RushExecClass rdd_scan_class = {
  .name = "Scan ExistingRDD",
  .fusible = TRUE,
  .finalize = rdd_scan_finalize,
  .with_children = rdd_scan_copy,
  .arguments = rdd_scan_arguments,
  .formatted = rdd_scan_formatted,
  .identity = rdd_scan_identity,
  .output_partitioning = rdd_scan_partitioning,
  .output_ordering = rdd_scan_ordering,
  .execute = rdd_scan_execute,
};

RushExec *
rush_rdd_scan_exec_new (RushExprList *output, RushRdd *rdd, RushRowLayout *layout)
{
  RddScanExec *self = rush_exec_alloc (sizeof *self, &rdd_scan_class, output, 0, NULL);

  self->rows = rush_rdd_ref (rdd);
  if (layout != NULL)
    self->layout = rush_row_layout_ref (layout);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}

/* ---- one row without columns: SELECT without FROM ---- */

typedef struct
{
  RushExec base;
  GPtrArray *batches; /* (owned) */
} OneRowExec;

static RushRdd *
one_row_execute (RushExec *base, RushQuery *query, GError **error)
{
  g_autoptr (RushSchema) schema = rush_exec_schema (base);

  return rush_counted_rdd (rush_rdd_parallelize (rush_context_lineage (rush_query_context (query)),
                                                 schema, &((OneRowExec *)base)->batches, 1),
                           base->metrics);
}

static RushExec *
one_row_copy (const RushExec *base, RushExec *const *children)
{
  return rush_one_row_exec_new (rush_expr_list_ref (base->output),
                                ((const OneRowExec *)base)->batches);
}

static char *
one_row_formatted (const RushExec *base)
{
  GString *out = g_string_new (NULL);

  rush_append_list_line (out, "Output", base->output);
  return g_string_free (out, FALSE);
}

static RushPartitioning *
one_row_partitioning (const RushExec *base)
{
  return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 1, NULL);
}

static void
one_row_finalize (RushExec *base)
{
  g_ptr_array_unref (((OneRowExec *)base)->batches);
}

static const RushExecClass one_row_class = {
  .name = "Scan OneRowRelation",
  .fusible = TRUE,
  .finalize = one_row_finalize,
  .with_children = one_row_copy,
  .arguments = rdd_scan_arguments,
  .formatted = one_row_formatted,
  .output_partitioning = one_row_partitioning,
  .execute = one_row_execute,
};

RushExec *
rush_one_row_exec_new (RushExprList *output, GPtrArray *batches)
{
  OneRowExec *self = rush_exec_alloc (sizeof *self, &one_row_class, output, 0, NULL);

  self->batches = g_ptr_array_ref (batches);
  rush_exec_add_metric (self, "numOutputRows", "number of output rows", RUSH_METRIC_SUM);
  return &self->base;
}
