/* checkpoint.c - after a job: which RDDs of its lineage are marked, and what is done about them.
 *
 *     job on x ends      x ──▶ b (marked) ──▶ a (marked) ──▶ source
 *                        │     └ job: writes b; b ──▶ ReliableCheckpointRDD
 *                        └ a: nothing; its turn comes with a job that gets to it without b
 *
 * The walk goes up from the RDD of the job and stops at marked ones: what is above them is cut off.
 * (With the local property spark.checkpoint.checkpointAllMarkedAncestors it goes on, and the
 * uppermost are written first.)  Each RDD is looked at once in its life, by the first job that gets
 * there: a mark that is set later has no effect, as in Spark.
 *
 * The job that writes is an ordinary one on the marked RDD, under the name of the action that
 * caused it.  It computes the partitions again; if they are persisted, it reads them.  Its task
 * writes a temporary file and renames it, so that of two attempts one wins as a whole.
 */
#include "rdd/checkpoint.h"

#include "rdd/context_private.h"
#include "rdd/source/local_checkpoint.h"
#include "rdd/source/local_path.h"
#include "rdd/source/reliable_checkpoint.h"

#include <glib/gstdio.h>

#define ALL_ANCESTORS "spark.checkpoint.checkpointAllMarkedAncestors"

/* ---- the folder ---- */

gboolean
rush_context_set_checkpoint_dir (RushContext *self, const char *path, GError **error)
{
  g_autofree char *folder = NULL;

  if (path != NULL)
    {
      g_autofree char *uuid = g_uuid_string_random ();
      g_autofree char *parent = rush_local_path_resolve (path, error);

      if (parent == NULL)
        return FALSE;
      folder = g_build_filename (parent, uuid, NULL);
      if (g_mkdir_with_parents (folder, 0755) != 0)
        {
          rush_set_error_errno (error, errno, "cannot make", folder);
          return FALSE;
        }
    }
  pthread_rwlock_wrlock (&self->lock);
  g_free (self->checkpoint_dir);
  self->checkpoint_dir = g_steal_pointer (&folder);
  pthread_rwlock_unlock (&self->lock);
  return TRUE;
}

char *
rush_context_dup_checkpoint_dir (RushContext *self)
{
  char *folder;

  pthread_rwlock_rdlock (&self->lock);
  folder = g_strdup (self->checkpoint_dir);
  pthread_rwlock_unlock (&self->lock);
  return folder;
}

/* NULL: there is no checkpoint dir (any more). */
static char *
path_of (RushContext *self, gint rdd_id)
{
  g_autofree char *folder = rush_context_dup_checkpoint_dir (self);
  g_autofree char *name = g_strdup_printf ("rdd-%d", rdd_id);

  return folder != NULL ? g_build_filename (folder, name, NULL) : NULL;
}

void
rush_context_remove_checkpoint (RushContext *self, gint rdd_id)
{
  g_autofree char *path = path_of (self, rdd_id);
  g_autoptr (GDir) dir = path != NULL ? g_dir_open (path, 0, NULL) : NULL;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *part = g_build_filename (path, name, NULL);
      g_unlink (part);
    }
  if (dir != NULL)
    g_rmdir (path);
}

/* ---- marks ---- */

static void
set_no_dir (GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "Checkpoint directory has not been set in the SparkContext");
}

gboolean
rush_rdd_checkpoint (RushContext *self, RushRdd *rdd, GError **error)
{
  g_autofree char *folder = rush_context_dup_checkpoint_dir (self);

  if (folder == NULL)
    {
      set_no_dir (error);
      return FALSE;
    }
  rush_rdd_mark_checkpoint (rdd, RUSH_CHECKPOINT_RELIABLE);
  return TRUE;
}

char *
rush_rdd_dup_checkpoint_path (RushRdd *rdd)
{
  if (!rush_rdd_is_checkpointed (rdd) || rush_rdd_checkpoint_kind (rdd) != RUSH_CHECKPOINT_RELIABLE)
    return NULL;
  return g_strdup (rush_reliable_checkpoint_path (rdd->checkpoint[0]->rdd));
}

/* ---- the jobs that make them ---- */

static RushRdd *
write_reliable (RushContext *self, RushRdd *rdd, const RushJobOptions *options, GError **error)
{
  g_autofree char *path = path_of (self, rdd->id);
  g_autoptr (RushJobWaiter) waiter = NULL;

  if (path == NULL)
    {
      set_no_dir (error);
      return NULL;
    }
  if (g_mkdir_with_parents (path, 0755) != 0)
    {
      rush_set_error_errno (error, errno, "cannot make", path);
      return NULL;
    }
  waiter = rush_context_run_job (self, rdd, NULL, 0, rush_reliable_checkpoint_write,
                                 rush_reliable_checkpoint_work (self->conf, path),
                                 rush_reliable_checkpoint_work_free, options, error);
  return waiter != NULL ? rush_reliable_checkpoint_new (rdd, path, waiter) : NULL;
}

