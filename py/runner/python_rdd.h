/* python_rdd.h - the RDDs of the Python family, and the workers that compute them.
 *
 * No Python.h here: a Python step is a command (bytes) that a worker process understands.
 *
 *   RushPythonWorkers   the helper process, the idle workers; one a context
 *   PythonRDD           rows of the parent → a worker → rows
 *   PairwiseRDD         (partition, run, objects): what a shuffle of Python pairs writes
 *
 * Ownership:  RDDs hold a ref on the workers; shutdown () ends the processes while RDDs may live on
 *             (their tasks then fail with STOPPED).
 * Threads:    compute () runs on runners; everything else from any thread.
 * Mirrors:    org.apache.spark.api.python.{PythonRDD,PairwiseRDD,PythonRunner,PythonWorkerFactory}.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/lineage/rdd.h"
#include "py/runner/python_broadcast.h"

typedef struct _RushPythonWorkers RushPythonWorkers;

typedef struct
{
  const char *executable;      /* sys.executable of the driver */
  const char *const *sys_path; /* the driver's sys.path, for workers */
  gboolean alias_pyspark;      /* `import pyspark` finds Rushlight in workers too */
  const char *worker_module;   /* "rushlight.worker" */
} RushPythonConfig;

/* Starts the helper (posix_spawn); does not wait for it: the first task does. */
RushPythonWorkers *rush_python_workers_new (const RushConf *conf, const RushPythonConfig *config,
                                            GError **error);
RushPythonWorkers *rush_python_workers_ref (RushPythonWorkers *self);
void rush_python_workers_unref (RushPythonWorkers *self);
/* Ends helper and workers, and waits until they are gone.  Idempotent. */
void rush_python_workers_shutdown (RushPythonWorkers *self);
/* Pids of helper and live workers, for tests that kill them.  GArray of gint, (transfer full). */
GArray *rush_python_workers_pids (RushPythonWorkers *self);
/* From their next task on, workers find files under @root, and modules there and in @py_files
 * (names of archives under @root, NULL-terminated).  They look when @version has changed, at first
 * 0. */
void rush_python_workers_set_files (RushPythonWorkers *self, gint64 version, const char *root,
                                    const char *const *py_files);

RushSchema *rush_python_schema_lines (void); /* (transfer none) */
RushSchema *rush_python_schema_runs (void);
RushSchema *rush_python_schema_pairs (void);

typedef enum
{
  RUSH_PYTHON_OUTPUT_RUNS,
  RUSH_PYTHON_OUTPUT_PAIRS,
  RUSH_PYTHON_OUTPUT_LINES,
  RUSH_PYTHON_OUTPUT_ROWS, /* the columns of RushPythonChain.rows */
} RushPythonOutput;

typedef struct
{
  const guint8 *command; /* copied */
  gsize command_bytes;
  RushPythonOutput output;
  RushSchema *rows; /* of output ROWS, referenced; else NULL */
  gboolean preserves_partitioning; /* keeps the parent's partitioner */
  const char *const *steps; /* pairs: operator name, call site, …, NULL; copied; for pictures */
  RushDeterminism determinism;
  /* How the parent's rows become elements, as TASK has it (protocol.h); copied.  NULL: lines or
   * runs, whichever they are.  "rows": all columns of the parent's. */
  const char *input;
  gboolean barrier; /* its tasks run all at once, and may wait for each other */
  RushPythonBroadcast *const *broadcasts; /* [n_broadcasts], referenced */
  guint n_broadcasts;
} RushPythonChain;

RushRdd *rush_python_rdd_new (RushRdd *parent, RushPythonWorkers *workers,
                              const RushPythonChain *chain);
/* Names the parent's pairs for the shuffle (PairwiseRDD); no work. */
RushRdd *rush_pairwise_rdd_new (RushRdd *parent);
/* Drops the partition column after the shuffle: MapPartitionsRDD, as PythonRDD.valueOfPair. */
RushRdd *rush_value_of_pair_rdd_new (RushRdd *shuffled);
/* The parent's rows where Spark unpickles them for the JVM: MapPartitionsRDD; no work. */
RushRdd *rush_handed_over_rdd_new (RushRdd *parent);
