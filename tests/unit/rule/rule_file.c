/* Files of rules against the shipped catalog: what is right comes out, each fault with its place. */
#include "rule/rule_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/io.h"
#include "base/json.h"

static char path[] = "/tmp/aegis-rules-XXXXXX";
static struct catalog *catalog;
static struct buf taken = BUF_INIT(1 << 20);
static size_t ntaken, nodd;

static int
take(void *cookie, const struct rule *r, int line, const char *odd, struct err *e)
{
	struct json_writer *w = json_writer_new(&taken);
	int rc;

	(void)cookie;
	(void)line;
	ntaken++;
	nodd += odd != NULL;
	taken.len = 0;
	rc = rule_data(catalog, r, w, e);
	json_writer_free(w);
	return (rc);
}

/* Read these rules; return how many faults there are, the first of them in ${first}. */
static size_t
faults(const char *text, char *first, size_t size)
{
	struct rule_faults f = { NULL, 0, 0 };
	struct err e = ERR_INIT;
	struct rule_file *file;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	size_t n = SIZE_MAX;

	ntaken = nodd = 0;
	(void)io_write_all(fd, text, strlen(text), path, &e);
	(void)close(fd);
	first[0] = '\0';
	if ((file = rule_file_open(path, &e)) != NULL) {
		if (rule_file_rules(file, catalog, &f, take, NULL, &e) == 0)
			n = f.n;
		if (f.n > 0)
			(void)snprintf(first, size, "%s", f.v[0] + strlen(path));
		rule_file_free(file);
	}
	rule_faults_free(&f);
	return (n);
}

#define RULE(id, figures)                                                \
	"  - rule: " id                                                  \
	"\n    title: T\n    cite: C\n    source: S\n    mark: V-rule\n" \
	"    verified_as_of: 2024-11-01\n    figures:\n" figures

int
main(void)
{
	static const struct {
		const char *text, *want;
	} bad[] = {
		{ "domain: spacing\nrules:\n" RULE("A", "      lease_line: 467 m\n"), ":10:" },
		{ "domain: spacing\nrules:\n" RULE("A", "      lease_line: 99999 ft\n"), ":10:" },
		{ "domain: spacing\nrules:\n" RULE("A", "      nothing: 1 ft\n"), ":10:" },
		{ "domain: spacing\nrules:\n" RULE("A", "      unit_acres: 40 acres\n"), ":10:" },
		{ "domain: nowhere\nrules:\n" RULE("A", "      lease_line: 467 ft\n"), ":1:" },
	};
	struct err e = ERR_INIT;
	char first[400], why[200], home[4096];
	struct rule *r;
	size_t i, n;
	int fd;

	/* The tests run in the checkout. */
	if (getcwd(home, sizeof(home)) == NULL || setenv("AEGIS_HOME", home, 0) ||
	    (fd = mkstemp(path)) < 0)
		return (1);
	(void)close(fd);
	if (!tap_ok((catalog = catalog_load(NULL, &e)) != NULL, "the shipped catalog %s", e.msg))
		return (tap_end());
	n = faults("domain: spacing\nrules:\n" RULE("A",
		       "      lease_line: 467 ft\n      between_wells: 1200 ft\n"),
	    first, sizeof(first));
	(void)tap_ok(n == 0 && ntaken == 1 && nodd == 0, "a rule that is right %s", first);
	(void)tap_ok(strstr(buf_str(&taken, NULL),
			 "\"lease_line\":{\"value\":467,\"unit\":\"ft\"}") != NULL,
	    "with its values");
	n = faults("domain: spacing\nrules:\n" RULE("A",
		       "      lease_line: 1200 ft\n      between_wells: 467 ft\n"),
	    first, sizeof(first));
	(void)tap_ok(n == 0 && ntaken == 1 && nodd == 1,
	    "values that look swapped are odd, and no fault");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		n = faults(bad[i].text, first, sizeof(first));
		(void)tap_ok(n == 1 && strncmp(first, bad[i].want, strlen(bad[i].want)) == 0 &&
			ntaken == 0,
		    "a fault at its place: %s", first);
	}
	(void)tap_ok(rule_day("2024-02-29") && !rule_day("2023-02-29") && !rule_day("2024-2-29") &&
		!rule_day("2024-02-29 "),
	    "days of the calendar");
	r = rule_new(catalog);
	i = (size_t)catalog_find(catalog, "lease_line");
	(void)tap_ok(rule_number(catalog, r, i, "330.5", 5, why, sizeof(why)) == 0 &&
		r->values[i].number > 330.4 && r->values[i].number < 330.6,
	    "a number with a point");
	(void)tap_ok(rule_number(catalog, r, i, "3x", 2, why, sizeof(why)) != 0, "not a number: %s",
	    why);
	(void)tap_ok(rule_number(catalog, r, i, "08", 2, why, sizeof(why)) != 0,
	    "a leading zero: %s", why);
	rule_free(r);
	catalog_free(catalog);
	buf_free(&taken);
	(void)unlink(path);
	return (tap_end());
}
