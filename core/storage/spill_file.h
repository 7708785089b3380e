/* spill_file.h - a file of frames that is appended to and read back in ranges.
 *
 * Spilled runs, the hash partitions of a combiner, and the data files of map outputs are all of
 * this kind.
 *
 * Interface:  append; remember size () before and after: that range is read (), or copied to
 *             another file without a look inside.  A file goes away with its last ref unless it is
 *             kept.
 * Errors:     writing: RUSH_CORE_ERROR_IO; the file is then of no use but to be freed.
 *             reading: RUSH_CORE_ERROR_CORRUPT if a checksum or a length does not hold.
 * Ownership:  refcounted; readers hold a ref.
 * Threads:    one; but any number may read what has been flushed.
 */
#pragma once

#include "core/data/encoding.h"
#include "core/lineage/iterator.h"

RUSH_BEGIN_PUBLIC

typedef struct _RushSpillFile RushSpillFile;

RushSpillFile *rush_spill_file_create (const char *path, RushCodec codec, GError **error);
/* For reading only.  NOT_FOUND: there is no such file. */
RushSpillFile *rush_spill_file_open (const char *path, GError **error);
RushSpillFile *rush_spill_file_ref (RushSpillFile *self);
void rush_spill_file_unref (RushSpillFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (RushSpillFile, rush_spill_file_unref)

gboolean rush_spill_file_append (RushSpillFile *self, const RushBatch *batch, GError **error);
/* Frames as rush_wire_encode () makes them. */
gboolean rush_spill_file_append_frames (RushSpillFile *self, const guint8 *frames, gsize size,
                                        GError **error);
gboolean rush_spill_file_append_copy (RushSpillFile *self, const RushSpillFile *from, guint64 start,
                                      guint64 end, GError **error);
gboolean rush_spill_file_flush (RushSpillFile *self, GError **error);
/* The file is complete: nothing stays open or buffered.  It can still be copied from. */
gboolean rush_spill_file_close (RushSpillFile *self, GError **error);
guint64 rush_spill_file_size (const RushSpillFile *self); /* all that was appended */
void rush_spill_file_keep (RushSpillFile *self);          /* the file outlives the object */

/* Looks at the checksums of all frames of an open file: CORRUPT if one does not hold. */
gboolean rush_spill_file_check (RushSpillFile *self, guint64 size, RushAllocator *allocator,
                                GError **error);
/* The batches of the frames in bytes [start, end) of an open file, which must have been flushed. */
RushIterator *rush_spill_file_read (RushSpillFile *self, guint64 start, guint64 end,
                                    RushSchema *schema, RushAllocator *allocator);

RUSH_END_PUBLIC
