/* Errors: the first one stays, prefixes, hints, quoting of foreign bytes. */
#include "base/err.h"

#include <errno.h>
#include <stdlib.h>

#include "../../tap.h"

int
main(void)
{
	struct err e = ERR_INIT, big = ERR_INIT, none = ERR_INIT;
	char out[40], *huge, guard[16];

	(void)tap_ok(err_set(&e, STATUS_DATA, "row %d", 7) == -1 && e.status == STATUS_DATA,
	    "an error is set");
	(void)err_set(&e, STATUS_BUG, "later");
	errno = ENOENT;
	(void)err_sys(&e, STATUS_IO, "later still");
	(void)tap_is(e.msg, "row 7", "the first one stays");
	(void)tap_ok(e.status == STATUS_DATA, "with its status");
	(void)err_hint(&e, "do %s", "this");
	(void)err_hint(&e, "do that");
	(void)tap_is(e.hint, "do this", "the first hint stays");
	(void)err_prefix(&e, "'%s'", "file");
	(void)tap_is(e.msg, "'file': row 7", "a prefix");
	(void)err_prefix(&none, "nothing");
	(void)tap_is(none.msg, "", "no prefix where nothing failed");
	(void)tap_ok(err_set(NULL, STATUS_BUG, "x") == -1 && err_sys(NULL, STATUS_IO, "x") == -1 &&
		err_hint(NULL, "x") == -1 && err_prefix(NULL, "x") == -1,
	    "nobody need listen");
	errno = ENOENT;
	(void)err_sys(&none, STATUS_NOINPUT, "cannot open '%s'", "x");
	(void)tap_is(none.msg, "cannot open 'x': No such file or directory", "errno's text");

	huge = calloc(1, 5000);
	if (huge == NULL)
		return (1);
	memset(huge, 'x', 4999);
	(void)err_set(&big, STATUS_DATA, "%s", huge);
	(void)err_prefix(&big, "%s", "where");
	(void)tap_ok(strlen(big.msg) == sizeof(big.msg) - 1 && strncmp(big.msg, "where: x", 8) == 0,
	    "a long message is cut, its prefix is not");
	(void)err_prefix(&big, "%s", huge);
	(void)tap_ok(strlen(big.msg) == sizeof(big.msg) - 1, "a prefix that fills all");
	free(huge);

	(void)tap_is(err_quote(out, sizeof(out), "a'b\n\x80\\", 6), "a'b\\x0a\\x80\\x5c",
	    "foreign bytes as ASCII");
	(void)tap_is(err_quote(out, sizeof(out), "", 0), "", "none");
	(void)tap_is(err_quote(out, 12, "0123456789abcdef", 16), "01234...", "cut with dots");
	memset(guard, '#', sizeof(guard));
	(void)err_quote(guard, 8, "\x01\x02\x03\x04", 4);
	(void)tap_ok(memchr(guard, '\0', 8) != NULL && guard[8] == '#', "within its size");
	(void)err_quote(guard, 1, "abc", 3);
	(void)tap_ok(guard[0] == '\0' && guard[8] == '#', "down to one byte");
	return (tap_end());
}
