/* union_exec.c - the partitions of all children, one after the other.
 *
 * Children may call their columns differently, and know less of nulls: each gets the schema of the
 * union, which costs nothing but a batch of references.
 *
 * Mirrors: org.apache.spark.sql.execution.UnionExec.
 */
#include "sql/physical/operators/union_exec.h"

#include "rdd/transform/map_partitions.h"
#include "rdd/transform/union.h"
#include "sql/physical/operators/basic.h"

typedef struct
{
  RushIterator base;
  RushIterator *rows;
  RushSchema *schema;
} RenameIterator;

static RushBatch *
rename_next (RushIterator *base, GError **error)
{
  RenameIterator *self = (RenameIterator *)base;
  g_autoptr (RushBatch) batch = rush_iterator_next (self->rows, error);
  g_autofree guint *columns = NULL;

  if (batch == NULL)
    return NULL;
  columns = g_new (guint, self->schema->n_fields + 1);
  for (guint c = 0; c < self->schema->n_fields; c++)
    columns[c] = c;
  return rush_batch_project (batch, self->schema, columns);
}

static void
rename_close (RushIterator *base)
{
  rush_iterator_close (((RenameIterator *)base)->rows);
  g_free (base);
}

static const RushIteratorClass rename_class = { rename_next, rename_close };

static RushIterator *
rename_open (RushIterator *rows, guint split, RushTaskContext *ctx, gpointer data, GError **error)
{
  RenameIterator *self = g_new0 (RenameIterator, 1);

  self->base.klass = &rename_class;
  self->rows = rows;
  self->schema = data;
  return &self->base;
}

static void
free_schema (gpointer data)
{
  rush_schema_unref (data);
}

static RushRdd *
under_schema (RushRdd *rows, RushSchema *schema)
{
  if (rush_schema_equal (rows->schema, schema))
    return rush_rdd_ref (rows);
  return rush_rdd_map_partitions (rows, schema, rename_open, rush_schema_ref (schema), free_schema,
                                  TRUE);
}

static RushRdd *
union_execute (RushExec *base, RushQuery *query, GError **error)
{
  g_autoptr (GPtrArray) parents = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_rdd_unref);
  g_autoptr (RushSchema) schema = rush_exec_schema (base);

  for (guint i = 0; i < base->n_children; i++)
    {
      g_autoptr (RushRdd) rows = rush_exec_execute (base->children[i], query, error);
      if (rows == NULL)
        return NULL;
      g_ptr_array_add (parents, under_schema (rows, schema));
    }
  return rush_rdd_union ((RushRdd *const *)parents->pdata, parents->len, error);
}

static RushExec *
union_with_children (const RushExec *base, RushExec *const *children)
{
  return rush_union_exec_new (rush_expr_list_ref (base->output), base->n_children, children);
}

static RushPartitioning *
union_partitioning (const RushExec *base)
{
  guint n = 0;

  for (guint i = 0; i < base->n_children; i++)
    {
      g_autoptr (RushPartitioning) below = rush_exec_output_partitioning (base->children[i]);
      n += below->n_partitions;
    }
  return rush_partitioning_new (RUSH_PARTITIONING_UNKNOWN, MAX (n, 2), NULL);
}

/* Only what is fused itself goes on in one loop. */
static gboolean
all_can_fuse (const RushExec *base)
{
  for (guint i = 0; i < base->n_children; i++)
    if (!rush_exec_can_fuse (base->children[i]))
      return FALSE;
  return TRUE;
}

static const RushExecClass union_class = {
  .name = "Union",
  .fusible = TRUE,
  .can_fuse = all_can_fuse,
  .with_children = union_with_children,
  .output_partitioning = union_partitioning,
  .execute = union_execute,
};

gboolean
rush_exec_is_union (const RushExec *self)
{
  return self->klass == &union_class;
}

/* A struct's fields may be called otherwise, an array know less of nulls: the child's columns with
 * the types of the union.  Takes over @child. */
static RushExec *
fitting (const RushExprList *output, RushExec *child)
{
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_expr_unref);
  gboolean fits = TRUE;

  for (guint i = 0; i < output->n; i++)
    {
      RushExpr *column = rush_expr_ref (child->output->items[i]);
      const RushType *type = output->items[i]->type;

      if (column->type != type)
        column = rush_expr_alias (rush_expr_cast (column, type, RUSH_EVAL_ANSI, NULL, FALSE),
                                  rush_expr_name (column), 0);
      fits = fits && column == child->output->items[i];
      g_ptr_array_add (columns, column);
    }
  return fits ? child
              : rush_project_exec_new (rush_expr_list_from_array (g_steal_pointer (&columns)),
                                       child);
}

RushExec *
rush_union_exec_new (RushExprList *output, guint n_children, RushExec *const *children)
{
  g_autofree RushExec **fit = g_new (RushExec *, n_children);

  for (guint i = 0; i < n_children; i++)
    fit[i] = fitting (output, children[i]);
  return rush_exec_alloc (sizeof (RushExec), &union_class, output, n_children, fit);
}
