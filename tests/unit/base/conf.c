/* Configuration files: the tree, its typed access, and where faults are. */
#include "base/conf.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/buf.h"
#include "base/io.h"

static const char good[] =
    "# a comment\n"
    "name: dbf900\n"
    "length: 247\n"
    "on: true\n"
    "quoted: \"247\"\n"
    "list:\n"
    "  - one\n"
    "  - {a: 1, b: [x, y]}\n"
    "text: |\n"
    "  two\n"
    "  lines\n";

static void
test_tree(void)
{
	static const char *const keys[] = { "name", "length", "on", "quoted", "list", "text",
		NULL };
	struct err e = ERR_INIT, f = ERR_INIT;
	struct conf *c = conf_parse("good.yaml", good, strlen(good), &e);
	const struct conf_node *root, *n;
	uint64_t v = 5;
	bool on = false;

	if (!tap_ok(c != NULL, "a file: %s", e.msg))
		return;
	root = conf_root(c);
	(void)tap_ok(root->kind == CONF_MAP && root->n == 6, "a map of six");
	(void)tap_is(conf_text(c, root, "name", NULL, &e), "dbf900", "a word");
	(void)tap_is(conf_text(c, root, "none", "else", &e), "else", "a missing one");
	(void)tap_is(conf_text(c, root, "text", NULL, &e), "two\nlines\n", "a block");
	(void)tap_ok(conf_u64(c, root, "length", 1, 1000, &v, &e) == 0 && v == 247, "a number");
	(void)tap_ok(conf_u64(c, root, "none", 1, 1000, &v, &e) == 0 && v == 247, "none");
	(void)tap_ok(conf_bool(c, root, "on", &on, &e) == 0 && on, "a truth");
	n = conf_get(root, "quoted");
	(void)tap_ok(!n->plain && n->len == 3 && n->line == 5 && n->column == 9,
	    "quotes and place");
	n = conf_get(root, "list");
	(void)tap_ok(n->kind == CONF_LIST && n->n == 2 && n->child->plain &&
		strcmp(n->child->text, "one") == 0,
	    "a list");
	n = conf_get(n->child->next, "b");
	(void)tap_ok(n != NULL && n->n == 2 && n->line == 8 &&
		strcmp(n->child->next->text, "y") == 0,
	    "in it a map with a list");
	(void)tap_ok(conf_only(c, root, keys, &e) == 0, "no key but those");
	(void)tap_ok(conf_only(c, root, keys + 1, &e) == -1, "a key too many");
	(void)tap_is(e.msg, "good.yaml:2:7: unknown key 'name'", "and where it is");
	(void)tap_ok(conf_u64(c, root, "length", 1, 246, &v, &f) == -1 && f.status == STATUS_CONFIG,
	    "out of range");
	(void)tap_is(f.msg, "good.yaml:3:9: 'length' must be a number from 1 to 246", "and where");
	f = (struct err)ERR_INIT;
	(void)tap_ok(conf_bool(c, root, "name", &on, &f) == -1, "no truth: %s", f.msg);
	f = (struct err)ERR_INIT;
	(void)tap_ok(conf_text(c, root, "list", NULL, &f) == NULL && f.status == STATUS_CONFIG,
	    "no word: %s", f.msg);
	f = (struct err)ERR_INIT;
	(void)tap_ok(conf_text(c, root, "none", NULL, &f) == NULL, "missing: %s", f.msg);
	f = (struct err)ERR_INIT;
	(void)tap_ok(conf_only(c, conf_get(root, "list"), keys, &f) == -1, "no map: %s", f.msg);
	(void)tap_ok(conf_get(conf_get(root, "name"), "x") == NULL, "a word has no keys");
	/* sha256sum(1) of the text above */
	(void)tap_is(conf_sha256(c),
	    "a4df803f23e776f3d1fff63269847d145e228f9753c25524cfb1e45917d93281",
	    "the file's digest");
	conf_free(c);
	conf_free(NULL);
}

static void
test_refused(void)
{
	static const struct {
		const char *text, *msg;
	} v[] = {
		{ "", "x.yaml: empty" },
		{ "# nothing\n", "x.yaml: empty" },
		{ "a: 1\nb: 2\na: 3\n", "x.yaml:3:1: this key is listed twice" },
		{ "b: 1\na: {x: 1, y: 2,\n  x: 3}\nb: 2\n",
		    "x.yaml:3:3: this key is listed twice" },
		{ "b: 1\na: 2\nb: 3\na: 4\n", "x.yaml:3:1: this key is listed twice" },
		{ "a: &x 1\nb: *x\n", "x.yaml:2:4: aliases (*name) are not taken here" },
		{ "a: 1\n---\nb: 2\n", "x.yaml:2:1: a second document" },
		{ "a: [1, 2\nb: 3\n", "x.yaml:2:" },
		{ "a: \"x\n", "x.yaml:" },
		{ "? [a]\n: b\n", "x.yaml:1:3: a key must be a plain word" },
		{ "a:\tb: c\n\tx", "x.yaml:" },
		{ "a: \"x\\0y\"\n", "x.yaml:1:4: a NUL in a text" },
		{ "a: \xff\n", "x.yaml:" },
		{ "a: \x01\n", "x.yaml:" },
	};
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct err e = ERR_INIT;
		struct conf *c = conf_parse("x.yaml", v[i].text, strlen(v[i].text), &e);

		(void)tap_ok(c == NULL && e.status == STATUS_CONFIG &&
			strncmp(e.msg, v[i].msg, strlen(v[i].msg)) == 0,
		    "'%s': %s", v[i].msg, e.msg);
		conf_free(c);
	}
}

static void
test_limits(void)
{
	struct buf b = BUF_INIT(8 << 20);
	struct err e = ERR_INIT;
	struct conf *c;
	char path[] = "/tmp/aegis-conf-XXXXXX";
	int i, fd;

	for (i = 0; i < 40; i++)
		(void)buf_add(&b, "[", 1, &e);
	for (i = 0; i < 40; i++)
		(void)buf_add(&b, "]", 1, &e);
	c = conf_parse("deep", b.p, b.len, &e);
	(void)tap_ok(c == NULL && e.status == STATUS_CONFIG, "too deep: %s", e.msg);
	b.len = 0;
	(void)buf_adds(&b, "[", NULL);
	for (i = 0; i < 200001; i++)
		(void)buf_adds(&b, "a,", NULL);
	(void)buf_adds(&b, "]", NULL);
	e = (struct err)ERR_INIT;
	c = conf_parse("many", b.p, b.len, &e);
	(void)tap_ok(c == NULL && e.status == STATUS_CONFIG, "too many nodes: %s", e.msg);
	b.len = 0;
	while (b.len < (4 << 20) + 1)
		(void)buf_adds(&b, "# comment\n", NULL);
	fd = mkstemp(path);
	(void)tap_ok(fd >= 0 && io_write_all(fd, b.p, b.len, path, NULL) == 0, "a file of 4 MiB");
	(void)close(fd);
	e = (struct err)ERR_INIT;
	c = conf_load(path, &e);
	(void)tap_ok(c == NULL && e.status != STATUS_OK, "is too large: %s", e.msg);
	(void)unlink(path);
	e = (struct err)ERR_INIT;
	c = conf_load(path, &e);
	(void)tap_ok(c == NULL && e.status == STATUS_NOINPUT, "none: %s", e.msg);
	buf_free(&b);
}

int
main(void)
{

	test_tree();
	test_refused();
	test_limits();
	return (tap_end());
}
