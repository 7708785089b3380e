#include "tests/graph/graphs.h"

#include "core/data/builder.h"
#include "rdd/source/parallelize.h"
#include "tests/rdd/app.h"

#include <string.h>

/* Rows of numbers; "-" is a null. */
static RushRdd *
numbers (RushContext *context, RushSchema *schema, char **rows, const char *separators,
         guint n_slices)
{
  g_autoptr (GPtrArray) slices = g_ptr_array_new_with_free_func ((GDestroyNotify)g_ptr_array_unref);
  g_autoptr (RushBatchBuilder) builder = rush_batch_builder_new (schema, rush_allocator_system ());
  gsize n = g_strv_length (rows);

  for (guint s = 0; s < n_slices; s++)
    {
      GPtrArray *batches = g_ptr_array_new_with_free_func ((GDestroyNotify)rush_batch_unref);
      RushBatch *batch;

      for (gsize i = rush_slice_start (n, n_slices, s); i < rush_slice_start (n, n_slices, s + 1);
           i++)
        {
          g_auto (GStrv) values = g_strsplit_set (rows[i], separators, -1);
          guint n_values = g_strv_length (values);

          if (rush_batch_builder_is_full (builder))
            g_ptr_array_add (batches, rush_batch_builder_finish (builder, NULL));
          for (guint c = 0; c < schema->n_fields; c++)
            if (c < n_values && strcmp (values[c], "-") == 0)
              g_assert_true (rush_batch_builder_append_null (builder, c, NULL));
            else
              g_assert_true (rush_batch_builder_append_int (
                  builder, c, c < n_values ? g_ascii_strtoll (values[c], NULL, 10) : 1, NULL));
          rush_batch_builder_end_row (builder);
        }
      batch = rush_batch_builder_finish (builder, NULL);
      if (batch != NULL)
        g_ptr_array_add (batches, batch);
      g_ptr_array_add (slices, batches);
    }
  return rush_rdd_parallelize (rush_context_lineage (context), schema,
                               (GPtrArray *const *)slices->pdata, n_slices);
}

static RushRdd *
from_text (RushContext *context, RushSchema *schema, const char *text, const char *separators,
           guint n_slices)
{
  g_auto (GStrv) rows = text[0] != '\0' ? g_strsplit (text, " ", -1) : g_new0 (char *, 1);

  return numbers (context, schema, rows, separators, n_slices);
}

RushRdd *
graphs_edges (RushContext *context, const char *text, guint n_slices)
{
  const RushField fields[] = { { (char *)"src", &RUSH_INT64, TRUE },
                               { (char *)"dst", &RUSH_INT64, TRUE },
                               { (char *)"weight", &RUSH_INT64, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (3, fields);

  return from_text (context, schema, text, ">:", n_slices);
}

RushRdd *
graphs_vertices (RushContext *context, const char *text, guint n_slices)
{
  const RushField fields[] = { { (char *)"id", &RUSH_INT64, TRUE },
                               { (char *)"value", &RUSH_INT64, TRUE } };
  g_autoptr (RushSchema) schema = rush_schema_new (2, fields);

  return from_text (context, schema, text, "=", n_slices);
}

RushGraph *
graphs_new (RushContext *context, const char *vertices, const char *edges, guint n_slices,
            const RushGraphLayout *layout)
{
  g_autoptr (RushRdd) edge_rows = graphs_edges (context, edges, n_slices);
  g_autoptr (RushRdd) vertex_rows =
      vertices != NULL ? graphs_vertices (context, vertices, n_slices) : NULL;
  g_autoptr (GError) error = NULL;
  RushGraph *graph = rush_graph_new (context, vertex_rows, edge_rows, layout, &error);

  g_assert_no_error (error);
  return graph;
}

void
graphs_assert_vertices (RushGraph *graph, const char *expected)
{
  g_autoptr (RushRdd) rows = rush_graph_vertices (graph);

  app_assert_sorted (graph->context, rows, expected);
}
