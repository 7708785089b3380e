/* python_helper.c - one process that forks workers, so that a process with threads need not.
 *
 *     runners ──"fork 7" + descriptor──▶ helper ──fork──▶ worker 7
 *        ▲  ──"kill 7"────────────────▶    │
 *        │                                 │ "forked 7 4711" · "failed 7 why" · "exited 7 status"
 *        └── records, under the lock ◀── monitor thread
 *
 * A record is what is known of one worker:
 *
 *     FORKING ──forked──▶ RUNNING ──exited──▶ ENDED        forget () removes it, or marks it to be
 *        └──────failed──▶ REFUSED                          removed when the worker has ended
 *
 * The helper is started with posix_spawn () in a process group of its own, so that Ctrl-C at the
 * terminal reaches the driver alone.  It ends when this end of the control socket closes, also by
 * the driver's sudden death.  Here, the monitor reaps it.
 *
 * Mirrors: org.apache.spark.api.python.PythonWorkerFactory and pyspark.daemon, with a socket pair
 * a worker in place of a listening port.
 */
#include "py/runner/python_helper_private.h"

#include "core/base/thread.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTROL_FD 3                          /* of the helper */
#define FORK_TIMEOUT_US (60 * G_USEC_PER_SEC) /* with the helper's own start */
#define END_TIMEOUT_US (5 * G_USEC_PER_SEC)
#define STATUS_TIMEOUT_US (2 * G_USEC_PER_SEC)
#define LOOK_US 100000 /* between two looks at the task's cancellation */

typedef enum
{
  WORKER_FORKING,
  WORKER_RUNNING,
  WORKER_REFUSED,
  WORKER_ENDED,
} WorkerState;

typedef struct
{
  WorkerState state;
  GPid pid;
  int status;   /* ENDED: as waitpid gives it */
  char *reason; /* REFUSED */
  gboolean forgotten;
} WorkerRecord;

struct _RushPythonHelper
{
  RushRefCount refs;
  char *executable;
  GPid pid;
  int control;
  pthread_t monitor;

  /* guarded by lock */
  pthread_mutex_t lock;
  pthread_cond_t changed;
  GHashTable *records; /* gint64* → WorkerRecord* */
  gboolean gone;
  int status; /* gone: the helper's */
  gboolean joined;
};

static void
worker_record_free (gpointer data)
{
  WorkerRecord *record = data;

  g_free (record->reason);
  g_free (record);
}

/* ── what the helper says ── */

static gboolean
record_is_over (const WorkerRecord *record)
{
  return record->state == WORKER_ENDED || record->state == WORKER_REFUSED;
}

/* "forked 7 4711" */
static void
note_packet (RushPythonHelper *self, const char *packet)
{
  g_auto (GStrv) words = g_strsplit (packet, " ", 3);

  if (g_strv_length (words) != 3)
    return;
  gint64 id = g_ascii_strtoll (words[1], NULL, 10);
  pthread_mutex_lock (&self->lock);
  WorkerRecord *record = g_hash_table_lookup (self->records, &id);
  if (record != NULL)
    {
      if (strcmp (words[0], "forked") == 0)
        {
          record->state = WORKER_RUNNING;
          record->pid = (GPid)g_ascii_strtoll (words[2], NULL, 10);
        }
      else if (strcmp (words[0], "failed") == 0)
        {
          record->state = WORKER_REFUSED;
          record->reason = g_strdup (words[2]);
        }
      else if (strcmp (words[0], "exited") == 0)
        {
          record->state = WORKER_ENDED;
          record->status = (int)g_ascii_strtoll (words[2], NULL, 10);
        }
      if (record->forgotten && record_is_over (record))
        g_hash_table_remove (self->records, &id);
      pthread_cond_broadcast (&self->changed);
    }
  pthread_mutex_unlock (&self->lock);
}

/* Until the helper has closed its end: it has ended, or is about to. */
static void *
monitor_body (void *data)
{
  RushPythonHelper *self = data;
  char packet[256];
  int status = 0;

  for (;;)
    {
      gssize n = recv (self->control, packet, sizeof packet - 1, 0);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      packet[n] = '\0';
      note_packet (self, packet);
    }
  kill (self->pid, SIGKILL); /* not reaped yet, so the pid is its own */
  while (waitpid (self->pid, &status, 0) < 0 && errno == EINTR)
    ;
  pthread_mutex_lock (&self->lock);
  self->gone = TRUE;
  self->status = status;
  pthread_cond_broadcast (&self->changed);
  pthread_mutex_unlock (&self->lock);
  return NULL;
}

