/* dot.c - boxes, stages and jobs as DOT text.
 *
 *     digraph
 *       cluster of a job        (only if there are several: one job's title is the picture's)
 *         cluster of a stage    "Stage 1 · 4 tasks · 0.31 s"
 *           box                 a table: a row an operator, small ones for RDDs and names
 *       edges                   thin: narrow; bold: a shuffle and what it holds
 *
 * Each thing has its look twice, once in colour and once without (width, dashes, a word), so that
 * the picture also reads in grey.  The order of the text is that of the dag: equal dags give equal
 * bytes.
 */
#include "core/viz/dot.h"

#include "core/event/event_text.h"
#include "core/viz/dag_boxes.h"
#include "core/viz/dot_rows.h"
#include "core/viz/dot_text.h"

#include <string.h>

#define MAX_NAME 48
#define MAX_PLACE 36
#define MAX_TITLE 100
#define MAX_ERROR 120
#define MAX_RDD_NAMES 4 /* in a row of a box */
#define MAX_GIVEN_NAME 40
#define MAX_GIVEN_NAMES 2
#define MAX_ROWS 80    /* of a box; above, the middle becomes one row that counts the rest */
#define NAME_WIDTH 130 /* points, at least: boxes of one width make straight columns */
#define PLACE_WIDTH 90
#define SMALL 10
#define DOT " · "

typedef struct
{
  const RushDag *dag;
  const RushDagBoxes *boxes;
  GString *out;
} Writer;

/* ---- boxes ---- */

static gboolean
is_skipped (const RushDag *dag, guint stage)
{
  return rush_dag_stage (dag, stage)->status == RUSH_STAGE_SKIPPED;
}

/* "MapPartitionsRDD[3]", or "MapPartitionsRDD[3] … [12]" for a loop. */
static void
append_rdds_of_row (const Writer *self, const RushDagRow *row)
{
  const RushDagRdd *first = rush_dag_rdd (self->dag, row->first_rdd);

  g_string_append_printf (self->out, "<FONT COLOR=\"%s\" POINT-SIZE=\"%d\">", RUSH_DOT_PALE,
                          SMALL - 1);
  rush_dot_append_text (self->out, first->class_name, MAX_NAME);
  g_string_append_printf (self->out, "[%d]", first->rdd_id);
  if (row->last_rdd != row->first_rdd)
    g_string_append_printf (self->out, " … [%d]", rush_dag_rdd (self->dag, row->last_rdd)->rdd_id);
  g_string_append (self->out, "</FONT>");
}

static void
append_name_cell (const Writer *self, const RushDagRow *row, const char *ink)
{
  g_string_append_printf (self->out, "<TD ALIGN=\"LEFT\" WIDTH=\"%d\"><FONT COLOR=\"%s\"><B>",
                          NAME_WIDTH, ink);
  rush_dot_append_text (self->out, row->name, MAX_NAME);
  g_string_append (self->out, "</B></FONT>");
  if (row->times > 1)
    {
      g_autofree char *times = rush_format_count (row->times);
      g_autofree char *text = g_strdup_printf (" × %s", times);
      rush_dot_append_styled (self->out, text, MAX_NAME, RUSH_DOT_GREY, SMALL);
    }
  g_string_append (self->out, "</TD>");
}

/* name | place, and in a folded box | RDD */
static void
append_row (const Writer *self, const RushDagBox *box, const RushDagRow *row, const char *ink)
{
  g_string_append (self->out, "<TR>");
  append_name_cell (self, row, ink);
  g_string_append_printf (self->out, "<TD ALIGN=\"%s\" WIDTH=\"%d\">",
                          box->folded ? "LEFT" : "RIGHT", PLACE_WIDTH);
  rush_dot_append_styled (self->out, row->place, MAX_PLACE, RUSH_DOT_GREY, SMALL);
  g_string_append (self->out, "</TD>");
  if (box->folded)
    {
      g_string_append (self->out, "<TD ALIGN=\"LEFT\">");
      append_rdds_of_row (self, row);
      g_string_append (self->out, "</TD>");
    }
  g_string_append (self->out, "</TR>");
}

static void
append_gap (const Writer *self, const RushDagBox *box, guint n_left_out)
{
  g_autofree char *count = rush_format_counted (n_left_out, "more operator");

  g_string_append_printf (self->out, "<TR><TD ALIGN=\"LEFT\" COLSPAN=\"%d\">", box->folded ? 3 : 2);
  rush_dot_append_styled (self->out, "… ", MAX_NAME, RUSH_DOT_GREY, SMALL);
  rush_dot_append_styled (self->out, count, MAX_NAME, RUSH_DOT_GREY, SMALL);
  g_string_append (self->out, "</TD></TR>");
}

