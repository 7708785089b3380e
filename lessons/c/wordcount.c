/* wordcount.c - the twenty commonest words of a text:  wordcount MASTER TEXT
 *
 *     textFile ─▶ flatMap ─▶ reduceByKey ═══ shuffle ═══▶ takeOrdered
 *
 * Equal words are summed within each partition first, so each crosses the shuffle once a partition. */
#include "rdd/rushlight.h"

#include <stdio.h>

/* One line in, a row (word, 1) out for each of its words.  Runs in the tasks. */
static void
split_words (const RushRow *line, RushEmitter *out, gpointer data)
{
  gsize length, start = 0;
  const char *text = rush_row_string (line, 0, &length);

  for (gsize end = 0; end <= length; end++)
    if (end == length || g_ascii_isspace (text[end]))
      {
        if (end > start)
          {
            rush_emit_string (out, text + start, (gssize)(end - start));
            rush_emit_int (out, 1);
          }
        start = end + 1;
      }
}

static gint
commonest_first (const RushRow *a, const RushRow *b, gpointer data)
{
  return (rush_row_int (a, 1) < rush_row_int (b, 1)) - (rush_row_int (a, 1) > rush_row_int (b, 1));
}

static gboolean
count_words (RushContext *sc, const char *path, GError **error)
{
  g_autoptr (RushSchema) pair = rush_schema_of ("word", &RUSH_STRING, "n", &RUSH_INT64, NULL);
  /* Transformations only describe what is to be computed; the action at the end runs the job. */
  g_autoptr (RushRdd) lines = rush_rdd_text_file (rush_context_lineage (sc), path, 2);
  g_autoptr (RushRdd) words = rush_rdd_flat_map (lines, pair, split_words, NULL, NULL);
  g_autoptr (RushRdd) counts = rush_rdd_reduce_by_key (words, RUSH_SUM, 0, error);
  g_autoptr (GPtrArray) top
      = counts ? rush_rdd_take_ordered (sc, counts, 20, commonest_first, NULL, error) : NULL;

  for (guint i = 0; top != NULL && top->len > 0 && i < ((RushBatch *)top->pdata[0])->length; i++)
    {
      RushRow row = rush_batch_nth (top->pdata[0], i);
      gsize length;
      const char *word = rush_row_string (&row, 0, &length);

      printf ("%8" G_GINT64_FORMAT " %.*s\n", rush_row_int (&row, 1), (int)length, word);
    }
  return top != NULL;
}

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (RushContext) sc = NULL;

  if (argc == 3 && rush_conf_set (conf, "spark.master", argv[1], &error))
    sc = rush_context_new (conf, &error);
  if (sc != NULL && count_words (sc, argv[2], &error))
    return 0;
  fprintf (stderr, "wordcount: %s\n", error != NULL ? error->message : "wordcount MASTER TEXT");
  return 1;
}
