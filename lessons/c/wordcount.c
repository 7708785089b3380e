/* wordcount.c - the twenty commonest words of a text:  build/lessons/c/wordcount TEXT [MASTER]
 *
 *     textFile ─▶ flatMap ─▶ reduceByKey ═══ shuffle ═══▶ takeOrdered
 */
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

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (RushConf) conf = rush_conf_new ();
  g_autoptr (RushSchema) pair = rush_schema_of ("word", &RUSH_STRING, "n", &RUSH_INT64, NULL);
  g_autoptr (RushContext) sc = NULL;
  g_autoptr (RushRdd) counts = NULL;
  g_autoptr (GPtrArray) top = NULL; /* of RushBatch */

  if (argc > 1 && rush_conf_set (conf, "spark.master", argc > 2 ? argv[2] : "local[*]", &error))
    sc = rush_context_new (conf, &error);
  if (sc != NULL) /* transformations only say what is to be computed … */
    {
      g_autoptr (RushRdd) lines = rush_rdd_text_file (rush_context_lineage (sc), argv[1], 2);
      g_autoptr (RushRdd) ones = rush_rdd_flat_map (lines, pair, split_words, NULL, NULL);
      /* Sums within each partition first: a word crosses the shuffle once a partition. */
      counts = rush_rdd_reduce_by_key (ones, RUSH_SUM, 0, &error);
    }
  if (counts != NULL) /* … an action runs it; column 1 is n */
    top = rush_rdd_take_ordered (sc, counts, 20, rush_row_descending, GUINT_TO_POINTER (1), &error);
  for (guint i = 0; top && top->len > 0 && i < ((RushBatch *)top->pdata[0])->length; i++)
    {
      RushRow row = rush_batch_nth (top->pdata[0], i);
      gsize length;
      const char *word = rush_row_string (&row, 0, &length);
      printf ("%8" G_GINT64_FORMAT " %.*s\n", rush_row_int (&row, 1), (int)length, word);
    }
  if (top == NULL)
    fprintf (stderr, "wordcount: %s\n",
             error != NULL ? error->message : "usage: wordcount TEXT [MASTER]");
  return top == NULL;
}
