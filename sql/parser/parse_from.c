/* parse_from.c - where rows come from: relations, joins, lateral views, samples.
 *
 *   from:      FROM relation { ',' relation } { lateral view } [ PIVOT … ] [ UNPIVOT … ]
 *   relation:  [ LATERAL ] primary { join | PIVOT … | UNPIVOT … }
 *   primary:   names | '(' query ')' | '(' relation ')' | VALUES … | function '(' … ')'
 *              … each with [ TABLESAMPLE … ] [ [ AS ] alias [ '(' columns ')' ] ]
 *
 * Joins grow to the left, in a loop: a JOIN b JOIN c is (a JOIN b) JOIN c.
 *
 * Mirrors:  AstBuilder.visitFromClause, withRelationExtensions, visitSample, withGenerate.
 */
#include "sql/parser/parser_private.h"

#include <string.h>

static RushPlan *parse_primary (RushParser *p, gboolean lateral);

/* ---- aliases ---- */

/* alias:  [ AS ] name [ '(' columns ')' ]; takes over @plan.  @default_name: without one; or NULL
 * */
RushPlan *
rush_parse_alias (RushParser *p, RushPlan *plan, const char *default_name)
{
  g_autoptr (RushPlan) held = plan;
  g_autofree char *name = NULL;
  g_auto (GStrv) columns = NULL;
  guint from = p->pos;
  gboolean as = rush_accept (p, T (AS));

  if (as || (rush_at_alias (p) && rush_at_strict_identifier (p)))
    {
      if ((name = rush_parse_identifier (p)) == NULL)
        return NULL;
      if (rush_peek (p) == T (DASH) && rush_at_identifier (p, 1))
        {
          p->pos += 2;
          g_autofree char *text = rush_source_text (p, from + as);
          rush_invalid_identifier (p, from + as + 1, text);
          return NULL;
        }
      if (rush_peek (p) == T (LEFT_PAREN) && (columns = rush_parse_identifier_list (p)) == NULL)
        return NULL;
    }
  if (columns != NULL)
    held = rush_plan_column_aliases ((const char *const *)columns, held);
  if (name == NULL && default_name == NULL)
    return g_steal_pointer (&held);
  const char *const names[] = { name != NULL ? name : default_name, NULL };
  return rush_mark_plan (p, from, rush_plan_subquery_alias (names, g_steal_pointer (&held)));
}

/* ---- TABLESAMPLE ---- */

typedef struct
{
  gboolean given;
  guint from, to;
  RushExpr *rows; /* (owned) … ROWS; or NULL */
  double fraction;
  gboolean seed_given;
  gint64 seed;
} Sample;

static void
sample_clear (Sample *sample)
{
  g_clear_pointer (&sample->rows, rush_expr_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Sample, sample_clear)

/* BUCKET n OUT OF m */
static gboolean
parse_bucket (RushParser *p, Sample *sample)
{
  guint64 n, of;

  p->pos++;
  if (!rush_parse_unsigned (p, G_MAXINT32, &n) || !rush_expect (p, T (OUT)) ||
      !rush_expect (p, T (OF)) || !rush_parse_unsigned (p, G_MAXINT32, &of))
    return FALSE;
  if (rush_peek (p) == T (ON))
    {
      while (rush_peek (p) != T (EOF) && !rush_accept (p, T (RIGHT_PAREN)))
        p->pos++;
      return rush_plain_error (p, sample->from,
                               "TABLESAMPLE(BUCKET x OUT OF y ON colname) is not supported.");
    }
  sample->fraction = of > 0 ? (double)n / (double)of : 2.0;
  return TRUE;
}

/* number PERCENT | expression ROWS */
static gboolean
parse_amount (RushParser *p, Sample *sample)
{
  gboolean negative = rush_peek (p) == T (DASH);

  if (rush_at_number (p, negative) && rush_peek_at (p, 1 + negative) == T (PERCENT))
    {
      p->pos += negative;
      g_autofree char *text = rush_token_dup (p, p->pos);
      p->pos += 2;
      sample->fraction = g_ascii_strtod (text, NULL) / 100.0 * (negative ? -1 : 1);
      return TRUE;
    }
  if ((sample->rows = rush_parse_tree (p)) == NULL)
    return FALSE;
  return rush_expect (p, T (ROWS));
}

static gboolean
check_fraction (RushParser *p, const Sample *sample)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  if (sample->rows != NULL || (sample->fraction >= 0 && sample->fraction <= 1))
    return TRUE;
  RushSqlContext context = rush_context (p, sample->from);
  g_ascii_formatd (text, sizeof text, "%.1f", sample->fraction);
  rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_TABLESAMPLE_FRACTION, &context, "fraction",
                      text, NULL);
  return FALSE;
}

