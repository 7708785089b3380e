/* parse_table.c - CREATE TABLE, VIEW and DATABASE, and INSERT.
 *
 *   CREATE TABLE t (a int, b string) USING parquet PARTITIONED BY (b) LOCATION '/x' AS SELECT …
 *
 * Mirrors:  AstBuilder.visitCreateTable, visitCreateTableClauses, visitInsertInto;
 * SparkSqlAstBuilder.
 */
#include "sql/parser/parse_command_private.h"

/* ---- clauses ---- */

typedef enum
{
  CLAUSE_COMMENT = 1 << 0,
  CLAUSE_LOCATION = 1 << 1,
  CLAUSE_PARTITIONED = 1 << 2,
  CLAUSE_CLUSTERED = 1 << 3,
  CLAUSE_OPTIONS = 1 << 4,
  CLAUSE_PROPERTIES = 1 << 5,
} Clause;

typedef struct
{
  guint seen;
  const char *repeated; /* the first clause that stood there twice */
} Clauses;

static void
see_clause (Clauses *clauses, Clause clause, const char *name)
{
  if ((clauses->seen & clause) && clauses->repeated == NULL)
    clauses->repeated = name;
  clauses->seen |= clause;
}

/* PARTITIONED BY '(' name { ',' name } ')' */
static gboolean
parse_partitioning (RushParser *p, RushCommand *command)
{
  guint from = p->pos;

  for (guint i = 1; rush_peek_at (p, i) != T (RIGHT_PAREN) && rush_peek_at (p, i) != T (EOF); i++)
    if (rush_peek_at (p, i) == T (LEFT_PAREN) ||
        (rush_at_identifier (p, i) && rush_at_identifier (p, i + 1)))
      return rush_unsupported (p, from, "PARTITIONED BY with transforms or typed columns");
  g_strfreev (command->partitioning);
  return (command->partitioning = rush_parse_identifier_list (p)) != NULL;
}

/* CLUSTERED BY '(' names ')' INTO n BUCKETS */
static gboolean
parse_buckets (RushParser *p, RushCommand *command)
{
  guint64 n;

  g_strfreev (command->bucket_columns);
  if ((command->bucket_columns = rush_parse_identifier_list (p)) == NULL)
    return FALSE;
  if (rush_peek (p) == T (SORTED))
    return rush_unsupported (p, p->pos, "CLUSTERED BY … SORTED BY");
  if (!rush_expect (p, T (INTO)) || !rush_parse_unsigned (p, G_MAXINT32, &n) ||
      !rush_expect (p, T (BUCKETS)))
    return FALSE;
  command->n_buckets = (guint)n;
  return TRUE;
}

static gboolean
parse_text_clause (RushParser *p, char **out)
{
  g_free (*out);
  return (*out = rush_parse_string (p)) != NULL;
}

/* One clause of CREATE TABLE or VIEW; *out_done: there is none. */
static gboolean
parse_clause (RushParser *p, RushCommand *command, Clauses *clauses, gboolean *out_done)
{
  RushTokenKind kind = rush_peek (p), next = rush_peek_at (p, 1);

  if (rush_accept (p, T (OPTIONS)))
    {
      see_clause (clauses, CLAUSE_OPTIONS, "OPTIONS");
      return rush_parse_properties (p, &command->options);
    }
  if (rush_accept (p, T (TBLPROPERTIES)))
    {
      see_clause (clauses, CLAUSE_PROPERTIES, "TBLPROPERTIES");
      return rush_parse_properties (p, &command->properties);
    }
  if (rush_accept (p, T (COMMENT)))
    {
      see_clause (clauses, CLAUSE_COMMENT, "COMMENT");
      return parse_text_clause (p, &command->comment);
    }
  if (rush_accept (p, T (LOCATION)))
    {
      see_clause (clauses, CLAUSE_LOCATION, "LOCATION");
      return parse_text_clause (p, &command->location);
    }
  if (kind == T (PARTITIONED) && next == T (BY))
    {
      p->pos += 2;
      see_clause (clauses, CLAUSE_PARTITIONED, "PARTITIONED BY");
      return parse_partitioning (p, command);
    }
  if (kind == T (CLUSTERED) && next == T (BY))
    {
      p->pos += 2;
      see_clause (clauses, CLAUSE_CLUSTERED, "CLUSTERED BY");
      return parse_buckets (p, command);
    }
  if (rush_peek_word (p, 0, "stored") || (kind == T (ROW) && rush_peek_word (p, 1, "format")) ||
      rush_peek_word (p, 0, "skewed") || kind == T (CLUSTER))
    return rush_unsupported (p, p->pos,
                             "STORED AS, ROW FORMAT, SKEWED BY and CLUSTER BY of tables");
  *out_done = TRUE;
  return TRUE;
}

