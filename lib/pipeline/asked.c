/* What a run was asked for. */

#include "pipeline/asked.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "base/utf8.h"

/* Who asks: USER@HOST. */
static void
asked_by(char *dst, size_t size)
{
	const struct passwd *pw = getpwuid(getuid());
	char host[256] = "unknown";

	(void)gethostname(host, sizeof(host) - 1);
	if (pw != NULL)
		(void)snprintf(dst, size, "%.100s@%.200s", pw->pw_name, host);
	else
		(void)snprintf(dst, size, "%ld@%.200s", (long)getuid(), host);
}

/* A text; what is not UTF-8 cannot be kept. */
static void
asked_text(struct json_writer *w, const char *v, size_t n)
{

	if (utf8_span(v, n) == n)
		json_put_text(w, v, n);
	else
		json_put_null(w);
}

/* A list of NAME=VALUE as an object. */
static void
asked_pairs(struct json_writer *w, const char *key, const struct option_list *l)
{
	size_t i, n;
	char name[128];

	json_put_key(w, key);
	json_put_object(w);
	for (i = 0; i < l->n; i++) {
		n = strcspn(l->v[i], "=");
		if (n >= sizeof(name) || l->v[i][n] != '=' || utf8_span(l->v[i], n) < n)
			continue;
		memcpy(name, l->v[i], n);
		name[n] = '\0';
		json_put_key(w, name);
		asked_text(w, l->v[i] + n + 1, strlen(l->v[i] + n + 1));
	}
	json_put_close(w);
}

/* A list of texts. */
static void
asked_list(struct json_writer *w, const char *key, const struct option_list *l)
{
	size_t i;

	json_put_key(w, key);
	json_put_array(w);
	for (i = 0; i < l->n; i++)
		asked_text(w, l->v[i], strlen(l->v[i]));
	json_put_close(w);
}

/* What the inbox had. */
static int
asked_inbox(struct json_writer *w, const struct inbox *inbox, struct err *e)
{
	struct report *r = report_new("json");
	struct buf b = BUF_INIT(16 << 20);
	struct json *all = NULL;
	int rc;

	report_open(r, NULL);
	inbox_report(inbox, r);
	report_close(r);
	rc = report_finish(r, &b, e) || (all = json_parse(b.p, b.len, e)) == NULL;
	json_put_key(w, "inbox");
	if (rc)
		json_put_null(w);
	else
		json_put_value(w, json_get(all, "inbox"));
	json_free(all);
	report_free(r);
	buf_free(&b);
	return (rc);
}

int
asked_json(const struct asked *a, const struct inbox *inbox, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	char by[320];
	int rc = 0;

	asked_by(by, sizeof(by));
	json_put_object(w);
	json_put_key(w, "by");
	asked_text(w, by, strlen(by));
	asked_pairs(w, "set", &a->set);
	asked_pairs(w, "sources", &a->sources);
	asked_list(w, "accept", &a->accept);
	asked_list(w, "steps", &a->steps);
	json_member_text(w, "from", a->from);
	if (inbox != NULL)
		rc = asked_inbox(w, inbox, e);
	json_put_close(w);
	rc = json_writer_end(w, e) || rc;
	json_writer_free(w);
	return (rc || buf_str(out, e) == NULL);
}

/* Does the list have a NAME=? */
static bool
asked_has(const struct option_list *l, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < l->n; i++)
		if (strncmp(l->v[i], name, n) == 0 && l->v[i][n] == '=')
			return (true);
	return (false);
}

/* Add the members of the object ${key} that the list has not. */
static void
asked_take(const struct json *all, const char *key, struct option_list *l)
{
	const struct json *o = json_get(all, key), *m;

	for (m = o != NULL ? o->child : NULL; m != NULL; m = m->next) {
		size_t size = m->key_len + m->len + 2;
		char *pair;

		if (m->kind != JSON_STRING || asked_has(l, m->key, m->key_len))
			continue;
		pair = xcalloc(1, size);
		(void)snprintf(pair, size, "%s=%s", m->key, m->text);
		if (l->n == l->cap)
			l->v = xgrow(l->v, &l->cap, sizeof(*l->v));
		l->v[l->n++] = pair;
	}
}

int
asked_again(struct pg *pg, const char *pipeline, const char *tenant, struct asked *a, struct err *e)
{
	const char *params[] = { pipeline, tenant };
	struct pg_result *r;
	struct json *all = NULL;
	const char *text;
	int rc = 0;

	if ((r = pg_query(pg,
		 "SELECT state, asked FROM batch_runs WHERE pipeline = $1 AND tenant_id IS NOT DISTINCT FROM $2::uuid"
		 " AND resources <> '[]' ORDER BY started_at DESC LIMIT 1",
		 params, 2, e)) == NULL)
		return (-1);
	if (pg_result_rows(r) == 1 && strcmp(pg_result_get(r, 0, 0), "failed") == 0 &&
	    (text = pg_result_get(r, 0, 1)) != NULL) {
		if ((all = json_parse(text, strlen(text), e)) == NULL) {
			rc = -1;
		} else {
			asked_take(all, "set", &a->set);
			asked_take(all, "sources", &a->sources);
		}
	}
	json_free(all);
	pg_result_free(r);
	return (rc);
}
