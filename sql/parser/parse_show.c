/* parse_show.c - SHOW and DESCRIBE.
 *
 * Mirrors:  AstBuilder.visitShowTables …, visitDescribeRelation, visitDescribeQuery, ….
 */
#include "sql/parser/parse_command_private.h"

/* ---- SHOW ---- */

static gboolean
accept_from (RushParser *p)
{
  return rush_accept (p, T (FROM)) || rush_accept (p, T (IN));
}

/* [ ( FROM | IN ) names ] [ [ LIKE ] pattern ] */
static gboolean
parse_scope (RushParser *p, RushCommand *command)
{
  if (accept_from (p) && !rush_parse_command_names (p, command))
    return FALSE;
  gboolean like = rush_accept (p, T (LIKE));
  if (like || rush_at_string (p, 0))
    return (command->text = rush_parse_string (p)) != NULL;
  return TRUE;
}

/* COLUMNS ( FROM | IN ) names [ ( FROM | IN ) names ]: the second is the database of the first */
static gboolean
parse_show_columns (RushParser *p, RushCommand *command)
{
  if (!accept_from (p))
    return rush_syntax_error (p);
  if (!rush_parse_command_names (p, command))
    return FALSE;
  if (!accept_from (p))
    return TRUE;
  g_auto (GStrv) table = g_steal_pointer (&command->names);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) database = rush_parse_names (p);
  if (database == NULL)
    return FALSE;
  for (guint i = 0; database[i] != NULL; i++)
    g_ptr_array_add (names, g_strdup (database[i]));
  g_ptr_array_add (names, g_strdup (table[g_strv_length (table) - 1]));
  command->names = rush_strings_to_strv (g_steal_pointer (&names));
  return TRUE;
}

/* [ USER | SYSTEM | ALL ] FUNCTIONS [ ( FROM | IN ) names ] [ [ LIKE ] ( pattern | name ) ];
 * columns: the scope, if it is given */
static gboolean
parse_show_functions (RushParser *p, RushCommand *command)
{
  if (!rush_accept_word (p, "functions"))
    {
      command->columns = g_new0 (char *, 2);
      command->columns[0] = g_ascii_strup (p->text->text + p->tokens[p->pos].start,
                                           p->tokens[p->pos].end - p->tokens[p->pos].start);
      p->pos++;
      if (!rush_expect_before (p, T (FUNCTIONS)))
        return FALSE;
    }
  if (accept_from (p) && !rush_parse_command_names (p, command))
    return FALSE;
  gboolean like = rush_accept (p, T (LIKE));
  if (rush_at_string (p, 0))
    return (command->text = rush_parse_string (p)) != NULL;
  if (!like && !rush_at_identifier (p, 0))
    return TRUE;
  g_auto (GStrv) names = rush_parse_names (p);
  if (names != NULL)
    command->text = g_strjoinv (".", names);
  return names != NULL;
}

/* TBLPROPERTIES names [ '(' key ')' ]; columns: the key */
static gboolean
parse_show_properties (RushParser *p, RushCommand *command)
{
  if (!rush_parse_command_names (p, command))
    return FALSE;
  if (rush_peek (p) != T (LEFT_PAREN))
    return TRUE;
  g_autoptr (GPtrArray) keys = NULL;
  if (!rush_parse_properties (p, &keys))
    return FALSE;
  command->columns = g_new0 (char *, 2);
  command->columns[0] = g_strdup (keys->pdata[0]);
  return TRUE;
}

static gboolean
parse_show_partitions (RushParser *p, RushCommand *command)
{
  if (!rush_parse_command_names (p, command))
    return FALSE;
  return rush_peek (p) != T (PARTITION) ||
         rush_unsupported (p, p->pos, "SHOW PARTITIONS with a PARTITION");
}

static gboolean
parse_show_create (RushParser *p, RushCommand *command)
{
  return rush_expect (p, T (TABLE)) && rush_parse_command_names (p, command);
}

static const struct
{
  const char *word;
  RushCommandKind kind;
  gboolean (*parse) (RushParser *p, RushCommand *command);
  gboolean keep; /* the function reads the word itself */
} shows[] = {
  { "tables", RUSH_COMMAND_SHOW_TABLES, parse_scope, FALSE },
  { "views", RUSH_COMMAND_SHOW_VIEWS, parse_scope, FALSE },
  { "databases", RUSH_COMMAND_SHOW_DATABASES, parse_scope, FALSE },
  { "schemas", RUSH_COMMAND_SHOW_DATABASES, parse_scope, FALSE },
  { "namespaces", RUSH_COMMAND_SHOW_DATABASES, parse_scope, FALSE },
  { "columns", RUSH_COMMAND_SHOW_COLUMNS, parse_show_columns, FALSE },
  { "functions", RUSH_COMMAND_SHOW_FUNCTIONS, parse_show_functions, TRUE },
  { "user", RUSH_COMMAND_SHOW_FUNCTIONS, parse_show_functions, TRUE },
  { "system", RUSH_COMMAND_SHOW_FUNCTIONS, parse_show_functions, TRUE },
  { "all", RUSH_COMMAND_SHOW_FUNCTIONS, parse_show_functions, TRUE },
  { "create", RUSH_COMMAND_SHOW_CREATE_TABLE, parse_show_create, FALSE },
  { "partitions", RUSH_COMMAND_SHOW_PARTITIONS, parse_show_partitions, FALSE },
  { "tblproperties", RUSH_COMMAND_SHOW_TBLPROPERTIES, parse_show_properties, FALSE },
};

