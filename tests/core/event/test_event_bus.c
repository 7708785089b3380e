/* The bus: inline and queued listeners, one order for all, back-pressure, flush and stop. */
#include "core/event/event_bus.h"
#include "sample_run.h"

#include <pthread.h>
#include <stdatomic.h>

/* ---- a listener that writes down the job ids it hears ---- */

typedef struct
{
  GArray *heard; /* gint */
  pthread_t thread;
  guint finished;
  guint freed;
  gboolean heard_after_finish;
  /* Called for each event first, if set. */
  void (*before) (gpointer data);
  gpointer before_data;
} Notes;

typedef struct
{
  RushListener base;
  Notes *notes;
} Recorder;

static void
recorder_on_event (RushListener *listener, RushEvent *event)
{
  Notes *notes = ((Recorder *)listener)->notes;

  if (notes->before != NULL)
    notes->before (notes->before_data);
  notes->thread = pthread_self ();
  notes->heard_after_finish |= notes->finished > 0;
  g_array_append_val (notes->heard, event->job_end.job_id);
}

static void
recorder_finish (RushListener *listener)
{
  ((Recorder *)listener)->notes->finished++;
}

static void
recorder_free (RushListener *listener)
{
  ((Recorder *)listener)->notes->freed++;
  g_free (listener);
}

static const RushListenerClass recorder_class = { "recorder", recorder_on_event, recorder_finish,
                                                  recorder_free };

static RushListener *
recorder_new (Notes *notes)
{
  Recorder *self = g_new (Recorder, 1);

  self->base.klass = &recorder_class;
  self->notes = notes;
  notes->heard = g_array_new (FALSE, FALSE, sizeof (gint));
  return &self->base;
}

static void
post (RushEventBus *bus, gint id)
{
  rush_event_bus_post (bus, sample_job_end (id, 0, NULL));
}

static void
assert_heard_in_order (const Notes *notes, gint n)
{
  g_assert_cmpuint (notes->heard->len, ==, n);
  for (gint i = 0; i < n; i++)
    g_assert_cmpint (g_array_index (notes->heard, gint, i), ==, i);
}

/* ---- tests ---- */

static void
test_nobody_listens (void)
{
  RushEventBus *bus = rush_event_bus_new (1);

  g_assert_false (rush_event_bus_has_listeners (bus));
  post (bus, 0); /* freed, or the leak check complains */
  post (bus, 1);
  rush_event_bus_flush (bus);
  rush_event_bus_free (bus);
}

static void
test_inline (void)
{
  RushEventBus *bus = rush_event_bus_new (1);
  Notes notes = { 0 };

  rush_event_bus_add_inline (bus, recorder_new (&notes));
  g_assert_true (rush_event_bus_has_listeners (bus));
  post (bus, 0);
  assert_heard_in_order (&notes, 1); /* without flush: it has been called already */
  g_assert_true (pthread_equal (notes.thread, pthread_self ()));
  rush_event_bus_free (bus);
  g_assert_cmpuint (notes.finished, ==, 1);
  g_assert_cmpuint (notes.freed, ==, 1);
  g_array_unref (notes.heard);
}

static void
test_queued (void)
{
  RushEventBus *bus = rush_event_bus_new (1000);
  Notes notes = { 0 };

  rush_event_bus_add_queued (bus, recorder_new (&notes), NULL);
  for (gint i = 0; i < 100; i++)
    post (bus, i);
  rush_event_bus_flush (bus);
  assert_heard_in_order (&notes, 100);
  g_assert_false (pthread_equal (notes.thread, pthread_self ()));
  g_assert_cmpuint (notes.finished, ==, 0);
  rush_event_bus_free (bus);
  g_assert_cmpuint (notes.finished, ==, 1);
  g_array_unref (notes.heard);
}

/* An event that is shared lives until the slowest listener is done with it. */
static void
test_event_outlives_post (void)
{
  RushEventBus *bus = rush_event_bus_new (10);
  Notes a = { 0 }, b = { 0 };
  g_autoptr (RushEvent) event = sample_job_end (0, 0, "why");

  rush_event_bus_add_queued (bus, recorder_new (&a), NULL);
  rush_event_bus_add_queued (bus, recorder_new (&b), NULL);
  rush_event_bus_post (bus, rush_event_ref (event));
  rush_event_bus_stop (bus);
  g_assert_cmpint (rush_ref_count_get (&event->refs), ==, 1);
  assert_heard_in_order (&a, 1);
  assert_heard_in_order (&b, 1);
  rush_event_bus_free (bus);
  g_array_unref (a.heard);
  g_array_unref (b.heard);
}

/* ---- many threads post ---- */

#define POSTERS 4
#define POSTS 250

typedef struct
{
  RushEventBus *bus;
  gint first_id;
} Poster;

static gpointer
run_poster (gpointer data)
{
  Poster *self = data;

  for (gint i = 0; i < POSTS; i++)
    post (self->bus, self->first_id + i);
  return NULL;
}

