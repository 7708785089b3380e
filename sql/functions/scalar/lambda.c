/* lambda.c - transform (), filter (), exists (), aggregate () …: functions that take a function.
 *
 *   transform (xs, x -> x * rate)
 *
 *   row 0   xs = [1, 2]   rate = 10        x     1  2 │ 7       one batch of all elements, with the
 *   row 1   xs = [7]      rate = 3         rate 10 10 │ 3    columns that the body sees beside them
 *
 * The body is evaluated once for all elements of all rows, as any other expression over a batch (of
 * at most RUSH_BATCH_MAX_ROWS rows at a time); lists are then put together again.  aggregate ()
 * cannot: it goes from element to element, but takes all rows' first ones together, then all second
 * ones, and so on.
 *
 * Mirrors:  ArrayTransform, ArrayFilter, ArraySort, ArrayExists, ArrayForAll, ArrayAggregate,
 *           ZipWith, MapFilter, TransformKeys, TransformValues.
 */
#include "sql/functions/scalar/nested_private.h"

/* ── a body made ready ── */

/* Its variables have become columns behind those of the outer batch. */
typedef struct
{
  RushExpr *body;    /* (owned) bound */
  guint n_variables; /* that it was written with */
  guint n_outer;     /* columns of the batch around it */
} Lambda;

typedef struct
{
  const RushExpr *lambda;
  guint n_outer;
} Binding;

static void
lambda_free (Lambda *self)
{
  rush_expr_unref (self->body);
  g_free (self);
}

static RushExpr *
bind_variable (RushExpr *node, gpointer data, GError **error)
{
  const Binding *binding = data;

  if (node->kind != RUSH_EXPR_LAMBDA_VARIABLE)
    return rush_expr_ref (node);
  for (guint i = 1; i < binding->lambda->n_children; i++)
    if (binding->lambda->children[i]->as.attribute.id == node->as.attribute.id)
      return rush_expr_bound (binding->n_outer + i - 1, node->type, node->nullable,
                              node->as.attribute.name);
  return rush_expr_ref (node); /* a lambda's around this one */
}

static gpointer
make_lambda (const RushExpr *expr, gpointer data, GError **error)
{
  Binding binding = { expr, *(const guint *)data };
  Lambda *self = g_new0 (Lambda, 1);

  self->n_variables = expr->n_children - 1;
  self->n_outer = binding.n_outer;
  self->body = rush_expr_transform_up (expr->children[0], bind_variable, &binding, error);
  if (self->body == NULL)
    g_clear_pointer (&self, g_free);
  return self;
}

static const Lambda *
lambda_of (const RushExpr *expr, RushEvalContext *ctx, GError **error)
{
  guint n_outer = ctx->batch->schema->n_fields;
  return rush_eval_prepared (ctx, expr, make_lambda, &n_outer, (GDestroyNotify)lambda_free, error);
}

/* ── evaluating it ── */

/* The value of the body for @n places: place i belongs to outer row rows[i], and variable v has row
 * i of variables[v]. */
static RushColumn *
evaluate_part (const Lambda *lambda, const guint32 *rows, guint first, guint n,
               RushColumn *const *variables, RushEvalContext *ctx, GError **error)
{
  guint n_outer = lambda->n_outer, total = n_outer + lambda->n_variables;
  g_autofree RushColumn **columns = g_new0 (RushColumn *, total);
  g_autofree RushField *fields = g_new (RushField, total);
  const RushBatch *outer = ctx->batch;
  RushColumn *result = NULL;
  guint made = 0;

  for (; made < total; made++)
    {
      columns[made] = made < n_outer ? rush_column_take (outer->columns[made], rows + first, n,
                                                         ctx->allocator, error)
                                     : rush_column_slice (variables[made - n_outer], first, n);
      if (columns[made] == NULL)
        break;
      fields[made] = (RushField){ (char *)"", columns[made]->type, TRUE };
    }
  if (made < total)
    {
      while (made > 0)
        rush_column_unref (columns[--made]);
      return NULL;
    }
  g_autoptr (RushSchema) schema = rush_schema_new (total, fields);
  g_autoptr (RushBatch) batch = rush_batch_new (schema, n, columns);
  RushRows all = { NULL, n, n };
  result = ctx->evaluate (lambda->body, batch, &all, ctx, error);
  ctx->batch = outer;
  return result;
}

