/* cluster.c - who takes a master URL; see the header. */
#include "core/executor/cluster.h"

#define MOST_FACTORIES 4

static const RushClusterFactory *factories[MOST_FACTORIES];
static guint n_factories;

void
rush_cluster_register (const RushClusterFactory *factory)
{
  for (guint i = 0; i < n_factories; i++)
    if (factories[i] == factory)
      return;
  g_assert (n_factories < MOST_FACTORIES);
  factories[n_factories++] = factory;
}

static const RushClusterFactory *
factory_for (const char *url, const RushConf *conf)
{
  for (guint i = n_factories; i > 0; i--)
    if (factories[i - 1]->takes (url, conf))
      return factories[i - 1];
  return &rush_local_cluster_factory;
}

RushCluster *
rush_cluster_open (RushConf *conf, GError **error)
{
  g_autofree char *url = rush_conf_get_string (conf, "spark.master");

  if (url != NULL)
    return factory_for (url, conf)->open (url, conf, error);
  g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                       "A master URL must be set in your configuration (spark.master)");
  return NULL;
}

void
rush_cluster_free (RushCluster *self)
{
  if (self != NULL)
    self->klass->free (self);
}
