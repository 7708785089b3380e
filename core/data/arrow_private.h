/* arrow_private.h - an Arrow schema, understood: for each field what it becomes, and how. */
#pragma once

#include "core/data/arrow.h"

typedef enum
{
  ARROW_AS_IS,      /* fixed width, the same bytes */
  ARROW_BITS,       /* bool */
  ARROW_WIDEN_U8,   /* → smallint */
  ARROW_WIDEN_U16,  /* → int */
  ARROW_WIDEN_U32,  /* → bigint */
  ARROW_WIDEN_U64,  /* → decimal(20,0) */
  ARROW_HALF,       /* → float */
  ARROW_DECIMAL_32, /* decimals: from so many bits to what the precision needs */
  ARROW_DECIMAL_64,
  ARROW_DECIMAL_128,
  ARROW_DECIMAL_256,
  ARROW_DAYS_IN_MS, /* date64 */
  ARROW_SCALE_UP,   /* seconds, milliseconds × factor → microseconds */
  ARROW_SCALE_DOWN, /* nanoseconds / 1000, towards −∞ */
  ARROW_MONTH_DAY_NANO,
  ARROW_OFFSETS_32, /* utf8, binary */
  ARROW_OFFSETS_64, /* large_utf8, large_binary */
  ARROW_VIEWS,      /* utf8_view, binary_view */
  ARROW_FIXED_BYTES,
  ARROW_LIST_32,
  ARROW_LIST_64,
  ARROW_FIXED_LIST,
  ARROW_LIST_VIEW_32,
  ARROW_LIST_VIEW_64,
  ARROW_MAP,
  ARROW_STRUCT,
  ARROW_NULL,
  ARROW_DICTIONARY,
} RushArrowForm;

/* An array that was taken over; it goes back with the last ref. */
typedef struct
{
  RushRefCount refs;
  struct ArrowArray array;
  RushAllocator *allocator; /* (owned) */
  gsize charged_bytes;
} RushArrowOwner;

/* Moves *@array. */
RushArrowOwner *rush_arrow_owner_new (struct ArrowArray *array, RushAllocator *allocator);
void rush_arrow_owner_unref (RushArrowOwner *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushArrowOwner, rush_arrow_owner_unref)
/* @size bytes of the array's as a buffer that holds a ref, and charges them. */
RushBuffer *rush_arrow_owner_wrap (RushArrowOwner *self, const void *bytes, gsize size,
                                   GError **error);

typedef struct _RushArrowField RushArrowField;
struct _RushArrowField
{
  const RushType *type;
  RushArrowForm form;
  char *name;
  gboolean nullable;
  gint64 number;    /* bytes or elements of a fixed size; factor of SCALE_UP */
  char index;       /* DICTIONARY: the format of an index: c C s S i I l L */
  guint n_children; /* lists 1; MAP 2: key, value; STRUCT; DICTIONARY 1: its words */
  RushArrowField *children;
  RushColumn *words;           /* DICTIONARY: the last one, converted */
  RushArrowOwner *words_owner; /* whose memory that was */
  const void *words_key[3];    /* by which it is known again */
};

/* @self: zeros. */
gboolean rush_arrow_field_parse (const struct ArrowSchema *schema, guint depth,
                                 RushArrowField *self, GError **error);
void rush_arrow_field_clear (RushArrowField *self);

/* What an import of one array is about. */
typedef struct
{
  RushArrowField *field;
  const struct ArrowArray *array;
  RushArrowOwner *owner;
  guint pad; /* slots before the first row, so that it stands at the bit of its validity */
  guint length;
  guint null_count;
  RushBuffer *validity; /* from a whole byte on; NULL: no nulls */
} RushArrowInput;

static inline RushAllocator *
rush_arrow_input_allocator (const RushArrowInput *in)
{
  return in->owner->allocator;
}

static inline gboolean
rush_arrow_input_is_null (const RushArrowInput *in, guint i)
{
  return in->validity != NULL && !rush_bit_get (in->validity->bytes, in->pad + i);
}

/* Values of other forms as our own: a new buffer of pad + length values. */
RushBuffer *rush_arrow_convert_numbers (const RushArrowInput *in, GError **error);
/* Views, and into *@out_data what they point into. */
RushBuffer *rush_arrow_convert_strings (const RushArrowInput *in, RushBuffer ***out_data,
                                        guint *out_n_data, GError **error);
RushBuffer *rush_arrow_convert_lists (const RushArrowInput *in, GError **error);
