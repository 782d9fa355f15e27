/*
 * The reader against any bytes.  The first byte, modulo 4, chooses:
 *   0  the rest as it is: no crash, and what ends well has been sealed;
 *   1  the rest as columns and rows between a right header and a right seal, so
 *      that CSV is reached; what is read is written again and read again, and
 *      must be the same;
 *   3  the same, written again as frames;
 *   2  the rest as frames of three columns, written again as text.
 */
#include "base/num.h"
#include "fuzz.h"
#include "stream/reader.h"
#include "stream/writer.h"

/* All fields of all rows, with their lengths; NULL where the stream is refused. */
static char *
take(int fd, struct buf *out, int again)
{
	struct err e = ERR_INIT;
	struct stream_reader *r = stream_reader_open(fd, "fuzz", "", &e);
	struct stream_writer *w = NULL;
	struct book own;
	const char *columns[STREAM_COLUMNS_MAX];
	enum stream_event event;
	size_t i, seals = 0;

	while ((event = stream_reader_next(r, &e)) > STREAM_END) {
		if (event == STREAM_HEADER && again >= 0 && w == NULL) {
			struct stream_header h = { stream_reader_kind(r), stream_reader_source(r),
				FUZZ_RUN, NULL, NULL };

			for (i = 0; i < stream_reader_ncolumns(r); i++)
				columns[i] = stream_reader_column(r, i);
			/* A column called "_" is read, but not written. */
			if ((w = stream_writer_open(again, "again", &h, columns, i, NULL)) == NULL)
				break;
		}
		seals += event == STREAM_SEAL;
		for (i = 0; event == STREAM_ROW && i < stream_reader_ncolumns(r); i++) {
			const struct stream_field *f = &stream_reader_fields(r)[i];

			(void)buf_addf(out, NULL, "%s%zu:", f->null ? "N" : "", f->len);
			(void)buf_add(out, f->p, f->len, NULL);
			if (w != NULL && f->null)
				stream_writer_null(w);
			else if (w != NULL)
				stream_writer_text(w, f->p, f->len);
		}
		if (event == STREAM_ROW && w != NULL)
			need(stream_writer_end_row(w, NULL) == 0);
	}
	need(event != STREAM_END || seals > 0);
	need(event != STREAM_FAULT || (e.status == STATUS_DATA && e.msg[0] != '\0'));
	if (w != NULL) {
		book_init(&own, "again");
		own.read = own.used = own.rows = stream_writer_rows(w);
		if (event == STREAM_END)
			need(stream_writer_seal(w, NULL, 0, &own, NULL) == 0);
		stream_writer_free(w);
	}
	stream_reader_free(r);
	return (event == STREAM_END ? buf_str(out, NULL) : NULL);
}

/* As many frames as there are before one of no bytes, or the end. */
static unsigned long long
count_frames(const uint8_t *p, size_t n)
{
	unsigned long long k = 0;
	size_t at = 0, len;

	while (n - at >= 4 && (len = num_le32(p + at)) > 0 && len <= n - at - 4) {
		at += 4 + len;
		k++;
	}
	return (k);
}

/* The bytes between ${head} and books and seal of ${k} rows: read, written again, read again. */
static void
sealed(const char *head, const uint8_t *p, size_t n, unsigned long long k)
{
	struct buf b = BUF_INIT(4 << 20), one = BUF_INIT(8 << 20), two = BUF_INIT(8 << 20);
	int again = fuzz_spool(1, "", 0);

	sealed_stream(&b, head, p, n, k);
	if (take(fuzz_spool(0, b.p, b.len), &one, again) != NULL) {
		need(lseek(again, 0, SEEK_SET) == 0);
		need(take(again, &two, -1) != NULL);
		need(one.len == two.len && memcmp(one.p, two.p, one.len) == 0);
	}
	buf_free(&b);
	buf_free(&one);
	buf_free(&two);
}

#define HEADER "#aegis-stream 1 kind=table:t source=- run=" FUZZ_RUN

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = BUF_INIT(8 << 20);

	if (size == 0)
		return (0);
	stream_writer_frames = data[0] % 4 == 3;
	if (data[0] % 2 != 0) {
		sealed(HEADER "\n", data + 1, size - 1, fuzz_rows(data + 1, size - 1));
		return (0);
	}
	if (data[0] % 4 == 2) {
		sealed(HEADER " body=frames\na,b,c\n", data + 1, size - 1,
		    count_frames(data + 1, size - 1));
		return (0);
	}
	(void)take(fuzz_spool(0, data + 1, size - 1), &out, -1);
	buf_free(&out);
	return (0);
}
