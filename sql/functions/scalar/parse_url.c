/* parse_url.c - parse_url (), try_parse_url (): parts of a URL.
 *
 *   http :// user@host:80 /path ? query # ref
 *            └─authority─┘└───── FILE ──┘
 *
 * What a URI may hold is RFC 3986's, read as java.net.URI reads it.
 *
 * Mirrors:  ParseUrl, TryParseUrl.
 */
#include "sql/functions/scalar/scalar_private.h"

typedef struct
{
  RushText scheme, authority, path, query, fragment; /* bytes NULL: not there */
} Url;

/* Characters that stand for themselves, and %XX. */
static gboolean
is_clean (RushText text)
{
  for (gsize i = 0; i < text.length; i++)
    {
      guchar c = (guchar)text.bytes[i];
      if (c <= ' ' || c == 0x7f || strchr ("<>\"{}|\\^`", c) != NULL)
        return FALSE;
      if (c == '%' && (i + 2 >= text.length || !g_ascii_isxdigit (text.bytes[i + 1]) ||
                       !g_ascii_isxdigit (text.bytes[i + 2])))
        return FALSE;
    }
  return TRUE;
}

/* What stands before the first of @stops, which is cut off @rest; it stays there. */
static RushText
take_until (RushText *rest, const char *stops)
{
  RushText taken = { rest->bytes, 0 };

  while (taken.length < rest->length && strchr (stops, rest->bytes[taken.length]) == NULL)
    taken.length++;
  rest->bytes += taken.length;
  rest->length -= taken.length;
  return taken;
}

/* What follows @mark, if that is next. */
static gboolean
pass (RushText *rest, const char *mark)
{
  gsize n = strlen (mark);

  if (rest->length < n || memcmp (rest->bytes, mark, n) != 0)
    return FALSE;
  rest->bytes += n;
  rest->length -= n;
  return TRUE;
}

static gboolean
take_scheme (RushText *rest, Url *url)
{
  RushText after = *rest, scheme = take_until (&after, ":/?#");

  if (!pass (&after, ":"))
    return TRUE;
  if (scheme.length == 0 || !g_ascii_isalpha (scheme.bytes[0]) || after.length == 0)
    return FALSE;
  for (gsize i = 0; i < scheme.length; i++)
    if (!g_ascii_isalnum (scheme.bytes[i]) && strchr ("+-.", scheme.bytes[i]) == NULL)
      return FALSE;
  url->scheme = scheme;
  *rest = after;
  return TRUE;
}

/* FALSE: it is no URL. */
static gboolean
parse (RushText text, Url *url)
{
  RushText rest = text;

  *url = (Url){ .scheme = { NULL, 0 } };
  if (!is_clean (text) || !take_scheme (&rest, url))
    return FALSE;
  gboolean opaque = url->scheme.bytes != NULL && rest.bytes[0] != '/';
  if (pass (&rest, "//"))
    url->authority = take_until (&rest, "/?#");
  RushText path = take_until (&rest, opaque ? "#" : "?#");
  if (!opaque)
    url->path = path;
  if (pass (&rest, "?"))
    url->query = take_until (&rest, "#");
  if (pass (&rest, "#"))
    url->fragment = rest;
  return TRUE;
}

/* ── parts ── */

static RushText
user_of (const Url *url)
{
  const char *at = url->authority.bytes != NULL
                       ? memchr (url->authority.bytes, '@', url->authority.length)
                       : NULL;

  return at != NULL ? (RushText){ url->authority.bytes, (gsize)(at - url->authority.bytes) }
                    : (RushText){ NULL, 0 };
}

static RushText
host_of (const Url *url)
{
  RushText host = url->authority, user = user_of (url);

  if (user.bytes != NULL)
    {
      host.bytes += user.length + 1;
      host.length -= user.length + 1;
    }
  if (host.length == 0)
    return (RushText){ NULL, 0 };
  if (host.bytes[0] == '[')
    {
      const char *end = memchr (host.bytes, ']', host.length);
      return end != NULL ? (RushText){ host.bytes, (gsize)(end + 1 - host.bytes) }
                         : (RushText){ NULL, 0 };
    }
  host = take_until (&host, ":");
  for (gsize i = 0; i < host.length; i++)
    if (!g_ascii_isalnum (host.bytes[i]) && host.bytes[i] != '.' && host.bytes[i] != '-')
      return (RushText){ NULL, 0 };
  return host.length > 0 ? host : (RushText){ NULL, 0 };
}

/* The path, and the query if there is one. */
static RushText
file_of (const Url *url)
{
  RushText file = url->path;

  if (file.bytes != NULL && url->query.bytes != NULL)
    file.length += 1 + url->query.length;
  return file;
}

/* key=value, between & and &. */
static RushText
value_of (RushText query, RushText key)
{
  while (query.bytes != NULL && query.length > 0)
    {
      RushText pair = take_until (&query, "&");
      if (pair.length > key.length && memcmp (pair.bytes, key.bytes, key.length) == 0 &&
          pair.bytes[key.length] == '=')
        return (RushText){ pair.bytes + key.length + 1, pair.length - key.length - 1 };
      pass (&query, "&");
    }
  return (RushText){ NULL, 0 };
}

static RushText
part_of (const Url *url, RushText name)
{
  const struct
  {
    const char *name;
    RushText part;
  } parts[] = { { "PROTOCOL", url->scheme },     { "HOST", host_of (url) },
                { "AUTHORITY", url->authority }, { "USERINFO", user_of (url) },
                { "PATH", url->path },           { "FILE", file_of (url) },
                { "QUERY", url->query },         { "REF", url->fragment } };

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    if (strlen (parts[i].name) == name.length &&
        memcmp (parts[i].name, name.bytes, name.length) == 0)
      return parts[i].part;
  return (RushText){ NULL, 0 };
}

RUSH_TEXT_EVALUATOR (parse_url, {
  RushText text = RUSH_TEXT_ARG (0);
  RushText name = RUSH_TEXT_ARG (1);
  RushText part = (RushText){ NULL, 0 };
  Url url;
  if (parse (text, &url))
    {
      if (call->n_children < 3)
        part = part_of (&url, name);
      else if (name.length == 5 && memcmp (name.bytes, "QUERY", 5) == 0)
        part = value_of (url.query, RUSH_TEXT_ARG (2));
    }
  else if (call->as.function.function->name[0] != 't' && call->mode == RUSH_EVAL_ANSI)
    {
      g_autofree char *shown = g_strndup (text.bytes, text.length);
      rush_sql_error_set (error, RUSH_SQL_CLASS_INVALID_URL, NULL, "url", shown, NULL);
      return NULL;
    }
  null = part.bytes == NULL;
  g_string_append_len (out, null ? "" : part.bytes, (gssize)part.length);
})

#define PARSE_URL(NAME)                                                                            \
  RUSH_SCALAR (NAME, 2, 3, &RUSH_STRING, parse_url, NAME "(url, part[, key]) - a part of a URL",   \
               "2.0.0", RUSH_ARGS (RUSH_ARG_STRING), .always_nullable = TRUE)

const RushFunction rush_functions_parse_url[] = {
  PARSE_URL ("parse_url"),
  PARSE_URL ("try_parse_url"),
  { NULL },
};
