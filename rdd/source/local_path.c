/* local_path.c - see local_path.h.
 *
 * Hadoop takes what stands before the first colon as a scheme, unless a slash comes earlier:
 *
 *     path := [ scheme ":" ] [ "//" authority ] name
 *
 * A scheme wants a name that begins with a slash.  The name is taken as it is: "%20" is three
 * characters, "?" and "#" mean nothing.
 */
#include "rdd/source/local_path.h"

#include <string.h>

/* The colon behind a scheme, or NULL. */
static const char *
scheme_end (const char *text)
{
  const char *at = text + strcspn (text, ":/");

  return *at == ':' ? at : NULL;
}

/* The slash with which the name of @text begins, a path with a scheme up to @colon. */
static const char *
name_of_uri (const char *text, const char *colon, GError **error)
{
  const char *name = colon + 1;

  if (colon == text || *name != '/')
    {
      g_set_error (
          error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
          "Relative path in absolute URI: %s. What stands before a colon is a scheme; a file "
          "of that name is ./%s",
          text, text);
      return NULL;
    }
  if (colon - text != 4 || g_ascii_strncasecmp (text, "file", 4) != 0)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_UNSUPPORTED,
                   "No FileSystem for scheme \"%.*s\" in %s: only local files can be reached, as "
                   "/folder/name or file:/folder/name",
                   (int)(colon - text), text, text);
      return NULL;
    }
  if (g_str_has_prefix (name, "//") && name[2] != '/')
    {
      if (name[2] != '\0')
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "Wrong FS: %s, expected: file:///", text);
      else
        g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                     "Expected a path behind %s", text);
      return NULL;
    }
  return name;
}

char *
rush_local_path_resolve (const char *text, GError **error)
{
  const char *colon = scheme_end (text);
  const char *name = text;

  if (text[0] == '\0')
    {
      g_set_error_literal (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
                           "Can not create a Path from an empty string");
      return NULL;
    }
  if (colon != NULL && (name = name_of_uri (text, colon, error)) == NULL)
    return NULL;
  /* GLib keeps two leading slashes, which mean something elsewhere. */
  while (name[0] == '/' && name[1] == '/')
    name++;
  return g_canonicalize_filename (name, NULL);
}

char *
rush_local_path_to_uri (const char *path)
{
  return g_strconcat ("file:", path, NULL);
}