/* sample:  TABLESAMPLE '(' ( number PERCENT | expression ROWS | BUCKET … ) ')' [ REPEATABLE '(' n
 * ')' ] */
static gboolean
parse_sample (RushParser *p, Sample *sample)
{
  guint64 seed = 0;

  if (rush_peek (p) != T (TABLESAMPLE) || rush_peek_at (p, 1) != T (LEFT_PAREN))
    return TRUE;
  sample->from = p->pos;
  sample->given = TRUE;
  p->pos += 2;
  if (rush_accept (p, T (RIGHT_PAREN)))
    return rush_plain_error (p, sample->from, "TABLESAMPLE does not accept empty inputs.");
  gboolean ok = rush_peek (p) == T (BUCKET) && rush_peek_at (p, 1) == T (INTEGER)
                    ? parse_bucket (p, sample)
                    : parse_amount (p, sample);
  if (!ok || !rush_expect (p, T (RIGHT_PAREN)))
    return FALSE;
  if (rush_peek (p) == T (REPEATABLE) && rush_peek_at (p, 1) == T (LEFT_PAREN))
    {
      p->pos += 2;
      if (!rush_parse_unsigned (p, G_MAXINT64, &seed) || !rush_expect (p, T (RIGHT_PAREN)))
        return FALSE;
      sample->seed_given = TRUE;
      sample->seed = (gint64)seed;
    }
  return check_fraction (p, sample);
}

static RushPlan *
apply_sample (RushParser *p, Sample *sample, RushPlan *plan)
{
  if (plan == NULL || !sample->given)
    return plan;
  if (sample->rows != NULL)
    plan = rush_plan_limit (g_steal_pointer (&sample->rows), plan);
  else
    plan = rush_plan_sample (0.0, sample->fraction, FALSE, sample->seed, sample->seed_given, plan);
  return rush_mark_plan (p, sample->from, plan);
}

/* ---- what a relation is made of ---- */

/* VALUES row { ',' row } [ alias ]; columns are col1, col2, … */
RushPlan *
rush_parse_inline_table (RushParser *p)
{
  guint from = p->pos++, width = 0;
  g_autoptr (GPtrArray) values = rush_exprs_new ();
  g_autoptr (GPtrArray) rows = rush_exprs_new ();

  if (!rush_parse_tree_list (p, rows))
    return NULL;
  for (guint i = 0; i < rows->len; i++)
    {
      RushExpr *row = rows->pdata[i];
      gboolean many = row->kind == RUSH_EXPR_UNRESOLVED_FUNCTION &&
                      p->text->text[row->context.start] == '(' &&
                      g_str_equal (row->as.call.parts[0], "struct");
      guint n = many ? row->n_children : 1;
      if (i > 0 && n != width)
        {
          g_autofree char *expected = g_strdup_printf ("%u", width);
          g_autofree char *actual = g_strdup_printf ("%u", n);
          g_autofree char *index = g_strdup_printf ("%u", i);
          RushSqlContext context = rush_context (p, from);
          rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_INLINE_TABLE_NUM_COLUMNS_MISMATCH,
                              &context, "expectedNumCols", expected, "actualNumCols", actual,
                              "rowIndex", index, NULL);
          return NULL;
        }
      width = n;
      for (guint j = 0; j < n; j++)
        g_ptr_array_add (values, rush_expr_ref (many ? row->children[j] : row));
    }
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < width; i++)
    g_ptr_array_add (names, g_strdup_printf ("col%u", i + 1));
  g_ptr_array_add (names, NULL);
  RushPlan *plan = rush_plan_inline_table ((const char *const *)names->pdata, width,
                                           rush_exprs_to_list (g_steal_pointer (&values)));
  return rush_parse_alias (p, rush_mark_plan (p, from, plan), NULL);
}

