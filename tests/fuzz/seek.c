/*
 * Any bytes as a file with a table of frames at its end, read at places that they say: bytes, or a
 * reason.  With an odd first byte the input becomes such a file first, and one byte of it is changed.
 */
#include "fuzz.h"
#include "stream/zst.h"
#include "stream/zst_seek.h"

/* A file of our own, of these bytes, and one of its bytes changed. */
static int
made(const uint8_t *data, size_t size)
{
	struct buf b = BUF_INIT(4 << 20);
	struct zst_writer *w;
	struct zst_sums sums;
	struct err e = ERR_INIT;
	size_t at;
	int fd = fuzz_spool(1, "", 0);

	w = zst_writer_open(fd, "spool", ZST_FAST);
	need(zst_writer_bytes(w, data, size, &e) == 0 && zst_writer_note(w, "{}", 2, &e) == 0 &&
	    zst_writer_end(w, &sums, &e) == 0);
	zst_writer_free(w);
	need(lseek(fd, 0, SEEK_SET) == 0 && buf_reserve(&b, sums.packed_bytes, &e) == 0);
	need(io_read(fd, b.p, sums.packed_bytes, "spool", &e) == (ssize_t)sums.packed_bytes);
	at = size > 2 ? (size_t)(data[1] << 8 | data[2]) % sums.packed_bytes : 0;
	b.p[sums.packed_bytes - 1 - at] = (char)(b.p[sums.packed_bytes - 1 - at] ^ data[0]);
	fd = fuzz_spool(0, b.p, sums.packed_bytes);
	buf_free(&b);
	return (fd);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT(64 << 20);
	struct zst_seek *z = NULL;
	struct err e = ERR_INIT;
	size_t i;
	int fd;

	if (size == 0)
		return (0);
	fd = data[0] % 2 == 1 ? made(data, size) : fuzz_spool(0, data + 1, size - 1);
	if (zst_seek_open(fd, "spool", &z, &e) != 0) {
		need(z == NULL && e.status != STATUS_OK && e.msg[0] != '\0');
		return (0);
	}
	for (i = 0; z != NULL && i < 4; i++) {
		out.len = 0;
		if (zst_seek_read(z, i * 1000, (size_t)1 << (4 * i), &out, &e) != 0)
			need(e.msg[0] != '\0');
		else
			need(out.len <= (size_t)1 << (4 * i));
	}
	zst_seek_free(z);
	buf_free(&out);
	return (0);
}
