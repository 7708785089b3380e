/* bzip2_source.c - a .bz2 file that is read from the middle.
 *
 * A stream of bzip2 is blocks of up to 900,000 bytes, each packed for itself.  What a block begins
 * with, and what a stream ends with, are 48 bits that hardly stand anywhere else; blocks are as
 * many bits as they are, so these may begin at any bit of a byte:
 *
 *     "BZh9" │ 314159265359 sum … │ 314159265359 sum … │ 177245385090 sum of all │ "BZh9" …
 *            └ block ─────────────┴ block ─────────────┴ the stream's end ───────┘
 *     splits ├───── 0 ──────┼────── 1 ──────┼────── 2 ──────┤
 *            block 0        block 1         nothing
 *
 * A block belongs to the split in which its first bit stands, the first of a file to the first
 * split.  Who wants to read on behind the split can: the source tells where that begins.
 *
 * libbzip2 unpacks whole streams alone.  So each block is made a stream of its own: its bits are
 * moved to where bytes begin, and an end is put behind them; that of one block has the block's sum.
 *
 *     file    …0110│0011000101000001…       …1010│001100…
 *     libbzip2      "BZh9" 314159265359 sum … 1010 177245385090 sum
 *
 * What is about to go out waits in a register of 64 bits until it is certain that no mark begins
 * in it.  What stands behind the end of a stream, and is no block, is passed over, and the sum of a
 * whole stream is not looked at, as in Hadoop.
 *
 * Mirrors: org.apache.hadoop.io.compress.bzip2.CBZip2InputStream, READ_MODE.BYBLOCK.
 */
#include "rdd/source/byte_source.h"

#include "rdd/source/local_path.h"

#include <bzlib.h>
#include <string.h>

#define BLOCK_MARK G_GUINT64_CONSTANT (0x314159265359)
#define END_MARK G_GUINT64_CONSTANT (0x177245385090)
#define MARK_BITS 48
#define MARK_MASK ((G_GUINT64_CONSTANT (1) << MARK_BITS) - 1)
#define FIRST_BLOCK_BIT 32 /* behind "BZh9" */
#define CERTAIN_BITS 56    /* with so many in the register the first eight begin no mark */
#define SUM_BYTE 6         /* of a block */
#define INPUT_BYTES (64 * 1024)
#define BLOCK_BYTES 4096 /* of a block, at a time */
#define TAIL_BYTES 16    /* the most that an end takes */

typedef enum
{
  SEEKING,  /* the next mark of a block */
  IN_BLOCK, /* its end has not been seen */
  AT_END,   /* of the block: all of it has been read */
  DONE,
} State;

typedef struct
{
  RushByteSource base;
  RushByteSource *packed; /* (owned) */
  char *path;
  gint64 start, end; /* of the split, bytes of the file */
  State state;
  gint64 n_out; /* bytes that have gone out */

  /* The file.  Positions are bits of it. */
  guint64 bits;    /* the last 64 that have been read */
  gint64 bits_end; /* behind them */
  gsize at, n_input;
  guint8 input[INPUT_BYTES];

  /* The block that is made a stream. */
  gint64 block_start;
  gint64 next_block; /* −1: a stream ends behind it */
  gint64 taken_end;  /* behind what has been taken */
  gsize n_taken;     /* bytes */
  guint32 sum;
  guint8 partial; /* of the tail: bits that are no byte yet */
  guint n_partial;
  bz_stream bzip2;
  gsize n_block;
  guint8 block[BLOCK_BYTES + TAIL_BYTES];
} Bzip2Source;

static gboolean
refuse (const Bzip2Source *self, const char *why, gint64 bit, GError **error)
{
  g_autofree char *uri = rush_local_path_to_uri (self->path);

  g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_CORRUPT,
               "%s is damaged or no packed file: %s (at byte %" G_GINT64_FORMAT ")", uri, why,
               bit / 8);
  return FALSE;
}

/* ---- marks ---- */

/* One more byte; *out_ended: there is none. */
static inline gboolean
read_byte (Bzip2Source *self, gboolean *out_ended, GError **error)
{
  *out_ended = FALSE;
  if (self->at == self->n_input)
    {
      gssize got = self->packed->klass->read (self->packed, self->input, INPUT_BYTES, error);

      self->base.bytes_in = self->packed->bytes_in;
      self->at = 0;
      self->n_input = (gsize)MAX (got, 0);
      *out_ended = got == 0;
      if (got <= 0)
        return got == 0;
    }
  self->bits = self->bits << 8 | self->input[self->at++];
  self->bits_end += 8;
  return TRUE;
}

