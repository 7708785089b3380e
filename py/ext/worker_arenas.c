/* worker_arenas.c - arenas of CPython's small objects in huge pages, kept from task to task.
 *
 * pymalloc cuts small objects from pools, and pools from arenas of 1 MiB, which it maps one by one
 * and unmaps when they are empty.  Workers fill and empty hundreds of them: each is 256 page faults
 * the first time it is touched, and where a join walks over a million objects in the order of a
 * hash table, nearly each step misses the TLB.  So arenas come in pairs from here:
 *
 *     chunk of 2 MiB, at a multiple of 2 MiB, MADV_HUGEPAGE
 *     ┌───────────┬───────────┐       freed: ▶ warm   up to 16 MiB, given out again first
 *     │  arena    │  arena    │              ▶ cold   the rest: addresses only, the kernel has
 *     └───────────┴───────────┘                       the memory back
 *
 * Where the kernel has no huge pages to give, these are ordinary ones that are kept warm.  Chunks
 * are not unmapped: there are as many as at the worker's largest, and cold ones cost nothing.
 *
 * Arenas that the process had before come from CPython's own functions, and go back there.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "py/ext/worker_arenas.h"

#include <glib.h>
#include <sys/mman.h>

#define CHUNK_BYTES ((gsize)2 << 20)
#define WARM_BYTES ((gsize)16 << 20)

static PyObjectArenaAllocator standard; /* CPython's */
static GHashTable *chunks;              /* set of their first addresses */
static GPtrArray *warm, *cold;          /* free arenas */
static gsize arena_bytes;               /* of all of them; 0: none was asked for yet */

static void *
map (gsize bytes)
{
  void *mapped = mmap (NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapped != MAP_FAILED ? mapped : NULL;
}

/* A chunk at a multiple of its size: cut from one of twice the size. */
static guint8 *
map_chunk (void)
{
  guint8 *mapped = map (2 * CHUNK_BYTES);
  if (mapped == NULL)
    return NULL;
  gsize before = -(gsize)mapped & (CHUNK_BYTES - 1);
  if (before > 0)
    munmap (mapped, before);
  munmap (mapped + before + CHUNK_BYTES, CHUNK_BYTES - before);
  madvise (mapped + before, CHUNK_BYTES, MADV_HUGEPAGE);
  return mapped + before;
}

static gboolean
add_chunk (void)
{
  guint8 *chunk = map_chunk ();
  if (chunk == NULL)
    return FALSE;
  g_hash_table_add (chunks, chunk);
  for (gsize at = CHUNK_BYTES; at > 0; at -= arena_bytes)
    g_ptr_array_add (cold, chunk + at - arena_bytes);
  return TRUE;
}

static void *
take_last (GPtrArray *arenas)
{
  return g_ptr_array_remove_index_fast (arenas, arenas->len - 1);
}

static void *
arena_alloc (void *unused, size_t bytes)
{
  if (arena_bytes == 0 && bytes > 0 && CHUNK_BYTES % bytes == 0)
    arena_bytes = bytes;
  if (bytes != arena_bytes)
    return standard.alloc (standard.ctx, bytes);
  if (warm->len > 0)
    return take_last (warm);
  return cold->len > 0 || add_chunk () ? take_last (cold) : NULL;
}

static void
arena_free (void *unused, void *arena, size_t bytes)
{
  gpointer chunk = (gpointer)((gsize)arena & ~(CHUNK_BYTES - 1));

  if (!g_hash_table_contains (chunks, chunk))
    standard.free (standard.ctx, arena, bytes);
  else if ((warm->len + 1) * arena_bytes <= WARM_BYTES)
    g_ptr_array_add (warm, arena);
  else
    {
      madvise (arena, bytes, MADV_DONTNEED);
      g_ptr_array_add (cold, arena);
    }
}

void
worker_arenas_install (void)
{
  PyObjectArenaAllocator ours = { NULL, arena_alloc, arena_free };

  if (chunks != NULL)
    return;
  chunks = g_hash_table_new (NULL, NULL);
  warm = g_ptr_array_new ();
  cold = g_ptr_array_new ();
  PyObject_GetArenaAllocator (&standard);
  PyObject_SetArenaAllocator (&ours);
}
