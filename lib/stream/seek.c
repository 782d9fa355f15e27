/* Bytes at any place of a raw input. */

#include "stream/seek.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/io.h"
#include "base/samefile.h"
#include "stream/source.h"
#include "stream/unpack.h"
#include "stream/zst_seek.h"

enum {
	SEEK_BACK = 4 << 20,       /* bytes that stay readable behind one that was read */
	SEEK_HELD_MAX = 256 << 20, /* bytes that are held at all */
};

struct seek {
	char *path, *member;
	int fd; /* of a plain or a kept file, or -1 */
	struct zst_seek *frames;
	struct source *source; /* of all others */
	struct buf held;       /* what was read of it, from byte */
	uint64_t from;
	bool over, broken;
};

/* Open the file itself, where it is plain or has a table of frames; 1, 0 where it is neither, -1. */
static int
seek_open_file(struct seek *s, struct err *e)
{
	unsigned char head[UNPACK_DETECT];
	struct stat st;
	ssize_t n;

	if (stat(s->path, &st) == 0 && !S_ISREG(st.st_mode))
		return (0);
	if ((s->fd = infile_open(s->path, e)) < 0)
		return (-1);
	if ((n = io_pread(s->fd, head, sizeof(head), 0, s->path, e)) < 0)
		return (-1);
	switch (unpack_detect(head, (size_t)n)) {
	case UNPACK_NONE:
		return (1);
	case UNPACK_ZSTD:
		if (zst_seek_open(s->fd, s->path, &s->frames, e))
			return (-1);
		return (s->frames != NULL);
	case UNPACK_GZIP:
	case UNPACK_ZIP:
	case UNPACK_TAR:
	case UNPACK_COMPRESS:
	default:
		return (0);
	}
}

/* Begin at the input's first byte, to read on from there. */
static int
seek_begin(struct seek *s, struct err *e)
{

	source_close(s->source);
	s->held.len = 0;
	s->from = 0;
	s->over = false;
	s->source = source_open_part(s->path, s->member, e);
	return (s->source == NULL);
}

struct seek *
seek_open(const char *path, const char *member, struct err *e)
{
	struct seek *s = xcalloc(1, sizeof(*s));
	int rc;

	s->path = xstrdup(path);
	s->member = member != NULL ? xstrdup(member) : NULL;
	s->held.max = SEEK_HELD_MAX;
	s->fd = -1;
	rc = seek_open_file(s, e);
	if (rc == 0 && s->fd >= 0) {
		samefile_drop(s->fd);
		(void)close(s->fd);
		s->fd = -1;
	}
	if (rc < 0 || (rc == 0 && seek_begin(s, e))) {
		seek_close(s);
		return (NULL);
	}
	return (s);
}

/* Of a plain file. */
static int
seek_read_file(struct seek *s, uint64_t offset, size_t n, struct buf *out, struct err *e)
{
	ssize_t k;

	if (buf_reserve(out, n, e) ||
	    (k = io_pread(s->fd, out->p + out->len, n, offset, s->path, e)) < 0)
		return (-1);
	out->len += (size_t)k;
	return (0);
}

/* Forget what is far enough before ${offset}. */
static void
seek_forget(struct seek *s, uint64_t offset)
{
	const uint64_t keep = offset > SEEK_BACK ? offset - SEEK_BACK : 0;
	size_t n;

	if (keep <= s->from || s->held.len < (size_t)2 * SEEK_BACK)
		return;
	n = keep - s->from < s->held.len ? (size_t)(keep - s->from) : s->held.len;
	memmove(s->held.p, s->held.p + n, s->held.len - n);
	s->held.len -= n;
	s->from += n;
}

/* Of what can only be read on. */
static int
seek_read_on(struct seek *s, uint64_t offset, size_t n, struct buf *out, struct err *e)
{
	const unsigned char *p;
	ssize_t k;
	size_t at;

	if (offset < s->from && seek_begin(s, e))
		return (-1);
	while (!s->over && s->from + s->held.len < offset + n) {
		if ((k = source_read(s->source, &p, e)) < 0)
			return (-1);
		seek_forget(s, offset);
		s->over = k == 0;
		if (k > 0 && buf_add(&s->held, p, (size_t)k, e))
			return (-1);
	}
	if (offset >= s->from + s->held.len)
		return (0);
	at = (size_t)(offset - s->from);
	return (buf_add(out, s->held.p + at, n < s->held.len - at ? n : s->held.len - at, e));
}

int
seek_read(struct seek *s, uint64_t offset, size_t n, struct buf *out, struct err *e)
{
	int rc;

	rc = s->frames != NULL ? zst_seek_read(s->frames, offset, n, out, e) :
	    s->fd >= 0         ? seek_read_file(s, offset, n, out, e) :
				 seek_read_on(s, offset, n, out, e);
	s->broken |= rc != 0;
	return (rc);
}

bool
seek_broken(const struct seek *s)
{

	return (s->broken);
}

void
seek_close(struct seek *s)
{

	if (s == NULL)
		return;
	zst_seek_free(s->frames);
	if (s->fd >= 0) {
		samefile_drop(s->fd);
		(void)close(s->fd);
	}
	if (s->source != NULL)
		source_close(s->source);
	buf_free(&s->held);
	free(s->path);
	free(s->member);
	free(s);
}
