#ifndef AEGIS_STREAM_BOOK_H
#define AEGIS_STREAM_BOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/err.h"

/*
 * A stage's book: what it read and what became of it (DESIGN 5).  It travels
 * down the pipe as a control line of the sealed stream, so that the loader can
 * hold each stage's figures against the next one's:
 *
 *   #aegis-book stage=NAME dataset=NAME|- read=N used=N skipped=N rejected=N flawed=N
 *       rows=N config=HEX|- source_sha256=HEX|- rejects=NAME:SHA256|- codes=CODE:N,...|-
 *
 * (one line).  A book balances where read = used + skipped + rejected.
 */
enum {
	BOOK_MAX_CODES = 64,
	BOOK_CODE_SIZE = 32,
	BOOK_NAME_SIZE = 32,
	BOOK_FILE_SIZE = 512,
	BOOK_DATASET_SIZE = 129
};

struct book_code {
	char code[BOOK_CODE_SIZE];
	uint64_t n;
};

struct book {
	char stage[BOOK_NAME_SIZE];
	char dataset[BOOK_DATASET_SIZE]; /* what was decoded, LAYOUT/VIEW, or "-" */
	uint64_t read;                   /* records or rows taken in */
	uint64_t used;                   /* of these: went into the output */
	uint64_t skipped;                /* of these: rightly left aside */
	uint64_t rejected;               /* of these: set aside as bad */
	uint64_t flawed;                 /* rows let through with a NULL for a faulty value */
	uint64_t rows;                   /* rows written */
	char config_sha256[DIGEST_SHA256_HEX + 1]; /* layout or definitions, or "-" */
	char source_sha256[DIGEST_SHA256_HEX + 1]; /* the source's bytes, or "-" */
	char rejects[BOOK_FILE_SIZE];              /* reject file's name, or "-" */
	char rejects_sha256[DIGEST_SHA256_HEX + 1];
	struct book_code codes[BOOK_MAX_CODES]; /* faults by code, rejects and flaws */
	size_t ncodes;
};

/**
 * book_init(b, stage):
 * Make ${b} the empty book of ${stage}.
 */
void book_init(struct book *b, const char *stage);

/**
 * book_count(b, code), book_add(b, code, n):
 * Count one fault of ${code}, or ${n}; past BOOK_MAX_CODES codes under "other".
 */
void book_count(struct book *b, const char *code);
void book_add(struct book *b, const char *code, uint64_t n);

/**
 * book_balances(b, e):
 * Return 0 if read = used + skipped + rejected, else -1 with ${e} set to
 * STATUS_DATA and the figures.
 */
int book_balances(const struct book *b, struct err *e);

/**
 * book_follows(b, prev, e):
 * Return 0 if what ${b} read is what ${prev} wrote, else -1 with ${e} set.
 */
int book_follows(const struct book *b, const struct book *prev, struct err *e);

/**
 * book_write(b, out, e):
 * Append ${b} as its control line, with the LF, to ${out}.
 */
int book_write(const struct book *b, struct buf *out, struct err *e);

/**
 * book_parse(p, len, b, e):
 * Read a control line (without its LF) into ${b}.  Return 0, or -1 with ${e}
 * set to STATUS_DATA.
 */
int book_parse(const char *p, size_t len, struct book *b, struct err *e);

#endif
