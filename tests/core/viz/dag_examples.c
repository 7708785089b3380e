/* See dag_examples.h. */
#include "dag_examples.h"

#include "tests/core/event/sample_run.h"
#include "tests/core/lineage/fake_rdd.h"

#include <string.h>

/* ---- from jobs ---- */

static RushJobStats *
stats_of_sample_run (void)
{
  RushEventBus *bus = rush_event_bus_new (10);
  RushJobStats *stats = rush_job_stats_new (10, 10);

  rush_event_bus_add_inline (bus, rush_job_stats_listener (stats));
  sample_run_post (bus);
  rush_event_bus_free (bus);
  return stats;
}

RushJobSummary *
example_sample_job (gint job_id)
{
  g_autoptr (RushJobStats) stats = stats_of_sample_run ();

  return rush_job_stats_job (stats, job_id);
}

static RushDag *
word_count (void)
{
  g_autoptr (RushJobSummary) job = example_sample_job (0);

  return rush_dag_from_job (job);
}

static RushDag *
skipped_stage (void)
{
  g_autoptr (RushJobSummary) job = example_sample_job (1);

  return rush_dag_from_job (job);
}

static RushDag *
two_jobs (void)
{
  g_autoptr (RushJobSummary) first = example_sample_job (0);
  g_autoptr (RushJobSummary) second = example_sample_job (1);
  const RushJobSummary *jobs[] = { first, second };

  return rush_dag_from_jobs (jobs, 2);
}

static RushDag *
seven_jobs (void)
{
  g_autoptr (RushJobSummary) first = example_sample_job (0);
  g_autoptr (RushJobSummary) second = example_sample_job (1);
  const RushJobSummary *jobs[] = { first, second, second, first, second, second, first };

  return rush_dag_from_jobs (jobs, G_N_ELEMENTS (jobs));
}

/* The summary of job 0 after other things happened to it. */
static RushDag *
changed_job (void (*change) (RushJobSummary *job))
{
  g_autoptr (RushJobSummary) job = example_sample_job (0);

  change (job);
  return rush_dag_from_job (job);
}

static void
make_large (RushJobSummary *job)
{
  for (guint i = 0; i < 2; i++)
    {
      RushStageInfo *info = rush_stage_info_dup (job->stages[i].info);
      rush_stage_info_unref (job->stages[i].info);
      job->stages[i].info = info;
      job->stages[i].n_tasks = 1200;
      for (guint r = 0; r < info->n_rdds; r++)
        info->rdds[r]->n_partitions = 1200;
    }
  job->stages[0].n_attempts = 2;
  job->stages[0].n_recomputed = 37;
  job->stages[0].recomputed = g_array_new (FALSE, FALSE, sizeof (guint));
  for (guint i = 30; i < 67; i++)
    g_array_append_val (job->stages[0].recomputed, i);
  job->stages[0].because = g_strdup ("executor 1 was lost");
  job->stages[0].shuffle_pairs = 12345678;
  job->stages[0].shuffle_bytes = 1234567890;
  job->stages[0].completion_ms += 75000;
  job->completion_ms += 100000;
}

static RushDag *
recomputed (void)
{
  return changed_job (make_large);
}

static void
make_fail (RushJobSummary *job)
{
  RushStageInfo *info = rush_stage_info_dup (job->stages[1].info);

  rush_stage_info_unref (job->stages[1].info);
  job->stages[1].info = info;
  job->stages[1].status = RUSH_STAGE_FAILED;
  info->failure_reason = g_strdup ("Task 1 in stage 1.0 failed 4 times, most recent failure: "
                                   "ZeroDivisionError: division by zero\nTraceback …");
  job->status = RUSH_JOB_FAILED;
  job->error = g_strdup (
      "Job aborted due to stage failure: Task 1 in stage 1.0 failed 4 times, most recent failure: "
      "Lost task 1.3 in stage 1.0 (TID 7) (localhost executor driver): Traceback (most recent call "
      "last):\n  File \"app.py\", line 9, in <lambda>\nZeroDivisionError: division by zero\n\n"
      "Driver stacktrace:");
}