static void
test_one_order_for_all (void)
{
  RushEventBus *bus = rush_event_bus_new (8);
  Notes notes[3] = { 0 };
  Poster posters[POSTERS];
  pthread_t threads[POSTERS];

  rush_event_bus_add_inline (bus, recorder_new (&notes[0]));
  rush_event_bus_add_queued (bus, recorder_new (&notes[1]), NULL);
  rush_event_bus_add_queued (bus, recorder_new (&notes[2]), NULL);
  for (gint i = 0; i < POSTERS; i++)
    {
      posters[i] = (Poster){ bus, i * POSTS };
      g_assert_cmpint (pthread_create (&threads[i], NULL, run_poster, &posters[i]), ==, 0);
    }
  for (gint i = 0; i < POSTERS; i++)
    pthread_join (threads[i], NULL);
  rush_event_bus_flush (bus);

  for (gint n = 0; n < 3; n++)
    {
      g_assert_cmpuint (notes[n].heard->len, ==, POSTERS * POSTS);
      g_assert_cmpmem (notes[n].heard->data, POSTERS * POSTS * sizeof (gint), notes[0].heard->data,
                       POSTERS * POSTS * sizeof (gint));
    }
  rush_event_bus_free (bus);
  for (gint n = 0; n < 3; n++)
    g_array_unref (notes[n].heard);
}

/* ---- back-pressure ---- */

#define CAPACITY 3

/* The listener waits until the poster has filled the queue, then checks at every event that the
 * poster is never further ahead than the queue is long. */
typedef struct
{
  pthread_mutex_t lock;
  pthread_cond_t changed;
  guint posted;    /* calls that have returned */
  guint delivered; /* events that have begun to be handled */
  guint largest_lead;
} Gate;

static void
gate_before_event (gpointer data)
{
  Gate *gate = data;

  pthread_mutex_lock (&gate->lock);
  gate->delivered++;
  while (gate->posted < CAPACITY + 1)
    pthread_cond_wait (&gate->changed, &gate->lock);
  if (gate->posted > gate->delivered)
    gate->largest_lead = MAX (gate->largest_lead, gate->posted - gate->delivered);
  pthread_mutex_unlock (&gate->lock);
}

static void
test_full_queue_blocks (void)
{
  RushEventBus *bus = rush_event_bus_new (CAPACITY);
  Gate gate = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0, 0, 0 };
  Notes notes = { .before = gate_before_event, .before_data = &gate };

  rush_event_bus_add_queued (bus, recorder_new (&notes), NULL);
  for (gint i = 0; i < 1000; i++)
    {
      post (bus, i);
      pthread_mutex_lock (&gate.lock);
      gate.posted++;
      pthread_cond_signal (&gate.changed);
      pthread_mutex_unlock (&gate.lock);
    }
  rush_event_bus_stop (bus);
  assert_heard_in_order (&notes, 1000); /* nothing was dropped */
  g_assert_cmpuint (gate.largest_lead, >=, 1);
  g_assert_cmpuint (gate.largest_lead, <=, CAPACITY);
  rush_event_bus_free (bus);
  g_array_unref (notes.heard);
}

/* ---- stop ---- */

static void
test_stop_delivers_all (void)
{
  RushEventBus *bus = rush_event_bus_new (1000);
  Notes queued = { 0 }, inlined = { 0 };

  rush_event_bus_add_queued (bus, recorder_new (&queued), NULL);
  rush_event_bus_add_inline (bus, recorder_new (&inlined));
  for (gint i = 0; i < 500; i++)
    post (bus, i);
  rush_event_bus_stop (bus);
  assert_heard_in_order (&queued, 500);
  g_assert_cmpuint (queued.finished, ==, 1);
  g_assert_cmpuint (inlined.finished, ==, 1);
  g_assert_false (queued.heard_after_finish);

  g_assert_false (rush_event_bus_has_listeners (bus));
  post (bus, 500); /* too late, for both */
  rush_event_bus_flush (bus);
  rush_event_bus_stop (bus);
  assert_heard_in_order (&queued, 500);
  assert_heard_in_order (&inlined, 500);
  g_assert_cmpuint (queued.finished, ==, 1);
  g_assert_cmpuint (queued.freed, ==, 0); /* until the bus goes */
  rush_event_bus_free (bus);
  g_assert_cmpuint (queued.freed, ==, 1);
  g_array_unref (queued.heard);
  g_array_unref (inlined.heard);
}

/* What was posted before a listener came is not for it. */
static void
test_late_listener (void)
{
  RushEventBus *bus = rush_event_bus_new (10);
  Notes early = { 0 }, late = { 0 };

  rush_event_bus_add_queued (bus, recorder_new (&early), NULL);
  post (bus, 0);
  rush_event_bus_add_queued (bus, recorder_new (&late), NULL);
  post (bus, 1);
  rush_event_bus_flush (bus);
  assert_heard_in_order (&early, 2);
  g_assert_cmpuint (late.heard->len, ==, 1);
  rush_event_bus_free (bus);
  g_array_unref (early.heard);
  g_array_unref (late.heard);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event/bus/nobody-listens", test_nobody_listens);
  g_test_add_func ("/event/bus/inline", test_inline);
  g_test_add_func ("/event/bus/queued", test_queued);
  g_test_add_func ("/event/bus/event-outlives-post", test_event_outlives_post);
  g_test_add_func ("/event/bus/one-order-for-all", test_one_order_for_all);
  g_test_add_func ("/event/bus/full-queue-blocks", test_full_queue_blocks);
  g_test_add_func ("/event/bus/stop-delivers-all", test_stop_delivers_all);
  g_test_add_func ("/event/bus/late-listener", test_late_listener);
  return g_test_run ();
}