/* ── waiting, with the lock held ── */

static struct timespec
deadline_after (gint64 delta_us)
{
  gint64 us = g_get_monotonic_time () + delta_us;

  return (struct timespec){ .tv_sec = us / G_USEC_PER_SEC, .tv_nsec = us % G_USEC_PER_SEC * 1000 };
}

/* FALSE: nothing changed for @delta_us. */
static gboolean
wait_changed (RushPythonHelper *self, gint64 delta_us)
{
  struct timespec deadline = deadline_after (delta_us);

  return pthread_cond_timedwait (&self->changed, &self->lock, &deadline) != ETIMEDOUT;
}

static char *
describe_status (int status)
{
  static const struct
  {
    int number;
    const char *name;
  } signals[] = { { SIGKILL, "SIGKILL" }, { SIGSEGV, "SIGSEGV" }, { SIGABRT, "SIGABRT" },
                  { SIGBUS, "SIGBUS" },   { SIGFPE, "SIGFPE" },   { SIGILL, "SIGILL" },
                  { SIGTERM, "SIGTERM" }, { SIGHUP, "SIGHUP" },   { SIGXCPU, "SIGXCPU" } };

  if (WIFEXITED (status))
    return g_strdup_printf ("exit status %d", WEXITSTATUS (status));
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    if (WTERMSIG (status) == signals[i].number)
      return g_strdup_printf ("signal %d (%s)", signals[i].number, signals[i].name);
  return g_strdup_printf ("signal %d", WTERMSIG (status));
}

static gboolean
refuse_gone (RushPythonHelper *self, GError **error)
{
  g_autofree char *end = describe_status (self->status);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_WORKER_LOST,
               "the process that starts Python workers (%s) ended with %s; "
               "what it printed says why",
               self->executable, end);
  return FALSE;
}

/* ── requests ── */

/* @fd −1: none goes along. */
static gboolean
send_packet (RushPythonHelper *self, const char *packet, int fd)
{
  union
  {
    struct cmsghdr header;
    char bytes[CMSG_SPACE (sizeof (int))];
  } control = { 0 };
  struct iovec vector = { .iov_base = (gpointer)packet, .iov_len = strlen (packet) };
  struct msghdr message = { .msg_iov = &vector, .msg_iovlen = 1 };

  if (fd >= 0)
    {
      message.msg_control = control.bytes;
      message.msg_controllen = sizeof control.bytes;
      struct cmsghdr *header = CMSG_FIRSTHDR (&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN (sizeof fd);
      memcpy (CMSG_DATA (header), &fd, sizeof fd);
    }
  gssize n;
  do
    n = sendmsg (self->control, &message, MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  return n >= 0;
}

/* Waits, lock held, until the record of a fork has its answer. */
static gboolean
await_fork (RushPythonHelper *self, const WorkerRecord *record, RushTaskContext *ctx,
            GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + FORK_TIMEOUT_US;

  while (record->state == WORKER_FORKING)
    {
      if (self->gone)
        return refuse_gone (self, error);
      if (!rush_task_context_check (ctx, error))
        return FALSE;
      if (g_get_monotonic_time () > deadline_us)
        {
          g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO,
                       "the process that starts Python workers (pid %d) did not answer within "
                       "%d s: the machine is overloaded, or the process was stopped",
                       (int)self->pid, (int)(FORK_TIMEOUT_US / G_USEC_PER_SEC));
          return FALSE;
        }
      wait_changed (self, LOOK_US);
    }
  if (record->state == WORKER_REFUSED)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO,
                   "cannot fork a Python worker: %s; the limit on processes (ulimit -u) or on "
                   "memory may be reached",
                   record->reason);
      return FALSE;
    }
  return TRUE;
}