static void
append_rows (const Writer *self, const RushDagBox *box, const char *ink)
{
  guint n = box->rows->len;
  guint head = n > MAX_ROWS ? MAX_ROWS / 2 : n, tail = n > MAX_ROWS ? n - MAX_ROWS / 2 : n;

  for (guint i = 0; i < head; i++)
    append_row (self, box, &g_array_index (box->rows, RushDagRow, i), ink);
  if (tail > head)
    append_gap (self, box, tail - head);
  for (guint i = tail; i < n; i++)
    append_row (self, box, &g_array_index (box->rows, RushDagRow, i), ink);
}

static const RushDagRdd *
rdd_of_box (const Writer *self, const RushDagBox *box, guint i)
{
  return rush_dag_rdd (self->dag, g_array_index (box->rdds, guint, i));
}

/* Of boxes alike, of the first one. */
static const RushDagRdd *
last_of_box (const Writer *self, const RushDagBox *box)
{
  return rdd_of_box (self, box, box->rdds->len / box->n_alike - 1);
}

static void
begin_small_row (const Writer *self, const RushDagBox *box)
{
  g_string_append_printf (self->out,
                          "<TR><TD ALIGN=\"LEFT\" COLSPAN=\"%d\">"
                          "<FONT COLOR=\"%s\" POINT-SIZE=\"%d\">",
                          box->folded ? 3 : 2, RUSH_DOT_GREY, SMALL - 1);
}

static void
end_small_row (const Writer *self)
{
  g_string_append (self->out, "</FONT></TD></TR>");
}

/* "×17 alike · 34 RDDs" */
static void
append_alike (const Writer *self, const RushDagBox *box)
{
  g_autofree char *times = rush_format_count (box->n_alike);
  g_autofree char *rdds = rush_format_counted (box->rdds->len, "RDD");

  begin_small_row (self, box);
  g_string_append_printf (self->out,
                          "<FONT COLOR=\"%s\" POINT-SIZE=\"%d\"><B>×%s alike</B></FONT>" DOT "%s",
                          RUSH_DOT_BLUE, SMALL + 1, times, rdds);
  end_small_row (self);
}

/* "HadoopRDD[0]", of branches that are alike "HadoopRDD[0 … 32]". */
static void
append_rdd (const Writer *self, const RushDagBox *box, guint i)
{
  guint n = box->rdds->len / box->n_alike;
  const RushDagRdd *first = rdd_of_box (self, box, i);

  rush_dot_append_text (self->out, first->class_name, MAX_NAME);
  g_string_append_printf (self->out, "[%d", first->rdd_id);
  if (box->n_alike > 1)
    g_string_append_printf (self->out, " … %d",
                            rdd_of_box (self, box, box->rdds->len - n + i)->rdd_id);
  g_string_append_c (self->out, ']');
}

/* "ShuffledRDD[3] → MapPartitionsRDD[4]  ×4" */
static void
append_rdds (const Writer *self, const RushDagBox *box)
{
  guint n = box->rdds->len / box->n_alike, n_partitions = 0;

  for (guint i = 0; i < box->rdds->len; i += n)
    n_partitions += rdd_of_box (self, box, i)->n_partitions;
  g_autofree char *partitions = rush_format_count (n_partitions);
  begin_small_row (self, box);
  if (n > MAX_RDD_NAMES)
    {
      g_autofree char *count = rush_format_counted (n, "RDD");
      g_string_append (self->out, count);
    }
  for (guint i = 0; i < n && n <= MAX_RDD_NAMES; i++)
    {
      if (i > 0)
        g_string_append (self->out, " → ");
      append_rdd (self, box, i);
    }
  g_string_append_printf (self->out, "  ×%s%s", partitions,
                          rdd_of_box (self, box, 0)->barrier ? DOT "barrier" : "");
  end_small_row (self);
}

