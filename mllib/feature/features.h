/* features.h - transformers of features, as functions over columns.
 *
 *   ml_assemble (struct of columns, lengths, keep)      numbers and vectors → one vector
 *   ml_scale (v, shift, scale)                  (v − shift) · scale, each optional
 *   ml_min_max_scale (v, mins, scales, low, constant)
 *   ml_string_index (s, labels, keep)           the place of a label among labels
 *   ml_one_hot (i, number, categories, size, keep)      0 0 1 0
 *   ml_bucket (x, number, splits, keep)         between which splits a number lies
 *
 * (`number`: of the column among those that the transformer has; plans show it.)  The assembler
 * and the indexer say that they are not deterministic, as Spark's do: nobody may call them for rows
 * that a filter or a limit before them leaves out.
 *
 * They are internal: no name of SQL, made by the classes of Python.  Parameters of a transformer
 * are literals of the call and are read once a task.  What a row must not have ends the query with
 * Spark's error for a user-defined function that failed, FAILED_EXECUTE_UDF, since in Spark each of
 * these is one.
 *
 * Mirrors:  org.apache.spark.ml.feature.{VectorAssembler,StandardScalerModel,MinMaxScalerModel,
 *           StringIndexerModel,OneHotEncoderModel,Bucketizer}.
 */
#pragma once

#include "sql/functions/function.h"

/* Adds the functions to SQL's: once, when the program starts. */
void rush_features_register (void);
