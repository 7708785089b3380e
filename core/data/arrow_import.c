/* arrow_import.c - Arrow arrays as columns, in batches.
 *
 *     stream ──► array of a million rows ──► 8,192 rows of each field ──► batch
 *                  │ each top-level child moves to an owner of its own
 *                  ▼
 *                owner ◄── buffers that are not copied hold a ref; the last one calls release ()
 *
 * An array has one offset for validity and values.  Validity is shared from the whole byte on in
 * which the first row stands; converted values get as many slots of padding as that leaves, so that
 * a column has one offset for both, too:
 *
 *     offset 11:  validity  xxxxxxxx xxx01101 …        values  v v v 11 12 13 …
 *                                    └ byte 1, pad 3           └ pad 3
 */
#include "core/data/arrow_private.h"

#include "core/data/bitmap.h"
#include "core/data/buffer_private.h"
#include "core/data/column_private.h"
#include "core/data/gather.h"

#include <string.h>

/* ---- owners ---- */

RushArrowOwner *
rush_arrow_owner_new (struct ArrowArray *array, RushAllocator *allocator)
{
  RushArrowOwner *self = g_new0 (RushArrowOwner, 1);

  rush_ref_count_init (&self->refs);
  self->array = *array;
  self->allocator = rush_allocator_ref (allocator);
  array->release = NULL; /* moved */
  return self;
}