static RushDag *
failed (void)
{
  return changed_job (make_fail);
}

static void
make_run (RushJobSummary *job)
{
  job->status = RUSH_JOB_RUNNING;
  job->completion_ms = 0;
  job->stages[0].status = RUSH_STAGE_RUNNING;
  job->stages[0].completion_ms = 0;
  job->stages[0].n_completed = 1;
  job->stages[1].status = RUSH_STAGE_PENDING;
  job->stages[1].n_attempts = 0;
  job->stages[1].submission_ms = job->stages[1].completion_ms = 0;
  job->stages[0].shuffle_pairs = 5;
  job->stages[0].shuffle_bytes = 168;
}

static RushDag *
running (void)
{
  return changed_job (make_run);
}

static RushDag *
no_stages (void)
{
  RushJobSummary job = { .job_id = 7,
                         .status = RUSH_JOB_SUCCEEDED,
                         .call_site = (char *)"count at app.py:20",
                         .cause = (char *)"action",
                         .submission_ms = 1000,
                         .completion_ms = 1000 };

  return rush_dag_from_job (&job);
}

static void
make_hostile (RushJobSummary *job)
{
  RushStageInfo *info = rush_stage_info_dup (job->stages[0].info);
  const char *steps[] = { "<b>&\"'\\N</b>\tx<y>.py:1",
                          "]>; evil [label=\ta\"b\n.py",
                          "not \xff UTF-8\tcaf\xe9.py:3",
                          "größer ≥ 日本\tß.py:9",
                          "",
                          NULL };

  rush_stage_info_unref (job->stages[0].info);
  job->stages[0].info = info;
  g_strfreev (info->rdds[1]->steps);
  info->rdds[1]->steps = g_strdupv ((char **)steps);
  g_free (info->rdds[2]->name);
  info->rdds[2]->name =
      g_strdup ("</TABLE>>];\x01\x1b[31m name of more than forty-eight characters, cut");
  g_free (job->call_site);
  job->call_site = g_strdup ("<script>alert(1)</script> & \"co\" at /tmp/<i>.py:1");
  g_free (job->cause);
  job->cause = g_strdup ("<BR/>&amp;");
  job->status = RUSH_JOB_FAILED;
  job->error = g_strdup ("<IMG SRC=\"/etc/passwd\"/>\nsecond line");
}

static RushDag *
hostile (void)
{
  return changed_job (make_hostile);
}

/* ---- from lineage ---- */

/* As the operators of the engine name what they create. */
static void
call (const char *operator_name, const char *place)
{
  g_autofree char *site = g_strdup_printf ("%s at /home/ann/%s", operator_name, place);

  rush_lineage_push_call (operator_name, site, "");
}

static gboolean
describe_word_count (RushRdd *self, guint i, const char **out_name, const char **out_site)
{
  static const char *const names[] = { "flatMap", "map", "reduceByKey" };
  static const char *const sites[] = { "app.py:5", "app.py:6", "app.py:7" };

  if (i >= G_N_ELEMENTS (names))
    return FALSE;
  *out_name = names[i];
  *out_site = sites[i];
  return TRUE;
}

static gboolean
describe_sorted (RushRdd *self, guint i, const char **out_name, const char **out_site)
{
  static const char *const names[] = { "reduceByKey", "filter", "map", "collect" };
  static const char *const sites[] = { "app.py:7", "app.py:8", "/home/ann/app.py:9",
                                       "collect at /home/ann/app.py:10" };

  if (i >= G_N_ELEMENTS (names))
    return FALSE;
  *out_name = names[i];
  *out_site = sites[i];
  return TRUE;
}

static const RushRddClass map_side_class = { .name = "PythonRDD",
                                             .describe_step = describe_word_count };