/* function '(' [ arguments ] ')' sample alias */
static RushPlan *
parse_table_function (RushParser *p)
{
  guint from = p->pos;
  g_auto (GStrv) names = rush_parse_names (p);
  g_autoptr (GPtrArray) arguments = rush_exprs_new ();
  g_auto (Sample) sample = { 0 };

  if (names == NULL || !rush_expect (p, T (LEFT_PAREN)))
    return NULL;
  if (rush_peek (p) == T (TABLE) && rush_at_identifier (p, 1))
    {
      rush_unsupported (p, p->pos, "TABLE arguments");
      return NULL;
    }
  if (!rush_parse_call_args (p, arguments) || !rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  RushPlan *plan = rush_mark_plan (
      p, from,
      rush_plan_unresolved_table_function ((const char *const *)names,
                                           rush_exprs_to_list (g_steal_pointer (&arguments))));
  if (!parse_sample (p, &sample))
    {
      rush_plan_unref (plan);
      return NULL;
    }
  return apply_sample (p, &sample, rush_parse_alias (p, plan, NULL));
}

/* names [ sample ] [ alias ] */
static RushPlan *
parse_table (RushParser *p)
{
  guint from = p->pos;
  g_auto (GStrv) names = rush_parse_names (p);
  g_auto (Sample) sample = { 0 };
  g_autoptr (GPtrArray) options = NULL;

  if (names == NULL)
    return NULL;
  if (rush_peek (p) == T (WITH) && rush_peek_at (p, 1) == T (LEFT_PAREN))
    {
      p->pos++;
      if (!rush_parse_properties (p, &options))
        return NULL;
    }
  RushPlan *plan = rush_mark_plan (
      p, from,
      rush_plan_unresolved_relation ((const char *const *)names, g_steal_pointer (&options)));
  if (!parse_sample (p, &sample))
    {
      rush_plan_unref (plan);
      return NULL;
    }
  return apply_sample (p, &sample, rush_parse_alias (p, plan, NULL));
}

/* '(' ( query | relation ) ')' [ sample ] [ alias ] */
static RushPlan *
parse_in_parentheses (RushParser *p)
{
  gboolean query = rush_at_query (p, 1);
  g_auto (Sample) sample = { 0 };

  p->pos++;
  g_autoptr (RushPlan) plan = query ? rush_parse_query (p) : rush_parse_relation (p);
  if (plan == NULL || !rush_expect_before (p, T (RIGHT_PAREN)) || !parse_sample (p, &sample))
    return NULL;
  plan = rush_parse_alias (p, g_steal_pointer (&plan),
                           query ? "__auto_generated_subquery_name" : NULL);
  return apply_sample (p, &sample, g_steal_pointer (&plan));
}

static gboolean
at_table_function (const RushParser *p)
{
  guint i = 0;

  if (!rush_at_identifier (p, 0))
    return FALSE;
  while (rush_peek_at (p, i + 1) == T (DOT) && rush_at_identifier (p, i + 2))
    i += 2;
  return rush_peek_at (p, i + 1) == T (LEFT_PAREN) && !rush_at_query (p, i + 2);
}

static RushPlan *
parse_primary (RushParser *p, gboolean lateral)
{
  RushTokenKind kind = rush_peek (p);

  if (kind == T (LEFT_PAREN))
    return parse_in_parentheses (p);
  if (rush_at_query (p, 0) && kind == T (VALUES))
    return rush_parse_inline_table (p);
  if (at_table_function (p))
    return parse_table_function (p);
  return parse_table (p);
}

/* ---- LATERAL ---- */

static const char *
join_name (RushJoinType type)
{
  static const char *const names[] = { "INNER",      "CROSS",     "LEFT OUTER", "RIGHT OUTER",
                                       "FULL OUTER", "LEFT SEMI", "LEFT ANTI",  "EXISTENCE" };
  return names[type];
}

/* What stands behind LATERAL must be able to look at the left side. */
static gboolean
check_lateral (RushParser *p, guint from)
{
  if (rush_at_query (p, 1) || at_table_function (p))
    return TRUE;
  g_auto (GStrv) names = rush_parse_names (p);
  if (names == NULL)
    return FALSE;
  RushSqlContext context = rush_context (p, from);
  rush_sql_error_set (
      &p->error, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_LATERAL_WITHOUT_SUBQUERY_OR_TABLE_VALUED_FUNC,
      &context, NULL);
  return FALSE;
}

/* [ LATERAL ]; FALSE: an error */
static gboolean
accept_lateral (RushParser *p, guint from, gboolean *out_lateral)
{
  *out_lateral = rush_peek (p) == T (LATERAL) && rush_peek_at (p, 1) != T (VIEW);
  p->pos += *out_lateral;
  return !*out_lateral || check_lateral (p, from);
}

/* ---- joins ---- */

/* join type:  [ INNER ] | CROSS | LEFT [ OUTER ] | RIGHT [ OUTER ] | FULL [ OUTER ] | [ LEFT ] SEMI
 *             | [ LEFT ] ANTI; the number of its tokens goes to @out_n, FALSE: there is no JOIN */
static gboolean
peek_join_type (const RushParser *p, guint ahead, RushJoinType *out_type, guint *out_n)
{
  RushTokenKind kind = rush_peek_at (p, ahead);
  guint n = 1;

  switch ((guint)kind)
    {
    case T (JOIN):
      n = 0;
      *out_type = RUSH_JOIN_INNER;
      break;
    case T (INNER):
      *out_type = RUSH_JOIN_INNER;
      break;
    case T (CROSS):
      *out_type = RUSH_JOIN_CROSS;
      break;
    case T (RIGHT):
      *out_type = RUSH_JOIN_RIGHT_OUTER;
      break;
    case T (FULL):
      *out_type = RUSH_JOIN_FULL_OUTER;
      break;
    case T (LEFT):
      *out_type = RUSH_JOIN_LEFT_OUTER;
      if (rush_peek_at (p, ahead + 1) == T (SEMI) || rush_peek_at (p, ahead + 1) == T (ANTI))
        kind = rush_peek_at (p, ahead + n++);
      break;
    default:
      break;
    }
  if (kind == T (SEMI) || kind == T (ANTI))
    *out_type = kind == T (SEMI) ? RUSH_JOIN_LEFT_SEMI : RUSH_JOIN_LEFT_ANTI;
  else if (n == 1 && rush_peek_at (p, ahead + 1) == T (OUTER) && kind != T (INNER) &&
           kind != T (CROSS))
    n = 2;
  *out_n = n;
  return rush_peek_at (p, ahead + n) == T (JOIN);
}

static gboolean
is_join_word (RushTokenKind kind)
{
  return kind == T (INNER) || kind == T (CROSS) || kind == T (LEFT) || kind == T (RIGHT) ||
         kind == T (FULL) || kind == T (SEMI) || kind == T (ANTI) || kind == T (NATURAL);
}

static gboolean
check_join (RushParser *p, guint from, RushJoinType type, gboolean natural, gboolean lateral)
{
  if (natural && type == RUSH_JOIN_CROSS)
    {
      RushSqlContext context = rush_context (p, from);
      rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INCOMPATIBLE_JOIN_TYPES, &context, "joinType1",
                          "NATURAL", "joinType2", "CROSS", NULL);
      return FALSE;
    }
  if (lateral && natural)
    return rush_unsupported (p, from, "NATURAL joins with LATERAL");
  if (lateral && type > RUSH_JOIN_LEFT_OUTER)
    {
      RushSqlContext context = rush_context (p, from);
      rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_LATERAL_JOIN_TYPE, &context, "joinType",
                          join_name (type), NULL);
      return FALSE;
    }
  return TRUE;
}