static RushColumn *
evaluate_body (const Lambda *lambda, const guint32 *rows, guint n, RushColumn *const *variables,
               RushEvalContext *ctx, GError **error)
{
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);

  for (guint first = 0; first < n || first == 0; first += RUSH_BATCH_MAX_ROWS)
    {
      RushColumn *part = evaluate_part (lambda, rows, first, MIN (n - first, RUSH_BATCH_MAX_ROWS),
                                        variables, ctx, error);
      if (part == NULL)
        return NULL;
      g_ptr_array_add (parts, part);
    }
  if (parts->len == 1)
    return rush_column_ref (parts->pdata[0]);
  return rush_column_concat ((RushColumn **)parts->pdata, parts->len, ctx->allocator, error);
}

/* ── all elements of all rows, side by side ── */

typedef struct
{
  guint n;
  guint32 *rows;       /* of each place: its outer row */
  guint32 *elements;   /* its element, or RUSH_NO_ROW */
  gint32 *indices;     /* its number in the list */
  RushListView *lists; /* of each row: its places */
} Spread;

static void
spread_clear (Spread *self)
{
  g_free (self->rows);
  g_free (self->elements);
  g_free (self->indices);
  g_free (self->lists);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Spread, spread_clear)

/* @length: of the list of a row, for zip_with () the longer one's. */
static void
spread_init (Spread *self, const RushRows *rows, RushColumn *const *lists, guint n_lists)
{
  self->lists = g_new0 (RushListView, MAX (1, rows->length));
  RUSH_FOR_ROWS (rows, row, {
    gint32 length = 0;
    gboolean valid = TRUE;
    for (guint i = 0; i < n_lists; i++)
      {
        valid = valid && rush_column_is_valid (lists[i], row);
        length = valid ? MAX (length, rush_column_get_list (lists[i], row).length) : 0;
      }
    self->lists[row] = (RushListView){ (gint32)self->n, valid ? length : 0 };
    self->n += (guint)self->lists[row].length;
  });
  self->rows = g_new (guint32, MAX (1, self->n));
  self->elements = g_new (guint32, MAX (1, self->n));
  self->indices = g_new (gint32, MAX (1, self->n));
  RUSH_FOR_ROWS (rows, row, {
    for (gint32 k = 0; k < self->lists[row].length; k++)
      {
        guint at = (guint)(self->lists[row].offset + k);
        self->rows[at] = row;
        self->indices[at] = k;
      }
  });
}

/* The elements of one of the lists at their places; null where it is shorter. */
static RushColumn *
spread_take (Spread *self, const RushColumn *lists, guint child, RushEvalContext *ctx,
             GError **error)
{
  for (guint i = 0; i < self->n; i++)
    {
      RushListView list = rush_column_get_list (lists, self->rows[i]);
      self->elements[i] =
          self->indices[i] < list.length ? (guint32)(list.offset + self->indices[i]) : RUSH_NO_ROW;
    }
  return rush_column_take (rush_column_child (lists, child), self->elements, self->n,
                           ctx->allocator, error);
}

static RushColumn *
index_column (const Spread *self, RushEvalContext *ctx, GError **error)
{
  g_auto (RushColumnWriter) writer = { NULL };
  if (!rush_column_writer_init (&writer, &RUSH_INT32, self->n, FALSE, ctx->allocator, error))
    return NULL;
  memcpy (writer.values->bytes, self->indices, self->n * sizeof (gint32));
  return rush_column_writer_finish (&writer);
}

/* Lists over @children (taken), null where an argument is. */
static RushColumn *
spread_lists (const Spread *self, const RushType *type, const RushRows *rows,
              RushColumn *const *children, RushColumn *const *args, guint n_args,
              RushEvalContext *ctx, GError **error)
{
  RushBuffer *views =
      rush_buffer_new (ctx->allocator, MAX (1, rows->length) * sizeof (RushListView), error);
  if (views == NULL)
    {
      for (guint i = 0; i < type->n_fields; i++)
        rush_column_unref (children[i]);
      return NULL;
    }
  memcpy (views->bytes, self->lists, rows->length * sizeof (RushListView));
  RushColumn *lists = rush_column_new_list (type, rows->length, NULL, 0, views, children);
  return rush_column_null_where_null (lists, args, n_args, ctx->allocator, error);
}

