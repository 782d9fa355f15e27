/*
 * Configuration files from any bytes: no crash, every fault a STATUS_CONFIG that
 * names the file, and a tree whose nodes have a place and a text.
 */
#include "base/conf.h"
#include "fuzz.h"

static void
walk(const struct conf *c, const struct conf_node *n)
{
	static const char *const none[] = { NULL };
	const struct conf_node *k;
	struct err e = ERR_INIT;
	size_t count = 0;
	uint64_t v = 0;
	bool b = false;

	need(n->line > 0 && n->column > 0);
	need(n->kind != CONF_SCALAR || (n->text != NULL && strlen(n->text) == n->len));
	for (k = n->child; k != NULL; k = k->next) {
		count++;
		if (n->kind == CONF_MAP) {
			need(k->key != NULL && conf_get(n, k->key) == k);
			(void)conf_text(c, n, k->key, "", NULL);
			(void)conf_u64(c, n, k->key, 0, 100, &v, NULL);
			(void)conf_bool(c, n, k->key, &b, NULL);
		}
		walk(c, k);
	}
	need(count == n->n && v <= 100);
	if (count > 0)
		need(conf_only(c, n, none, &e) == -1 && e.status == STATUS_CONFIG);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct err e = ERR_INIT;
	struct conf *c = conf_parse("fuzz.yaml", data, size, &e);

	if (c == NULL) {
		need(e.status == STATUS_CONFIG && strncmp(e.msg, "fuzz.yaml:", 10) == 0);
		return (0);
	}
	walk(c, conf_root(c));
	conf_free(c);
	return (0);
}
