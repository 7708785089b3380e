/* executor_shape.c - what an executor asks for, before anybody rounds it.
 *
 *     heap                          spark.executor.memory                        1,024 MiB
 *     + overhead                    as set, or max (factor × heap, 384 MiB)        384 MiB
 *     + off-heap, if enabled        spark.memory.offHeap.size                        0
 *     + Python                      spark.executor.pyspark.memory, if set            0
 *     = what its container must have                                             1,408 MiB
 *
 * Spark counts in whole MiB and rounds down: 0.4 × 1,024 = 409, not 409.6.
 *
 * Mirrors: org.apache.spark.resource.ResourceProfile.getResourcesForClusterManager.
 */
#include "sim/cluster_manager.h"
#include "core/base/size_string.h"

#define MIB ((gint64)1 << 20)
#define RESERVED_BYTES (300 * MIB)                /* of a heap, for Spark itself */
#define LEAST_HEAP_BYTES (RESERVED_BYTES * 3 / 2) /* 450 MiB */

static gint64
whole_mib (const RushConf *conf, const char *key)
{
  return rush_conf_get_bytes (conf, key) / MIB * MIB;
}

static gint64
executor_overhead (const RushConf *conf, gint64 heap_bytes, double default_factor)
{
  gboolean own = rush_conf_contains (conf, "spark.executor.memoryOverheadFactor");
  double factor =
      own ? rush_conf_get_double (conf, "spark.executor.memoryOverheadFactor") : default_factor;

  if (rush_conf_contains (conf, "spark.executor.memoryOverhead"))
    return whole_mib (conf, "spark.executor.memoryOverhead");
  return MAX ((gint64)(factor * (double)(heap_bytes / MIB)) * MIB,
              whole_mib (conf, "spark.executor.minMemoryOverhead"));
}

static gboolean
read_off_heap (const RushConf *conf, gint64 *out_bytes, GError **error)
{
  gboolean enabled = rush_conf_get_bool (conf, "spark.memory.offHeap.enabled");
  gint64 bytes = enabled ? rush_conf_get_bytes (conf, "spark.memory.offHeap.size") : 0;

  if (enabled && bytes < MIB)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "spark.memory.offHeap.size must be at least 1MiB when "
                   "spark.memory.offHeap.enabled == true; set a size such as 512m");
      return FALSE;
    }
  *out_bytes = bytes / MIB * MIB;
  return TRUE;
}

gboolean
rush_executor_shape_read (const RushConf *conf, double default_factor, RushExecutorShape *out,
                          GError **error)
{
  RushExecutorShape shape = { .heap_bytes = whole_mib (conf, "spark.executor.memory") };

  if (shape.heap_bytes < LEAST_HEAP_BYTES)
    {
      g_autofree char *heap = rush_format_bytes (shape.heap_bytes);
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          "spark.executor.memory: an executor with a heap of %s cannot start; it keeps 300 "
          "MiB for itself and needs 450 MiB at least",
          heap);
      return FALSE;
    }
  if (!read_off_heap (conf, &shape.off_heap_bytes, error))
    return FALSE;
  if (rush_conf_contains (conf, "spark.executor.cores"))
    shape.cores = (guint)rush_conf_get_int (conf, "spark.executor.cores");
  if (rush_conf_contains (conf, "spark.executor.pyspark.memory"))
    shape.pyspark_bytes = whole_mib (conf, "spark.executor.pyspark.memory");
  shape.overhead_bytes = executor_overhead (conf, shape.heap_bytes, default_factor);
  *out = shape;
  return TRUE;
}

double
rush_default_overhead_factor (const RushConf *conf, gboolean kubernetes, gboolean runs_python)
{
  if (!kubernetes)
    return rush_conf_get_double (conf, "spark.executor.memoryOverheadFactor");
  if (rush_conf_contains (conf, "spark.kubernetes.memoryOverheadFactor"))
    return rush_conf_get_double (conf, "spark.kubernetes.memoryOverheadFactor");
  return runs_python ? 0.4 : 0.1;
}
