/* The last line of a stream, written and checked. */

#include "stream/seal.h"

#include <stdio.h>
#include <string.h>

#include "stream/control.h"

#define SEAL_PREFIX "#aegis-seal"

enum { SEAL_XXH64_HEX = 16 };

/* The reject file's word, as in a book. */
static void
seal_rejects(const struct book *b, char dst[BOOK_FILE_SIZE + DIGEST_SHA256_HEX + 2])
{

	if (strcmp(b->rejects_sha256, "-") == 0)
		(void)strcpy(dst, "-");
	else
		(void)snprintf(dst, BOOK_FILE_SIZE + DIGEST_SHA256_HEX + 2, "%s:%s", b->rejects,
		    b->rejects_sha256);
}

int
seal_write(const struct book *own, uint64_t bytes, uint64_t xxh64, struct buf *out, struct err *e)
{
	char rejects[BOOK_FILE_SIZE + DIGEST_SHA256_HEX + 2];

	seal_rejects(own, rejects);
	if (buf_adds(out, SEAL_PREFIX, e) || control_put_u64(out, "rows", own->rows, e) ||
	    control_put_u64(out, "read", own->read, e) ||
	    control_put_u64(out, "rejected", own->rejected, e) ||
	    control_put_u64(out, "skipped", own->skipped, e) ||
	    control_put_u64(out, "flawed", own->flawed, e) ||
	    control_put_u64(out, "bytes", bytes, e) ||
	    buf_addf(out, e, " xxh64=%016llx", (unsigned long long)xxh64) ||
	    control_put(out, "source_sha256", own->source_sha256, e) ||
	    control_put(out, "rejects", rejects, e))
		return (-1);
	return (buf_adds(out, "\n", e));
}

/* Check that the next word of the seal is ${key} with the number ${want}; ${by} introduces ${want}
 * in the message. */
static int
seal_u64(struct control *c, const char *key, uint64_t want, const char *by, struct err *e)
{
	uint64_t v;

	if (control_get_u64(c, key, &v, e))
		return (-1);
	if (v == want)
		return (0);
	return (err_set(e, STATUS_DATA, "the seal has %s=%llu, but %s %llu", key,
	    (unsigned long long)v, by, (unsigned long long)want));
}

/* Check that the next word of the seal is ${key} with the text ${want}; ${by} introduces ${want}
 * in the message. */
static int
seal_text(struct control *c, const char *key, const char *want, const char *by, struct err *e)
{
	char v[BOOK_FILE_SIZE + DIGEST_SHA256_HEX + 2];

	if (control_get(c, key, v, sizeof(v), e))
		return (-1);
	if (strcmp(v, want) == 0)
		return (0);
	return (err_set(e, STATUS_DATA, "the seal has %s=%.80s, but %s %.80s", key, v, by, want));
}

int
seal_check(const char *p, size_t len, const struct book *own, uint64_t rows, uint64_t bytes,
    uint64_t xxh64, struct err *e)
{
	char rejects[BOOK_FILE_SIZE + DIGEST_SHA256_HEX + 2], hex[SEAL_XXH64_HEX + 1];
	struct buf want = BUF_INIT(64 << 10);
	struct control c;
	int rc = 0;

	seal_rejects(own, rejects);
	(void)snprintf(hex, sizeof(hex), "%016llx", (unsigned long long)xxh64);
	if (control_begin(&c, p, len, SEAL_PREFIX, "seal", e) ||
	    seal_u64(&c, "rows", rows, "the rows read are", e) ||
	    seal_u64(&c, "read", own->read, "the last book has", e) ||
	    seal_u64(&c, "rejected", own->rejected, "the last book has", e) ||
	    seal_u64(&c, "skipped", own->skipped, "the last book has", e) ||
	    seal_u64(&c, "flawed", own->flawed, "the last book has", e) ||
	    seal_u64(&c, "bytes", bytes, "the bytes before it are", e) ||
	    seal_text(&c, "xxh64", hex, "the bytes before it have", e) ||
	    seal_text(&c, "source_sha256", own->source_sha256, "the last book has", e) ||
	    seal_text(&c, "rejects", rejects, "the last book has", e) || control_end(&c, e))
		return (-1);
	/* What the words above could still leave open, such as %2d for '-'. */
	if (seal_write(own, bytes, xxh64, &want, e))
		rc = -1;
	else if (want.len != len + 1 || memcmp(want.p, p, len) != 0)
		rc = err_set(e, STATUS_DATA, "the seal is not in canonical form");
	buf_free(&want);
	return (rc);
}
