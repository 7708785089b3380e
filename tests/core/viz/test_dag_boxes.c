/* Which RDDs share a box: those of one call, and those of a long stage; no operator is lost. */
#include "core/viz/dag_boxes.h"
#include "dag_examples.h"

static RushDag *
make (const char *name)
{
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    if (g_str_equal (e->name, name))
      return e->make ();
  g_assert_not_reached ();
}

static const RushDagBox *
box (const RushDagBoxes *boxes, guint i)
{
  return g_ptr_array_index (boxes->boxes, i);
}

/* "textFile|flatMap map reduceByKey|…": a word a line, a bar between boxes; ×n for loops. */
static void
assert_lines (const RushDagBoxes *boxes, const char *expected)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < boxes->boxes->len; i++)
    {
      g_string_append (text, i > 0 ? "|" : "");
      for (guint r = 0; r < box (boxes, i)->rows->len; r++)
        {
          const RushDagRow *row = &g_array_index (box (boxes, i)->rows, RushDagRow, r);
          g_string_append_printf (text, "%s%s", r > 0 ? " " : "", row->name);
          if (row->times > 1)
            g_string_append_printf (text, "×%u", row->times);
        }
    }
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_python_chain (void)
{
  g_autoptr (RushDag) dag = make ("python_lineage");
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  assert_lines (boxes, "textFile|flatMap map reduceByKey|reduceByKey filter map collect");
  g_assert_cmpuint (box (boxes, 0)->rdds->len, ==, 2);
  g_assert_cmpuint (box (boxes, 2)->rdds->len, ==, 3);
  g_assert_false (box (boxes, 2)->folded);
  g_assert_cmpuint (boxes->edges->len, ==, 2);
  g_assert_cmpint (g_array_index (boxes->edges, RushDagEdge, 0).shuffle_id, ==, -1);
  g_assert_cmpint (g_array_index (boxes->edges, RushDagEdge, 1).shuffle_id, ==, 0);
}

/* A join is one box of three RDDs; the shuffle goes into it, what is narrow comes from a box. */
static void
test_join (void)
{
  g_autoptr (RushDag) dag = make ("join");
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  assert_lines (boxes, "textFile|filter|map|textFile|map|partitionBy|join|mapValues");
  g_assert_cmpuint (box (boxes, 6)->rdds->len, ==, 3);
  g_assert_cmpuint (boxes->edges->len, ==, 7);
}

/* Branches are never folded away. */
static void
test_diamond (void)
{
  g_autoptr (RushDag) dag = make ("diamond");
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  assert_lines (boxes, "textFile|filter|textFile|filter|reduceByKey|union|groupByKey");
}

/* Linear RDDs: what they are called, and how many partitions they have. */
typedef struct
{
  const char *name, *place;
  guint n_partitions;
} Link;

static RushDag *
linear (const Link *links, guint n)
{
  RushDag *dag = rush_dag_new ();
  RushDagJob job = { .job_id = 0, .call_site = g_strdup (""), .cause = g_strdup ("") };
  RushDagStage stage = { .stage_id = 0 };

  rush_dag_add_job (dag, &job);
  rush_dag_add_stage (dag, &stage);
  for (guint i = 0; i < n; i++)
    {
      RushDagRdd rdd = { .rdd_id = i,
                         .class_name = g_strdup ("MapPartitionsRDD"),
                         .operator_name = g_strdup (links[i].name),
                         .place = g_strdup (links[i].place),
                         .n_partitions = links[i].n_partitions };
      RushDagEdge edge = { .from = i - 1, .to = i, .shuffle_id = -1, .pairs = -1, .bytes = -1 };
      rush_dag_add_rdd (dag, &rdd);
      if (i > 0)
        rush_dag_add_edge (dag, &edge);
    }
  return dag;
}

static void
assert_linear (const Link *links, guint n, const char *expected)
{
  g_autoptr (RushDag) dag = linear (links, n);
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  assert_lines (boxes, expected);
}