gboolean
rush_python_helper_fork (RushPythonHelper *self, gint64 id, int fd, RushTaskContext *ctx,
                         GPid *out_pid, GError **error)
{
  g_autofree char *packet = g_strdup_printf ("fork %" G_GINT64_FORMAT, id);
  WorkerRecord *record = g_new0 (WorkerRecord, 1);
  gboolean ok;

  pthread_mutex_lock (&self->lock);
  g_hash_table_insert (self->records, g_memdup2 (&id, sizeof id), record);
  pthread_mutex_unlock (&self->lock);

  gboolean sent = send_packet (self, packet, fd);
  int errnum = errno;

  pthread_mutex_lock (&self->lock);
  if (sent)
    ok = await_fork (self, record, ctx, error);
  else
    {
      /* A broken socket: the helper is ending.  How it ended is worth more than EPIPE. */
      while (!self->gone && wait_changed (self, STATUS_TIMEOUT_US))
        ;
      ok = FALSE;
      if (self->gone)
        refuse_gone (self, error);
      else
        rush_set_error_errno (error, errnum, "asking for a Python worker", NULL);
    }
  if (ok)
    *out_pid = record->pid;
  pthread_mutex_unlock (&self->lock);
  if (!ok)
    {
      if (sent)
        rush_python_helper_kill (self, id);
      rush_python_helper_forget (self, id);
    }
  return ok;
}

void
rush_python_helper_kill (RushPythonHelper *self, gint64 id)
{
  g_autofree char *packet = g_strdup_printf ("kill %" G_GINT64_FORMAT, id);

  send_packet (self, packet, -1); /* a helper that is gone has killed it already */
}

void
rush_python_helper_forget (RushPythonHelper *self, gint64 id)
{
  pthread_mutex_lock (&self->lock);
  WorkerRecord *record = g_hash_table_lookup (self->records, &id);
  if (record != NULL && (record_is_over (record) || self->gone))
    g_hash_table_remove (self->records, &id);
  else if (record != NULL)
    record->forgotten = TRUE;
  pthread_mutex_unlock (&self->lock);
}

char *
rush_python_helper_describe_end (RushPythonHelper *self, gint64 id)
{
  char *text = NULL;

  pthread_mutex_lock (&self->lock);
  const WorkerRecord *record = g_hash_table_lookup (self->records, &id);
  while (record != NULL && record->state == WORKER_RUNNING && !self->gone)
    if (!wait_changed (self, STATUS_TIMEOUT_US))
      break;
  if (record != NULL && record->state == WORKER_ENDED)
    text = describe_status (record->status);
  else if (self->gone)
    text = g_strdup ("the process that started it has ended");
  else
    text = g_strdup ("it closed its socket, but lives on");
  pthread_mutex_unlock (&self->lock);
  return text;
}

void
rush_python_helper_pids (RushPythonHelper *self, GArray *out)
{
  GHashTableIter iter;
  gpointer value;

  pthread_mutex_lock (&self->lock);
  if (!self->gone)
    {
      gint pid = self->pid;
      g_array_append_val (out, pid);
      g_hash_table_iter_init (&iter, self->records);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        if (((WorkerRecord *)value)->state == WORKER_RUNNING)
          {
            pid = ((WorkerRecord *)value)->pid;
            g_array_append_val (out, pid);
          }
    }
  pthread_mutex_unlock (&self->lock);
}

gboolean
rush_python_helper_is_gone (RushPythonHelper *self)
{
  pthread_mutex_lock (&self->lock);
  gboolean gone = self->gone;
  pthread_mutex_unlock (&self->lock);
  return gone;
}

/* ── end ── */

void
rush_python_helper_end (RushPythonHelper *self)
{
  gboolean join;

  shutdown (self->control, SHUT_WR); /* the helper reads the end of its orders */
  pthread_mutex_lock (&self->lock);
  gint64 deadline_us = g_get_monotonic_time () + END_TIMEOUT_US;
  while (!self->gone && g_get_monotonic_time () < deadline_us)
    wait_changed (self, LOOK_US);
  if (!self->gone)
    kill (self->pid, SIGKILL); /* its workers follow: the kernel sees to that */
  join = !self->joined;
  self->joined = TRUE;
  pthread_mutex_unlock (&self->lock);
  if (join)
    rush_thread_join (self->monitor);
}

RushPythonHelper *
rush_python_helper_ref (RushPythonHelper *self)
{
  rush_ref_count_inc (&self->refs);
  return self;
}

void
rush_python_helper_unref (RushPythonHelper *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  rush_python_helper_end (self);
  close (self->control);
  g_hash_table_unref (self->records);
  pthread_cond_destroy (&self->changed);
  pthread_mutex_destroy (&self->lock);
  g_free (self->executable);
  g_free (self);
}

