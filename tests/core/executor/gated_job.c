#include "gated_job.h"

static RushIterator *
wait_at_gate (guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  return gate_pass (data, ctx, error) ? thousand_numbers (split, ctx, NULL, error) : NULL;
}

/* Returns when @n_arrivals tasks are at the gate. */
static void
gated_job_submit (GatedJob *self, guint n_arrivals)
{
  self->waiter = engine_submit (self->engine, self->rdd, &self->job_id);
  for (guint i = 0; i < n_arrivals; i++)
    gate_await_arrival (&self->gate);
}

void
gated_job_start (GatedJob *self, const char *master, guint n_partitions, guint n_reduce,
                 guint n_arrivals)
{
  self->engine = engine_new (master, NULL);
  gate_init (&self->gate);
  self->source = func_rdd_new (self->engine, n_partitions, wait_at_gate, &self->gate);
  self->rdd = n_reduce > 0 ? shuffled_rdd_new (self->source, n_reduce, NULL, NULL)
                           : rush_rdd_ref (self->source);
  gated_job_submit (self, n_arrivals);
}

void
gated_reduce_start (GatedJob *self, const char *master, guint n_partitions, guint n_reduce,
                    guint n_arrivals)
{
  self->engine = engine_new (master, NULL);
  gate_init (&self->gate);
  self->source = func_rdd_new (self->engine, n_partitions, thousand_numbers, NULL);
  self->rdd = shuffled_rdd_new (self->source, n_reduce, wait_at_gate, &self->gate);
  gated_job_submit (self, n_arrivals);
}

gint64
gated_job_wait (GatedJob *self, GError **error)
{
  guint n;

  g_assert_true (rush_rdd_n_partitions (self->rdd, &n, NULL));
  return engine_sum_of (self->waiter, n, error);
}

void
gated_job_pass (GatedJob *self, gint64 expected)
{
  g_autoptr (GError) error = NULL;

  gate_open (&self->gate);
  g_assert_cmpint (gated_job_wait (self, &error), ==, expected);
  g_assert_no_error (error);
}

void
gated_job_clear (GatedJob *self)
{
  rush_job_waiter_free (self->waiter);
  rush_rdd_unref (self->rdd);
  rush_rdd_unref (self->source);
  engine_free (self->engine);
  gate_clear (&self->gate);
}