/* What the user or a file named them: each name once, a line each, no more than a few. */
static void
append_given_names (const Writer *self, const RushDagBox *box)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint shown = box->n_alike > 1 ? 1 : MAX_GIVEN_NAMES;

  for (guint i = 0; i < box->rdds->len; i++)
    {
      char *name = rdd_of_box (self, box, i)->name;
      if (name == NULL || !g_hash_table_add (seen, name) || g_hash_table_size (seen) > shown)
        continue;
      g_autofree char *text = rush_dot_shorten (name, MAX_GIVEN_NAME);
      begin_small_row (self, box);
      rush_dot_append_text (self->out, text, MAX_GIVEN_NAME);
      end_small_row (self);
    }
  if (g_hash_table_size (seen) <= shown)
    return;
  g_autofree char *more = rush_format_counted (g_hash_table_size (seen) - shown, "more name");
  begin_small_row (self, box);
  g_string_append_printf (self->out, "… %s", more);
  end_small_row (self);
}

/* Whether the RDD that ends the box is persisted. */
static gboolean
is_kept (const Writer *self, const RushDagBox *box)
{
  return rush_storage_level_is_valid (&last_of_box (self, box)->level);
}

/* "Memory Serialized 1x Replicated · 3 of 4 kept" */
static void
append_kept (const Writer *self, const RushDagBox *box)
{
  const RushDagRdd *rdd = last_of_box (self, box);
  g_autofree char *level = rush_storage_level_describe (&rdd->level);

  begin_small_row (self, box);
  g_string_append_printf (self->out, "<FONT COLOR=\"%s\"><B>%s</B></FONT>", RUSH_DOT_GREEN, level);
  if (rdd->n_kept >= 0 && box->n_alike == 1)
    g_string_append_printf (self->out, DOT "%d of %u kept", rdd->n_kept, rdd->n_partitions);
  end_small_row (self);
}

static void
write_box (const Writer *self, guint i)
{
  const RushDagBox *box = g_ptr_array_index (self->boxes->boxes, i);
  gboolean skipped = is_skipped (self->dag, box->stage), kept = is_kept (self, box);
  const char *edge = kept ? RUSH_DOT_GREEN : RUSH_DOT_BLUE;

  g_string_append_printf (
      self->out,
      "      box%u [label=<<TABLE BORDER=\"1\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"4\""
      " STYLE=\"ROUNDED%s\" COLOR=\"%s\" BGCOLOR=\"%s\">",
      i, skipped ? ",DASHED" : "", skipped ? RUSH_DOT_PALE : edge,
      kept ? RUSH_DOT_KEPT_FILL : "white");
  append_rows (self, box, skipped ? RUSH_DOT_GREY : RUSH_DOT_INK);
  if (box->n_alike > 1)
    append_alike (self, box);
  append_rdds (self, box);
  append_given_names (self, box);
  if (kept)
    append_kept (self, box);
  g_string_append (self->out, "</TABLE>>]\n");
}

/* ---- stages ---- */

static guint
n_stages_of_job (const RushDag *dag, guint job)
{
  guint n = 0;

  for (guint i = 0; i < dag->stages->len; i++)
    n += rush_dag_stage (dag, i)->job == job;
  return n;
}

/* What there is to say about how it went, "" if nothing. */
static char *
describe_status (const RushDag *dag, const RushDagStage *stage)
{
  const RushDagJob *job = rush_dag_job (dag, stage->job);
  g_autofree char *duration =
      stage->duration_ms >= 0 ? rush_format_duration_ms (stage->duration_ms) : NULL;

  switch (stage->status)
    {
    case RUSH_STAGE_SKIPPED:
      return g_strdup (DOT "skipped");
    case RUSH_STAGE_FAILED:
      return g_strdup (DOT "failed");
    case RUSH_STAGE_RUNNING:
      return g_strdup (DOT "running");
    case RUSH_STAGE_PENDING:
      if (job->job_id < 0)
        return g_strdup (DOT "planned");
      return g_strdup (job->status == RUSH_JOB_RUNNING ? DOT "waiting" : DOT "not run");
    case RUSH_STAGE_SUCCEEDED:
      return duration != NULL ? g_strconcat (DOT, duration, NULL) : g_strdup ("");
    }
  g_return_val_if_reached (NULL);
}

static void
begin_title_line (GString *out)
{
  g_string_append_printf (out, "<BR ALIGN=\"LEFT\"/><FONT COLOR=\"%s\" POINT-SIZE=\"11\">",
                          RUSH_DOT_GREY);
}

/* Takes over @text. */
static void
append_bold_line (GString *out, char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  begin_title_line (out);
  g_string_append_printf (out, "<B>%s</B></FONT>", escaped);
  g_free (text);
}

/* In lines that are shorter than half a box, so that what enters a box of the stage in
 * its middle passes on their right. */