static gboolean
parse_clauses (RushParser *p, guint from, RushCommand *command)
{
  Clauses clauses = { 0 };
  gboolean done = FALSE;

  while (!done)
    if (!parse_clause (p, command, &clauses, &done))
      return FALSE;
  if (clauses.repeated == NULL)
    return TRUE;
  RushSqlContext context = rush_context (p, from);
  rush_sql_error_set (&p->error, RUSH_SQL_CLASS_DUPLICATE_CLAUSES, &context, "clauseName",
                      clauses.repeated, NULL);
  return FALSE;
}

/* ---- CREATE TABLE ---- */

/* [ USING name ] */
static gboolean
parse_provider (RushParser *p, RushCommand *command)
{
  if (!rush_accept (p, T (USING)))
    return TRUE;
  g_auto (GStrv) names = rush_parse_names (p);
  if (names != NULL)
    command->text = g_strjoinv (".", names);
  return names != NULL;
}

static gboolean
parse_table_columns (RushParser *p, RushCommand *command)
{
  g_autoptr (GPtrArray) comments = g_ptr_array_new_with_free_func (g_free);

  p->pos++;
  if ((command->schema = rush_parse_columns (p, T (RIGHT_PAREN), comments)) == NULL)
    return FALSE;
  command->column_comments = rush_strings_to_strv (g_steal_pointer (&comments));
  return rush_expect (p, T (RIGHT_PAREN));
}

/* create table:  CREATE [ EXTERNAL ] TABLE [ IF NOT EXISTS ] names [ '(' columns ')' ] [ USING name
 * ]
 *                { clause } [ [ AS ] query ] */
static RushPlan *
parse_create_table (RushParser *p, guint from, guint flags)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_CREATE_TABLE);
  g_autoptr (RushPlan) child = NULL;

  p->pos++;
  command->flags = flags;
  if (!rush_parse_if_exists (p, TRUE, &command->flags) || !rush_parse_command_names (p, command))
    return NULL;
  if (rush_peek (p) == T (LEFT_PAREN) && !rush_at_query (p, 0) && !parse_table_columns (p, command))
    return NULL;
  if (rush_peek (p) == T (LIKE))
    {
      rush_unsupported (p, from, "CREATE TABLE … LIKE");
      return NULL;
    }
  if (!parse_provider (p, command) || !parse_clauses (p, from, command))
    return NULL;
  if (flags & RUSH_COMMAND_TEMPORARY)
    command->kind = RUSH_COMMAND_CREATE_VIEW; /* as Spark has it: a view USING a source */
  else if (rush_accept (p, T (AS)) || rush_at_query (p, 0))
    {
      guint start = p->pos;
      command->kind = RUSH_COMMAND_CREATE_TABLE_AS;
      if ((child = rush_parse_query (p)) == NULL)
        return NULL;
      command->query_text = rush_source_text (p, start);
    }
  return rush_command_plan (p, from, g_steal_pointer (&command), g_steal_pointer (&child));
}

/* ---- CREATE VIEW ---- */

