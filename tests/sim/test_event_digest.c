/* test_event_digest.c - no field of any event can change without the digest of a run.
 *
 * Events of each kind are filled from the tables of their fields: numbers that differ, two elements
 * in each array.  Then one field after the other is changed, wherever it lies, and put back; each
 * change must give a digest that no other gave.  tests/architecture sees to it that the tables
 * have all members.
 */
#include "sim/event_digest.h"

#include "core/event/event_fields.h"

#include <string.h>

#define N_ELEMENTS 2
#define MAX_DEPTH 3 /* of plans, which have children of their own kind */

/* ---- events with something in every field ---- */

typedef struct
{
  GPtrArray *blocks; /* everything that the event points to */
  gint n_filled;
} Filler;

static void fill_struct (Filler *self, const RushEventStruct *made_of, char *at, guint depth);

static gpointer
block (Filler *self, gsize size)
{
  gpointer memory = g_malloc0 (size);

  g_ptr_array_add (self->blocks, memory);
  return memory;
}

static char *
text (Filler *self)
{
  char *made = block (self, 24);

  g_snprintf (made, 24, "text number %d", ++self->n_filled);
  return made;
}

static gpointer
structs (Filler *self, const RushEventStruct *made_of, guint n, guint depth)
{
  char *row = block (self, n * made_of->size);

  for (guint i = 0; i < n; i++)
    fill_struct (self, made_of, row + i * made_of->size, depth + 1);
  return row;
}

static gpointer
pointers (Filler *self, const RushEventStruct *made_of, guint depth)
{
  gpointer *row = block (self, N_ELEMENTS * sizeof *row);

  for (guint i = 0; i < N_ELEMENTS; i++)
    row[i] = structs (self, made_of, 1, depth);
  return row;
}

static void
fill_int (Filler *self, const RushEventField *field, void *at)
{
  gint value = g_str_has_prefix (field->name, "n_") || strcmp (field->name, "n") == 0
                   ? N_ELEMENTS
                   : ++self->n_filled;

  if (field->size == sizeof (gint64))
    *(gint64 *)at = value;
  else
    *(gint *)at = value;
}

static GArray *
list (Filler *self, const RushEventStruct *made_of, guint depth)
{
  GArray *made = block (self, sizeof *made);

  made->data = structs (self, made_of, N_ELEMENTS, depth);
  made->len = N_ELEMENTS;
  return made;
}

static void
fill_field (Filler *self, const RushEventField *field, char *base, guint depth)
{
  void *at = base + field->offset;

  switch (field->kind)
    {
    case RUSH_FIELD_INT:
      fill_int (self, field, at);
      return;
    case RUSH_FIELD_TEXT:
      *(char **)at = text (self);
      return;
    case RUSH_FIELD_CHARS:
      g_snprintf (at, field->size, "text number %d", ++self->n_filled);
      return;
    case RUSH_FIELD_TEXTS:
      *(char ***)at = block (self, (N_ELEMENTS + 1) * sizeof (char *));
      for (guint i = 0; i < N_ELEMENTS; i++)
        (*(char ***)at)[i] = text (self);
      return;
    case RUSH_FIELD_INTS:
      *(gint **)at = block (self, N_ELEMENTS * sizeof (gint));
      for (guint i = 0; i < N_ELEMENTS; i++)
        (*(gint **)at)[i] = ++self->n_filled;
      return;
    case RUSH_FIELD_STRUCT:
      fill_struct (self, field->of, at, depth);
      return;
    case RUSH_FIELD_POINTER:
      *(gpointer *)at = structs (self, field->of, 1, depth);
      return;
    case RUSH_FIELD_POINTERS:
      if (depth < MAX_DEPTH)
        *(gpointer *)at = pointers (self, field->of, depth);
      else
        *(guint *)(base + field->count) = 0;
      return;
    case RUSH_FIELD_STRUCTS:
      *(gpointer *)at = structs (self, field->of, N_ELEMENTS, depth);
      return;
    case RUSH_FIELD_LIST:
      *(gpointer *)at = list (self, field->of, depth);
      return;
    }
}

static void
fill_struct (Filler *self, const RushEventStruct *made_of, char *at, guint depth)
{
  for (guint i = 0; i < made_of->n_fields; i++)
    fill_field (self, &made_of->fields[i], at, depth);
}

/* ---- changes ---- */

typedef struct
{
  RushEvent *event;
  GHashTable *seen; /* digest → what was changed (owned) */
  guint n_changes;
} Changes;

static void change_struct (Changes *self, const RushEventStruct *made_of, char *at);

