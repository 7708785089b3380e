/* runtime_tables.c - what breaks a pipeline: groups, sorters, tables and lists of rows. */
#include "runtime.h"

/* ---- rows by their keys, for groups and joins ---- */

typedef struct
{
  int n;
  const rl_datum *values;
} Keys;

static guint
hash_keys (gconstpointer data)
{
  const Keys *keys = data;

  return runtime_hash (keys->n, keys->values);
}

static gboolean
equal_keys (gconstpointer a, gconstpointer b)
{
  const Keys *x = a, *y = b;

  return rl_compare_keys (x->n, x->values, y->values) == 0;
}

static GHashTable *
table_by_keys (rl_stage *stage)
{
  GHashTable *table = g_hash_table_new (hash_keys, equal_keys);

  runtime_keep (stage, table, (GDestroyNotify)g_hash_table_unref);
  return table;
}

static const Keys *
keep_keys (rl_stage *stage, const rl_row *row)
{
  Keys *keys = runtime_alloc (stage, sizeof *keys);

  *keys = (Keys){ row->n, row->values };
  return keys;
}

static GPtrArray *
list_new (rl_stage *stage)
{
  GPtrArray *list = g_ptr_array_new ();

  runtime_keep (stage, list, (GDestroyNotify)g_ptr_array_unref);
  return list;
}

/* ---- groups ---- */

struct rl_groups
{
  rl_stage *stage;
  int n_keys;
  gsize bytes;
  GHashTable *by_keys; /* Keys → group */
  GPtrArray *keys;     /* rl_row, in the order of their coming */
  GPtrArray *groups;
  guint next;
};

rl_groups *
rl_groups_new (rl_stage *stage, int n_keys, size_t group_bytes)
{
  rl_groups *self = runtime_alloc (stage, sizeof *self);

  *self = (rl_groups){
    stage, n_keys, group_bytes, table_by_keys (stage), list_new (stage), list_new (stage), 0
  };
  return self;
}

void *
rl_groups_find (rl_groups *self, const rl_datum *keys, bool *is_new)
{
  Keys wanted = { self->n_keys, keys };
  gpointer group = g_hash_table_lookup (self->by_keys, &wanted);

  *is_new = group == NULL;
  if (group == NULL)
    {
      rl_row *row = runtime_row (self->stage, self->n_keys, keys);
      group = runtime_alloc (self->stage, self->bytes);
      g_hash_table_insert (self->by_keys, (gpointer)keep_keys (self->stage, row), group);
      g_ptr_array_add (self->keys, row);
      g_ptr_array_add (self->groups, group);
    }
  return group;
}

void *
rl_groups_next (rl_groups *self, const rl_row **keys)
{
  if (self->next == self->groups->len)
    return NULL;
  *keys = self->keys->pdata[self->next];
  return self->groups->pdata[self->next++];
}

/* ---- sorting ---- */

struct rl_sorter
{
  rl_stage *stage;
  int n_columns, n_keys;
  const rl_order *orders;
  GPtrArray *rows; /* rl_row of columns and keys */
  guint next;
};

rl_sorter *
rl_sorter_new (rl_stage *stage, int n_columns, int n_keys, const rl_order *orders)
{
  rl_sorter *self = runtime_alloc (stage, sizeof *self);

  *self = (rl_sorter){ stage, n_columns, n_keys, orders, list_new (stage), 0 };
  return self;
}

bool
rl_sorter_add (rl_sorter *self, const rl_datum *columns, const rl_datum *keys)
{
  int n = self->n_columns + self->n_keys;
  g_autofree rl_datum *values = g_new (rl_datum, n + 1);

  for (int i = 0; i < n; i++)
    values[i] = i < self->n_columns ? columns[i] : keys[i - self->n_columns];
  g_ptr_array_add (self->rows, runtime_row (self->stage, n, values));
  return true;
}

static gint
compare_rows (gconstpointer a, gconstpointer b, gpointer data)
{
  const rl_sorter *self = data;
  const rl_row *x = *(const rl_row *const *)a, *y = *(const rl_row *const *)b;

  for (int k = 0; k < self->n_keys; k++)
    {
      const rl_datum *p = &x->values[self->n_columns + k], *q = &y->values[self->n_columns + k];
      int order = rl_compare_datum (p, q);

      if (p->is_null != q->is_null)
        order = p->is_null == self->orders[k].nulls_last ? 1 : -1;
      else if (self->orders[k].descending)
        order = -order;
      if (order != 0)
        return order;
    }
  return 0;
}

