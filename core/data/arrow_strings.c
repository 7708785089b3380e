/* arrow_strings.c - strings and lists of Arrow as views: one pass over offsets, no bytes copied.
 *
 *     offsets   0   2            19
 *     bytes     t o r u s h l i g h t   s t u d i e s
 *                   └───────────┬─────────────────
 *     views     2 "to"          │
 *               17 "rush" 0, 2 ─┘   ≤ 12 bytes inline, the others point into Arrow's own buffer
 *
 * A view's offset has 31 bits, Arrow's large strings have 64: the bytes are seen through windows
 * that begin a GiB apart and all reach to the end.
 */
#include "core/data/arrow_private.h"

#include "core/data/view_private.h"

#define WINDOW_SHIFT 30

static gboolean
refuse (const RushArrowInput *in, const char *why, GError **error)
{
  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_INVALID_ARGUMENT,
               "column '%s': an Arrow array %s", in->field->name, why);
  return FALSE;
}

/* ---- strings between offsets ---- */

/* The bytes of the rows that are wanted: those before the first do not count, nor cost. */
typedef struct
{
  const char *bytes;
  gint64 base; /* where they begin, in Arrow's offsets */
  gint64 total;
} Bytes;

static inline void
set_view (RushView *view, const Bytes *in, gint64 start, gint64 length)
{
  const char *at = in->bytes + start;

  if (length > RUSH_VIEW_INLINE_MAX)
    rush_view_set_ref (view, at, (gsize)length, (guint)(start >> WINDOW_SHIFT),
                       (gsize)(start & ((1 << WINDOW_SHIFT) - 1)));
  else if (in->total - start >= RUSH_VIEW_INLINE_MAX)
    rush_view_set_inline_sloppy (view, at, (guint32)length);
  else
    rush_view_set_inline (view, at, (gsize)length);
}

#define VIEWS_BETWEEN(T)                                                                           \
  do                                                                                               \
    {                                                                                              \
      const T *offsets = (const T *)in->array->buffers[1] + in->array->offset;                     \
      for (guint i = 0; i < in->length; i++)                                                       \
        {                                                                                          \
          gint64 start = offsets[i] - bytes->base, length = (gint64)offsets[i + 1] - offsets[i];   \
          if (G_UNLIKELY ((length | start) < 0 || length > G_MAXINT32 ||                           \
                          start + length > bytes->total))                                          \
            return FALSE;                                                                          \
          set_view (&views[i], bytes, start, length);                                              \
        }                                                                                          \
    }                                                                                              \
  while (0)

static gboolean
fill_views (const RushArrowInput *in, const Bytes *bytes, RushView *views)
{
  if (in->field->form == ARROW_OFFSETS_32)
    VIEWS_BETWEEN (gint32);
  else
    VIEWS_BETWEEN (gint64);
  return TRUE;
}

static gint64
offset_at (const RushArrowInput *in, gint64 at)
{
  return in->field->form == ARROW_OFFSETS_32 ? ((const gint32 *)in->array->buffers[1])[at]
                                             : ((const gint64 *)in->array->buffers[1])[at];
}

/* The first window is charged, the others lie in it. */
static gboolean
wrap_windows (const RushArrowInput *in, const Bytes *bytes, RushBuffer ***out_data,
              guint *out_n_data, GError **error)
{
  guint n = (guint)(bytes->total >> WINDOW_SHIFT) + 1;
  RushBuffer *whole = rush_arrow_owner_wrap (in->owner, bytes->bytes, (gsize)bytes->total, error);

  if (whole == NULL)
    return FALSE;
  RushBuffer **data = g_new (RushBuffer *, n);
  data[0] = whole;
  for (guint w = 1; w < n; w++)
    {
      gsize start = (gsize)w << WINDOW_SHIFT;
      data[w] = rush_buffer_wrap (whole->bytes + start, (gsize)bytes->total - start,
                                  rush_buffer_ref (whole), (GDestroyNotify)rush_buffer_unref);
    }
  *out_data = data;
  *out_n_data = n;
  return TRUE;
}

static gboolean
convert_offsets (const RushArrowInput *in, RushView *views, RushBuffer ***out_data,
                 guint *out_n_data, GError **error)
{
  Bytes bytes = { .bytes = "" };

  if (in->length == 0) /* may have no buffers at all */
    return TRUE;
  bytes.base = offset_at (in, in->array->offset);
  bytes.total = offset_at (in, in->array->offset + in->length) - bytes.base;
  if (in->array->buffers[2] != NULL)
    bytes.bytes = (const char *)in->array->buffers[2] + bytes.base;
  if (bytes.base < 0 || bytes.total < 0 || !fill_views (in, &bytes, views))
    return refuse (in, "has offsets that are not in order", error);
  return wrap_windows (in, &bytes, out_data, out_n_data, error);
}

static gboolean
convert_fixed (const RushArrowInput *in, RushView *views, RushBuffer ***out_data, guint *out_n_data,
               GError **error)
{
  gint64 size = in->field->number;
  Bytes bytes = { .bytes = "", .total = in->length * size };

  if (in->length > 0 && size > 0)
    bytes.bytes = (const char *)in->array->buffers[1] + in->array->offset * size;
  for (guint i = 0; i < in->length; i++)
    set_view (&views[i], &bytes, i * size, size);
  return wrap_windows (in, &bytes, out_data, out_n_data, error);
}

/* ---- Arrow's views, which are ours ---- */

