#include "../../tap.h"

#include <stdlib.h>

#include "base/json.h"
#include "entity/properties.h"
#include "pg/pg.h"

static struct err e = ERR_INIT;

/* key, type, role, required; the stream has them in this order. */
static const struct {
	const char *key;
	enum field_type type;
	enum field_role role;
	bool required;
} table[] = {
	{ "api_number", FIELD_TEXT, ROLE_IDENTITY, true },
	{ "well_name", FIELD_TEXT, ROLE_NAME, false },
	{ "depth", FIELD_NUMBER, ROLE_NONE, false },
	{ "plugged", FIELD_BOOLEAN, ROLE_NONE, false },
	{ "district", FIELD_SELECT, ROLE_DISTRICT, false },
	{ "od\"d\\ key", FIELD_DATE, ROLE_NONE, false },
	{ "field", FIELD_REF, ROLE_FIELD, false },
	{ "second_name", FIELD_TEXT, ROLE_NAME, false },
};
/* By the length of the key, then by its bytes. */
static const size_t jsonb_order[] = { 2, 6, 3, 4, 5, 1, 0, 7 };
enum { FIELDS = sizeof(table) / sizeof(table[0]), ROW = FIELDS + PROPERTIES_FIRST };

static struct entity_definition d;
static const char *columns[ROW] = { "_record", "_offset", "entity_key" };
static struct stream_field row[ROW];

static void
set(size_t i, const char *v, size_t len)
{

	row[i].p = v;
	row[i].len = v != NULL ? len : 0;
	row[i].null = v == NULL;
}

static void
set_row(void)
{
	size_t i;

	for (i = 0; i < ROW; i++)
		set(i, NULL, 0);
	set(0, "1", 1);
	set(1, "0", 1);
	set(2, "42-003-00001", 12);
	set(3, "42-003-00001", 12);
}

static void
define(void)
{
	size_t i;

	d.type = xstrdup("well");
	d.n = FIELDS;
	d.fields = xcalloc(FIELDS, sizeof(*d.fields));
	for (i = 0; i < FIELDS; i++) {
		d.fields[i].key = xstrdup(table[i].key);
		d.fields[i].type = table[i].type;
		d.fields[i].role = table[i].role;
		d.fields[i].required = table[i].required;
		columns[PROPERTIES_FIRST + i] = table[i].key;
	}
}

static void
undefine(void)
{
	size_t i;

	for (i = 0; i < FIELDS; i++)
		free(d.fields[i].key);
	free(d.fields);
	free(d.type);
}

/* yajl's JSON, its keys in the order in which a jsonb has them. */
static void
other_way(struct buf *out)
{
	struct json_writer *w = json_writer_new(out);
	size_t i, k;

	json_put_object(w);
	for (k = 0; k < FIELDS; k++) {
		const struct stream_field *f = &row[PROPERTIES_FIRST + (i = jsonb_order[k])];

		if (f->null)
			continue;
		json_put_key(w, table[i].key);
		if (table[i].type == FIELD_NUMBER)
			json_put_number(w, f->p, f->len);
		else if (table[i].type == FIELD_BOOLEAN)
			json_put_bool(w, f->p[0] == 't');
		else
			json_put_text(w, f->p, f->len);
	}
	json_put_close(w);
	if (json_writer_end(w, &e))
		(void)tap_ok(0, "%s", e.msg);
	json_writer_free(w);
}

static int
same_both_ways(struct properties *p, struct fault_list *l)
{
	struct buf one = BUF_INIT(1 << 24), other = BUF_INIT(1 << 24);
	int same;

	fault_clear(l);
	if (!properties_check(p, row, l))
		(void)tap_ok(0, "%s", fault_text(l, 0, NULL));
	if (properties_copy(p, row, &one, &e))
		(void)tap_ok(0, "%s", e.msg);
	other_way(&other);
	same = one.len == other.len && memcmp(one.p, other.p, one.len) == 0;
	if (!same)
		(void)printf("# got:  %.*s\n# want: %.*s\n", (int)one.len, one.p, (int)other.len,
		    other.p);
	buf_free(&one);
	buf_free(&other);
	return (same);
}

static void
json(struct properties *p, struct fault_list *l)
{
	static const char *const bits[] = { "a", "\"", "\\", "\\.", "\n", "\r", "\t", "\x01",
		"\x1f", "\x7f", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x90\x82", "#aegis-seal",
		"\\u0000", "/", "\b\f", "abcdefgh", " ", "12345678901" };
	char value[400];
	unsigned seed = 1, i, wrong = 0, c;

	set_row();
	(void)tap_ok(same_both_ways(p, l), "a row with one value");
	set(3 + 3, "true", 4);
	set(3 + 2, "1200.50", 7);
	set(3 + 1, "", 0);
	set(3 + 5, "1999-12-31", 10);
	(void)tap_ok(same_both_ways(p, l), "every kind, an empty text, a key with a quote");
	for (c = 1; c < 128; c++) {
		/* At each place of the eight bytes that are looked at together. */
		for (i = 0; i < 17; i++) {
			memset(value, 'x', 17);
			value[i] = (char)c;
			set(3 + 1, value, 17);
			wrong += !same_both_ways(p, l);
		}
	}
	(void)tap_ok(wrong == 0, "every byte of ASCII at every place (%u wrong)", wrong);
	for (i = 0; i < 3000; i++) {
		size_t n = 0, k;

		do {
			seed = seed * 1103515245u + 12345u;
			k = strlen(bits[seed / 65536 % 20]);
			memcpy(value + n, bits[seed / 65536 % 20], k);
			n += k;
		} while (n < 300 && seed / 4096 % 16 != 0);
		set(3 + 1, value, n);
		wrong += !same_both_ways(p, l);
	}
	(void)tap_ok(wrong == 0, "3000 texts of difficult pieces (%u wrong)", wrong);
}

