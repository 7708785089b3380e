/* A RushDag says what the lineage or the job is: RDDs, steps, stages, edges, nothing else. */
#include "dag_examples.h"

#include "tests/core/lineage/fake_rdd.h"

static const DagExample *
example (const char *name)
{
  for (const DagExample *e = dag_examples; e->name != NULL; e++)
    if (g_str_equal (e->name, name))
      return e;
  g_assert_not_reached ();
}

static void
assert_edge (const RushDag *dag, guint i, gint from_id, gint to_id, gint shuffle_id)
{
  const RushDagEdge *edge = rush_dag_edge (dag, i);

  g_assert_cmpint (rush_dag_rdd (dag, edge->from)->rdd_id, ==, from_id);
  g_assert_cmpint (rush_dag_rdd (dag, edge->to)->rdd_id, ==, to_id);
  g_assert_cmpint (edge->shuffle_id, ==, shuffle_id);
  if (shuffle_id < 0)
    g_assert_cmpuint (rush_dag_rdd (dag, edge->from)->stage, ==,
                      rush_dag_rdd (dag, edge->to)->stage);
}

/* ---- from jobs ---- */

static void
test_job (void)
{
  g_autoptr (RushDag) dag = example ("word_count")->make ();

  g_assert_cmpuint (dag->jobs->len, ==, 1);
  g_assert_cmpint (rush_dag_job (dag, 0)->job_id, ==, 0);
  g_assert_cmpstr (rush_dag_job (dag, 0)->call_site, ==, "collect at app.py:10");
  g_assert_cmpint (rush_dag_job (dag, 0)->duration_ms, ==, 310);
  g_assert_cmpuint (dag->stages->len, ==, 2);
  g_assert_cmpint (rush_dag_stage (dag, 1)->stage_id, ==, 1);
  g_assert_cmpint (rush_dag_stage (dag, 0)->status, ==, RUSH_STAGE_SUCCEEDED);
  g_assert_cmpint (rush_dag_stage (dag, 0)->duration_ms, ==, 145);

  g_assert_cmpuint (dag->rdds->len, ==, 6);
  const RushDagRdd *python = rush_dag_rdd (dag, 1);
  g_assert_cmpint (python->rdd_id, ==, 1);
  g_assert_cmpstr (python->class_name, ==, "PythonRDD");
  g_assert_null (python->name);
  g_assert_cmpstr (python->operator_name, ==, "reduceByKey");
  g_assert_cmpstr (python->place, ==, "app.py:9");
  g_assert_cmpuint (python->n_partitions, ==, 2);
  g_assert_cmpuint (python->n_steps, ==, 2);
  g_assert_cmpstr (python->steps[0].name, ==, "flatMap");
  g_assert_cmpstr (python->steps[1].place, ==, "app.py:9");
  g_assert_cmpstr (rush_dag_rdd (dag, 5)->operator_name, ==, "collect"); /* from its call site */

  g_assert_cmpuint (dag->edges->len, ==, 5);
  assert_edge (dag, 0, 1, 2, -1);
  assert_edge (dag, 1, 0, 1, -1);
  assert_edge (dag, 2, 4, 5, -1);
  assert_edge (dag, 3, 3, 4, -1);
  assert_edge (dag, 4, 2, 3, 0);
  g_assert_cmpint (rush_dag_edge (dag, 4)->pairs, ==, 10);
  g_assert_cmpint (rush_dag_edge (dag, 4)->bytes, ==, 336);
}

static void
test_skipped (void)
{
  g_autoptr (RushDag) dag = example ("skipped_stage")->make ();

  g_assert_cmpint (rush_dag_stage (dag, 0)->status, ==, RUSH_STAGE_SKIPPED);
  g_assert_cmpint (rush_dag_stage (dag, 0)->duration_ms, ==, -1);
  g_assert_cmpint (rush_dag_edge (dag, 4)->pairs, ==, 10); /* of the job that wrote it */
}

/* Edges of one job do not reach into the other, though the RDDs are the same. */
static void
test_two_jobs (void)
{
  g_autoptr (RushDag) dag = example ("two_jobs")->make ();

  g_assert_cmpuint (dag->jobs->len, ==, 2);
  g_assert_cmpuint (dag->stages->len, ==, 4);
  g_assert_cmpuint (dag->rdds->len, ==, 12);
  g_assert_cmpuint (dag->edges->len, ==, 10);
  for (guint i = 0; i < dag->edges->len; i++)
    {
      const RushDagRdd *from = rush_dag_rdd (dag, rush_dag_edge (dag, i)->from);
      const RushDagRdd *to = rush_dag_rdd (dag, rush_dag_edge (dag, i)->to);
      g_assert_cmpuint (rush_dag_stage (dag, from->stage)->job, ==,
                        rush_dag_stage (dag, to->stage)->job);
    }
}

