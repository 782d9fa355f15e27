/*
 * What inflates gzip files, against zlib's own deflate: members of all kinds, in blocks of any size,
 * whole, cut anywhere and with a wrong bit anywhere.  ISA-L takes what zlib takes, and beyond that only
 * what gives the right bytes: it minds less how codes are described.
 */

#include "stream/gunzip.h"

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "../../tap.h"
#include "base/buf.h"

enum { PLAIN = 200000, PACKED = 600000, ROUNDS = 60, DAMAGES = 40 };

static unsigned char plain[PLAIN], packed[PACKED];

struct input {
	const unsigned char *p;
	size_t left, chunk;
	unsigned char *block; /* a copy, so that reading too far is seen by asan */
};

static ssize_t
input_pull(void *cookie, const unsigned char **p, struct err *e)
{
	struct input *in = cookie;
	size_t n = in->left < in->chunk ? in->left : in->chunk;

	(void)e;
	free(in->block);
	in->block = xcalloc(1, n + (n == 0));
	memcpy(in->block, in->p, n);
	*p = in->block;
	in->p += n;
	in->left -= n;
	return ((ssize_t)n);
}

/* Some text, some runs, some noise. */
static size_t
make_plain(void)
{
	const size_t n = (size_t)rand() % (rand() % 4 != 0 ? 3000 : PLAIN);
	size_t i, k, run;

	for (i = 0; i < n; i += run) {
		run = 1 + (size_t)rand() % 400;
		if (run > n - i)
			run = n - i;
		for (k = i; k < i + run; k++)
			plain[k] = (unsigned char)(run % 3 == 0 ? rand() % 256 :
				run % 3 == 1                    ? 'A' :
								  "0123456789,ABC\n"[rand() % 15]);
	}
	return (n);
}

/* A member with the ${n} bytes at ${from} behind packed[0 .. at): where it ends. */
static size_t
pack(const unsigned char *from, size_t n, size_t at)
{
	static const int strategies[] = { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE };
	gz_header h = { .os = 3 };
	z_stream z;

	memset(&z, 0, sizeof(z));
	if (deflateInit2(&z, rand() % 10, Z_DEFLATED, 15 + 16, 1 + rand() % 9,
		strategies[rand() % 4]) != Z_OK)
		abort();
	if (rand() % 2 != 0)
		h.name = (Bytef *)(uintptr_t) "dbf900.ebc";
	if (rand() % 3 == 0)
		h.comment = (Bytef *)(uintptr_t) "of the night";
	if (rand() % 3 == 0) {
		h.extra = packed + PACKED - 70000;
		h.extra_len = (uInt)rand() % 65535;
	}
	h.hcrc = rand() % 2;
	if (rand() % 4 != 0 && deflateSetHeader(&z, &h) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)from;
	z.avail_in = (uInt)n;
	z.next_out = packed + at;
	z.avail_out = (uInt)(PACKED - 70000 - at);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	at += z.total_out;
	(void)deflateEnd(&z);
	return (at);
}

/* Unpack; the bytes that came out, in a buffer of the caller's, or -1 with ${e} set. */
static ssize_t
unpack(const struct inflate *by, size_t len, unsigned char *out, struct err *e)
{
	struct input in = { packed, len, 1 + (size_t)rand() % (rand() % 2 != 0 ? 20 : 70000),
		NULL };
	const struct unpack_input ui = { input_pull, &in, "made" };
	struct gunzip *g;
	size_t n = 0, room;
	ssize_t k;

	gunzip_inflates = by;
	if ((g = gunzip_open(&ui, e)) == NULL)
		abort();
	do {
		room = 1 + (size_t)rand() % (rand() % 4 != 0 ? 5000 : 100);
		if (room > PLAIN + 1 - n)
			room = PLAIN + 1 - n;
		k = room > 0 ? gunzip_read(g, out + n, room, e) : 0;
		n += k > 0 ? (size_t)k : 0;
	} while (k > 0);
	gunzip_free(g);
	free(in.block);
	return (k < 0 ? -1 : (ssize_t)n);
}

int
main(void)
{
	static const struct inflate *const all[] = {
		&inflate_zlib,
#ifdef AEGIS_ISAL
		&inflate_isal,
#endif
	};
	enum { BOTH = sizeof(all) / sizeof(all[0]) };
	static unsigned char out[BOTH][PLAIN + 1];
	size_t r, d, k, n, at, len, from, to, whole[BOTH] = { 0 }, cut[BOTH] = { 0 }, spoilt = 0,
					      differ = 0;
	struct err e;

	srand(1952);
	for (k = PACKED - 70000; k < PACKED; k++)
		packed[k] = (unsigned char)rand();
	for (r = 0; r < ROUNDS; r++) {
		ssize_t got[BOTH];

		n = make_plain();
		for (from = len = 0; from < n || len == 0; from = to) {
			to = rand() % 3 != 0 ? n : from + (size_t)rand() % (n - from + 1);
			len = pack(plain + from, to - from, len);
		}
		for (k = 0; k < BOTH; k++) {
			e = (struct err)ERR_INIT;
			got[k] = unpack(all[k], len, out[k], &e);
			whole[k] += got[k] != (ssize_t)n || memcmp(out[k], plain, n) != 0;
			/* What is cut inside of its last member is refused; behind one before it may be whole. */
			at = len - 1 - (size_t)rand() % (len < 30 ? len - 1 : 29);
			e = (struct err)ERR_INIT;
			cut[k] += at > 0 && unpack(all[k], at, out[k], &e) >= 0 &&
			    unpack(&inflate_zlib, at, out[k], &e) < 0;
		}
		for (d = 0; d < DAMAGES; d++) {
			const unsigned char flip = (unsigned char)(1U << rand() % 8);

			at = (size_t)rand() % (rand() % 2 != 0 || len < 60 ? len : 60);
			packed[at] ^= flip;
			for (k = 0; k < BOTH; k++) {
				e = (struct err)ERR_INIT;
				got[k] = unpack(all[k], len, out[k], &e);
			}
			spoilt += got[0] < 0;
			for (k = 1; k < BOTH; k++)
				if (got[0] < 0 ? got[k] >= 0 &&
					    (got[k] != (ssize_t)n ||
						memcmp(out[k], plain, n) != 0) :
						 got[k] != got[0] ||
					    memcmp(out[k], out[0], (size_t)got[0]) != 0) {
					differ++;
					(void)printf(
					    "# byte %zu of %zu, %02x for %02x: zlib %zd, %s %zd %s\n",
					    at, len, packed[at], packed[at] ^ flip, got[0],
					    all[k]->name, got[k], e.msg);
				}
			packed[at] ^= flip;
		}
	}
	for (k = 0; k < BOTH; k++) {
		(void)tap_ok(whole[k] == 0, "%s: %d files whole", all[k]->name, ROUNDS);
		(void)tap_ok(cut[k] == 0, "%s: what is cut is refused", all[k]->name);
	}
	(void)tap_ok(spoilt > ROUNDS * DAMAGES / 2, "%zu of %d files with a wrong bit are refused",
	    spoilt, ROUNDS * DAMAGES);
	(void)tap_ok(differ == 0, "or give the right bytes all the same: %zu do not", differ);
	return (tap_end());
}
