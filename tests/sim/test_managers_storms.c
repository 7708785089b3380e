/* test_managers_storms.c - each manager under a few hundred random blows, a hundred seeds long:
 * what it holds at every moment, and that it has all executors again when the storm is over.
 *
 * A seed is the same storm and the same end of it on any machine and in any build, which the
 * digests of one seed here say: they change if a manager comes to act differently.
 *
 * The storm: hosts die and come back, executors die, grow too large, are let go; more and fewer are
 * wanted.  Then all hosts come back and there is quiet. */
#include "sim/sim_random.h"
#include "tests/sim/manager_story.h"

#include <stdio.h>

#define MIB ((gint64)1 << 20)
#define N_HOSTS 6
#define N_BLOWS 120

typedef struct
{
  const char *name;
  ManagerNew new_manager;
  const char *settings;
  gboolean cluster_mode;
  gboolean may_fail;  /* executors may die: two on an agent of Mesos, and it is given up */
  const char *digest; /* of seed 1; its first 16 digits */
} Case;

#define COMMON "spark.executor.cores=2 spark.executor.memory=1g "

static const Case cases[] = {
  { "standalone", rush_standalone_manager_new, COMMON "spark.deploy.maxExecutorRetries=-1", FALSE,
    TRUE, "7ff6d8833755ddbe" },
  { "standalone, cluster", rush_standalone_manager_new,
    COMMON "spark.deploy.maxExecutorRetries=-1 spark.driver.supervise=true", TRUE, TRUE,
    "3773571a496259fa" },
  { "yarn", rush_yarn_manager_new, COMMON "spark.executor.maxNumFailures=100000", FALSE, TRUE,
    "942d521c5de47c9e" },
  { "yarn, cluster", rush_yarn_manager_new, COMMON "spark.executor.maxNumFailures=100000", TRUE,
    TRUE, "5c7436a7306b7909" },
  { "kubernetes", rush_kubernetes_manager_new, COMMON "spark.executor.maxNumFailures=100000", FALSE,
    TRUE, "ee967bbd519707ab" },
  { "kubernetes, cluster", rush_kubernetes_manager_new,
    COMMON "spark.executor.maxNumFailures=100000", TRUE, TRUE, "5a11b4c186800843" },
  { "mesos", rush_mesos_manager_new, COMMON, FALSE, FALSE, "51d0f0eb9861fe40" },
  { "mesos, cluster", rush_mesos_manager_new, COMMON "spark.driver.supervise=true", TRUE, FALSE,
    "91821cbb496b3a60" },
};

#define START "\"executor_start\": {\"lognormal\": {\"median\": \"2s\", \"sigma\": 0.7}}"

/* An attempt of YARN's is used up with each loss; here it has as many as it likes. */
static const char *
json_of (const Case *c)
{
  return c->new_manager == rush_yarn_manager_new
             ? "{\"am_max_attempts\": 1000, \"resource_calculator\": \"dominant\", " START "}"
             : "{" START "}";
}

/* ---- what holds at every moment ---- */

static void
assert_hosts_are_not_overfull (ManagerStory *story)
{
  guint cores[N_HOSTS] = { 0 };
  gint64 mib[N_HOSTS] = { 0 };
  g_autoptr (GList) lines = g_hash_table_get_values (story->ready);

  for (GList *l = lines; l != NULL; l = l->next)
    {
      gint64 id, megabytes;
      guint host, n_cores;

      g_assert_cmpint (
          sscanf (l->data, "%ld on host-%u: %u cores, %ld MiB", &id, &host, &n_cores, &megabytes),
          ==, 4);
      cores[host] += n_cores;
      mib[host] += megabytes;
    }
  for (guint i = 0; i < N_HOSTS; i++)
    {
      g_assert_cmpuint (cores[i], <=, 8);
      g_assert_cmpint (mib[i], <=, 16384);
    }
}

/* ---- the storm ---- */

typedef struct
{
  ManagerStory *story;
  const Case *c;
  RushSimRandom random;
  guint wanted;
  guint attempt; /* of the driver, for which wanted was asked */
} Storm;

static guint
draw (Storm *self, guint n)
{
  return (guint)rush_sim_random_below (&self->random, n);
}

