/* dag_boxes.c - RDDs are joined to boxes, by two rules.
 *
 * Both look at a *link*: a narrow edge whose parent has no other child, whose child has no other
 * parent, and whose ends are in one stage and have the same number of partitions.
 *
 *   1. One call, one box.  The child begins with the operator that the parent ends with: both were
 *      made by one call (textFile makes two RDDs, join three).  Their common line is written once.
 *   2. A long stage is folded.  Where a stage still has more than MAX_BOXES boxes, all that is
 *      linked becomes one box with a line for each operator.  It is one task that runs them anyway.
 *
 * A persisted RDD ends its box, whose colour says so.
 *
 * No operator of the user's is left out.  A loop that called map 1,000 times is one line that says
 * so.
 *
 * Where branches of a union are alike, all this is done for the first of them; the others follow it
 * into its boxes, and do not count for rule 2.
 *
 * Rule 1 knows a call by its operator and place, so two calls on one line of the user's file look
 * like one.  For the operators that make a single RDD (one_rdd_operators) two RDDs are two calls.
 */
#include "core/viz/dag_boxes.h"

#include "core/viz/dag_alike.h"

#include <string.h>

#define MAX_BOXES 12
#define MIN_LOOP 4 /* equal lines in a row that become one */
#define NONE RUSH_DAG_NONE

/* As Spark's RDD.scala and PairRDDFunctions.scala have them. */
static const char *const one_rdd_operators[] = {
  "map",       "filter",        "flatMap", "mapPartitions", "mapPartitionsWithIndex",
  "mapValues", "flatMapValues", "keyBy",   "keys",          "values",
  "glom",      "sample",        "union",   "zip",           "cartesian",
  NULL
};

/* While it is worked out; indices are those of RDDs. */
typedef struct
{
  const RushDag *dag;
  const RushDagAlike *alike;
  guint *next;      /* the linked child, or NONE */
  guint *previous;  /* the linked parent, or NONE */
  gboolean *joined; /* with its linked parent */
} Folding;

/* ---- lines ---- */

static const char *
own_operator (const RushDagRdd *rdd)
{
  return rdd->operator_name != NULL ? rdd->operator_name : rdd->class_name;
}

static guint
n_lines (const RushDagRdd *rdd)
{
  return MAX (rdd->n_steps, 1);
}

static RushDagRow
line_of (const RushDag *dag, guint i, guint line)
{
  const RushDagRdd *rdd = rush_dag_rdd (dag, i);
  gboolean has_steps = rdd->n_steps > 0;

  return (RushDagRow){ .name = has_steps ? rdd->steps[line].name : own_operator (rdd),
                       .place = has_steps ? rdd->steps[line].place : rdd->place,
                       .times = 1,
                       .first_rdd = i,
                       .last_rdd = i };
}

static gboolean
same_line (const RushDagRow *a, const RushDagRow *b)
{
  return strcmp (a->name, b->name) == 0 && strcmp (a->place, b->place) == 0;
}

/* ---- links ---- */

static void
find_links (Folding *self)
{
  const RushDag *dag = self->dag;
  g_autofree guint *n_children = g_new0 (guint, dag->rdds->len);
  g_autofree guint *n_parents = g_new0 (guint, dag->rdds->len);

  for (guint e = 0; e < dag->edges->len; e++)
    {
      n_children[rush_dag_edge (dag, e)->from]++;
      n_parents[rush_dag_edge (dag, e)->to]++;
    }
  for (guint e = 0; e < dag->edges->len; e++)
    {
      const RushDagEdge *edge = rush_dag_edge (dag, e);
      const RushDagRdd *from = rush_dag_rdd (dag, edge->from), *to = rush_dag_rdd (dag, edge->to);
      if (edge->shuffle_id < 0 && n_children[edge->from] == 1 && n_parents[edge->to] == 1 &&
          from->stage == to->stage && from->n_partitions == to->n_partitions)
        {
          self->next[edge->from] = edge->to;
          self->previous[edge->to] = edge->from;
        }
    }
}

/* ---- rule 1 ---- */

static gboolean
ends_its_box (const RushDag *dag, guint i)
{
  return rush_storage_level_is_valid (&rush_dag_rdd (dag, i)->level);
}

static gboolean
is_one_call (const RushDag *dag, guint parent, guint child)
{
  RushDagRow last = line_of (dag, parent, n_lines (rush_dag_rdd (dag, parent)) - 1);
  RushDagRow first = line_of (dag, child, 0);

  return same_line (&last, &first) && !g_strv_contains (one_rdd_operators, first.name);
}

static void
join_calls (Folding *self)
{
  for (guint i = 0; i < self->dag->rdds->len; i++)
    if (self->previous[i] != NONE && !ends_its_box (self->dag, self->previous[i]))
      self->joined[i] = is_one_call (self->dag, self->previous[i], i);
}

/* ---- rule 2 ---- */

static void
fold_long_stages (Folding *self)
{
  const RushDag *dag = self->dag;
  g_autofree guint *n_boxes = g_new0 (guint, dag->stages->len);

  for (guint i = 0; i < dag->rdds->len; i++)
    n_boxes[rush_dag_rdd (dag, i)->stage] += !self->joined[i] && !self->alike->follows[i];
  for (guint i = 0; i < dag->rdds->len; i++)
    if (self->previous[i] != NONE && !ends_its_box (dag, self->previous[i]) &&
        n_boxes[rush_dag_rdd (dag, i)->stage] > MAX_BOXES)
      self->joined[i] = TRUE;
}

/* ---- boxes ---- */