void
rl_sorter_sort (rl_sorter *self)
{
  g_ptr_array_sort_with_data (self->rows, compare_rows, self);
}

const rl_row *
rl_sorter_next (rl_sorter *self)
{
  return self->next < self->rows->len ? self->rows->pdata[self->next++] : NULL;
}

/* ---- tables of joins ---- */

struct rl_table
{
  rl_stage *stage;
  int n_keys;
  GHashTable *first; /* Keys → the first rl_row */
  guint n_rows;
  bool has_null_key;
};

rl_table *
rl_table_new (rl_stage *stage, int n_keys)
{
  rl_table *self = runtime_alloc (stage, sizeof *self);

  *self = (rl_table){ stage, n_keys, table_by_keys (stage), 0, false };
  return self;
}

static bool
has_null (int n, const rl_datum *keys)
{
  for (int k = 0; k < n; k++)
    if (keys[k].is_null)
      return true;
  return false;
}

bool
rl_table_add (rl_table *self, const rl_row *row, const rl_datum *keys)
{
  Keys wanted = { self->n_keys, keys };
  rl_row *first;

  self->n_rows++;
  if (has_null (self->n_keys, keys))
    {
      self->has_null_key = true;
      return true;
    }
  first = g_hash_table_lookup (self->first, &wanted);
  if (first != NULL)
    {
      ((rl_row *)row)->next = first->next;
      first->next = row;
      return true;
    }
  g_hash_table_insert (
      self->first, (gpointer)keep_keys (self->stage, runtime_row (self->stage, self->n_keys, keys)),
      (gpointer)row);
  return true;
}

const rl_row *
rl_table_find (rl_table *self, const rl_datum *keys)
{
  Keys wanted = { self->n_keys, keys };

  return has_null (self->n_keys, keys) ? NULL : g_hash_table_lookup (self->first, &wanted);
}

const rl_row *
rl_table_next (rl_table *self, const rl_row *match)
{
  return match != NULL ? match->next : NULL;
}

bool
rl_table_is_empty (rl_table *self)
{
  return self->n_rows == 0;
}

bool
rl_table_has_null_key (rl_table *self)
{
  return self->has_null_key;
}

/* ---- lists ---- */

struct rl_rows
{
  GPtrArray *rows;
  guint next;
};

rl_rows *
rl_rows_new (rl_stage *stage)
{
  rl_rows *self = runtime_alloc (stage, sizeof *self);

  self->rows = list_new (stage);
  return self;
}

bool
rl_rows_add (rl_rows *self, const rl_row *row)
{
  g_ptr_array_add (self->rows, (gpointer)row);
  return true;
}

void
rl_rows_clear (rl_rows *self)
{
  g_ptr_array_set_size (self->rows, 0);
}

const rl_row *
rl_rows_first (rl_rows *self)
{
  self->next = 0;
  return rl_rows_next (self);
}

const rl_row *
rl_rows_next (rl_rows *self)
{
  return self->next < self->rows->len ? self->rows->pdata[self->next++] : NULL;
}

/* ---- pairs ---- */

struct rl_pairs
{
  GPtrArray *rows; /* left and right in turn */
  guint next;
};

rl_pairs *
rl_pairs_new (rl_stage *stage)
{
  rl_pairs *self = runtime_alloc (stage, sizeof *self);

  self->rows = list_new (stage);
  return self;
}

bool
rl_pairs_add (rl_pairs *self, const rl_row *left, const rl_row *right)
{
  g_ptr_array_add (self->rows, (gpointer)left);
  g_ptr_array_add (self->rows, (gpointer)right);
  return true;
}

bool
rl_pairs_next (rl_pairs *self, const rl_row **left, const rl_row **right)
{
  if (self->next == self->rows->len)
    return false;
  *left = self->rows->pdata[self->next++];
  *right = self->rows->pdata[self->next++];
  return true;
}

void
rl_row_mark (const rl_row *row)
{
  ((rl_row *)row)->is_marked = true;
}

bool
rl_row_is_marked (const rl_row *row)
{
  return row->is_marked;
}
