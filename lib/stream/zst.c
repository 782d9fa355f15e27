/* zstd files of lines, with the sums of both sides. */

#include "stream/zst.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <zstd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/num.h"

enum {
	ZST_FRAME = 4 << 20,
	ZST_WINDOW_LOG = 22,     /* 4 MiB: a frame */
	ZST_WINDOW_LOG_MAX = 23, /* 8 MiB: what is read */
};

struct zst_entry {
	uint32_t packed, plain, xxh;
};

struct zst_writer {
	int fd;
	const char *name;
	ZSTD_CCtx *ctx;
	char *plain, *packed;
	size_t len, packed_size;
	struct zst_entry *entries;
	size_t n, cap;
	struct digest_sha256 *plain_digest, *packed_digest;
	struct digest_xxh64 *xxh;
	struct zst_sums sums;
};

/* End the program if the zstd call that returned ${code} failed; the message blames a lack of
 * memory. */
static void
zst_need(size_t code)
{

	if (ZSTD_isError(code))
		err_die(STATUS_TEMPFAIL, "out of memory for zstd");
}

struct zst_writer *
zst_writer_open(int fd, const char *name, enum zst_level level)
{
	struct zst_writer *w = xcalloc(1, sizeof(*w));

	w->fd = fd;
	w->name = name;
	w->plain = xcalloc(1, ZST_FRAME);
	w->packed_size = ZSTD_compressBound(ZST_FRAME);
	w->packed = xcalloc(1, w->packed_size);
	if ((w->ctx = ZSTD_createCCtx()) == NULL)
		err_die(STATUS_TEMPFAIL, "out of memory");
	zst_need(ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_compressionLevel, (int)level));
	zst_need(ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_windowLog, ZST_WINDOW_LOG));
	zst_need(ZSTD_CCtx_setParameter(w->ctx, ZSTD_c_checksumFlag, 1));
	w->plain_digest = digest_sha256_new();
	w->packed_digest = digest_sha256_new();
	w->xxh = digest_xxh64_new();
	return (w);
}

/* Write compressed bytes to the file, and add them to the digest and the count of that side. */
static int
zst_write(struct zst_writer *w, const char *p, size_t n, struct err *e)
{

	digest_sha256_update(w->packed_digest, p, n);
	w->sums.packed_bytes += n;
	return (io_write_all(w->fd, p, n, w->name, e));
}

/* Compress the buffered text as one frame, write it, and note its sizes and checksum for the
 * table. */
static int
zst_frame(struct zst_writer *w, struct err *e)
{
	struct zst_entry *entry;
	size_t n;

	n = ZSTD_compress2(w->ctx, w->packed, w->packed_size, w->plain, w->len);
	if (ZSTD_isError(n))
		return (
		    err_set(e, STATUS_TEMPFAIL, "'%s': zstd: %s", w->name, ZSTD_getErrorName(n)));
	if (w->n == w->cap)
		w->entries = xgrow(w->entries, &w->cap, sizeof(*w->entries));
	digest_xxh64_reset(w->xxh);
	digest_xxh64_update(w->xxh, w->plain, w->len);
	digest_sha256_update(w->plain_digest, w->plain, w->len);
	entry = &w->entries[w->n++];
	entry->packed = (uint32_t)n;
	entry->plain = (uint32_t)w->len;
	entry->xxh = (uint32_t)digest_xxh64_value(w->xxh);
	w->sums.plain_bytes += w->len;
	w->len = 0;
	return (zst_write(w, w->packed, n, e));
}

int
zst_writer_bytes(struct zst_writer *w, const void *bytes, size_t len, struct err *e)
{
	const char *p = bytes;

	while (len > 0) {
		size_t n = ZST_FRAME - w->len;

		if (n > len)
			n = len;
		memcpy(w->plain + w->len, p, n);
		w->len += n;
		p += n;
		len -= n;
		if (w->len == ZST_FRAME && zst_frame(w, e))
			return (-1);
	}
	return (0);
}

