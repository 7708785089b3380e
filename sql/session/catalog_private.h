/* catalog_private.h - what a catalog holds; catalog.c and catalog_views.c share it. */
#pragma once

#include "sql/session/catalog.h"

#include <pthread.h>

/* What all sessions of an application have in common. */
typedef struct
{
  RushRefCount refs;
  pthread_mutex_t lock;
  GHashTable *databases;    /* name → RushDatabase */
  GHashTable *global_views; /* name → RushTable */
} RushSharedCatalog;

typedef struct
{
  char *location;     /* or NULL: below the warehouse */
  char *comment;      /* or NULL */
  GHashTable *tables; /* name → RushTable */
} RushDatabase;

struct _RushCatalog
{
  RushCatalogView view; /* first: the analyzer's view of this */
  RushRefCount refs;
  RushContext *context;      /* (owned) */
  RushSharedCatalog *shared; /* (owned) */
  char *warehouse;           /* absolute */
  RushEvalSettings settings; /* conf: (owned) */

  /* guarded by shared->lock */
  GHashTable *views;     /* name → RushTable */
  GHashTable *functions; /* name → RushPythonFunction */
  char *current;
};

/* With the lock; names without regard to case. */
gpointer rush_catalog_look_up (GHashTable *table, const char *name);
/* In database @current, unless @names say another. */
RushTable *rush_catalog_table_in (RushCatalog *self, const char *current, const char *const *names);
RushPlan *rush_catalog_lookup_relation (RushCatalogView *view, const char *const *names,
                                        GPtrArray *options, GError **error);
