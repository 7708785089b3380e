/* parse_command.c - statements that are no queries: which one it is, and the shorter ones.
 *
 *   word of the statement → its function (the table at the end) → RushCommand, filled in
 *
 * A command is plain data (names, flags, options); what it does is the session's business.  CREATE
 * TABLE and INSERT are in parse_table.c, SHOW and DESCRIBE in parse_show.c.  Statements that Spark
 * has and Rushlight has not are known by their first word, and the error says so.
 *
 * Mirrors:  SparkSqlAstBuilder, and the commands among AstBuilder's visitors.
 */
#include "sql/parser/parser_private.h"

#include "sql/parser/parse_command_private.h"

#include <string.h>

RushPlan *
rush_command_plan (RushParser *p, guint from, RushCommand *command, RushPlan *child)
{
  return rush_mark_plan (p, from, rush_plan_command (command, child));
}

/* ---- what many have ---- */

gboolean
rush_parse_if_exists (RushParser *p, gboolean negated, guint *inout_flags)
{
  if (rush_peek (p) != T (IF) || rush_peek_at (p, 1) != (negated ? T (NOT) : T (EXISTS)))
    return TRUE;
  p->pos += 1 + negated;
  *inout_flags |= RUSH_COMMAND_IF_EXISTS;
  return rush_expect (p, T (EXISTS));
}

gboolean
rush_parse_command_names (RushParser *p, RushCommand *command)
{
  guint from = p->pos;

  if ((command->names = rush_parse_names (p)) == NULL)
    return FALSE;
  command->names_context = rush_context (p, from);
  rush_sql_text_ref (command->names_context.text);
  return TRUE;
}

/* key:  name { '.' name } | string */
static char *
parse_property_key (RushParser *p)
{
  if (rush_at_string (p, 0))
    return rush_parse_string (p);
  g_auto (GStrv) names = rush_parse_names (p);
  return names != NULL ? g_strjoinv (".", names) : NULL;
}

/* value:  number | TRUE | FALSE | string */
static char *
parse_property_value (RushParser *p)
{
  RushTokenKind kind = rush_peek (p);
  gboolean negative = kind == T (DASH) && rush_at_number (p, 1);

  if (rush_at_string (p, 0))
    return rush_parse_string (p);
  if (!negative && !rush_at_number (p, 0) && kind != T (TRUE) && kind != T (FALSE) &&
      !rush_at_identifier (p, 0))
    {
      rush_syntax_error (p);
      return NULL;
    }
  guint from = p->pos;
  p->pos += 1 + negative;
  char *text = rush_source_text (p, from);
  if (kind != T (TRUE) && kind != T (FALSE))
    return text;
  char *lower = g_ascii_strdown (text, -1);
  g_free (text);
  return lower;
}

/* properties:  '(' key [ [ '=' ] value ] { ',' … } ')' */
gboolean
rush_parse_properties (RushParser *p, GPtrArray **inout)
{
  if (*inout == NULL)
    *inout = g_ptr_array_new_with_free_func (g_free);
  if (!rush_expect (p, T (LEFT_PAREN)))
    return FALSE;
  do
    {
      char *key = parse_property_key (p), *value = NULL;
      if (key == NULL)
        return FALSE;
      g_ptr_array_add (*inout, key);
      rush_accept (p, T (EQ));
      if (rush_peek (p) != T (COMMA) && rush_peek (p) != T (RIGHT_PAREN) &&
          (value = parse_property_value (p)) == NULL)
        return FALSE;
      g_ptr_array_add (*inout, value);
    }
  while (rush_accept (p, T (COMMA)));
  return rush_expect (p, T (RIGHT_PAREN));
}

/* ---- SET and RESET: the rest is no SQL ---- */

/* What stands behind the first word, up to semicolons at the end. */
static char *
rest_of_text (RushParser *p)
{
  guint start = p->tokens[p->pos - 1].end;
  char *rest = g_strdup (p->text->text + start);

  while (rush_peek (p) != T (EOF))
    p->pos++;
  g_strstrip (rest);
  for (gsize n = strlen (rest); n > 0 && (rest[n - 1] == ';' || g_ascii_isspace (rest[n - 1])); n--)
    rest[n - 1] = '\0';
  return rest;
}