static void
test_no_stages (void)
{
  g_autoptr (RushDag) dag = example ("no_stages")->make ();
  g_autoptr (RushDag) nothing = rush_dag_from_jobs (NULL, 0);

  g_assert_cmpuint (dag->jobs->len, ==, 1);
  g_assert_cmpuint (dag->stages->len, ==, 0);
  g_assert_cmpuint (nothing->jobs->len, ==, 0);
}

/* The user's name stands beside the class; without a class (an old log) it is all there is. */
static void
test_names (void)
{
  g_autoptr (RushJobSummary) job = example_sample_job (0);
  RushStageInfo *info = rush_stage_info_dup (job->stages[0].info);
  rush_stage_info_unref (job->stages[0].info);
  job->stages[0].info = info;
  info->rdds[0]->class_name = "PairwiseRDD";
  info->rdds[1]->class_name = "PythonRDD";
  g_free (info->rdds[1]->name);
  info->rdds[1]->name = g_strdup ("words");
  g_autoptr (RushDag) dag = rush_dag_from_job (job);

  g_assert_cmpstr (rush_dag_rdd (dag, 0)->class_name, ==, "ParallelCollectionRDD");
  g_assert_null (rush_dag_rdd (dag, 0)->name);
  g_assert_cmpstr (rush_dag_rdd (dag, 1)->class_name, ==, "PythonRDD");
  g_assert_cmpstr (rush_dag_rdd (dag, 1)->name, ==, "words");
  g_assert_null (rush_dag_rdd (dag, 2)->name);
}

/* What an info names but the job does not have is left out: a log may be incomplete. */
static void
test_unknown_parents (void)
{
  g_autoptr (RushJobSummary) job = example_sample_job (0);
  RushStageInfo *info = rush_stage_info_dup (job->stages[1].info);
  rush_stage_info_unref (job->stages[1].info);
  job->stages[1].info = info;
  info->rdds[2]->parent_shuffle_ids[0] = 99;
  info->rdds[1]->parent_ids[0] = 77;
  g_autoptr (RushDag) dag = rush_dag_from_job (job);

  g_assert_cmpuint (dag->rdds->len, ==, 6);
  g_assert_cmpuint (dag->edges->len, ==, 3);
}

static void
test_find_rdd (void)
{
  g_autoptr (RushDag) dag = example ("two_jobs")->make ();
  guint index = 77;

  g_assert_true (rush_dag_find_rdd (dag, 0, 0, &index));
  g_assert_cmpuint (index, ==, 0);
  g_assert_true (rush_dag_find_rdd (dag, 3, 6, &index));
  g_assert_cmpuint (index, ==, 11);
  g_assert_false (rush_dag_find_rdd (dag, 0, 3, &index)); /* is in stage 1 */
  g_assert_false (rush_dag_find_rdd (dag, 4, 0, &index));
  g_assert_cmpuint (index, ==, 11);
}

/* ---- from lineage ---- */

static void
test_lineage (void)
{
  g_autoptr (RushDag) dag = example ("python_lineage")->make ();

  g_assert_cmpint (rush_dag_job (dag, 0)->job_id, ==, -1);
  g_assert_cmpstr (rush_dag_job (dag, 0)->call_site, ==, "collect at app.py:10");
  g_assert_cmpuint (dag->stages->len, ==, 2);
  g_assert_cmpint (rush_dag_stage (dag, 0)->stage_id, ==, 0); /* as a first job would number */
  g_assert_cmpint (rush_dag_stage (dag, 1)->stage_id, ==, 1);
  g_assert_cmpuint (rush_dag_stage (dag, 0)->n_tasks, ==, 4);
  g_assert_cmpuint (dag->rdds->len, ==, 7);
  g_assert_cmpuint (dag->edges->len, ==, 6);
  const RushDagRdd *chain = rush_dag_rdd (dag, 2);
  g_assert_cmpuint (chain->n_steps, ==, 3);
  g_assert_cmpstr (chain->steps[2].name, ==, "reduceByKey");
  const RushDagRdd *last = rush_dag_rdd (dag, 6);
  g_assert_cmpstr (last->steps[2].place, ==, "app.py:9");  /* was a path */
  g_assert_cmpstr (last->steps[3].place, ==, "app.py:10"); /* was a call site */
}

