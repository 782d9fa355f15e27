/* Text at any place of a seekable zstd file. */

#include "stream/zst_seek.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zstd.h>

#include "base/digest.h"
#include "base/io.h"
#include "base/num.h"
#include "stream/zst.h"

enum { SEEK_FOOTER = 9, SEEK_HEAD = 8, SEEK_ENTRY = 8, SEEK_ENTRY_SUM = 12 };

struct zst_seek_frame {
	uint64_t packed_at, plain_at;
	uint32_t packed, plain, xxh;
};

struct zst_seek {
	int fd;
	const char *name;
	bool checksums;
	struct zst_seek_frame *frames;
	size_t n;
	char *note;
	char *packed, *plain;
	size_t packed_size, plain_size;
	size_t now; /* the frame that "plain" is, or n */
	ZSTD_DCtx *ctx;
};

/* Read exactly ${n} bytes at ${at}. */
static int
zst_seek_bytes(const struct zst_seek *z, void *to, size_t n, uint64_t at, struct err *e)
{
	const ssize_t k = io_pread(z->fd, to, n, at, z->name, e);

	if (k < 0)
		return (-1);
	return ((size_t)k < n ? err_set(e, STATUS_DATA, "'%s' is cut", z->name) : 0);
}

/* Take the entries of the table, whose text begins at ${table} in the file.  False where they can't be
 * those of what is before it. */
static bool
zst_seek_entries(struct zst_seek *z, const unsigned char *p, size_t size, uint64_t table)
{
	uint64_t packed = 0, plain = 0;
	size_t i;

	z->frames = xcalloc(z->n + 1, sizeof(*z->frames));
	for (i = 0; i < z->n; i++, p += size) {
		struct zst_seek_frame *f = &z->frames[i];

		f->packed_at = packed;
		f->plain_at = plain;
		f->packed = num_le32(p);
		f->plain = num_le32(p + 4);
		f->xxh = z->checksums ? num_le32(p + 8) : 0;
		packed += f->packed;
		plain += f->plain;
		if (f->plain > ZST_SEEK_FRAME || packed > table)
			return (false);
		if (f->packed > z->packed_size)
			z->packed_size = f->packed;
		if (f->plain > z->plain_size)
			z->plain_size = f->plain;
	}
	z->frames[i].packed_at = packed;
	z->frames[i].plain_at = plain;
	return (true);
}

/* The note, where one stands between the last frame and the table at ${table}. */
static int
zst_seek_take_note(struct zst_seek *z, uint64_t table, struct err *e)
{
	const uint64_t at = z->frames[z->n].packed_at;
	unsigned char head[SEEK_HEAD];
	uint32_t n;

	z->note = xstrdup("");
	if (table - at < SEEK_HEAD)
		return (0);
	if (zst_seek_bytes(z, head, sizeof(head), at, e))
		return (-1);
	n = num_le32(head + 4);
	if (num_le32(head) != ZST_NOTE || n > ZST_NOTE_MAX || n > table - at - SEEK_HEAD)
		return (0);
	free(z->note);
	z->note = xcalloc(1, (size_t)n + 1);
	return (zst_seek_bytes(z, z->note, n, at + SEEK_HEAD, e));
}

/* Read the table of a file of ${size} bytes: 1 where there is one, 0, -1. */
static int
zst_seek_table(struct zst_seek *z, uint64_t size, struct err *e)
{
	unsigned char foot[SEEK_FOOTER], *table;
	size_t entry, bytes;
	int rc = 0;

	if (size < SEEK_HEAD + SEEK_FOOTER)
		return (0);
	if (zst_seek_bytes(z, foot, sizeof(foot), size - SEEK_FOOTER, e))
		return (-1);
	if (num_le32(foot + 5) != ZST_SEEKABLE)
		return (0);
	z->n = num_le32(foot);
	z->checksums = (foot[4] & ZST_CHECKSUMS) != 0;
	entry = z->checksums ? SEEK_ENTRY_SUM : SEEK_ENTRY;
	bytes = z->n * entry + SEEK_FOOTER;
	if (size < SEEK_HEAD + bytes)
		return (0);
	table = xcalloc(1, SEEK_HEAD + bytes);
	if (zst_seek_bytes(z, table, SEEK_HEAD + bytes, size - bytes - SEEK_HEAD, e))
		rc = -1;
	else if (num_le32(table) == ZST_TABLE && num_le32(table + 4) == bytes)
		rc = zst_seek_entries(z, table + SEEK_HEAD, entry, size - bytes - SEEK_HEAD);
	free(table);
	if (rc == 1 && zst_seek_take_note(z, size - bytes - SEEK_HEAD, e))
		rc = -1;
	return (rc);
}

