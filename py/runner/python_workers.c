/* python_workers.c - the pool of Python workers of one context.
 *
 * A worker belongs to one task at a time and to the pool between tasks:
 *
 *     fork ──▶ at a task ──release──▶ idle ──acquire──▶ at a task ──kill, lost──▶ gone
 *
 * The last one released is the first one taken: its caches are warm.  An idle worker whose socket
 * is readable has died meanwhile, as workers say nothing unasked.  A helper that died is replaced
 * at the next acquire; workers keep their own helper, who alone can say how they ended.
 *
 * Locks:  the pool's guards its few fields and is not held while anything waits.
 * Mirrors: org.apache.spark.api.python.PythonWorkerFactory.
 */
#include "py/runner/python_workers_private.h"

#include "py/runner/protocol.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define EXECUTOR_ENV "spark.executorEnv."
#define SOCKET_BYTES (512 * 1024) /* on the way, in each direction */
#define MIB (G_GINT64_CONSTANT (1) << 20)

struct _RushPythonWorkers
{
  RushRefCount refs;
  RushPythonConfig config; /* strings are owned */
  char **variables;        /* of the workers' environment: names and values in turn (owned) */
  gboolean reuse;
  gint64 memory_bytes;
  gint64 task_cpus;

  /* guarded by lock */
  pthread_mutex_t lock;
  RushPythonHelper *helper; /* (owned) */
  GPtrArray *idle;          /* of RushPythonWorker */
  gint64 next_id;
  gboolean stopped;
  gint64 files_version;
  char *files_root; /* (owned) or NULL: not told yet */
  char **py_files;  /* (owned) */
};

/* ── workers ── */

static void
worker_free (RushPythonWorker *worker)
{
  close (worker->fd);
  rush_python_helper_forget (worker->helper, worker->id);
  rush_python_helper_unref (worker->helper);
  g_free (worker);
}

static gboolean
worker_has_spoken (const RushPythonWorker *worker)
{
  struct pollfd fd = { .fd = worker->fd, .events = POLLIN };

  return poll (&fd, 1, 0) != 0;
}

/* ── acquire ── */

static void
refuse_stopped (GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_STOPPED,
                       "the Python workers of this SparkContext have been shut down");
}

/* NULL: there is none. */
static RushPythonWorker *
pop_idle (RushPythonWorkers *self)
{
  RushPythonWorker *worker = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->idle->len > 0)
    worker = g_ptr_array_steal_index (self->idle, self->idle->len - 1);
  pthread_mutex_unlock (&self->lock);
  return worker;
}

/* NULL: there is none that lives. */
static RushPythonWorker *
take_idle (RushPythonWorkers *self)
{
  RushPythonWorker *worker;

  while ((worker = pop_idle (self)) != NULL && worker_has_spoken (worker))
    worker_free (worker);
  return worker;
}

/* The helper that is to fork a worker, and its number; NULL with @error. */
static RushPythonHelper *
take_helper (RushPythonWorkers *self, gint64 *out_id, GError **error)
{
  g_autoptr (RushPythonHelper) ended = NULL;
  RushPythonHelper *helper = NULL;

  pthread_mutex_lock (&self->lock);
  if (self->stopped)
    refuse_stopped (error);
  else if (!rush_python_helper_is_gone (self->helper))
    helper = rush_python_helper_ref (self->helper);
  else
    {
      helper =
          rush_python_helper_start (&self->config, (const char *const *)self->variables, error);
      if (helper != NULL)
        {
          ended = self->helper;
          self->helper = rush_python_helper_ref (helper);
        }
    }
  *out_id = self->next_id++;
  pthread_mutex_unlock (&self->lock);
  return helper;
}

