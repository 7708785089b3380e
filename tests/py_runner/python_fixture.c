#include "tests/py_runner/python_fixture.h"

#include "core/data/builder.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#define GUARD_US (60 * G_USEC_PER_SEC)

/* ── workers ── */

RushPythonConfig
fixture_config (void)
{
  static char **sys_path;

  if (sys_path == NULL)
    sys_path = g_strsplit (g_getenv ("RUSH_TEST_SYS_PATH"), ":", -1);
  return (RushPythonConfig){
    .executable = g_getenv ("RUSH_TEST_PYTHON"),
    .sys_path = (const char *const *)sys_path,
    .worker_module = "rushlight.worker",
  };
}

RushPythonWorkers *
fixture_workers (gboolean reuse)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  RushPythonConfig config = fixture_config ();
  g_autoptr (GError) error = NULL;

  rush_conf_set (conf, "spark.python.worker.reuse", reuse ? "true" : "false", &error);
  g_assert_no_error (error);
  RushPythonWorkers *workers = rush_python_workers_new (conf, &config, &error);
  g_assert_no_error (error);
  return workers;
}

GPid
fixture_helper_pid (RushPythonWorkers *workers)
{
  g_autoptr (GArray) pids = rush_python_workers_pids (workers);

  g_assert_cmpuint (pids->len, >, 0);
  return g_array_index (pids, gint, 0);
}

guint
fixture_n_workers (RushPythonWorkers *workers)
{
  g_autoptr (GArray) pids = rush_python_workers_pids (workers);

  g_assert_cmpuint (pids->len, >, 0);
  return pids->len - 1;
}

/* ── waiting ── */

void
fixture_await (gboolean (*condition) (gpointer data), gpointer data)
{
  gint64 deadline_us = g_get_monotonic_time () + GUARD_US;

  while (!condition (data))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_usleep (1000);
    }
}

static gboolean
has_ended (gpointer data)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", GPOINTER_TO_INT (data));
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return TRUE;
  const char *state = strrchr (text, ')');
  return state == NULL || state[2] == 'Z' || state[2] == 'X';
}

void
fixture_await_end (GPid pid)
{
  fixture_await (has_ended, GINT_TO_POINTER (pid));
}

/* ── sources ── */

typedef struct
{
  RushRdd base;
  guint n;
  GPtrArray **partitions; /* [n] of RushBatch */
  gboolean fails;
} Source;

typedef struct
{
  RushIterator base;
  RushIterator *batches;
} FailingIterator;

static gboolean
source_partitions (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = ((Source *)self)->n;
  return TRUE;
}

static RushBatch *
failing_next (RushIterator *base, GError **error)
{
  RushBatch *batch = rush_iterator_next (((FailingIterator *)base)->batches, error);

  if (batch == NULL)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "the disk is on fire");
  return batch;
}

static void
failing_close (RushIterator *base)
{
  rush_iterator_close (((FailingIterator *)base)->batches);
  g_free (base);
}

static const RushIteratorClass failing_class = { .next = failing_next, .close = failing_close };

static RushIterator *
source_compute (RushRdd *base, guint split, RushTaskContext *ctx, GError **error)
{
  Source *self = (Source *)base;
  GPtrArray *batches = self->partitions[split];
  RushIterator *iterator =
      rush_iterator_of_batches ((RushBatch *const *)batches->pdata, batches->len);

  if (!self->fails)
    return iterator;
  FailingIterator *failing = g_new0 (FailingIterator, 1);
  failing->base.klass = &failing_class;
  failing->batches = iterator;
  return &failing->base;
}

static void
source_finalize (RushRdd *base)
{
  Source *self = (Source *)base;

  for (guint i = 0; i < self->n; i++)
    g_ptr_array_unref (self->partitions[i]);
  g_free (self->partitions);
}

static const RushRddClass source_class = {
  .name = "TestSource",
  .partitions = source_partitions,
  .compute = source_compute,
  .finalize = source_finalize,
};

static Source *
source_new (RushLineage *lineage, guint n)
{
  Source *self =
      rush_rdd_alloc (sizeof *self, &source_class, lineage, rush_python_schema_lines (), NULL, 0);

  self->n = n;
  self->partitions = g_new (GPtrArray *, n);
  for (guint i = 0; i < n; i++)
    self->partitions[i] = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
  return self;
}

