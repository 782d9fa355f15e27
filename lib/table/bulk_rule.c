/* What two tables ask of their rows. */

#include "table/bulk_rule.h"

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/os.h"

/*
 * users: a clear password comes only where it is asked for, and leaves as a bcrypt
 * hash (libxcrypt); a hash has to be one.  skill_artifacts: content_hash is the
 * SHA-256 of content.  Every other table takes its fields as they are.
 */
enum {
	RULE_BCRYPT_SIZE = 60,
	RULE_PASSWORD_MAX = 72, /* bytes that bcrypt looks at */
};

struct bulk_rule {
	struct bulk_target *g;
	const struct stream_reader *r;
	int password, password_hash; /* of users, or -1 */
	int content, content_hash;   /* of skill_artifacts, or -1 */
	bool adds_hash;              /* content_hash is no column of the stream */
	size_t n;                    /* the stream's columns */
	struct crypt_data *crypt;    /* wiped after each password */
	char hash[RULE_BCRYPT_SIZE + 1];
	char sha256[DIGEST_SHA256_HEX + 1];
	struct stream_field out[BULK_COLUMNS_MAX];
};

/* Find the password columns of the stream; clear passwords need --hash-passwords and are refused
 * beside hashes. */
static int
bulk_rule_users(struct bulk_rule *rule, struct err *e)
{
	struct bulk_target *g = rule->g;

	rule->password = stream_reader_find(rule->r, "password");
	rule->password_hash = stream_reader_find(rule->r, "password_hash");
	if (rule->password < 0)
		return (0);
	if (rule->password_hash >= 0)
		return (err_set(e, STATUS_CONFIG,
		    "'%s' has both a column password and a column password_hash",
		    stream_reader_source(rule->r)));
	if (!g->o->hash_passwords) {
		(void)err_set(e, STATUS_CONFIG, "'%s' has clear passwords",
		    stream_reader_source(rule->r));
		return (err_hint(e,
		    "the table has hashes only: --hash-passwords makes them (bcrypt) and "
		    "keeps no password"));
	}
	rule->crypt = xcalloc(1, sizeof(*rule->crypt));
	return (0);
}

/* What the table wants and the stream does not bring, and the other way round. */
static int
bulk_rule_columns(struct bulk_rule *rule, struct err *e)
{
	struct bulk_target *g = rule->g;
	struct buf unknown = BUF_INIT(4096), missing = BUF_INIT(4096);
	size_t i, k;
	int at, rc = 0;

	for (i = 0; i < rule->n; i++) {
		g->columns[i] = stream_reader_column(rule->r, i);
		if ((int)i == rule->password)
			g->columns[i] = "password_hash";
		if ((at = table_find(g->t, g->columns[i])) < 0)
			(void)buf_addf(&unknown, NULL, " %s", g->columns[i]);
		else if (g->t->columns[at].generated)
			(void)buf_addf(&unknown, NULL, " %s (generated)", g->columns[i]);
	}
	g->ncolumns = rule->n;
	if (rule->adds_hash)
		g->columns[g->ncolumns++] = "content_hash";
	for (i = 0; i < g->t->n; i++) {
		for (k = 0; k < g->ncolumns && strcmp(g->columns[k], g->t->columns[i].name) != 0;
		     k++)
			;
		if (k == g->ncolumns && g->t->columns[i].required)
			(void)buf_addf(&missing, NULL, " %s", g->t->columns[i].name);
	}
	if (unknown.len + missing.len > 0) {
		rc = err_set(e, STATUS_CONFIG, "the columns of '%s' do not fit table '%s'%s%s%s%s",
		    stream_reader_source(rule->r), g->t->name,
		    unknown.len > 0 ? ": it has none to take" : "",
		    unknown.len > 0 ? buf_str(&unknown, NULL) : "",
		    missing.len > 0 ? "; it needs" : "",
		    missing.len > 0 ? buf_str(&missing, NULL) : "");
	}
	buf_free(&unknown);
	buf_free(&missing);
	return (rc);
}

struct bulk_rule *
bulk_rule_new(struct bulk_target *g, struct err *e)
{
	struct bulk_rule *rule = xcalloc(1, sizeof(*rule));
	int rc = 0;

	rule->g = g;
	rule->r = intake_reader(g->in);
	rule->n = stream_reader_ncolumns(rule->r);
	rule->password = rule->password_hash = rule->content = rule->content_hash = -1;
	if (strcmp(g->t->name, "users") == 0) {
		rc = bulk_rule_users(rule, e);
	} else if (strcmp(g->t->name, "skill_artifacts") == 0) {
		rule->content = stream_reader_find(rule->r, "content");
		rule->content_hash = stream_reader_find(rule->r, "content_hash");
		rule->adds_hash = rule->content >= 0 && rule->content_hash < 0;
	}
	if (rc == 0)
		rc = bulk_rule_columns(rule, e);
	if (rc == 0)
		return (rule);
	bulk_rule_free(rule);
	return (NULL);
}

void
bulk_rule_free(struct bulk_rule *rule)
{

	if (rule == NULL)
		return;
	if (rule->crypt != NULL)
		os_wipe(rule->crypt, sizeof(*rule->crypt));
	free(rule->crypt);
	free(rule);
}

