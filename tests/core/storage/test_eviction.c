/* test_eviction.c - which block goes first, under the default policy and under another one; what
 * happens to blocks that are in use, cannot be moved, or are removed. */
#include "core/storage/eviction.h"

#include <pthread.h>
#include <string.h>

#define POOL 1000
#define BLOCK_BYTES 100
#define N_BLOCKS 10 /* which fill the pool */

typedef struct
{
  RushConf *conf;
  RushMemoryManager *memory;
  RushEvictor *evictor;
  GString *gone; /* ids, in their order */
} Fixture;

/* ---- blocks that are nothing but their charge ---- */

typedef struct
{
  RushBlock base;
  Fixture *fixture;
  gboolean in_use;
  gboolean broken;
} TestBlock;

static gint64
test_block_evict (RushBlock *base, GError **error)
{
  TestBlock *self = (TestBlock *)base;

  if (self->in_use)
    return 0;
  if (self->broken)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO, "the disk is full");
      return -1;
    }
  rush_memory_manager_release_storage (self->fixture->memory, base->bytes);
  g_string_append_printf (self->fixture->gone, "%s ", base->id);
  return base->bytes;
}

static void
test_block_free (RushBlock *base)
{
  g_free (base);
}

static const RushBlockClass test_block_class = { test_block_evict, test_block_free };

static TestBlock *
block_new (Fixture *fixture, const char *id, gint64 bytes)
{
  TestBlock *self = g_new0 (TestBlock, 1);

  rush_block_init (&self->base, &test_block_class, g_strdup (id), bytes);
  self->fixture = fixture;
  g_assert_true (rush_memory_manager_acquire_storage (fixture->memory, bytes));
  rush_evictor_add (fixture->evictor, &self->base);
  return self;
}

static void
block_drop (TestBlock *self)
{
  rush_evictor_remove (self->fixture->evictor, &self->base);
  rush_block_unref (&self->base);
}

/* ---- an executor's memory, all of which execution may claim ---- */

static void
set (RushConf *conf, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  rush_conf_set (conf, key, value, &error);
  g_assert_no_error (error);
}

static void
fixture_init (Fixture *self, const RushEvictionPolicy *policy)
{
  g_autoptr (GError) error = NULL;

  self->conf = rush_conf_new ();
  set (self->conf, "spark.testing.memory", G_STRINGIFY (POOL));
  set (self->conf, "spark.testing.reservedMemory", "0");
  set (self->conf, "spark.memory.fraction", "1.0");
  set (self->conf, "spark.memory.storageFraction", "0.0");
  self->memory = rush_memory_manager_new (self->conf, 0, &error);
  g_assert_no_error (error);
  self->evictor = rush_evictor_new (self->memory, policy);
  self->gone = g_string_new (NULL);
}

static void
fixture_clear (Fixture *self)
{
  rush_evictor_free (self->evictor);
  rush_memory_manager_unref (self->memory);
  rush_conf_unref (self->conf);
  g_string_free (self->gone, TRUE);
}

/* The ids that go when a task wants @bytes more than are free. */
static void
assert_evicts (Fixture *self, gint64 bytes, const char *expected)
{
  RushMemoryStats stats;

  rush_memory_manager_stats (self->memory, &stats);
  gint64 wanted = stats.pool - stats.storage_used + bytes;
  gint64 granted = rush_memory_manager_acquire_execution (self->memory, 1, wanted, NULL);
  rush_memory_manager_release_execution (self->memory, 1, granted);
  g_assert_cmpstr (self->gone->str, ==, expected);
  g_string_truncate (self->gone, 0);
}

/* ---- the default: LRU ---- */

static void
test_least_recently_used_first (void)
{
  Fixture f;
  TestBlock *blocks[4];
  const char *ids[] = { "shuffle_0_0_0", "rdd_1_0", "shuffle_0_1_0", "rdd_1_1" };

  fixture_init (&f, &rush_eviction_policy_lru);
  assert_evicts (&f, 100, ""); /* nothing there */
  for (guint b = 0; b < G_N_ELEMENTS (blocks); b++)
    blocks[b] = block_new (&f, ids[b], BLOCK_BYTES);
  rush_evictor_touch (f.evictor, &blocks[0]->base);
  assert_evicts (&f, 1, "rdd_1_0 ");
  assert_evicts (&f, 101, "shuffle_0_1_0 rdd_1_1 ");
  assert_evicts (&f, 1000, "shuffle_0_0_0 ");
  assert_evicts (&f, 1000, "");
  for (guint b = 0; b < G_N_ELEMENTS (blocks); b++)
    block_drop (blocks[b]);
  fixture_clear (&f);
}

