/* Lines of COPY's text format, as PostgreSQL's manual describes them. */
#include "table/copy_text.h"

#include "../../tap.h"

static void
line(const char *text, const char *const *want, size_t n, const char *what)
{
	struct stream_field f[4];
	struct buf b = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;
	size_t i, good = 0;

	if (tap_ok(copy_text_fields(&b, text, strlen(text), f, n, &e) == 0, "%s %s", what, e.msg)) {
		for (i = 0; i < n; i++)
			good += want[i] == NULL ? f[i].null :
						  !f[i].null && f[i].len == strlen(want[i]) &&
				memcmp(f[i].p, want[i], f[i].len) == 0;
		(void)tap_ok(good == n, "  its %zu fields (%zu are right)", n, good);
	}
	buf_free(&b);
}

int
main(void)
{
	static const char *const plain[] = { "a", "", "b c" };
	static const char *const nulls[] = { NULL, "N", NULL };
	static const char *const escapes[] = { "a\tb\nc\rd", "back\\slash", "\b\f\v" };
	struct stream_field f[3];
	struct buf b = BUF_INIT(1000);
	struct err e = ERR_INIT;

	line("a\t\tb c", plain, 3, "plain fields, one of them empty");
	line("\\N\tN\t\\N", nulls, 3, "NULL, and a letter");
	line("a\\tb\\nc\\rd\tback\\\\slash\t\\b\\f\\v", escapes, 3, "escapes");
	(void)tap_ok(copy_text_fields(&b, "a\tb", 3, f, 3, &e) != 0 && e.status == STATUS_BUG,
	    "a field too few: %s", e.msg);
	memset(&e, 0, sizeof(e));
	(void)tap_ok(copy_text_fields(&b, "a\tb\tc\td", 7, f, 3, &e) != 0 && e.status == STATUS_BUG,
	    "one too many: %s", e.msg);
	buf_free(&b);
	return (tap_end());
}