/* Whether a mark ends in the last byte: *out_behind bits before its end. */
static inline gboolean
find_mark (const Bzip2Source *self, guint64 mark, guint *out_behind)
{
  for (guint behind = 8; behind-- > 0;)
    if (((self->bits >> behind) & MARK_MASK) == mark)
      {
        *out_behind = behind;
        return TRUE;
      }
  return FALSE;
}

static gint64
mark_start (const Bzip2Source *self, guint behind)
{
  return self->bits_end - behind - MARK_BITS;
}

/* ---- a block as a stream ---- */

static gboolean
begin_block (Bzip2Source *self, gint64 start, GError **error)
{
  static const guint8 header[] = { 'B', 'Z', 'h', '9' };

  if (start >= 8 * self->end && start > FIRST_BLOCK_BIT && self->base.split_bytes == 0)
    {
      /* The next split's; without a block of one's own there is nothing to go on from. */
      self->base.split_bytes = self->n_out;
      if (self->n_out == 0)
        {
          self->state = DONE;
          return TRUE;
        }
    }
  self->bzip2 = (bz_stream){ 0 };
  if (BZ2_bzDecompressInit (&self->bzip2, 0, 0) != BZ_OK)
    {
      g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, "no memory to unpack %s",
                   self->path);
      return FALSE;
    }
  self->block_start = self->taken_end = start;
  self->n_taken = 0;
  self->sum = 0;
  memcpy (self->block, header, sizeof header);
  self->n_block = sizeof header;
  self->bzip2.next_in = (char *)self->block;
  self->bzip2.avail_in = sizeof header;
  self->state = IN_BLOCK;
  return TRUE;
}

static void
take_byte (Bzip2Source *self)
{
  guint8 byte = (guint8)(self->bits >> (self->bits_end - self->taken_end - 8));

  self->block[self->n_block++] = byte;
  self->taken_end += 8;
  if (self->n_taken >= SUM_BYTE && self->n_taken < SUM_BYTE + sizeof self->sum)
    self->sum = self->sum << 8 | byte;
  self->n_taken++;
}

static void
put_bits (Bzip2Source *self, guint64 bits, guint n)
{
  while (n-- > 0)
    {
      self->partial = (guint8)(self->partial << 1 | ((bits >> n) & 1));
      if (++self->n_partial < 8)
        continue;
      self->block[self->n_block++] = self->partial;
      self->n_partial = 0;
    }
}

/* The bits up to the mark that ends the block, and what a stream of one block ends with. */
static void
end_block (Bzip2Source *self, guint behind)
{
  guint n = (guint)(mark_start (self, behind) - self->taken_end);

  put_bits (self, self->bits >> (behind + MARK_BITS), n);
  put_bits (self, END_MARK, MARK_BITS);
  put_bits (self, self->sum, 32);
  while (self->n_partial > 0)
    put_bits (self, 0, 1);
  self->state = AT_END;
}

/* Some more of the block for libbzip2, which has used up all it had. */
static gboolean
refill_block (Bzip2Source *self, GError **error)
{
  gboolean ended;
  guint behind;

  self->n_block = 0;
  while (self->state == IN_BLOCK && self->n_block < BLOCK_BYTES)
    {
      if (!read_byte (self, &ended, error))
        return FALSE;
      if (ended)
        return refuse (self, "Unexpected end of input stream", self->bits_end, error);
      self->next_block = -1;
      if (find_mark (self, BLOCK_MARK, &behind))
        self->next_block = mark_start (self, behind);
      if (self->next_block >= 0 || find_mark (self, END_MARK, &behind))
        end_block (self, behind);
      else if (self->bits_end - self->taken_end >= CERTAIN_BITS)
        take_byte (self);
    }
  self->bzip2.next_in = (char *)self->block;
  self->bzip2.avail_in = (guint)self->n_block;
  return TRUE;
}

