/* task.h - what the scheduler hands to a backend: one attempt at one partition of one stage.
 *
 * What all tasks of a stage attempt share (the RDD, what to do with its rows, the properties) is
 * a RushStageWork, as Spark broadcasts one task binary a stage; a RushTask is a few numbers beside
 * it.
 *
 * Ownership:  a work is refcounted and immutable; a task is owned by whoever holds it last.  All
 *             attempts of a stage share func_data: the first work owns it, later ones hold that.
 * Threads:    any; what ends the life of func_data runs on whatever thread lets go last.
 * Mirrors:    org.apache.spark.scheduler.{Task,ShuffleMapTask,ResultTask,TaskDescription}.
 */
#pragma once

#include "core/event/event.h"
#include "core/lineage/rdd.h"
#include "core/lineage/task_outcome.h"

RUSH_BEGIN_PUBLIC

/* What a result task does with its partition.  Fills @out (zeroed before) or sets @error. */
typedef gboolean (*RushResultFunc) (RushIterator *rows, RushTaskContext *ctx, gpointer data,
                                    RushTaskResult *out, GError **error);

typedef enum
{
  RUSH_TASK_SHUFFLE_MAP,
  RUSH_TASK_RESULT,
} RushTaskKind;

typedef struct _RushStageWork RushStageWork;
struct _RushStageWork
{
  RushRefCount refs;
  RushTaskKind kind;
  gint stage_id;
  gint stage_attempt;
  RushRdd *rdd;               /* (owned) the last RDD of the stage */
  RushDependency *dependency; /* (owned) SHUFFLE_MAP: what to write */
  RushResultFunc func;        /* RESULT */
  gpointer func_data;
  GDestroyNotify free_func_data;
  RushStageWork *origin;  /* (owned) an earlier attempt's work, which owns func_data; or NULL */
  GHashTable *properties; /* (owned) local properties, char* → char*; never NULL */
};

/* References @rdd and @properties (NULL: none); the caller fills what belongs to the kind. */
RushStageWork *rush_stage_work_new (RushTaskKind kind, gint stage_id, gint stage_attempt,
                                    RushRdd *rdd, GHashTable *properties);
/* The same work with one more property. (transfer full) */
RushStageWork *rush_stage_work_with_property (RushStageWork *self, const char *key,
                                              const char *value);
RushStageWork *rush_stage_work_ref (RushStageWork *self);
void rush_stage_work_unref (RushStageWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushStageWork, rush_stage_work_unref)

typedef struct
{
  gint64 task_id;       /* unique in the application */
  RushStageWork *work;  /* (owned) */
  guint index;          /* in the task set */
  guint partition;      /* of the RDD */
  guint attempt_number; /* of this index in this stage attempt, from 0 */
  gint64 epoch;         /* of the map output tracker when it was launched */
  RushLocality locality;
} RushTask;

void rush_task_free (RushTask *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushTask, rush_task_free)

RUSH_END_PUBLIC
