#ifndef AEGIS_TESTS_SEALED_H
#define AEGIS_TESTS_SEALED_H

/* A sealed stream around bytes that may be anything, for unit tests and fuzz targets. */
#include <stddef.h>

#include "base/buf.h"
#include "base/digest.h"

/* Into ${b}: the bytes between ${head} and a right book and seal of ${k} rows. */
static inline void
sealed_stream(struct buf *b, const char *head, const void *p, size_t n, unsigned long long k)
{
	struct digest_xxh64 *d = digest_xxh64_new();

	(void)buf_adds(b, head, NULL);
	(void)buf_add(b, p, n, NULL);
	(void)buf_addf(b, NULL,
	    "#aegis-book stage=t dataset=- read=%llu used=%llu skipped=0 "
	    "rejected=0 flawed=0 rows=%llu config=- source_sha256=- rejects=- codes=-\n",
	    k, k, k);
	digest_xxh64_update(d, b->p, b->len);
	(void)buf_addf(b, NULL,
	    "#aegis-seal rows=%llu read=%llu rejected=0 skipped=0 flawed=0 "
	    "bytes=%zu xxh64=%016llx source_sha256=- rejects=-\n",
	    k, k, b->len, (unsigned long long)digest_xxh64_value(d));
	digest_xxh64_free(d);
}

#endif