typedef struct
{
  RushJoinType type;
  gboolean natural, lateral;
} Join;

/* criteria:  [ ON condition | USING '(' columns ')' ]; makes the join of what it takes over */
static RushPlan *
parse_criteria (RushParser *p, const Join *join, RushPlan *left, RushPlan *right)
{
  g_autoptr (RushPlan) held_left = left, held_right = right;
  g_autoptr (RushExpr) condition = NULL;
  g_auto (GStrv) columns = NULL;

  if (!join->natural && rush_accept (p, T (ON)))
    {
      if ((condition = rush_parse_tree (p)) == NULL)
        return NULL;
    }
  else if (!join->natural && !join->lateral && rush_accept (p, T (USING)))
    {
      if ((columns = rush_parse_identifier_list (p)) == NULL)
        return NULL;
    }
  held_left = held_right = NULL;
  if (join->lateral)
    return rush_plan_lateral_join (join->type, g_steal_pointer (&condition), left, right);
  if (join->natural || columns != NULL)
    return rush_plan_join_using (join->type, (const char *const *)columns, left, right);
  return rush_plan_join (join->type, g_steal_pointer (&condition), left, right);
}

/* join:  [ NATURAL ] type JOIN [ LATERAL ] primary criteria; takes over @left */
static RushPlan *
parse_join (RushParser *p, guint start, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  guint from = p->pos, n;
  Join join = { .natural = rush_peek (p) == T (NATURAL) };

  if (!peek_join_type (p, join.natural, &join.type, &n))
    {
      while (is_join_word (rush_peek (p)) || rush_peek (p) == T (OUTER))
        p->pos++;
      rush_syntax_error (p);
      return NULL;
    }
  p->pos += join.natural + n + 1;
  if (!accept_lateral (p, from, &join.lateral))
    return NULL;
  RushPlan *right = parse_primary (p, join.lateral);
  if (right == NULL)
    return NULL;
  if (!check_join (p, from, join.type, join.natural, join.lateral))
    {
      rush_plan_unref (right);
      return NULL;
    }
  return rush_mark_plan (p, start, parse_criteria (p, &join, g_steal_pointer (&held), right));
}

