/* JSON: RFC 8259's grammar in and out, numbers as text, limits. */
#include "base/json.h"

#include <stdlib.h>

#include "../../tap.h"

static void
test_tree(void)
{
	static const char text[] =
	    " {\"a\": [1, -0.50e+3, true, false, null, \"x\\u00e9\\n\"],\n"
	    "\"big\": 123456789012345678901234567890.10, \"o\": {}, \"l\": [],"
	    " \"pair\": \"\\ud83d\\udee2\", \"back\": \"\\\\ud800\", \"a\": 7} ";
	struct err e = ERR_INIT;
	struct json *j = json_parse(text, strlen(text), &e);
	const struct json *k;

	if (!tap_ok(j != NULL && j->kind == JSON_OBJECT, "an object: %s", e.msg))
		return;
	k = j->child;
	(void)tap_is(k->key, "a", "its first member");
	k = k->child;
	(void)tap_ok(k->kind == JSON_NUMBER && strcmp(k->text, "1") == 0 && k->key == NULL, "1");
	k = k->next;
	(void)tap_is(k->text, "-0.50e+3", "a number as it was written");
	k = k->next;
	(void)tap_ok(k->kind == JSON_BOOL && k->truth, "true");
	k = k->next;
	(void)tap_ok(k->kind == JSON_BOOL && !k->truth, "false");
	k = k->next;
	(void)tap_ok(k->kind == JSON_NULL, "null");
	k = k->next;
	(void)tap_ok(k->kind == JSON_STRING && k->len == 4 && strcmp(k->text, "x\xc3\xa9\n") == 0 &&
		k->next == NULL,
	    "a text, unescaped");
	(void)tap_is(json_get(j, "big")->text, "123456789012345678901234567890.10",
	    "a number past any machine's");
	(void)tap_ok(json_get(j, "o")->kind == JSON_OBJECT && json_get(j, "o")->child == NULL &&
		json_get(j, "l")->kind == JSON_ARRAY,
	    "empty ones");
	(void)tap_is(json_get(j, "pair")->text, "\xf0\x9f\x9b\xa2", "a surrogate pair");
	(void)tap_is(json_get(j, "back")->text, "\\ud800", "a backslash before a u");
	(void)tap_is(json_get(j, "a")->text, "7", "of two members the last");
	(void)tap_ok(json_get(j, "none") == NULL && json_get(NULL, "a") == NULL &&
		json_get(json_get(j, "l"), "a") == NULL,
	    "what is not there");
	json_free(j);
	json_free(NULL);
}

static void
test_refused(void)
{
	static const char *const v[] = { "", " ", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a:1}",
		"[1 2]", "01", "1.", ".5", "+1", "-", "1e", "NaN", "Infinity", "tru", "'x'", "\"x",
		"\"\x01\"", "\"\\x\"", "\"\\u12\"", "1 2", "[1]]", "[1] x", "\xef\xbb\xbf[]",
		"\"\xff\"", "\"\xed\xa0\x80\"", "\"\\ud800\"", "\"\\ud800x\"", "\"\\ud800\\u0041\"",
		"\"\\udc00\"", "\"\\u0000\"", "{\"\\u0000\":1}", "// x\n1", "[1}" };
	char deep[200];
	struct err e = ERR_INIT;
	struct json *j;
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		e = (struct err)ERR_INIT;
		j = json_parse(v[i], strlen(v[i]), &e);
		(void)tap_ok(j == NULL && e.status == STATUS_DATA, "'%s': %s", v[i], e.msg);
		json_free(j);
	}
	memset(deep, '[', 65);
	memset(deep + 65, ']', 65);
	e = (struct err)ERR_INIT;
	(void)tap_ok(json_parse(deep, 130, &e) == NULL && strstr(e.msg, "64 levels") != NULL,
	    "65 levels: %s", e.msg);
	e = (struct err)ERR_INIT;
	j = json_parse(deep + 1, 128, &e);
	(void)tap_ok(j != NULL, "64 levels");
	json_free(j);
	j = json_parse("\"x\0y\"", 5, &e);
	(void)tap_ok(j == NULL, "a raw NUL");
}