static const RushRddClass reduce_side_class = { .name = "PythonRDD",
                                                .describe_step = describe_sorted };
static const RushRddClass pairwise_class = { .name = "PairwiseRDD" };

static RushRdd *
narrow (const RushRddClass *klass, RushRdd *parent)
{
  return fake_rdd_new (parent->lineage, klass, "inner", 0, rush_dependency_one_to_one (parent),
                       NULL);
}

static RushRdd *
text_file (RushLineage *lineage, const char *place, guint n)
{
  call ("textFile", place);
  g_autoptr (RushRdd) file = fake_rdd_new (lineage, &fake_hadoop_class, "inner", n, NULL);
  RushRdd *lines = fake_map (file, "inner");
  rush_lineage_pop_call ();
  return lines;
}

static RushDag *
draw (RushRdd *rdd)
{
  g_autoptr (GError) error = NULL;
  RushDag *dag = rush_dag_from_rdd (rdd, &error);

  g_assert_no_error (error);
  return dag;
}

/* PySpark's word count, as rdd.py composes it. */
static RushDag *
python_lineage (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) lines = text_file (lineage, "app.py:4", 4);

  call ("reduceByKey", "app.py:7");
  g_autoptr (RushRdd) mapped = narrow (&map_side_class, lines);
  g_autoptr (RushRdd) pairs = narrow (&pairwise_class, mapped);
  g_autoptr (RushRdd) shuffled = fake_shuffled (pairs, "inner", 4);
  g_autoptr (RushRdd) values = fake_map (shuffled, "inner");
  rush_lineage_pop_call ();
  call ("collect", "app.py:10");
  g_autoptr (RushRdd) merged = narrow (&reduce_side_class, values);
  rush_lineage_pop_call ();
  return draw (merged);
}

static RushRdd *
mapped (RushRdd *parent, const char *operator_name, const char *place)
{
  call (operator_name, place);
  RushRdd *rdd = fake_map (parent, "inner");
  rush_lineage_pop_call ();
  return rdd;
}

static RushRdd *
reduced (RushRdd *parent, const char *operator_name, const char *place, guint n)
{
  call (operator_name, place);
  RushRdd *rdd = fake_shuffled (parent, "inner", n);
  rush_lineage_pop_call ();
  return rdd;
}

/* Scala's: a join is a cogroup, one side of which is placed already. */
static RushDag *
join (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushPartitioner) four = rush_hash_partitioner_new (4, 0);
  g_autoptr (RushRdd) users_file = text_file (lineage, "join.py:3", 2);
  g_autoptr (RushRdd) users = mapped (users_file, "map", "join.py:4");
  g_autoptr (RushRdd) placed = reduced (users, "partitionBy", "join.py:5", 4);
  g_autoptr (RushRdd) clicks_file = text_file (lineage, "join.py:7", 12);
  g_autoptr (RushRdd) clicks = mapped (clicks_file, "filter", "join.py:8");
  g_autoptr (RushRdd) pairs = mapped (clicks, "map", "join.py:9");
  rush_rdd_set_name (pairs, "clicks");

  call ("join", "join.py:11");
  g_autoptr (RushRdd) cogrouped =
      fake_rdd_new (lineage, &fake_cogroup_class, "inner", 4, rush_dependency_one_to_one (placed),
                    rush_dependency_shuffle (pairs, four, pairs->schema), NULL);
  g_autoptr (RushRdd) flat = fake_map (cogrouped, "inner");
  g_autoptr (RushRdd) joined = fake_map (flat, "inner");
  rush_lineage_pop_call ();
  g_autoptr (RushRdd) result = mapped (joined, "mapValues", "join.py:12");
  return draw (result);
}