static gboolean
views_are_sound (const RushView *views, guint n, RushBuffer *const *data, guint n_data)
{
  for (guint i = 0; i < n; i++)
    {
      const RushView *view = &views[i];
      if (view->length < 0)
        return FALSE;
      if (view->length <= RUSH_VIEW_INLINE_MAX)
        continue;
      if ((guint)view->ref.buffer >= n_data || view->ref.offset < 0 ||
          (gsize)view->ref.offset + (gsize)view->length > data[view->ref.buffer]->size)
        return FALSE;
    }
  return TRUE;
}

static gboolean
convert_views (const RushArrowInput *in, RushView *views, RushBuffer ***out_data, guint *out_n_data,
               GError **error)
{
  /* Validity, views, data, data, …, the sizes of these. */
  guint n = (guint)MAX (in->array->n_buffers, 3) - 3, done = 0;
  const gint64 *sizes = in->array->buffers[in->array->n_buffers - 1];
  RushBuffer **data = g_new0 (RushBuffer *, n + 1);

  *out_data = data;
  for (; done < n; done++)
    {
      data[done] = rush_arrow_owner_wrap (in->owner, in->array->buffers[2 + done],
                                          (gsize)sizes[done], error);
      if (data[done] == NULL)
        return FALSE;
      *out_n_data = done + 1;
    }
  *out_n_data = n;
  if (in->length > 0)
    memcpy (views, (const RushView *)in->array->buffers[1] + in->array->offset,
            in->length * sizeof *views);
  for (guint i = 0; i < in->length; i++)
    if (rush_arrow_input_is_null (in, i)) /* anything may stand there */
      memset (&views[i], 0, sizeof views[i]);
  if (!views_are_sound (views, in->length, data, n))
    return refuse (in, "has views that point outside of its buffers", error);
  return TRUE;
}

/* ---- any strings ---- */

RushBuffer *
rush_arrow_convert_strings (const RushArrowInput *in, RushBuffer ***out_data, guint *out_n_data,
                            GError **error)
{
  gsize slots = (gsize)in->pad + in->length;
  RushBuffer *out =
      rush_buffer_new (rush_arrow_input_allocator (in), slots * sizeof (RushView), error);
  gboolean ok;

  *out_data = NULL;
  *out_n_data = 0;
  if (out == NULL)
    return NULL;
  RushView *views = (RushView *)(gpointer)out->bytes;
  memset (views, 0, in->pad * sizeof *views);
  if (in->field->form == ARROW_VIEWS)
    ok = convert_views (in, views + in->pad, out_data, out_n_data, error);
  else if (in->field->form == ARROW_FIXED_BYTES)
    ok = convert_fixed (in, views + in->pad, out_data, out_n_data, error);
  else
    ok = convert_offsets (in, views + in->pad, out_data, out_n_data, error);
  if (ok)
    return out;

  for (guint i = 0; i < *out_n_data; i++)
    rush_buffer_unref ((*out_data)[i]);
  g_clear_pointer (out_data, g_free);
  rush_buffer_unref (out);
  return NULL;
}

/* ---- lists ---- */

#define LISTS_BETWEEN(T)                                                                           \
  do                                                                                               \
    {                                                                                              \
      const T *offsets = (const T *)in->array->buffers[1] + in->array->offset;                     \
      for (guint i = 0; i < in->length; i++)                                                       \
        if (!set_list (&lists[i], offsets[i], (gint64)offsets[i + 1] - offsets[i], most))          \
          return FALSE;                                                                            \
    }                                                                                              \
  while (0)

#define LISTS_VIEWED(T)                                                                            \
  do                                                                                               \
    {                                                                                              \
      const T *offsets = (const T *)in->array->buffers[1] + in->array->offset;                     \
      const T *sizes = (const T *)in->array->buffers[2] + in->array->offset;                       \
      for (guint i = 0; i < in->length; i++)                                                       \
        if (!rush_arrow_input_is_null (in, i) &&                                                   \
            !set_list (&lists[i], offsets[i], sizes[i], most))                                     \
          return FALSE;                                                                            \
    }                                                                                              \
  while (0)

/* @most: rows of the children. */
static inline gboolean
set_list (RushListView *list, gint64 offset, gint64 length, gint64 most)
{
  if (G_UNLIKELY (offset < 0 || length < 0 || offset > most || length > most - offset))
    return FALSE;
  *list = (RushListView){ (gint32)offset, (gint32)length };
  return TRUE;
}

static gboolean
fill_lists (const RushArrowInput *in, RushListView *lists)
{
  gint64 most = in->array->children[0]->length, size = in->field->number;

  switch ((guint)in->field->form)
    {
    case ARROW_LIST_32:
    case ARROW_MAP:
      LISTS_BETWEEN (gint32);
      return TRUE;
    case ARROW_LIST_64:
      LISTS_BETWEEN (gint64);
      return TRUE;
    case ARROW_LIST_VIEW_32:
      LISTS_VIEWED (gint32);
      return TRUE;
    case ARROW_LIST_VIEW_64:
      LISTS_VIEWED (gint64);
      return TRUE;
    case ARROW_FIXED_LIST:
      for (guint i = 0; i < in->length; i++)
        if (!set_list (&lists[i], (in->array->offset + i) * size, size, most))
          return FALSE;
      return TRUE;
    }
  g_assert_not_reached ();
}

RushBuffer *
rush_arrow_convert_lists (const RushArrowInput *in, GError **error)
{
  gsize slots = (gsize)in->pad + in->length;
  g_autoptr (RushBuffer) out =
      rush_buffer_new (rush_arrow_input_allocator (in), slots * sizeof (RushListView), error);

  if (out == NULL)
    return NULL;
  memset (out->bytes, 0, out->size);
  if (in->length > 0 && !fill_lists (in, (RushListView *)(gpointer)out->bytes + in->pad))
    {
      refuse (in, "has lists that reach outside of their elements", error);
      return NULL;
    }
  return g_steal_pointer (&out);
}