/* Room for a message to be on its way while the last one is worked on. */
static void
widen (int fd)
{
  int bytes = SOCKET_BYTES;

  setsockopt (fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

/* Takes over @helper, also on failure. */
static RushPythonWorker *
fork_worker (RushPythonHelper *helper, gint64 id, RushTaskContext *ctx, GError **error)
{
  int ends[2];
  GPid pid = 0;
  gboolean ok;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    {
      rush_set_error_errno (error, errno, "making a socket for a Python worker", NULL);
      rush_python_helper_unref (helper);
      return NULL;
    }
  widen (ends[0]);
  widen (ends[1]);
  ok = rush_python_helper_fork (helper, id, ends[1], ctx, &pid, error);
  close (ends[1]);
  if (!ok)
    {
      close (ends[0]);
      rush_python_helper_unref (helper);
      return NULL;
    }
  RushPythonWorker *worker = g_new0 (RushPythonWorker, 1);
  worker->id = id;
  worker->pid = pid;
  worker->fd = ends[0];
  worker->helper = helper;
  return worker;
}

RushPythonWorker *
rush_python_workers_acquire (RushPythonWorkers *self, RushTaskContext *ctx, GError **error)
{
  gint64 began_us = rush_clock_now_us (ctx->clock), id;
  RushPythonWorker *worker = take_idle (self);

  if (worker == NULL)
    {
      RushPythonHelper *helper = take_helper (self, &id, error);

      if (helper == NULL)
        return NULL;
      worker = fork_worker (helper, id, ctx, error);
    }
  ctx->metrics.python_start_us += rush_clock_now_us (ctx->clock) - began_us;
  return worker;
}

/* ── giving back ── */

void
rush_python_workers_release (RushPythonWorkers *self, RushPythonWorker *worker)
{
  gboolean keep;

  pthread_mutex_lock (&self->lock);
  keep = self->reuse && !self->stopped;
  if (keep)
    g_ptr_array_add (self->idle, worker);
  pthread_mutex_unlock (&self->lock);
  if (!keep)
    worker_free (worker); /* it sees its socket close */
}

void
rush_python_workers_kill (RushPythonWorkers *self, RushPythonWorker *worker)
{
  rush_python_helper_kill (worker->helper, worker->id);
  worker_free (worker);
}

void
rush_python_workers_lost (RushPythonWorkers *self, RushPythonWorker *worker,
                          const RushTaskContext *ctx, GError **error)
{
  gboolean stopped;

  pthread_mutex_lock (&self->lock);
  stopped = self->stopped;
  pthread_mutex_unlock (&self->lock);
  if (stopped)
    refuse_stopped (error);
  else
    {
      g_autofree char *end = rush_python_helper_describe_end (worker->helper, worker->id);
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_WORKER_LOST,
                   "Python worker exited unexpectedly (crashed): %s%s (pid %d, stage %d, "
                   "partition %u)",
                   end,
                   g_str_has_prefix (end, "signal 9 ")
                       ? "; somebody killed it, as the kernel does when memory is short"
                       : "",
                   (int)worker->pid, ctx->stage_id, ctx->partition);
    }
  worker_free (worker);
}

gint64
rush_python_workers_memory_bytes (const RushPythonWorkers *self)
{
  return self->memory_bytes;
}

gint64
rush_python_workers_task_cpus (const RushPythonWorkers *self)
{
  return self->task_cpus;
}

/* ── files ── */

void
rush_python_workers_set_files (RushPythonWorkers *self, gint64 version, const char *root,
                               const char *const *py_files)
{
  pthread_mutex_lock (&self->lock);
  self->files_version = version;
  g_free (self->files_root);
  self->files_root = g_strdup (root);
  g_strfreev (self->py_files);
  self->py_files = g_strdupv ((char **)py_files);
  pthread_mutex_unlock (&self->lock);
}

void
rush_python_workers_describe_files (RushPythonWorkers *self, RushJsonWriter *w)
{
  pthread_mutex_lock (&self->lock);
  rush_json_member (w, "filesVersion");
  rush_json_int (w, self->files_version);
  if (self->files_root != NULL)
    {
      rush_json_member (w, "filesRoot");
      rush_json_string (w, self->files_root);
      rush_json_member (w, "pyFiles");
      rush_json_begin_array (w);
      for (char **name = self->py_files; *name != NULL; name++)
        rush_json_string (w, *name);
      rush_json_end_array (w);
    }
  pthread_mutex_unlock (&self->lock);
}

GArray *
rush_python_workers_pids (RushPythonWorkers *self)
{
  GArray *pids = g_array_new (FALSE, FALSE, sizeof (gint));

  pthread_mutex_lock (&self->lock);
  g_autoptr (RushPythonHelper) helper = rush_python_helper_ref (self->helper);
  pthread_mutex_unlock (&self->lock);
  rush_python_helper_pids (helper, pids);
  return pids;
}

/* ── life ── */

void
rush_python_workers_shutdown (RushPythonWorkers *self)
{
  g_autoptr (GPtrArray) idle = NULL;

  pthread_mutex_lock (&self->lock);
  self->stopped = TRUE;
  idle = g_steal_pointer (&self->idle);
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify)worker_free);
  g_autoptr (RushPythonHelper) helper = rush_python_helper_ref (self->helper);
  pthread_mutex_unlock (&self->lock);
  rush_python_helper_end (helper);
}

