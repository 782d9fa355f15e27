/* Verdicts' words, there and back; rows counted by tenant, event and day. */
#include "audit/verdict.h"

#include "../../tap.h"
#include "audit/tally.h"

static struct stream_field
field(const char *s)
{
	struct stream_field f = { .p = s, .len = s != NULL ? strlen(s) : 0, .null = s == NULL };

	return (f);
}

static void
count(struct tally *t, const char *tenant, const char *event, int64_t created, enum verdict v)
{
	const struct audit_table *table = audit_table_find("audit_logs");
	struct stream_field f[AUDIT_COLUMNS_MAX];
	struct audit_row row = { f, true, created };
	size_t i;

	for (i = 0; i < table->n; i++)
		f[i] = field(NULL);
	f[table->tenant] = field(tenant);
	f[table->event] = field(event);
	tally_row(t, table, &row, v, false);
}

int
main(void)
{
	struct tally *t = tally_new();
	enum verdict v;
	char name[32];
	int i;

	for (i = 0; i < VERDICT_COUNT; i++) {
		const char *word = verdict_word((enum verdict)i);

		(void)tap_ok(verdict_parse(word, strlen(word), &v) == 0 && v == (enum verdict)i,
		    "%s", word);
	}
	(void)tap_ok(verdict_parse("valid_", 6, &v) != 0, "a word that is not one");
	(void)tap_ok(verdict_parse("vali", 4, &v) != 0, "half a word");
	(void)tap_ok(verdict_fine(VERDICT_VALID_OLD_KEY) &&
		verdict_fine(VERDICT_UNSIGNED_ALLOWED) && !verdict_fine(VERDICT_BAD_MAC) &&
		!verdict_fine(VERDICT_UNKNOWN_KEY),
	    "which of them are findings");

	count(t, "a", "login", INT64_C(1793664000000000), VERDICT_VALID); /* 2026-11-03 */
	count(t, "b", "login", INT64_C(1793664000000000) - 1, VERDICT_BAD_MAC);
	count(t, "b", "filing", INT64_C(1793664000000000), VERDICT_VALID);
	tally_sort(&t->tenants, false);
	tally_sort(&t->days, true);
	(void)tap_ok(t->rows == 3 && t->findings == 1 && t->verdicts[VERDICT_BAD_MAC] == 1, "sums");
	(void)tap_ok(t->tenants.n == 2 && strcmp(t->tenants.v[0].name, "b") == 0 &&
		t->tenants.v[0].rows == 2 && t->tenants.v[0].findings == 1,
	    "tenants, the most rows first");
	(void)tap_ok(t->days.n == 2 && strcmp(t->days.v[0].name, "2026-11-02") == 0 &&
		strcmp(t->days.v[1].name, "2026-11-03") == 0,
	    "days, by name, in UTC");
	for (i = 0; i < TALLY_MAX + 5; i++) {
		(void)snprintf(name, sizeof(name), "event %d", i);
		count(t, "a", name, 0, VERDICT_VALID);
	}
	(void)tap_ok(t->events.n == TALLY_MAX + 1,
	    "more values than are told apart: one for the rest");
	tally_free(t);
	return (tap_end());
}
