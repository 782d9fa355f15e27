/* Books: what each stage read, and what became of it. */

#include "stream/book.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "stream/control.h"

#define BOOK_PREFIX "#aegis-book"

void
book_init(struct book *b, const char *stage)
{

	memset(b, 0, sizeof(*b));
	(void)snprintf(b->stage, sizeof(b->stage), "%s", stage);
	(void)strcpy(b->dataset, "-");
	(void)strcpy(b->config_sha256, "-");
	(void)strcpy(b->source_sha256, "-");
	(void)strcpy(b->rejects, "-");
	(void)strcpy(b->rejects_sha256, "-");
}

/* Codes are words: what else comes in becomes '_'. */
static void
book_code(char dst[BOOK_CODE_SIZE], const char *code)
{
	size_t i;

	for (i = 0; i < BOOK_CODE_SIZE - 1 && code[i] != '\0'; i++) {
		char c = code[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9'))
			c = '_';
		dst[i] = c;
	}
	dst[i] = '\0';
}

void
book_count(struct book *b, const char *code)
{

	book_add(b, code, 1);
}

void
book_add(struct book *b, const char *code, uint64_t n)
{
	char word[BOOK_CODE_SIZE];
	size_t i;

	if (n == 0)
		return;
	book_code(word, code[0] != '\0' ? code : "other");
	for (i = 0; i < b->ncodes; i++)
		if (strcmp(b->codes[i].code, word) == 0)
			break;
	if (i == BOOK_MAX_CODES - 1 && i == b->ncodes)
		(void)strcpy(word, "other");
	else if (i == BOOK_MAX_CODES)
		i = BOOK_MAX_CODES - 1;
	if (i == b->ncodes) {
		memcpy(b->codes[i].code, word, sizeof(word));
		b->ncodes++;
	}
	b->codes[i].n += n;
}

int
book_balances(const struct book *b, struct err *e)
{
	uint64_t sum;

	if (!__builtin_add_overflow(b->used, b->skipped, &sum) &&
	    !__builtin_add_overflow(sum, b->rejected, &sum) && sum == b->read)
		return (0);
	return (err_set(e, STATUS_DATA,
	    "the book of %s does not balance: read %llu, but "
	    "used %llu, skipped %llu and rejected %llu",
	    b->stage, (unsigned long long)b->read, (unsigned long long)b->used,
	    (unsigned long long)b->skipped, (unsigned long long)b->rejected));
}

int
book_follows(const struct book *b, const struct book *prev, struct err *e)
{

	if (b->read == prev->rows)
		return (0);
	return (err_set(e, STATUS_DATA,
	    "the books do not follow: %s wrote %llu rows, but %s read %llu", prev->stage,
	    (unsigned long long)prev->rows, b->stage, (unsigned long long)b->read));
}

/* " rejects=NAME:SHA256", or " rejects=-" where there is no file. */
static int
book_put_rejects(const struct book *b, struct buf *out, struct err *e)
{
	char word[BOOK_FILE_SIZE + DIGEST_SHA256_HEX + 2];

	if (strcmp(b->rejects_sha256, "-") == 0)
		return (control_put(out, "rejects", "-", e));
	(void)snprintf(word, sizeof(word), "%s:%s", b->rejects, b->rejects_sha256);
	return (control_put(out, "rejects", word, e));
}

/* Append " codes=CODE:N,...", or " codes=-" if no code was counted. */
static int
book_put_codes(const struct book *b, struct buf *out, struct err *e)
{
	size_t i;

	if (buf_adds(out, b->ncodes > 0 ? " codes=" : " codes=-", e))
		return (-1);
	for (i = 0; i < b->ncodes; i++)
		if (buf_addf(out, e, "%s%s:%llu", i > 0 ? "," : "", b->codes[i].code,
			(unsigned long long)b->codes[i].n))
			return (-1);
	return (0);
}

int
book_write(const struct book *b, struct buf *out, struct err *e)
{

	if (buf_adds(out, BOOK_PREFIX, e) || control_put(out, "stage", b->stage, e) ||
	    control_put(out, "dataset", b->dataset, e) ||
	    control_put_u64(out, "read", b->read, e) || control_put_u64(out, "used", b->used, e) ||
	    control_put_u64(out, "skipped", b->skipped, e) ||
	    control_put_u64(out, "rejected", b->rejected, e) ||
	    control_put_u64(out, "flawed", b->flawed, e) ||
	    control_put_u64(out, "rows", b->rows, e) ||
	    control_put(out, "config", b->config_sha256, e) ||
	    control_put(out, "source_sha256", b->source_sha256, e) || book_put_rejects(b, out, e) ||
	    book_put_codes(b, out, e))
		return (-1);
	return (buf_adds(out, "\n", e));
}

/* Take rejects=NAME:SHA256 apart into ${b}; a '-' leaves both fields as book_init() set them. */
static int
book_get_rejects(struct control *c, struct book *b, struct err *e)
{
	char word[BOOK_FILE_SIZE + DIGEST_SHA256_HEX + 2];
	char *colon;

	if (control_get(c, "rejects", word, sizeof(word), e))
		return (-1);
	if (strcmp(word, "-") == 0)
		return (0);
	/* The name may hold colons, the digest does not. */
	if ((colon = strrchr(word, ':')) == NULL || colon == word ||
	    (size_t)(colon - word) >= BOOK_FILE_SIZE ||
	    !control_is_hex(colon + 1, DIGEST_SHA256_HEX))
		return (err_set(e, STATUS_DATA,
		    "rejects= of the book line is neither '-' nor NAME:SHA256"));
	*colon = '\0';
	(void)strcpy(b->rejects, word);
	memcpy(b->rejects_sha256, colon + 1, DIGEST_SHA256_HEX + 1);
	return (0);
}

/* Read codes=CODE:N,... or '-' into ${b}; more than BOOK_MAX_CODES codes are an error. */
static int
book_get_codes(struct control *c, struct book *b, struct err *e)
{
	const char *p, *end;
	size_t len;

	if (control_raw(c, "codes", &p, &len, e))
		return (-1);
	if (len == 1 && p[0] == '-')
		return (0);
	for (end = p + len; p < end; p++) {
		const char *comma = memchr(p, ',', (size_t)(end - p)), *colon;
		struct book_code *k = &b->codes[b->ncodes];

		if (comma == NULL)
			comma = end;
		colon = memchr(p, ':', (size_t)(comma - p));
		if (b->ncodes == BOOK_MAX_CODES || colon == NULL || colon == p ||
		    colon - p >= BOOK_CODE_SIZE || comma == end - 1 ||
		    num_u64(colon + 1, (size_t)(comma - colon - 1), 1, UINT64_MAX, &k->n))
			goto bad;
		memcpy(k->code, p, (size_t)(colon - p));
		if (strspn(k->code, "abcdefghijklmnopqrstuvwxyz0123456789_") != (size_t)(colon - p))
			goto bad;
		b->ncodes++;
		p = comma;
	}
	if (b->ncodes > 0)
		return (0);
bad:
	return (err_set(e, STATUS_DATA, "codes= of the book line is neither '-' nor CODE:N,..."));
}

int
book_parse(const char *p, size_t len, struct book *b, struct err *e)
{
	struct control c;

	book_init(b, "");
	if (control_begin(&c, p, len, BOOK_PREFIX, "book", e) ||
	    control_get(&c, "stage", b->stage, sizeof(b->stage), e) ||
	    control_get(&c, "dataset", b->dataset, sizeof(b->dataset), e) ||
	    control_get_u64(&c, "read", &b->read, e) || control_get_u64(&c, "used", &b->used, e) ||
	    control_get_u64(&c, "skipped", &b->skipped, e) ||
	    control_get_u64(&c, "rejected", &b->rejected, e) ||
	    control_get_u64(&c, "flawed", &b->flawed, e) ||
	    control_get_u64(&c, "rows", &b->rows, e) ||
	    control_hex(&c, "config", b->config_sha256, DIGEST_SHA256_HEX, e) ||
	    control_hex(&c, "source_sha256", b->source_sha256, DIGEST_SHA256_HEX, e) ||
	    book_get_rejects(&c, b, e) || book_get_codes(&c, b, e))
		return (-1);
	return (control_end(&c, e));
}
