/* path_glob.c - from a pattern to paths, one component after the other.
 *
 *     /data/{2023,2024}/part-*
 *
 *     candidates   ""  →  /data  →  /data/2023   →  /data/2023/part-0
 *                                   /data/2024      /data/2023/part-1
 *                         no        a pattern:      a pattern: read both folders
 *                         pattern:  read /data      (the last: files too)
 *                         appended
 *
 * A component without wildcards is not looked up until a folder must be read or the end is reached:
 * a folder that may be entered but not read can so stand before a pattern.
 * Braces that hold a slash cannot be matched component by component; they are multiplied out first.
 * The rest of a pattern becomes a regular expression, as in Hadoop, which uses RE2 where we have
 * PCRE: for what can stand in a glob the two agree.
 */
#include "rdd/source/path_glob.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* ---- order ---- */

/* Where a byte stands in the order: "%XX" if Java's URI escapes it, else itself. */
static guint
uri_rank (guchar byte)
{
  /* Unescaped in a path; and letters outside ASCII. */
  if (byte == '\0' || byte >= 0x80 || g_ascii_isalnum (byte) ||
      strchr ("_-!.~'()*:@&=+$,/;", byte) != NULL)
    return (guint)byte << 8;
  return (guint)'%' << 8 | byte;
}

int
rush_path_compare (const char *a, const char *b)
{
  while (*a != '\0' && *a == *b)
    a++, b++;
  return (int)uri_rank ((guchar)*a) - (int)uri_rank ((guchar)*b);
}

static gint
compare_elements (gconstpointer a, gconstpointer b)
{
  return rush_path_compare (*(char *const *)a, *(char *const *)b);
}

/* ---- braces that hold a slash ---- */

typedef struct
{
  const char *open;  /* the brace */
  const char *close; /* its partner */
  gboolean has_slash;
} BraceGroup;

/* Finds the first outermost group of @pattern that holds a slash. */
static gboolean
find_group_with_slash (const char *pattern, BraceGroup *out)
{
  guint depth = 0;

  for (const char *at = pattern; *at != '\0'; at++)
    switch (*at)
      {
      case '\\':
        if (at[1] != '\0')
          at++;
        break;
      case '{':
        if (depth++ == 0)
          *out = (BraceGroup){ .open = at };
        break;
      case '/':
        if (depth > 0)
          out->has_slash = TRUE;
        break;
      case '}':
        if (depth == 0)
          break;
        out->close = at;
        if (--depth == 0 && out->has_slash)
          return TRUE;
        break;
      default:
        break;
      }
  return FALSE;
}

/* The end of an alternative that begins at @at: the comma or brace behind it. */
static const char *
alternative_end (const char *at, const char *close)
{
  guint depth = 0;

  for (; at < close; at++)
    if (*at == '\\' && at + 1 < close)
      at++;
    else if (*at == '{')
      depth++;
    else if (*at == '}')
      depth--;
    else if (*at == ',' && depth == 0)
      return at;
  return close;
}

/* @pattern, multiplied out into patterns whose braces hold no slash. */
static GPtrArray *
expand_braces (const char *pattern)
{
  GPtrArray *done = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) waiting = g_ptr_array_new ();

  g_ptr_array_add (waiting, g_strdup (pattern));
  while (waiting->len > 0)
    {
      g_autofree char *next = g_ptr_array_steal_index (waiting, waiting->len - 1);
      BraceGroup group = { 0 };

      if (!find_group_with_slash (next, &group))
        {
          g_ptr_array_add (done, g_steal_pointer (&next));
          continue;
        }
      for (const char *at = group.open + 1; at <= group.close;)
        {
          const char *end = alternative_end (at, group.close);

          g_ptr_array_add (waiting, g_strdup_printf ("%.*s%.*s%s", (int)(group.open - next), next,
                                                     (int)(end - at), at, group.close + 1));
          at = end + 1;
        }
    }
  return done;
}

/* ---- one component ---- */

