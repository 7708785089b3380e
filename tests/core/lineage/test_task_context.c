/* A task's context, its outcome and the small iterators. */
#include "core/data/builder.h"
#include "core/lineage/iterator.h"
#include "core/lineage/task_context.h"
#include "core/lineage/task_outcome.h"

#include <poll.h>
#include <pthread.h>

static void
test_defaults (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;

  g_assert_nonnull (ctx->properties);
  g_assert_cmpuint (g_hash_table_size (ctx->properties), ==, 0);
  g_assert_true (ctx->clock == rush_clock_system ());
  g_assert_true (ctx->allocator == rush_allocator_system ());
  g_assert_true (rush_task_context_check (ctx, &error));
  g_assert_no_error (error);
}

static void *
cancel_twice (void *data)
{
  rush_task_context_cancel (data, "Stage cancelled");
  rush_task_context_cancel (data, "too late");
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;
  pthread_t thread;

  g_assert_cmpint (pthread_create (&thread, NULL, cancel_twice, ctx), ==, 0);
  while (rush_task_context_check (ctx, NULL))
    sched_yield ();
  g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
  g_assert_false (rush_task_context_check (ctx, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "Task killed (Stage cancelled)");
}

static gboolean
readable (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };
  return poll (&poll_fd, 1, 0) == 1;
}

/* Who waits in poll () is woken, whether the descriptor was made before the cancellation or after.
 */
static void
test_cancel_fd (void)
{
  g_autoptr (RushTaskContext) waits = rush_task_context_new ();
  g_autoptr (RushTaskContext) late = rush_task_context_new ();
  int fd = rush_task_context_cancel_fd (waits);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpint (rush_task_context_cancel_fd (waits), ==, fd);
  g_assert_false (readable (fd));
  rush_task_context_cancel (waits, "Stage cancelled");
  g_assert_true (readable (fd));

  rush_task_context_cancel (late, "Stage cancelled");
  g_assert_true (readable (rush_task_context_cancel_fd (late)));
}

/* What served a task that was not cancelled may serve the next one; what woke somebody may not. */
static void
test_cancel_fd_of_the_next_task (void)
{
  RushTaskContext *ended = rush_task_context_new ();
  RushTaskContext *killed = rush_task_context_new ();

  g_assert_cmpint (rush_task_context_cancel_fd (ended), >=, 0);
  g_assert_cmpint (rush_task_context_cancel_fd (killed), !=, rush_task_context_cancel_fd (ended));
  rush_task_context_cancel (killed, "Stage cancelled");
  rush_task_context_free (ended);
  rush_task_context_free (killed);

  for (guint i = 0; i < 40; i++) /* more than are kept */
    {
      g_autoptr (RushTaskContext) next = rush_task_context_new ();
      g_autoptr (RushTaskContext) other = rush_task_context_new ();
      int fd = rush_task_context_cancel_fd (next);

      g_assert_cmpint (fd, !=, rush_task_context_cancel_fd (other));
      g_assert_false (readable (fd));
      g_assert_false (readable (rush_task_context_cancel_fd (other)));
      rush_task_context_cancel (next, "Stage cancelled");
      g_assert_true (readable (fd));
      g_assert_false (readable (rush_task_context_cancel_fd (other)));
    }
}

static GString *order;

static void
note (gpointer data)
{
  g_string_append (order, data);
}

static void
note_and_add (gpointer data)
{
  g_string_append (order, "[");
  rush_task_context_add_cleanup (data, note, (gpointer) "]");
}

static void
test_cleanups (void)
{
  RushTaskContext *ctx = rush_task_context_new ();

  order = g_string_new (NULL);
  rush_task_context_add_cleanup (ctx, note, (gpointer) "a");
  rush_task_context_add_cleanup (ctx, note_and_add, ctx);
  rush_task_context_add_cleanup (ctx, note, (gpointer) "c");
  rush_task_context_free (ctx);
  g_assert_cmpstr (order->str, ==, "c[]a");
  g_string_free (order, TRUE);
}

