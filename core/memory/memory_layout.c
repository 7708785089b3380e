/* memory_layout.c - see the header. */
#include "core/memory/memory_layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MIB (G_GINT64_CONSTANT (1) << 20)
#define MIN_HEAP_PER_RESERVED 1.5

/* ---- reading ---- */

/* Spark looks at the heap there is, then at the executors' heap that was asked for, if it was. */
static gboolean
check_heap (const RushConf *conf, gint64 heap_bytes, gint64 reserved_bytes, GError **error)
{
  gint64 min_bytes = (gint64)ceil ((double)reserved_bytes * MIN_HEAP_PER_RESERVED);

  if (heap_bytes < min_bytes)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                   "[INVALID_DRIVER_MEMORY.SYSTEM_MEMORY] Insufficient driver memory: "
                   "System memory %" G_GINT64_FORMAT " must be at least %" G_GINT64_FORMAT ".\n"
                   "Please increase heap size using the --driver-memory option or "
                   "\"spark.driver.memory\" in Spark configuration. SQLSTATE: F0000",
                   heap_bytes, min_bytes);
      return FALSE;
    }
  if (!rush_conf_contains (conf, "spark.executor.memory") ||
      rush_conf_get_bytes (conf, "spark.executor.memory") >= min_bytes)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "[INVALID_EXECUTOR_MEMORY.CONFIG_MEMORY] Insufficient executor memory: "
               "Executor memory %" G_GINT64_FORMAT " must be at least %" G_GINT64_FORMAT ".\n"
               "Please increase executor memory using the --executor-memory option or "
               "\"spark.executor.memory\" in Spark configuration. SQLSTATE: F0000",
               rush_conf_get_bytes (conf, "spark.executor.memory"), min_bytes);
  return FALSE;
}

gboolean
rush_memory_layout_read (const RushConf *conf, gint64 heap_bytes, RushMemoryLayout *out,
                         GError **error)
{
  RushMemoryLayout self = {
    .heap = heap_bytes,
    .reserved = RUSH_RESERVED_HEAP_BYTES,
    .fraction = rush_conf_get_double (conf, "spark.memory.fraction"),
    .storage_fraction = rush_conf_get_double (conf, "spark.memory.storageFraction"),
  };

  if (rush_conf_contains (conf, "spark.testing.memory"))
    self.heap = rush_conf_get_bytes (conf, "spark.testing.memory");
  if (rush_conf_contains (conf, "spark.testing.reservedMemory"))
    self.reserved = rush_conf_get_bytes (conf, "spark.testing.reservedMemory");
  if (!check_heap (conf, self.heap, self.reserved, error))
    return FALSE;
  self.pool = (gint64)((double)(self.heap - self.reserved) * self.fraction);
  self.storage_region = (gint64)((double)self.pool * self.storage_fraction);
  self.user = self.heap - self.reserved - self.pool;
  *out = self;
  return TRUE;
}

/* ---- the other way round ---- */

/* Tests have heaps of a few bytes; people count in MiB.  A few bytes more, as the parts of a heap
 * are rounded down. */
gint64
rush_memory_layout_heap_with (const RushMemoryLayout *self, double usable_bytes)
{
  gint64 bytes = self->reserved + (gint64)ceil (usable_bytes) + 4;

  return self->heap % MIB != 0 ? bytes : (bytes + MIB - 1) / MIB * MIB;
}

/* ---- where it is set ---- */

static const char *
heap_key (const RushConf *conf)
{
  g_autofree char *master = rush_conf_get_string (conf, "spark.master");

  if (rush_conf_contains (conf, "spark.testing.memory"))
    return "spark.testing.memory";
  if (master == NULL || (g_str_has_prefix (master, "local") && strstr (master, "cluster") == NULL))
    return "spark.driver.memory";
  return "spark.executor.memory";
}

char *
rush_heap_key (const RushConf *conf)
{
  return g_strdup (heap_key (conf));
}

/* FALSE: it is no "local-cluster[E,C,M]". */
static gboolean
read_local_cluster (const RushConf *conf, guint *out_executors, guint *out_cores, guint *out_mib)
{
  g_autofree char *master = rush_conf_get_string (conf, "spark.master");

  return master != NULL &&
         sscanf (master, " local-cluster [ %u , %u , %u ]", out_executors, out_cores, out_mib) == 3;
}

char *
rush_heap_setting (const RushConf *conf, gint64 heap_bytes)
{
  gboolean whole = heap_bytes % MIB == 0;
  guint executors, cores, mib;

  if (!rush_conf_contains (conf, "spark.testing.memory") &&
      read_local_cluster (conf, &executors, &cores, &mib))
    return g_strdup_printf ("spark.master=local-cluster[%u,%u,%" G_GINT64_FORMAT "]", executors,
                            cores, (heap_bytes + MIB - 1) / MIB);
  return g_strdup_printf ("%s=%" G_GINT64_FORMAT "%s", heap_key (conf),
                          whole ? heap_bytes / MIB : heap_bytes, whole ? "m" : "b");
}

char *
rush_cores_setting (const RushConf *conf, guint cores)
{
  g_autofree char *master = rush_conf_get_string (conf, "spark.master");
  guint executors, cores_now, mib;

  if (read_local_cluster (conf, &executors, &cores_now, &mib))
    return g_strdup_printf ("spark.master=local-cluster[%u,%u,%u]", executors, cores, mib);
  if (master == NULL || g_str_has_prefix (master, "local"))
    return g_strdup_printf ("spark.master=local[%u]", cores);
  return g_strdup_printf ("spark.executor.cores=%u", cores);
}
