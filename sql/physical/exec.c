/* exec.c - what all operators have: reference counts, copies with other children, metrics, and the
 * step from a plan to an RDD.
 *
 * The tree is immutable.  What changes while a query runs stands in one place each: metrics are
 * atomics that copies of a node share; the RDD of a node is made once, under the query's lock, so
 * that an exchange that two parents have is one shuffle.
 */
#include "sql/physical/exec.h"

#include "sql/physical/pipeline.h"
#include "sql/physical/query_private.h"

#include <string.h>

/* ---- metrics ---- */

static RushMetricSet *
metric_set_new (void)
{
  RushMetricSet *self = g_new0 (RushMetricSet, 1);

  rush_ref_count_init (&self->refs);
  return self;
}

RushMetricSet *
rush_metric_set_ref (RushMetricSet *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_metric_set_unref (RushMetricSet *self)
{
  if (rush_ref_count_dec (&self->refs))
    g_free (self);
}

void
rush_exec_add_metric (gpointer exec, const char *name, const char *label, RushMetricKind kind)
{
  static atomic_llong next_accumulator_id;
  RushMetricSet *set = ((RushExec *)exec)->metrics;

  g_assert (set->n < RUSH_MAX_METRICS);
  set->items[set->n++] = (RushMetric){
    .name = name, .label = label, .kind = kind, .accumulator_id = next_accumulator_id++
  };
}

void
rush_metric_set_count (RushMetricSet *self, guint metric, gint64 value)
{
  RushTaskContext *task = rush_task_context_current ();
  RushMetric *item = &self->items[metric];

  atomic_fetch_add_explicit (&item->value, value, memory_order_relaxed);
  if (task != NULL)
    rush_accumulables_add (&task->counted, item->accumulator_id, item->label, value);
  else
    atomic_fetch_add_explicit (&item->driver, value, memory_order_relaxed);
}

/* ---- nodes ---- */

gpointer
rush_exec_alloc (gsize size, const RushExecClass *klass, RushExprList *output, guint n_children,
                 RushExec *const *children)
{
  RushExec *self = g_malloc0 (size);

  self->klass = klass;
  rush_ref_count_init (&self->refs);
  self->output = output;
  self->n_children = n_children;
  self->children = g_memdup2 (children, n_children * sizeof children[0]);
  self->metrics = metric_set_new ();
  return self;
}

/* Functions that Spark has no Java for: it interprets them (CodegenFallback, ImperativeAggregate),
 * and whoever uses them is not fused. */
static const char *const interpreted[] = {
  "zip_with",   "transform_keys", "transform_values", "map_zip_with",
  "map_filter", "array_sort",     "from_json",        "approx_count_distinct",
};

static gboolean
note_interpreted (const RushExpr *node, gpointer data)
{
  const RushFunction *function = node->kind == RUSH_EXPR_FUNCTION    ? node->as.function.function
                                 : node->kind == RUSH_EXPR_AGGREGATE ? node->as.aggregate.function
                                                                     : NULL;
  gboolean *found = data;

  for (guint i = 0; function != NULL && i < G_N_ELEMENTS (interpreted); i++)
    *found |= strcmp (function->name, interpreted[i]) == 0;
  return *found;
}

/* Expressions that leave the fused loop: Python's, and those that are interpreted. */
static gboolean
leaves_loop (const RushExpr *expr)
{
  gboolean found = (expr->flags & RUSH_EXPR_HAS_PYTHON) != 0;

  if (!found)
    rush_expr_visit (expr, note_interpreted, &found);
  return found;
}

gboolean
rush_exec_can_fuse (const RushExec *self)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();

  if (!self->klass->fusible)
    return FALSE;
  if (self->klass->can_fuse != NULL && !self->klass->can_fuse (self))
    return FALSE;
  if (self->klass->expressions != NULL)
    self->klass->expressions (self, exprs);
  for (guint i = 0; i < exprs->len; i++)
    if (leaves_loop (exprs->pdata[i]))
      return FALSE;
  return TRUE;
}

