/* one_hot.c - ml_one_hot (i, number, categories, size, keep): a category as a vector of 0 with a 1.
 *
 *   categories 4, size 3 (the last one is dropped)      0 → (3, [0], [1.0])
 *                                                       3 → (3, [], [])
 *
 * What is no category (below 0, or not below their number) is an error, or with `keep` a category
 * of its own behind the others.
 *
 * Mirrors:  org.apache.spark.ml.feature.OneHotEncoderModel.
 */
#include "mllib/feature/feature_private.h"

#define NAME "OneHotEncoderModel"

static gboolean
refuse (GError **error, const RushExpr *call, double index)
{
  g_autofree char *text = rush_feature_number (index);

  if (index < 0)
    return rush_feature_failed (error, call, NAME,
                                RUSH_SPARK_EXCEPTION
                                "Negative value: %s. Input can't be negative. To handle invalid "
                                "values, set Param handleInvalid to keep",
                                text);
  return rush_feature_failed (error, call, NAME,
                              RUSH_SPARK_EXCEPTION
                              "Unseen value: %s. To handle unseen values, set Param handleInvalid "
                              "to keep.",
                              text);
}

static RushColumn *
one_hot (const RushExpr *call, RushColumn *const *args, const RushRows *rows, RushEvalContext *ctx,
         GError **error)
{
  static const double one = 1;
  const double categories = (double)rush_column_get_int (rush_model_constant (call, args, 2), 0);
  const guint size = (guint)rush_column_get_int (rush_model_constant (call, args, 3), 0);
  const gboolean keep = rush_column_get_bool (rush_model_constant (call, args, 4), 0);
  g_autoptr (RushVectorBuilder) builder = rush_vector_builder_new (ctx->allocator);
  guint next = 0;

  for (guint i = 0; i < rows->length; i++)
    {
      if (!rush_feature_row_counts (rows, i, &next) || !rush_column_is_valid (args[0], i))
        {
          rush_vector_builder_append_null (builder);
          continue;
        }
      double index = rush_column_get_double (args[0], i);
      if (G_UNLIKELY (!(index >= 0 && index < categories)))
        {
          if (!keep && !refuse (error, call, index))
            return NULL;
          index = categories;
        }
      const gint32 place = (gint32)index;
      rush_vector_builder_append_sparse (builder, size, index < size, &place, &one);
    }
  return rush_vector_builder_finish (builder, error);
}

static char *
one_hot_to_sql (const RushExpr *call, char *const *args)
{
  return g_strdup_printf ("UDF(%s, %s)", args[0], args[1]);
}

const RushFunction rush_functions_one_hot[] = {
  RUSH_MODEL_FUNCTION_SHOWN ("ml_one_hot", 5, one_hot, one_hot_to_sql,
                             .result_type = rush_feature_vector_result, .always_nullable = TRUE),
  { .name = NULL },
};
