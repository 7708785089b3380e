/* eviction.h - which block of an executor leaves memory when there is too little of it.
 *
 *   block      something that storage memory is charged for and that can be moved away: a map
 *              output, a partition of a cached RDD
 *   policy     the seam: which of two blocks goes first        eviction_policy.c
 *   evictor    all blocks of one executor, whatever their kind; the memory manager asks it
 *
 *   static const RushEvictionPolicy largest = { "largest first", compare_larger };
 *   rush_evictor_new (memory, &largest)          in core/executor/executor.c
 *
 * Ownership:  blocks are refcounted.  Whoever keeps a block adds it while it is in memory, and
 *             removes it before he lets it go; the evictor itself holds a ref only while it evicts.
 *             The evictor outlives them all.
 * Threads:    any.  The lock is the evictor's, and is not held while a block is moved.
 * Mirrors:    the eviction of org.apache.spark.storage.memory.MemoryStore.
 */
#pragma once

#include "core/memory/memory_manager.h"
#include "core/plugin/plugin.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushBlock RushBlock;
typedef struct _RushEvictor RushEvictor;

/* ---- blocks ---- */

typedef struct
{
  /* Lets go of the memory, and keeps the data elsewhere if they shall be kept.  Returns the bytes
   * freed; 0: not now, it is in use; −1 with @error: it cannot be, and is not to be asked again.
   * One thread at a time calls it, in the middle of a request for memory: it must not make one. */
  gint64 (*evict) (RushBlock *self, GError **error);
  void (*free) (RushBlock *self);
} RushBlockClass;

struct _RushBlock
{
  const RushBlockClass *klass;
  RushRefCount refs;
  char *id;        /* Spark's BlockId: "shuffle_0_4_0", "rdd_3_1" */
  gint64 bytes;    /* in memory */
  gint64 last_use; /* the evictor's time: larger is later, no two are equal; 0: never added */
  guint place;     /* private to the evictor */
};

/* For the constructors of subclasses.  (transfer full: @id) */
void rush_block_init (RushBlock *self, const RushBlockClass *klass, char *id, gint64 bytes);
RushBlock *rush_block_ref (RushBlock *self);
void rush_block_unref (RushBlock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushBlock, rush_block_unref)

/* ---- the policy ---- */

/* Either compares blocks by what they are, or keeps books of its own on what happens to them. */
typedef struct
{
  const char *name;
  /* Negative: @a goes before @b.  Looks at id, bytes and last_use only; never 0 for two blocks. */
  gint (*compare) (const RushBlock *a, const RushBlock *b);

  /* Or, if there is a make (): one executor's books.  It is told of each block that comes, is used
   * and goes, one call at a time; a block is valid until it has gone, and is not to be changed. */
  gpointer (*make) (void);
  void (*free) (gpointer books); /* there is no block left */
  void (*added) (gpointer books, RushBlock *block);
  void (*used) (gpointer books, RushBlock *block);
  void (*removed) (gpointer books, RushBlock *block);
  /* The block that goes after @after, which cannot go now; NULL: the first to go.  NULL: there is
   * no other. */
  RushBlock *(*next) (gpointer books, RushBlock *after);
} RushEvictionPolicy;

#define RUSH_EVICTION_POLICY_PART(policy)                                                          \
  RUSH_PLUGIN_PART ("eviction-policy", EVICTION_POLICY, RushEvictionPolicy, policy)

/* The one that was not used for longest. */
extern const RushEvictionPolicy rush_eviction_policy_lru;

/* ---- the evictor ---- */

/* Becomes the evictor of @memory; @policy is immortal. */
RushEvictor *rush_evictor_new (RushMemoryManager *memory, const RushEvictionPolicy *policy);
void rush_evictor_free (RushEvictor *self); /* there must be no block left */
void rush_evictor_add (RushEvictor *self, RushBlock *block);
void rush_evictor_remove (RushEvictor *self, RushBlock *block); /* O(1); fine if it is not there */
void rush_evictor_touch (RushEvictor *self, RushBlock *block);  /* it is used now */

RUSH_END_PUBLIC
