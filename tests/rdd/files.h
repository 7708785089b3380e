/* files.h - a folder of the test's own, and what stands in it. */
#pragma once

#include <glib.h>

/* Made below the system's temporary folder; gone, with all that is in it, after folder_free (). */
char *folder_new (void);
void folder_free (char *folder);

/* @name may have slashes: the folders are made. */
void put_file (const char *folder, const char *name, const char *bytes, gssize length);
/* The bytes of a file, with a NUL behind them; it must be there. */
char *get_file (const char *folder, const char *name, gsize *out_length);
/* The names of all files and of empty folders ("x/") below @folder, sorted, with blanks between
 * them. */
char *list_files (const char *folder);
gboolean exists (const char *folder, const char *name);