/* ── the functions ── */

/* The body over the elements of args[0], and of its second list if there are two; the lambda is the
 * argument behind them. */
static RushColumn *
body_values (const RushExpr *call, RushColumn *const *args, guint n_lists, Spread *spread,
             const RushRows *rows, RushEvalContext *ctx, GError **error)
{
  const Lambda *lambda = lambda_of (call->children[n_lists], ctx, error);
  g_autoptr (GPtrArray) variables =
      g_ptr_array_new_with_free_func ((GDestroyNotify)rush_column_unref);

  if (lambda == NULL)
    return NULL;
  spread_init (spread, rows, args, n_lists);
  for (guint v = 0; v < lambda->n_variables; v++)
    {
      gboolean map = args[0]->type->kind == RUSH_TYPE_MAP;
      RushColumn *column =
          map           ? spread_take (spread, args[0], v, ctx, error)
          : v < n_lists ? spread_take (spread, args[v], 0, ctx, error)
                        : index_column (spread, ctx, error); /* transform (xs, (x, i) -> …) */
      if (column == NULL)
        return NULL;
      g_ptr_array_add (variables, column);
    }
  return evaluate_body (lambda, spread->rows, spread->n, (RushColumn **)variables->pdata, ctx,
                        error);
}

RUSH_EVALUATOR (transform)
{
  guint n_lists = call->n_children - 1; /* zip_with has two */
  g_auto (Spread) spread = { 0 };
  RushColumn *values = body_values (call, args, n_lists, &spread, rows, ctx, error);

  return values == NULL
             ? NULL
             : spread_lists (&spread, call->type, rows, &values, args, n_lists, ctx, error);
}

/* filter (array or map): the elements where it is true. */
RUSH_EVALUATOR (filter)
{
  g_auto (Spread) spread = { 0 };
  g_autoptr (RushColumn) keep = body_values (call, args, 1, &spread, rows, ctx, error);
  guint n_children = args[0]->type->n_fields, kept = 0;
  RushColumn *children[2] = { NULL, NULL };

  if (keep == NULL)
    return NULL;
  g_autofree guint32 *chosen = g_new (guint32, MAX (1, spread.n));
  RUSH_FOR_ROWS (rows, row, {
    RushListView places = spread.lists[row];
    RushListView list = places.length > 0 ? rush_column_get_list (args[0], row) : places;
    guint start = kept;
    for (gint32 k = 0; k < places.length; k++)
      if (rush_column_is_valid (keep, (guint)(places.offset + k)) &&
          rush_column_get_bool (keep, (guint)(places.offset + k)))
        chosen[kept++] = (guint32)(list.offset + k);
    spread.lists[row] = (RushListView){ (gint32)start, (gint32)(kept - start) };
  });
  for (guint i = 0; i < n_children; i++)
    {
      children[i] =
          rush_column_take (rush_column_child (args[0], i), chosen, kept, ctx->allocator, error);
      if (children[i] == NULL)
        {
          if (i > 0)
            rush_column_unref (children[0]);
          return NULL;
        }
    }
  return spread_lists (&spread, call->type, rows, children, args, 1, ctx, error);
}

/* Three-valued: exists is true for one that is true, else null if one is null; forall the same of
 * false. */
RUSH_EVALUATOR (quantifier)
{
  gboolean all = strcmp (call->as.function.function->name, "forall") == 0;
  g_auto (Spread) spread = { 0 };
  g_autoptr (RushColumn) values = body_values (call, args, 1, &spread, rows, ctx, error);
  g_auto (RushColumnWriter) writer = { NULL };

  if (values == NULL ||
      !rush_column_writer_init (&writer, &RUSH_BOOL, rows->length, TRUE, ctx->allocator, error))
    return NULL;
  RUSH_FOR_ROWS (rows, row, {
    RushListView places = spread.lists[row];
    gboolean decided = FALSE;
    gboolean null = FALSE;
    for (guint at = (guint)places.offset; at < (guint)(places.offset + places.length); at++)
      if (!rush_column_is_valid (values, at))
        null = TRUE;
      else
        decided = decided || rush_column_get_bool (values, at) != all;
    if (decided != all)
      rush_bit_set (writer.values->bytes, row);
    if (!decided && null && !rush_column_writer_set_null (&writer, row, error))
      return NULL;
  });
  return rush_column_null_where_null (rush_column_writer_finish (&writer), args, 1, ctx->allocator,
                                      error);
}

