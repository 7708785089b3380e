/* write_folders.h - folders of tables go, or take another's place.
 *
 * Threads:  any; who writes to a table at the same time must be kept away by the caller.
 */
#pragma once

#include "core/base/error.h"

/* Removes what is in a folder, and the folder itself unless @keep.  Links are removed, not
 * followed; a folder that is not there is gone already. */
gboolean rush_folder_remove (const char *path, gboolean keep, GError **error);

/* Folders @depth levels below @from take the places of those of the same names below @to, or are
 * added; what else is in @to stays.  @from is gone afterwards. */
gboolean rush_folder_replace_below (const char *from, const char *to, guint depth, GError **error);
