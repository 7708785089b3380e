/* memory_fixture.h - managers with a pool of exactly so many bytes, half of it storage's region. */
#pragma once

#include "core/memory/memory_manager.h"

static inline RushMemoryManager *
manager_with_pool (gint64 pool_bytes)
{
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autofree char *heap = g_strdup_printf ("%" G_GINT64_FORMAT, pool_bytes);
  g_autoptr (GError) error = NULL;

  rush_conf_set (conf, "spark.testing.memory", heap, &error);
  g_assert_no_error (error);
  rush_conf_set (conf, "spark.testing.reservedMemory", "0", &error);
  g_assert_no_error (error);
  rush_conf_set (conf, "spark.memory.fraction", "1.0", &error);
  g_assert_no_error (error);
  RushMemoryManager *manager = rush_memory_manager_new (conf, 0, &error);
  g_assert_no_error (error);
  return manager;
}

static inline RushMemoryStats
stats_of (RushMemoryManager *manager)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (manager, &stats);
  return stats;
}
