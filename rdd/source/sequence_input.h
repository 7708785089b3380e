/* sequence_input.h - the bytes of a SequenceFile, from where its reader stands, and the numbers in
 * them.
 *
 * What is read waits in one window of the file that moves along:
 *
 *     [ used │ at ………… window.n ]        position of window.bytes[at] in the file: start + at
 *
 * Damage shows where something cannot be true: these functions then fail with CORRUPT, and tell the
 * file and where in it they stand.
 *
 * Threads: one.
 */
#pragma once

#include "core/lineage/task_context.h"
#include "rdd/growing_bytes.h"
#include "rdd/source/byte_source.h"

typedef struct
{
  RushTaskContext *ctx; /* (unowned) */
  char *path;
  RushByteSource *source;
  gint64 start; /* of the window in the file */
  gsize at;
  RushGrowingBytes window;
} RushSequenceInput;

gboolean rush_sequence_input_open (RushSequenceInput *self, const char *path, RushTaskContext *ctx,
                                   GError **error);
/* Zeros may be closed, too. */
void rush_sequence_input_close (RushSequenceInput *self);
/* Goes to byte @position of the file. */
gboolean rush_sequence_input_seek (RushSequenceInput *self, gint64 position, GError **error);

gint64 rush_sequence_input_position (const RushSequenceInput *self);
const guint8 *rush_sequence_input_here (const RushSequenceInput *self);
gsize rush_sequence_input_available (const RushSequenceInput *self);

/* Sets @error to: the file is damaged, @what, at this byte.  Always FALSE. */
gboolean rush_sequence_input_refuse (const RushSequenceInput *self, const char *what,
                                     GError **error);
/* Makes @n bytes be there; FALSE without @error: the file ends before. */
gboolean rush_sequence_input_have (RushSequenceInput *self, gsize n, GError **error);
/* The same, where the end of the file, or an impossible @n, is damage. */
gboolean rush_sequence_input_need (RushSequenceInput *self, gint64 n, const char *what,
                                   GError **error);
gint32 rush_sequence_int_at (const guint8 *bytes);
gboolean rush_sequence_input_take_int (RushSequenceInput *self, gint32 *out, const char *what,
                                       GError **error);
gboolean rush_sequence_input_take_vint (RushSequenceInput *self, gint64 *out, const char *what,
                                        GError **error);
/* The length of something, and as many bytes, all of which are then there. */
gboolean rush_sequence_input_take_length (RushSequenceInput *self, gsize *out, const char *what,
                                          GError **error);
