#ifndef AEGIS_TESTS_FUZZ_RRC_INPUT_H
#define AEGIS_TESTS_FUZZ_RRC_INPUT_H

/* A fuzzer's bytes as the input of rrc/decode.h, in small blocks. */

#include "base/buf.h"
#include "fuzz.h"
#include "rrc/decode.h"
#include "rrc/layout_load.h"

struct input {
	const uint8_t *p;
	size_t left, chunk;
	unsigned char *block;
};

static inline ssize_t
input_read(void *cookie, const unsigned char **p, struct err *e)
{
	struct input *in = cookie;
	size_t n = in->left < in->chunk ? in->left : in->chunk;

	(void)e;
	/* A block of its own, so that reading past it is seen. */
	free(in->block);
	in->block = xcalloc(1, n);
	if (n > 0)
		memcpy(in->block, in->p, n);
	*p = in->block;
	in->p += n;
	in->left -= n;
	return ((ssize_t)n);
}

static inline void
input_sha256(void *cookie, char hex[DIGEST_SHA256_HEX + 1])
{

	(void)cookie;
	(void)strcpy(hex, "-");
}

static inline void
each(void *cookie, const char *name, const struct book *b)
{

	(void)cookie;
	(void)name;
	if (b->read != b->used + b->skipped + b->rejected)
		abort();
}

/* Decode it all to nowhere; the reject file is in memory. */
static inline void
input_decode(struct decode_options *o, const uint8_t *p, size_t size, size_t chunk)
{
	static char rejects[64]; /* two targets run at a time */
	static int null = -1;
	struct err e = ERR_INIT;
	struct input in = { p, size, chunk, NULL };
	struct decode_input di = { { input_read, &in }, input_sha256, NULL };

	if (null < 0 && (null = open("/dev/null", O_WRONLY)) < 0)
		abort();
	(void)snprintf(rejects, sizeof(rejects), "/dev/shm/fuzz-rrc-%d.rej", (int)getpid());
	o->fd = null;
	o->fd_name = "/dev/null";
	o->source = "fuzz";
	o->run = "00000000-0000-4000-8000-000000000000";
	o->rejects = rejects;
	o->max_rejects.count = o->max_flaws.count = UINT64_MAX;
	if (decode_run(o, &di, each, NULL, &e) != 0 && e.status == STATUS_OK)
		abort();
	if (e.status == STATUS_BUG || e.status == STATUS_IO)
		abort();
	(void)unlink(rejects);
	free(in.block);
}

#endif