/* transform_keys, transform_values: the other half of the map stays. */
RUSH_EVALUATOR (transform_map)
{
  gboolean keys = strcmp (call->as.function.function->name, "transform_keys") == 0;
  g_auto (Spread) spread = { 0 };
  RushColumn *values = body_values (call, args, 1, &spread, rows, ctx, error);
  if (values == NULL)
    return NULL;
  RushColumn *other = spread_take (&spread, args[0], keys ? 1 : 0, ctx, error);
  if (other == NULL)
    {
      rush_column_unref (values);
      return NULL;
    }
  RushColumn *children[] = { keys ? values : other, keys ? other : values };
  return spread_lists (&spread, call->type, rows, children, args, 1, ctx, error);
}

/* aggregate (xs, start, (acc, x) -> …[, acc -> …]): the k-th elements of all rows that have one. */
static RushColumn *
fold_step (const Lambda *lambda, RushColumn *acc, const RushColumn *lists, const guint32 *rows,
           guint n, gint32 k, RushEvalContext *ctx, GError **error)
{
  g_autofree guint32 *elements = g_new (guint32, n);
  for (guint i = 0; i < n; i++)
    elements[i] = (guint32)(rush_column_get_list (lists, rows[i]).offset + k);
  g_autoptr (RushColumn) before = rush_column_take (acc, rows, n, ctx->allocator, error);
  g_autoptr (RushColumn) element =
      before != NULL
          ? rush_column_take (rush_column_child (lists, 0), elements, n, ctx->allocator, error)
          : NULL;
  if (element == NULL)
    return NULL;
  RushColumn *variables[] = { before, element };
  g_autoptr (RushColumn) after = evaluate_body (lambda, rows, n, variables, ctx, error);
  if (after == NULL)
    return NULL;

  /* The new values in their rows, the old ones in the others. */
  g_autofree RushRowId *picks = g_new (RushRowId, acc->length);
  RushColumn *sources[] = { acc, after };
  for (guint row = 0; row < acc->length; row++)
    picks[row] = (RushRowId){ 0, row };
  for (guint i = 0; i < n; i++)
    picks[rows[i]] = (RushRowId){ 1, i };
  return rush_column_gather (sources, 2, picks, acc->length, ctx->allocator, error);
}

RUSH_EVALUATOR (aggregate)
{
  const Lambda *merge = lambda_of (call->children[2], ctx, error);
  g_autoptr (RushColumn) acc = rush_column_ref (args[1]);
  g_autofree guint32 *left = g_new (guint32, MAX (1, rows->length));

  if (merge == NULL)
    return NULL;
  for (gint32 k = 0;; k++)
    {
      guint n = 0;
      RUSH_FOR_ROWS (rows, row, {
        if (rush_column_is_valid (args[0], row) && rush_column_get_list (args[0], row).length > k)
          left[n++] = row;
      });
      if (n == 0)
        break;
      RushColumn *next = fold_step (merge, acc, args[0], left, n, k, ctx, error);
      if (next == NULL)
        return NULL;
      rush_column_unref (acc);
      acc = next;
    }
  if (call->n_children > 3)
    {
      const Lambda *finish = lambda_of (call->children[3], ctx, error);
      for (guint i = 0; i < rows->length; i++)
        left[i] = i;
      RushColumn *last =
          finish != NULL ? evaluate_body (finish, left, rows->length, &acc, ctx, error) : NULL;
      if (last == NULL)
        return NULL;
      rush_column_unref (acc);
      acc = last;
    }
  return rush_column_null_where_null (g_steal_pointer (&acc), args, 1, ctx->allocator, error);
}

/* ── sorting by a comparator ── */

typedef struct
{
  guint row;
  guint32 *sorted; /* elements so far; room for all of the row's */
  guint n;
  RushListView list;
  guint low, high; /* where the next one goes: not yet decided */
} Insertion;