/* One file that is read twice and comes together again. */
static RushDag *
diamond (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushRdd) lines = text_file (lineage, "app.py:1", 3);
  g_autoptr (RushRdd) a = mapped (lines, "filter", "app.py:2");
  g_autoptr (RushRdd) b = mapped (lines, "filter", "app.py:3");
  g_autoptr (RushRdd) counts = reduced (b, "reduceByKey", "app.py:3", 3);

  call ("union", "app.py:4");
  g_autoptr (RushRdd) both = fake_rdd_new (
      lineage, &fake_union_class, "inner", 9, rush_dependency_range (a, 0, 0, 3),
      rush_dependency_range (a, 0, 3, 3), rush_dependency_range (counts, 0, 6, 3), NULL);
  rush_lineage_pop_call ();
  g_autoptr (RushRdd) result = reduced (both, "groupByKey", "app.py:5", 3);
  return draw (result);
}

static gboolean
sum_of_parents (RushRdd *self, guint *out_n, GError **error)
{
  *out_n = 0;
  for (guint i = 0; i < self->n_dependencies; i++)
    {
      guint n;
      if (!rush_rdd_n_partitions (self->dependencies[i]->rdd, &n, error))
        return FALSE;
      *out_n += n;
    }
  return TRUE;
}

static RushRdd *
union_of (const GPtrArray *parents)
{
  static const RushRddClass union_class = { .name = "UnionRDD", .partitions = sum_of_parents };
  RushRdd *first = g_ptr_array_index (parents, 0);
  g_autofree RushDependency **dependencies = g_new (RushDependency *, parents->len);

  for (guint i = 0; i < parents->len; i++)
    dependencies[i] = rush_dependency_one_to_one (g_ptr_array_index (parents, i));
  return rush_rdd_alloc (sizeof (RushRdd), &union_class, first->lineage, first->schema,
                         dependencies, parents->len);
}

/* Files that are read in a loop; one that another line reads, two that are filtered. */
RushDag *
example_union (guint n_alike)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (GPtrArray) parents = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_rdd_unref);

  for (guint i = 0; i < n_alike + 3; i++)
    {
      gboolean alike = i < n_alike;
      g_autoptr (RushRdd) lines =
          text_file (lineage, i == n_alike ? "app.py:3" : "app.py:2", alike ? 2 : 3);
      g_autofree char *name =
          g_strdup_printf ("/home/ann/a folder with a rather long name/part-%03u.txt", i);
      rush_rdd_set_name (lines, name);
      g_ptr_array_add (parents, mapped (lines, i > n_alike ? "filter" : "flatMap", "app.py:2"));
    }
  call ("union", "app.py:4");
  g_autoptr (RushRdd) all = union_of (parents);
  rush_lineage_pop_call ();
  g_autoptr (RushRdd) counts = reduced (all, "reduceByKey", "app.py:5", 4);
  return draw (counts);
}

static RushDag *
alike (void)
{
  return example_union (17);
}

/* PageRank as the paper has it: links are placed once, ranks are shuffled in each round. */
static RushDag *
page_rank (void)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  g_autoptr (RushPartitioner) four = rush_hash_partitioner_new (4, 0);
  g_autoptr (RushRdd) lines = text_file (lineage, "rank.py:3", 4);
  g_autoptr (RushRdd) edges = mapped (lines, "map", "rank.py:4");
  g_autoptr (RushRdd) links = reduced (edges, "groupByKey", "rank.py:5", 4);
  RushRdd *ranks = mapped (links, "mapValues", "rank.py:6");

  for (gint round = 0; round < 3; round++)
    {
      call ("join", "rank.py:9");
      g_autoptr (RushRdd) cogrouped = fake_rdd_new (lineage, &fake_cogroup_class, "inner", 4,
                                                    rush_dependency_one_to_one (links),
                                                    rush_dependency_one_to_one (ranks), NULL);
      g_autoptr (RushRdd) joined = fake_map (cogrouped, "inner");
      rush_lineage_pop_call ();
      g_autoptr (RushRdd) sent = mapped (joined, "flatMap", "rank.py:10");
      g_autoptr (RushRdd) summed = reduced (sent, "reduceByKey", "rank.py:11", 4);
      rush_rdd_unref (ranks);
      ranks = mapped (summed, "mapValues", "rank.py:12");
    }
  RushDag *dag = draw (ranks);
  rush_rdd_unref (ranks);
  return dag;
}