/* `a b` is a b; other text must be a plain key.  (transfer full); NULL: it is neither */
static char *
unquote_key (const char *text, gboolean any)
{
  gsize n = strlen (text);

  if (n > 1 && text[0] == '`' && text[n - 1] == '`')
    return g_strndup (text + 1, n - 2);
  for (const char *c = text; !any && *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("_.:-", *c) == NULL)
      return NULL;
  return n > 0 || any ? g_strdup (text) : NULL;
}

static RushPlan *
setting_error (RushParser *p, RushCommand *command, RushSqlErrorClass error_class)
{
  RushSqlContext context = rush_context (p, 0);

  rush_command_unref (command);
  rush_sql_error_set (&p->error, error_class, &context, NULL);
  return NULL;
}

static void
add_option (RushCommand *command, char *key, char *value)
{
  command->options = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (command->options, key);
  g_ptr_array_add (command->options, value);
}

/* INTERVAL 2 HOURS: "+02:00"; NULL: p->error */
static char *
parse_zone_offset (RushParser *p)
{
  guint from = p->pos;
  g_autoptr (RushExpr) interval = rush_parse_interval (p);

  if (interval == NULL)
    return NULL;
  gboolean clock = interval->type->kind == RUSH_TYPE_DAY_TIME_INTERVAL;
  gint64 micros = clock ? rush_column_get_int (interval->as.literal.value, 0) : G_MAXINT64;
  gint64 seconds = micros / G_USEC_PER_SEC, size = ABS (seconds);
  if (!clock || micros % G_USEC_PER_SEC != 0 || size > 18 * 3600)
    {
      RushSqlContext context = rush_context (p, from);
      g_autofree char *hours = clock ? g_strdup_printf ("%" G_GINT64_FORMAT, seconds / 3600)
                                     : rush_expr_to_pretty_sql (interval);
      rush_sql_error_set (&p->error,
                          RUSH_SQL_CLASS_INVALID_INTERVAL_FORMAT_TIMEZONE_INTERVAL_OUT_OF_RANGE,
                          &context, "input", hours, NULL);
      return NULL;
    }
  GString *zone = g_string_new (seconds < 0 ? "-" : "+");
  g_string_append_printf (zone, "%02d:%02d", (gint)(size / 3600), (gint)(size / 60 % 60));
  if (size % 60 != 0)
    g_string_append_printf (zone, ":%02d", (gint)(size % 60));
  return g_string_free (zone, FALSE);
}

/* SET TIME ZONE ( interval | string ) */
static RushPlan *
parse_set_time_zone (RushParser *p, RushCommand *command)
{
  char *zone = NULL;

  p->pos += 2;
  if (rush_at_string (p, 0))
    zone = rush_parse_string (p);
  else if (rush_at_interval (p))
    zone = parse_zone_offset (p);
  else
    rush_unsupported (p, 0, "SET TIME ZONE with anything but a string or an interval");
  if (zone == NULL)
    {
      rush_command_unref (command);
      return NULL;
    }
  add_option (command, g_strdup ("spark.sql.session.timeZone"), zone);
  return rush_command_plan (p, 0, command, NULL);
}

/* set:  SET [ '-v' | key | key '=' value ] */
static RushPlan *
parse_set (RushParser *p, guint from)
{
  RushCommand *command = rush_command_new (RUSH_COMMAND_SET);

  if (rush_peek_word (p, 0, "time") && rush_peek_word (p, 1, "zone"))
    return parse_set_time_zone (p, command);
  g_autofree char *rest = rest_of_text (p);
  char *equals = strchr (rest, '=');
  if (equals != NULL)
    {
      *equals = '\0';
      char *key = unquote_key (g_strstrip (rest), FALSE);
      if (key == NULL)
        return setting_error (p, command, RUSH_SQL_CLASS_INVALID_SET_SYNTAX);
      add_option (command, key, unquote_key (g_strstrip (equals + 1), TRUE));
    }
  else if (*rest != '\0')
    {
      char *key = unquote_key (rest, FALSE);
      if (key == NULL)
        return setting_error (p, command, RUSH_SQL_CLASS_INVALID_SET_SYNTAX);
      command->names = g_new0 (char *, 2);
      command->names[0] = key;
    }
  return rush_command_plan (p, from, command, NULL);
}

