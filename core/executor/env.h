/* env.h - the services of one executor, as its tasks find them in their context.
 *
 * Mirrors: org.apache.spark.SparkEnv.
 */
#pragma once

#include "core/conf/conf.h"
#include "core/executor/barrier_coordinator.h"
#include "core/memory/memory_manager.h"
#include "core/scheduler/commit_coordinator.h"
#include "core/shuffle/shuffle.h"
#include "core/storage/block_manager.h"
#include "core/storage/local_dir.h"

typedef struct _RushEnv
{
  const char *executor_id; /* "driver" in local mode; "0", "1" … in local-cluster */
  const char *host;
  const RushConf *conf;
  RushMemoryManager *memory;
  RushEvictor *evictor;            /* of all that storage memory holds */
  RushBlockStore *blocks;          /* map outputs */
  RushBlockManager *block_manager; /* what persisted RDDs have here */
  RushShuffleFetch fetch;          /* from every executor's store */
  RushLocalDir *dir;
  RushCommitCoordinator *commits;   /* the driver's: whom a task asks before it commits output */
  RushBarrierCoordinator *barriers; /* the backend's: where tasks of a barrier stage meet */
} RushEnv;
