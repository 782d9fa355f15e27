#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/buf.h"
#include "base/io.h"
#include "entity/dataset.h"
#include "entity/definition.h"
#include "entity/definition_db.h"
#include "entity/definition_file.h"

#define TENANT "00000000-0000-4000-8000-000000000001"

static char path[] = "/tmp/aegis-definition-XXXXXX";

static void
put(const char *text)
{
	struct err e = ERR_INIT;
	int fd = mkstemp(path);

	if (fd < 0 || io_write_all(fd, text, strlen(text), path, &e) ||
	    io_sync_close(fd, path, &e)) {
		(void)printf("Bail out! cannot write %s\n", path);
		exit(1);
	}
}

static void
gone(void)
{

	(void)unlink(path);
	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
}

static struct entity_definition *
load(const char *text, struct err *e)
{
	struct entity_definition *d;

	put(text);
	d = definition_file_read(path, TENANT, "thing", e);
	gone();
	return (d);
}

#define HEAD "type: thing\ndisplay_name: Thing\nfields:\n"
#define FIELD(more) "  - { key: a, label: A, input_type: text" more " }\n"

static const char whole[] = HEAD
    "  - { key: a, label: A, input_type: text, required: true, role: identity, order: 2, rrc: X }\n"
    "  - { key: b, label: B, input_type: select, choices: [one, 'two, three'], group: G }\n"
    "  - { key: c, label: C, input_type: integer, preset: positive, rrc: 'l/v:C' }\n"
    "  - { key: d, label: D, input_type: ref, ref: operator, role: operator }\n"
    "rules:\n"
    "  - { parent: operator, cardinality: one_to_many, label: OPERATED_BY, required: true }\n";

static void
test_whole(void)
{
	struct err e = ERR_INIT;
	struct entity_definition *d = load(whole, &e);
	const struct field_definition *f;

	if (!tap_ok(d != NULL && d->n == 4, "a definition of four fields: %s", e.msg))
		return;
	(void)tap_is(d->tenant, TENANT, "its tenant");
	(void)tap_is(d->type, "thing", "its type");
	f = definition_find(d, "a");
	(void)tap_ok(f != NULL && f->type == FIELD_TEXT && f->required && f->order == 2 &&
		f->role == ROLE_IDENTITY && strcmp(f->rrc_key, "X") == 0,
	    "the first field");
	f = definition_find(d, "b");
	(void)tap_ok(f != NULL && f->type == FIELD_SELECT && f->nchoices == 2 &&
		strcmp(f->choices[1], "two, three") == 0 && f->rrc_key == NULL,
	    "the second");
	f = definition_find(d, "c");
	(void)tap_ok(f != NULL && f->type == FIELD_NUMBER && f->integer &&
		strcmp(f->preset, "positive") == 0,
	    "the third");
	f = definition_find(d, "d");
	(void)tap_ok(f != NULL && f->type == FIELD_REF && strcmp(f->ref, "operator") == 0 &&
		f->role == ROLE_OPERATOR,
	    "the fourth");
	(void)tap_ok(definition_find(d, "e") == NULL, "and no other");
	definition_free(d);
}

static void
test_file(void)
{
	struct err e = ERR_INIT;
	struct definition_file *f;

	put(whole);
	f = definition_file_load(path, "00000000-0000-4000-8000-00000000000A", &e);
	gone();
	if (!tap_ok(f != NULL, "the whole file: %s", e.msg))
		return;
	(void)tap_is(f->def->tenant, "00000000-0000-4000-8000-00000000000a",
	    "a tenant in small letters");
	(void)tap_ok(f->nrules == 1 && f->rules[0].required &&
		strcmp(f->rules[0].parent, "operator") == 0 &&
		strcmp(f->rules[0].cardinality, "one_to_many") == 0 &&
		strcmp(f->rules[0].label, "OPERATED_BY") == 0,
	    "its rule");
	(void)tap_is(f->fields[1].group, "G", "a field's group");
	(void)tap_is(f->fields[1].label, "B", "a field's label");
	definition_file_free(f);
}

/* What the import works by changes the digest; what only people see does not. */
static void
test_digest(void)
{
	static const struct {
		const char *text;
		bool same;
	} t[] = {
		{ HEAD FIELD(""), true },
		{ HEAD FIELD(", group: G"), true },
		{ "# comment\n" HEAD "  - { label: Other, input_type: text, key: a }\n", true },
		{ HEAD FIELD(", required: false"), true },
		{ HEAD FIELD(", required: true"), false },
		{ HEAD FIELD(", rrc: a"), false },
		{ HEAD FIELD(", ref: a"), false },
		{ HEAD FIELD(", preset: api_number"), false },
		{ HEAD FIELD(", role: name"), false },
		{ HEAD FIELD(", order: 1"), false },
		{ HEAD "  - { key: a, label: A, input_type: textarea }\n", false },
		{ HEAD "  - { key: b, label: A, input_type: text }\n", false },
	};
	struct entity_definition *first = NULL, *d;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;

		if ((d = load(t[i].text, &e)) == NULL) {
			(void)tap_ok(0, "digest %zu: %s", i, e.msg);
			continue;
		}
		if (first == NULL)
			first = d;
		(void)tap_ok((strcmp(d->sha256, first->sha256) == 0) == t[i].same &&
			strlen(d->sha256) == DIGEST_SHA256_HEX,
		    "digest %zu is %s", i, t[i].same ? "the same" : "another");
		if (d != first)
			definition_free(d);
	}
	definition_free(first);
}

