/* dag_alike.c - which branches of a union are alike.
 *
 * A *branch* is walked up from the union: each RDD on it has one child, and one parent that it
 * reads narrowly, but for the topmost, which may have any parents that are not the branch's own:
 *
 *     (shared) ─▶ filter ─▶ map ─▶ union        shared has other children: it is no part
 *
 * Two are alike if, RDD by RDD, they have the same class, the same operators from the same places
 * of the user's file, and in the end the same parents.  They may differ in names (of files), and in
 * the number of partitions: ten files that are read in a loop are alike.  What one of them says
 * is then true for all.
 *
 * Two of a kind stay apart: a picture with both is no harder to read, and they may well be the left
 * and the right side of a join, which Python makes of a union.
 */
#include "core/viz/dag_alike.h"

#include <string.h>

#define MIN_ALIKE 3

/* Edges by the RDD that they lead to: those of RDD i are edges[begin[i]] … edges[begin[i + 1] − 1].
 */
typedef struct
{
  const RushDag *dag;
  guint *begin;
  guint *edges;
  guint *n_children;
} Parents;

/* ---- parents ---- */

static guint
n_parents (const Parents *self, guint i)
{
  return self->begin[i + 1] - self->begin[i];
}

static const RushDagEdge *
parent_edge (const Parents *self, guint i, guint p)
{
  return rush_dag_edge (self->dag, self->edges[self->begin[i] + p]);
}

static void
find_parents (Parents *self)
{
  guint n = self->dag->rdds->len;
  g_autofree guint *filled = g_new0 (guint, n);

  for (guint e = 0; e < self->dag->edges->len; e++)
    {
      self->begin[rush_dag_edge (self->dag, e)->to + 1]++;
      self->n_children[rush_dag_edge (self->dag, e)->from]++;
    }
  for (guint i = 0; i < n; i++)
    self->begin[i + 1] += self->begin[i];
  for (guint e = 0; e < self->dag->edges->len; e++)
    {
      guint to = rush_dag_edge (self->dag, e)->to;
      self->edges[self->begin[to] + filled[to]++] = e;
    }
}

/* ---- what a branch is, as text ---- */

/* What separates words is in no word that is typed. */
static void
describe_rdd (GString *out, const RushDagRdd *rdd)
{
  g_string_append_printf (out, "%s\1%s\1%s\1%d\1%d", rdd->class_name,
                          rdd->operator_name != NULL ? rdd->operator_name : "", rdd->place,
                          rdd->barrier, rush_storage_level_is_valid (&rdd->level));
  for (guint s = 0; s < rdd->n_steps; s++)
    g_string_append_printf (out, "\1%s\1%s", rdd->steps[s].name, rdd->steps[s].place);
  g_string_append_c (out, '\2');
}

static void
describe_parents (GString *out, const Parents *parents, guint i)
{
  for (guint p = 0; p < n_parents (parents, i); p++)
    g_string_append_printf (out, "%u %d\1", parent_edge (parents, i, p)->from,
                            parent_edge (parents, i, p)->shuffle_id);
}

/* The RDD above @i on its branch, or RUSH_DAG_NONE. */
static guint
step_up (const Parents *parents, guint i)
{
  if (n_parents (parents, i) != 1)
    return RUSH_DAG_NONE;
  const RushDagEdge *edge = parent_edge (parents, i, 0);
  return edge->shuffle_id < 0 && parents->n_children[edge->from] == 1 ? edge->from : RUSH_DAG_NONE;
}

/* Appends the RDDs to @branch, from the union up; → what they are. */
static char *
walk_up (const Parents *parents, guint last, GArray *branch)
{
  GString *text = g_string_new (NULL);
  guint i = last, up;

  while (TRUE)
    {
      g_array_append_val (branch, i);
      describe_rdd (text, rush_dag_rdd (parents->dag, i));
      up = step_up (parents, i);
      if (up == RUSH_DAG_NONE)
        break;
      /* Where the number changes, a box ends (dag_boxes.c). */
      gboolean same = rush_dag_rdd (parents->dag, up)->n_partitions ==
                      rush_dag_rdd (parents->dag, i)->n_partitions;
      g_string_append_c (text, same ? '=' : '/');
      i = up;
    }
  describe_parents (text, parents, i);
  return g_string_free (text, FALSE);
}

/* ---- unions ---- */

static void
tie (RushDagAlike *self, const GPtrArray *branches)
{
  for (guint b = 1; b < branches->len; b++)
    {
      const GArray *before = g_ptr_array_index (branches, b - 1);
      const GArray *branch = g_ptr_array_index (branches, b);
      for (guint i = 0; i < branch->len; i++)
        {
          self->next[g_array_index (before, guint, i)] = g_array_index (branch, guint, i);
          self->follows[g_array_index (branch, guint, i)] = TRUE;
        }
    }
}

static void
tie_branches_of (RushDagAlike *self, const Parents *parents, guint joint)
{
  g_autoptr (GHashTable) kinds = /* what a branch is → GArrays of RDDs */
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_ptr_array_unref);
  GHashTableIter iter;
  gpointer branches;

  for (guint p = 0; p < n_parents (parents, joint); p++)
    {
      const RushDagEdge *edge = parent_edge (parents, joint, p);
      if (edge->shuffle_id >= 0 || parents->n_children[edge->from] != 1)
        continue;
      GArray *branch = g_array_new (FALSE, FALSE, sizeof (guint));
      char *kind = walk_up (parents, edge->from, branch);
      branches = g_hash_table_lookup (kinds, kind);
      if (branches == NULL)
        {
          branches = g_ptr_array_new_with_free_func ((GDestroyNotify)g_array_unref);
          g_hash_table_insert (kinds, g_strdup (kind), branches);
        }
      g_ptr_array_add (branches, branch);
      g_free (kind);
    }
  g_hash_table_iter_init (&iter, kinds);
  while (g_hash_table_iter_next (&iter, NULL, &branches))
    if (((GPtrArray *)branches)->len >= MIN_ALIKE)
      tie (self, branches);
}

static gboolean
is_union (const RushDagRdd *rdd)
{
  return strcmp (rdd->class_name, "UnionRDD") == 0 ||
         strcmp (rdd->class_name, "PartitionerAwareUnionRDD") == 0;
}

void
rush_dag_alike_free (RushDagAlike *self)
{
  if (self == NULL)
    return;
  g_free (self->next);
  g_free (self->follows);
  g_free (self);
}

RushDagAlike *
rush_dag_alike_new (const RushDag *dag)
{
  g_return_val_if_fail (dag != NULL, NULL);

  guint n = dag->rdds->len;
  g_autofree guint *begin = g_new0 (guint, n + 1);
  g_autofree guint *edges = g_new (guint, dag->edges->len);
  g_autofree guint *n_children = g_new0 (guint, n);
  Parents parents = { dag, begin, edges, n_children };
  RushDagAlike *self = g_new (RushDagAlike, 1);

  self->next = g_new (guint, n);
  self->follows = g_new0 (gboolean, n);
  for (guint i = 0; i < n; i++)
    self->next[i] = RUSH_DAG_NONE;
  find_parents (&parents);
  for (guint i = 0; i < n; i++)
    if (is_union (rush_dag_rdd (dag, i)))
      tie_branches_of (self, &parents, i);
  return self;
}