/* One comparison in each row that is not done: of its next element with the middle of the range. */
static gboolean
compare_middles (const Lambda *lambda, GPtrArray *active, RushColumn *elements,
                 RushEvalContext *ctx, GError **error)
{
  g_autofree guint32 *rows = g_new (guint32, active->len);
  g_autofree guint32 *next = g_new (guint32, active->len);
  g_autofree guint32 *middle = g_new (guint32, active->len);

  for (guint i = 0; i < active->len; i++)
    {
      const Insertion *in = active->pdata[i];
      rows[i] = in->row;
      next[i] = (guint32)in->list.offset + in->n;
      middle[i] = in->sorted[(in->low + in->high) / 2];
    }
  g_autoptr (RushColumn) left =
      rush_column_take (elements, next, active->len, ctx->allocator, error);
  g_autoptr (RushColumn) right =
      left != NULL ? rush_column_take (elements, middle, active->len, ctx->allocator, error) : NULL;
  RushColumn *variables[] = { left, right };
  g_autoptr (RushColumn) order =
      right != NULL ? evaluate_body (lambda, rows, active->len, variables, ctx, error) : NULL;
  if (order == NULL)
    return FALSE;
  for (guint i = 0; i < active->len; i++)
    {
      Insertion *in = active->pdata[i];
      guint at = (in->low + in->high) / 2;
      if (!rush_column_is_valid (order, i))
        {
          g_autoptr (GString) first = g_string_new (NULL);
          g_autoptr (GString) second = g_string_new (NULL);
          rush_column_append_text (left, i, first);
          rush_column_append_text (right, i, second);
          rush_sql_error_set (error, RUSH_SQL_CLASS_COMPARATOR_RETURNS_NULL, NULL, "firstValue",
                              first->str, "secondValue", second->str, NULL);
          return FALSE;
        }
      if (rush_column_get_int (order, i) < 0)
        in->high = at;
      else
        in->low = at + 1;
    }
  return TRUE;
}

/* Puts elements whose place is known there; FALSE: all of the row's are sorted. */
static gboolean
insert_next (Insertion *in)
{
  while (in->n < (guint)in->list.length)
    {
      if (in->low < in->high)
        return TRUE;
      memmove (in->sorted + in->low + 1, in->sorted + in->low,
               (in->n - in->low) * sizeof *in->sorted);
      in->sorted[in->low] = (guint32)in->list.offset + in->n++;
      in->low = 0;
      in->high = in->n;
    }
  return FALSE;
}

/* array_sort (xs, (a, b) -> …): each row sorts by insertion, with a binary search for the place;
 * all rows take a step of it together. */
RushColumn *
rush_sort_by_comparator (const RushExpr *call, RushColumn *const *args, const RushRows *rows,
                         RushEvalContext *ctx, GError **error)
{
  const Lambda *lambda = lambda_of (call->children[1], ctx, error);
  g_auto (Spread) spread = { 0 };
  g_autoptr (GPtrArray) active = g_ptr_array_new ();
  RushColumn *elements = rush_column_child (args[0], 0);

  if (lambda == NULL)
    return NULL;
  spread_init (&spread, rows, args, 1);
  g_autofree Insertion *all = g_new0 (Insertion, MAX (1, rows->length));
  g_autofree guint32 *sorted = g_new (guint32, MAX (1, spread.n));
  RUSH_FOR_ROWS (rows, row, {
    RushListView places = spread.lists[row];
    if (places.length > 0)
      {
        all[row] = (Insertion){ .row = row, .sorted = sorted + places.offset };
        all[row].list = rush_column_get_list (args[0], row);
        if (insert_next (&all[row]))
          g_ptr_array_add (active, &all[row]);
      }
  });
  while (active->len > 0)
    {
      if (!compare_middles (lambda, active, elements, ctx, error))
        return NULL;
      for (guint i = active->len; i-- > 0;)
        if (!insert_next (active->pdata[i]))
          g_ptr_array_remove_index_fast (active, i);
    }
  RushColumn *taken = rush_column_take (elements, sorted, spread.n, ctx->allocator, error);
  return taken == NULL ? NULL
                       : spread_lists (&spread, call->type, rows, &taken, args, 1, ctx, error);
}

/* ── types ── */

static const RushExpr *
body (RushExpr *const *args, guint i)
{
  return args[i]->kind == RUSH_EXPR_LAMBDA ? args[i]->children[0] : args[i];
}

RUSH_RESULT_TYPE (transform_type)
{
  return rush_type_array (body (args, n - 1)->type, body (args, n - 1)->nullable);
}

RUSH_RESULT_TYPE (keys_type)
{
  const RushType *map = args[0]->type;
  return rush_type_map (body (args, 1)->type, map->fields[1].type, map->fields[1].nullable);
}