int
zst_writer_line(struct zst_writer *w, const char *p, size_t len, struct err *e)
{

	if (len > ZST_LINE_MAX)
		return (
		    err_set(e, STATUS_DATA, "'%s': line %llu is %zu bytes long, but may have %d",
			w->name, (unsigned long long)w->sums.lines + 1, len, ZST_LINE_MAX));
	w->sums.lines++;
	return (zst_writer_bytes(w, p, len, e) || zst_writer_bytes(w, "\n", 1, e));
}

/* Store ${v} in 4 bytes, and move ${q} past them. */
static void
zst_put32(char **q, uint32_t v)
{

	num_put_le32(*q, v);
	*q += 4;
}

int
zst_writer_note(struct zst_writer *w, const char *text, size_t len, struct err *e)
{
	char head[8], *q = head;

	if (len > ZST_NOTE_MAX)
		return (err_set(e, STATUS_CONFIG, "'%s': a note of %zu bytes", w->name, len));
	/* Text is before it, in frames. */
	if ((w->len > 0 || w->n == 0) && zst_frame(w, e))
		return (-1);
	zst_put32(&q, ZST_NOTE);
	zst_put32(&q, (uint32_t)len);
	return (zst_write(w, head, sizeof(head), e) || zst_write(w, text, len, e));
}

/* The table of frames, little-endian, as a skippable frame. */
static int
zst_table(struct zst_writer *w, struct err *e)
{
	size_t size = 8 + w->n * 12 + 9, i;
	char *b = xcalloc(1, size), *q = b;
	int rc;

	zst_put32(&q, ZST_TABLE);
	zst_put32(&q, (uint32_t)(size - 8));
	for (i = 0; i < w->n; i++) {
		zst_put32(&q, w->entries[i].packed);
		zst_put32(&q, w->entries[i].plain);
		zst_put32(&q, w->entries[i].xxh);
	}
	zst_put32(&q, (uint32_t)w->n);
	*q++ = (char)ZST_CHECKSUMS;
	zst_put32(&q, ZST_SEEKABLE);
	rc = zst_write(w, b, size, e);
	free(b);
	return (rc);
}

int
zst_writer_end(struct zst_writer *w, struct zst_sums *sums, struct err *e)
{

	/* No text at all is one frame of it: a file without a frame is none to zstd. */
	if (((w->len > 0 || w->n == 0) && zst_frame(w, e)) || zst_table(w, e))
		return (-1);
	digest_sha256_final(w->plain_digest, w->sums.plain_sha256);
	digest_sha256_final(w->packed_digest, w->sums.packed_sha256);
	w->plain_digest = w->packed_digest = NULL;
	*sums = w->sums;
	return (0);
}

void
zst_writer_free(struct zst_writer *w)
{

	if (w == NULL)
		return;
	(void)ZSTD_freeCCtx(w->ctx);
	digest_sha256_free(w->plain_digest);
	digest_sha256_free(w->packed_digest);
	digest_xxh64_free(w->xxh);
	free(w->entries);
	free(w->plain);
	free(w->packed);
	free(w);
}

struct zst_reader {
	int fd;
	const char *name;
	uint64_t max;
	ZSTD_DCtx *ctx;
	char *packed, *plain;
	size_t packed_size, plain_size;
	ZSTD_inBuffer in;
	const char *at, *end; /* text not yet given out */
	struct buf part;      /* the beginning of a line */
	bool over, inside;    /* no more bytes; within a frame */
	bool full;            /* zstd may hold text still */
	struct digest_sha256 *plain_digest, *packed_digest;
	struct zst_sums sums;
};

struct zst_reader *
zst_reader_open(int fd, const char *name, uint64_t max)
{
	struct zst_reader *r = xcalloc(1, sizeof(*r));

	r->fd = fd;
	r->name = name;
	r->max = max;
	if ((r->ctx = ZSTD_createDCtx()) == NULL)
		err_die(STATUS_TEMPFAIL, "out of memory");
	zst_need(ZSTD_DCtx_setParameter(r->ctx, ZSTD_d_windowLogMax, ZST_WINDOW_LOG_MAX));
	r->packed_size = ZSTD_DStreamInSize();
	r->plain_size = ZSTD_DStreamOutSize();
	r->packed = xcalloc(1, r->packed_size);
	r->plain = xcalloc(1, r->plain_size);
	r->part.max = ZST_LINE_MAX + 1;
	r->plain_digest = digest_sha256_new();
	r->packed_digest = digest_sha256_new();
	return (r);
}

