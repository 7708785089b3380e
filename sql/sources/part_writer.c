/* part_writer.c - rows sorted out by the folder and bucket they belong to.
 *
 *     batch [id | k]                          files
 *       1 | x  ─┐ group "k=x"   rows 0, 2 ──▶ k=x/part-00003-<uuid>.c000.csv
 *       2 | y  ─┼ group "k=y"   row  1    ──▶ k=y/part-00003-<uuid>.c000.csv
 *       3 | x  ─┘
 *
 * A group's rows of a batch are one selection: nothing is copied.  Files stay open for the next
 * batch, but not more than MAX_OPEN: then the one that was not written for longest is closed, and a
 * later row of its group opens the next one, c001.  Rows that come sorted by group so need one open
 * file at a time, and others work, too.
 *
 * The first task makes a file even if it has no rows: an empty table still has a schema.
 */
#include "sql/sources/part_writer.h"

#include "core/data/hash.h"
#include "sql/sources/partition_values.h"

#include <errno.h>
#include <string.h>

#define MAX_OPEN 64

/* The rows of one folder and bucket. */
typedef struct
{
  char *folder;   /* "k=x/l=y", or "" */
  gint bucket;    /* −1: no buckets */
  guint n_files;  /* opened so far */
  gpointer file;  /* that is open, or NULL */
  gint64 rows;    /* in it */
  guint64 used;   /* when it was last written */
  GArray *chosen; /* of guint16: rows of the current batch */
} Group;

typedef struct
{
  const RushPartLayout *layout;
  const char *folder;
  RushTaskContext *ctx;
  GHashTable *groups; /* key → Group */
  GPtrArray *touched; /* groups with rows in the current batch */
  guint n_open;
  guint64 clock;
  gint64 n_rows;
  guint32 *hashes; /* RUSH_BATCH_MAX_ROWS, for buckets */
} PartWriter;

static void
group_free (gpointer data)
{
  Group *self = data;

  g_array_unref (self->chosen);
  g_free (self->folder);
  g_free (self);
}

/* ---- files ---- */

static char *
file_name (const PartWriter *self, const Group *group)
{
  const RushPartLayout *layout = self->layout;

  if (group->bucket >= 0)
    return g_strdup_printf ("part-%05u-%s_%05d.c%03u%s", self->ctx->partition, layout->uuid,
                            group->bucket, group->n_files, layout->extension);
  return g_strdup_printf ("part-%05u-%s%cc%03u%s", self->ctx->partition, layout->uuid,
                          layout->n_partition_columns > 0 ? '.' : '-', group->n_files,
                          layout->extension);
}

static gboolean
close_file (PartWriter *self, Group *group, gboolean keep, GError **error)
{
  gpointer file = group->file;

  if (file == NULL)
    return TRUE;
  group->file = NULL;
  self->n_open--;
  return self->layout->format->close_writer (file, keep, error);
}

static gboolean
close_oldest (PartWriter *self, GError **error)
{
  GHashTableIter iter;
  gpointer value;
  Group *oldest = NULL;

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      Group *group = value;

      if (group->file != NULL && (oldest == NULL || group->used < oldest->used))
        oldest = group;
    }
  return close_file (self, oldest, TRUE, error);
}

