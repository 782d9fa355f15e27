#ifndef AEGIS_STREAM_ZST_H
#define AEGIS_STREAM_ZST_H

#include <stddef.h>
#include <stdint.h>

#include "base/digest.h"
#include "base/err.h"

/*
 * A file of zstd's seekable format: frames of 4 MiB of text, or of any bytes, with a checksum each,
 * and a table of them in a skippable frame at the end (zstd, contrib/seekable_format).  The stock
 * zstd reads it; it does not miss frames that are missing, which is why both the text and the
 * file have a digest.  At any place it is read by stream/zst_seek.h.
 */
struct zst_sums {
	char plain_sha256[DIGEST_SHA256_HEX + 1];
	char packed_sha256[DIGEST_SHA256_HEX + 1];
	uint64_t plain_bytes, packed_bytes, lines;
};

enum { ZST_LINE_MAX = 8 << 20 };

/* Of the format: two kinds of skippable frames, for notes and for the table; the table's last word; and
 * its mark that each entry has a checksum. */
#define ZST_NOTE 0x184D2A50u
#define ZST_TABLE 0x184D2A5Eu
#define ZST_SEEKABLE 0x8F92EAB1u
#define ZST_CHECKSUMS 0x80

/*
 * Level 1 packs tables faster than 3, and where keys, hex digits and JSON prevail as small or
 * smaller.  What is archived for good stays at zstd's own default.
 */
enum zst_level { ZST_FAST = 1, ZST_DEFAULT = 3 };

struct zst_writer;

/**
 * zst_writer_open(fd, name, level):
 * Write to ${fd}, which the writer does not close; ${name} is for messages.
 */
struct zst_writer *zst_writer_open(int fd, const char *name, enum zst_level level);

/**
 * zst_writer_line(w, p, len, e):
 * Add the line ${p}, and an LF.
 */
int zst_writer_line(struct zst_writer *w, const char *p, size_t len, struct err *e);

/**
 * zst_writer_bytes(w, p, len, e):
 * Add ${len} bytes as they are.
 */
int zst_writer_bytes(struct zst_writer *w, const void *p, size_t len, struct err *e);

/**
 * zst_writer_note(w, text, len, e):
 * What zst_seek_note() is to say of the file, up to ZST_NOTE_MAX bytes: the last thing before the end.
 * It stands in a frame that others skip.
 */
enum { ZST_NOTE_MAX = 64 << 10 };
int zst_writer_note(struct zst_writer *w, const char *text, size_t len, struct err *e);

/**
 * zst_writer_end(w, sums, e):
 * Write the last frame and the table, and fill ${sums}.
 */
int zst_writer_end(struct zst_writer *w, struct zst_sums *sums, struct err *e);
void zst_writer_free(struct zst_writer *w);

struct zst_reader;

/**
 * zst_reader_open(fd, name, max):
 * Read from ${fd}, which the reader does not close, up to ${max} bytes of text: more end it
 * with STATUS_DATA, as do windows over 8 MiB, so that a small file cannot become a large one.
 */
struct zst_reader *zst_reader_open(int fd, const char *name, uint64_t max);

/**
 * zst_reader_line(r, p, len, e):
 * Set ${p} to the ${len} bytes of the next line, valid until the next call.  Return 1; 0 at
 * the end; or -1 with ${e} set to STATUS_DATA: no zstd, cut, a checksum that is wrong, a line
 * over ZST_LINE_MAX, or a last line without an LF.
 */
int zst_reader_line(struct zst_reader *r, const char **p, size_t *len, struct err *e);

/**
 * zst_reader_sums(r, sums, e):
 * After the end, or after a fault: read the rest of the file's bytes, and fill ${sums}.
 */
int zst_reader_sums(struct zst_reader *r, struct zst_sums *sums, struct err *e);
void zst_reader_free(struct zst_reader *r);

#endif