static void
test_fetch_failed (void)
{
  g_autoptr (RushTaskContext) ctx = rush_task_context_new ();
  g_autoptr (GError) error = NULL;

  rush_task_context_set_fetch_failed (ctx, 3, 1, 2, "0", "gone", NULL);
  rush_task_context_set_fetch_failed (ctx, 4, 5, 6, "1", "gone too", &error);
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_FETCH_FAILED);
  g_assert_true (ctx->fetch_failed);
  g_assert_cmpint (ctx->fetch_shuffle_id, ==, 4);
  g_assert_cmpint (ctx->fetch_map_index, ==, 5);
  g_assert_cmpuint (ctx->fetch_reduce_partition, ==, 6);
  g_assert_cmpstr (ctx->fetch_executor_id, ==, "1");
}

static void
count_free (gpointer data)
{
  ++*(guint *)data;
}

static void
test_outcome (void)
{
  RushTaskOutcome *outcome = rush_task_outcome_new (RUSH_OUTCOME_SUCCESS, NULL);
  guint freed = 0;

  outcome->result.value = &freed;
  outcome->result.free_value = count_free;
  outcome->map_status = &freed;
  outcome->free_map_status = count_free;
  rush_task_outcome_free (outcome);
  g_assert_cmpuint (freed, ==, 2);

  outcome = rush_task_outcome_new (RUSH_OUTCOME_FETCH_FAILED, "gone");
  g_assert_cmpstr (outcome->message, ==, "gone");
  g_assert_cmpint (outcome->map_index, ==, -1);
  rush_task_outcome_free (outcome);
  rush_task_outcome_free (NULL);

  g_assert_cmpstr (rush_outcome_kind_name (RUSH_OUTCOME_SUCCESS), ==, "Success");
  g_assert_cmpstr (rush_outcome_kind_name (RUSH_OUTCOME_EXCEPTION), ==, "ExceptionFailure");
  g_assert_cmpstr (rush_outcome_kind_name (RUSH_OUTCOME_FETCH_FAILED), ==, "FetchFailed");
  g_assert_cmpstr (rush_outcome_kind_name (RUSH_OUTCOME_KILLED), ==, "TaskKilled");
  g_assert_cmpstr (rush_outcome_kind_name (RUSH_OUTCOME_EXECUTOR_LOST), ==, "ExecutorLostFailure");
  g_assert_cmpstr (rush_outcome_kind_name (RUSH_OUTCOME_COMMIT_DENIED), ==, "TaskCommitDenied");
  g_assert_cmpstr (rush_outcome_kind_name (RUSH_OUTCOME_RESUBMITTED), ==, "Resubmitted");
}

static RushBatch *
batch_of (gint64 value)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("n", &RUSH_INT64, NULL);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());

  g_assert_true (rush_batch_builder_append_int (builder, 0, value, NULL));
  rush_batch_builder_end_row (builder);
  return rush_batch_builder_finish (builder, NULL);
}

static void
test_iterators (void)
{
  RushIterator *empty = rush_iterator_empty ();
  RushBatch *batches[] = { batch_of (1), batch_of (2) };
  RushIterator *given = rush_iterator_of_batches (batches, 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_iterator_next (empty, &error));
  g_assert_null (rush_iterator_next (empty, &error));
  rush_iterator_close (empty);
  rush_iterator_close (NULL);

  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (given, &error);

      g_assert_true (batch == batches[i]);
    }
  g_assert_null (rush_iterator_next (given, &error));
  g_assert_null (rush_iterator_next (given, &error));
  g_assert_no_error (error);
  rush_iterator_close (given);

  /* Half-way, and before the first one. */
  given = rush_iterator_of_batches (batches, 2);
  rush_batch_unref (rush_iterator_next (given, &error));
  rush_iterator_close (given);
  rush_iterator_close (rush_iterator_of_batches (batches, 2));
  g_assert_cmpint (rush_ref_count_get (&batches[0]->refs), ==, 1);
  rush_batch_unref (batches[0]);
  rush_batch_unref (batches[1]);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lineage/task-context/defaults", test_defaults);
  g_test_add_func ("/lineage/task-context/cancel", test_cancel);
  g_test_add_func ("/lineage/task-context/cancel-fd", test_cancel_fd);
  g_test_add_func ("/lineage/task-context/cancel-fd-of-the-next-task",
                   test_cancel_fd_of_the_next_task);
  g_test_add_func ("/lineage/task-context/cleanups", test_cleanups);
  g_test_add_func ("/lineage/task-context/fetch-failed", test_fetch_failed);
  g_test_add_func ("/lineage/task-outcome", test_outcome);
  g_test_add_func ("/lineage/iterators", test_iterators);
  return g_test_run ();
}
