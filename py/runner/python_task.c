/* python_task.c - what a worker is told of its task first: the JSON of TASK in protocol.h. */
#include "py/runner/python_task_private.h"

#include "core/base/json.h"
#include "core/executor/env.h"
#include "sql/types/type_json.h"

static void
put_properties (RushJsonWriter *w, GHashTable *properties)
{
  GHashTableIter iter;
  gpointer key, value;

  rush_json_begin_object (w);
  g_hash_table_iter_init (&iter, properties);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      rush_json_member (w, key);
      rush_json_string (w, value);
    }
  rush_json_end_object (w);
}

static void
put_int (RushJsonWriter *w, const char *name, gint64 value)
{
  rush_json_member (w, name);
  rush_json_int (w, value);
}

static void
put_broadcasts (RushJsonWriter *w, GPtrArray *broadcasts)
{
  rush_json_member (w, "broadcasts");
  rush_json_begin_array (w);
  for (guint i = 0; i < broadcasts->len; i++)
    {
      RushPythonBroadcast *broadcast = broadcasts->pdata[i];

      rush_json_begin_array (w);
      rush_json_int (w, rush_python_broadcast_id (broadcast));
      rush_json_int (w, rush_python_broadcast_version (broadcast));
      rush_json_string (w, rush_python_broadcast_path (broadcast));
      rush_json_end_array (w);
    }
  rush_json_end_array (w);
}

static void
put_string (RushJsonWriter *w, const char *name, const char *value)
{
  rush_json_member (w, name);
  rush_json_string (w, value);
}

/* As text in a string: only Python and the type reader look into it. */
static void
put_columns (RushJsonWriter *w, const char *name, const RushSchema *schema)
{
  g_autofree char *json = rush_type_to_json (rush_schema_to_type (schema));
  put_string (w, name, json);
}

/* What this task's chance is drawn from, where a run is to be the same as the last one. */
static void
put_seed (RushJsonWriter *w, const RushTaskContext *ctx)
{
  if (ctx->env == NULL || !rush_conf_contains (ctx->env->conf, "spark.rushlight.seed"))
    return;
  g_autofree char *seed = g_strdup_printf (
      "%" G_GINT64_FORMAT "/%d/%u/%u", rush_conf_get_int (ctx->env->conf, "spark.rushlight.seed"),
      ctx->stage_id, ctx->partition, ctx->attempt_number);
  put_string (w, "seed", seed);
}

GString *
rush_python_describe_task (const RushPythonWork *work, guint split, const RushTaskContext *ctx)
{
  GString *json = g_string_new (NULL);
  RushJsonWriter w;

  rush_json_writer_init (&w, json);
  rush_json_begin_object (&w);
  put_int (&w, "stage", ctx->stage_id);
  put_int (&w, "stageAttempt", ctx->stage_attempt);
  put_int (&w, "partition", ctx->partition);
  put_int (&w, "attempt", ctx->attempt_number);
  put_int (&w, "taskId", ctx->task_id);
  put_seed (&w, ctx);
  rush_json_member (&w, "virtualTime");
  rush_json_bool (&w, ctx->clock != rush_clock_system ());
  put_int (&w, "split", split);
  put_string (&w, "input", work->input);
  put_string (&w, "output", work->output);
  if (work->input_schema != NULL)
    put_columns (&w, "inputColumns", work->input_schema);
  if (g_str_equal (work->output, "rows"))
    put_columns (&w, "outputColumns", work->output_schema);
  if (work->calls != NULL)
    put_string (&w, "calls", work->calls);
  put_int (&w, "memoryBytes", rush_python_workers_memory_bytes (work->workers));
  if (ctx->env != NULL)
    put_string (&w, "localDir", rush_local_dir_path (ctx->env->dir));
  rush_json_member (&w, "properties");
  put_properties (&w, ctx->properties);
  rush_json_member (&w, "barrier");
  rush_json_bool (&w, ctx->barrier != NULL);
  put_int (&w, "cpus", rush_python_workers_task_cpus (work->workers));
  if (work->broadcasts != NULL)
    put_broadcasts (&w, work->broadcasts);
  rush_python_workers_describe_files (work->workers, &w);
  rush_json_end_object (&w);
  return json;
}