/* reset:  RESET [ key ] */
static RushPlan *
parse_reset (RushParser *p, guint from)
{
  RushCommand *command = rush_command_new (RUSH_COMMAND_RESET);
  g_autofree char *rest = rest_of_text (p);
  char *key = *rest != '\0' ? unquote_key (rest, FALSE) : NULL;

  if (*rest != '\0' && key == NULL)
    return setting_error (p, command, RUSH_SQL_CLASS_INVALID_RESET_COMMAND_FORMAT);
  if (key != NULL)
    {
      command->names = g_new0 (char *, 2);
      command->names[0] = key;
    }
  return rush_command_plan (p, from, command, NULL);
}

/* ---- EXPLAIN ---- */

/* explain:  EXPLAIN [ EXTENDED | FORMATTED | COST | CODEGEN ] statement; text: the mode, in lower
 * case */
static RushPlan *
parse_explain (RushParser *p, guint from)
{
  static const char *const modes[] = { "extended", "formatted", "cost", "codegen" };
  const char *mode = "simple";

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    if (rush_peek_word (p, 0, modes[i]))
      {
        mode = modes[i];
        p->pos++;
        break;
      }
  RushPlan *child = rush_at_command (p) ? rush_parse_command (p) : rush_parse_query (p);
  if (child == NULL)
    return NULL;
  RushCommand *command = rush_command_new (RUSH_COMMAND_EXPLAIN);
  command->text = g_strdup (mode);
  return rush_command_plan (p, from, command, child);
}

/* ---- USE, CACHE, REFRESH, ANALYZE ---- */

/* use:  USE [ NAMESPACE | DATABASE | SCHEMA ] names */
static RushPlan *
parse_use (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_USE);
  RushTokenKind kind = rush_peek (p);

  if ((kind == T (NAMESPACE) || kind == T (DATABASE) || kind == T (SCHEMA)) &&
      rush_at_identifier (p, 1))
    p->pos++;
  if (!rush_parse_command_names (p, command))
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* cache:  CACHE [ LAZY ] TABLE names [ OPTIONS properties ] [ [ AS ] query ] */
static RushPlan *
parse_cache (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_CACHE_TABLE);
  RushPlan *child = NULL;

  if (rush_accept (p, T (LAZY)))
    command->flags |= RUSH_COMMAND_LAZY;
  if (!rush_expect (p, T (TABLE)) || !rush_parse_command_names (p, command))
    return NULL;
  if (rush_accept (p, T (OPTIONS)) && !rush_parse_properties (p, &command->options))
    return NULL;
  guint start = p->pos;
  if (rush_accept (p, T (AS)) || rush_at_query (p, 0))
    {
      start = p->pos;
      if ((child = rush_parse_query (p)) == NULL)
        return NULL;
      command->query_text = rush_source_text (p, start);
    }
  return rush_command_plan (p, from, g_steal_pointer (&command), child);
}

/* uncache:  UNCACHE TABLE [ IF EXISTS ] names */
static RushPlan *
parse_uncache (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_UNCACHE_TABLE);

  if (!rush_expect_before (p, T (TABLE)) || !rush_parse_if_exists (p, FALSE, &command->flags) ||
      !rush_parse_command_names (p, command))
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* clear:  CLEAR CACHE */
static RushPlan *
parse_clear (RushParser *p, guint from)
{
  if (!rush_expect (p, T (CACHE)))
    return NULL;
  return rush_command_plan (p, from, rush_command_new (RUSH_COMMAND_CLEAR_CACHE), NULL);
}

