/* eviction_policy.c - least recently used goes first.
 *
 * What was used a while ago is the likeliest not to be needed again: the outputs of a stage whose
 * readers are done, a cached RDD that the program has left behind.
 *
 * This is the whole policy, so that it can be copied and changed: by bytes (few large files), by id
 * (cached RDDs before map outputs), or by both and last_use.  One that must know more of the past
 * than a block's last use, such as how often it was used, keeps books instead.
 */
#include "core/storage/eviction.h"

static gint
compare_last_use (const RushBlock *a, const RushBlock *b)
{
  return a->last_use < b->last_use ? -1 : 1;
}

const RushEvictionPolicy rush_eviction_policy_lru = { .name = "LRU", .compare = compare_last_use };
