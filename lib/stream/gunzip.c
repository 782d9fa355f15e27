/* gzip, by zlib. */

#include "stream/gunzip.h"

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>

#include <zlib.h>

#include "base/buf.h"

/* For inflateInit2(): the largest window, and a gzip header and trailer. */
enum { GUNZIP_WINDOW = 15 + 16 };

enum gunzip_state { GUNZIP_INSIDE, GUNZIP_BETWEEN, GUNZIP_PADDING };

struct gunzip {
	const struct unpack_input *in;
	z_stream z;
	enum gunzip_state state;
	bool input_over;
	uint64_t pulled; /* compressed bytes pulled so far */
	uint64_t member; /* offset of the present member */
};

/* Offset of the next compressed byte that zlib has not taken. */
static uint64_t
gunzip_offset(const struct gunzip *g)
{

	return (g->pulled - g->z.avail_in);
}

/* Report broken data with the place in the compressed file; always -1. */
static int
gunzip_broken(const struct gunzip *g, const char *why, struct err *e)
{

	return (err_set(e, STATUS_DATA,
	    "cannot unpack '%s': %s at compressed byte %llu (gzip member from byte %llu)",
	    g->in->name, why, (unsigned long long)gunzip_offset(g), (unsigned long long)g->member));
}

/* Get more compressed bytes if zlib has taken all it had; sets input_over at the end of the input.
 */
static int
gunzip_pull(struct gunzip *g, struct err *e)
{
	const unsigned char *p;
	ssize_t n;

	if (g->input_over || g->z.avail_in > 0)
		return (0);
	if ((n = g->in->pull(g->in->ctx, &p, e)) < 0)
		return (-1);
	g->input_over = n == 0;
	g->pulled += (uint64_t)n;
	g->z.next_in = (z_const Bytef *)(uintptr_t)p;
	g->z.avail_in = (uInt)n;
	return (0);
}

/* Behind a member: another one, padding, or garbage. */
static int
gunzip_between(struct gunzip *g, struct err *e)
{

	while (g->z.avail_in > 0 && *g->z.next_in == 0) {
		g->state = GUNZIP_PADDING;
		g->z.next_in++;
		g->z.avail_in--;
	}
	if (g->z.avail_in == 0)
		return (0);
	if (g->state == GUNZIP_PADDING || *g->z.next_in != 0x1f)
		return (gunzip_broken(g, "bytes after the end that are not gzip", e));
	g->member = gunzip_offset(g);
	g->state = GUNZIP_INSIDE;
	if (inflateReset(&g->z) != Z_OK)
		return (gunzip_broken(g, "zlib cannot go on", e));
	return (0);
}

/* Unpack into the rest of the output, and note the end of the member; an input that ends before it
 * is an error. */
static int
gunzip_inflate(struct gunzip *g, struct err *e)
{
	uInt room = g->z.avail_out;

	switch (inflate(&g->z, Z_NO_FLUSH)) {
	case Z_STREAM_END:
		g->state = GUNZIP_BETWEEN;
		return (0);
	case Z_OK:
	case Z_BUF_ERROR:
		if (g->input_over && g->z.avail_out == room)
			return (gunzip_broken(g, "the file is cut short", e));
		return (0);
	case Z_MEM_ERROR:
		return (
		    err_set(e, STATUS_TEMPFAIL, "cannot unpack '%s': out of memory", g->in->name));
	default:
		return (gunzip_broken(g, g->z.msg ? g->z.msg : "broken data", e));
	}
}

struct gunzip *
gunzip_open(const struct unpack_input *in, struct err *e)
{
	struct gunzip *g = xcalloc(1, sizeof(*g));

	g->in = in;
	if (inflateInit2(&g->z, GUNZIP_WINDOW) != Z_OK) {
		(void)err_set(e, STATUS_TEMPFAIL, "cannot unpack '%s': zlib does not start",
		    in->name);
		free(g);
		return (NULL);
	}
	return (g);
}

ssize_t
gunzip_read(struct gunzip *g, unsigned char *p, size_t n, struct err *e)
{

	if (n > INT_MAX)
		n = INT_MAX;
	g->z.next_out = p;
	g->z.avail_out = (uInt)n;
	while (g->z.avail_out > 0) {
		if (gunzip_pull(g, e))
			return (-1);
		if (g->state != GUNZIP_INSIDE) {
			if (g->input_over && g->z.avail_in == 0)
				break;
			if (gunzip_between(g, e))
				return (-1);
		} else if (gunzip_inflate(g, e)) {
			return (-1);
		}
	}
	return ((ssize_t)(n - g->z.avail_out));
}

void
gunzip_free(struct gunzip *g)
{

	if (g == NULL)
		return;
	(void)inflateEnd(&g->z);
	free(g);
}