/* More packed bytes: 1, 0 at the end, -1. */
static int
zst_pull(struct zst_reader *r, struct err *e)
{
	ssize_t n = io_read(r->fd, r->packed, r->packed_size, r->name, e);

	if (n < 0)
		return (-1);
	r->in.src = r->packed;
	r->in.size = (size_t)n;
	r->in.pos = 0;
	digest_sha256_update(r->packed_digest, r->packed, (size_t)n);
	r->sums.packed_bytes += (uint64_t)n;
	r->over = n == 0;
	return (n > 0);
}

/* More text: 1, 0 at the end, -1. */
static int
zst_unpack(struct zst_reader *r, struct err *e)
{
	ZSTD_outBuffer out = { r->plain, r->plain_size, 0 };
	size_t code;
	int rc;

	while (out.pos == 0) {
		if (r->in.pos == r->in.size && !r->full) {
			if ((rc = zst_pull(r, e)) < 0)
				return (-1);
			if (rc == 0 && r->inside)
				return (err_set(e, STATUS_DATA, "'%s' is cut", r->name));
			if (rc == 0)
				return (0);
		}
		code = ZSTD_decompressStream(r->ctx, &out, &r->in);
		if (ZSTD_isError(code))
			return (err_set(e, STATUS_DATA, "'%s': byte %llu of its text: zstd: %s",
			    r->name, (unsigned long long)r->sums.plain_bytes,
			    ZSTD_getErrorName(code)));
		r->inside = code != 0;
		r->full = out.pos == out.size;
	}
	r->at = r->plain;
	r->end = r->plain + out.pos;
	digest_sha256_update(r->plain_digest, r->plain, out.pos);
	r->sums.plain_bytes += out.pos;
	if (r->sums.plain_bytes > r->max)
		return (err_set(e, STATUS_DATA, "'%s' has more text than its manifest's %llu bytes",
		    r->name, (unsigned long long)r->max));
	return (1);
}

int
zst_reader_line(struct zst_reader *r, const char **p, size_t *len, struct err *e)
{
	const char *lf;
	int rc;

	r->part.len = 0;
	for (;;) {
		if (r->at == r->end && (rc = zst_unpack(r, e)) <= 0) {
			if (rc == 0 && r->part.len > 0)
				return (err_set(e, STATUS_DATA,
				    "'%s': the last line has no line end", r->name));
			return (rc);
		}
		lf = memchr(r->at, '\n', (size_t)(r->end - r->at));
		if (lf != NULL && r->part.len == 0) {
			*p = r->at;
			*len = (size_t)(lf - r->at);
			r->at = lf + 1;
			break;
		}
		if (buf_add(&r->part, r->at, (size_t)((lf != NULL ? lf : r->end) - r->at), e))
			return (err_prefix(e, "'%s': line %llu", r->name,
			    (unsigned long long)r->sums.lines + 1));
		r->at = lf != NULL ? lf + 1 : r->end;
		if (lf != NULL) {
			*p = r->part.p;
			*len = r->part.len;
			break;
		}
	}
	r->sums.lines++;
	return (1);
}

int
zst_reader_sums(struct zst_reader *r, struct zst_sums *sums, struct err *e)
{
	int rc = 1;

	while (!r->over && (rc = zst_pull(r, e)) > 0)
		;
	if (rc < 0)
		return (-1);
	digest_sha256_final(r->plain_digest, r->sums.plain_sha256);
	digest_sha256_final(r->packed_digest, r->sums.packed_sha256);
	r->plain_digest = r->packed_digest = NULL;
	*sums = r->sums;
	return (0);
}

void
zst_reader_free(struct zst_reader *r)
{

	if (r == NULL)
		return;
	(void)ZSTD_freeDCtx(r->ctx);
	digest_sha256_free(r->plain_digest);
	digest_sha256_free(r->packed_digest);
	buf_free(&r->part);
	free(r->packed);
	free(r->plain);
	free(r);
}
