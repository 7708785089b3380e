/* ml_clustering.c - k-means, and the sums of clusters that silhouettes are computed from. */
#include "mllib/clustering/clustering_functions.h"
#include "mllib/clustering/kmeans.h"
#include "py/ext/ml/ml_fits.h"

/* ---- k-means ---- */

/* Whether to keep the points between passes, and how. */
typedef struct
{
  const char *name; /* NULL: they are not kept */
  RushStorageLevel level;
} Keeping;

static RushKMeansResult *
run_kmeans (EngineFit *fit, const RushKMeansParams *params, const Keeping *keeping, GError **error)
{
  RushKMeansResult *result;

  if (keeping->name == NULL)
    return rush_kmeans_fit (&fit->instances, params, error);
  if (!engine_fit_keep (fit, keeping->name, &keeping->level, error))
    return NULL;
  result = rush_kmeans_fit (&fit->instances, params, error);
  engine_fit_let_go (fit);
  return result;
}

/* k centres of as many numbers as a point has. */
static gboolean
check_start (guint k, guint n_features, gsize bytes, GError **error)
{
  if (n_features > 0 && bytes % sizeof (double) == 0 &&
      bytes / sizeof (double) == (guint64)k * n_features)
    return TRUE;
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "requirement failed: %" G_GSIZE_FORMAT " bytes are not %u centers of %u features",
               bytes, k, n_features);
  return FALSE;
}

/* Options as Python gives them; the start is borrowed.  FALSE with an exception set. */
static gboolean
parse_options (PyObject *tuple, guint n_features, RushKMeansParams *out)
{
  const char *distance, *start;
  Py_ssize_t start_bytes;
  long long seed;
  int by_rows;
  GError *error = NULL;

  if (!PyArg_ParseTuple (tuple, "IIdLsppIz#", &out->k, &out->max_iterations, &out->tolerance, &seed,
                         &distance, &by_rows, &out->start_at_random, &out->start_steps, &start,
                         &start_bytes))
    return FALSE;
  out->seed = seed;
  out->search = by_rows ? RUSH_SEARCH_ROW : RUSH_SEARCH_BLOCK;
  out->start = (const double *)start;
  if (rush_distance_from_name (distance, &out->distance, &error) &&
      (start == NULL || check_start (out->k, n_features, (gsize)start_bytes, &error)))
    return TRUE;
  engine_raise (error);
  return FALSE;
}

/* ml_kmeans (query, columns, features, options, (name, disk, memory, off heap, deserialized,
 *            replication), call, properties)
 *   -> (number of centres, their values, cost, iterations)
 * options: k, max iterations, tolerance, seed, distance, by rows, at random, steps, centres to
 * start from as bytes, or None.  Points are kept under the name; None: they are not. */
static PyObject *
kmeans (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *options, *call, *properties;
  unsigned int n_features;
  Keeping keeping;
  RushKMeansParams params = { 0 };
  EngineFit fit;

  if (!PyArg_ParseTuple (args, "OOIO!(zppppI)OO!", &query, &columns, &n_features, &PyTuple_Type,
                         &options, &keeping.name, &keeping.level.use_disk,
                         &keeping.level.use_memory, &keeping.level.use_off_heap,
                         &keeping.level.deserialized, &keeping.level.replication, &call,
                         &PyDict_Type, &properties) ||
      !parse_options (options, n_features, &params) ||
      !engine_fit_init (&fit, query, columns, RUSH_CHECK_WEIGHTS | RUSH_CHECK_FEATURES, n_features,
                        call, properties))
    return NULL;
  GError *error = NULL;
  RushKMeansResult *result;
  Py_BEGIN_ALLOW_THREADS result = run_kmeans (&fit, &params, &keeping, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (result == NULL)
    return engine_raise (error);
  PyObject *answer = Py_BuildValue (
      "INdI", result->n, engine_doubles (result->centers, (gsize)result->n * result->n_features),
      result->cost, result->n_iterations);
  rush_kmeans_result_free (result);
  return answer;
}

/* ml_kmeans_cost (query, columns, centres, centres as bytes, call, properties) -> cost */
static PyObject *
kmeans_cost (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  unsigned int n;
  const char *bytes;
  Py_ssize_t size;
  GError *error = NULL;
  EngineFit fit;

  if (!PyArg_ParseTuple (args, "OOIy#OO!", &query, &columns, &n, &bytes, &size, &call, &PyDict_Type,
                         &properties))
    return NULL;
  guint n_features = n > 0 ? (guint)((gsize)size / sizeof (double) / n) : 0;
  if (!check_start (n, n_features, (gsize)size, &error))
    return engine_raise (error);
  if (!engine_fit_init (&fit, query, columns, RUSH_CHECK_NOTHING, n_features, call, properties))
    return NULL;
  double cost = 0;
  gboolean fine;
  Py_BEGIN_ALLOW_THREADS fine =
      rush_kmeans_cost (&fit.instances, n, (const double *)bytes, &cost, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  return fine ? PyFloat_FromDouble (cost) : engine_raise (error);
}

/* ---- silhouettes ---- */

/* ml_cluster_statistics (query, columns, distance, call, properties) -> (clusters, records): the
 * label is the cluster */
static PyObject *
cluster_statistics (PyObject *module, PyObject *args)
{
  PyObject *query, *columns, *call, *properties;
  const char *name;
  RushDistance distance;
  EngineFit fit;
  GError *error = NULL;

  if (!PyArg_ParseTuple (args, "OOsOO!", &query, &columns, &name, &call, &PyDict_Type, &properties))
    return NULL;
  if (!rush_distance_from_name (name, &distance, &error))
    return engine_raise (error);
  if (!engine_fit_init (&fit, query, columns, RUSH_CHECK_WEIGHTS, 0, call, properties))
    return NULL;
  RushClusterSums *sums;
  Py_BEGIN_ALLOW_THREADS sums = rush_silhouette_statistics (&fit.instances, distance, &error);
  Py_END_ALLOW_THREADS engine_fit_clear (&fit);
  if (sums == NULL)
    return engine_raise (error);
  PyObject *answer = Py_BuildValue (
      "NN", engine_doubles (sums->ids, sums->n),
      engine_doubles (sums->records, sums->n * (RUSH_CLUSTER_SUM + (gsize)sums->n_features)));
  rush_cluster_sums_free (sums);
  return answer;
}

PyMethodDef engine_ml_clustering_functions[] = {
  { "ml_kmeans", kmeans, METH_VARARGS,
    "ml_kmeans (query, columns, features, options, keeping, call, properties) -> (n, centres, "
    "cost, iterations)" },
  { "ml_kmeans_cost", kmeans_cost, METH_VARARGS,
    "ml_kmeans_cost (query, columns, centres, centres as bytes, call, properties) -> cost" },
  { "ml_cluster_statistics", cluster_statistics, METH_VARARGS,
    "ml_cluster_statistics (query, columns, distance, call, properties) -> (clusters, records)" },
  { NULL },
};
