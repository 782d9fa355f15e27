/* A report described once, read as JSON by a parser and as text by eye. */
#include "base/report.h"

#include <string.h>

#include "../../tap.h"
#include "base/json.h"

static void
book(struct report *r, const char *stage, uint64_t read, uint64_t flawed)
{

	report_row(r);
	report_text(r, "stage", "stage", stage);
	report_count(r, "read", "read", read);
	report_rare(r, "flawed", "flawed", flawed);
	if (flawed > 0)
		report_line(r, "bad_date %llu", (unsigned long long)flawed);
	report_close(r);
}

static void
describe(struct report *r, uint64_t flawed)
{

	report_open(r, NULL);
	report_text(r, "type", "type", "well");
	report_text(r, "same", "same as", NULL);
	report_bool(r, "plan", false);
	report_table(r, "books");
	book(r, "rrc-decode", 61000, 0);
	book(r, "entity-map", 2500, flawed);
	report_close(r);
	report_count(r, "inserted", "inserted", 7);
	report_rare(r, "revived", "revived", 0);
	report_count(r, "unchanged", "unchanged", 2493);
	report_real(r, "wall", "wall", 1.25, 2, "s");
	report_line(r, "nothing new");
	report_close(r);
}

static char *
finished(struct report *r, struct buf *b)
{
	struct err e = ERR_INIT;

	(void)tap_ok(report_finish(r, b, &e) == 0, "a whole report%s%s", e.msg[0] ? ": " : "",
	    e.msg);
	report_free(r);
	return (buf_str(b, NULL));
}

static void
both(void)
{
	struct buf b = BUF_INIT(1 << 20);
	struct report *r = report_new("text");

	describe(r, 3);
	(void)tap_is(finished(r, &b),
	    "type  well\n"
	    "\n"
	    "stage        read  flawed\n"
	    "rrc-decode  61000       0\n"
	    "entity-map   2500       3\n"
	    "    bad_date 3\n"
	    "\n"
	    "inserted        7\n"
	    "unchanged    2493\n"
	    "wall       1.25 s\n"
	    "\n"
	    "nothing new\n",
	    "text: values lined up, a table, a line below a row, what is rare");
	b.len = 0;
	r = report_new("text");
	describe(r, 0);
	(void)tap_ok(strstr(finished(r, &b), "flawed") == NULL, "a column of zeros is left out");
	b.len = 0;
	r = report_new("json");
	describe(r, 3);
	(void)tap_is(finished(r, &b),
	    "{\"type\":\"well\",\"same\":null,\"plan\":false,\"books\":["
	    "{\"stage\":\"rrc-decode\",\"read\":61000,\"flawed\":0},"
	    "{\"stage\":\"entity-map\",\"read\":2500,\"flawed\":3}],"
	    "\"inserted\":7,\"revived\":0,\"unchanged\":2493,\"wall\":1.25}\n",
	    "JSON: every key, nothing of the text");
	buf_free(&b);
}

/* 80 columns less the indent that the runner gives. */
static size_t
widest(const char *s)
{
	size_t most = 0, n;

	for (; *s != '\0'; s += n + (s[n] == '\n')) {
		n = strcspn(s, "\n");
		most = n > most ? n : most;
	}
	return (most);
}

static void
wide(void)
{
	static const char words[] =
	    "a message that is longer than what a column may have where the table has others, too";
	static const char path[] =
	    "/a/path/that/is/longer/than/any/line/of/a/report/may/be/and/has/no/place/to/break/it";
	struct buf b = BUF_INIT(1 << 20);
	struct report *r = report_new("text");
	char *s;
	int i;

	report_table(r, NULL);
	for (i = 0; i < 2; i++) {
		report_row(r);
		report_text(r, NULL, "step", "decode");
		report_count(r, NULL, "rows", 1234567);
		report_text(r, NULL, "cause", i == 0 ? words : NULL);
		report_close(r);
	}
	report_close(r);
	s = finished(r, &b);
	(void)tap_ok(widest(s) <= REPORT_WIDTH, "a table with a long text is %zu wide", widest(s));
	(void)tap_ok(strstr(s, "\ndecode  1234567  -\n") != NULL, "a value that is not there");
	b.len = 0;
	r = report_new("text");
	report_table(r, NULL);
	report_row(r);
	report_text(r, NULL, "step", "decode");
	report_text(r, NULL, "file", path);
	report_close(r);
	report_close(r);
	s = finished(r, &b);
	(void)tap_ok(strstr(s, "step  decode\nfile  /a/path") != NULL && strstr(s, path) != NULL,
	    "a table that cannot fit: value by value, and words whole");
	b.len = 0;
	r = report_new("text");
	report_title(r, "Title");
	report_text(r, NULL, "said", words);
	report_finding(r, "FINDING %s", path);
	report_line(r, "%s %s", words, words);
	s = finished(r, &b);
	(void)tap_ok(strncmp(s, "Title\nsaid  a message", 21) == 0, "a title");
	(void)tap_ok(strstr(s, "\n\nFINDING /a/path") != NULL, "a finding is one line");
	buf_free(&b);
}

static void
foreign(void)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	struct report *r = report_new("json");
	struct json *j;
	char *text;

	report_open(r, NULL);
	report_text(r, "path", "path", "a\xff\x1b[31m\n");
	report_json(r, "raw", "[1, 2]");
	report_list(r, "argv");
	report_item(r, "one");
	report_close(r);
	report_close(r);
	text = finished(r, &b);
	j = json_parse(text, strlen(text), &e);
	(void)tap_ok(j != NULL, "JSON of foreign bytes is JSON");
	(void)tap_is(j != NULL ? json_get(j, "path")->text : "", "a?\x1b[31m\n",
	    "with all but what is not UTF-8");
	json_free(j);
	b.len = 0;
	r = report_new("text");
	report_text(r, NULL, "path", "a\xff\x1b[31m\n");
	report_block(r, "x\x1b\n\ny", 5);
	report_lines(r, "a\tb\n", 4);
	(void)tap_is(finished(r, &b), "path  a\\xff\\x1b[31m\\x0a\n\n    x\\x1b\n\n    y\na\tb\n",
	    "quoted for the screen");
	b.len = 0;
	r = report_new("json");
	(void)tap_is(finished(r, &b), "", "a report of nothing is empty");
	r = report_new("json");
	report_open(r, NULL);
	(void)tap_ok(report_finish(r, &b, &e) != 0 && e.status == STATUS_BUG, "one that is open");
	report_free(r);
	buf_free(&b);
}

int
main(void)
{

	both();
	wide();
	foreign();
	return (tap_end());
}
