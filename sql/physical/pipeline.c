/* pipeline.c - see pipeline.h.
 *
 * The chain is opened from below: each operator wraps the iterator of the one under it.  What they
 * share, the evaluation context, belongs to the iterator on top, which is closed last.
 */
#include "sql/physical/pipeline.h"

#include "sql/physical/query.h"
#include "sql/physical/query_private.h"

/* ---- settings of a task ---- */

struct _RushTaskSettings
{
  RushRefCount refs;
  const char *time_zone; /* interned */
  gint64 now_us;
  const RushPlugins *plugins;
  GHashTable *subquery_values; /* (owned) or NULL */
};

RushTaskSettings *
rush_task_settings_new (RushQuery *query)
{
  const RushEvalSettings *settings = rush_query_settings (query);
  GHashTable *values = rush_query_subquery_values (query);
  RushTaskSettings *self = g_new0 (RushTaskSettings, 1);

  rush_ref_count_init (&self->refs);
  self->time_zone = settings->time_zone;
  self->now_us = settings->now_us;
  self->plugins = settings->plugins;
  self->subquery_values = values != NULL ? g_hash_table_ref (values) : NULL;
  return self;
}

RushTaskSettings *
rush_task_settings_ref (RushTaskSettings *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_task_settings_unref (RushTaskSettings *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  g_clear_pointer (&self->subquery_values, g_hash_table_unref);
  g_free (self);
}

RushEvalContext *
rush_task_settings_open (const RushTaskSettings *self, guint split, RushTaskContext *ctx)
{
  RushEvalContext *eval = rush_eval_context_new (ctx, ctx->allocator, self->time_zone);

  eval->now_us = self->now_us;
  eval->partition = split;
  eval->plugins = self->plugins;
  eval->subquery_values = self->subquery_values;
  return eval;
}

/* ---- the chain ---- */

typedef struct
{
  guint n;
  RushExec **chain; /* (owned) refs, from below */
  RushTaskSettings *settings;
} Pipeline;

typedef struct
{
  RushIterator base;
  RushIterator *top;
  RushEvalContext *eval;
  RushTaskContext *ctx;
} PipelineIterator;

static RushBatch *
pipeline_next (RushIterator *base, GError **error)
{
  PipelineIterator *self = (PipelineIterator *)base;

  return rush_task_context_check (self->ctx, error) ? rush_iterator_next (self->top, error) : NULL;
}

static void
pipeline_close (RushIterator *base)
{
  PipelineIterator *self = (PipelineIterator *)base;

  rush_iterator_close (self->top);
  rush_eval_context_free (self->eval);
  g_free (self);
}

static const RushIteratorClass pipeline_iterator_class = { pipeline_next, pipeline_close };

static RushIterator *
pipeline_open (RushIterator *rows, guint split, RushTaskContext *ctx, const Pipeline *pipeline,
               GError **error)
{
  RushEvalContext *eval = rush_task_settings_open (pipeline->settings, split, ctx);
  PipelineIterator *self;

  for (guint i = 0; rows != NULL && i < pipeline->n; i++)
    rows = pipeline->chain[i]->klass->open (pipeline->chain[i], rows, split, ctx, eval, error);
  if (rows == NULL)
    {
      rush_eval_context_free (eval);
      return NULL;
    }
  self = g_new0 (PipelineIterator, 1);
  self->base.klass = &pipeline_iterator_class;
  self->top = rows;
  self->eval = eval;
  self->ctx = ctx;
  return &self->base;
}

/* One RDD for the whole chain; in pictures each operator is a step of it. */
typedef struct
{
  RushRdd base;
  Pipeline *pipeline; /* (owned) */
} PipelineRdd;

static RushIterator *
pipeline_rdd_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  RushIterator *rows = rush_rdd_iterator (base->dependencies[0]->rdd, split, ctx, error);

  return rows ? pipeline_open (rows, split, ctx, ((PipelineRdd *)base)->pipeline, error) : NULL;
}

