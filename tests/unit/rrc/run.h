#ifndef AEGIS_TESTS_RRC_RUN_H
#define AEGIS_TESTS_RRC_RUN_H

/* Decodes bytes in memory and gives back the stream's text, for the tests beside it. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "rrc/decode.h"

struct run_input {
	const unsigned char *p;
	size_t left, chunk;
	unsigned char *block; /* a copy, so that reading too far is seen by asan */
};

static inline ssize_t
run_read(void *cookie, const unsigned char **p, struct err *e)
{
	struct run_input *in = cookie;
	size_t n = in->left < in->chunk ? in->left : in->chunk;

	(void)e;
	free(in->block);
	in->block = xcalloc(1, n);
	memcpy(in->block, in->p, n);
	*p = in->block;
	in->p += n;
	in->left -= n;
	return ((ssize_t)n);
}

static inline void
run_sha256(void *cookie, char hex[DIGEST_SHA256_HEX + 1])
{

	(void)cookie;
	memset(hex, '0', DIGEST_SHA256_HEX);
	hex[DIGEST_SHA256_HEX] = '\0';
}

static inline void
run_each(void *cookie, const char *name, const struct book *book)
{

	(void)name;
	*(struct book *)cookie = *book;
}

/**
 * run_decode(o, p, len, chunk, book, e):
 * Decode ${len} bytes given in blocks of ${chunk}; ${o} says what.  Return the
 * stream, which the caller frees, or NULL with ${e} set.
 */
static inline char *
run_decode(struct decode_options *o, const void *p, size_t len, size_t chunk, struct book *book,
    struct err *e)
{
	struct run_input in = { p, len, chunk, NULL };
	struct decode_input di = { { run_read, &in }, run_sha256, NULL };
	struct buf out = BUF_INIT(16 << 20);
	char *text = NULL, piece[4096];
	ssize_t n;
	int fd;

	if (o->source == NULL)
		o->source = "test";
	o->run = "00000000-0000-4000-8000-000000000000";
	o->fd_name = "out";
	if ((fd = o->fd = io_spool(e)) < 0)
		return (NULL);
	if (decode_run(o, &di, run_each, book, e) == 0 && lseek(fd, 0, SEEK_SET) == 0) {
		while ((n = io_read(fd, piece, sizeof(piece), "out", e)) > 0)
			(void)buf_add(&out, piece, (size_t)n, e);
		text = xstrdup(buf_str(&out, e));
	}
	(void)close(fd);
	buf_free(&out);
	free(in.block);
	return (text);
}

/**
 * run_row(text, n):
 * The ${n}th row of a stream, from 1, without its line end; "" for none.  It lives
 * until the next call.
 */
static inline const char *
run_row(const char *text, size_t n)
{
	static char row[2000];
	const char *p = text, *end;

	row[0] = '\0';
	for (n += 2; p != NULL && n > 1; n--)
		if ((p = strchr(p, '\n')) != NULL)
			p++;
	if (p == NULL || *p == '#' || (end = strchr(p, '\n')) == NULL)
		return (row);
	(void)snprintf(row, sizeof(row), "%.*s", (int)(end - p), p);
	return (row);
}

/**
 * run_home(rel):
 * The path of ${rel} in the checkout; it lives until the next call.
 */
static inline const char *
run_home(const char *rel)
{
	static char path[4096];
	const char *home = getenv("AEGIS_HOME");

	(void)snprintf(path, sizeof(path), "%s/%s", home ? home : ".", rel);
	return (path);
}

#endif