static void
append_stage_title (const Writer *self, guint i)
{
  const RushDagStage *stage = rush_dag_stage (self->dag, i);
  g_autofree char *tasks = rush_format_counted (stage->n_tasks, "task");
  g_autofree char *status = describe_status (self->dag, stage);

  g_string_append_printf (self->out, "<B>Stage %d</B>", stage->stage_id);
  begin_title_line (self->out);
  g_string_append_printf (self->out, "%s%s</FONT>", tasks, status);
  if (stage->status == RUSH_STAGE_RUNNING)
    {
      begin_title_line (self->out);
      g_string_append_printf (self->out, "%u done</FONT>", stage->n_completed);
    }
  if (stage->n_kept_read + stage->n_kept_computed > 0)
    {
      begin_title_line (self->out);
      g_string_append_printf (self->out, "%" G_GUINT64_FORMAT " from cache" DOT,
                              stage->n_kept_read);
      g_string_append_printf (self->out, "%" G_GUINT64_FORMAT " computed</FONT>",
                              stage->n_kept_computed);
    }
  if (stage->n_attempts > 1)
    append_bold_line (self->out, g_strdup_printf ("%u attempts", stage->n_attempts));
  if (stage->n_recomputed > 0)
    append_bold_line (self->out, g_strdup_printf ("%u recomputed", stage->n_recomputed));
  if (stage->recomputed != NULL)
    append_bold_line (self->out, g_strdup (stage->recomputed));
  if (stage->because != NULL)
    append_bold_line (self->out, g_strdup (stage->because));
  g_string_append (self->out, "<BR ALIGN=\"LEFT\"/>");
}

static void
write_stage_look (const Writer *self, const RushDagStage *stage)
{
  if (stage->status == RUSH_STAGE_SKIPPED)
    g_string_append_printf (self->out,
                            "      style=\"rounded,filled,dashed\" color=\"%s\" fillcolor=\"%s\" "
                            "fontcolor=\"%s\"\n",
                            RUSH_DOT_PALE, RUSH_DOT_SKIPPED_FILL, RUSH_DOT_GREY);
  else if (stage->status == RUSH_STAGE_FAILED)
    g_string_append_printf (self->out,
                            "      style=\"rounded,filled\" color=\"%s\" penwidth=2 "
                            "fillcolor=\"%s\"\n",
                            RUSH_DOT_ORANGE, RUSH_DOT_STAGE_FILL);
  else
    g_string_append_printf (self->out,
                            "      style=\"rounded,filled\" color=\"%s\" "
                            "fillcolor=\"%s\"\n",
                            RUSH_DOT_STAGE_EDGE, RUSH_DOT_STAGE_FILL);
}

static void
write_stage (const Writer *self, guint i, guint *next_box)
{
  g_string_append_printf (self->out, "    subgraph cluster_stage%u {\n      label=<", i);
  append_stage_title (self, i);
  g_string_append (self->out, ">\n");
  write_stage_look (self, rush_dag_stage (self->dag, i));
  for (; *next_box < self->boxes->boxes->len; (*next_box)++)
    {
      const RushDagBox *box = g_ptr_array_index (self->boxes->boxes, *next_box);
      if (box->stage != i)
        break;
      write_box (self, *next_box);
    }
  g_string_append (self->out, "    }\n");
}

/* ---- edges ---- */

static void
append_volume (GString *out, const RushDagEdge *edge, gboolean reused)
{
  g_autofree char *pairs = rush_format_counted (edge->pairs, "pair");
  g_autofree char *bytes = rush_format_size (edge->bytes);

  g_string_append_printf (out, "%s%s" DOT "%s", reused ? "reused: " : "", pairs, bytes);
}

static void
write_shuffle (const Writer *self, const RushDagEdge *edge)
{
  const RushDagBox *writer = g_ptr_array_index (self->boxes->boxes, edge->from);
  gboolean reused = is_skipped (self->dag, writer->stage);
  const char *color = reused ? RUSH_DOT_GREY : RUSH_DOT_ORANGE;

  g_string_append_printf (self->out,
                          "  box%u -> box%u [penwidth=3 color=\"%s\" fontcolor=\"%s\"%s "
                          "label=\" ",
                          edge->from, edge->to, color, color, reused ? " style=dashed" : "");
  if (edge->bytes >= 0)
    append_volume (self->out, edge, reused);
  else
    g_string_append (self->out, reused ? "reused" : "shuffle");
  g_string_append (self->out, "\"]\n");
}