/* The codes of a row's faults, in their order. */
static const char *
faults(struct properties *p, struct fault_list *l)
{
	static char text[500];
	const char *code;
	size_t i;
	bool good;

	fault_clear(l);
	good = properties_check_key(row, l);
	if (properties_check(p, row, l) != (fault_count(l) == 0) && good)
		return ("the answer and the list differ");
	text[0] = '\0';
	for (i = 0; i < fault_count(l); i++) {
		(void)fault_text(l, i, &code);
		(void)strcat(strcat(text, i > 0 ? " " : ""), code);
	}
	return (text);
}

static void
checks(struct properties *p, struct fault_list *l)
{
	static const char *const good[] = { "0", "-0", "1", "-1", "10", "0.5", "-0.50", "1e5",
		"1E+5", "1.25e-7", "123456789012345678901234567890.123456789" };
	static const char *const bad[] = { "", "-", "+1", "01", "-01", "1.", ".5", "1e", "1e+",
		"0x10", "1 ", " 1", "NaN", "Infinity", "1,000", "1.2.3", "--1", "true" };
	static const char *const words[] = { "", "TRUE", "t", "yes", "1", "truefalse", "tru" };
	static const char *const no_utf8[] = { "\x80", "\xc0\xaf", "\xed\xa0\x80", "a\xff",
		"\xf4\x90\x80\x80", "abcdefg\xe2\x82" };
	char longest[PROPERTIES_NAME_MAX * 2 + 2];
	unsigned i, wrong = 0;

	set_row();
	(void)tap_is(faults(p, l), "", "a good row has no faults");
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		set(3 + 2, good[i], strlen(good[i]));
		(void)tap_ok(*faults(p, l) == '\0' && same_both_ways(p, l), "number %s", good[i]);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		set(3 + 2, bad[i], strlen(bad[i]));
		(void)tap_ok(strcmp(faults(p, l), "bad_type") == 0, "no number: '%s'", bad[i]);
	}
	set(3 + 2, "1e99999", 7);
	(void)tap_is(faults(p, l), "out_of_range", "a number that no numeric can hold");
	set(3 + 2, NULL, 0);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		set(3 + 3, words[i], strlen(words[i]));
		wrong += strcmp(faults(p, l), "bad_type") != 0;
	}
	(void)tap_ok(wrong == 0, "only true and false are booleans");
	set(3 + 3, "false", 5);
	for (i = 0; i < sizeof(no_utf8) / sizeof(no_utf8[0]); i++) {
		set(3 + 1, no_utf8[i], strlen(no_utf8[i]));
		wrong += strcmp(faults(p, l), "bad_character") != 0;
	}
	set(3 + 1, "a\0b", 3);
	wrong += strcmp(faults(p, l), "bad_character") != 0;
	(void)tap_ok(wrong == 0, "bytes that are no UTF-8, and NUL");

	for (i = 0; i < PROPERTIES_NAME_MAX + 1; i++)
		memcpy(longest + 2 * i, "\xc3\xa9", 2);
	set(3 + 1, longest, PROPERTIES_NAME_MAX * 2);
	(void)tap_is(faults(p, l), "", "500 characters of two bytes are a name");
	set(3 + 1, longest, PROPERTIES_NAME_MAX * 2 + 2);
	(void)tap_is(faults(p, l), "too_long", "501 are not");
	set(3 + 7, longest, PROPERTIES_NAME_MAX * 2 + 2);
	(void)tap_is(faults(p, l), "too_long too_long",
	    "nor are they in a second field with the role");
	set(3 + 7, NULL, 0);
	set(3 + 1, NULL, 0);
	set(3 + 4, "12345678901", 11);
	(void)tap_is(faults(p, l), "too_long", "a district of eleven characters");
	set(3 + 4, "1234567890", 10);
	(void)tap_is(faults(p, l), "", "a district of ten");

	set(3, NULL, 0);
	(void)tap_is(faults(p, l), "missing_required", "NULL in a required field");
	set(3 + 2, "x", 1);
	(void)tap_is(faults(p, l), "missing_required bad_type", "all faults of a row");
	set_row();
	set(2, NULL, 0);
	(void)tap_is(faults(p, l), "bad_key", "no key");
	set(2, "", 0);
	(void)tap_is(faults(p, l), "bad_key", "an empty key");
	memset(longest, 'k', 256);
	set(2, longest, 256);
	(void)tap_is(faults(p, l), "too_long", "a key of 256 characters");
	set(2, longest, 255);
	(void)tap_is(faults(p, l), "", "a key of 255");
	set(2, "\xff", 1);
	(void)tap_is(faults(p, l), "bad_character", "a key that is not UTF-8");
}