/* '(' name [ COMMENT string ] { ',' … } ')' */
static gboolean
parse_view_columns (RushParser *p, RushCommand *command)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) comments = g_ptr_array_new_with_free_func (g_free);

  p->pos++;
  do
    {
      char *name = rush_parse_identifier (p);
      if (name == NULL)
        return FALSE;
      g_ptr_array_add (names, name);
      char *comment = rush_accept (p, T (COMMENT)) ? rush_parse_string (p) : g_strdup ("");
      if (comment == NULL)
        return FALSE;
      g_ptr_array_add (comments, comment);
    }
  while (rush_accept (p, T (COMMA)));
  command->columns = rush_strings_to_strv (g_steal_pointer (&names));
  command->column_comments = rush_strings_to_strv (g_steal_pointer (&comments));
  return rush_expect (p, T (RIGHT_PAREN));
}

/* create view:  VIEW [ IF NOT EXISTS ] names [ '(' columns ')' ] { clause } ( AS query | USING name
 * … ) */
static RushPlan *
parse_create_view (RushParser *p, guint from, guint flags)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_CREATE_VIEW);

  p->pos++;
  command->flags = flags;
  if (!rush_parse_if_exists (p, TRUE, &command->flags) || !rush_parse_command_names (p, command))
    return NULL;
  if (rush_peek (p) == T (LEFT_PAREN))
    {
      gboolean typed = rush_at_identifier (p, 2) && rush_peek_at (p, 2) != T (COMMENT);
      if (!(typed ? parse_table_columns (p, command) : parse_view_columns (p, command)))
        return NULL;
    }
  if (rush_peek (p) == T (USING) && (flags & RUSH_COMMAND_TEMPORARY))
    {
      if (!parse_provider (p, command) || !parse_clauses (p, from, command))
        return NULL;
      return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
    }
  if (!parse_clauses (p, from, command) || !rush_expect (p, T (AS)))
    return NULL;
  guint start = p->pos;
  RushPlan *child = rush_parse_query (p);
  if (child == NULL)
    return NULL;
  command->query_text = rush_source_text (p, start);
  return rush_command_plan (p, from, g_steal_pointer (&command), child);
}

/* ---- CREATE DATABASE ---- */

/* create database:  ( DATABASE | SCHEMA | NAMESPACE ) [ IF NOT EXISTS ] names { COMMENT string
 *                   | LOCATION string | WITH ( DBPROPERTIES | PROPERTIES ) properties } */
static RushPlan *
parse_create_database (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_CREATE_DATABASE);

  p->pos++;
  if (!rush_parse_if_exists (p, TRUE, &command->flags) || !rush_parse_command_names (p, command))
    return NULL;
  while (TRUE)
    {
      gboolean ok;
      if (rush_accept (p, T (COMMENT)))
        ok = parse_text_clause (p, &command->comment);
      else if (rush_accept (p, T (LOCATION)))
        ok = parse_text_clause (p, &command->location);
      else if (rush_peek (p) == T (WITH) &&
               (rush_peek_word (p, 1, "dbproperties") || rush_peek_word (p, 1, "properties")))
        {
          p->pos += 2;
          ok = rush_parse_properties (p, &command->properties);
        }
      else
        break;
      if (!ok)
        return NULL;
    }
  return rush_command_plan (p, from, g_steal_pointer (&command), NULL);
}

/* create:  CREATE [ OR REPLACE ] [ [ GLOBAL ] TEMPORARY ] [ EXTERNAL ] ( TABLE | VIEW | DATABASE …
 * ) */
