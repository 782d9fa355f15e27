/* aegis audit-verify: check the signature of every row of an audit stream. */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit/assess.h"
#include "base/buf.h"
#include "base/digest.h"
#include "base/home.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"
#include "stream/writer.h"

enum { PROFILES_MAX = 32 };

static const char *opt_keys;
static struct option_list opt_profiles;
static bool opt_sign, opt_probe;
static uint64_t opt_rows = 1000;

static const struct option_spec options[] = {
	{ "keys", OPTION_STRING, "FILE", &opt_keys,
	    "Key ring: the HMAC keys, and when each was in use." },
	{ "profile", OPTION_LIST, "NAME[@INSTANT]", &opt_profiles,
	    "Signing profile: pipelines/audit/NAME.yaml, or a file; with an instant for rows "
	    "created from then on; may be given more than once." },
	{ "probe", OPTION_FLAG, NULL, &opt_probe,
	    "Write no stream: try every profile (or those given), and print how many rows each "
	    "matches." },
	{ "rows", OPTION_U64, "N", &opt_rows,
	    "With --probe: number of signed rows to try (default: 1000)." },
	{ "sign", OPTION_FLAG, NULL, &opt_sign,
	    "Sign rows that have no signature: for tests, and for signers that start." },
	STREAM_OPTION_FRAMES,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-verify",
	.group = "Audit",
	.summary = "check the signature of every row of an audit stream",
	.usage = "--keys FILE --profile NAME [options] <STREAM >STREAM",
	.options = options,
	.description =
	    "Reads an audit stream (audit-read writes them), works out what the signer of each row "
	    "signed, by the profile of the row's time, and looks for the key of the ring that gives "
	    "the row's signature. Every row goes out again as it came, with two columns more: _verdict "
	    "and _key, the key that matched.\n\n"
	    "Verdicts: valid; valid_old_key (a retired key, or one at the edge of its time); bad_mac "
	    "(no key gives this signature); no_signature; malformed_signature; key_out_of_window (a "
	    "good signature by a key that was not in use then, or is revoked); unknown_key (no key of "
	    "the ring covers the row's time); unrepresentable (the row holds a number that jsonb does "
	    "not give back as it was written, -0.0 or 1e16: nobody can say); unsigned_allowed (the "
	    "profile says that this event type is not signed). What they mean for an auditor is in "
	    "doc/formats/audit.md.\n\n"
	    "Keys are read from files that nobody else may read, are in no message and no core file, "
	    "and are wiped. doc/formats/audit.md says how a key ring and a profile are written.",
	.examples =
	    "  aegis audit-read --table audit_logs --period 2026-10 |\n"
	    "      aegis audit-verify --keys /etc/aegis/keyring.yaml --profile py-sorted |\n"
	    "      aegis audit-pack --archives /srv/audit --key /etc/aegis/audit.key\n"
	    "  aegis audit-read --table audit_logs --period 2026-10-03 |\n"
	    "      aegis audit-verify --keys keyring.yaml --probe\n",
	.status =
	    "0: every row has its verdict, whichever it is\n"
	    "1: --probe found no profile that matches\n"
	    "65: the stream is broken, or --sign found no key for a row\n"
	    "77: others can read a key file\n"
	    "78: an error in the key ring or in a profile",
};

static struct verify_profile profiles[PROFILES_MAX];
static size_t nprofiles;
static struct buf config = BUF_INIT(1 << 16);
static char config_sha256[DIGEST_SHA256_HEX + 1];

/* Load one --profile argument, NAME or NAME@INSTANT; without an instant the profile holds from the
 * beginning of time. */
static int
add_profile(const char *word, struct err *e)
{
	struct verify_profile *v = &profiles[nprofiles];
	const char *at = strrchr(word, '@');
	char *name;

	if (nprofiles == PROFILES_MAX)
		return (err_set(e, STATUS_USAGE, "more than %d profiles", PROFILES_MAX));
	v->from = INT64_MIN;
	if (at != NULL && instant_parse(at + 1, strlen(at + 1), &v->from) &&
	    instant_day(at + 1, strlen(at + 1), &v->from))
		return (err_set(e, STATUS_USAGE,
		    "--profile '%s': '@' must be followed by an instant, such as 2026-11-01T00:00:00Z, or a day",
		    word));
	name = at != NULL ? xstrndup(word, (size_t)(at - word)) : xstrdup(word);
	v->profile = profile_load(name, e);
	free(name);
	if (v->profile == NULL)
		return (-1);
	nprofiles++;
	return (0);
}