/* @lines: NULL-terminated; each array of at most @batch_rows rows becomes one batch. */
static void
add_lines (GPtrArray *batches, const char *const *lines, guint batch_rows)
{
  g_autoptr (RushBatchBuilder) builder =
      rush_batch_builder_new (rush_python_schema_lines (), rush_allocator_system ());

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_assert_true (
          rush_batch_builder_append_bytes (builder, 0, lines[i], strlen (lines[i]), NULL));
      rush_batch_builder_end_row (builder);
      if (rush_batch_builder_length (builder) == batch_rows || lines[i + 1] == NULL)
        g_ptr_array_add (batches, rush_batch_builder_finish (builder, NULL));
    }
}

RushRdd *
fixture_lines (RushLineage *lineage, const char *const *partitions, guint n)
{
  Source *self = source_new (lineage, n);

  for (guint i = 0; i < n; i++)
    {
      g_auto (GStrv) lines = g_strsplit (partitions[i], "\n", -1);
      add_lines (self->partitions[i], (const char *const *)lines, 2);
    }
  return &self->base;
}

RushRdd *
fixture_long_lines (RushLineage *lineage, guint n, gsize length)
{
  Source *self = source_new (lineage, 1);
  g_autofree char *line = g_strnfill (length, 'x');
  g_autofree const char **lines = g_new0 (const char *, n + 1);

  for (guint i = 0; i < n; i++)
    lines[i] = line;
  add_lines (self->partitions[0], lines, 1000);
  return &self->base;
}

RushRdd *
fixture_failing_lines (RushLineage *lineage)
{
  static const char *const lines[] = { "good", NULL };
  Source *self = source_new (lineage, 1);

  add_lines (self->partitions[0], lines, 1);
  self->fails = TRUE;
  return &self->base;
}

/* ── commands ── */

/* One argument of an op in pickle's protocol 0: None, a number, or a function's name. */
static void
put_argument (GString *out, const char *word)
{
  if (strcmp (word, "None") == 0)
    g_string_append_c (out, 'N');
  else if (g_ascii_isdigit (word[0]))
    g_string_append_printf (out, "I%s\n", word);
  else
    g_string_append_printf (out, "cchain_functions\n%s\n", word);
}

static GString *
make_command (const char *ops)
{
  GString *out = g_string_new ("(l");
  g_auto (GStrv) each = g_strsplit (ops, "; ", -1);

  for (guint i = 0; each[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (each[i], " ", -1);
      g_string_append_printf (out, "(V%s\n", words[0]);
      for (guint w = 1; words[w] != NULL; w++)
        put_argument (out, words[w]);
      g_string_append (out, "ta");
    }
  g_string_append_c (out, '.');
  return out;
}

RushRdd *
fixture_chain (RushRdd *parent, RushPythonWorkers *workers, RushPythonChain *chain, const char *ops)
{
  GString *command = make_command (ops);
  RushRdd *rdd;

  chain->command = (const guint8 *)command->str;
  chain->command_bytes = command->len;
  rdd = rush_python_rdd_new (parent, workers, chain);
  g_string_free (command, TRUE);
  return rdd;
}

RushRdd *
fixture_python (RushRdd *parent, RushPythonWorkers *workers, RushPythonOutput output,
                const char *ops)
{
  static const char *const steps[] = { "map", "map at app.py:1", NULL };
  RushPythonChain chain = { .output = output, .steps = steps };

  return fixture_chain (parent, workers, &chain, ops);
}

/* ── tasks ── */

char *
fixture_collect (RushRdd *rdd, guint split, RushTaskContext *ctx, GError **error)
{
  g_autoptr (RushTaskContext) own_ctx = ctx == NULL ? rush_task_context_new () : NULL;
  g_autoptr (RushIterator) rows =
      rush_rdd_iterator (rdd, split, ctx != NULL ? ctx : own_ctx, error);
  g_autoptr (GError) failure = NULL;
  GString *text = g_string_new (NULL);
  RushBatch *batch;

  if (rows == NULL)
    {
      g_string_free (text, TRUE);
      return NULL;
    }
  while ((batch = rush_iterator_next (rows, &failure)) != NULL)
    {
      for (guint i = 0; i < batch->length; i++)
        {
          gsize length;
          const char *bytes =
              rush_column_get_bytes (batch->columns[0], rush_batch_row (batch, i), &length);
          if (text->len > 0)
            g_string_append_c (text, '\n');
          g_string_append_len (text, bytes, (gssize)length);
        }
      rush_batch_unref (batch);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      g_string_free (text, TRUE);
      return NULL;
    }
  return g_string_free (text, FALSE);
}