/* $2b$12$ and 53 characters of crypt's base 64. */
static bool
bulk_rule_is_bcrypt(const struct stream_field *f)
{
	static const char set[] =
	    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	size_t i;

	if (f->null || f->len != RULE_BCRYPT_SIZE || memcmp(f->p, "$2", 2) != 0 ||
	    memchr("aby", f->p[2], 3) == NULL || f->p[3] != '$' || f->p[6] != '$' ||
	    f->p[4] < '0' || f->p[4] > '3' || f->p[5] < '0' || f->p[5] > '9')
		return (false);
	for (i = 7; i < f->len; i++)
		if (strchr(set, f->p[i]) == NULL || f->p[i] == '\0')
			return (false);
	return (true);
}

/* 0, 1 with a fault, -1.  The password is in no message. */
static int
bulk_rule_hash(struct bulk_rule *rule, const struct stream_field *f, struct err *e)
{
	char phrase[RULE_PASSWORD_MAX + 1], setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash;

	if (f->null || f->len == 0 || f->len > RULE_PASSWORD_MAX) {
		fault_add(intake_faults(rule->g->in),
		    f->len > RULE_PASSWORD_MAX ? "too_long" : "missing_required", "password", NULL,
		    0, "a password has 1 to %d bytes", RULE_PASSWORD_MAX);
		return (1);
	}
	if (crypt_gensalt_rn("$2b$", rule->g->o->bcrypt_cost, NULL, 0, setting,
		(int)sizeof(setting)) == NULL)
		return (err_sys(e, STATUS_BUG, "no salt for a password"));
	memcpy(phrase, f->p, f->len);
	phrase[f->len] = '\0';
	hash = crypt_rn(phrase, setting, rule->crypt, (int)sizeof(*rule->crypt));
	if (hash != NULL && strlen(hash) == RULE_BCRYPT_SIZE)
		memcpy(rule->hash, hash, RULE_BCRYPT_SIZE + 1);
	os_wipe(phrase, sizeof(phrase));
	os_wipe(rule->crypt, sizeof(*rule->crypt));
	if (hash == NULL)
		return (err_sys(e, STATUS_BUG, "a password cannot be hashed"));
	rule->out[rule->password].p = rule->hash;
	rule->out[rule->password].len = RULE_BCRYPT_SIZE;
	return (0);
}

/* Fill in the SHA-256 of content; 1 with a fault noted if the row gives another one. */
static int
bulk_rule_content(struct bulk_rule *rule, const struct stream_field *f)
{
	size_t at = rule->adds_hash ? rule->n : (size_t)rule->content_hash;

	if (f[rule->content].null)
		return (0);
	digest_sha256_of(f[rule->content].p, f[rule->content].len, rule->sha256);
	if (!rule->adds_hash && !f[at].null &&
	    (f[at].len != DIGEST_SHA256_HEX ||
		memcmp(f[at].p, rule->sha256, DIGEST_SHA256_HEX) != 0)) {
		fault_add(intake_faults(rule->g->in), "bad_content_hash", "content_hash", f[at].p,
		    f[at].len, "the SHA-256 of content is %s", rule->sha256);
		return (1);
	}
	rule->out[at].p = rule->sha256;
	rule->out[at].len = DIGEST_SHA256_HEX;
	rule->out[at].null = false;
	return (0);
}

int
bulk_rule_row(struct bulk_rule *rule, const struct stream_field *f, const struct stream_field **out,
    struct err *e)
{

	*out = f;
	if (rule->password < 0 && rule->password_hash < 0 && rule->content < 0)
		return (0);
	memcpy(rule->out, f, rule->n * sizeof(*f));
	*out = rule->out;
	if (rule->password >= 0)
		return (bulk_rule_hash(rule, &f[rule->password], e));
	if (rule->content >= 0)
		return (bulk_rule_content(rule, f));
	if (bulk_rule_is_bcrypt(&f[rule->password_hash]))
		return (0);
	/* What stands there may be a password. */
	fault_add(intake_faults(rule->g->in), "bad_value", "password_hash", NULL, 0,
	    "is not a bcrypt hash ($2b$, cost, 53 characters)");
	return (1);
}

int
bulk_rule_raw(struct bulk_rule *rule, const struct stream_field *f, const char *raw, size_t len,
    struct buf *out, struct err *e)
{
	size_t i, k;

	if (rule->password < 0 &&
	    (rule->password_hash < 0 || bulk_rule_is_bcrypt(&f[rule->password_hash])))
		return (buf_add(out, raw, len, e));
	for (i = 0; i < rule->n; i++) {
		bool hidden = (int)i == rule->password || (int)i == rule->password_hash;

		if (i > 0 && buf_add(out, ",", 1, e))
			return (-1);
		if (f[i].null)
			continue;
		if (buf_add(out, "\"", 1, e))
			return (-1);
		for (k = 0; !hidden && k < f[i].len; k++)
			if ((f[i].p[k] == '"' && buf_add(out, "\"", 1, e)) ||
			    buf_add(out, f[i].p + k, 1, e))
				return (-1);
		if (buf_add(out, "\"", 1, e))
			return (-1);
	}
	return (0);
}