/* Order strings by bytes, for qsort(). */
static int
by_name(const void *a, const void *b)
{

	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* Every profile that is shipped, for --probe. */
static int
add_all(struct err *e)
{
	char dir[4096], *names[PROFILES_MAX];
	size_t n = 0, i;
	struct dirent *d;
	DIR *h;
	int rc = 0;

	if (home_path(dir, sizeof(dir), "pipelines/audit", e))
		return (-1);
	if ((h = opendir(dir)) == NULL)
		return (err_sys(e, STATUS_CONFIG, "cannot read '%s'", dir));
	while ((d = readdir(h)) != NULL && n < PROFILES_MAX) {
		size_t len = strlen(d->d_name);

		if (len > 5 && strcmp(d->d_name + len - 5, ".yaml") == 0)
			names[n++] = xstrndup(d->d_name, len - 5);
	}
	(void)closedir(h);
	qsort(names, n, sizeof(*names), by_name);
	for (i = 0; i < n; i++) {
		rc = rc == 0 ? add_profile(names[i], e) : rc;
		free(names[i]);
	}
	return (rc);
}

/* Order profiles by the instant from which they hold, for qsort(). */
static int
by_time(const void *a, const void *b)
{
	const struct verify_profile *x = a, *y = b;

	return ((x->from > y->from) - (x->from < y->from));
}

/* In order of their time, from the beginning on, and their names as one word. */
static int
order_profiles(struct err *e)
{
	struct digest_sha256 *d;
	char when[28];
	size_t i;

	qsort(profiles, nprofiles, sizeof(*profiles), by_time);
	if (profiles[0].from != INT64_MIN)
		return (err_set(e, STATUS_USAGE,
		    "one --profile must have no instant, for the rows before the others"));
	d = digest_sha256_new();
	for (i = 0; i < nprofiles; i++) {
		if (i > 0 && profiles[i].from == profiles[i - 1].from) {
			digest_sha256_free(d);
			return (err_set(e, STATUS_USAGE,
			    "two profiles, '%s' and '%s', for the same time",
			    profiles[i - 1].profile->name, profiles[i].profile->name));
		}
		digest_sha256_update(d, profiles[i].profile->sha256, DIGEST_SHA256_HEX);
		digest_sha256_update(d, &profiles[i].from, sizeof(profiles[i].from));
		(void)buf_addf(&config, e, "%s%s", i > 0 ? "+" : "", profiles[i].profile->name);
		if (i > 0)
			(void)buf_addf(&config, e, "@%s", instant_text(when, profiles[i].from));
	}
	digest_sha256_final(d, config_sha256);
	/* A book's word has an end. */
	if (config.len >= BOOK_DATASET_SIZE)
		return (err_set(e, STATUS_USAGE, "too many profiles in one run"));
	return (buf_str(&config, e) == NULL);
}

/* Try the profiles on up to opt_rows signed rows and print how many each matches; STATUS_FINDINGS
 * if there are rows and none match. */
static int
probe(const struct assess_options *o, struct err *e)
{
	struct assess_probe *p = xcalloc(nprofiles + 1, sizeof(*p));
	struct report *r = report_new("text");
	uint64_t rows, best = 0;
	size_t i;
	int rc;

	if ((rc = assess_probe(o, opt_rows, p, &rows, e)) == 0) {
		report_table(r, NULL);
		for (i = 0; i < nprofiles; i++) {
			if (!p[i].fits)
				continue;
			report_row(r);
			report_text(r, "profile", "profile", p[i].profile->name);
			report_count(r, "rows", "rows", rows);
			report_count(r, "matched", "matched", p[i].matched);
			report_real(r, NULL, "rate",
			    rows > 0 ? 100.0 * (double)p[i].matched / (double)rows : 0.0, 1, "%");
			report_close(r);
			if (p[i].matched > best)
				best = p[i].matched;
		}
		report_close(r);
		rc = report_print(r, NULL, e);
	}
	report_free(r);
	free(p);
	if (rc)
		return (log_err(e));
	if (rows == 0)
		log_warning("no row has a signature: there is nothing to try");
	else if (best == 0)
		log_warning(
		    "no profile matches a single row: what was signed is another message, or the "
		    "keys are others; it does not mean that rows were changed");
	return (best > 0 || rows == 0 ? STATUS_OK : STATUS_FINDINGS);
}

/* Log the number of rows of each verdict, and warn if not one signature matched. */
static void
log_totals(const struct assess_totals *t)
{
	int i;

	for (i = 0; i < VERDICT_COUNT; i++)
		if (t->verdicts[i] > 0)
			log_info("%s: %llu", verdict_word((enum verdict)i),
			    (unsigned long long)t->verdicts[i]);
	if (t->signed_rows > 0)
		log_info("signed: %llu", (unsigned long long)t->signed_rows);
	if (t->matched == 0 && t->verdicts[VERDICT_BAD_MAC] > 0)
		log_warning(
		    "not one signature matches: suspect the profile or the keys, not the rows; try "
		    "--probe");
}

/* Load profiles and keys, then probe them or add verdicts to the stream; return the exit status.
 */
static int
verify(struct err *e)
{
	struct assess_options o;
	struct assess_totals t;
	struct keyring *ring;
	size_t i;
	int rc;

	for (i = 0; i < opt_profiles.n; i++)
		if (add_profile(opt_profiles.v[i], e))
			return (log_err(e));
	if ((nprofiles == 0 && add_all(e)) || (!opt_probe && order_profiles(e)) ||
	    (ring = keyring_load(opt_keys, e)) == NULL)
		return (log_err(e));
	memset(&o, 0, sizeof(o));
	o.ring = ring;
	o.profiles = profiles;
	o.nprofiles = nprofiles;
	o.config = config.p;
	o.config_sha256 = config_sha256;
	o.sign = opt_sign;
	o.in = STDIN_FILENO;
	o.out = STDOUT_FILENO;
	o.in_name = "standard input";
	o.out_name = "standard output";
	if (opt_probe) {
		rc = probe(&o, e);
	} else {
		if (assess_stream(&o, &t, e) == 0)
			log_totals(&t);
		rc = log_err(e);
	}
	keyring_free(ring);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands;
	size_t i;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (opt_keys == NULL)
		return (program_usage_error(&program, "--keys FILE is needed"));
	if (opt_profiles.n == 0 && !opt_probe)
		return (program_usage_error(&program,
		    "--profile NAME is needed (--probe tries them all)"));
	if (opt_probe && opt_sign)
		return (program_usage_error(&program, "--probe writes nothing to sign"));
	progress_init("audit-verify");
	rc = verify(&e);
	for (i = 0; i < nprofiles; i++)
		profile_free(profiles[i].profile);
	buf_free(&config);
	return (rc);
}
