/* file_errors.c - see file_errors.h. */
#include "sql/sources/file_errors.h"

#include "core/base/error.h"

static gboolean
is_of_the_file (const GError *failure)
{
  if (failure->domain == RUSH_SQL_ERROR)
    {
      g_autofree char *error_class = rush_sql_error_get_class (failure);

      return error_class == NULL || !g_str_has_prefix (error_class, "FAILED_READ_FILE");
    }
  return g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND) ||
         g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT) ||
         g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_IO) ||
         g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT);
}

void
rush_file_error_propagate (GError **error, GError *failure, const char *path)
{
  g_autofree char *uri = g_strconcat ("file://", path, NULL);
  g_autoptr (GError) named = NULL;

  if (!is_of_the_file (failure))
    {
      g_propagate_error (error, failure);
      return;
    }
  rush_sql_error_set (&named,
                      g_error_matches (failure, RUSH_CORE_ERROR, RUSH_CORE_ERROR_NOT_FOUND)
                          ? RUSH_SQL_CLASS_FAILED_READ_FILE_FILE_NOT_EXIST
                          : RUSH_SQL_CLASS_FAILED_READ_FILE_NO_HINT,
                      NULL, "path", uri, NULL);
  /* Spark shows the cause as the exception's cause; a message is all that travels here. */
  g_set_error (error, named->domain, named->code, "%s\nCaused by: %s", named->message,
               failure->message);
  g_error_free (failure);
}