/* refresh:  REFRESH TABLE names */
static RushPlan *
parse_refresh (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_REFRESH_TABLE);

  if (!rush_accept (p, T (TABLE)))
    {
      rush_unsupported (p, from, "REFRESH of anything but tables");
      return NULL;
    }
  if (!rush_parse_command_names (p, command))
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* FOR ( ALL COLUMNS | COLUMNS name { ',' name } ) */
static gboolean
parse_analyzed_columns (RushParser *p, RushCommand *command)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);

  if (rush_accept (p, T (ALL)))
    {
      command->flags |= RUSH_COMMAND_ALL_COLUMNS;
      return rush_expect (p, T (COLUMNS));
    }
  if (!rush_expect (p, T (COLUMNS)))
    return FALSE;
  do
    {
      char *name = rush_parse_identifier (p);
      if (name == NULL)
        return FALSE;
      g_ptr_array_add (names, name);
    }
  while (rush_accept (p, T (COMMA)));
  command->columns = rush_strings_to_strv (g_steal_pointer (&names));
  return TRUE;
}

/* analyze:  ANALYZE TABLE names COMPUTE STATISTICS [ NOSCAN | FOR … ] */
static RushPlan *
parse_analyze (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_ANALYZE_TABLE);

  if (rush_peek (p) == T (TABLES))
    {
      rush_unsupported (p, from, "ANALYZE TABLES");
      return NULL;
    }
  if (!rush_expect (p, T (TABLE)) || !rush_parse_command_names (p, command))
    return NULL;
  if (rush_peek (p) == T (PARTITION))
    {
      rush_unsupported (p, from, "ANALYZE TABLE of single partitions");
      return NULL;
    }
  if (!rush_expect (p, T (COMPUTE)) || !rush_expect (p, T (STATISTICS)))
    return NULL;
  if (rush_accept (p, T (FOR)))
    {
      if (!parse_analyzed_columns (p, command))
        return NULL;
    }
  else if (rush_accept_word (p, "noscan"))
    command->flags |= RUSH_COMMAND_NOSCAN;
  else if (rush_at_identifier (p, 0))
    {
      g_autofree char *word = rush_token_dup (p, p->pos++);
      RushSqlContext context = rush_context (p, from);
      rush_sql_error_set (&p->error,
                          RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_ANALYZE_TABLE_UNEXPECTED_NOSCAN,
                          &context, "ctx", word, NULL);
      return NULL;
    }
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* ---- DROP, TRUNCATE, ALTER ---- */

/* drop:  DROP ( TABLE | VIEW | DATABASE | SCHEMA | NAMESPACE ) [ IF EXISTS ] names
 *        [ PURGE ] [ RESTRICT | CASCADE ] */