static void
test_one_call (void)
{
  const Link call[] = { { "distinct", "a.py:1", 4 }, { "distinct", "a.py:1", 4 } };
  const Link other_place[] = { { "distinct", "a.py:1", 4 }, { "distinct", "a.py:2", 4 } };
  const Link other_name[] = { { "distinct", "a.py:1", 4 }, { "sortBy", "a.py:1", 4 } };
  const Link other_count[] = { { "coalesce", "a.py:1", 4 }, { "coalesce", "a.py:1", 2 } };
  const Link two_maps[] = { { "map", "a.py:1", 4 }, { "map", "a.py:1", 4 } };

  assert_linear (call, 2, "distinct");
  assert_linear (other_place, 2, "distinct|distinct");
  assert_linear (other_name, 2, "distinct|sortBy");
  assert_linear (other_count, 2, "coalesce|coalesce");
  assert_linear (two_maps, 2, "map|map"); /* map makes one RDD: these are two calls */
  assert_linear (NULL, 0, "");
}

static void
test_without_operator (void)
{
  const Link links[] = { { NULL, "", 4 }, { NULL, "", 4 } };

  assert_linear (links, 1, "MapPartitionsRDD");
}

/* Twelve boxes stay, thirteen are folded; a call's inner RDDs do not count. */
static void
test_fold (void)
{
  Link links[14];
  for (guint i = 0; i < 14; i++)
    links[i] = (Link){ "map", i % 2 == 0 ? "a.py:1" : "a.py:2", 4 };
  links[13] = (Link){ "distinct", "a.py:3", 4 };
  links[12] = (Link){ "distinct", "a.py:3", 4 };
  g_autoptr (RushDag) twelve = linear (links, 12);
  g_autoptr (RushDag) thirteen = linear (links, 14);
  g_autoptr (RushDagBoxes) open = rush_dag_boxes_new (twelve);
  g_autoptr (RushDagBoxes) folded = rush_dag_boxes_new (thirteen);

  g_assert_cmpuint (open->boxes->len, ==, 12);
  g_assert_cmpuint (open->edges->len, ==, 11);
  g_assert_false (box (open, 0)->folded);
  g_assert_cmpuint (folded->boxes->len, ==, 1);
  g_assert_cmpuint (folded->edges->len, ==, 0);
  g_assert_true (box (folded, 0)->folded);
  g_assert_cmpuint (box (folded, 0)->rows->len, ==, 13);
  const RushDagRow *last = &g_array_index (box (folded, 0)->rows, RushDagRow, 12);
  g_assert_cmpuint (last->first_rdd, ==, 12);
  g_assert_cmpuint (last->last_rdd, ==, 13);
}

/* Where the number of partitions changes, the fold ends. */
static void
test_fold_ends (void)
{
  Link links[20];
  for (guint i = 0; i < 20; i++)
    links[i] = (Link){ "map", i % 2 == 0 ? "a.py:1" : "a.py:2", i < 10 ? 4 : 2 };
  g_autoptr (RushDag) dag = linear (links, 20);
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  g_assert_cmpuint (boxes->boxes->len, ==, 2);
  g_assert_cmpuint (boxes->edges->len, ==, 1);
}

/* Two children of one RDD, in a stage that is long enough to be folded and of one call. */
static void
test_branch (void)
{
  Link links[16];
  for (guint i = 0; i < 16; i++)
    links[i] = (Link){ "distinct", i < 14 && i % 2 == 0 ? "a.py:1" : "a.py:2", 4 };
  g_autoptr (RushDag) dag = linear (links, 16);
  g_array_index (dag->edges, RushDagEdge, 14).from = 13; /* 14 and 15 both come from 13 */
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  g_assert_cmpuint (boxes->boxes->len, ==, 3);
  g_assert_cmpuint (box (boxes, 0)->rdds->len, ==, 14);
  g_assert_cmpuint (boxes->edges->len, ==, 2);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_cmpuint (g_array_index (boxes->edges, RushDagEdge, i).from, ==, 0);
      g_assert_cmpuint (g_array_index (boxes->edges, RushDagEdge, i).to, ==, i + 1);
    }
}