/* What is in use stays for now, and is asked again the next time. */
static void
test_blocks_in_use (void)
{
  Fixture f;

  fixture_init (&f, &rush_eviction_policy_lru);
  TestBlock *old = block_new (&f, "rdd_0_0", BLOCK_BYTES);
  TestBlock *new = block_new (&f, "rdd_0_1", BLOCK_BYTES);
  old->in_use = TRUE;
  assert_evicts (&f, 150, "rdd_0_1 ");
  old->in_use = FALSE;
  assert_evicts (&f, 1, "rdd_0_0 ");
  block_drop (old);
  block_drop (new);
  fixture_clear (&f);
}

/* What cannot be moved stays for good, with one warning. */
static void
test_blocks_that_cannot_be_moved (void)
{
  Fixture f;

  fixture_init (&f, &rush_eviction_policy_lru);
  TestBlock *broken = block_new (&f, "rdd_0_0", BLOCK_BYTES);
  TestBlock *whole = block_new (&f, "rdd_0_1", BLOCK_BYTES);
  broken->broken = TRUE;
  g_test_expect_message ("rushlight", G_LOG_LEVEL_WARNING,
                         "block rdd_0_0 stays in memory*the disk is full*");
  assert_evicts (&f, 1, "rdd_0_1 ");
  g_test_assert_expected_messages ();
  assert_evicts (&f, 1, "");
  rush_memory_manager_release_storage (f.memory, BLOCK_BYTES);
  block_drop (broken);
  block_drop (whole);
  fixture_clear (&f);
}

/* From the middle, the end, and twice. */
static void
test_removal (void)
{
  Fixture f;
  TestBlock *blocks[N_BLOCKS];

  fixture_init (&f, &rush_eviction_policy_lru);
  for (guint b = 0; b < N_BLOCKS; b++)
    {
      g_autofree char *id = g_strdup_printf ("rdd_0_%u", b);
      blocks[b] = block_new (&f, id, BLOCK_BYTES);
    }
  for (guint b = 0; b < N_BLOCKS; b += 3) /* 0, 3, 6, 9 */
    {
      rush_evictor_remove (f.evictor, &blocks[b]->base);
      rush_evictor_remove (f.evictor, &blocks[b]->base);
      rush_memory_manager_release_storage (f.memory, BLOCK_BYTES);
    }
  assert_evicts (&f, 1000, "rdd_0_1 rdd_0_2 rdd_0_4 rdd_0_5 rdd_0_7 rdd_0_8 ");
  for (guint b = 0; b < N_BLOCKS; b++)
    block_drop (blocks[b]);
  fixture_clear (&f);
}

/* ---- another policy ---- */

static gint
compare_largest (const RushBlock *a, const RushBlock *b)
{
  if (a->bytes != b->bytes)
    return a->bytes > b->bytes ? -1 : 1;
  return strcmp (a->id, b->id);
}

static const RushEvictionPolicy largest_first = { .name = "largest first",
                                                  .compare = compare_largest };

static void
test_another_policy (void)
{
  Fixture f;

  fixture_init (&f, &largest_first);
  TestBlock *small = block_new (&f, "rdd_0_0", 50);
  TestBlock *large = block_new (&f, "rdd_0_1", 300);
  TestBlock *middle = block_new (&f, "rdd_0_2", 200);
  rush_evictor_touch (f.evictor, &large->base); /* changes nothing */
  assert_evicts (&f, 1, "rdd_0_1 ");
  assert_evicts (&f, 250, "rdd_0_2 rdd_0_0 ");
  block_drop (small);
  block_drop (large);
  block_drop (middle);
  fixture_clear (&f);
}

/* ---- a policy with books ---- */

/* First in, first out. */
typedef struct
{
  GPtrArray *order; /* RushBlock * */
} Books;

static guint n_books, n_used;
static RushBlock *stale_block; /* named instead, if it is not NULL */

static gpointer
books_make (void)
{
  Books *books = g_new0 (Books, 1);

  books->order = g_ptr_array_new ();
  n_books++;
  return books;
}

static void
books_free (gpointer data)
{
  Books *books = data;

  g_assert_cmpuint (books->order->len, ==, 0);
  g_ptr_array_unref (books->order);
  g_free (books);
  n_books--;
}

static void
books_added (gpointer books, RushBlock *block)
{
  g_ptr_array_add (((Books *)books)->order, block);
}

static void
books_used (gpointer books, RushBlock *block)
{
  n_used++;
}

static void
books_removed (gpointer books, RushBlock *block)
{
  g_assert_true (g_ptr_array_remove (((Books *)books)->order, block));
}

static RushBlock *
books_next (gpointer data, RushBlock *after)
{
  GPtrArray *order = ((Books *)data)->order;
  guint place = 0;

  if (stale_block != NULL)
    return stale_block;
  if (after != NULL && g_ptr_array_find (order, after, &place))
    place++;
  return place < order->len ? g_ptr_array_index (order, place) : NULL;
}

static const RushEvictionPolicy first_in_first_out = { .name = "FIFO",
                                                       .make = books_make,
                                                       .free = books_free,
                                                       .added = books_added,
                                                       .used = books_used,
                                                       .removed = books_removed,
                                                       .next = books_next };