/* 40 RDDs: 30 operators in one stage, a shuffle, 5 more. */
static RushDag *
long_lineage (void)
{
  static const char *const operators[] = { "map", "filter", "flatMap", "mapValues", "keyBy" };
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  RushRdd *rdd = text_file (lineage, "long.py:1", 4);

  for (guint i = 0; i < 37; i++)
    {
      g_autofree char *place = g_strdup_printf ("long.py:%u", i + 2);
      RushRdd *next = i == 30 ? reduced (rdd, "reduceByKey", place, 4)
                              : mapped (rdd, operators[i % G_N_ELEMENTS (operators)], place);
      rush_rdd_unref (rdd);
      rdd = next;
    }
  RushDag *dag = draw (rdd);
  rush_rdd_unref (rdd);
  return dag;
}

RushDag *
example_chain (guint n, gboolean loop)
{
  g_autoptr (RushLineage) lineage = rush_lineage_new ();
  RushRdd *rdd = text_file (lineage, "loop.py:1", 4);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *place = g_strdup_printf ("loop.py:%u", loop ? 3 : i + 3);
      RushRdd *next = mapped (rdd, "map", place);
      rush_rdd_unref (rdd);
      rdd = next;
    }
  RushDag *dag = draw (rdd);
  rush_rdd_unref (rdd);
  return dag;
}

static RushDag *
loop (void)
{
  return example_chain (1000, TRUE);
}

static RushDag *
very_long (void)
{
  return example_chain (200, FALSE);
}

RushDag *
example_wide (guint n)
{
  RushDag *dag = rush_dag_new ();
  RushDagJob job = { .job_id = 0,
                     .call_site = g_strdup ("collect at wide.py:1"),
                     .cause = g_strdup (""),
                     .duration_ms = -1 };

  rush_dag_add_job (dag, &job);
  for (guint i = 0; i < n; i++)
    {
      RushDagStage stage = { .stage_id = i / 10,
                             .n_tasks = 4,
                             .n_attempts = 1,
                             .status = RUSH_STAGE_SUCCEEDED,
                             .duration_ms = 100 };
      if (i % 10 == 0)
        rush_dag_add_stage (dag, &stage);
      RushDagRdd rdd = { .stage = i / 10,
                         .rdd_id = i,
                         .class_name = g_strdup ("MapPartitionsRDD"),
                         .operator_name = g_strdup ("map"),
                         .place = g_strdup_printf ("wide.py:%u", i),
                         .n_partitions = 4 };
      rush_dag_add_rdd (dag, &rdd);
      RushDagEdge edge = { .from = i - 1,
                           .to = i,
                           .shuffle_id = i % 10 == 0 ? (gint)i / 10 : -1,
                           .pairs = 1000,
                           .bytes = 20000 };
      if (i > 0)
        rush_dag_add_edge (dag, &edge);
    }
  return dag;
}

const DagExample dag_examples[] = { { "word_count", word_count },
                                    { "skipped_stage", skipped_stage },
                                    { "two_jobs", two_jobs },
                                    { "seven_jobs", seven_jobs },
                                    { "recomputed", recomputed },
                                    { "failed", failed },
                                    { "running", running },
                                    { "no_stages", no_stages },
                                    { "hostile", hostile },
                                    { "python_lineage", python_lineage },
                                    { "join", join },
                                    { "diamond", diamond },
                                    { "alike", alike },
                                    { "page_rank", page_rank },
                                    { "long_lineage", long_lineage },
                                    { "loop", loop },
                                    { "very_long", very_long },
                                    { NULL, NULL } };
