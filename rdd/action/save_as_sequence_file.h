/* save_as_sequence_file.h - records as SequenceFiles: pairs of Writables, or an object file.
 *
 * Mirrors: SequenceFileRDDFunctions.saveAsSequenceFile, RDD.saveAsObjectFile.
 */
#pragma once

#include "rdd/action/save_parts.h"
#include "rdd/sequence_format.h"

/* What the files say of themselves, and how they are called. */
typedef struct
{
  const char *key_class; /* "org.apache.hadoop.io.Text" */
  const char *value_class;
  RushSequenceKind kind;
  RushPacking packing;
  const char *prefix; /* of file names; immortal; NULL: "part-" */
} RushSequenceOutput;

/* @records: one column of strings or bytes, each of them the length of the key (32 bit,
 * big-endian), key and value, as their classes write them.  Errors as those of
 * rush_rdd_save_as_text_file (). */
gboolean rush_rdd_save_as_sequence_file (RushContext *context, RushRdd *records, const char *path,
                                         const RushSequenceOutput *output,
                                         const RushJobOptions *options, GError **error);

/* The first column of @objects, which is binary, ten rows a record, so that Spark's objectFile (and
 * rush_rdd_object_file ()) reads them. */
gboolean rush_rdd_save_as_object_file (RushContext *context, RushRdd *objects, const char *path,
                                       const RushJobOptions *options, GError **error);