static gpointer
books_make_nothing (void)
{
  return NULL;
}

static void
books_free_nothing (gpointer books)
{
  g_assert_null (books);
}

static void
books_note_nothing (gpointer books, RushBlock *block)
{
  g_assert_null (books);
}

static RushBlock *
books_name_nothing (gpointer books, RushBlock *after)
{
  return NULL;
}

static void
test_books_may_be_null (void)
{
  static const RushEvictionPolicy empty = { .name = "empty",
                                            .make = books_make_nothing,
                                            .free = books_free_nothing,
                                            .added = books_note_nothing,
                                            .used = books_note_nothing,
                                            .removed = books_note_nothing,
                                            .next = books_name_nothing };
  Fixture f;

  fixture_init (&f, &empty);
  TestBlock *block = block_new (&f, "rdd_0_0", 100);
  assert_evicts (&f, 1, "");
  block_drop (block);
  fixture_clear (&f);
}

static void
test_books (void)
{
  Fixture f;

  n_used = 0;
  fixture_init (&f, &first_in_first_out);
  TestBlock *first = block_new (&f, "rdd_0_0", 100);
  TestBlock *second = block_new (&f, "rdd_0_1", 100);
  TestBlock *third = block_new (&f, "rdd_0_2", 100);
  rush_evictor_touch (f.evictor, &first->base); /* changes nothing here */
  g_assert_cmpuint (n_used, ==, 1);
  first->in_use = TRUE;
  assert_evicts (&f, 1, "rdd_0_1 ");
  first->in_use = FALSE;
  assert_evicts (&f, 150, "rdd_0_0 rdd_0_2 ");
  rush_evictor_touch (f.evictor, &first->base); /* it has gone: nobody is told */
  g_assert_cmpuint (n_used, ==, 1);
  block_drop (first);
  block_drop (second);
  block_drop (third);
  fixture_clear (&f);
  g_assert_cmpuint (n_books, ==, 0);
}

static void
test_books_that_are_wrong (void)
{
  Fixture f;

  fixture_init (&f, &first_in_first_out);
  TestBlock *gone = block_new (&f, "rdd_0_0", 100);
  TestBlock *there = block_new (&f, "rdd_0_1", 100);
  assert_evicts (&f, 1, "rdd_0_0 ");
  stale_block = &gone->base;
  g_test_expect_message ("rushlight", G_LOG_LEVEL_WARNING, "*\"FIFO\" names a block that has gone");
  assert_evicts (&f, 1, "");
  g_test_assert_expected_messages ();
  stale_block = &there->base; /* over and over */
  there->in_use = TRUE;
  assert_evicts (&f, 1, "");
  stale_block = NULL;
  there->in_use = FALSE;
  block_drop (gone);
  block_drop (there);
  fixture_clear (&f);
}

/* ---- threads ---- */

#define N_ROUNDS 500

static void *
come_use_and_go (void *data)
{
  Fixture *f = data;

  for (guint round = 0; round < N_ROUNDS; round++)
    {
      /* Not charged, so that it does not matter who lets it go. */
      TestBlock *block = g_new0 (TestBlock, 1);
      rush_block_init (&block->base, &test_block_class, g_strdup ("rdd_0_0"), BLOCK_BYTES);
      block->fixture = f;
      block->in_use = TRUE;
      rush_evictor_add (f->evictor, &block->base);
      rush_evictor_touch (f->evictor, &block->base);
      block_drop (block);
    }
  return NULL;
}

/* Blocks come and go while others are looked for. */
static void
test_threads (void)
{
  Fixture f;
  pthread_t threads[3];

  fixture_init (&f, &rush_eviction_policy_lru);
  TestBlock *stays = block_new (&f, "rdd_1_0", BLOCK_BYTES);
  stays->in_use = TRUE;
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_create (&threads[t], NULL, come_use_and_go, &f);
  for (guint round = 0; round < N_ROUNDS; round++)
    assert_evicts (&f, 1, "");
  for (guint t = 0; t < G_N_ELEMENTS (threads); t++)
    pthread_join (threads[t], NULL);
  stays->in_use = FALSE;
  assert_evicts (&f, 1, "rdd_1_0 ");
  block_drop (stays);
  fixture_clear (&f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/eviction/lru", test_least_recently_used_first);
  g_test_add_func ("/eviction/in_use", test_blocks_in_use);
  g_test_add_func ("/eviction/cannot_be_moved", test_blocks_that_cannot_be_moved);
  g_test_add_func ("/eviction/removal", test_removal);
  g_test_add_func ("/eviction/another_policy", test_another_policy);
  g_test_add_func ("/eviction/books", test_books);
  g_test_add_func ("/eviction/no_books", test_books_may_be_null);
  g_test_add_func ("/eviction/wrong_books", test_books_that_are_wrong);
  g_test_add_func ("/eviction/threads", test_threads);
  return g_test_run ();
}
