/* Names in args. */
#include "pipeline/expand.h"

#include <stdlib.h>

#include "../../tap.h"
#include "base/buf.h"

static struct expand x = EXPAND_INIT;

static void
good(const char *s, const char *want, const char *want_shown)
{
	struct err e = ERR_INIT;
	char *word, *shown;

	if (!tap_ok(expand_word(&x, s, &word, &shown, &e) == 0, "'%s'", s)) {
		(void)printf("# %s\n", e.msg);
		return;
	}
	(void)tap_is(word, want, "  as it is run");
	(void)tap_is(shown, want_shown, "  as it is shown");
	free(word);
	free(shown);
}

static void
bad(const char *s, const char *want)
{
	struct err e = ERR_INIT;
	char *word = NULL, *shown = NULL;
	int rc = expand_word(&x, s, &word, &shown, &e);

	(void)tap_ok(rc == -1 && e.status == STATUS_CONFIG && word == NULL, "'%.40s' fails", s);
	(void)tap_is(e.msg, want, "  why");
}

static void
doubling(void)
{
	struct err e = ERR_INIT;
	char name[16], ref[40], *word, *shown;
	int i, rc = 0;

	expand_set(&x, "d0", "0123456789", "0123456789");
	for (i = 1; i < 40 && rc == 0; i++) {
		(void)snprintf(ref, sizeof(ref), "${d%d}${d%d}", i - 1, i - 1);
		(void)snprintf(name, sizeof(name), "d%d", i);
		if ((rc = expand_word(&x, ref, &word, &shown, &e)) == 0) {
			expand_set(&x, name, word, shown);
			free(word);
			free(shown);
		}
	}
	(void)tap_ok(rc == -1 && i < 16, "names that double end at the longest word");
	(void)tap_is(e.msg, "too long when its names are filled in", "  why");
	for (rc = 0, i = 0; i < 1000 && rc == 0; i++) {
		e = (struct err)ERR_INIT;
		if ((rc = expand_word(&x, "${d12}", &word, &shown, &e)) == 0) {
			free(word);
			free(shown);
		}
	}
	(void)tap_ok(rc == -1 && i < 200, "and all args together have an end");
}

int
main(void)
{

	(void)setenv("AEGIS_TEST_X", "s3cret", 1);
	(void)setenv("AEGIS_TEST_EMPTY", "", 1);
	(void)unsetenv("AEGIS_TEST_NONE");
	expand_set(&x, "a", "1", "1");
	expand_set(&x, "a_b2", "two words", "two words");
	expand_set(&x, "tricky", "${a}", "${a}");
	expand_set(&x, "hidden", "s3cret", "${env:AEGIS_TEST_X}");
	good("", "", "");
	good("plain", "plain", "plain");
	good("${a}", "1", "1");
	good("x${a}${a_b2}y", "x1two wordsy", "x1two wordsy");
	good("$ $a $$ $5 a$", "$ $a $$ $5 a$", "$ $a $$ $5 a$");
	good("$${a}", "${a}", "${a}");
	good("$$${a}", "$${a}", "$${a}");
	good("${tricky}", "${a}", "${a}");
	good("-${env:AEGIS_TEST_X}-", "-s3cret-", "-${env:AEGIS_TEST_X}-");
	good("${env:AEGIS_TEST_EMPTY}", "", "${env:AEGIS_TEST_EMPTY}");
	good("${hidden}", "s3cret", "${env:AEGIS_TEST_X}");
	bad("${b}", "setting 'b' of ${b} does not exist");
	bad("${}", "setting '' of ${} does not exist");
	bad("${A}", "setting 'A' of ${A} does not exist");
	bad("${a", "'${a' has no '}'");
	bad("${env:AEGIS_TEST_NONE}", "'AEGIS_TEST_NONE' is not in the environment");
	bad("${env:}", "setting 'env:' of ${env:} does not exist");
	expand_set(&x, "a", "new", "new");
	good("${a}", "new", "new");
	(void)tap_ok(expand_name_ok("a") && expand_name_ok("a_1") && !expand_name_ok("") &&
		!expand_name_ok("A") && !expand_name_ok("1a") && !expand_name_ok("_a") &&
		!expand_name_ok("a-b"),
	    "names of settings");
	doubling();
	expand_free(&x);
	return (tap_end());
}