static bool
digest_is(struct digest128 a, struct digest128 b)
{

	return (a.lo == b.lo && a.hi == b.hi);
}

static struct digest128
digest(struct properties *p)
{
	struct digest128 h = { 0, 0 };

	if (properties_digest(p, row, &h, &e))
		(void)tap_ok(0, "%s", e.msg);
	return (h);
}

static void
digests(struct properties *p)
{
	/* Put together by hand from the comment in properties.h. */
	static const char seed[] =
	    "api_number text identity required\nwell_name text name optional\n"
	    "depth number - optional\nplugged boolean - optional\n"
	    "district text district optional\nod\"d\\ key text - optional\n"
	    "field text field optional\nsecond_name text name optional\n";
	static const unsigned char values[] =
	    "\x03\0\0\0ab"
	    "\x01\0\0\0"
	    "\x02\0\0\0"
	    "7"
	    "\0\0\0\0\0\0\0\0\0\0\0\0"
	    "\0\0\0\0\0\0\0\0";
	unsigned char canon[16 + sizeof(values) - 1];
	struct digest128 s = digest_xxh128(seed, sizeof(seed) - 1), a, b;
	struct properties *fewer;
	size_t i;

	for (i = 0; i < 8; i++) {
		canon[i] = (unsigned char)(s.hi >> (56 - 8 * i));
		canon[8 + i] = (unsigned char)(s.lo >> (56 - 8 * i));
	}
	memcpy(canon + 16, values, sizeof(values) - 1);
	set_row();
	set(3, "ab", 2);
	set(3 + 1, "", 0);
	set(3 + 2, "7", 1);
	a = digest(p);
	(void)tap_ok(digest_is(a, digest_xxh128(canon, sizeof(canon))),
	    "the digest is what the comment says");
	set(0, "77", 2);
	set(1, "1234", 4);
	(void)tap_ok(digest_is(a, digest(p)), "the place in the source is no content");
	set(3 + 1, NULL, 0);
	b = digest(p);
	(void)tap_ok(!digest_is(a, b), "NULL is not the empty text");
	set(3, "a", 1);
	set(3 + 1, "b", 1);
	a = digest(p);
	set(3, "ab", 2);
	set(3 + 1, "", 0);
	(void)tap_ok(!digest_is(a, digest(p)), "where one value ends counts");
	set_row();
	a = digest(p);
	if ((fewer = properties_new(&d, columns, ROW - 1, &e)) == NULL)
		(void)tap_ok(0, "%s", e.msg);
	(void)tap_ok(!digest_is(a, digest(fewer)), "fewer columns, other digest");
	properties_free(fewer);
}

static void
refused(const char *const *names, size_t n, enum status status, const char *what)
{
	struct err why = ERR_INIT;
	struct properties *p = properties_new(&d, names, n, &why);

	(void)tap_ok(p == NULL && why.status == status, "%s: %s", what, why.msg);
	properties_free(p);
}

static void
columns_and_roles(struct properties *p)
{
	static const char *const unknown[] = { "_record", "_offset", "entity_key", "nonsense" };
	static const char *const twice[] = { "_record", "_offset", "entity_key", "depth", "depth" };
	static const char *const order[] = { "_record", "entity_key", "_offset", "depth" };
	struct buf b = BUF_INIT(1000);

	refused(unknown, 4, STATUS_CONFIG, "a column that is no field");
	refused(twice, 5, STATUS_DATA, "a column twice");
	refused(order, 4, STATUS_DATA, "columns out of order");
	refused(order, 1, STATUS_DATA, "hardly any columns");
	(void)tap_ok(properties_role(p, ROLE_NAME, -1) == 4 &&
		properties_role(p, ROLE_NAME, 4) == 10,
	    "the first name's place in the row");
	(void)tap_ok(properties_role(p, ROLE_OPERATOR, -1) == -1, "a role that no column has");
	(void)tap_ok(properties_owned(p, false, &b, &e) == 0, "owned keys");
	(void)tap_is(buf_str(&b, &e),
	    "{\"api_number\",\"well_name\",\"depth\",\"plugged\","
	    "\"district\",\"od\\\"d\\\\ key\",\"field\",\"second_name\"}",
	    "owned keys as text[] literal");
	buf_free(&b);
}

int
main(void)
{
	struct fault_list *l = fault_list_new();
	struct properties *p;

	define();
	if ((p = properties_new(&d, columns, ROW, &e)) != NULL) {
		json(p, l);
		checks(p, l);
		digests(p);
		columns_and_roles(p);
	}
	(void)tap_ok(e.status == STATUS_OK, "no error on the way%s%s", e.msg[0] ? ": " : "", e.msg);
	properties_free(p);
	fault_list_free(l);
	undefine();
	return (tap_end());
}