RushPlan *
rush_parse_create (RushParser *p, guint from)
{
  guint flags = 0;

  if (rush_peek (p) == T (OR) && rush_peek_at (p, 1) == T (REPLACE))
    {
      p->pos += 2;
      flags |= RUSH_COMMAND_REPLACE;
    }
  if (rush_accept (p, T (GLOBAL)))
    flags |= RUSH_COMMAND_GLOBAL;
  if (rush_accept (p, T (TEMPORARY)))
    flags |= RUSH_COMMAND_TEMPORARY;
  if (rush_accept (p, T (EXTERNAL)))
    flags |= RUSH_COMMAND_EXTERNAL;
  RushTokenKind kind = rush_peek (p);
  if (kind == T (VIEW))
    return parse_create_view (p, from, flags);
  if (kind == T (TABLE) && !((flags & RUSH_COMMAND_REPLACE) && !(flags & RUSH_COMMAND_TEMPORARY)))
    return parse_create_table (p, from, flags);
  if ((kind == T (DATABASE) || kind == T (SCHEMA) || kind == T (NAMESPACE)) && flags == 0)
    return parse_create_database (p, from);
  if (kind == T (TABLE) || kind == T (FUNCTION) || rush_peek_word (p, 0, "index") ||
      rush_peek_word (p, 0, "materialized") || rush_peek_word (p, 0, "streaming") ||
      rush_peek_word (p, 0, "flow") || rush_peek_word (p, 0, "variable"))
    rush_unsupported (p, from, "CREATE OR REPLACE TABLE, CREATE FUNCTION, INDEX and the like");
  else
    rush_syntax_error (p);
  return NULL;
}

/* ---- INSERT ---- */

/* PARTITION '(' name [ '=' constant ] { ',' … } ')'; into options, NULL for those that rows tell */
static gboolean
parse_partition (RushParser *p, RushCommand *command)
{
  command->options = g_ptr_array_new_with_free_func (g_free);
  if (!rush_expect (p, T (LEFT_PAREN)))
    return FALSE;
  do
    {
      char *key = rush_parse_identifier (p), *value = NULL;
      if (key == NULL)
        return FALSE;
      g_ptr_array_add (command->options, key);
      if (rush_accept (p, T (EQ)))
        {
          guint from = p->pos;
          if (rush_at_string (p, 0))
            value = rush_parse_string (p);
          else
            {
              g_autoptr (RushExpr) constant = rush_parse_literal (p);
              if (constant == NULL)
                return p->error == NULL ? rush_syntax_error (p) : FALSE;
              value = rush_source_text (p, from);
            }
        }
      g_ptr_array_add (command->options, value);
    }
  while (rush_accept (p, T (COMMA)));
  return rush_expect (p, T (RIGHT_PAREN));
}

/* insert:  INSERT ( INTO | OVERWRITE ) [ TABLE ] names [ PARTITION … ] [ IF NOT EXISTS ]
 *          [ BY NAME | '(' columns ')' ] query */
RushPlan *
rush_parse_insert (RushParser *p, guint from)
{
  g_autoptr (RushCommand) command = rush_command_new (RUSH_COMMAND_INSERT);

  if (rush_accept (p, T (OVERWRITE)))
    command->flags |= RUSH_COMMAND_OVERWRITE;
  else if (!rush_accept (p, T (INTO)))
    {
      rush_syntax_error (p);
      return NULL;
    }
  if (rush_peek_word (p, 0, "directory") || rush_peek_word (p, 0, "local"))
    {
      rush_unsupported (p, from, "INSERT OVERWRITE DIRECTORY");
      return NULL;
    }
  if (rush_peek (p) == T (TABLE) && rush_at_identifier (p, 1))
    p->pos++;
  if (!rush_parse_command_names (p, command))
    return NULL;
  if (rush_accept (p, T (PARTITION)) && !parse_partition (p, command))
    return NULL;
  if (!rush_parse_if_exists (p, TRUE, &command->flags))
    return NULL;
  if (rush_peek (p) == T (BY) && rush_peek_at (p, 1) == T (NAME))
    {
      p->pos += 2;
      command->flags |= RUSH_COMMAND_BY_NAME;
    }
  else if (rush_peek (p) == T (LEFT_PAREN) && !rush_at_query (p, 0) &&
           (command->columns = rush_parse_identifier_list (p)) == NULL)
    return NULL;
  if (rush_peek (p) == T (REPLACE))
    {
      rush_unsupported (p, from, "INSERT … REPLACE");
      return NULL;
    }
  RushPlan *child = rush_parse_query (p);
  if (child == NULL)
    return NULL;
  return rush_command_plan (p, from, g_steal_pointer (&command), child);
}
