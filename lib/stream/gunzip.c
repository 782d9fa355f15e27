/* gzip: members, one behind the other. */

#include "stream/gunzip.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/buf.h"

#ifdef AEGIS_ISAL
const struct inflate *gunzip_inflates = &inflate_isal;
#else
const struct inflate *gunzip_inflates = &inflate_zlib;
#endif

enum gunzip_state { GUNZIP_INSIDE, GUNZIP_BETWEEN, GUNZIP_PADDING };

struct gunzip {
	const struct unpack_input *in;
	const struct inflate *by;
	void *z;
	struct inflate_io io;
	enum gunzip_state state;
	bool input_over;
	uint64_t pulled; /* compressed bytes pulled so far */
	uint64_t member; /* offset of the present member */
};

/* Offset of the next compressed byte that is not taken. */
static uint64_t
gunzip_offset(const struct gunzip *g)
{

	return (g->pulled - g->io.nin);
}

/* Report broken data with the place in the compressed file; always -1. */
static int
gunzip_broken(const struct gunzip *g, const char *why, struct err *e)
{

	return (err_set(e, STATUS_DATA,
	    "cannot unpack '%s': %s at compressed byte %llu (gzip member from byte %llu)",
	    g->in->name, why, (unsigned long long)gunzip_offset(g), (unsigned long long)g->member));
}

/* Get more compressed bytes where all are taken; sets input_over at the end of the input. */
static int
gunzip_pull(struct gunzip *g, struct err *e)
{
	const unsigned char *p;
	ssize_t n;

	if (g->input_over || g->io.nin > 0)
		return (0);
	if ((n = g->in->pull(g->in->ctx, &p, e)) < 0)
		return (-1);
	g->input_over = n == 0;
	g->pulled += (uint64_t)n;
	g->io.in = p;
	g->io.nin = (size_t)n;
	return (0);
}

/* Behind a member: another one, padding, or garbage. */
static int
gunzip_between(struct gunzip *g, struct err *e)
{

	while (g->io.nin > 0 && *g->io.in == 0) {
		g->state = GUNZIP_PADDING;
		g->io.in++;
		g->io.nin--;
	}
	if (g->io.nin == 0)
		return (0);
	if (g->state == GUNZIP_PADDING || *g->io.in != 0x1f)
		return (gunzip_broken(g, "bytes after the end that are not gzip", e));
	g->member = gunzip_offset(g);
	g->state = GUNZIP_INSIDE;
	if (g->by->again(g->z))
		return (gunzip_broken(g, "the next member cannot begin", e));
	return (0);
}

/* Unpack into the rest of the output, and note the end of the member; an input that ends before it
 * is an error. */
static int
gunzip_inflate(struct gunzip *g, struct err *e)
{
	const char *why = NULL;
	size_t room = g->io.nout;

	switch (g->by->run(g->z, &g->io, &why)) {
	case INFLATE_END:
		g->state = GUNZIP_BETWEEN;
		return (0);
	case INFLATE_MORE:
		if (g->input_over && g->io.nout == room)
			return (gunzip_broken(g, "the file is cut short", e));
		return (0);
	case INFLATE_NO_MEMORY:
		return (
		    err_set(e, STATUS_TEMPFAIL, "cannot unpack '%s': out of memory", g->in->name));
	case INFLATE_BROKEN:
		break;
	}
	return (gunzip_broken(g, why, e));
}

struct gunzip *
gunzip_open(const struct unpack_input *in, struct err *e)
{
	struct gunzip *g = xcalloc(1, sizeof(*g));

	g->in = in;
	g->by = gunzip_inflates;
	if ((g->z = g->by->open()) == NULL) {
		(void)err_set(e, STATUS_TEMPFAIL, "cannot unpack '%s': %s does not start", in->name,
		    g->by->name);
		free(g);
		return (NULL);
	}
	return (g);
}

ssize_t
gunzip_read(struct gunzip *g, unsigned char *p, size_t n, struct err *e)
{

	g->io.out = p;
	g->io.nout = n;
	while (g->io.nout > 0) {
		if (gunzip_pull(g, e))
			return (-1);
		if (g->state != GUNZIP_INSIDE) {
			if (g->input_over && g->io.nin == 0)
				break;
			if (gunzip_between(g, e))
				return (-1);
		} else if (gunzip_inflate(g, e)) {
			return (-1);
		}
	}
	return ((ssize_t)(n - g->io.nout));
}

void
gunzip_free(struct gunzip *g)
{

	if (g == NULL)
		return;
	g->by->close(g->z);
	free(g);
}
