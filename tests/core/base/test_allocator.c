/* test_allocator.c - the account is exact: after any mix of requests, refusals and threads, what is
 * reserved is what the blocks hold, and a refused request leaves everything as it was. */
#include "core/base/allocator.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

#define N_THREADS 4
#define ROUNDS 20000

/* Sanitizers end the process when malloc () fails, unless they are told that it may. */
__attribute__ ((visibility ("default"))) const char *__asan_default_options (void);
__attribute__ ((visibility ("default"))) const char *__tsan_default_options (void);

const char *
__asan_default_options (void)
{
  return "allocator_may_return_null=1";
}

const char *
__tsan_default_options (void)
{
  return "allocator_may_return_null=1";
}

static void
assert_refused (RushAllocator *a, gpointer block, gsize old_size, gsize new_size)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_realloc (a, block, old_size, new_size, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_null (rush_realloc (a, block, old_size, new_size, NULL));
}

/* ---- normal ---- */

static void
test_blocks_are_aligned_and_charged (void)
{
  g_autoptr (RushAllocator) a = rush_allocator_limited_new (10000, 0);
  gpointer blocks[10];
  gsize in_use = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    {
      blocks[i] = rush_alloc (a, i * 13 + 1, NULL);
      g_assert_cmpuint ((uintptr_t)blocks[i] % 16, ==, 0);
      memset (blocks[i], (int)i, i * 13 + 1);
      in_use += i * 13 + 1;
      g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, in_use);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    rush_free (a, blocks[i], i * 13 + 1);
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 0);
}

static void
test_realloc_keeps_content_and_balance (void)
{
  g_autoptr (RushAllocator) a = rush_allocator_limited_new (1 << 20, 0);
  static const gsize sizes[] = { 1, 100, 100, 5000, 300000, 40, 0, 64 };
  guint8 *block = NULL;
  gsize size = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      gsize kept = MIN (size, sizes[i]);
      block = rush_realloc (a, block, size, sizes[i], NULL);
      g_assert_nonnull (block);
      for (gsize k = 0; k < kept; k++)
        g_assert_cmpuint (block[k], ==, k % 251);
      for (gsize k = 0; k < sizes[i]; k++)
        block[k] = (guint8)(k % 251);
      size = sizes[i];
      g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, size);
    }
  rush_free (a, block, size);
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 0);
}

static void
test_reserve_without_block (void)
{
  g_autoptr (RushAllocator) a = rush_allocator_limited_new (100, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_allocator_reserve (a, 60, NULL));
  g_assert_false (rush_allocator_reserve (a, 41, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY);
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 60);
  g_assert_true (rush_allocator_reserve (a, 40, NULL));
  rush_allocator_release (a, 100);
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 0);
}

static void
test_system_account_counts (void)
{
  RushAllocator *a = rush_allocator_ref (rush_allocator_system ());
  gsize before = rush_allocator_system_in_use ();

  gpointer block = rush_alloc (a, 12345, NULL);
  g_assert_cmpuint (rush_allocator_system_in_use () - before, ==, 12345);
  rush_free (a, block, 12345);
  g_assert_cmpuint (rush_allocator_system_in_use (), ==, before);
  rush_allocator_unref (a);
}

/* ---- empty ---- */

static void
test_nothing_is_free (void)
{
  g_autoptr (RushAllocator) a = rush_allocator_limited_new (0, 1);

  gpointer block = rush_alloc (a, 0, NULL); /* asks for nothing: the account is not troubled */
  g_assert_nonnull (block);
  rush_free (a, block, 0);
  rush_free (a, NULL, 77);
  g_assert_true (rush_allocator_reserve (a, 0, NULL));
  rush_allocator_release (a, 0);
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 0);
  rush_allocator_unref (NULL);
}

/* ---- errors ---- */

static void
test_refused_growth_leaves_the_block (void)
{
  g_autoptr (RushAllocator) a = rush_allocator_limited_new (64, 0);
  char *block = rush_alloc (a, 64, NULL);

  strcpy (block, "still here");
  assert_refused (a, block, 64, 65);
  g_assert_cmpstr (block, ==, "still here");
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 64);
  rush_free (a, block, 64);
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 0);
}

static void
test_limit_is_named (void)
{
  g_autoptr (RushAllocator) a = rush_allocator_limited_new (100, 0);
  g_autoptr (GError) error = NULL;

  g_assert_true (rush_allocator_reserve (a, 30, NULL));
  g_assert_null (rush_alloc (a, 71, &error));
  g_assert_cmpstr (error->message, ==, "limited memory: 71 bytes asked, 30 of 100 in use");
  rush_allocator_release (a, 30);
}

/* A builder in three steps, as data paths have it: all or nothing. */
static gboolean
build_and_drop (RushAllocator *a, GError **error)
{
  gpointer offsets = NULL, values = NULL, wider;
  gboolean ok = FALSE;

  if ((offsets = rush_alloc (a, 40, error)) == NULL || (values = rush_alloc (a, 80, error)) == NULL)
    goto out;
  wider = rush_realloc (a, values, 80, 160, error);
  if (wider == NULL)
    {
      rush_free (a, values, 80);
      values = NULL;
      goto out;
    }
  values = wider;
  ok = TRUE;
out:
  rush_free (a, values, 160);
  rush_free (a, offsets, 40);
  return ok;
}

