/*
 * Any bytes as a plain CSV file: refused, or sealed; and then what is unsealed of it is sealed as
 * the same stream again.
 */
#include "stream/plain.h"
#include "fuzz.h"

/* What stands in a spool. */
static void
take(int fd, struct buf *out)
{
	off_t left = lseek(fd, 0, SEEK_END);
	ssize_t n;

	need(left >= 0 && lseek(fd, 0, SEEK_SET) == 0 && buf_reserve(out, (size_t)left, NULL) == 0);
	for (; left > 0; left -= n) {
		need((n = io_read(fd, out->p + out->len, (size_t)left, "spool", NULL)) > 0);
		out->len += (size_t)n;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct plain_options o = { "table:t", "fuzz", "-", FUZZ_RUN, NULL, 1 << 16 };
	struct buf one = BUF_INIT(8 << 20), text = BUF_INIT(8 << 20), two = BUF_INIT(8 << 20);
	struct err e = ERR_INIT;
	const char *stream;
	int fd;

	fd = fuzz_spool(1, "", 0);
	if (plain_seal(fuzz_file(0, data, size), fd, &o, &e) != 0) {
		need(e.status == STATUS_DATA && e.msg[0] != '\0');
		return (0);
	}
	take(fd, &one);
	stream = fuzz_file(0, one.p, one.len);
	fd = fuzz_spool(1, "", 0);
	need(plain_unseal(stream, "", true, fd, &e) == 0);
	take(fd, &text);
	stream = fuzz_file(0, text.p, text.len);
	fd = fuzz_spool(1, "", 0);
	need(plain_seal(stream, fd, &o, &e) == 0);
	take(fd, &two);
	/* The books differ in the digest of their source alone: compare up to them. */
	(void)buf_str(&one, NULL);
	need(one.len == two.len &&
	    memcmp(one.p, two.p, (size_t)(strstr(one.p, "#aegis-book") - one.p)) == 0);
	buf_free(&one);
	buf_free(&text);
	buf_free(&two);
	return (0);
}