/* { join | PIVOT … | UNPIVOT … } behind a primary; takes over @plan */
static RushPlan *
parse_extensions (RushParser *p, guint from, RushPlan *plan)
{
  while (plan != NULL)
    {
      RushTokenKind kind = rush_peek (p), next = rush_peek_at (p, 1);
      if (kind == T (JOIN) || is_join_word (kind))
        plan = parse_join (p, from, plan);
      else if (kind == T (PIVOT) && next == T (LEFT_PAREN))
        plan = rush_parse_pivot (p, plan);
      else if (kind == T (UNPIVOT) &&
               (next == T (LEFT_PAREN) || next == T (INCLUDE) || next == T (EXCLUDE)))
        plan = rush_parse_unpivot (p, plan);
      else
        break;
    }
  return plan;
}

/* ( join | PIVOT … | UNPIVOT … | TABLESAMPLE … ), one of them, behind '|>' */
RushPlan *
rush_parse_relation_step (RushParser *p, guint from, RushPlan *left)
{
  g_autoptr (RushPlan) held = left;
  g_auto (Sample) sample = { 0 };
  RushTokenKind kind = rush_peek (p);

  if (kind == T (JOIN) || is_join_word (kind))
    return parse_join (p, from, g_steal_pointer (&held));
  if (kind == T (PIVOT))
    return rush_parse_pivot (p, g_steal_pointer (&held));
  if (kind == T (UNPIVOT))
    return rush_parse_unpivot (p, g_steal_pointer (&held));
  if (!parse_sample (p, &sample))
    return NULL;
  if (!sample.given)
    {
      rush_syntax_error (p);
      return NULL;
    }
  return apply_sample (p, &sample, g_steal_pointer (&held));
}

