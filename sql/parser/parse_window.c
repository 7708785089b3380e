/* parse_window.c - OVER (…), and the WINDOW clause that gives such things names.
 *
 *   OVER ( PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW )
 *          └ partition  ┘ └ order  ┘ └ frame ─────────────────────────────────┘
 *
 * OVER w keeps the name (UNRESOLVED_WINDOW); the analyzer puts in what the WINDOW clause says.
 *
 * Mirrors:  AstBuilder.visitWindowDef, visitWindowFrame, withWindowClause.
 */
#include "sql/parser/parser_private.h"

#include <string.h>

typedef struct
{
  GPtrArray *partition;
  GPtrArray *orders;
  RushWindowFrame frame;
} Spec;

static void
spec_init (Spec *spec)
{
  memset (spec, 0, sizeof *spec);
  spec->partition = rush_exprs_new ();
  spec->orders = rush_exprs_new ();
}

static void
spec_clear (Spec *spec)
{
  g_clear_pointer (&spec->partition, g_ptr_array_unref);
  g_clear_pointer (&spec->orders, g_ptr_array_unref);
  g_clear_pointer (&spec->frame.lower_offset, rush_expr_unref);
  g_clear_pointer (&spec->frame.upper_offset, rush_expr_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Spec, spec_clear)

/* ---- frames ---- */

static gboolean
has_column (const RushExpr *node, gpointer data)
{
  if (node->kind == RUSH_EXPR_UNRESOLVED_ATTRIBUTE || node->kind == RUSH_EXPR_UNRESOLVED_STAR)
    *(gboolean *)data = TRUE;
  return FALSE;
}

/* bound:  UNBOUNDED ( PRECEDING | FOLLOWING ) | CURRENT ROW | expression ( PRECEDING | FOLLOWING )
 * */
static gboolean
parse_bound (RushParser *p, RushFrameBound *out_bound, RushExpr **out_offset)
{
  guint from = p->pos;
  RushTokenKind next = rush_peek_at (p, 1);
  gboolean column = FALSE;

  if (rush_peek (p) == T (CURRENT) && next == T (ROW))
    {
      p->pos += 2;
      *out_bound = RUSH_BOUND_CURRENT_ROW;
      return TRUE;
    }
  gboolean unbounded =
      rush_peek (p) == T (UNBOUNDED) && (next == T (PRECEDING) || next == T (FOLLOWING));
  if (unbounded)
    p->pos++;
  else if ((*out_offset = rush_parse_tree (p)) == NULL)
    return FALSE;
  gboolean preceding = rush_peek (p) == T (PRECEDING);
  if (!preceding && rush_peek (p) != T (FOLLOWING))
    return rush_syntax_error (p);
  p->pos++;
  if (unbounded)
    *out_bound = preceding ? RUSH_BOUND_UNBOUNDED_PRECEDING : RUSH_BOUND_UNBOUNDED_FOLLOWING;
  else
    *out_bound = preceding ? RUSH_BOUND_PRECEDING : RUSH_BOUND_FOLLOWING;
  if (*out_offset != NULL)
    rush_expr_visit (*out_offset, has_column, &column);
  if (!column)
    return TRUE;
  RushSqlContext context = rush_context (p, from);
  rush_sql_error_set (&p->error, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_INVALID_WINDOW_FRAME_BOUND,
                      &context, NULL);
  return FALSE;
}

/* frame:  ( ROWS | RANGE ) ( bound | BETWEEN bound AND bound ) */
static gboolean
parse_frame (RushParser *p, RushWindowFrame *frame)
{
  frame->given = TRUE;
  frame->rows = rush_peek (p) == T (ROWS);
  p->pos++;
  if (!rush_accept (p, T (BETWEEN)))
    {
      frame->upper = RUSH_BOUND_CURRENT_ROW;
      return parse_bound (p, &frame->lower, &frame->lower_offset);
    }
  return parse_bound (p, &frame->lower, &frame->lower_offset) && rush_expect_before (p, T (AND)) &&
         parse_bound (p, &frame->upper, &frame->upper_offset);
}

/* ---- specifications ---- */

/* spec:  '(' [ ( PARTITION | DISTRIBUTE ) BY expressions ] [ ( ORDER | SORT ) BY orders ] [ frame ]
 * ')'
 *      | '(' CLUSTER BY expressions ')' */
static gboolean
parse_spec (RushParser *p, Spec *spec)
{
  RushTokenKind kind;

  if (!rush_expect (p, T (LEFT_PAREN)))
    return FALSE;
  kind = rush_peek (p);
  if (kind == T (PARTITION) || kind == T (DISTRIBUTE) || kind == T (CLUSTER))
    {
      p->pos++;
      if (!rush_expect (p, T (BY)) || !rush_parse_tree_list (p, spec->partition))
        return FALSE;
    }
  for (guint i = 0; kind == T (CLUSTER) && i < spec->partition->len; i++)
    g_ptr_array_add (spec->orders, rush_expr_sort_order (rush_expr_ref (spec->partition->pdata[i]),
                                                         FALSE, FALSE));
  kind = rush_peek (p);
  if (kind == T (ORDER) || kind == T (SORT))
    {
      p->pos++;
      if (!rush_expect (p, T (BY)) || !rush_parse_orders (p, spec->orders))
        return FALSE;
    }
  kind = rush_peek (p);
  if ((kind == T (ROWS) || kind == T (RANGE)) && !parse_frame (p, &spec->frame))
    return FALSE;
  return rush_expect (p, T (RIGHT_PAREN));
}

static RushExpr *
window_of (RushExpr *function, Spec *spec)
{
  g_autoptr (RushExprList) partition = rush_exprs_to_list (g_steal_pointer (&spec->partition));
  g_autoptr (RushExprList) orders = rush_exprs_to_list (g_steal_pointer (&spec->orders));

  return rush_expr_window (function, partition, orders, &spec->frame);
}

/* Is there a name, in parentheses or not, behind OVER? */
static gboolean
at_window_name (const RushParser *p)
{
  return rush_at_identifier (p, 0) ||
         (rush_peek (p) == T (LEFT_PAREN) && rush_at_identifier (p, 1) &&
          rush_peek_at (p, 2) == T (RIGHT_PAREN));
}

/* over:  OVER ( name | '(' name ')' | spec ); takes over @function */
RushExpr *
rush_parse_over (RushParser *p, guint from, RushExpr *function)
{
  g_autoptr (RushExpr) held = function;
  g_auto (Spec) spec = { 0 };

  p->pos++;
  if (at_window_name (p))
    {
      gboolean closed = rush_accept (p, T (LEFT_PAREN));
      g_autofree char *name = rush_parse_identifier (p);
      if (name == NULL)
        return NULL;
      p->pos += closed;
      held = NULL;
      return rush_mark (p, from,
                        rush_expr_named (RUSH_EXPR_UNRESOLVED_WINDOW,
                                         (const char *const[]){ name, NULL }, 1, &function));
    }
  spec_init (&spec);
  if (!parse_spec (p, &spec))
    return NULL;
  return rush_mark (p, from, window_of (g_steal_pointer (&held), &spec));
}

/* ---- WINDOW ---- */

static gint
find_name (GPtrArray *names, const char *name)
{
  for (guint i = 0; i < names->len; i++)
    if (g_ascii_strcasecmp (names->pdata[i], name) == 0)
      return (gint)i;
  return -1;
}

static gboolean
window_error (RushParser *p, guint from, RushSqlErrorClass error_class, const char *name)
{
  RushSqlContext context = rush_context (p, from);
  g_autofree char *quoted = rush_sql_id_of (name);

  rush_sql_error_set (&p->error, error_class, &context, "windowName", quoted, NULL);
  return FALSE;
}

/* Names that stand for other names get their windows. */
static gboolean
resolve_references (RushParser *p, guint from, GPtrArray *names, GPtrArray *windows,
                    GPtrArray *references)
{
  for (guint i = 0; i < names->len; i++)
    {
      const char *reference = references->pdata[i];
      if (reference == NULL)
        continue;
      gint target = find_name (names, reference);
      if (target < 0)
        return window_error (p, from, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_UNRESOLVED_WINDOW_REFERENCE,
                             reference);
      if (references->pdata[target] != NULL)
        return window_error (p, from, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_INVALID_WINDOW_REFERENCE,
                             reference);
      windows->pdata[i] = rush_expr_ref (windows->pdata[target]);
    }
  return TRUE;
}

/* One definition; @references has NULL for those that are no name. */
static gboolean
parse_named_window (RushParser *p, GPtrArray *windows, GPtrArray *references)
{
  g_auto (Spec) spec = { 0 };

  if (at_window_name (p))
    {
      gboolean closed = rush_accept (p, T (LEFT_PAREN));
      char *name = rush_parse_identifier (p);
      p->pos += closed;
      g_ptr_array_add (references, name);
      g_ptr_array_add (windows, NULL);
      return name != NULL;
    }
  spec_init (&spec);
  if (!parse_spec (p, &spec))
    return FALSE;
  g_ptr_array_add (references, NULL);
  g_ptr_array_add (windows, window_of (rush_expr_literal_null (&RUSH_NULL), &spec));
  return TRUE;
}

/* windows:  WINDOW name AS ( name | spec ) { ',' name AS ( name | spec ) } */
gboolean
rush_parse_named_windows (RushParser *p, GPtrArray *names, GPtrArray *windows)
{
  guint from = p->pos;
  g_autoptr (GPtrArray) references = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *repeated = NULL;

  p->pos++;
  do
    {
      char *name = rush_parse_identifier (p);
      if (name == NULL)
        return FALSE;
      if (repeated == NULL && find_name (names, name) >= 0)
        repeated = g_strdup (name);
      g_ptr_array_add (names, name);
      if (!rush_expect (p, T (AS)) || !parse_named_window (p, windows, references))
        return FALSE;
    }
  while (rush_accept (p, T (COMMA)));
  if (repeated != NULL)
    return window_error (p, from, RUSH_SQL_CLASS_INVALID_SQL_SYNTAX_REPETITIVE_WINDOW_DEFINITION,
                         repeated);
  return resolve_references (p, from, names, windows, references);
}
