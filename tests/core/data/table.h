/* table.h - random tables to test batches with.
 *
 * A table is what a batch means: cells in rows and columns, without any layout.  table_build ()
 * makes a batch of it and chooses layouts, slices and a selection at random; whatever the code
 * under test then does to the batch, assert_batch_is () compares with the table, cell by cell.
 *
 *     table ──table_build ()──► batch ──code under test──► batch
 *       └──────── the same thing done to cells ────────►  table ══ assert_batch_is ()
 */
#pragma once

#include "core/data/batch.h"

typedef struct _Cell Cell;
struct _Cell
{
  gboolean null;
  rush_int128 integer; /* integers of any storage, bool */
  double real;         /* float, double */
  char *bytes;         /* string, binary; owned by the table */
  gsize length;
  RushCalendarInterval interval;
  Cell *items; /* (owned) array: elements; map: key, value, key, …; struct: fields */
  guint n_items;
};

typedef struct
{
  RushSchema *schema;
  guint n_rows;
  Cell *cells; /* row by row */
} Table;

/* Any type, nested up to @depth times. */
const RushType *random_type (GRand *rand, guint depth);
Table *table_random (GRand *rand, guint max_columns, guint max_rows);
/* Same schema, other rows. */
Table *table_random_like (GRand *rand, RushSchema *schema, guint n_rows);
/* Rows rows[0…n) of another; shares nothing. */
Table *table_pick (const Table *self, const guint *rows, guint n);
void table_free (Table *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)

const Cell *table_cell (const Table *self, guint row, guint column);

/* A PLAIN column of the cells that @cells points to. */
RushColumn *plain_column (const RushType *type, const Cell *const *cells, guint n);
RushBatch *table_build (const Table *self, GRand *rand);
void assert_batch_is (const RushBatch *batch, const Table *table);

/* A selection of all rows but the odd ones, charged to the system. */
RushBuffer *select_even (guint physical_length, guint *out_n);

/* Calls @run with an allocator that refuses its first, second, … request until @run succeeds.
 * Every refusal must be a clean OUT_OF_MEMORY, and nothing may stay allocated. */
void check_every_refusal (gboolean (*run) (RushAllocator *, gpointer, GError **), gpointer data);