static void
test_faults(void)
{
	static const struct {
		const char *text, *say;
	} t[] = {
		{ "type: thing\nfields: []\n", ":2:9: 'fields' must be a list" },
		{ "type: Thing\ndisplay_name: T\nfields:\n" FIELD(""), ":1:7: 'Thing' cannot be" },
		{ HEAD FIELD(", colour: red"), ":4:51: unknown key 'colour'" },
		{ HEAD FIELD(", role: boss"), "'role' must be identity" },
		{ HEAD FIELD(", choices: [x]"), "choices are for the input type select" },
		{ HEAD FIELD(", rrc: ''"), "'rrc' must be a text, and not empty" },
		{ HEAD FIELD("") FIELD(""), ":5:5: the field 'a' is defined twice" },
		{ HEAD "  - { key: entity_key, label: A, input_type: text }\n",
		    ":4:5: 'entity_key' cannot be a field's key" },
		{ HEAD "  - { key: _a, label: A, input_type: text }\n", "'_a' cannot be" },
		{ HEAD "  - { key: a, input_type: text }\n", ":4:5: 'label' is missing" },
		{ HEAD FIELD(
		      ", role: operator") "  - { key: b, label: B, input_type: text, role: operator }\n",
		    "field 'b': the role operator has been given to 'a'" },
		{ HEAD FIELD(
		      ", role: identity") "  - { key: b, label: B, input_type: text, role: identity }\n",
		    "field 'b': 'a' has the same order 0 among the identity's parts" },
		{ HEAD FIELD("") "rules:\n  - { parent: x, cardinality: some }\n",
		    "'cardinality' must be one_to_one, one_to_many" },
		{ HEAD FIELD(
		      "") "rules:\n  - { parent: x, cardinality: one_to_many, label: has a }\n",
		    "'label' must be an edge's name" },
		{ HEAD FIELD("") "rules:\n  - { parent: x, cardinality: one_to_many }\n"
				 "  - { parent: x, cardinality: one_to_one }\n",
		    "a second rule for the parent 'x'" },
		{ "type: thing\ndisplay_name: T\ncolor: red\nfields:\n" FIELD(""),
		    ":3:8: 'color' must be a hex colour" },
		{ "type: other\ndisplay_name: T\nfields:\n" FIELD(""), "not 'thing'" },
	};
	struct entity_definition *d;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct err e = ERR_INIT;

		d = load(t[i].text, &e);
		(void)tap_ok(d == NULL && e.status == STATUS_CONFIG &&
			strstr(e.msg, t[i].say) != NULL,
		    "fault %zu: %s", i, e.msg);
		definition_free(d);
	}
}

static void
test_well(void)
{
	struct err e = ERR_INIT;
	struct entity_definition *d;

	put("type: well\ndisplay_name: W\nfields:\n" FIELD(", role: identity"));
	d = definition_file_read(path, TENANT, "well", &e);
	(void)tap_ok(d == NULL && strstr(e.msg, "its API number alone") != NULL,
	    "a well of another identity: %s", e.msg);
	definition_free(d);
	memset(&e, 0, sizeof(e));
	d = definition_file_read(path, "x", "well", &e);
	gone();
	(void)tap_ok(d == NULL && e.status == STATUS_USAGE, "a tenant: %s", e.msg);
	definition_free(d);
}

/* options: from a field to JSON, and back to the same. */
static void
test_options(void)
{
	char one[] = "one", two[] = "two \"x\"", ref[] = "lease", *choices[] = { one, two };
	struct field_definition f = { .role = ROLE_IDENTITY,
		.order = 3,
		.ref = ref,
		.choices = choices,
		.nchoices = 2 },
				g;
	struct buf b = BUF_INIT(4096);
	struct err e = ERR_INIT;
	size_t i;

	(void)tap_ok(definition_db_options(&f, &b, &e) == 0 && buf_str(&b, &e) != NULL,
	    "options are written");
	(void)tap_is(b.p,
	    "{\"choices\":[\"one\",\"two \\\"x\\\"\"],\"role\":\"identity\","
	    "\"order\":3,\"ref\":\"lease\"}",
	    "as they should be");
	memset(&g, 0, sizeof(g));
	(void)tap_ok(definition_db_take_options(b.p, &g, &e) == 0 && g.role == f.role &&
		g.order == 3 && strcmp(g.ref, "lease") == 0 && g.nchoices == 2 &&
		strcmp(g.choices[1], two) == 0,
	    "and read back the same");
	for (i = 0; i < g.nchoices; i++)
		free(g.choices[i]);
	free(g.choices);
	free(g.ref);
	buf_free(&b);
	memset(&f, 0, sizeof(f));
	(void)tap_ok(definition_db_options(&f, &b, &e) == 0 && b.len == 0, "none: no JSON");
}

