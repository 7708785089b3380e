/* arrow.h - Arrow's C Data and C Stream Interfaces: columns in and out of other libraries.
 *
 *   in    struct ArrowArrayStream ──► RushArrowReader ──► batches of ≤ 8,192 rows
 *         numbers, dates, microseconds, bitmaps, bytes of strings: not copied, but foreign memory
 *         that goes back when its last reader goes, charged to the allocator until then; the rest
 *         is converted in one pass.  See arrow_schema.c for which Arrow type becomes which.
 *   out   batches ──► struct ArrowArray, in layouts that every reader of Arrow knows: string as
 *         utf8, decimal as decimal128, array as list, timestamp in microseconds with a zone
 *
 * Ownership:  moving is as Arrow has it: who takes a structure over copies it and marks the
 *             original as released.
 * Errors:     UNSUPPORTED: an Arrow type that has no counterpart; INVALID_ARGUMENT: a value that
 *             its counterpart cannot hold; OUT_OF_MEMORY.
 * Threads:    a reader is one thread's at a time; exported structures are released on any.
 * Mirrors:    org.apache.spark.sql.util.ArrowUtils, vectorized.ArrowColumnVector.
 */
#pragma once

#include "core/data/batch.h"

/* The ABI, as Arrow publishes it for copying. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema
{
  const char *format;
  const char *name;
  const char *metadata;
  gint64 flags;
  gint64 n_children;
  struct ArrowSchema **children;
  struct ArrowSchema *dictionary;
  void (*release) (struct ArrowSchema *);
  void *private_data;
};

struct ArrowArray
{
  gint64 length;
  gint64 null_count; /* −1: not counted */
  gint64 offset;
  gint64 n_buffers;
  gint64 n_children;
  const void **buffers;
  struct ArrowArray **children;
  struct ArrowArray *dictionary;
  void (*release) (struct ArrowArray *);
  void *private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream
{
  int (*get_schema) (struct ArrowArrayStream *, struct ArrowSchema *out);
  int (*get_next) (struct ArrowArrayStream *, struct ArrowArray *out);
  const char *(*get_last_error) (struct ArrowArrayStream *);
  void (*release) (struct ArrowArrayStream *);
  void *private_data;
};

#endif

/* ---- in ---- */

/* The schema that an Arrow schema (a struct: "+s") becomes; @schema stays the caller's. */
RushSchema *rush_arrow_import_schema (const struct ArrowSchema *schema, GError **error);

typedef struct _RushArrowImporter RushArrowImporter;

/* For arrays of one schema, which stays the caller's.  Dictionaries are converted once and kept. */
RushArrowImporter *rush_arrow_importer_new (const struct ArrowSchema *schema,
                                            RushAllocator *allocator, GError **error);
void rush_arrow_importer_free (RushArrowImporter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushArrowImporter, rush_arrow_importer_free)
RushSchema *rush_arrow_importer_schema (RushArrowImporter *self); /* (transfer none) */
/* Takes *@array over, also on failure; the one before must be used up.  Its rows are converted as
 * they are asked for. */
gboolean rush_arrow_importer_begin (RushArrowImporter *self, struct ArrowArray *array,
                                    GError **error);
/* *@out: (transfer full), NULL when the array is used up, or there is none. */
gboolean rush_arrow_importer_next (RushArrowImporter *self, RushBatch **out, GError **error);

typedef struct _RushArrowReader RushArrowReader;

/* Takes *@stream over, also on failure. */
RushArrowReader *rush_arrow_reader_new (struct ArrowArrayStream *stream, RushAllocator *allocator,
                                        GError **error);
void rush_arrow_reader_free (RushArrowReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushArrowReader, rush_arrow_reader_free)
RushSchema *rush_arrow_reader_schema (RushArrowReader *self); /* (transfer none) */
/* *@out: (transfer full), NULL at the end. */
gboolean rush_arrow_reader_next (RushArrowReader *self, RushBatch **out, GError **error);

/* ---- out ---- */

typedef struct
{
  const char *time_zone;  /* of timestamps; NULL: "UTC" */
  gboolean large_strings; /* large_utf8 and large_binary, for columns over 2 GiB */
} RushArrowOptions;

void rush_arrow_export_schema (const RushSchema *schema, const RushArrowOptions *options,
                               struct ArrowSchema *out);
/* Charges what has to be made to @allocator; a column of strings over 2 GiB needs large_strings or
 * a smaller batch (INVALID_ARGUMENT).  *@out is untouched on failure. */
gboolean rush_arrow_export_batch (RushBatch *batch, const RushArrowOptions *options,
                                  RushAllocator *allocator, struct ArrowArray *out, GError **error);

/* *@out: (transfer full), NULL at the end. */
typedef gboolean (*RushArrowPull) (gpointer data, RushBatch **out, GError **error);
/* A stream of what @pull gives; @free_data is called when the consumer releases it. */
void rush_arrow_export_stream (RushSchema *schema, const RushArrowOptions *options,
                               RushArrowPull pull, gpointer data, GDestroyNotify free_data,
                               RushAllocator *allocator, struct ArrowArrayStream *out);
