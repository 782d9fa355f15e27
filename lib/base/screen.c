/* Quoting for the screen. */

#include "base/screen.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/io.h"
#include "base/num.h"
#include "base/os.h"
#include "base/utf8.h"

enum { SCREEN_NONCE = 8, SCREEN_MARK = 2 * SCREEN_NONCE };

/* Bytes of the character at ${p} that may be shown; or 0, and ${code} of one that may not. */
static size_t
screen_char(const unsigned char *p, size_t left, uint32_t *code)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t c;

	*code = p[0] == 0x7f ? p[0] : 0;
	if (p[0] < 0x80)
		return (p[0] >= 0x20 && p[0] != 0x7f);
	if (left < n || utf8_span((const char *)p, n) < n)
		return (0);
	c = n == 2 ? (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu) :
	    n == 3 ? (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu) :
		     0x10000u;
	/* C1; marks of direction; line and paragraph separators; isolates; the byte order mark. */
	if (c < 0xa0 || (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0x61c || c == 0xfeff) {
		*code = c;
		return (0);
	}
	return (n);
}

/* Append with the characters of ${keep} left as they are. */
static int
screen_put(struct buf *b, const char *p, size_t len, const char *keep, struct err *e)
{
	const unsigned char *s = (const unsigned char *)p;
	size_t i = 0, from, n;
	uint32_t code = 0;

	while (i < len) {
		for (from = i; i < len; i += n) {
			n = screen_char(s + i, len - i, &code);
			if (n == 0 && s[i] != '\0' && strchr(keep, s[i]) != NULL)
				n = 1;
			if (n == 0)
				break;
		}
		if (i > from && buf_add(b, p + from, i - from, e))
			return (-1);
		if (i == len)
			break;
		/* A whole character as JSON has it, so that a report in JSON stays one. */
		if (code != 0 ? buf_addf(b, e, "\\u%04x", code) : buf_addf(b, e, "\\x%02x", s[i]))
			return (-1);
		i += code == 0 || code < 0x80 ? 1 : code < 0x800 ? 2 : 3;
	}
	return (0);
}

int
screen_quote(struct buf *b, const char *p, size_t len, struct err *e)
{

	return (screen_put(b, p, len, "", e));
}

/* What stands for a line feed of the format: nobody outside can know it. */
static const char *
screen_mark(void)
{
	static char mark[SCREEN_MARK + 1];
	unsigned char random[SCREEN_NONCE];

	if (mark[0] == '\0') {
		os_random(random, sizeof(random));
		num_hex(mark, random, sizeof(random));
		mark[SCREEN_MARK] = '\0';
	}
	return (mark);
}

static const char *screen_format(const char *fmt, char **owned) __attribute__((format_arg(1)));

/* ${fmt} with the mark for each line feed; the caller frees ${owned}, which is the same. */
static const char *
screen_format(const char *fmt, char **owned)
{
	size_t lines = 0, n;
	char *marked, *d;
	const char *s;

	for (s = fmt; *s != '\0'; s++)
		lines += *s == '\n';
	d = marked = xcalloc(strlen(fmt) + lines * SCREEN_MARK + 1, 1);
	for (s = fmt; *s != '\0'; s += n) {
		if (*s == '\n') {
			memcpy(d, screen_mark(), SCREEN_MARK);
			d += SCREEN_MARK;
			n = 1;
			continue;
		}
		n = strcspn(s, "\n");
		memcpy(d, s, n);
		d += n;
	}
	*owned = marked;
	return (marked);
}

static int screen_vadd(struct buf *b, struct err *e, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* Append the formatted text quoted for a terminal; only marks from screen_format() become line
 * feeds. */
static int
screen_vadd(struct buf *b, struct err *e, const char *fmt, va_list ap)
{
	char *text, *at, *p;
	va_list again;
	int n, rc = 0;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (n < 0)
		return (err_set(e, STATUS_BUG, "a report cannot be formatted"));
	text = xcalloc((size_t)n + 1, 1);
	(void)vsnprintf(text, (size_t)n + 1, fmt, ap);
	for (p = text; rc == 0; p = at + SCREEN_MARK) {
		if ((at = strstr(p, screen_mark())) == NULL) {
			rc = screen_quote(b, p, strlen(p), e);
			break;
		}
		rc = screen_quote(b, p, (size_t)(at - p), e) || buf_add(b, "\n", 1, e);
	}
	free(text);
	return (rc);
}

int
screen_addf(struct buf *b, struct err *e, const char *fmt, ...)
{
	char *marked;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = screen_vadd(b, e, screen_format(fmt, &marked), ap);
	va_end(ap);
	free(marked);
	return (rc);
}

char *
screen_line(char *dst, size_t size, const char *p, size_t len)
{
	struct buf b = BUF_INIT(64 << 10);
	size_t n;

	if (size == 0)
		return (dst);
	(void)screen_quote(&b, p, len, NULL);
	n = b.len < size - 1 ? b.len : size - 1;
	if (n > 0)
		memcpy(dst, b.p, n);
	dst[n] = '\0';
	buf_free(&b);
	return (dst);
}

int
screen_print(const struct buf *b, struct err *e)
{
	struct buf clean = BUF_INIT(0);
	int rc;

	clean.max = 4 * b->len + 1;
	rc = screen_put(&clean, b->p, b->len, "\n\t", e) ||
	    io_write_all(STDOUT_FILENO, clean.p, clean.len, "standard output", e);
	buf_free(&clean);
	return (rc);
}