/* libbzip2 takes and gives what it likes; FALSE with @error. */
static gboolean
unpack (Bzip2Source *self, GError **error)
{
  guint room = self->bzip2.avail_out;
  int answer;

  if (self->bzip2.avail_in == 0 && self->state == IN_BLOCK && !refill_block (self, error))
    return FALSE;
  answer = BZ2_bzDecompress (&self->bzip2);
  if (answer == BZ_STREAM_END && self->state == AT_END)
    {
      bz_stream ended = self->bzip2;

      BZ2_bzDecompressEnd (&self->bzip2);
      self->bzip2 = (bz_stream){ .next_out = ended.next_out, .avail_out = ended.avail_out };
      self->state = SEEKING;
      return TRUE;
    }
  if (answer == BZ_OK &&
      (self->state == IN_BLOCK || self->bzip2.avail_in > 0 || self->bzip2.avail_out < room))
    return TRUE;
  if (answer == BZ_MEM_ERROR)
    g_set_error (error, RUSH_CORE_ERROR, RUSH_CORE_ERROR_OUT_OF_MEMORY, "no memory to unpack %s",
                 self->path);
  else
    refuse (self, "a block's bits or its sum are wrong", self->block_start, error);
  return FALSE;
}

/* ---- the next block ---- */

/* The file's beginning: "BZh", how large blocks may be, and a mark. */
static gboolean
read_beginning (Bzip2Source *self, GError **error)
{
  gboolean ended = FALSE;

  while (self->bits_end < FIRST_BLOCK_BIT + MARK_BITS && !ended)
    {
      if (!read_byte (self, &ended, error))
        return FALSE;
      if (self->bits_end == FIRST_BLOCK_BIT && self->bits >> 8 != ('B' << 16 | 'Z' << 8 | 'h'))
        break;
    }
  if (ended)
    return refuse (self, "Unexpected end of input stream", self->bits_end, error);
  if ((self->bits & MARK_MASK) == BLOCK_MARK)
    return begin_block (self, FIRST_BLOCK_BIT, error);
  return (self->bits & MARK_MASK) == END_MARK ||
         refuse (self, "no bzip2 stream begins here", 0, error);
}

static gboolean
is_behind_start (const Bzip2Source *self, gint64 block_start)
{
  return self->start == 0 || (block_start >= 8 * self->start && block_start != FIRST_BLOCK_BIT);
}

/* Goes to the next block that begins at or behind the split's start, and begins it; or is DONE. */
static gboolean
seek_block (Bzip2Source *self, GError **error)
{
  gint64 next = self->next_block;
  gboolean ended;
  guint behind;

  self->next_block = -1;
  if (next >= 0)
    return begin_block (self, next, error);
  if (self->bits_end == 0 && (!read_beginning (self, error) || self->state == IN_BLOCK))
    return self->state == IN_BLOCK;
  for (;;)
    {
      /* A block that begins from here on is another split's. */
      if (self->start > 0 && self->n_out == 0 && self->bits_end - 64 >= 8 * self->end)
        break;
      if (!read_byte (self, &ended, error))
        return FALSE;
      if (ended)
        break;
      if (find_mark (self, BLOCK_MARK, &behind) &&
          is_behind_start (self, mark_start (self, behind)))
        return begin_block (self, mark_start (self, behind), error);
    }
  self->state = DONE;
  return TRUE;
}

/* ---- the source ---- */

static gssize
bzip2_read (RushByteSource *base, guint8 *into, gsize n, GError **error)
{
  Bzip2Source *self = (Bzip2Source *)base;
  guint room = (guint)MIN (n, G_MAXINT32);

  while (self->state != DONE)
    {
      if (self->state == SEEKING && !seek_block (self, error))
        return -1;
      if (self->state == DONE)
        break;
      self->bzip2.next_out = (char *)into;
      self->bzip2.avail_out = room;
      if (!unpack (self, error))
        return -1;
      if (self->bzip2.avail_out < room)
        {
          gssize got = (gssize)(room - self->bzip2.avail_out);

          self->n_out += got;
          return got;
        }
    }
  return 0;
}

static void
bzip2_close (RushByteSource *base)
{
  Bzip2Source *self = (Bzip2Source *)base;

  BZ2_bzDecompressEnd (&self->bzip2);
  rush_byte_source_close (self->packed);
  g_free (self->path);
  g_free (self);
}

static const RushByteSourceClass bzip2_class = { bzip2_read, bzip2_close };

RushByteSource *
rush_bzip2_source_open (const char *path, gint64 start, gint64 end, GError **error)
{
  RushByteSource *packed = rush_byte_source_open (path, start, RUSH_PACKING_NONE, error);
  Bzip2Source *self;

  if (packed == NULL)
    return NULL;
  self = g_new0 (Bzip2Source, 1);
  self->base.klass = &bzip2_class;
  self->base.bytes_left = G_MAXINT64;
  self->packed = packed;
  self->path = g_strdup (path);
  self->start = start;
  self->end = end;
  self->bits_end = 8 * start;
  self->next_block = -1;
  return &self->base;
}