static RushPlan *
parse_drop (RushParser *p, guint from)
{
  RushTokenKind kind = rush_peek (p);
  RushCommandKind what;

  if (kind == T (TABLE))
    what = RUSH_COMMAND_DROP_TABLE;
  else if (kind == T (VIEW))
    what = RUSH_COMMAND_DROP_VIEW;
  else if (kind == T (DATABASE) || kind == T (SCHEMA) || kind == T (NAMESPACE))
    what = RUSH_COMMAND_DROP_DATABASE;
  else
    {
      if (kind == T (FUNCTION) || kind == T (TEMPORARY) || rush_peek_word (p, 0, "index"))
        rush_unsupported (p, from, "DROP FUNCTION, INDEX and the like");
      else
        rush_syntax_error (p);
      return NULL;
    }
  p->pos++;
  g_autoptr (RushCommand) command = rush_command_new (what);
  if (!rush_parse_if_exists (p, FALSE, &command->flags) || !rush_parse_command_names (p, command))
    return NULL;
  if (what == RUSH_COMMAND_DROP_TABLE)
    rush_accept_word (p, "purge"); /* there is no trash that it would go around */
  if (what == RUSH_COMMAND_DROP_DATABASE && rush_accept_word (p, "cascade"))
    command->flags |= RUSH_COMMAND_CASCADE;
  else if (what == RUSH_COMMAND_DROP_DATABASE)
    rush_accept_word (p, "restrict");
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* truncate:  TRUNCATE TABLE names */
static RushPlan *
parse_truncate (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_TRUNCATE_TABLE);

  if (!rush_expect_before (p, T (TABLE)) || !rush_parse_command_names (p, command))
    return NULL;
  if (rush_peek (p) == T (PARTITION))
    {
      rush_unsupported (p, from, "TRUNCATE TABLE of single partitions");
      return NULL;
    }
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* alter:  ALTER ( TABLE | VIEW ) names RENAME TO names; columns: the new name */
static RushPlan *
parse_alter (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_ALTER_RENAME);

  if ((rush_peek (p) != T (TABLE) && rush_peek (p) != T (VIEW)) || !rush_at_identifier (p, 1))
    {
      rush_syntax_error (p);
      return NULL;
    }
  p->pos++;
  if (!rush_parse_command_names (p, command))
    return NULL;
  if (rush_peek (p) != T (RENAME) || rush_peek_at (p, 1) != T (TO))
    {
      rush_unsupported (p, from, "ALTER TABLE and ALTER VIEW with anything but RENAME TO");
      return NULL;
    }
  p->pos += 2;
  if ((command->columns = rush_parse_names (p)) == NULL)
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* ---- the table ---- */

typedef RushPlan *(*CommandParser) (RushParser *p, guint from);

static const struct
{
  const char *word;
  CommandParser parse; /* called behind the word */
} commands[] = {
  { "set", parse_set },
  { "reset", parse_reset },
  { "explain", parse_explain },
  { "create", rush_parse_create },
  { "drop", parse_drop },
  { "truncate", parse_truncate },
  { "alter", parse_alter },
  { "insert", rush_parse_insert },
  { "show", rush_parse_show },
  { "describe", rush_parse_describe },
  { "desc", rush_parse_describe },
  { "use", parse_use },
  { "cache", parse_cache },
  { "uncache", parse_uncache },
  { "clear", parse_clear },
  { "refresh", parse_refresh },
  { "analyze", parse_analyze },
};

/* Statements of Spark's that are not there, by their first words. */
static const char *const missing[][2] = {
  { "merge", "into" },  { "update", NULL },         { "delete", "from" }, { "begin", NULL },
  { "declare", NULL },  { "execute", "immediate" }, { "call", NULL },     { "comment", "on" },
  { "msck", "repair" }, { "repair", "table" },      { "load", "data" },   { "add", NULL },
  { "list", NULL },     { "replace", "table" },     { "fetch", NULL },    { "lock", NULL },
  { "grant", NULL },    { "revoke", NULL },         { "export", NULL },   { "import", NULL },
};

static gboolean
at_missing (const RushParser *p)
{
  for (guint i = 0; i < G_N_ELEMENTS (missing); i++)
    if (rush_peek_word (p, 0, missing[i][0]) &&
        (missing[i][1] != NULL ? rush_peek_word (p, 1, missing[i][1]) : rush_at_identifier (p, 1)))
      return TRUE;
  return FALSE;
}

gboolean
rush_at_command (const RushParser *p)
{
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (rush_peek_word (p, 0, commands[i].word))
      return TRUE;
  return at_missing (p);
}

RushPlan *
rush_parse_command (RushParser *p)
{
  guint from = p->pos;
  RushPlan *plan = NULL;

  if (!rush_enter (p))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (commands); i++)
    if (rush_peek_word (p, 0, commands[i].word))
      {
        p->pos++;
        plan = commands[i].parse (p, from);
        rush_leave (p);
        return plan;
      }
  g_autofree char *word = rush_token_dup (p, from);
  g_autofree char *upper = g_ascii_strup (word, -1);
  g_autofree char *what = g_strdup_printf ("the statement %s", upper);
  rush_unsupported (p, from, what);
  return NULL;
}