RushPlan *
rush_parse_relation (RushParser *p)
{
  guint from = p->pos;
  RushPlan *plan = NULL;

  if (!rush_enter (p))
    return NULL;
  plan = parse_extensions (p, from, parse_primary (p, FALSE));
  rush_leave (p);
  return plan;
}

/* ---- FROM ---- */

/* The next relation of a list, joined to what stands before it; takes over @left (NULL: the first).
 * */
static RushPlan *
parse_next_relation (RushParser *p, guint from, RushPlan *left)
{
  guint start = p->pos;
  gboolean lateral;

  if (!accept_lateral (p, start, &lateral))
    {
      if (left != NULL)
        rush_plan_unref (left);
      return NULL;
    }
  RushPlan *right = lateral ? parse_primary (p, TRUE) : rush_parse_relation (p);
  if (right == NULL)
    {
      if (left != NULL)
        rush_plan_unref (left);
      return NULL;
    }
  if (lateral)
    return parse_extensions (
        p, start,
        rush_mark_plan (p, start,
                        rush_plan_lateral_join (RUSH_JOIN_INNER, NULL,
                                                left != NULL ? left : rush_plan_one_row (),
                                                right)));
  if (left == NULL)
    return right;
  return rush_mark_plan (p, from, rush_plan_join (RUSH_JOIN_INNER, NULL, left, right));
}

RushPlan *
rush_parse_from (RushParser *p)
{
  guint from;
  RushPlan *plan = NULL;

  p->pos++;
  from = p->pos;
  do
    plan = parse_next_relation (p, from, plan);
  while (plan != NULL && rush_accept (p, T (COMMA)));
  while (plan != NULL && rush_peek (p) == T (LATERAL) && rush_peek_at (p, 1) == T (VIEW))
    plan = rush_parse_lateral_view (p, plan);
  return parse_extensions (p, from, plan);
}

/* lateral view:  LATERAL VIEW [ OUTER ] names '(' [ arguments ] ')' name [ [ AS ] column { ','
 * column } ] */
RushPlan *
rush_parse_lateral_view (RushParser *p, RushPlan *child)
{
  guint from = p->pos, call;
  g_autoptr (RushPlan) held = child;
  g_autoptr (GPtrArray) arguments = rush_exprs_new ();
  g_autoptr (GPtrArray) columns = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) function = NULL;
  g_autofree char *name = NULL;

  p->pos += 2;
  gboolean outer = rush_peek_at (p, 1) != T (LEFT_PAREN) && rush_accept (p, T (OUTER));
  call = p->pos;
  if ((function = rush_parse_names (p)) == NULL || !rush_expect (p, T (LEFT_PAREN)) ||
      !rush_parse_call_args (p, arguments) || !rush_expect (p, T (RIGHT_PAREN)))
    return NULL;
  g_autoptr (RushExpr) generator =
      rush_expr_unresolved_function ((const char *const *)function, arguments->len,
                                     (RushExpr *const *)arguments->pdata, FALSE, NULL);
  g_ptr_array_set_free_func (arguments, NULL);
  generator = rush_mark (p, call, g_steal_pointer (&generator));
  if ((name = rush_parse_identifier (p)) == NULL)
    return NULL;
  gboolean named = rush_accept (p, T (AS)) || (rush_at_alias (p) && rush_at_strict_identifier (p));
  while (named)
    {
      char *column = rush_parse_identifier (p);
      if (column == NULL)
        return NULL;
      g_ptr_array_add (columns, column);
      named = rush_accept (p, T (COMMA));
    }
  g_ptr_array_add (columns, NULL);
  return rush_mark_plan (p, from,
                         rush_plan_generate (g_steal_pointer (&generator), outer, name, NULL,
                                             (const char *const *)columns->pdata,
                                             g_steal_pointer (&held)));
}