/* A stage is cut where the data is shuffled, and only there; parents come first. */
static void
test_cut (void)
{
  g_autoptr (RushDag) dag = example ("join")->make ();

  g_assert_cmpuint (dag->stages->len, ==, 3);
  g_assert_cmpuint (rush_dag_stage (dag, 0)->n_tasks, ==, 12);
  g_assert_cmpuint (rush_dag_stage (dag, 1)->n_tasks, ==, 2);
  g_assert_cmpuint (rush_dag_stage (dag, 2)->n_tasks, ==, 4);
  guint named = 0;
  g_assert_true (rush_dag_find_rdd (dag, 0, 7, &named));
  g_assert_cmpstr (rush_dag_rdd (dag, named)->name, ==, "clicks");
  g_assert_cmpstr (rush_dag_rdd (dag, named)->class_name, ==, "MapPartitionsRDD");
  for (guint i = 0; i < dag->edges->len; i++)
    {
      const RushDagEdge *edge = rush_dag_edge (dag, i);
      gboolean crosses =
          rush_dag_rdd (dag, edge->from)->stage != rush_dag_rdd (dag, edge->to)->stage;
      g_assert_cmpint (crosses, ==, edge->shuffle_id >= 0);
      g_assert_cmpuint (rush_dag_rdd (dag, edge->from)->stage, <=,
                        rush_dag_rdd (dag, edge->to)->stage);
    }
}

/* An RDD that two stages compute is in both; a shuffle that three stages read is written once. */
static void
test_shared (void)
{
  g_autoptr (RushDag) twice = example ("diamond")->make ();
  g_autoptr (RushDag) rank = example ("page_rank")->make ();
  guint first = 0, second = 0, n_reads = 0;

  g_assert_true (rush_dag_find_rdd (twice, 0, 0, &first));
  g_assert_true (rush_dag_find_rdd (twice, 1, 0, &second));
  g_assert_cmpuint (first, !=, second);

  g_assert_cmpuint (rank->stages->len, ==, 5);
  for (guint i = 0; i < rank->edges->len; i++)
    n_reads += rush_dag_edge (rank, i)->shuffle_id == 0;
  g_assert_cmpuint (n_reads, ==, 3);
}

/* The walks keep their own stacks. */
static void
test_deep (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  RushRdd *rdd = fake_rdd_new (lineage, &fake_parallel_class, "parallelize", 2, NULL);
  for (gint i = 0; i < 10000; i++)
    {
      RushRdd *next = i % 2 == 0 ? fake_map (rdd, "map") : fake_shuffled (rdd, "reduceByKey", 2);
      rush_rdd_unref (rdd);
      rdd = next;
    }
  g_autoptr (GError) error = NULL;
  g_autoptr (RushDag) dag = rush_dag_from_rdd (rdd, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (dag->stages->len, ==, 5001);
  g_assert_cmpuint (dag->rdds->len, ==, 10001);
  g_assert_cmpuint (dag->edges->len, ==, 10000);
  rush_rdd_unref (rdd);
}

static gboolean
no_partitions (RushRdd *self, guint *out_n, GError **error)
{
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND, "no such file: x.txt");
  return FALSE;
}

static void
test_missing_file (void)
{
  static const RushRddClass missing = { .name = "HadoopRDD", .partitions = no_partitions };
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) file = fake_rdd_new (lineage, &missing, "textFile", 0, NULL);
  g_autoptr (RushRdd) shuffled = fake_shuffled (file, "reduceByKey", 2);
  g_autoptr (GError) error = NULL;

  g_assert_null (rush_dag_from_rdd (shuffled, &error));
  g_assert_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/viz/dag/job", test_job);
  g_test_add_func ("/viz/dag/skipped", test_skipped);
  g_test_add_func ("/viz/dag/two-jobs", test_two_jobs);
  g_test_add_func ("/viz/dag/no-stages", test_no_stages);
  g_test_add_func ("/viz/dag/names", test_names);
  g_test_add_func ("/viz/dag/unknown-parents", test_unknown_parents);
  g_test_add_func ("/viz/dag/find-rdd", test_find_rdd);
  g_test_add_func ("/viz/dag/lineage", test_lineage);
  g_test_add_func ("/viz/dag/cut", test_cut);
  g_test_add_func ("/viz/dag/shared", test_shared);
  g_test_add_func ("/viz/dag/deep", test_deep);
  g_test_add_func ("/viz/dag/missing-file", test_missing_file);
  return g_test_run ();
}
