/* Rows as frames, made by hand. */
#include "stream/row_frame.h"

#include "../../sealed.h"
#include "../../tap.h"
#include "base/num.h"
#include "help.h"

/* A frame of ${n} values; NULL is NULL. */
static void
frame(struct buf *b, const char *const *v, size_t n)
{
	char word[4];
	size_t i, len = 4 * n;

	for (i = 0; i < n; i++)
		len += v[i] != NULL ? strlen(v[i]) : 0;
	num_put_le32(word, (uint32_t)len);
	(void)buf_add(b, word, 4, NULL);
	for (i = 0; i < n; i++) {
		num_put_le32(word, v[i] != NULL ? (uint32_t)strlen(v[i]) + 1 : 0);
		(void)buf_add(b, word, 4, NULL);
	}
	for (i = 0; i < n; i++)
		(void)buf_adds(b, v[i] != NULL ? v[i] : "", NULL);
}

/* A sealed stream of frames: ${body} between header and books. */
static void
framed(struct buf *b, const struct buf *body, unsigned rows)
{

	b->len = 0;
	sealed_stream(b, "#aegis-stream 1 kind=table:t source=- run=" RUN " body=frames\nx,y,z\n",
	    body->p, body->len, rows);
}

static void
test_frames(void)
{
	static const char *const one[] = { "1", NULL, "" },
				 *const two[] = { "a,\"b\"\n#aegis-seal ", " \xc3\xa9", "#x" },
				 *const split[] = { "\xc3", "\xa9", "z" };
	static const struct {
		const char *what, *bytes, *says;
		size_t len;
	} bad[] = {
		{ "no end of the frames", "", "no seal", 0 },
		{ "a frame longer than the input", "\x30\0\0\0\1\0\0\0", "no seal", 8 },
		{ "a frame longer than any", "\xff\xff\xff\x7f", "a row may have", 4 },
		{ "a frame of too few bytes", "\4\0\0\0\1\0\0\0", "for 3 columns", 8 },
		{ "a value longer than its frame", "\x0c\0\0\0\1\0\0\0\2\0\0\0\1\0\0\0",
		    "within column 2", 16 },
		{ "bytes that are no column's", "\x0d\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0x",
		    "1 bytes more", 17 },
		{ "a NUL", "\x0d\0\0\0\2\0\0\0\1\0\0\0\1\0\0\0\0", "a NUL", 17 },
	};
	struct err e = ERR_INIT;
	struct buf body = BUF_INIT(1 << 16), b = BUF_INIT(1 << 20);
	const struct stream_field *f;
	struct stream_reader *r;
	const char *raw;
	size_t i, len;
	int fd;

	frame(&body, one, 3);
	frame(&body, two, 3);
	(void)buf_add(&body, "\0\0\0", 4, NULL);
	framed(&b, &body, 2);
	fd = help_fd(b.p, b.len);
	r = stream_reader_open(fd, "in", "table:", &e);
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_HEADER &&
		stream_reader_next(r, &e) == STREAM_ROW && (f = stream_reader_fields(r)) != NULL &&
		f[0].len == 1 && f[0].p[0] == '1' && !f[0].null && f[1].null && f[2].len == 0 &&
		!f[2].null,
	    "a frame: a value, NULL, the empty string");
	raw = stream_reader_raw(r, &len);
	(void)tap_ok(len == 5 && memcmp(raw, "1,,\"\"", len) == 0, "as text");
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_ROW &&
		(f = stream_reader_fields(r)) != NULL && f[0].len == strlen(two[0]) &&
		memcmp(f[0].p, two[0], f[0].len) == 0,
	    "a value with all that text must quote");
	raw = stream_reader_raw(r, &len);
	(void)tap_ok(len == 33 &&
		memcmp(raw, "\"a,\"\"b\"\"\n#aegis-seal \",\" \xc3\xa9\",\"#x\"", len) == 0,
	    "as text it is quoted (%zu)", len);
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_SEAL &&
		stream_reader_next(r, &e) == STREAM_END,
	    "the seal holds: %s", e.msg);
	stream_reader_free(r);
	(void)close(fd);
	help_damage(b.p, b.len, "frames");
	/* Text after frames, and frames after text. */
	(void)buf_adds(&b, "#aegis-stream 1 kind=table:t source=- run=" RUN "\nx,y\n1,2\n", NULL);
	(void)tap_ok(help_read(b.p, b.len, "table:", &e) == STREAM_FAULT &&
		strstr(e.msg, "no seal after row 1") != NULL,
	    "text may follow: %s", e.msg);
	e = (struct err)ERR_INIT;
	body.len = 0;
	frame(&body, split, 3);
	(void)buf_add(&body, "\0\0\0", 4, NULL);
	framed(&b, &body, 1);
	(void)tap_ok(help_read(b.p, b.len, "", &e) == STREAM_FAULT &&
		strstr(e.msg, "column 1") != NULL && strstr(e.msg, "not UTF-8") != NULL,
	    "a character over two values: %s", e.msg);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		e = (struct err)ERR_INIT;
		body.len = 0;
		(void)buf_add(&body, bad[i].bytes, bad[i].len, NULL);
		framed(&b, &body, 1);
		/* Whatever stands behind the bytes would be taken for frames. */
		b.len = (size_t)(strstr(b.p, "x,y,z\n") + 6 - b.p) + bad[i].len;
		(void)tap_ok(help_read(b.p, b.len, "", &e) == STREAM_FAULT &&
			strstr(e.msg, bad[i].says) != NULL,
		    "%s: %s", bad[i].what, e.msg);
	}
	buf_free(&body);
	buf_free(&b);
}

int
main(void)
{

	test_frames();
	return (tap_end());
}