/* Also for a backslash with nothing behind it: the pattern is refused then. */
static gboolean
has_wildcard (const char *component)
{
  for (const char *at = component; *at != '\0'; at++)
    if (*at == '\\' ? *++at == '\0' : strchr ("*?[{", *at) != NULL)
      return TRUE;
  return FALSE;
}

/* @component as it is meant: without the backslashes. */
static char *
unescape (const char *component)
{
  GString *out = g_string_new (NULL);

  for (const char *at = component; *at != '\0'; at++)
    {
      if (*at == '\\')
        at++;
      g_string_append_c (out, *at);
    }
  return g_string_free (out, FALSE);
}

/* @at: where in @component it was noticed. */
static GString *
refuse_pattern (const char *component, const char *why, const char *at, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "Illegal file pattern: error parsing regexp: %s at pos %ld: `%s`", why,
               g_utf8_strlen (component, at - component), component);
  return NULL;
}

static void
append_literal (GString *regex, const char *at)
{
  if (g_ascii_ispunct (*at))
    g_string_append_c (regex, '\\');
  g_string_append_c (regex, *at);
}

/* Appends the set that begins with the bracket at @at.  Returns its last bracket; where there is
 * none, the character that must not stand there. */
static const char *
append_set (GString *regex, const char *at)
{
  g_string_append_c (regex, '[');
  at++;
  if (*at == '!' || *at == '^')
    {
      g_string_append_c (regex, '^');
      at++;
    }
  /* A bracket that comes first is a member. */
  if (*at == ']')
    append_literal (regex, at++);
  for (; *at != '\0' && *at != '[' && *at != ']'; at++)
    if (*at == '\\' && at[1] != '\0')
      append_literal (regex, ++at);
    else
      g_string_append_c (regex, *at);
  g_string_append_c (regex, ']');
  return at;
}

/* The regular expression in words; NULL with @error. */
static GString *
translate_component (const char *component, GError **error)
{
  g_autoptr (GString) regex = g_string_new ("^(?:");
  const char *at = component;
  guint depth = 0;

  for (; *at != '\0'; at++)
    if (*at == '*')
      g_string_append (regex, ".*");
    else if (*at == '?')
      g_string_append_c (regex, '.');
    else if (*at == '[')
      {
        at = append_set (regex, at);
        if (*at != ']')
          return refuse_pattern (component, "Unclosed character class", at, error);
      }
    else if (*at == '{')
      {
        g_string_append (regex, "(?:");
        depth++;
      }
    else if (*at == ',' && depth > 0)
      g_string_append_c (regex, '|');
    else if (*at == '}' && depth > 0)
      {
        g_string_append_c (regex, ')');
        depth--;
      }
    else if (*at == '\\' && *++at == '\0')
      return refuse_pattern (component, "Missing escaped character", at, error);
    else
      append_literal (regex, at);
  if (depth > 0)
    return refuse_pattern (component, "Unclosed group", at, error);
  g_string_append (regex, ")\\z");
  return g_steal_pointer (&regex);
}

static GRegex *
compile_component (const char *component, GError **error)
{
  g_autoptr (GString) regex = translate_component (component, error);
  g_autoptr (GError) failure = NULL;

  if (regex == NULL)
    return NULL;
  g_autofree char *valid = g_utf8_make_valid (regex->str, (gssize)regex->len);
  GRegex *compiled = g_regex_new (valid, G_REGEX_DOTALL, 0, &failure);

  if (compiled == NULL)
    refuse_pattern (component, failure->message, component, error);
  return compiled;
}

/* ---- folders ---- */

static gboolean
is_folder (const char *path)
{
  struct stat status;

  return stat (path, &status) == 0 && S_ISDIR (status.st_mode);
}