static void
write_edges (const Writer *self)
{
  for (guint i = 0; i < self->boxes->edges->len; i++)
    {
      const RushDagEdge *edge = &g_array_index (self->boxes->edges, RushDagEdge, i);
      if (edge->shuffle_id >= 0)
        write_shuffle (self, edge);
      else
        g_string_append_printf (self->out, "  box%u -> box%u\n", edge->from, edge->to);
    }
}

/* ---- jobs ---- */

static void
append_job_numbers (const Writer *self, guint i)
{
  const RushDagJob *job = rush_dag_job (self->dag, i);
  guint n_skipped = job->n_forgotten_skipped;

  for (guint s = 0; s < self->dag->stages->len; s++)
    n_skipped += rush_dag_stage (self->dag, s)->job == i && is_skipped (self->dag, s);
  g_autofree char *stages =
      rush_format_stages (n_stages_of_job (self->dag, i) + job->n_forgotten_stages, n_skipped);
  g_string_append (self->out, stages);
  if (job->duration_ms >= 0)
    {
      g_autofree char *duration = rush_format_duration_ms (job->duration_ms);
      g_string_append_printf (self->out, DOT "%s", duration);
    }
  if (job->job_id >= 0 && job->status == RUSH_JOB_RUNNING)
    g_string_append (self->out, DOT "running");
}

/* Two or three lines, left: "Job 0 · collect at app.py:10", numbers, the error. */
static void
append_job_title (const Writer *self, guint i)
{
  const RushDagJob *job = rush_dag_job (self->dag, i);

  if (job->job_id >= 0)
    g_string_append_printf (self->out, "<FONT POINT-SIZE=\"16\"><B>Job %d</B> ", job->job_id);
  else
    g_string_append (self->out, "<FONT POINT-SIZE=\"16\"><B>Lineage</B> ");
  rush_dot_append_text (self->out, job->call_site, MAX_TITLE);
  g_string_append_printf (
      self->out, "</FONT><BR ALIGN=\"LEFT\"/><FONT COLOR=\"%s\" POINT-SIZE=\"11\">", RUSH_DOT_GREY);
  append_job_numbers (self, i);
  if (*job->cause != '\0' && strcmp (job->cause, "action") != 0)
    {
      g_string_append (self->out, DOT);
      rush_dot_append_text (self->out, job->cause, MAX_TITLE);
    }
  g_string_append (self->out, "</FONT><BR ALIGN=\"LEFT\"/>");
  if (job->error != NULL)
    {
      g_autofree char *error = rush_format_error (job->error);
      g_autofree char *text = g_strconcat ("failed: ", error, NULL);
      rush_dot_append_styled (self->out, text, MAX_ERROR, RUSH_DOT_ORANGE, 11);
      g_string_append (self->out, "<BR ALIGN=\"LEFT\"/>");
    }
}

static void
write_job (const Writer *self, guint i, guint *next_stage, guint *next_box)
{
  gboolean alone = self->dag->jobs->len == 1;

  if (!alone)
    g_string_append_printf (self->out,
                            "  subgraph cluster_job%u {\n    style=rounded color=\"%s\" "
                            "margin=16\n",
                            i, RUSH_DOT_PALE);
  g_string_append (self->out, "    label=<");
  append_job_title (self, i);
  g_string_append (self->out, ">\n");
  if (n_stages_of_job (self->dag, i) == 0)
    g_string_append_printf (self->out,
                            "    " RUSH_DOT_NO_STAGES
                            "%u [label=\"no partitions, hence no stages\" "
                            "fontcolor=\"%s\"]\n",
                            i, RUSH_DOT_GREY);
  for (; *next_stage < self->dag->stages->len && rush_dag_stage (self->dag, *next_stage)->job == i;
       (*next_stage)++)
    write_stage (self, *next_stage, next_box);
  if (!alone)
    g_string_append (self->out, "  }\n");
}

/* ---- the picture ---- */

char *
rush_dag_to_dot (const RushDag *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (self);
  Writer writer = { self, boxes, g_string_new ("digraph rushlight {\n") };
  guint next_stage = 0, next_box = 0;

  rush_dot_append_defaults (writer.out);
  if (self->jobs->len == 0)
    g_string_append (writer.out,
                     "  nothing [label=\"no jobs so far\" fontcolor=\"" RUSH_DOT_GREY "\"]\n");
  for (guint i = 0; i < self->jobs->len; i++)
    write_job (&writer, i, &next_stage, &next_box);
  write_edges (&writer);
  rush_dot_append_rows (writer.out, self, boxes);
  g_string_append (writer.out, "}\n");
  return g_string_free (writer.out, FALSE);
}