/* By number, as the order of a hash table is nobody's. NULL: there is none. (transfer full) */
static char *
any_executor (Storm *self)
{
  guint n = manager_story_n_ready (self->story);
  guint highest = 2000, skip = n > 0 ? draw (self, n) : 0;

  for (guint i = 0; i < highest && n > 0; i++)
    {
      g_autofree char *id = g_strdup_printf ("%u", i);

      if (g_hash_table_contains (self->story->ready, id) && skip-- == 0)
        return g_steal_pointer (&id);
    }
  return NULL;
}

static void
turn_host (Storm *self, guint host)
{
  if (rush_topology_host (self->story->topology, host)->alive)
    manager_story_lose_host (self->story, host);
  else
    manager_story_return_host (self->story, host);
}

static void
strike_executor (Storm *self, guint what)
{
  RushClusterManager *manager = self->story->manager;
  g_autofree char *id = any_executor (self);

  if (id == NULL)
    return;
  if (what == 0)
    manager->klass->release (manager, id);
  else if (self->c->may_fail && what == 1)
    manager->klass->executor_died (manager, id, 1, "the storm");
  else if (self->c->may_fail)
    manager->klass->memory_used (manager, id, draw (self, 8) * 512 * MIB);
}

static void
blow (Storm *self)
{
  guint what = draw (self, 6);

  if (what < 2)
    turn_host (self, draw (self, N_HOSTS));
  else if (what == 2)
    manager_story_request (self->story, self->wanted = 1 + draw (self, 12));
  else
    strike_executor (self, what - 3);
}

/* In the midst of what the manager does, as a scheduler may: it asks again, and lets another go. */
static void
react (ManagerStory *story, gpointer data)
{
  Storm *self = data;
  g_autofree char *id = draw (self, 4) == 0 ? any_executor (self) : NULL;

  manager_story_request (story, self->wanted);
  if (id != NULL)
    story->manager->klass->release (story->manager, id);
}

/* A driver that has come back asks anew. */
static void
ask_again (Storm *self)
{
  if (self->story->driver_back == self->attempt)
    return;
  self->attempt = self->story->driver_back;
  manager_story_request (self->story, self->wanted);
}

static void
clear_up (Storm *self, double *now_s)
{
  for (guint i = 0; i < N_HOSTS; i++)
    if (!rush_topology_host (self->story->topology, i)->alive)
      manager_story_return_host (self->story, i);
  self->wanted = 5;
  manager_story_request (self->story, self->wanted);
  for (guint i = 0; i < 60; i++)
    {
      manager_story_run (self->story, *now_s += 20);
      ask_again (self);
    }
}

/* The digest. (transfer full) */
static char *
run_storm (const Case *c, guint64 seed)
{
  g_autoptr (ManagerStory) story = manager_story_new (N_HOSTS, 8, 16384, c->settings);
  Storm self = { .story = story, .c = c, .wanted = 6 };
  double now_s = 0;

  self.random = rush_sim_random (seed, "storm", 0, 0, 0);
  story->seed = seed;
  story->on_gone = react;
  story->on_gone_data = &self;
  story->kubernetes = c->new_manager == rush_kubernetes_manager_new;
  story->cluster_mode = c->cluster_mode;
  manager_story_begin (story, c->new_manager, json_of (c));
  manager_story_request (story, self.wanted);
  for (guint i = 0; i < N_BLOWS; i++)
    {
      manager_story_run (story, now_s += rush_sim_random_uniform (&self.random) * 40);
      ask_again (&self);
      blow (&self);
      assert_hosts_are_not_overfull (story);
    }
  clear_up (&self, &now_s);
  assert_hosts_are_not_overfull (story);
  if (story->driver_gone != NULL && !story->starts_again)
    g_assert_cmpuint (manager_story_n_ready (story), ==, 0); /* over is over */
  else
    g_assert_cmpuint (manager_story_n_ready (story), >=, self.wanted);
  story->manager->klass->stop (story->manager);
  manager_story_run (story, now_s + 3000);
  return g_strndup (g_checksum_get_string (story->digest), 16);
}

static void
test_storms (gconstpointer data)
{
  for (guint64 seed = 1; seed <= 100; seed++)
    {
      g_test_message ("seed %" G_GUINT64_FORMAT, seed);
      g_autofree char *digest = run_storm (data, seed);
      if (seed == 1)
        g_assert_cmpstr (digest, ==, ((const Case *)data)->digest);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/managers/storms/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_storms);
    }
  return g_test_run ();
}
