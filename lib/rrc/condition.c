/* Which records of a segment are meant. */

#include "rrc/condition.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum condition_kind { CONDITION_SET, CONDITION_UNSET, CONDITION_CODES };

struct condition_part {
	enum condition_kind kind;
	const struct layout_field *field;
	const struct conf_node *codes; /* the first of ${n} */
	size_t n;
};

struct condition {
	const struct charset *c;
	struct condition_part *parts;
	size_t n;
	char *text; /* of a field */
};

/* Read what one field has to be. */
static int
condition_part(const struct layout *l, const struct layout_segment *s, const struct conf_node *n,
    struct condition_part *part, struct err *e)
{
	const struct conf_node *k;
	int f = layout_field(s, n->key);

	if (f < 0)
		return (conf_fail(l->conf, n, e, "segment %s (%s) has no field '%s'", s->id,
		    s->name, n->key));
	part->field = &s->fields[f];
	part->kind = CONDITION_CODES;
	if (n->kind == CONF_SCALAR) {
		if (n->plain && strcmp(n->text, "set") == 0)
			part->kind = CONDITION_SET;
		else if (n->plain && strcmp(n->text, "unset") == 0)
			part->kind = CONDITION_UNSET;
		part->codes = n;
		part->n = 1;
	} else if (n->kind == CONF_LIST && n->n > 0) {
		part->codes = n->child;
		part->n = n->n;
	} else {
		return (conf_fail(l->conf, n, e, "'where' takes set, unset, a code or a list"));
	}
	for (k = part->codes; n->kind == CONF_LIST && k != NULL; k = k->next)
		if (k->kind != CONF_SCALAR)
			return (conf_fail(l->conf, k, e, "a code must be one text"));
	if (part->kind == CONDITION_CODES && part->field->kind != LAYOUT_CHAR &&
	    part->field->kind != LAYOUT_DIGITS)
		return (conf_fail(l->conf, n, e, "%s holds no characters", part->field->name));
	return (0);
}

struct condition *
condition_parse(const struct layout *l, const struct charset *c, const struct layout_segment *s,
    const struct conf_node *node, struct err *e)
{
	struct condition *k;
	const struct conf_node *n;

	if (node->kind != CONF_MAP || node->n == 0) {
		(void)conf_fail(l->conf, node, e, "'where' must be {FIELD: ...}");
		return (NULL);
	}
	k = xcalloc(1, sizeof(*k));
	k->c = c;
	k->parts = xcalloc(node->n, sizeof(*k->parts));
	k->text = xcalloc(2, l->length + 1);
	for (n = node->child; n != NULL; n = n->next) {
		if (condition_part(l, s, n, &k->parts[k->n++], e) == 0)
			continue;
		condition_free(k);
		return (NULL);
	}
	return (k);
}

/* Has the field a value: not blanks, low values or zeros only?  A packed zero ends in its sign. */
static bool
condition_set(const struct condition *k, const struct condition_part *part,
    const struct record *rec)
{
	const bool coded = part->field->kind == LAYOUT_PACKED || part->field->kind == LAYOUT_BINARY;
	size_t i, n;
	const unsigned char *p = record_field(rec, part->field, &n);

	for (i = 0; i < n; i++) {
		if (p[i] == 0 || p[i] == k->c->blank)
			continue;
		if (coded ? i + 1 == n && part->field->kind == LAYOUT_PACKED && p[i] >> 4 == 0 :
			    p[i] == k->c->zero)
			continue;
		return (true);
	}
	return (false);
}

/* Is the field one of the codes, without the spaces around both? */
static bool
condition_code(const struct condition *k, const struct condition_part *part,
    const struct record *rec)
{
	const struct conf_node *code = part->codes;
	size_t i, n, len = 0;
	const unsigned char *p = record_field(rec, part->field, &n);

	if (n > part->field->width ||
	    charset_text(k->c, p, n, true, k->text, &len) == CHARSET_FAULT)
		return (false);
	for (i = 0; i < part->n; i++, code = code->next)
		if (code->len == len && memcmp(code->text, k->text, len) == 0)
			return (true);
	return (false);
}

bool
condition_holds(const struct condition *k, const struct record *rec)
{
	size_t i;
	bool is = true;

	for (i = 0; k != NULL && i < k->n && is; i++) {
		switch (k->parts[i].kind) {
		case CONDITION_SET:
			is = condition_set(k, &k->parts[i], rec);
			break;
		case CONDITION_UNSET:
			is = !condition_set(k, &k->parts[i], rec);
			break;
		case CONDITION_CODES:
			is = condition_code(k, &k->parts[i], rec);
			break;
		}
	}
	return (is);
}

void
condition_free(struct condition *k)
{

	if (k == NULL)
		return;
	free(k->parts);
	free(k->text);
	free(k);
}