static void
expect_new_digest (Changes *self, const RushEventStruct *where, const RushEventField *field,
                   const char *how)
{
  guint64 digest = rush_event_digest_of (self->event);
  g_autofree char *what = g_strdup_printf ("%s.%s %s", where->name, field->name, how);
  const char *same = g_hash_table_lookup (self->seen, &digest);

  if (same != NULL)
    g_error ("one digest: %s, and %s", what, same);
  g_hash_table_insert (self->seen, g_memdup2 (&digest, sizeof digest), g_steal_pointer (&what));
  self->n_changes++;
}

/* One bit of a number, but of a count one element less. */
static void
change_int (Changes *self, const RushEventStruct *where, const RushEventField *field, guint8 *at)
{
  guint bits = (guint)field->size * 8;

  if (g_str_has_prefix (field->name, "n_") || strcmp (field->name, "n") == 0)
    {
      if (*(guint *)at == 0)
        return;
      --*(guint *)at;
      expect_new_digest (self, where, field, "one less");
      ++*(guint *)at;
      return;
    }
  for (guint bit = 0; bit < bits; bit += bits - 1)
    {
      guint byte = G_BYTE_ORDER == G_LITTLE_ENDIAN ? bit / 8 : (guint)field->size - 1 - bit / 8;

      at[byte] ^= (guint8)(1 << bit % 8);
      expect_new_digest (self, where, field, bit == 0 ? "lowest bit" : "highest bit");
      at[byte] ^= (guint8)(1 << bit % 8);
    }
}

static void
change_characters (Changes *self, const RushEventStruct *where, const RushEventField *field,
                   char *at)
{
  gsize last = strlen (at) - 1;
  char was = at[last];

  at[0] ^= 1;
  expect_new_digest (self, where, field, "first character");
  at[0] ^= 1;
  at[last] ^= 1;
  expect_new_digest (self, where, field, "last character");
  at[last] = '\0';
  expect_new_digest (self, where, field, "shorter");
  at[last] = was;
}

static void
change_to_null (Changes *self, const RushEventStruct *where, const RushEventField *field,
                gpointer *at)
{
  gpointer was = *at;

  *at = NULL;
  expect_new_digest (self, where, field, "NULL");
  *at = was;
}

static void
change_texts (Changes *self, const RushEventStruct *where, const RushEventField *field, char **at)
{
  for (guint i = 0; i < N_ELEMENTS; i++)
    change_characters (self, where, field, at[i]);
  change_to_null (self, where, field, (gpointer *)&at[N_ELEMENTS - 1]); /* one less */
}

static void
change_list (Changes *self, const RushEventStruct *where, const RushEventField *field, GArray *at)
{
  for (guint i = 0; i < at->len; i++)
    change_struct (self, field->of, at->data + i * field->of->size);
  at->len--;
  expect_new_digest (self, where, field, "one less");
  at->len++;
}

static void
change_field (Changes *self, const RushEventStruct *where, const RushEventField *field, char *base)
{
  void *at = base + field->offset;
  gpointer elsewhere = field->kind == RUSH_FIELD_INT || field->kind == RUSH_FIELD_CHARS ||
                               field->kind == RUSH_FIELD_STRUCT
                           ? NULL
                           : *(gpointer *)at;
  guint n = *(guint *)(base + field->count);

  switch (field->kind)
    {
    case RUSH_FIELD_INT:
      change_int (self, where, field, at);
      return;
    case RUSH_FIELD_CHARS:
      change_characters (self, where, field, at);
      return;
    case RUSH_FIELD_STRUCT:
      change_struct (self, field->of, at);
      return;
    case RUSH_FIELD_TEXT:
      change_characters (self, where, field, elsewhere);
      break;
    case RUSH_FIELD_TEXTS:
      change_texts (self, where, field, elsewhere);
      break;
    case RUSH_FIELD_INTS:
      for (guint i = 0; i < n; i++)
        {
          ((gint *)elsewhere)[i] ^= 1 << 20;
          expect_new_digest (self, where, field, "a number of them");
          ((gint *)elsewhere)[i] ^= 1 << 20;
        }
      break;
    case RUSH_FIELD_POINTER:
      change_struct (self, field->of, elsewhere);
      break;
    case RUSH_FIELD_POINTERS:
      for (guint i = 0; i < n; i++)
        change_struct (self, field->of, ((gpointer *)elsewhere)[i]);
      return; /* never NULL */
    case RUSH_FIELD_STRUCTS:
      for (guint i = 0; i < n; i++)
        change_struct (self, field->of, (char *)elsewhere + i * field->of->size);
      return; /* never NULL */
    case RUSH_FIELD_LIST:
      change_list (self, where, field, elsewhere);
      break;
    }
  change_to_null (self, where, field, at);
}

