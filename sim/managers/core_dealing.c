/* core_dealing.c - around the workers, one executor a visit, until nobody can or nothing is left.
 *
 *     4 workers of 4 cores, 8 GiB       spread out                  not spread out
 *     cores.max 8, executors of 2       2   2   2   2               4   4   ·   ·
 *     cores.max 8, executor.cores unset 2   2   2   2  (one each)   4   4   ·   ·  (one each)
 *
 * Without spark.executor.cores a worker gets one executor, and each visit adds a core to it: memory
 * is asked for once.  Spark's known trap falls out of the rule: executors of 16 cores and 4 workers
 * of 16 with cores.max 48 get three workers; were cores dealt out one at a time regardless, each
 * worker would have 12 assigned, and none could start.
 */
#include "sim/managers/core_dealing.h"

static gint
compare_workers (gconstpointer a, gconstpointer b, gpointer policy)
{
  const RushCoreDeal *x = a, *y = b;
  gint64 order = 0;

  switch (*(const RushWorkerPolicy *)policy)
    {
    case RUSH_WORKERS_CORES_FREE_ASC:
      order = (gint64)x->free_cores - y->free_cores;
      break;
    case RUSH_WORKERS_CORES_FREE_DESC:
      order = (gint64)y->free_cores - x->free_cores;
      break;
    case RUSH_WORKERS_MEMORY_FREE_ASC:
      order = x->free_bytes - y->free_bytes;
      break;
    case RUSH_WORKERS_MEMORY_FREE_DESC:
      order = y->free_bytes - x->free_bytes;
      break;
    case RUSH_WORKERS_ID:
      break;
    }
  if (order == 0)
    order = (gint64)x->host - y->host;
  return order < 0 ? -1 : order > 0;
}

/* @left: what is left of the rule's cores and executors. */
static gboolean
can_launch (const RushCoreRule *left, const RushCoreDeal *worker)
{
  guint each = MAX (left->cores_each, 1);

  if (left->cores_left < each || worker->free_cores - worker->cores < each)
    return FALSE;
  if (left->cores_each == 0 && worker->executors > 0)
    return TRUE; /* one core more for the executor that is there */
  return left->executors_left > 0 &&
         worker->free_bytes - (gint64)worker->executors * left->bytes_each >= left->bytes_each;
}

static void
deal_one (RushCoreRule *left, RushCoreDeal *worker)
{
  guint each = MAX (left->cores_each, 1);
  gboolean new_executor = left->cores_each > 0 || worker->executors == 0;

  worker->cores += each;
  left->cores_left -= each;
  worker->executors += new_executor;
  left->executors_left -= new_executor;
}

void
rush_deal_cores (const RushCoreRule *rule, RushCoreDeal *workers, guint n_workers)
{
  RushCoreRule left = *rule;
  gboolean dealt = TRUE;

  g_qsort_with_data (workers, (gint)n_workers, sizeof *workers, compare_workers, &left.policy);
  while (dealt)
    {
      dealt = FALSE;
      for (guint i = 0; i < n_workers; i++)
        while (can_launch (&left, &workers[i]))
          {
            deal_one (&left, &workers[i]);
            dealt = TRUE;
            if (left.spread_out)
              break; /* on to the next worker */
          }
    }
}