static void
test_each_request_refused_in_turn (void)
{
  for (guint nth = 1; nth <= 4; nth++)
    {
      g_autoptr (RushAllocator) a = rush_allocator_limited_new (G_MAXSIZE, nth);
      g_autoptr (GError) error = NULL;
      gboolean ok = build_and_drop (a, &error);

      g_assert_cmpint (ok, ==, nth == 4); /* there are three requests */
      g_assert_cmpint (error == NULL, ==, ok);
      g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 0);
    }
}

static void
test_impossible_sizes (void)
{
  g_autoptr (RushAllocator) limited = rush_allocator_limited_new (G_MAXSIZE, 0);
  RushAllocator *accounts[] = { limited, rush_allocator_system () };
  gsize system_before = rush_allocator_system_in_use ();

  for (gsize i = 0; i < G_N_ELEMENTS (accounts); i++)
    {
      assert_refused (accounts[i], NULL, 0, G_MAXSIZE);
      assert_refused (accounts[i], NULL, 0, (gsize)PTRDIFF_MAX + 1);
    }
  g_assert_cmpuint (rush_allocator_limited_in_use (limited), ==, 0);
  g_assert_cmpuint (rush_allocator_system_in_use (), ==, system_before);
}

/* The account says yes, the system no: the account has its bytes back. */
static void
test_malloc_fails (void)
{
  g_autoptr (RushAllocator) a = rush_allocator_limited_new (G_MAXSIZE, 0);
  g_autoptr (GError) error = NULL;
  gsize too_much = (gsize)PTRDIFF_MAX - 4096;

  char *block = rush_alloc (a, 16, NULL);
  strcpy (block, "still here");
  assert_refused (a, NULL, 0, too_much);
  assert_refused (a, block, 16, too_much);
  g_assert_cmpstr (block, ==, "still here");
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 16);
  g_assert_null (rush_alloc (a, too_much, &error));
  g_assert_true (g_str_has_prefix (error->message, "limited memory: the operating system"));
  rush_free (a, block, 16);
}

/* ---- threads ---- */

static void *
churn (void *data)
{
  RushAllocator *a = data;
  GRand *rand = g_rand_new_with_seed (7);

  for (int i = 0; i < ROUNDS; i++)
    {
      gsize size = (gsize)g_rand_int_range (rand, 1, 200);
      gpointer block = rush_alloc (a, size, NULL);
      if (block == NULL)
        continue;
      gpointer wider = rush_realloc (a, block, size, size * 2, NULL);
      rush_free (a, wider != NULL ? wider : block, wider != NULL ? size * 2 : size);
    }
  g_rand_free (rand);
  rush_allocator_unref (a);
  return NULL;
}

/* The limit is so low that threads refuse each other now and then; the balance must still be 0, and
 * the last thread to leave, whichever it is, ends the allocator. */
static void
test_threads_share_an_account (void)
{
  RushAllocator *a = rush_allocator_limited_new (600, 0);
  pthread_t threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    pthread_create (&threads[i], NULL, churn, rush_allocator_ref (a));
  for (int i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (rush_allocator_limited_in_use (a), ==, 0);
  rush_allocator_unref (a);
}

static void
test_threads_share_the_system (void)
{
  gsize before = rush_allocator_system_in_use ();
  pthread_t threads[N_THREADS];

  for (int i = 0; i < N_THREADS; i++)
    pthread_create (&threads[i], NULL, churn, rush_allocator_ref (rush_allocator_system ()));
  for (int i = 0; i < N_THREADS; i++)
    pthread_join (threads[i], NULL);
  g_assert_cmpuint (rush_allocator_system_in_use (), ==, before);
}

/* ---- misuse ---- */

static void
test_release_of_more_than_taken_aborts (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (RushAllocator) a = rush_allocator_limited_new (100, 0);
      rush_allocator_release (a, 1);
      return;
    }
  g_test_trap_subprocess (NULL, 0, 0);
  g_test_trap_assert_failed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/allocator/blocks", test_blocks_are_aligned_and_charged);
  g_test_add_func ("/allocator/realloc", test_realloc_keeps_content_and_balance);
  g_test_add_func ("/allocator/reserve", test_reserve_without_block);
  g_test_add_func ("/allocator/system", test_system_account_counts);
  g_test_add_func ("/allocator/empty", test_nothing_is_free);
  g_test_add_func ("/allocator/refused-growth", test_refused_growth_leaves_the_block);
  g_test_add_func ("/allocator/limit", test_limit_is_named);
  g_test_add_func ("/allocator/injection", test_each_request_refused_in_turn);
  g_test_add_func ("/allocator/impossible", test_impossible_sizes);
  g_test_add_func ("/allocator/malloc", test_malloc_fails);
  g_test_add_func ("/allocator/threads", test_threads_share_an_account);
  g_test_add_func ("/allocator/threads-system", test_threads_share_the_system);
  g_test_add_func ("/allocator/misuse", test_release_of_more_than_taken_aborts);
  return g_test_run ();
}