/* An RDD that reads two others of one stage begins a box of its own. */
static void
test_merge (void)
{
  Link links[16];
  for (guint i = 0; i < 16; i++)
    links[i] = (Link){ "map", i % 2 == 0 ? "a.py:1" : "a.py:2", 4 };
  g_autoptr (RushDag) dag = linear (links, 16);
  RushDagEdge second = { .from = 13, .to = 15, .shuffle_id = -1, .pairs = -1, .bytes = -1 };
  g_array_index (dag->edges, RushDagEdge, 13).from = 12; /* 13 and 14 both come from 12 */
  rush_dag_add_edge (dag, &second);
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  g_assert_cmpuint (boxes->boxes->len, ==, 4);
  g_assert_cmpuint (box (boxes, 0)->rdds->len, ==, 13);
  g_assert_cmpuint (boxes->edges->len, ==, 4);
}

static void
test_loop (void)
{
  g_autoptr (RushDag) dag = example_chain (1000, TRUE);
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);
  assert_lines (boxes, "textFile map×1000");
  const RushDagRow *row = &g_array_index (box (boxes, 0)->rows, RushDagRow, 1);
  g_assert_cmpuint (row->first_rdd, ==, 2);
  g_assert_cmpuint (row->last_rdd, ==, 1001);

  g_autoptr (RushDag) short_one = example_chain (3, TRUE);
  g_autoptr (RushDagBoxes) apart = rush_dag_boxes_new (short_one);
  assert_lines (apart, "textFile|map|map|map");
}

/* ---- branches that are alike ---- */

static void
test_alike (void)
{
  g_autoptr (RushDag) dag = example_union (17);
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);

  assert_lines (boxes, "textFile|flatMap|textFile|flatMap|textFile|filter|textFile|filter|union|"
                       "reduceByKey");
  const RushDagBox *files = box (boxes, 0);
  g_assert_cmpuint (files->n_alike, ==, 17);
  g_assert_cmpuint (files->rdds->len, ==, 34);
  for (guint i = 0; i < 34; i++) /* one branch after the other */
    g_assert_cmpint (rush_dag_rdd (dag, g_array_index (files->rdds, guint, i))->rdd_id, ==,
                     i / 2 * 3 + i % 2);
  g_assert_cmpuint (files->rows->len, ==, 1);
  g_assert_cmpuint (box (boxes, 1)->n_alike, ==, 17);
  g_assert_cmpuint (box (boxes, 3)->n_alike, ==, 1); /* another line's */
  g_assert_cmpuint (box (boxes, 5)->n_alike, ==, 1); /* two are not folded */
  g_assert_cmpuint (boxes->edges->len, ==, 4 + 4 + 1);
}

static void
test_two_alike (void)
{
  g_autoptr (RushDag) two = example_union (2);
  g_autoptr (RushDag) three = example_union (3);
  g_autoptr (RushDagBoxes) apart = rush_dag_boxes_new (two);
  g_autoptr (RushDagBoxes) folded = rush_dag_boxes_new (three);

  g_assert_cmpuint (apart->boxes->len, ==, 5 + 5 + 2);
  g_assert_cmpuint (folded->boxes->len, ==, 4 + 4 + 2);
}

