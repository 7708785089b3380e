/* memory_layout.h - what a heap is divided into, and how large it would have to be.
 *
 *   heap ── reserved 300 MiB
 *        ├─ × spark.memory.fraction = the unified pool, of which × spark.memory.storageFraction is
 *        │                            storage's region
 *        └─ the rest: user memory
 *
 * Ownership:  plain data.   Threads: immutable.
 * Mirrors:    org.apache.spark.memory.UnifiedMemoryManager.getMaxMemory.
 */
#pragma once

#include "core/conf/conf.h"

RUSH_BEGIN_PUBLIC

#define RUSH_RESERVED_HEAP_BYTES (G_GINT64_CONSTANT (300) * 1024 * 1024)

typedef struct
{
  gint64 heap;
  gint64 reserved;
  double fraction, storage_fraction;
  gint64 pool;
  gint64 storage_region; /* of the pool */
  gint64 user;           /* neither reserved nor in the pool */
} RushMemoryLayout;

/* @heap_bytes: unless spark.testing.memory says otherwise.  INVALID_ARGUMENT: a heap below 1.5
 * times the reserve, in Spark's words. */
gboolean rush_memory_layout_read (const RushConf *conf, gint64 heap_bytes, RushMemoryLayout *out,
                                  GError **error);
/* The smallest heap with @usable_bytes beside the reserve, in whole MiB if those of @self are. */
gint64 rush_memory_layout_heap_with (const RushMemoryLayout *self, double usable_bytes);

/* The key that says how large an executor's heap is; with its value if that is @heap_bytes:
 * "spark.driver.memory=1536m" where the driver is the executor, "spark.executor.memory=1536m",
 * "spark.master=local-cluster[2,4,1536]". (transfer full) */
char *rush_heap_key (const RushConf *conf);
char *rush_heap_setting (const RushConf *conf, gint64 heap_bytes);
/* The same for the number of tasks that an executor runs at once: "spark.master=local[2]",
 * "spark.executor.cores=2". (transfer full) */
char *rush_cores_setting (const RushConf *conf, guint cores);

RUSH_END_PUBLIC
