/* schema_job.c - see schema_job.h.
 *
 *     driver    files ─slices─▶ tasks ─▶ a schema each ─▶ merged in the order of the files
 *
 * The RDD under the job has no rows: a task finds its files by the number of its partition.
 */
#include "sql/sources/schema_job.h"

#include "rdd/source/parallelize.h"

#include <string.h>

typedef struct
{
  const GPtrArray *files;
  guint n_files, n_tasks;
  RushReadSchema read;
  gpointer data;
} Job;

/* ---- merging ---- */

static const RushType *merge_types (const RushType *left, const RushType *right);

static const RushTypeField *
find_field (const RushType *type, const char *name)
{
  for (guint i = 0; i < type->n_fields; i++)
    if (strcmp (type->fields[i].name, name) == 0)
      return &type->fields[i];
  return NULL;
}

/* The fields of the left one, then those that only the right one has. */
static const RushType *
merge_structs (const RushType *left, const RushType *right)
{
  g_autofree RushTypeField *fields = g_new (RushTypeField, left->n_fields + right->n_fields + 1);
  guint n = 0;

  for (guint i = 0; i < left->n_fields; i++)
    {
      const RushTypeField *other = find_field (right, left->fields[i].name);

      fields[n] = left->fields[i];
      if (other != NULL)
        {
          fields[n].type = merge_types (left->fields[i].type, other->type);
          fields[n].nullable = left->fields[i].nullable || other->nullable;
          if (fields[n].type == NULL)
            return NULL;
        }
      n++;
    }
  for (guint i = 0; i < right->n_fields; i++)
    if (find_field (left, right->fields[i].name) == NULL)
      fields[n++] = right->fields[i];
  return rush_type_struct (n, fields);
}

/* NULL: they cannot be merged. */
static const RushType *
merge_types (const RushType *left, const RushType *right)
{
  const RushType *first, *second;

  if (left == right)
    return left;
  if (left->user != NULL || right->user != NULL)
    return rush_type_same_shape (left, right) ? left : NULL;
  if (left->kind != right->kind)
    return NULL;
  switch (left->kind)
    {
    case RUSH_TYPE_STRUCT:
      return merge_structs (left, right);
    case RUSH_TYPE_ARRAY:
      first = merge_types (left->fields[0].type, right->fields[0].type);
      return first == NULL
                 ? NULL
                 : rush_type_array (first, left->fields[0].nullable || right->fields[0].nullable);
    case RUSH_TYPE_MAP:
      first = merge_types (left->fields[0].type, right->fields[0].type);
      second = merge_types (left->fields[1].type, right->fields[1].type);
      return first == NULL || second == NULL
                 ? NULL
                 : rush_type_map (first, second,
                                  left->fields[1].nullable || right->fields[1].nullable);
    case RUSH_TYPE_DECIMAL:
      return left->scale != right->scale
                 ? NULL
                 : rush_type_decimal (MAX (left->precision, right->precision), left->scale);
    case RUSH_TYPE_BOOL:
    case RUSH_TYPE_INT8:
    case RUSH_TYPE_INT16:
    case RUSH_TYPE_INT32:
    case RUSH_TYPE_INT64:
    case RUSH_TYPE_FLOAT32:
    case RUSH_TYPE_FLOAT64:
    case RUSH_TYPE_STRING:
    case RUSH_TYPE_BINARY:
    case RUSH_TYPE_NULL:
    case RUSH_TYPE_DATE:
    case RUSH_TYPE_TIMESTAMP:
    case RUSH_TYPE_TIMESTAMP_NTZ:
    case RUSH_TYPE_YEAR_MONTH_INTERVAL:
    case RUSH_TYPE_DAY_TIME_INTERVAL:
    case RUSH_TYPE_CALENDAR_INTERVAL:
    default:
      return NULL;
    }
}

RushSchema *
rush_schema_merge (const RushSchema *left, const RushSchema *right, GError **error)
{
  const RushType *a = rush_schema_to_type (left), *b = rush_schema_to_type (right);
  const RushType *merged = merge_types (a, b);

  if (merged != NULL)
    return rush_schema_from_type (merged);
  rush_sql_error_set (error, RUSH_SQL_CLASS_CANNOT_MERGE_SCHEMAS, NULL, "left", a->name, "right",
                      b->name, NULL);
  return NULL;
}

/* ---- the job ---- */

static gboolean
read_schemas (RushIterator *rows, RushTaskContext *ctx, gpointer data, RushTaskResult *out,
              GError **error)
{
  const Job *job = data;
  gsize start = rush_slice_start (job->n_files, job->n_tasks, ctx->partition);
  gsize end = rush_slice_start (job->n_files, job->n_tasks, ctx->partition + 1);
  g_autoptr (RushSchema) all = NULL;

  for (gsize i = start; i < end; i++)
    {
      g_autoptr (RushSchema) schema =
          rush_task_context_check (ctx, error)
              ? job->read (g_ptr_array_index (job->files, i), ctx, job->data, error)
              : NULL;
      RushSchema *merged;

      if (schema == NULL)
        return FALSE;
      merged = all != NULL ? rush_schema_merge (all, schema, error) : rush_schema_ref (schema);
      if (merged == NULL)
        return FALSE;
      g_clear_pointer (&all, rush_schema_unref);
      all = merged;
    }
  out->value = g_steal_pointer (&all);
  out->free_value = (GDestroyNotify)rush_schema_unref;
  return TRUE;
}

RushRdd *
rush_rdd_without_rows (RushContext *context, RushSchema *schema, guint n_partitions)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autofree GPtrArray **batches = g_new (GPtrArray *, n_partitions);

  for (guint i = 0; i < n_partitions; i++)
    batches[i] = none;
  return rush_rdd_parallelize (rush_context_lineage (context), schema, batches, n_partitions);
}

RushJobWaiter *
rush_job_without_rows (RushContext *context, guint n_tasks, RushResultFunc func, gpointer data,
                       GError **error)
{
  g_autoptr (RushSchema) schema = rush_schema_of ("path", &RUSH_STRING, NULL);
  g_autoptr (RushRdd) rdd = rush_rdd_without_rows (context, schema, n_tasks);

  return rush_context_run_job (context, rdd, NULL, 0, func, data, NULL, NULL, error);
}

RushSchema *
rush_schema_job_run (RushContext *context, const GPtrArray *files, gboolean merge,
                     RushReadSchema read, gpointer data, GError **error)
{
  Job job = { .files = files, .n_files = merge ? files->len : 1, .read = read, .data = data };
  g_autoptr (RushJobWaiter) waiter = NULL;
  RushSchema *all = NULL;

  g_return_val_if_fail (files->len > 0, NULL);
  job.n_tasks = MIN (job.n_files, rush_context_default_parallelism (context));
  waiter = rush_job_without_rows (context, job.n_tasks, read_schemas, &job, error);
  if (waiter == NULL)
    return NULL;
  for (guint i = 0; i < job.n_tasks; i++)
    {
      RushSchema *schema = rush_job_waiter_result (waiter, i)->value;
      RushSchema *merged =
          all != NULL ? rush_schema_merge (all, schema, error) : rush_schema_ref (schema);

      g_clear_pointer (&all, rush_schema_unref);
      if (merged == NULL)
        return NULL;
      all = merged;
    }
  return all;
}