gpointer
rush_exec_share (gpointer exec, const RushExec *from)
{
  RushExec *self = exec;

  rush_metric_set_unref (self->metrics);
  self->metrics = rush_metric_set_ref (from->metrics);
  if (self->logical == NULL && from->logical != NULL)
    self->logical = rush_plan_ref (from->logical);
  self->codegen_stage_id = from->codegen_stage_id;
  return self;
}

RushExec *
rush_exec_ref (RushExec *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_exec_unref (RushExec *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (self->klass->finalize != NULL)
    self->klass->finalize (self);
  for (guint i = 0; i < self->n_children; i++)
    rush_exec_unref (self->children[i]);
  g_free (self->children);
  rush_plan_unref (self->logical);
  rush_expr_list_unref (self->output);
  rush_metric_set_unref (self->metrics);
  rush_rdd_unref (self->rdd);
  g_free (self);
}

RushExec *
rush_exec_with_children (RushExec *self, RushExec *const *children)
{
  if (memcmp (self->children, children, self->n_children * sizeof children[0]) == 0)
    {
      for (guint i = 0; i < self->n_children; i++)
        rush_exec_unref (children[i]);
      return rush_exec_ref (self);
    }
  return rush_exec_share (self->klass->with_children (self, children), self);
}

RushExec *
rush_exec_transform_up (RushExec *self, RushExecTransform func, gpointer data, GError **error)
{
  g_autofree RushExec **children = g_new0 (RushExec *, self->n_children + 1);
  RushExec *copy;

  for (guint i = 0; i < self->n_children; i++)
    {
      children[i] = rush_exec_transform_up (self->children[i], func, data, error);
      if (children[i] == NULL)
        {
          for (guint k = 0; k < i; k++)
            rush_exec_unref (children[k]);
          return NULL;
        }
    }
  copy = self->n_children > 0 ? rush_exec_with_children (self, children) : rush_exec_ref (self);
  return func (copy, data, error);
}

RushSchema *
rush_attributes_schema (const RushExprList *attributes)
{
  g_autofree RushField *fields = g_new0 (RushField, attributes->n + 1);

  for (guint i = 0; i < attributes->n; i++)
    {
      const RushExpr *attribute = attributes->items[i];
      fields[i] =
          (RushField){ (char *)rush_expr_name (attribute), attribute->type, attribute->nullable };
    }
  return rush_schema_new (attributes->n, fields);
}

RushSchema *
rush_exec_schema (const RushExec *self)
{
  return rush_attributes_schema (self->output);
}

char *
rush_exec_node_name (const RushExec *self)
{
  const char *format = g_str_has_prefix (self->klass->name, "FileScan ")
                           ? self->klass->name + strlen ("File")
                           : NULL;

  /* "Scan csv " has a place for the table's name, which is there or not. */
  return format == NULL             ? g_strdup (self->klass->name)
         : strchr (format + 5, ' ') ? g_strdup (format)
                                    : g_strconcat (format, " ", NULL);
}

RushPartitioning *
rush_exec_output_partitioning (const RushExec *self)
{
  if (self->klass->output_partitioning != NULL)
    return self->klass->output_partitioning (self);
  if (self->n_children > 0)
    return rush_exec_output_partitioning (self->children[0]);
  return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, 0, NULL);
}

RushExprList *
rush_exec_output_ordering (const RushExec *self)
{
  return self->klass->output_ordering != NULL ? self->klass->output_ordering (self) : NULL;
}

/* ---- alike ---- */

/* Attributes are numbered in the order in which they are met, so that two trees that differ in
 * their ids alone read the same. */