static void
box_add_rdd (RushDagBox *self, const RushDag *dag, guint i)
{
  for (guint line = 0; line < n_lines (rush_dag_rdd (dag, i)); line++)
    {
      RushDagRow row = line_of (dag, i, line);
      gboolean continues =
          line == 0 && self->rdds->len > 0 &&
          is_one_call (dag, g_array_index (self->rdds, guint, self->rdds->len - 1), i);
      if (continues)
        g_array_index (self->rows, RushDagRow, self->rows->len - 1).last_rdd = i;
      else
        g_array_append_val (self->rows, row);
    }
  g_array_append_val (self->rdds, i);
}

static guint
length_of_run (const GArray *rows, guint begin)
{
  guint end = begin + 1;

  while (end < rows->len && same_line (&g_array_index (rows, RushDagRow, begin),
                                       &g_array_index (rows, RushDagRow, end)))
    end++;
  return end - begin;
}

static void
join_loops (RushDagBox *self)
{
  GArray *rows = g_array_new (FALSE, FALSE, sizeof (RushDagRow));

  for (guint i = 0, run; i < self->rows->len; i += run)
    {
      RushDagRow row = g_array_index (self->rows, RushDagRow, i);
      run = length_of_run (self->rows, i);
      if (run < MIN_LOOP)
        {
          g_array_append_vals (rows, &g_array_index (self->rows, RushDagRow, i), run);
          continue;
        }
      row.times = run;
      row.last_rdd = g_array_index (self->rows, RushDagRow, i + run - 1).last_rdd;
      g_array_append_val (rows, row);
    }
  g_array_unref (self->rows);
  self->rows = rows;
}

/* A box that rule 1 alone would not have made. */
static gboolean
is_folded (const RushDagBox *self, const RushDag *dag)
{
  for (guint i = 1; i < self->rdds->len; i++)
    if (!is_one_call (dag, g_array_index (self->rdds, guint, i - 1),
                      g_array_index (self->rdds, guint, i)))
      return TRUE;
  return FALSE;
}

/* All RDDs of the box have as many. */
static void
box_add_followers (RushDagBox *self, const RushDagAlike *alike)
{
  guint n = self->rdds->len;

  self->n_alike = 1;
  while (alike->next[g_array_index (self->rdds, guint, self->rdds->len - n)] != NONE)
    {
      for (guint i = 0; i < n; i++)
        {
          guint next = alike->next[g_array_index (self->rdds, guint, self->rdds->len - n)];
          g_array_append_val (self->rdds, next);
        }
      self->n_alike++;
    }
}

static RushDagBox *
make_box (const Folding *self, guint first)
{
  RushDagBox *box = g_new0 (RushDagBox, 1);

  box->stage = rush_dag_rdd (self->dag, first)->stage;
  box->rows = g_array_new (FALSE, FALSE, sizeof (RushDagRow));
  box->rdds = g_array_new (FALSE, FALSE, sizeof (guint));
  box_add_rdd (box, self->dag, first);
  for (guint i = self->next[first]; i != NONE && self->joined[i]; i = self->next[i])
    box_add_rdd (box, self->dag, i);
  box->folded = is_folded (box, self->dag);
  join_loops (box);
  box_add_followers (box, self->alike);
  return box;
}

static void
make_boxes (const Folding *self, RushDagBoxes *out)
{
  const RushDag *dag = self->dag;
  g_autofree guint *box_of_rdd = g_new (guint, dag->rdds->len);

  for (guint i = 0; i < dag->rdds->len; i++)
    {
      if (self->joined[i] || self->alike->follows[i])
        continue;
      RushDagBox *box = make_box (self, i);
      for (guint r = 0; r < box->rdds->len; r++)
        box_of_rdd[g_array_index (box->rdds, guint, r)] = out->boxes->len;
      g_ptr_array_add (out->boxes, box);
    }
  for (guint e = 0; e < dag->edges->len; e++)
    {
      RushDagEdge edge = *rush_dag_edge (dag, e);
      if (self->alike->follows[edge.from] || self->alike->follows[edge.to])
        continue;
      if (self->next[edge.from] == edge.to && self->joined[edge.to])
        continue;
      edge.from = box_of_rdd[edge.from];
      edge.to = box_of_rdd[edge.to];
      g_array_append_val (out->edges, edge);
    }
}

static void
box_free (gpointer data)
{
  RushDagBox *self = data;

  g_array_unref (self->rows);
  g_array_unref (self->rdds);
  g_free (self);
}

void
rush_dag_boxes_free (RushDagBoxes *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->boxes);
  g_array_unref (self->edges);
  g_free (self);
}

RushDagBoxes *
rush_dag_boxes_new (const RushDag *dag)
{
  g_return_val_if_fail (dag != NULL, NULL);

  guint n = dag->rdds->len;
  g_autofree guint *next = g_new (guint, n);
  g_autofree guint *previous = g_new (guint, n);
  g_autofree gboolean *joined = g_new0 (gboolean, n);
  g_autoptr (RushDagAlike) alike = rush_dag_alike_new (dag);
  Folding folding = { dag, alike, next, previous, joined };
  RushDagBoxes *self = g_new (RushDagBoxes, 1);

  for (guint i = 0; i < n; i++)
    next[i] = previous[i] = NONE;
  self->boxes = g_ptr_array_new_with_free_func (box_free);
  self->edges = g_array_new (FALSE, FALSE, sizeof (RushDagEdge));
  find_links (&folding);
  join_calls (&folding);
  fold_long_stages (&folding);
  make_boxes (&folding, self);
  return self;
}