static gboolean
pipeline_rdd_describe_step (RushRdd *base, guint i, const char **out_name,
                            const char **out_call_site)
{
  const Pipeline *pipeline = ((PipelineRdd *)base)->pipeline;

  if (i >= pipeline->n)
    return FALSE;
  *out_name = pipeline->chain[i]->klass->name;
  *out_call_site = base->call_site.short_form;
  return TRUE;
}

static void
pipeline_rdd_finalize (RushRdd *base)
{
  Pipeline *pipeline = ((PipelineRdd *)base)->pipeline;

  for (guint i = 0; i < pipeline->n; i++)
    rush_exec_unref (pipeline->chain[i]);
  g_free (pipeline->chain);
  rush_task_settings_unref (pipeline->settings);
  g_free (pipeline);
}

static const RushRddClass pipeline_rdd_class = {
  .name = "MapPartitionsRDD",
  .compute = pipeline_rdd_compute,
  .describe_step = pipeline_rdd_describe_step,
  .finalize = pipeline_rdd_finalize,
};

static RushExec *
streamed_child (const RushExec *self)
{
  return self->children[self->klass->stream_child != NULL ? self->klass->stream_child (self) : 0];
}

RushRdd *
rush_pipeline_rdd (RushExec *top, RushQuery *query, GError **error)
{
  g_autoptr (RushSchema) schema = rush_exec_schema (top);
  g_autoptr (RushRdd) below = NULL;
  RushExec *bottom = top;
  Pipeline *pipeline;
  guint n = 0;

  for (; rush_exec_is_pipelined (bottom); bottom = streamed_child (bottom))
    n++;
  below = rush_exec_execute (bottom, query, error);
  if (below == NULL)
    return NULL;
  pipeline = g_new0 (Pipeline, 1);
  pipeline->n = n;
  pipeline->chain = g_new (RushExec *, n);
  pipeline->settings = rush_task_settings_new (query);
  for (RushExec *exec = top; n > 0; exec = streamed_child (exec))
    pipeline->chain[--n] = rush_exec_ref (exec);
  RushDependency *dependency = rush_dependency_one_to_one (below);
  PipelineRdd *self =
      rush_rdd_alloc (sizeof *self, &pipeline_rdd_class, below->lineage, schema, &dependency, 1);
  self->pipeline = pipeline;
  return &self->base;
}

/* ---- batch to batch ---- */

typedef struct
{
  RushIterator base;
  const RushExec *exec;
  RushIterator *child;
  RushExecMap map;
  RushTaskContext *ctx;
  RushEvalContext *eval;
  gint64 rows_before;
} MapIterator;

static RushBatch *
map_next (RushIterator *base, GError **error)
{
  MapIterator *self = (MapIterator *)base;
  RushBatch *batch;

  while ((batch = rush_iterator_next (self->child, error)) != NULL)
    {
      g_autoptr (GError) failure = NULL;
      guint length = batch->length;

      self->eval->rows_before = self->rows_before;
      batch = self->map (self->exec, batch, self->eval, &failure);
      self->rows_before += length;
      if (batch != NULL)
        return batch;
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (!rush_task_context_check (self->ctx, error))
        return NULL;
    }
  return NULL;
}

static void
map_close (RushIterator *base)
{
  rush_iterator_close (((MapIterator *)base)->child);
  g_free (base);
}

static const RushIteratorClass map_iterator_class = { map_next, map_close };

RushIterator *
rush_map_iterator_new (const RushExec *exec, RushIterator *child, RushExecMap map,
                       RushTaskContext *ctx, RushEvalContext *eval)
{
  MapIterator *self = g_new0 (MapIterator, 1);

  self->base.klass = &map_iterator_class;
  self->exec = exec;
  self->child = child;
  self->map = map;
  self->ctx = ctx;
  self->eval = eval;
  return &self->base;
}