static void
change_struct (Changes *self, const RushEventStruct *made_of, char *at)
{
  for (guint i = 0; i < made_of->n_fields; i++)
    change_field (self, made_of, &made_of->fields[i], at);
}

/* ---- tests ---- */

static void
test_every_field_counts (void)
{
  for (RushEventKind kind = 0; kind < RUSH_N_EVENTS; kind++)
    {
      const RushEventStruct *made_of = rush_event_struct (kind);
      RushEvent *event = g_new0 (RushEvent, 1);
      Filler filler = { .blocks = g_ptr_array_new_with_free_func (g_free) };
      Changes changes = { .event = event };
      char *payload = (char *)rush_event_payload (event);
      guint64 before;

      changes.seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
      event->kind = kind;
      fill_struct (&filler, made_of, payload, 0);
      before = rush_event_digest_of (event);
      g_hash_table_insert (changes.seen, g_memdup2 (&before, sizeof before),
                           g_strdup ("nothing changed"));
      change_struct (&changes, made_of, payload);
      g_assert_cmpuint (changes.n_changes, >=, made_of->n_fields);
      g_assert_cmpuint (rush_event_digest_of (event), ==, before); /* all of it was put back */

      g_hash_table_unref (changes.seen);
      g_ptr_array_unref (filler.blocks);
      g_free (event);
    }
}

/* Fields have room for no member between them that the tables do not have, but where the compiler
 * leaves a gap; and tests/architecture knows the names. */
static void
test_the_tables_span_their_structs (void)
{
  for (RushEventKind kind = 0; kind < RUSH_N_EVENTS; kind++)
    {
      const RushEventStruct *made_of = rush_event_struct (kind);
      gsize end = 0;

      for (guint i = 0; i < made_of->n_fields; i++)
        {
          g_assert_cmpuint (made_of->fields[i].offset, >=, end);
          g_assert_cmpuint (made_of->fields[i].offset - end, <, sizeof (gint64));
          end = made_of->fields[i].offset + made_of->fields[i].size;
        }
      g_assert_cmpuint (made_of->size - end, <, sizeof (gint64));
    }
}

static RushEvent *
rdd_dropped (gint rdd_id)
{
  RushEvent *event = rush_event_new (RUSH_EVENT_UNPERSIST_RDD);

  event->unpersist_rdd.rdd_id = rdd_id;
  return event;
}

static guint64
digest_of_two (gint first, gint second)
{
  RushListener *digest = rush_event_digest_new ();
  RushEventBus *bus = rush_event_bus_new (1);
  guint64 value;

  rush_event_bus_add_inline (bus, digest);
  rush_event_bus_post (bus, rdd_dropped (first));
  rush_event_bus_post (bus, rdd_dropped (second));
  g_assert_cmpuint (rush_event_digest_n_events (digest), ==, 2);
  value = rush_event_digest_value (digest);
  rush_event_bus_free (bus);
  return value;
}

static void
test_order_counts (void)
{
  g_assert_cmpuint (digest_of_two (1, 2), ==, digest_of_two (1, 2));
  g_assert_cmpuint (digest_of_two (1, 2), !=, digest_of_two (2, 1));
}

/* The number itself: it is the same on every machine and with every compiler. */
static void
test_the_value_is_fixed (void)
{
  g_autoptr (RushEvent) event = rush_event_new (RUSH_EVENT_LOG_START);

  event->log_start.version = g_strdup ("a version of thirty characters");
  g_assert_cmphex (rush_event_digest_of (event), ==, G_GUINT64_CONSTANT (0xd8edcd50c9694eee));
}

static void
test_kinds_differ (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);

  for (RushEventKind kind = 0; kind < RUSH_N_EVENTS; kind++)
    {
      RushEvent empty = { .kind = kind };
      guint64 digest = rush_event_digest_of (&empty);

      g_assert_true (g_hash_table_add (seen, g_memdup2 (&digest, sizeof digest)));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/event-digest/every-field-counts", test_every_field_counts);
  g_test_add_func ("/event-digest/the-tables-span-their-structs",
                   test_the_tables_span_their_structs);
  g_test_add_func ("/event-digest/order-counts", test_order_counts);
  g_test_add_func ("/event-digest/the-value-is-fixed", test_the_value_is_fixed);
  g_test_add_func ("/event-digest/kinds-differ", test_kinds_differ);
  return g_test_run ();
}