static void
test_bad_options(void)
{
	static const char *const t[] = { "{\"max\": 3}", "{\"role\": \"boss\"}", "{\"order\": -1}",
		"{\"order\": 1.5}", "{\"order\": \"1\"}", "{\"choices\": [1]}", "{\"choices\": {}}",
		"{\"ref\": null}", "7", "{" };
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct field_definition f;
		struct err e = ERR_INIT;

		memset(&f, 0, sizeof(f));
		(void)tap_ok(definition_db_take_options(t[i], &f, &e) == -1 &&
			e.status == STATUS_CONFIG,
		    "%s: %s", t[i], e.msg);
		free(f.choices);
		free(f.ref);
	}
}

static void
test_list_options(void)
{
	struct field_definition f;
	struct err e = ERR_INIT;

	memset(&f, 0, sizeof(f));
	(void)tap_ok(definition_db_take_options("[\"oil\",\"gas\"]", &f, &e) == 0 &&
		f.nchoices == 2 && strcmp(f.choices[1], "gas") == 0,
	    "a list alone is choices");
	free(f.choices[0]);
	free(f.choices[1]);
	free(f.choices);
	memset(&f, 0, sizeof(f));
	(void)tap_ok(definition_db_take_options("{}", &f, &e) == 0 && f.role == ROLE_NONE &&
		definition_db_take_options("null", &f, &e) == 0,
	    "an empty object, and null, are none");
}

static void
test_datasets(void)
{
	static const char *const bad[] = {
		"datasets:\n  - { dataset: x, type: t, role: own, coverage: full }\n",
		"datasets:\n  - { dataset: x/y, type: t, role: mine, coverage: full }\n",
		"datasets:\n  - { dataset: x/y, type: t, role: own }\n",
		"datasets:\n  - { dataset: x/y, type: t, role: own, coverage: part }\n",
		"datasets:\n  - { dataset: x/y, type: t, role: own, coverage: full, partition: f }\n",
		"datasets:\n  - { dataset: x/y, type: t, role: own, coverage: full, duplicates: 1 }\n",
		"datasets:\n  - { dataset: x/y, type: t, role: own, coverage: full, best: [a] }\n",
		"datasets:\n  - { dataset: x/y, type: t, role: own, coverage: full, duplicates: best }\n",
		("datasets:\n  - { dataset: x/y, type: t, role: own, coverage: full, duplicates: best,\n"
		 "      best: [] }\n"),
		("datasets:\n  - { dataset: x/y, type: t, role: own, coverage: full }\n"
		 "  - { dataset: x/y, type: t, role: enrich, coverage: delta }\n"),
	};
	struct err e = ERR_INIT;
	struct dataset_list *l;
	const struct dataset *d;
	size_t i;

	put("datasets:\n  - { dataset: x/y, type: t, role: own, coverage: full }\n"
	    "  - { dataset: x/y, type: u, role: enrich, coverage: part, partition: p,\n"
	    "      duplicates: last }\n");
	l = dataset_load(path, &e);
	gone();
	if (tap_ok(l != NULL && l->n == 2, "two datasets: %s", e.msg)) {
		d = dataset_find(l, "x/y", "t");
		(void)tap_ok(d != NULL && d->role == DATASET_OWN && d->coverage == DATASET_FULL &&
			d->duplicates == DATASET_REJECT && d->partition == NULL,
		    "the first, duplicates rejected by default");
		d = dataset_find(l, "x/y", "u");
		(void)tap_ok(d != NULL && d->role == DATASET_ENRICH &&
			d->coverage == DATASET_PART && d->duplicates == DATASET_LAST &&
			strcmp(d->partition, "p") == 0,
		    "the second");
		(void)tap_ok(dataset_find(l, "x/y", "v") == NULL &&
			dataset_find(l, "x/z", "t") == NULL,
		    "and no other");
	}
	dataset_free(l);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&e, 0, sizeof(e));
		put(bad[i]);
		l = dataset_load(path, &e);
		gone();
		(void)tap_ok(l == NULL && e.status == STATUS_CONFIG, "bad datasets %zu: %s", i,
		    e.msg);
		dataset_free(l);
	}
}

int
main(void)
{

	test_whole();
	test_file();
	test_digest();
	test_faults();
	test_well();
	test_options();
	test_bad_options();
	test_list_options();
	test_datasets();
	return (tap_end());
}
