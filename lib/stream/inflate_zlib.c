/* gzip's members, by zlib. */

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>

#include <zlib.h>

#include "base/buf.h"
#include "stream/inflate.h"

/* For inflateInit2(): the largest window, and a gzip header and trailer. */
enum { ZLIB_WINDOW = 15 + 16 };

/* As inflate_zlib.open. */
static void *
zlib_open(void)
{
	z_stream *z = xcalloc(1, sizeof(*z));

	if (inflateInit2(z, ZLIB_WINDOW) == Z_OK)
		return (z);
	free(z);
	return (NULL);
}

/* As inflate_zlib.run. */
static enum inflate_result
zlib_run(void *cookie, struct inflate_io *io, const char **why)
{
	z_stream *z = cookie;
	int rc;

	z->next_in = (z_const Bytef *)(uintptr_t)io->in;
	z->avail_in = io->nin < UINT_MAX ? (uInt)io->nin : UINT_MAX;
	z->next_out = io->out;
	z->avail_out = io->nout < UINT_MAX ? (uInt)io->nout : UINT_MAX;
	rc = inflate(z, Z_NO_FLUSH);
	io->nin -= (size_t)(z->next_in - io->in);
	io->in = z->next_in;
	io->nout -= (size_t)(z->next_out - io->out);
	io->out = z->next_out;
	switch (rc) {
	case Z_STREAM_END:
		return (INFLATE_END);
	case Z_OK:
	case Z_BUF_ERROR:
		return (INFLATE_MORE);
	case Z_MEM_ERROR:
		return (INFLATE_NO_MEMORY);
	default:
		*why = z->msg != NULL ? z->msg : "broken data";
		return (INFLATE_BROKEN);
	}
}

/* As inflate_zlib.again. */
static int
zlib_again(void *z)
{

	return (inflateReset(z) == Z_OK ? 0 : -1);
}

/* As inflate_zlib.close. */
static void
zlib_close(void *z)
{

	(void)inflateEnd(z);
	free(z);
}

const struct inflate inflate_zlib = { "zlib", zlib_open, zlib_run, zlib_again, zlib_close };
