/* partition_folders.h - folders with files, and the columns that their paths name.
 *
 * Mirrors: PartitioningUtils.parsePartitions.
 */
#pragma once

#include <glib.h>

typedef struct
{
  char *path;
  char *base;       /* where name=value components begin, or NULL: it has none */
  GPtrArray *names; /* char *, outermost first */
  GPtrArray *texts; /* char *, unescaped; NULL for null */
} RushPartitionFolder;

/* Whether the components of a path above @path mean nothing. */
typedef gboolean (*RushIsBase) (const char *path, gpointer data);

RushPartitionFolder *rush_partition_folder_new (const char *path, RushIsBase is_base,
                                                gpointer data);
void rush_partition_folder_free (RushPartitionFolder *self);
/* Those of @folders that have values (transfer container); @out_numbers: for each of @folders its
 * number among these, G_MAXUINT for none.  CONFLICTING_DIRECTORY_STRUCTURES;
 * CONFLICTING_PARTITION_COLUMN_NAMES. */
GPtrArray *rush_partition_folders_choose (const GPtrArray *folders, guint *out_numbers,
                                          GError **error);
