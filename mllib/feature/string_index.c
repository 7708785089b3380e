/* string_index.c - ml_string_index (s, labels, keep): labels as their places among labels.
 *
 *   labels ["a", "c", "b"]      "c" → 1.0
 *
 * The labels are hashed once a task; a batch whose strings are a dictionary looks up each of its
 * values once:
 *
 *   rows 2 0 0 1 2 …  → ["a", "b", "z"]  →  [0.0, 2.0, unseen]
 *
 * and an unseen value of it is an error only if some row has it.
 *
 * Mirrors:  org.apache.spark.ml.feature.StringIndexerModel.transform.
 */
#include "core/data/hash.h"
#include "mllib/feature/feature_private.h"

#include <string.h>

#define UNSEEN (-1.0) /* no place */

/* The labels, and where they are: slots of an open hash table, which hold 1 + the place. */
typedef struct
{
  RushColumn *labels; /* (owned) */
  guint first, n;     /* rows of it */
  guint32 *slots;
  guint mask;
} Labels;

static void
labels_free (Labels *self)
{
  rush_column_unref (self->labels);
  g_free (self->slots);
  g_free (self);
}

static const char *
label_at (const Labels *self, guint place, gsize *out_length)
{
  return rush_column_get_bytes (self->labels, self->first + place, out_length);
}

/* The slot of a label: its own, or the free one where it would be. */
static guint32 *
slot_of (const Labels *self, const char *bytes, gsize length)
{
  for (guint at = (guint)rush_hash64_bytes (bytes, length) & self->mask;;
       at = (at + 1) & self->mask)
    {
      gsize found_length;
      guint32 *slot = &self->slots[at];

      if (*slot == 0)
        return slot;
      const char *found = label_at (self, *slot - 1, &found_length);
      if (found_length == length && memcmp (found, bytes, length) == 0)
        return slot;
    }
}

static gpointer
make_labels (const RushExpr *call, gpointer data, GError **error)
{
  RushColumn *const *args = data;
  const RushListView list = rush_column_get_list (rush_model_constant (call, args, 1), 0);
  Labels *self = g_new0 (Labels, 1);
  guint n_slots = 16;

  self->labels = rush_column_ref (rush_column_child (rush_model_constant (call, args, 1), 0));
  self->first = (guint)list.offset;
  self->n = (guint)list.length;
  while (n_slots < 2 * self->n)
    n_slots *= 2;
  self->mask = n_slots - 1;
  self->slots = g_new0 (guint32, n_slots);
  for (guint i = 0; i < self->n; i++)
    {
      gsize length;
      const char *bytes = label_at (self, i, &length);

      *slot_of (self, bytes, length) = i + 1;
    }
  return self;
}

static Labels *
labels_of (const RushExpr *call, RushColumn *const *args, RushEvalContext *ctx, GError **error)
{
  return rush_eval_prepared (ctx, call, make_labels, (gpointer)args, (GDestroyNotify)labels_free,
                             error);
}

/* ---- the function ---- */

static double
place_of (const Labels *self, const RushColumn *strings, guint row)
{
  gsize length;
  const char *bytes = rush_column_get_bytes (strings, row, &length);
  const guint32 slot = *slot_of (self, bytes, length);

  return slot > 0 ? slot - 1 : UNSEEN;
}

/* The places of a dictionary's values; NULL: the column has none. (transfer full, g_free ()) */
static double *
dictionary_places (const Labels *self, const RushColumn *strings)
{
  if (strings->layout != RUSH_LAYOUT_DICTIONARY || strings->dictionary->length > strings->length)
    return NULL;
  double *places = g_new (double, MAX (strings->dictionary->length, 1));
  for (guint i = 0; i < strings->dictionary->length; i++)
    places[i] = place_of (self, strings->dictionary, i);
  return places;
}

static gboolean
refuse (GError **error, const RushExpr *call, const RushColumn *strings, guint row)
{
  if (!rush_column_is_valid (strings, row))
    return rush_feature_failed (error, call, "StringIndexerModel",
                                RUSH_SPARK_EXCEPTION
                                "StringIndexer encountered NULL value. To handle or skip NULLS, "
                                "try setting StringIndexer.handleInvalid.");
  gsize length;
  const char *bytes = rush_column_get_bytes (strings, row, &length);
  return rush_feature_failed (error, call, "StringIndexerModel",
                              RUSH_SPARK_EXCEPTION
                              "Unseen label: %.*s. To handle unseen labels, set Param "
                              "handleInvalid to keep.",
                              (gint)length, bytes);
}

static RushColumn *
string_index (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
              RushEvalContext *ctx, GError **error)
{
  const RushColumn *strings = args[0];
  const Labels *labels = labels_of (call, args, ctx, error);
  const gboolean keep = rush_column_get_bool (rush_model_constant (call, args, 2), 0);
  g_auto (RushColumnWriter) writer = { NULL };
  if (labels == NULL ||
      !rush_column_writer_init (&writer, &RUSH_FLOAT64, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  double *out = (double *)writer.values->bytes;
  g_autofree double *places = dictionary_places (labels, strings);
  const gint32 *indices =
      places != NULL ? (const gint32 *)strings->values->bytes + strings->offset : NULL;

  for (guint i = 0; i < rows->n; i++)
    {
      const guint row = rush_eval_row (rows, i);
      double place = UNSEEN;

      if (rush_column_is_valid (strings, row))
        place = places != NULL ? places[indices[row]] : place_of (labels, strings, row);
      if (G_UNLIKELY (place == UNSEEN))
        {
          if (!keep && !refuse (error, call, strings, row))
            return NULL;
          place = labels->n;
        }
      out[row] = place;
    }
  return rush_column_writer_finish (&writer);
}

const RushFunction rush_functions_string_index[] = {
  RUSH_MODEL_FUNCTION ("ml_string_index", 3, string_index, .fixed_type = &RUSH_FLOAT64,
                       .handles_nulls = TRUE, .never_null = TRUE, .nondeterministic = TRUE),
  { .name = NULL },
};