/* A result function that computes all rows, and thus keeps them. */
static gboolean
compute_all (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
             GError **error)
{
  g_autoptr (GError) failure = NULL;
  RushBatch *batch;

  while (rush_task_context_check (ctx, &failure) &&
         (batch = rush_iterator_next (rows, &failure)) != NULL)
    rush_batch_unref (batch);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* The partitions of which nobody has a block; an action may have taken only some. */
static GArray *
missing_blocks (RushContext *self, RushRdd *rdd, guint n)
{
  RushBlockManagerMaster *kept = rush_executor_set_kept (self->cluster->executors);
  GArray *missing = g_array_new (FALSE, FALSE, sizeof (guint));

  for (guint i = 0; i < n; i++)
    {
      g_auto (GStrv) places = rush_block_manager_master_locations (kept, rdd->id, i);

      if (places == NULL)
        g_array_append_val (missing, i);
    }
  return missing;
}

static RushRdd *
complete_local (RushContext *self, RushRdd *rdd, const RushJobOptions *options, GError **error)
{
  g_autoptr (GArray) missing = NULL;
  guint n;

  if (!rush_rdd_n_partitions (rdd, &n, error))
    return NULL;
  missing = missing_blocks (self, rdd, n);
  if (missing->len > 0)
    {
      g_autoptr (RushJobWaiter) waiter =
          rush_context_run_job (self, rdd, (const guint *)missing->data, missing->len, compute_all,
                                NULL, NULL, options, error);
      if (waiter == NULL)
        return NULL;
    }
  return rush_local_checkpoint_new (rdd, n);
}

static gboolean
make_checkpoint (RushContext *self, RushRdd *rdd, const RushJobOptions *options, GError **error)
{
  RushCheckpointKind kind = rush_rdd_checkpoint_kind (rdd);
  g_autoptr (RushRdd) checkpoint = NULL;

  rush_lineage_push_call ("checkpoint", options->short_form, options->long_form);
  checkpoint = kind == RUSH_CHECKPOINT_LOCAL ? complete_local (self, rdd, options, error)
                                             : write_reliable (self, rdd, options, error);
  rush_lineage_pop_call ();
  if (checkpoint == NULL)
    return FALSE;
  if (rdd->partitioner != NULL)
    checkpoint->partitioner = rush_partitioner_ref (rdd->partitioner);
  rush_rdd_set_checkpointed (rdd, checkpoint);
  return TRUE;
}

/* ---- after a job ---- */

/* The marked RDDs that nobody has considered yet, in the order in which they are found. */
static GPtrArray *
find_marked (RushRdd *last, gboolean all_ancestors)
{
  GPtrArray *marked = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_rdd_unref);
  g_autoptr (GPtrArray) to_visit = g_ptr_array_new ();

  g_ptr_array_add (to_visit, last);
  while (to_visit->len > 0)
    {
      RushRdd *rdd = g_ptr_array_steal_index (to_visit, to_visit->len - 1);
      gboolean is_marked = rush_rdd_checkpoint_kind (rdd) != RUSH_CHECKPOINT_NONE;
      RushDependency *const *dependencies;
      guint n;

      if (!rush_rdd_consider_checkpoint (rdd))
        continue;
      if (is_marked)
        g_ptr_array_add (marked, rush_rdd_ref (rdd));
      if (is_marked && !all_ancestors)
        continue;
      dependencies = rush_rdd_dependencies (rdd, &n);
      for (guint i = n; i-- > 0;) /* the first is visited first */
        g_ptr_array_add (to_visit, dependencies[i]->rdd);
    }
  return marked;
}

static gboolean
wants_all_ancestors (const RushJobOptions *options)
{
  const char *value = options != NULL && options->properties != NULL
                          ? g_hash_table_lookup (options->properties, ALL_ANCESTORS)
                          : NULL;

  return value != NULL && g_ascii_strcasecmp (value, "true") == 0;
}

gboolean
rush_context_make_checkpoints (RushContext *self, RushRdd *rdd, const RushJobOptions *options,
                               GError **error)
{
  gboolean all_ancestors = wants_all_ancestors (options);
  RushJobOptions job = options != NULL ? *options : (RushJobOptions){ 0 };
  g_autoptr (GPtrArray) marked = NULL;

  job.cause = "checkpoint";
  rush_lineage_begin_reading (self->lineage);
  marked = find_marked (rdd, all_ancestors);
  rush_lineage_end_reading (self->lineage);
  for (guint i = 0; i < marked->len; i++)
    {
      guint next = all_ancestors ? marked->len - 1 - i : i;

      if (!make_checkpoint (self, g_ptr_array_index (marked, next), &job, error))
        return FALSE;
    }
  return TRUE;
}