int
zst_seek_open(int fd, const char *name, struct zst_seek **out, struct err *e)
{
	struct zst_seek *z = xcalloc(1, sizeof(*z));
	struct stat st;
	int rc;

	*out = NULL;
	z->fd = fd;
	z->name = name;
	rc = fstat(fd, &st) ? err_sys(e, STATUS_IO, "cannot read '%s'", name) :
			      zst_seek_table(z, (uint64_t)st.st_size, e);
	if (rc <= 0) {
		zst_seek_free(z);
		return (rc);
	}
	z->now = z->n;
	z->packed = xcalloc(1, z->packed_size + 1);
	z->plain = xcalloc(1, z->plain_size + 1);
	if ((z->ctx = ZSTD_createDCtx()) == NULL)
		err_die(STATUS_TEMPFAIL, "out of memory");
	*out = z;
	return (0);
}

const char *
zst_seek_note(const struct zst_seek *z)
{

	return (z->note);
}

/* Unpack frame ${i}, if it is not the last one that was. */
static int
zst_seek_unpack(struct zst_seek *z, size_t i, struct err *e)
{
	const struct zst_seek_frame *f = &z->frames[i];
	struct digest_xxh64 *x;
	size_t n;
	bool good;

	if (z->now == i)
		return (0);
	z->now = z->n;
	if (zst_seek_bytes(z, z->packed, f->packed, f->packed_at, e))
		return (-1);
	n = ZSTD_decompressDCtx(z->ctx, z->plain, z->plain_size + 1, z->packed, f->packed);
	if (ZSTD_isError(n))
		return (err_set(e, STATUS_DATA, "'%s': the frame at byte %llu: zstd: %s", z->name,
		    (unsigned long long)f->packed_at, ZSTD_getErrorName(n)));
	good = n == f->plain;
	if (good && z->checksums) {
		x = digest_xxh64_new();
		digest_xxh64_update(x, z->plain, n);
		good = (uint32_t)digest_xxh64_value(x) == f->xxh;
		digest_xxh64_free(x);
	}
	if (!good)
		return (err_set(e, STATUS_DATA,
		    "'%s': the frame at byte %llu is not what the table at the end says", z->name,
		    (unsigned long long)f->packed_at));
	z->now = i;
	return (0);
}

/* The frame that holds the byte ${offset} of the text, or n. */
static size_t
zst_seek_find(const struct zst_seek *z, uint64_t offset)
{
	size_t low = 0, high = z->n;

	while (low < high) {
		size_t i = low + (high - low) / 2;

		if (offset < z->frames[i].plain_at)
			high = i;
		else if (offset >= z->frames[i + 1].plain_at)
			low = i + 1;
		else
			return (i);
	}
	return (z->n);
}

int
zst_seek_read(struct zst_seek *z, uint64_t offset, size_t n, struct buf *out, struct err *e)
{
	size_t i, at, k;

	for (i = zst_seek_find(z, offset); n > 0 && i < z->n; i++) {
		if (zst_seek_unpack(z, i, e))
			return (-1);
		at = (size_t)(offset - z->frames[i].plain_at);
		k = z->frames[i].plain - at;
		if (k > n)
			k = n;
		if (buf_add(out, z->plain + at, k, e))
			return (-1);
		offset += k;
		n -= k;
	}
	return (0);
}

void
zst_seek_free(struct zst_seek *z)
{

	if (z == NULL)
		return;
	(void)ZSTD_freeDCtx(z->ctx);
	free(z->frames);
	free(z->note);
	free(z->packed);
	free(z->plain);
	free(z);
}
