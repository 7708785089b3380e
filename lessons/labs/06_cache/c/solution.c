/* lru.c - which block leaves memory first: the one that was not used for longest.
 *
 * An executor's evictor tells the books of each block that comes, is used and goes.  When memory
 * runs short it asks for the next one to go:
 *
 *     books->order     oldest ◀─────────────────────▶ newest
 *                      rdd_3_0   rdd_1_0   rdd_7_0
 *                      ▲ goes first          ▲ came or was used last
 *
 *     books->links     block → its link in that list, so that it is found without a search
 *
 * What you need of GLib (see its manual):
 *     g_queue_push_tail (queue, data)      adds at the newest end; queue->tail is the new link
 *     g_queue_peek_head_link (queue)       the link at the oldest end, or NULL
 *     g_queue_unlink (queue, link)         takes a link out, and does not free it
 *     g_queue_push_tail_link (queue, link) puts such a link in again, at the newest end
 *     g_queue_delete_link (queue, link)    takes a link out and frees it
 *     g_hash_table_insert (table, key, value), g_hash_table_lookup, g_hash_table_remove
 *     link->next, link->data               the next newer link, or NULL; what stands there
 */
#include "core/storage/eviction.h"

typedef struct
{
  GQueue order;      /* of RushBlock *, oldest use first */
  GHashTable *links; /* RushBlock * → GList *, its link in the queue */
} Books;

static gpointer
books_make (void)
{
  Books *books = g_new0 (Books, 1);

  g_queue_init (&books->order);
  books->links = g_hash_table_new (NULL, NULL); /* compares addresses */
  return books;
}

static void
books_free (gpointer data)
{
  Books *books = data;

  g_queue_clear (&books->order);
  g_hash_table_unref (books->links);
  g_free (books);
}

/* BEGIN SOLUTION */
/* It has just come, which counts as a use. */
static void
added (gpointer data, RushBlock *block)
{
  Books *books = data;

  g_queue_push_tail (&books->order, block);
  g_hash_table_insert (books->links, block, books->order.tail);
}

/* A task reads it now. */
static void
used (gpointer data, RushBlock *block)
{
  Books *books = data;
  GList *link = g_hash_table_lookup (books->links, block);

  g_queue_unlink (&books->order, link);
  g_queue_push_tail_link (&books->order, link);
}

/* It has gone: evicted, or nobody wants it any more.  Its address means nothing from now on. */
static void
removed (gpointer data, RushBlock *block)
{
  Books *books = data;

  g_queue_delete_link (&books->order, g_hash_table_lookup (books->links, block));
  g_hash_table_remove (books->links, block);
}

/* Which block goes first; or after @after, which cannot go now, as somebody reads it.  NULL: there
 * is none. */
static RushBlock *
next (gpointer data, RushBlock *after)
{
  Books *books = data;
  GList *link = after == NULL ? g_queue_peek_head_link (&books->order)
                              : ((GList *)g_hash_table_lookup (books->links, after))->next;

  return link != NULL ? link->data : NULL;
}
/* END SOLUTION */

static const RushEvictionPolicy lru = {
  .name = "my LRU",
  .make = books_make,
  .free = books_free,
  .added = added,
  .used = used,
  .removed = removed,
  .next = next,
};

RUSH_PLUGIN (RUSH_EVICTION_POLICY_PART (&lru));