/* Appends what of @folder ("" is the root) matches to @out; nothing if it is no folder. */
static gboolean
match_folder (const char *folder, const GRegex *regex, gboolean only_folders, GPtrArray *out,
              GError **error)
{
  DIR *dir = opendir (folder[0] != '\0' ? folder : "/");
  struct dirent *entry;

  if (dir == NULL)
    {
      if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP)
        return TRUE;
      rush_set_error_errno (error, errno, "Cannot read folder", folder);
      return FALSE;
    }
  while ((entry = readdir (dir)) != NULL)
    {
      g_autofree char *name = g_utf8_make_valid (entry->d_name, -1);
      g_autofree char *path = NULL;

      if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0 ||
          !g_regex_match (regex, name, 0, NULL))
        continue;
      path = g_strconcat (folder, "/", entry->d_name, NULL);
      if (!only_folders || is_folder (path))
        g_ptr_array_add (out, g_steal_pointer (&path));
    }
  closedir (dir);
  return TRUE;
}

/* The next component of every candidate. */
static GPtrArray *
match_component (GPtrArray *candidates, const char *component, gboolean is_last, GError **error)
{
  g_autoptr (GPtrArray) next = g_ptr_array_new_with_free_func (g_free);

  if (!has_wildcard (component))
    {
      g_autofree char *name = unescape (component);

      for (guint i = 0; i < candidates->len; i++)
        g_ptr_array_add (next, g_strconcat (g_ptr_array_index (candidates, i), "/", name, NULL));
      return g_steal_pointer (&next);
    }

  g_autoptr (GRegex) regex = compile_component (component, error);

  if (regex == NULL)
    return NULL;
  for (guint i = 0; i < candidates->len; i++)
    if (!match_folder (g_ptr_array_index (candidates, i), regex, !is_last, next, error))
      return NULL;
  return g_steal_pointer (&next);
}

/* ---- the whole ---- */

/* Appends what exists of @candidates to @out. */
static gboolean
keep_existing (GPtrArray *candidates, GPtrArray *out, GError **error)
{
  for (guint i = 0; i < candidates->len; i++)
    {
      const char *path = g_ptr_array_index (candidates, i);
      struct stat status;

      if (stat (path, &status) == 0)
        g_ptr_array_add (out, g_strdup (path));
      else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
        {
          rush_set_error_errno (error, errno, "Cannot look at", path);
          return FALSE;
        }
    }
  return TRUE;
}

/* @pattern: without slashes in braces. */
static gboolean
glob_simple (const char *pattern, GPtrArray *out, gboolean *inout_is_pattern, GError **error)
{
  g_auto (GStrv) components = g_strsplit (pattern, "/", -1);
  g_autoptr (GPtrArray) candidates = g_ptr_array_new_with_free_func (g_free);

  g_ptr_array_add (candidates, g_strdup (""));
  for (guint i = 0; components[i] != NULL; i++)
    {
      GPtrArray *next;

      if (components[i][0] == '\0')
        continue;
      *inout_is_pattern |= has_wildcard (components[i]);
      next = match_component (candidates, components[i], components[i + 1] == NULL, error);
      if (next == NULL)
        return FALSE;
      g_ptr_array_unref (candidates);
      candidates = next;
    }
  if (candidates->len == 1 && *(char *)g_ptr_array_index (candidates, 0) == '\0')
    {
      g_ptr_array_add (out, g_strdup ("/"));
      return TRUE;
    }
  return keep_existing (candidates, out, error);
}

gboolean
rush_path_glob (const char *pattern, GPtrArray *out, gboolean *out_is_pattern, GError **error)
{
  g_autoptr (GPtrArray) simple = expand_braces (pattern);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func (g_free);
  gboolean is_pattern = simple->len > 1;

  for (guint i = 0; i < simple->len; i++)
    if (!glob_simple (g_ptr_array_index (simple, i), found, &is_pattern, error))
      return FALSE;
  g_ptr_array_sort (found, compare_elements);
  for (guint i = 0; i < found->len; i++)
    g_ptr_array_add (out, g_strdup (g_ptr_array_index (found, i)));
  *out_is_pattern = is_pattern;
  return TRUE;
}