RUSH_RESULT_TYPE (values_type)
{
  return rush_type_map (args[0]->type->fields[0].type, body (args, 1)->type,
                        body (args, 1)->nullable);
}

static gboolean
check_body (const RushFunction *self, guint n, RushExpr *const *args, guint i,
            const RushType *wanted, GError **error)
{
  g_autofree char *upper = NULL, *quoted = NULL;

  if (rush_type_same_shape (body (args, i)->type, wanted))
    return TRUE;
  upper = g_ascii_strup (wanted->name, -1);
  quoted = g_strdup_printf ("\"%s\"", upper);
  rush_set_unexpected_type (error, self, n, args, i, quoted);
  return FALSE;
}

/* The list or map itself, or what the function says. */
RUSH_RESULT_TYPE (predicate_type)
{
  gboolean asks = strcmp (self->name, "exists") == 0 || strcmp (self->name, "forall") == 0;

  if (!check_body (self, n, args, 1, &RUSH_BOOL, error))
    return NULL;
  return asks ? &RUSH_BOOL : args[0]->type;
}

const RushType *
rush_array_sort_type (const RushFunction *self, guint n, RushExpr *const *args,
                      gboolean *inout_nullable, GError **error)
{
  return n == 1 || check_body (self, n, args, 1, &RUSH_INT32, error) ? args[0]->type : NULL;
}

RUSH_RESULT_TYPE (aggregate_type)
{
  if (!check_body (self, n, args, 2, args[1]->type, error))
    return NULL;
  return n > 3 ? body (args, 3)->type : args[1]->type;
}

#define LAMBDA(NAME, N, MAX, TYPE, FUNC, RESULT, USAGE, ...)                                       \
  RUSH_SCALAR (NAME, N, MAX, TYPE, FUNC, NAME USAGE, "2.4.0", RUSH_ARGS (__VA_ARGS__),             \
               .result_type = RESULT, .handles_nulls = TRUE)

const RushFunction rush_functions_lambda[] = {
  LAMBDA ("transform", 2, 2, NULL, transform, transform_type, "(array, x -> …)", RUSH_ARG_ARRAY,
          RUSH_ARG_LAMBDA),
  LAMBDA ("zip_with", 3, 3, NULL, transform, transform_type, "(a, b, (x, y) -> …)", RUSH_ARG_ARRAY,
          RUSH_ARG_ARRAY, RUSH_ARG_LAMBDA),
  LAMBDA ("filter", 2, 2, NULL, filter, predicate_type, "(array, x -> …)", RUSH_ARG_ARRAY,
          RUSH_ARG_LAMBDA),
  LAMBDA ("map_filter", 2, 2, NULL, filter, predicate_type, "(map, (k, v) -> …)", RUSH_ARG_MAP,
          RUSH_ARG_LAMBDA),
  LAMBDA ("exists", 2, 2, NULL, quantifier, predicate_type, "(array, x -> …)", RUSH_ARG_ARRAY,
          RUSH_ARG_LAMBDA),
  LAMBDA ("forall", 2, 2, NULL, quantifier, predicate_type, "(array, x -> …)", RUSH_ARG_ARRAY,
          RUSH_ARG_LAMBDA),
  LAMBDA ("transform_keys", 2, 2, NULL, transform_map, keys_type, "(map, (k, v) -> …)",
          RUSH_ARG_MAP, RUSH_ARG_LAMBDA),
  LAMBDA ("transform_values", 2, 2, NULL, transform_map, values_type, "(map, (k, v) -> …)",
          RUSH_ARG_MAP, RUSH_ARG_LAMBDA),
  LAMBDA ("aggregate", 3, 4, NULL, aggregate, aggregate_type,
          "(array, start, (acc, x) -> …[, acc -> …])", RUSH_ARG_ARRAY, RUSH_ARG_ANY,
          RUSH_ARG_LAMBDA, RUSH_ARG_LAMBDA),
  LAMBDA ("reduce", 3, 4, NULL, aggregate, aggregate_type,
          "(array, start, (acc, x) -> …[, acc -> …])", RUSH_ARG_ARRAY, RUSH_ARG_ANY,
          RUSH_ARG_LAMBDA, RUSH_ARG_LAMBDA),
  { NULL },
};
