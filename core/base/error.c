/* error.c - the error domain's quark, and errno told in the domain's words.
 *
 * Callers branch on four kinds of system error (not there, already there, no memory, the rest), so
 * the map below is short on purpose; the message keeps strerror ()'s own words.
 */
#include "core/base/error.h"

#include <errno.h>

/* Not G_DEFINE_QUARK: its unguarded cache is a data race, if a harmless one, and ThreadSanitizer
 * would report it for every error that two threads meet. */
GQuark
rush_core_error_quark (void)
{
  return g_quark_from_static_string ("rush-core-error-quark");
}

static RushCoreError
code_from_errno (int errnum)
{
  switch (errnum)
    {
    case ENOENT:
      return RUSH_CORE_ERROR_NOT_FOUND;
    case EEXIST:
      return RUSH_CORE_ERROR_EXISTS;
    case ENOMEM:
      return RUSH_CORE_ERROR_OUT_OF_MEMORY;
    default:
      return RUSH_CORE_ERROR_IO;
    }
}

void
rush_set_error_errno (GError **error, int errnum, const char *what, const char *path)
{
  g_return_if_fail (what != NULL);

  g_set_error (error, RUSH_CORE_ERROR, code_from_errno (errnum), "%s%s%s: %s", what,
               path != NULL ? " " : "", path != NULL ? path : "", g_strerror (errnum));
}
