#ifndef AEGIS_RRC_FRAME_H
#define AEGIS_RRC_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/record.h"

/*
 * Cuts a file into records: EBCDIC strictly by length, ASCII by line ends (LF or CR LF), text with
 * line ends in it by those that are none of its own.  Records stay where they are in the input's
 * block; only one that is cut by a block's edge is copied.
 */
enum frame_form {
	FRAME_RECORDS, /* of one length */
	FRAME_LINES,
	FRAME_QUOTED,  /* lines; a line end inside of quotes is the value's */
	FRAME_BARE_LF, /* lines; an LF behind a CR is the value's */
};
enum {
	FRAME_SLACK = 16,         /* bytes that may be read behind a record */
	FRAME_MAX_LINE = 1 << 16, /* bytes kept of a line */
};

/* Where the bytes come from. */
struct frame_input {
	/*
	 * Set ${p} to the next bytes, valid until the next call; return how many,
	 * 0 at the end, -1 with ${e} set.
	 */
	ssize_t (*read)(void *cookie, const unsigned char **p, struct err *e);
	void *cookie;
};

struct frame {
	const unsigned char *p; /* valid until the next call */
	size_t len;             /* bytes at ${p}; FRAME_SLACK more may be read */
	size_t full;            /* bytes of the record; more than ${len} where cut */
	uint64_t number;        /* of the record, from 1 */
	uint64_t offset;        /* of its first byte in the input, from 0 */
	bool cut;               /* the input ends inside it: too short, or no line end */
	/* Where values have no places: what their spans refer to, see rrc/record.h; else NULL. */
	const unsigned char *text;
	const struct span *spans;
};

/**
 * frame_record(fr):
 * The record as its fields are read.
 */
static inline struct record
frame_record(const struct frame *fr)
{

	return ((struct record){ fr->spans != NULL ? fr->text : fr->p, fr->spans });
}

struct framer;

/**
 * frame_open(in, length, e):
 * Read from ${in} records of ${length} bytes.  Return the framer, which has read
 * the head of the input for frame_head(), or NULL with ${e} set.
 */
struct framer *frame_open(const struct frame_input *in, size_t length, struct err *e);

/**
 * frame_head(f, len):
 * The first bytes of the input, ${len} of them: at least FRAME_HEAD_RECORDS records
 * where there are as many.  To be called before frame_next().
 */
const unsigned char *frame_head(const struct framer *f, size_t *len);
enum { FRAME_HEAD_RECORDS = 64 };

/**
 * frame_set(f, charset, form):
 * Cut records in ${charset} as ${form} says.  To be called before frame_next().
 */
void frame_set(struct framer *f, const struct charset *charset, enum frame_form form);

/**
 * frame_skip(f, n):
 * Leave out the first ${n} bytes of the head, which are no record.  To be called before
 * frame_next().
 */
void frame_skip(struct framer *f, size_t n);

/**
 * frame_join(f, byte, limit, cookie):
 * In files of lines one that begins with ${byte} goes on the line before: the line end and
 * ${byte} become blanks, and the two count as one record, where that is no longer than
 * ${limit} says of the first one's record.  To be called before frame_next().
 */
typedef size_t frame_limit_fn(const void *cookie, const unsigned char *p, size_t len);
void frame_join(struct framer *f, unsigned char byte, frame_limit_fn *limit, const void *cookie);

/**
 * frame_next(f, out, e):
 * Return 1 with the next record in ${out}, 0 at the end, -1 with ${e} set.  Only
 * the last record can be cut.
 */
int frame_next(struct framer *f, struct frame *out, struct err *e);

/**
 * frame_block(f, p, e):
 * For an input that is not of records: set ${p} to its next bytes, the head's first; valid until the
 * next call.  Return how many, 0 at the end, -1 with ${e} set.
 */
ssize_t frame_block(struct framer *f, const unsigned char **p, struct err *e);

/**
 * frame_pad(f, fr):
 * Let ${fr} have the record's full length, blanks behind a line's end.  The bytes
 * are valid until the next call of frame_pad() or frame_next().
 */
void frame_pad(struct framer *f, struct frame *fr);
void frame_close(struct framer *f);

#endif