void
rush_arrow_owner_unref (RushArrowOwner *self)
{
  if (self == NULL || !rush_ref_count_dec (&self->refs))
    return;
  if (self->array.release != NULL)
    self->array.release (&self->array);
  rush_allocator_release (self->allocator, self->charged_bytes);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

RushBuffer *
rush_arrow_owner_wrap (RushArrowOwner *self, const void *bytes, gsize size, GError **error)
{
  if (!rush_allocator_reserve (self->allocator, size, error))
    return NULL;
  self->charged_bytes += size;
  rush_ref_count_inc (&self->refs);
  return rush_buffer_wrap (bytes, bytes != NULL ? size : 0, self,
                           (GDestroyNotify)rush_arrow_owner_unref);
}

/* ---- what all columns have ---- */

static gboolean
refuse (const RushArrowField *field, const char *why, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s': an Arrow array %s", field->name, why);
  return FALSE;
}

static gboolean
begin_input (RushArrowField *field, const struct ArrowArray *array, RushArrowOwner *owner,
             RushArrowInput *out, GError **error)
{
  if (array->length < 0 || array->offset < 0 || array->length + array->offset > G_MAXINT32 / 2)
    return refuse (field, "has too many rows; make smaller batches", error);
  if (array->n_children != (field->form == ARROW_MAP          ? 1
                            : field->form == ARROW_DICTIONARY ? 0
                                                              : (gint64)field->n_children))
    return refuse (field, "has not the children that its schema says", error);
  *out = (RushArrowInput){
    .field = field, .array = array, .owner = owner, .length = (guint)array->length
  };
  if (field->form == ARROW_NULL || array->null_count == 0 || array->length == 0 ||
      array->n_buffers < 1 || array->buffers[0] == NULL)
    return TRUE;

  const guint8 *bits = array->buffers[0];
  guint pad = (guint)(array->offset & 7);
  guint n_valid = (guint)rush_bits_count (bits, (gsize)array->offset, out->length);
  if (n_valid == out->length)
    return TRUE;
  out->validity = rush_arrow_owner_wrap (owner, bits + (array->offset >> 3),
                                         rush_bits_bytes (pad + out->length), error);
  out->pad = pad;
  out->null_count = out->length - n_valid;
  return out->validity != NULL;
}

/* Takes over @values and the input's validity. */
static RushColumn *
new_column (const RushArrowInput *in, RushBuffer *values)
{
  RushColumn *column =
      rush_column_new_header (in->field->type, RUSH_LAYOUT_PLAIN, in->length, values);
  column->offset = in->pad;
  column->validity = in->validity;
  column->null_count = in->null_count;
  return column;
}

/* ---- columns without children ---- */

/* Values that are the same in Arrow: shared, unless they are not aligned. */
static RushBuffer *
share_values (const RushArrowInput *in, gsize width, GError **error)
{
  gint64 first = in->array->offset - in->pad;
  gsize bytes = ((gsize)in->pad + in->length) * width;
  const guint8 *from = in->array->buffers[1];

  if (from == NULL)
    return rush_buffer_new_empty ();
  from += (gsize)first * width;
  if ((guintptr)from % width == 0)
    return rush_arrow_owner_wrap (in->owner, from, bytes, error);
  RushBuffer *copy = rush_buffer_new (rush_arrow_input_allocator (in), bytes, error);
  if (copy != NULL)
    memcpy (copy->bytes, from, bytes);
  return copy;
}

/* A bitmap can be shared from a whole byte on: then validity, if there is none, has no say. */
static RushColumn *
import_bits (RushArrowInput *in, GError **error)
{
  const guint8 *bits = in->array->buffers[1];

  in->pad = (guint)(in->array->offset & 7);
  RushBuffer *values = bits == NULL
                           ? rush_buffer_new_empty ()
                           : rush_arrow_owner_wrap (in->owner, bits + (in->array->offset >> 3),
                                                    rush_bits_bytes (in->pad + in->length), error);
  return values != NULL ? new_column (in, values) : NULL;
}

static RushColumn *
import_strings (RushArrowInput *in, GError **error)
{
  RushBuffer **data;
  guint n_data;
  RushBuffer *views = rush_arrow_convert_strings (in, &data, &n_data, error);

  if (views == NULL)
    return NULL;
  RushColumn *column = new_column (in, views);
  column->data = data;
  column->n_data = n_data;
  return column;
}

/* ---- columns with children ---- */

static RushColumn *import_array (RushArrowField *field, const struct ArrowArray *array,
                                 RushArrowOwner *owner, GError **error);

/* Rows [start, start + length) of each child; fills @out[n], or leaves nothing in it. */
static gboolean
import_children (const RushArrowInput *in, const struct ArrowArray *parent, guint start,
                 guint length, RushColumn **out, GError **error)
{
  for (guint c = 0; c < in->field->n_children; c++)
    {
      g_autoptr (RushColumn) child =
          import_array (&in->field->children[c], parent->children[c], in->owner, error);
      if (child != NULL && start <= child->length && length <= child->length - start)
        {
          out[c] = rush_column_slice (child, start, length);
          continue;
        }
      if (child != NULL)
        refuse (in->field, "has a child with too few rows", error);
      while (c > 0)
        rush_column_unref (out[--c]);
      return FALSE;
    }
  return TRUE;
}

static RushColumn *
add_children (RushColumn *column, RushColumn *const *children, guint n)
{
  column->n_children = n;
  column->children = g_memdup2 (children, n * sizeof *children);
  return column;
}

static RushColumn *
import_lists (RushArrowInput *in, GError **error)
{
  const struct ArrowArray *elements = in->array->children[0], *parent = in->array;
  g_autofree RushColumn **children = g_new (RushColumn *, in->field->n_children);
  guint start = 0;

  if (elements->length < 0 || elements->length > G_MAXINT32 || elements->offset > G_MAXINT32)
    {
      refuse (in->field, "has too many elements; make smaller batches", error);
      return NULL;
    }
  if (in->field->form == ARROW_MAP)
    {
      if (elements->n_children != 2)
        {
          refuse (in->field, "is a map without keys and values", error);
          return NULL;
        }
      parent = elements; /* keys and values are fields of the struct of entries */
      start = (guint)elements->offset;
    }
  g_autoptr (RushBuffer) lists = rush_arrow_convert_lists (in, error);
  if (lists == NULL ||
      !import_children (in, parent, start, (guint)elements->length, children, error))
    return NULL;
  return add_children (new_column (in, g_steal_pointer (&lists)), children, in->field->n_children);
}

static RushColumn *
import_struct (RushArrowInput *in, GError **error)
{
  g_autofree RushColumn **children = g_new (RushColumn *, in->field->n_children);
  guint first = (guint)in->array->offset - in->pad;

  if (!import_children (in, in->array, first, in->pad + in->length, children, error))
    return NULL;
  return add_children (new_column (in, rush_buffer_new_empty ()), children, in->field->n_children);
}

/* ---- dictionaries ---- */

/* The words of a dictionary, from the last time if they are the same memory.  That is kept as long
 * as the words, so another dictionary cannot stand at its address. */
static RushColumn *
import_words (RushArrowField *field, struct ArrowArray *dictionary, RushAllocator *allocator,
              GError **error)
{
  const void *key[3] = { dictionary->n_buffers > 1 ? dictionary->buffers[1] : NULL,
                         dictionary->n_buffers > 2 ? dictionary->buffers[2] : NULL,
                         (const void *)(gsize)(dictionary->length + (dictionary->offset << 32)) };

  if (field->words != NULL && memcmp (key, field->words_key, sizeof key) == 0)
    return field->words;
  g_autoptr (RushArrowOwner) owner = rush_arrow_owner_new (dictionary, allocator);
  RushColumn *words = import_array (&field->children[0], &owner->array, owner, error);
  if (words == NULL)
    return NULL;
  rush_column_unref (field->words);
  rush_arrow_owner_unref (field->words_owner);
  field->words = words;
  field->words_owner = g_steal_pointer (&owner);
  memcpy (field->words_key, key, sizeof key);
  return words;
}

#define COPY_INDICES(T)                                                                            \
  do                                                                                               \
    {                                                                                              \
      const T *from = (const T *)in->array->buffers[1] + in->array->offset;                        \
      for (guint i = 0; i < in->length; i++)                                                       \
        {                                                                                          \
          guint64 index = (guint64)from[i];                                                        \
          guint32 kept = index < n_words ? (guint32)index : RUSH_NO_ROW;                           \
          to[i] = kept;                                                                            \
          wrong |= kept == RUSH_NO_ROW;                                                            \
        }                                                                                          \
    }                                                                                              \
  while (0)

/* What points outside becomes RUSH_NO_ROW; returns whether anything did. */
static gboolean
copy_indices (const RushArrowInput *in, guint n_words, guint32 *to)
{
  guint wrong = 0;

  switch (in->field->index)
    {
    case 'c':
      COPY_INDICES (gint8);
      break;
    case 'C':
      COPY_INDICES (guint8);
      break;
    case 's':
      COPY_INDICES (gint16);
      break;
    case 'S':
      COPY_INDICES (guint16);
      break;
    case 'i':
      COPY_INDICES (gint32);
      break;
    case 'I':
      COPY_INDICES (guint32);
      break;
    default: /* l and L: what is negative is large */
      COPY_INDICES (guint64);
      break;
    }
  return wrong != 0;
}

/* The indices of nulls may be anything: they get @spare. */
static gboolean
mend_indices (const RushArrowInput *in, guint32 *to, guint32 spare, GError **error)
{
  for (guint i = 0; i < in->length; i++)
    if (rush_arrow_input_is_null (in, i))
      to[i] = spare;
    else if (to[i] == RUSH_NO_ROW)
      return refuse (in->field, "has an index outside of its dictionary", error);
  return TRUE;
}

static RushColumn *
import_dictionary (RushArrowInput *in, GError **error)
{
  g_autoptr (RushBuffer) validity = in->validity;
  RushAllocator *allocator = rush_arrow_input_allocator (in);
  RushColumn *words = import_words (in->field, in->array->dictionary, allocator, error);

  if (words == NULL)
    return NULL;
  g_autoptr (RushBuffer) indices =
      rush_buffer_new (allocator, ((gsize)in->pad + in->length) * sizeof (guint32), error);
  if (indices == NULL)
    return NULL;
  gboolean keep = words->layout == RUSH_LAYOUT_PLAIN && words->null_count == 0 &&
                  words->length > 0 && words->type->storage == RUSH_STORAGE_VIEW;
  guint32 *to = (guint32 *)(gpointer)indices->bytes;
  memset (to, 0, in->pad * sizeof *to);
  to += in->pad;
  gboolean wrong = in->length > 0 && copy_indices (in, words->length, to);
  if ((wrong || in->validity != NULL) && !mend_indices (in, to, keep ? 0 : RUSH_NO_ROW, error))
    return NULL;

  if (!keep) /* numbers, or words that may be null, are better looked up once */
    return rush_column_take (words, to, in->length, allocator, error);
  RushColumn *column = rush_column_new_header (in->field->type, RUSH_LAYOUT_DICTIONARY, in->length,
                                               g_steal_pointer (&indices));
  column->offset = in->pad;
  column->null_count = in->null_count;
  column->validity = g_steal_pointer (&validity);
  column->dictionary = rush_column_ref (words);
  return column;
}

/* ---- any column ---- */

static RushColumn *
import_numbers (RushArrowInput *in, GError **error)
{
  RushBuffer *values = in->field->form == ARROW_AS_IS
                           ? share_values (in, in->field->type->value_bytes, error)
                           : rush_arrow_convert_numbers (in, error);
  return values != NULL ? new_column (in, values) : NULL;
}

/* Takes over the input's validity if it succeeds. */
static RushColumn *
import_input (RushArrowInput *in, GError **error)
{
  switch ((guint)in->field->form)
    {
    case ARROW_NULL:
      return rush_column_new_void (in->length);
    case ARROW_BITS:
      return import_bits (in, error);
    case ARROW_OFFSETS_32:
    case ARROW_OFFSETS_64:
    case ARROW_VIEWS:
    case ARROW_FIXED_BYTES:
      return import_strings (in, error);
    case ARROW_LIST_32:
    case ARROW_LIST_64:
    case ARROW_FIXED_LIST:
    case ARROW_LIST_VIEW_32:
    case ARROW_LIST_VIEW_64:
    case ARROW_MAP:
      return import_lists (in, error);
    case ARROW_STRUCT:
      return import_struct (in, error);
    default:
      return import_numbers (in, error);
    }
}

static RushColumn *
import_array (RushArrowField *field, const struct ArrowArray *array, RushArrowOwner *owner,
              GError **error)
{
  RushArrowInput in;

  if (!begin_input (field, array, owner, &in, error))
    return NULL;
  if (field->form == ARROW_DICTIONARY) /* takes over the validity, also on failure */
    return import_dictionary (&in, error);
  RushColumn *column = import_input (&in, error);
  if (column == NULL)
    rush_buffer_unref (in.validity);
  return column;
}

/* ---- batches ---- */

/* One top-level child of the array. */
typedef struct
{
  RushArrowOwner *owner;
  RushColumn *whole; /* NULL: imported part by part */
} Part;

struct _RushArrowImporter
{
  RushArrowField root;
  RushSchema *schema;
  RushAllocator *allocator;

  /* The array that is being imported. */
  Part *parts; /* [root.n_children] */
  gint64 next; /* row of the children, which their own offsets are added to */
  gint64 end;
};

/* What has to be converted is converted a batch at a time: the memory that this takes stays in the
 * cache, and is used again.  Children know nothing of their parent's rows, so a nested column is
 * imported as a whole and cut, and so are views, whose buffers are shared by all rows. */
static gboolean
is_cut_first (const RushArrowField *field)
{
  return field->form == ARROW_DICTIONARY || (field->n_children == 0 && field->form != ARROW_VIEWS);
}

/* Rows [start, start + length) of the child, which are counted from its own offset on. */
static RushColumn *
import_part (RushArrowField *field, const Part *part, gint64 start, guint length, GError **error)
{
  struct ArrowArray rows = part->owner->array;

  if (start + length > rows.length)
    {
      refuse (field, "has fewer rows than its batch", error);
      return NULL;
    }
  if (part->whole != NULL)
    return rush_column_slice (part->whole, (guint)start, length);
  rows.offset += start;
  rows.length = length;
  rows.null_count = rows.null_count == 0 ? 0 : -1;
  return import_array (field, &rows, part->owner, error);
}

static RushBatch *
import_batch (RushArrowImporter *self, gint64 start, guint length, GError **error)
{
  g_autofree RushColumn **columns = g_new (RushColumn *, self->root.n_children);

  for (guint c = 0; c < self->root.n_children; c++)
    {
      columns[c] = import_part (&self->root.children[c], &self->parts[c], start, length, error);
      if (columns[c] != NULL)
        continue;
      while (c > 0)
        rush_column_unref (columns[--c]);
      return NULL;
    }
  return rush_batch_new (self->schema, length, columns);
}

static void
drop_parts (RushArrowImporter *self)
{
  for (guint c = 0; c < self->root.n_children; c++)
    {
      g_clear_pointer (&self->parts[c].whole, rush_column_unref);
      g_clear_pointer (&self->parts[c].owner, rush_arrow_owner_unref);
    }
  self->next = self->end = 0;
}

gboolean
rush_arrow_importer_next (RushArrowImporter *self, RushBatch **out, GError **error)
{
  *out = NULL;
  if (self->next == self->end)
    return TRUE;
  guint length = (guint)MIN (self->end - self->next, RUSH_BATCH_MAX_ROWS);
  *out = import_batch (self, self->next, length, error);
  self->next += length;
  if (*out == NULL || self->next == self->end)
    drop_parts (self);
  return *out != NULL;
}

static gboolean
check_rows (const RushArrowImporter *self, const struct ArrowArray *array, GError **error)
{
  if (array->n_children != self->root.n_children || array->length < 0 || array->offset < 0 ||
      array->offset + array->length > G_MAXINT32)
    return refuse (&self->root, "is not what its schema says", error);
  if (array->null_count != 0 && array->buffers[0] != NULL &&
      rush_bits_count (array->buffers[0], (gsize)array->offset, (gsize)array->length) <
          (gsize)array->length)
    return refuse (&self->root, "has rows that are null as a whole", error);
  return TRUE;
}

static gboolean
begin_parts (RushArrowImporter *self, struct ArrowArray *array, GError **error)
{
  for (guint c = 0; c < self->root.n_children; c++)
    {
      RushArrowField *field = &self->root.children[c];
      Part *part = &self->parts[c];
      part->owner = rush_arrow_owner_new (array->children[c], self->allocator);
      if (is_cut_first (field))
        continue;
      part->whole = import_array (field, &part->owner->array, part->owner, error);
      if (part->whole == NULL)
        return FALSE;
    }
  return TRUE;
}

gboolean
rush_arrow_importer_begin (RushArrowImporter *self, struct ArrowArray *array, GError **error)
{
  g_return_val_if_fail (array->release != NULL && self->next == self->end, FALSE);
  /* The children move on to owners of their own, the shell goes back at once. */
  g_autoptr (RushArrowOwner) shell = rush_arrow_owner_new (array, self->allocator);

  if (!check_rows (self, &shell->array, error))
    return FALSE;
  if (shell->array.length == 0)
    return TRUE;
  if (!begin_parts (self, &shell->array, error))
    {
      drop_parts (self);
      return FALSE;
    }
  self->next = shell->array.offset;
  self->end = shell->array.offset + shell->array.length;
  return TRUE;
}

RushSchema *
rush_arrow_importer_schema (RushArrowImporter *self)
{
  return self->schema;
}

void
rush_arrow_importer_free (RushArrowImporter *self)
{
  if (self == NULL)
    return;
  if (self->parts != NULL)
    drop_parts (self);
  g_free (self->parts);
  rush_arrow_field_clear (&self->root);
  if (self->schema != NULL)
    rush_schema_unref (self->schema);
  rush_allocator_unref (self->allocator);
  g_free (self);
}

RushArrowImporter *
rush_arrow_importer_new (const struct ArrowSchema *schema, RushAllocator *allocator, GError **error)
{
  g_autoptr (RushArrowImporter) self = g_new0 (RushArrowImporter, 1);

  self->allocator = rush_allocator_ref (allocator);
  self->schema = rush_arrow_import_schema (schema, error);
  if (self->schema == NULL || !rush_arrow_field_parse (schema, 0, &self->root, error))
    return NULL;
  self->parts = g_new0 (Part, self->root.n_children);
  return g_steal_pointer (&self);
}