RushPythonWorkers *
rush_python_workers_ref (RushPythonWorkers *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_python_workers_unref (RushPythonWorkers *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_python_workers_shutdown (self);
  g_ptr_array_unref (self->idle);
  rush_python_helper_unref (self->helper);
  pthread_mutex_destroy (&self->lock);
  g_free ((char *)self->config.executable);
  g_free ((char *)self->config.worker_module);
  g_strfreev ((char **)self->config.sys_path);
  g_strfreev (self->variables);
  g_free (self->files_root);
  g_strfreev (self->py_files);
  g_free (self);
}

static void
add_variable (const char *key, const char *value, gpointer builder)
{
  if (!g_str_has_prefix (key, EXECUTOR_ENV))
    return;
  g_strv_builder_add (builder, key + strlen (EXECUTOR_ENV));
  g_strv_builder_add (builder, value);
}

/* What an executor's Python may take is shared out among its cores: each worker gets a part, and
 * the kernel holds it to that (worker.py).  0: no limit.
 * Mirrors PythonRunner.getWorkerMemoryMb. */
static gint64
worker_limit_mib (const RushConf *conf)
{
  if (!rush_conf_contains (conf, "spark.executor.pyspark.memory"))
    return 0;
  return rush_conf_get_bytes (conf, "spark.executor.pyspark.memory") / MIB /
         rush_conf_get_int (conf, "spark.executor.cores");
}

static void
add_memory_limit (gint64 limit_mib, GStrvBuilder *builder)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, limit_mib);

  if (limit_mib == 0)
    return;
  g_strv_builder_add (builder, "PYSPARK_EXECUTOR_MEMORY_MB");
  g_strv_builder_add (builder, text);
}

/* From when on a worker's tables go to disk.  Spark's do not care for the limit, and so run into
 * one that is smaller; half of it is what is left for the interpreter and user code here. */
static gint64
table_bytes (const RushConf *conf, gint64 limit_mib)
{
  gint64 bytes = rush_conf_get_bytes (conf, "spark.python.worker.memory");

  return limit_mib > 0 ? MIN (bytes, limit_mib * MIB / 2) : bytes;
}

RushPythonWorkers *
rush_python_workers_new (const RushConf *conf, const RushPythonConfig *config, GError **error)
{
  g_return_val_if_fail (config->executable != NULL && config->worker_module != NULL, NULL);

  gint64 limit_mib = worker_limit_mib (conf);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  rush_conf_foreach (conf, add_variable, builder);
  add_memory_limit (limit_mib, builder);
  g_auto (GStrv) variables = g_strv_builder_end (builder);
  RushPythonHelper *helper =
      rush_python_helper_start (config, (const char *const *)variables, error);
  if (helper == NULL)
    return NULL;
  RushPythonWorkers *self = g_new0 (RushPythonWorkers, 1);
  rush_ref_count_init (&self->refs);
  pthread_mutex_init (&self->lock, NULL);
  self->config = (RushPythonConfig){
    .executable = g_strdup (config->executable),
    .sys_path = (const char *const *)g_strdupv ((char **)config->sys_path),
    .alias_pyspark = config->alias_pyspark,
    .worker_module = g_strdup (config->worker_module),
  };
  self->variables = g_steal_pointer (&variables);
  self->reuse = rush_conf_get_bool (conf, "spark.python.worker.reuse");
  self->memory_bytes = table_bytes (conf, limit_mib);
  self->task_cpus = rush_conf_get_int (conf, "spark.task.cpus");
  self->helper = helper;
  self->idle = g_ptr_array_new_with_free_func ((GDestroyNotify)worker_free);
  return self;
}