static void
test_writer(void)
{
	static const char *const bad[] = { "", "-", "01", "1.", ".1", "1e", "+1", "0x1", "1 ",
		"NaN", "1e+", "--1" };
	static const char *const good[] = { "0", "-0", "10", "1.50", "-1e5", "1E+05", "2e-1",
		"123456789012345678901234567890" };
	struct buf b = BUF_INIT(1000), tiny = BUF_INIT(100);
	struct json_writer *w = json_writer_new(&b);
	struct err e = ERR_INIT;
	size_t i;

	json_put_object(w);
	json_put_key(w, "a\"b");
	json_put_array(w);
	json_put_number(w, "1.50", 4);
	json_put_bool(w, true);
	json_put_bool(w, false);
	json_put_null(w);
	json_put_text(w, "x\ty\n\x01\xc3\xa9/\\", 9);
	json_put_text(w, NULL, 0);
	json_put_array(w);
	json_put_close(w);
	json_put_close(w);
	json_put_key(w, "o");
	json_put_object(w);
	json_put_close(w);
	json_put_close(w);
	(void)tap_ok(json_writer_end(w, &e) == 0, "a value is written: %s", e.msg);
	(void)tap_is(buf_str(&b, &e),
	    "{\"a\\\"b\":[1.50,true,false,null,\"x\\ty\\n\\u0001\xc3\xa9/"
	    "\\\\\",\"\",[]],\"o\":{}}",
	    "compact");
	b.len = 0;
	json_put_text(w, "next", 4);
	(void)tap_ok(json_writer_end(w, &e) == 0 && strcmp(buf_str(&b, &e), "\"next\"") == 0,
	    "and a second one");

	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		b.len = 0;
		json_put_number(w, good[i], strlen(good[i]));
		(void)tap_ok(json_writer_end(w, &e) == 0 && strcmp(buf_str(&b, &e), good[i]) == 0,
		    "number %s", good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err f = ERR_INIT;

		json_put_number(w, bad[i], strlen(bad[i]));
		(void)tap_ok(json_writer_end(w, &f) == -1 && f.status == STATUS_DATA,
		    "no number: "
		    "%s",
		    f.msg);
	}
	e = (struct err)ERR_INIT;
	json_put_text(w, "\xff", 1);
	(void)tap_ok(json_writer_end(w, &e) == -1 && e.status == STATUS_DATA, "no text: %s", e.msg);
	e = (struct err)ERR_INIT;
	json_put_object(w);
	json_put_null(w);
	(void)tap_ok(json_writer_end(w, &e) == -1 && e.status == STATUS_BUG, "a value for a key");
	e = (struct err)ERR_INIT;
	json_put_array(w);
	(void)tap_ok(json_writer_end(w, &e) == -1 && e.status == STATUS_BUG, "left open: %s",
	    e.msg);
	e = (struct err)ERR_INIT;
	json_put_close(w);
	(void)tap_ok(json_writer_end(w, &e) == -1, "closed too often");
	e = (struct err)ERR_INIT;
	(void)tap_ok(json_writer_end(w, &e) == -1, "no value");
	e = (struct err)ERR_INIT;
	json_put_null(w);
	json_put_null(w);
	(void)tap_ok(json_writer_end(w, &e) == -1, "two values");
	e = (struct err)ERR_INIT;
	for (i = 0; i < 70; i++)
		json_put_array(w);
	for (i = 0; i < 70; i++)
		json_put_close(w);
	(void)tap_ok(json_writer_end(w, &e) == -1, "too deep: %s", e.msg);
	e = (struct err)ERR_INIT;
	b.len = 0;
	json_put_null(w);
	(void)tap_ok(json_writer_end(w, &e) == 0 && strcmp(buf_str(&b, &e), "null") == 0,
	    "after any fault it starts anew");
	json_writer_free(w);
	w = json_writer_new(&tiny);
	json_put_array(w);
	for (i = 0; i < 10; i++)
		json_put_text(w, "0123456789", 10);
	json_put_close(w);
	(void)tap_ok(json_writer_end(w, &e) == -1 && e.status == STATUS_DATA,
	    "past the buffer's maximum: %s", e.msg);
	json_writer_free(w);
	json_writer_free(NULL);
	buf_free(&b);
	buf_free(&tiny);
}

int
main(void)
{

	test_tree();
	test_refused();
	test_writer();
	return (tap_end());
}