static void
append_canonical (GString *out, const char *text, GHashTable *numbers)
{
  for (const char *c = text; *c != '\0'; c++)
    {
      gpointer number;
      char *end;
      guint64 id;

      g_string_append_c (out, *c);
      if (*c != '#' || !g_ascii_isdigit (c[1]))
        continue;
      id = g_ascii_strtoull (c + 1, &end, 10);
      number = g_hash_table_lookup (numbers, GSIZE_TO_POINTER (id));
      if (number == NULL)
        {
          number = GUINT_TO_POINTER (g_hash_table_size (numbers) + 1);
          g_hash_table_insert (numbers, GSIZE_TO_POINTER (id), number);
        }
      g_string_append_printf (out, "%u", GPOINTER_TO_UINT (number));
      c = end - 1;
    }
}

static void
append_node (GString *out, const RushExec *self, GHashTable *numbers)
{
  g_autoptr (GPtrArray) exprs = g_ptr_array_new ();
  g_autofree char *kind =
      self->klass->formatted_name != NULL ? self->klass->formatted_name (self) : NULL;
  g_autofree char *alike = self->klass->alike != NULL ? self->klass->alike (self) : NULL;

  for (guint i = 0; i < self->n_children; i++)
    append_node (out, self->children[i], numbers);
  g_string_append_printf (out, "%s%s%s %p", self->klass->name, kind != NULL ? kind : "",
                          alike != NULL ? alike : "",
                          self->klass->identity != NULL ? self->klass->identity (self) : NULL);
  for (guint i = 0; i < self->output->n; i++)
    g_ptr_array_add (exprs, self->output->items[i]);
  if (self->klass->expressions != NULL)
    self->klass->expressions (self, exprs);
  for (guint i = 0; i < exprs->len; i++)
    {
      g_autofree char *text = rush_expr_to_string (exprs->pdata[i]);
      g_string_append_c (out, '|');
      append_canonical (out, text, numbers);
    }
  if (self->klass->expressions == NULL && self->klass->arguments != NULL)
    {
      g_autofree char *text = self->klass->arguments (self);
      append_canonical (out, text != NULL ? text : "", numbers);
    }
  g_string_append_c (out, '\n');
}

static char *
canonical_text (const RushExec *self)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);
  g_autoptr (GString) out = g_string_new (NULL);

  append_node (out, self, numbers);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

gboolean
rush_exec_same_result (const RushExec *a, const RushExec *b)
{
  g_autofree char *text_a = canonical_text (a);
  g_autofree char *text_b = canonical_text (b);

  return strcmp (text_a, text_b) == 0;
}

/* ---- running ---- */

gboolean
rush_exec_prepare (RushExec *self, RushQuery *query, GError **error)
{
  for (guint i = 0; i < self->n_children; i++)
    if (!rush_exec_prepare (self->children[i], query, error))
      return FALSE;
  return self->klass->prepare == NULL || self->klass->prepare (self, query, error);
}

RushLineageCall *
rush_exec_enter_scope (const RushExec *self, RushQuery *query)
{
  const RushJobOptions *job = rush_query_job_options (query);
  g_autofree char *name = self->codegen_stage_id > 0
                              ? g_strdup_printf ("WholeStageCodegen (%d)", self->codegen_stage_id)
                              : rush_exec_node_name (self);

  return rush_lineage_replace_call (name, job != NULL ? job->short_form : NULL,
                                    job != NULL ? job->long_form : NULL);
}

/* A chain's RDD holds the nodes of the chain, so these cannot hold it; it is made anew, which costs
 * little. */
RushRdd *
rush_exec_execute (RushExec *self, RushQuery *query, GError **error)
{
  gboolean pipelined = rush_exec_is_pipelined (self);
  RushRdd *made = NULL;

  if (pipelined || self->rdd == NULL)
    {
      RushLineageCall *around = rush_exec_enter_scope (self, query);

      made = pipelined ? rush_pipeline_rdd (self, query, error)
                       : self->klass->execute (self, query, error);
      rush_lineage_restore_call (around);
    }
  if (pipelined)
    return made;
  if (self->rdd == NULL)
    self->rdd = made;
  return self->rdd != NULL ? rush_runtime_filters_apply (rush_query_runtime_filters (query), self,
                                                         rush_rdd_ref (self->rdd))
                           : NULL;
}