/* ── start ── */

/* The search path comes first: nothing is imported from elsewhere. */
static const char bootstrap[] =
    "import sys; sys.path[:] = sys.argv[4:]; "
    "__import__(sys.argv[1], None, None, ['main']).main(int(sys.argv[2]), sys.argv[3] == '1')";

static GPtrArray *
helper_arguments (const RushPythonConfig *config)
{
  GPtrArray *argv = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (argv, g_strdup (config->executable));
  g_ptr_array_add (argv, g_strdup ("-c"));
  g_ptr_array_add (argv, g_strdup (bootstrap));
  g_ptr_array_add (argv, g_strdup (config->worker_module));
  g_ptr_array_add (argv, g_strdup_printf ("%d", CONTROL_FD));
  g_ptr_array_add (argv, g_strdup (config->alias_pyspark ? "1" : "0"));
  for (guint i = 0; config->sys_path != NULL && config->sys_path[i] != NULL; i++)
    g_ptr_array_add (argv, g_strdup (config->sys_path[i]));
  g_ptr_array_add (argv, NULL);
  return argv;
}

/* With signals as a fresh program expects them, stdin empty, and the control socket at CONTROL_FD.
 * Everything else that is open here closes itself, or is closed by worker.py. */
static int
spawn (GPid *out_pid, char **argv, char **envp, int control)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, all;

  sigemptyset (&none);
  sigfillset (&all);
  posix_spawnattr_init (&attributes);
  posix_spawnattr_setflags (&attributes,
                            POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup (&attributes, 0);
  posix_spawnattr_setsigmask (&attributes, &none);
  posix_spawnattr_setsigdefault (&attributes, &all);
  posix_spawn_file_actions_init (&actions);
  posix_spawn_file_actions_addopen (&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2 (&actions, control, CONTROL_FD);
  int errnum = posix_spawnp (out_pid, argv[0], &actions, &attributes, argv, envp);
  posix_spawn_file_actions_destroy (&actions);
  posix_spawnattr_destroy (&attributes);
  return errnum;
}

/* The driver's own, and @variables (names and values in turn) over it. */
static char **
helper_environment (const char *const *variables)
{
  /* Equal keys must have equal hashes in all workers. */
  char **envp = g_environ_setenv (g_get_environ (), "PYTHONHASHSEED", "0", FALSE);
  for (guint i = 0; variables[i] != NULL; i += 2)
    envp = g_environ_setenv (envp, variables[i], variables[i + 1], TRUE);
  return envp;
}

RushPythonHelper *
rush_python_helper_start (const RushPythonConfig *config, const char *const *variables,
                          GError **error)
{
  g_autoptr (GPtrArray) argv = helper_arguments (config);
  g_auto (GStrv) envp = helper_environment (variables);
  int ends[2];
  GPid pid;

  if (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    {
      rush_set_error_errno (error, errno, "making a socket for Python workers", NULL);
      return NULL;
    }
  /* Out of the way of the numbers that the helper's own descriptors get. */
  int far = fcntl (ends[1], F_DUPFD_CLOEXEC, CONTROL_FD + 1);
  int errnum = far >= 0 ? spawn (&pid, (char **)argv->pdata, envp, far) : errno;
  close (ends[1]);
  if (far >= 0)
    close (far);
  if (errnum != 0)
    {
      close (ends[0]);
      rush_set_error_errno (error, errnum, "starting Python workers with", config->executable);
      return NULL;
    }

  RushPythonHelper *self = g_new0 (RushPythonHelper, 1);
  pthread_condattr_t monotonic;
  rush_ref_count_init (&self->refs);
  self->executable = g_strdup (config->executable);
  self->pid = pid;
  self->control = ends[0];
  self->records = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, worker_record_free);
  pthread_mutex_init (&self->lock, NULL);
  pthread_condattr_init (&monotonic);
  pthread_condattr_setclock (&monotonic, CLOCK_MONOTONIC);
  pthread_cond_init (&self->changed, &monotonic);
  pthread_condattr_destroy (&monotonic);
  if (rush_thread_start (&self->monitor, "rush-py-monitor", monitor_body, self, error))
    return self;
  kill (pid, SIGKILL);
  waitpid (pid, NULL, 0);
  self->gone = self->joined = TRUE; /* nobody to wait for */
  rush_python_helper_unref (self);
  return NULL;
}