/* show:  SHOW what … */
RushPlan *
rush_parse_show (RushParser *p, guint from)
{
  for (guint i = 0; i < G_N_ELEMENTS (shows); i++)
    if (rush_peek_word (p, 0, shows[i].word))
      {
        g_autoptr (RushCommand) command = rush_command_new (shows[i].kind);
        p->pos += !shows[i].keep;
        if (!shows[i].parse (p, command))
          return NULL;
        return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
      }
  if (rush_peek_word (p, 0, "catalogs") || rush_peek_word (p, 0, "current") ||
      rush_peek_word (p, 0, "table") || rush_peek_word (p, 0, "procedures"))
    rush_unsupported (p, from, "this kind of SHOW");
  else
    rush_syntax_error (p);
  return NULL;
}

/* ---- DESCRIBE ---- */

static gboolean
accept_extended (RushParser *p, RushCommand *command)
{
  if ((rush_peek (p) != T (EXTENDED) && rush_peek (p) != T (FORMATTED)) ||
      !rush_at_identifier (p, 1))
    return TRUE;
  p->pos++;
  command->flags |= RUSH_COMMAND_EXTENDED;
  return TRUE;
}

/* [ TABLE ] [ EXTENDED | FORMATTED ] names [ column ] */
static RushPlan *
parse_describe_table (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_DESCRIBE_TABLE);

  if (rush_peek (p) == T (TABLE) && rush_at_identifier (p, 1))
    p->pos++;
  if (!accept_extended (p, command) || !rush_parse_command_names (p, command))
    return NULL;
  if (rush_peek (p) == T (PARTITION) || rush_peek (p) == T (AS))
    {
      rush_unsupported (p, p->pos, "DESCRIBE … PARTITION and DESCRIBE … AS JSON");
      return NULL;
    }
  if (rush_at_identifier (p, 0) && (command->columns = rush_parse_names (p)) == NULL)
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* FUNCTION [ EXTENDED ] ( names | string ) */
static RushPlan *
parse_describe_function (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_DESCRIBE_FUNCTION);

  p->pos++;
  if (rush_peek (p) == T (EXTENDED) && rush_peek_at (p, 1) != T (EOF) &&
      rush_accept (p, T (EXTENDED)))
    command->flags |= RUSH_COMMAND_EXTENDED;
  if (!rush_at_identifier (p, 0) && rush_peek (p) > T (BIGDECIMAL) && rush_peek (p) <= T (TILDE))
    {
      command->names = g_new0 (char *, 2); /* an operator: DESCRIBE FUNCTION + */
      command->names[0] = rush_token_dup (p, p->pos++);
    }
  else if (rush_at_string (p, 0))
    {
      command->names = g_new0 (char *, 2);
      command->names[0] = rush_parse_string (p);
    }
  else if (!rush_parse_command_names (p, command))
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* ( DATABASE | SCHEMA | NAMESPACE ) [ EXTENDED ] names */
static RushPlan *
parse_describe_database (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_DESCRIBE_DATABASE);

  p->pos++;
  if (!accept_extended (p, command) || !rush_parse_command_names (p, command))
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* [ QUERY ] query */
static RushPlan *
parse_describe_query (RushParser *p, guint from)
{
  RushCommand *command = rush_command_new (RUSH_COMMAND_DESCRIBE_QUERY);

  rush_accept (p, T (QUERY));
  guint start = p->pos;
  RushPlan *child = rush_parse_query (p);
  if (child == NULL)
    {
      rush_command_unref (command);
      return NULL;
    }
  command->query_text = rush_source_text (p, start);
  return rush_command_plan (p, from, command, child);
}

/* describe:  ( DESCRIBE | DESC ) ( FUNCTION … | DATABASE … | [ QUERY ] query | [ TABLE ] names … )
 * */
RushPlan *
rush_parse_describe (RushParser *p, guint from)
{
  RushTokenKind kind = rush_peek (p);
  gboolean named = rush_peek_at (p, 1) != T (EOF);

  if (kind == T (FUNCTION) && named)
    return parse_describe_function (p, from);
  if ((kind == T (DATABASE) || kind == T (SCHEMA) || kind == T (NAMESPACE)) && named)
    return parse_describe_database (p, from);
  if ((kind == T (QUERY) && rush_at_query (p, 1)) || (kind != T (TABLE) && rush_at_query (p, 0)))
    return parse_describe_query (p, from);
  return parse_describe_table (p, from);
}