/* Three sources of one line and their union; what @change does to the second. */
static guint
n_boxes_of_changed (void (*change) (RushDagRdd *second))
{
  const Link links[] = { { "read", "a.py:1", 2 },
                         { "read", "a.py:1", 2 },
                         { "read", "a.py:1", 2 },
                         { "union", "a.py:2", 6 } };
  g_autoptr (RushDag) dag = linear (links, 4);
  RushDagRdd *joint = &g_array_index (dag->rdds, RushDagRdd, 3);

  g_free (joint->class_name);
  joint->class_name = g_strdup ("UnionRDD");
  for (guint e = 0; e < 3; e++)
    {
      RushDagEdge *edge = &g_array_index (dag->edges, RushDagEdge, e);
      edge->from = e;
      edge->to = 3;
    }
  change (&g_array_index (dag->rdds, RushDagRdd, 1));
  g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);
  return boxes->boxes->len;
}

static void
change_name (RushDagRdd *rdd)
{
  rdd->name = g_strdup ("a file");
}

static void
change_partitions (RushDagRdd *rdd)
{
  rdd->n_partitions = 7;
}

static void
change_operator (RushDagRdd *rdd)
{
  g_free (rdd->operator_name);
  rdd->operator_name = g_strdup ("write");
}

static void
change_place (RushDagRdd *rdd)
{
  g_free (rdd->place);
  rdd->place = g_strdup ("a.py:9");
}

static void
change_class (RushDagRdd *rdd)
{
  g_free (rdd->class_name);
  rdd->class_name = g_strdup ("HadoopRDD");
}

static void
change_barrier (RushDagRdd *rdd)
{
  rdd->barrier = TRUE;
}

static void
change_steps (RushDagRdd *rdd)
{
  rdd->n_steps = 1;
  rdd->steps = g_new0 (RushDagStep, 1);
  rdd->steps[0].name = g_strdup ("map");
  rdd->steps[0].place = g_strdup ("a.py:1");
}

static void
test_never_alike (void)
{
  g_assert_cmpuint (n_boxes_of_changed (change_name), ==, 2);
  g_assert_cmpuint (n_boxes_of_changed (change_partitions), ==, 2);
  g_assert_cmpuint (n_boxes_of_changed (change_operator), ==, 4);
  g_assert_cmpuint (n_boxes_of_changed (change_place), ==, 4);
  g_assert_cmpuint (n_boxes_of_changed (change_class), ==, 4);
  g_assert_cmpuint (n_boxes_of_changed (change_barrier), ==, 4);
  g_assert_cmpuint (n_boxes_of_changed (change_steps), ==, 4);
}

/* Every operator of every example has a line. */
static void
test_nothing_lost (void)
{
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    {
      g_autoptr (RushDag) dag = e->make ();
      g_autoptr (RushDagBoxes) boxes = rush_dag_boxes_new (dag);
      guint n_rdds = 0;
      for (guint i = 0; i < boxes->boxes->len; i++)
        n_rdds += box (boxes, i)->rdds->len;
      g_assert_cmpuint (n_rdds, ==, dag->rdds->len);
      if (!g_str_equal (e->name, "alike")) /* edges of what is folded go with it */
        g_assert_cmpuint (boxes->edges->len + n_rdds - boxes->boxes->len, ==, dag->edges->len);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viz/boxes/python-chain", test_python_chain);
  g_test_add_func ("/viz/boxes/join", test_join);
  g_test_add_func ("/viz/boxes/diamond", test_diamond);
  g_test_add_func ("/viz/boxes/one-call", test_one_call);
  g_test_add_func ("/viz/boxes/without-operator", test_without_operator);
  g_test_add_func ("/viz/boxes/fold", test_fold);
  g_test_add_func ("/viz/boxes/fold-ends", test_fold_ends);
  g_test_add_func ("/viz/boxes/branch", test_branch);
  g_test_add_func ("/viz/boxes/merge", test_merge);
  g_test_add_func ("/viz/boxes/loop", test_loop);
  g_test_add_func ("/viz/boxes/alike", test_alike);
  g_test_add_func ("/viz/boxes/two-alike", test_two_alike);
  g_test_add_func ("/viz/boxes/never-alike", test_never_alike);
  g_test_add_func ("/viz/boxes/nothing-lost", test_nothing_lost);
  return g_test_run ();
}
