/* formats.c - which formats there are, by name.
 *
 * The list is a few entries long and grows at start only; it is read under a lock all the same, as
 * an extension may be loaded while another thread plans a query.
 *
 * Mirrors: org.apache.spark.sql.execution.datasources.DataSource.lookupDataSource.
 */
#include "sql/sources/formats.h"

#include <pthread.h>
#include <string.h>

#define MAX_FORMATS 16

static const RushFileFormat *formats[MAX_FORMATS] = { &rush_csv_format, &rush_json_format,
                                                      &rush_text_format };
static guint n_formats = 3;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const RushFileFormat **
find_slot (const char *name)
{
  for (guint i = 0; i < n_formats; i++)
    if (g_ascii_strcasecmp (formats[i]->name, name) == 0)
      return &formats[i];
  return NULL;
}

void
rush_file_format_register (const RushFileFormat *format)
{
  const RushFileFormat **slot;

  pthread_mutex_lock (&lock);
  slot = find_slot (format->name);
  if (slot == NULL)
    {
      g_assert (n_formats < MAX_FORMATS);
      slot = &formats[n_formats++];
    }
  *slot = format;
  pthread_mutex_unlock (&lock);
}

const RushFileFormat *
rush_file_format_find (const char *name)
{
  const RushFileFormat **slot;
  const RushFileFormat *found;

  pthread_mutex_lock (&lock);
  slot = find_slot (name);
  found = slot != NULL ? *slot : NULL;
  pthread_mutex_unlock (&lock);
  return found;
}
