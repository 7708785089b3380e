/* manager_story.h - a small cluster, a manager, and all that it says, as text.
 *
 *   g_autoptr (ManagerStory) story = manager_story_new (4, 4, 8192, "spark.cores.max=8");
 *   manager_story_begin (story, rush_standalone_manager_new, NULL);
 *   manager_story_run (story, 10);            until second 10 of virtual time
 *   manager_story_assert_ready (story, "0 on host-0: 2 cores, 1024 MiB\n…");
 */
#pragma once

#include "sim/cluster_manager.h"

typedef RushClusterManager *(*ManagerNew) (const RushManagerSetup *setup, GError **error);

typedef struct _ManagerStory ManagerStory;

struct _ManagerStory
{
  RushEventHeap *heap;
  RushTopology *topology;
  RushConf *conf;
  RushManagerListener listener;
  RushClusterManager *manager;
  RushJson *settings;
  gboolean kubernetes, python, cluster_mode; /* set before begin () */
  guint64 seed;

  void (*on_gone) (ManagerStory *self, gpointer data); /* what the driver does; NULL: nothing */
  gpointer on_gone_data;

  GString *steps;    /* "[12.000] Master: launches …\n" */
  GHashTable *ready; /* id → line */
  GString *gone;     /* "3: REASON (exit 137, by the application)\n" */
  guint n_gone;
  char *refusal; /* the last one: "2 missing, 1408 MiB each: WHY" */
  guint n_refusals;
  char *driver_gone; /* the reason */
  gboolean starts_again;
  guint driver_back; /* the attempt */
  GChecksum *digest; /* who came and went, where and when: not the words */
};

/* Hosts in two racks if there are four or more. @settings: "spark.a=1 spark.b=2". */
ManagerStory *manager_story_new (guint n_hosts, guint cores, gint64 memory_mib,
                                 const char *settings);
void manager_story_free (ManagerStory *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ManagerStory, manager_story_free)
/* Starts a manager. @json: its settings, or NULL. */
void manager_story_begin (ManagerStory *self, ManagerNew new_manager, const char *json);
/* What refuses to begin, in full. */
void manager_story_assert_refused (ManagerStory *self, ManagerNew new_manager, const char *json,
                                   const char *message);
void manager_story_run (ManagerStory *self, double until_s);
void manager_story_request (ManagerStory *self, guint n);
void manager_story_lose_host (ManagerStory *self, guint host);
void manager_story_return_host (ManagerStory *self, guint host);
/* Executors that are there, by number: "0 on host-0: 2 cores, 1024 MiB\n" … */
void manager_story_assert_ready (ManagerStory *self, const char *lines);
guint manager_story_n_ready (ManagerStory *self);
gboolean manager_story_told (ManagerStory *self, const char *words);