static gboolean
open_file (PartWriter *self, Group *group, GError **error)
{
  const RushFileFormat *format = self->layout->format;
  g_autofree char *name = file_name (self, group);
  g_autofree char *folder = g_build_filename (self->folder, group->folder, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (self->n_open == MAX_OPEN && !close_oldest (self, error))
    return FALSE;
  if (g_mkdir_with_parents (folder, 0777) != 0)
    {
      rush_set_error_errno (error, errno, "Cannot make folder", folder);
      return FALSE;
    }
  group->file = format->open_writer (format, path, &self->layout->request, self->ctx, error);
  if (group->file == NULL)
    return FALSE;
  group->rows = 0;
  group->n_files++;
  self->n_open++;
  return TRUE;
}

/* @batch: data columns, the group's rows. */
static gboolean
write_rows (PartWriter *self, Group *group, RushBatch *batch, GError **error)
{
  gint64 most = self->layout->max_records > 0 ? self->layout->max_records : G_MAXINT64;

  group->used = ++self->clock;
  for (guint start = 0; start < batch->length;)
    {
      g_autoptr (RushBatch) slice = NULL;
      guint n;

      if (group->file != NULL && group->rows == most && !close_file (self, group, TRUE, error))
        return FALSE;
      if (group->file == NULL && !open_file (self, group, error))
        return FALSE;
      n = (guint)MIN ((gint64)(batch->length - start), most - group->rows);
      slice = rush_batch_slice (batch, start, n);
      if (!self->layout->format->write (group->file, slice, error))
        return FALSE;
      group->rows += n;
      start += n;
    }
  self->n_rows += batch->length;
  self->ctx->metrics.output_records += batch->length;
  return TRUE;
}

/* ---- groups ---- */

/* "k=x/l=y" */
static void
append_folder (const PartWriter *self, const RushBatch *batch, guint row, GString *out)
{
  const RushPartLayout *layout = self->layout;

  for (guint i = 0; i < layout->n_partition_columns; i++)
    {
      guint column = layout->partition_columns[i];
      g_autofree char *name = rush_partition_escape (layout->rows->fields[column].name);
      g_autofree char *value = rush_partition_value_text (batch->columns[column], row,
                                                          layout->request.settings->time_zone);

      g_string_append_printf (out, "%s%s=%s", i > 0 ? "/" : "", name, value);
    }
}

static Group *
find_group (PartWriter *self, GString *key, gint bucket)
{
  gsize folder_length = key->len;
  Group *group;

  if (bucket >= 0)
    g_string_append_printf (key, "/%d", bucket);
  group = g_hash_table_lookup (self->groups, key->str);
  if (group != NULL)
    return group;
  group = g_new0 (Group, 1);
  group->folder = g_strndup (key->str, folder_length);
  group->bucket = bucket;
  group->chosen = g_array_new (FALSE, FALSE, sizeof (guint16));
  g_hash_table_insert (self->groups, g_strdup (key->str), group);
  return group;
}

static void
hash_buckets (PartWriter *self, const RushBatch *batch)
{
  for (guint i = 0; i < batch->length; i++)
    self->hashes[i] = RUSH_HASH_SEED;
  for (guint b = 0; b < self->layout->n_bucket_columns; b++)
    rush_hash_column (batch, self->layout->bucket_columns[b], self->hashes);
}

/* pmod (hash, n) */
static gint
bucket_of (const PartWriter *self, guint i)
{
  gint32 rest = (gint32)self->hashes[i] % (gint32)self->layout->n_buckets;

  return rest < 0 ? rest + (gint32)self->layout->n_buckets : rest;
}

/* Sorts the rows of @batch out to their groups. */
static void
choose_rows (PartWriter *self, const RushBatch *batch)
{
  g_autoptr (GString) key = g_string_new (NULL);

  if (self->layout->n_buckets > 0)
    hash_buckets (self, batch);
  for (guint i = 0; i < batch->length; i++)
    {
      guint16 row = (guint16)rush_batch_row (batch, i);
      Group *group;

      g_string_truncate (key, 0);
      append_folder (self, batch, row, key);
      group = find_group (self, key, self->layout->n_buckets > 0 ? bucket_of (self, i) : -1);
      if (group->chosen->len == 0)
        g_ptr_array_add (self->touched, group);
      g_array_append_val (group->chosen, row);
    }
}

static RushBatch *
select_rows (PartWriter *self, RushBatch *batch, const Group *group, GError **error)
{
  gsize size = group->chosen->len * sizeof (guint16);
  RushBuffer *rows = rush_buffer_new (self->ctx->allocator, size, error);

  if (rows == NULL)
    return NULL;
  memcpy (rows->bytes, group->chosen->data, size);
  return rush_batch_select (batch, rows, group->chosen->len);
}

static gboolean
write_batch (PartWriter *self, RushBatch *batch, GError **error)
{
  const RushPartLayout *layout = self->layout;
  g_autoptr (RushBatch) data = rush_batch_project (batch, layout->data, layout->data_columns);
  g_autoptr (GString) none = g_string_new (NULL);
  gboolean ok = TRUE;

  if (layout->n_partition_columns == 0 && layout->n_buckets == 0)
    return write_rows (self, find_group (self, none, -1), data, error);
  g_ptr_array_set_size (self->touched, 0);
  choose_rows (self, batch);
  for (guint i = 0; i < self->touched->len; i++)
    {
      Group *group = g_ptr_array_index (self->touched, i);
      g_autoptr (RushBatch) rows = ok ? select_rows (self, data, group, error) : NULL;

      ok = rows != NULL && write_rows (self, group, rows, error);
      g_array_set_size (group->chosen, 0);
    }
  return ok;
}

/* ---- the task ---- */

static gboolean
write_all (PartWriter *self, RushIterator *rows, GError **error)
{
  GError *failure = NULL;
  g_autoptr (GString) none = g_string_new (NULL);
  gboolean ok = TRUE;

  while (ok && rush_task_context_check (self->ctx, &failure))
    {
      g_autoptr (RushBatch) batch = rush_iterator_next (rows, &failure);

      if (batch == NULL)
        break;
      ok = batch->length == 0 || write_batch (self, batch, &failure);
    }
  if (failure != NULL)
    {
      g_propagate_error (error, failure);
      return FALSE;
    }
  return self->n_rows > 0 || self->ctx->partition > 0 || self->layout->n_partition_columns > 0 ||
         self->layout->n_buckets > 0 || open_file (self, find_group (self, none, -1), error);
}

static gboolean
close_all (PartWriter *self, gboolean keep, GError **error)
{
  GHashTableIter iter;
  gpointer group;

  g_hash_table_iter_init (&iter, self->groups);
  while (g_hash_table_iter_next (&iter, NULL, &group))
    {
      GError *failure = NULL;

      if (close_file (self, group, keep, &failure))
        continue;
      /* The first failure is told; the others are let go of. */
      if (keep)
        g_propagate_error (error, failure);
      else
        g_clear_error (&failure);
      keep = FALSE;
    }
  return keep;
}

gboolean
rush_part_layout_write (const RushPartLayout *layout, RushIterator *rows, const char *folder,
                        RushTaskContext *ctx, gint64 *out_rows, GError **error)
{
  PartWriter self = { .layout = layout, .folder = folder, .ctx = ctx };
  gboolean ok;

  self.groups = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, group_free);
  self.touched = g_ptr_array_new ();
  self.hashes = layout->n_buckets > 0 ? g_new (guint32, RUSH_BATCH_MAX_ROWS) : NULL;
  ok = write_all (&self, rows, error);
  ok = ok ? close_all (&self, TRUE, error) : close_all (&self, FALSE, NULL);
  g_hash_table_unref (self.groups);
  g_ptr_array_unref (self.touched);
  g_free (self.hashes);
  *out_rows = self.n_rows;
  return ok;
}
