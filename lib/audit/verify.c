/* A row's signature against the keys of the ring. */

#include "audit/verify.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/num.h"

enum { VERIFY_MESSAGE_MAX = 64 << 20 };

/* A profile at work on the table. */
struct verify_part {
	int64_t from;
	const struct profile *profile;
	const struct profile_table *table;
	struct message *message;
};

struct verify {
	const struct keyring *ring;
	const struct audit_table *table;
	struct verify_part *parts;
	size_t n;
	struct buf text; /* the message */
};

/* A signature taken apart. */
struct verify_claim {
	unsigned char mac[HMAC_SIZE];
	const char *key; /* its key's id, where it says one */
	size_t key_len;
};

struct verify *
verify_new(const struct keyring *ring, const struct verify_profile *profiles, size_t n,
    const struct audit_table *table, struct err *e)
{
	struct verify *v = xcalloc(1, sizeof(*v));
	size_t i;

	v->ring = ring;
	v->table = table;
	v->text.max = VERIFY_MESSAGE_MAX;
	v->parts = xcalloc(n, sizeof(*v->parts));
	for (i = 0; i < n; i++) {
		struct verify_part *part = &v->parts[v->n++];

		part->from = profiles[i].from;
		part->profile = profiles[i].profile;
		if ((part->table = profile_table(part->profile, table)) == NULL) {
			(void)err_set(e, STATUS_CONFIG, "profile '%s' lacks table '%s'",
			    part->profile->name, table->name);
			verify_free(v);
			return (NULL);
		}
		part->message = message_new(part->profile, part->table);
	}
	return (v);
}

void
verify_free(struct verify *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < v->n; i++)
		message_free(v->parts[i].message);
	free(v->parts);
	buf_free(&v->text);
	free(v);
}

/* The profile in force when the row was created; the last one if the row has no time. */
static const struct verify_part *
verify_part(const struct verify *v, const struct audit_row *row)
{
	size_t i = v->n - 1;

	while (row->timed && i > 0 && v->parts[i].from > row->created)
		i--;
	return (&v->parts[i]);
}

/* Hex as everybody writes it: lower case, and nothing else. */
static int
verify_hex(const char *p, size_t len, unsigned char mac[HMAC_SIZE])
{
	size_t i;

	if (len != 2 * HMAC_SIZE)
		return (-1);
	for (i = 0; i < len; i++)
		if (p[i] >= 'A' && p[i] <= 'F')
			return (-1);
	return (num_unhex(mac, p, HMAC_SIZE));
}

/* Move ${p} and ${len} past the prefix; false, with both unchanged, if the text does not start
 * with it. */
static bool
verify_skip(const char **p, size_t *len, const char *prefix)
{
	size_t n = strlen(prefix);

	if (*len < n || memcmp(*p, prefix, n) != 0)
		return (false);
	*p += n;
	*len -= n;
	return (true);
}

/* Take a signature apart by the profile; non-zero if it is malformed. c->key points into the
 * field, or is NULL. */
static int
verify_claim(const struct profile *profile, const struct stream_field *f, struct verify_claim *c)
{
	const char *p = f->p, *colon;
	size_t len = f->len, n;

	c->key = NULL;
	c->key_len = 0;
	if (profile->form == PROFILE_AEGIS_1) {
		if (!verify_skip(&p, &len, "aegis-1:") || (colon = memchr(p, ':', len)) == NULL)
			return (-1);
		c->key = p;
		c->key_len = (size_t)(colon - p);
		return (verify_hex(colon + 1, len - c->key_len - 1, c->mac));
	}
	if (!verify_skip(&p, &len, profile->prefix))
		return (-1);
	if (profile->encoding == PROFILE_HEX)
		return (verify_hex(p, len, c->mac));
	return (base64_decode(c->mac, sizeof(c->mac), p, len, &n) || n != HMAC_SIZE);
}

/* Whether the claimed MAC is that of the message in v->text by key ${k}. */
static bool
verify_mac(struct verify *v, const struct key *k, const struct verify_claim *c)
{
	unsigned char mac[HMAC_SIZE];

	hmac_sum(k->mac, v->text.p, v->text.len, mac);
	return (hmac_same(mac, c->mac));
}

/* The verdict on a MAC that matched, by the key's status and ${covers}, the result of
 * keyring_covers(). */
static enum verdict
verify_good(const struct key *k, int covers)
{

	if (covers == 0 || k->status == KEY_REVOKED)
		return (VERDICT_KEY_OUT_OF_WINDOW);
	return (covers == 1 && k->status == KEY_ACTIVE ? VERDICT_VALID : VERDICT_VALID_OLD_KEY);
}

/* The keys of the row's time first, newest first, then all others. */
static enum verdict
verify_keys(struct verify *v, const struct audit_row *row, const struct verify_claim *c,
    enum message_result message, const char **key)
{
	size_t i, candidates = 0;
	int round, covers;

	for (round = 0; round < 2; round++)
		for (i = 0; i < v->ring->n; i++) {
			const struct key *k = &v->ring->keys[i];

			covers = row->timed ? keyring_covers(v->ring, k, row->created) : 0;
			if ((covers > 0) != (round == 0))
				continue;
			candidates += round == 0;
			if (message != MESSAGE_NONE && verify_mac(v, k, c)) {
				*key = k->id;
				return (verify_good(k, covers));
			}
		}
	if (candidates == 0 && row->timed)
		return (VERDICT_UNKNOWN_KEY);
	return (message == MESSAGE_EXACT ? VERDICT_BAD_MAC : VERDICT_UNREPRESENTABLE);
}

/* The signature names its key, and the message holds the name: there is one candidate. */
static enum verdict
verify_named(struct verify *v, const struct verify_part *part, const struct audit_row *row,
    const struct verify_claim *c, const char **key)
{
	const struct key *k = keyring_find(v->ring, c->key, c->key_len);

	if (k == NULL)
		return (VERDICT_UNKNOWN_KEY);
	if (message_build(part->message, row, k->id, &v->text) == MESSAGE_NONE)
		return (VERDICT_UNREPRESENTABLE);
	if (!verify_mac(v, k, c))
		return (VERDICT_BAD_MAC);
	*key = k->id;
	return (verify_good(k, row->timed ? keyring_covers(v->ring, k, row->created) : 0));
}

/* toISOString() has milliseconds: no such signer saw the microseconds of this row. */
static bool
verify_too_fine(const struct verify_part *part, const struct audit_row *row)
{
	const struct profile_time *t = &part->profile->time;
	size_t i;

	if (!row->timed || t->micros || t->digits != PROFILE_DIGITS_MILLIS ||
	    row->created % 1000 == 0)
		return (false);
	for (i = 0; i < part->table->n; i++)
		if (part->table->fields[i].column == part->table->table->created)
			return (true);
	return (false);
}

enum verdict
verify_row(struct verify *v, const struct audit_row *row, const char **key)
{
	const struct verify_part *part = verify_part(v, row);
	const struct stream_field *signature = &row->fields[v->table->signature];
	const struct stream_field *event = &row->fields[v->table->event];
	struct verify_claim c;

	*key = NULL;
	if (signature->null)
		return (!event->null && profile_unsigned(part->table, event->p, event->len) ?
			VERDICT_UNSIGNED_ALLOWED :
			VERDICT_NO_SIGNATURE);
	if (verify_claim(part->profile, signature, &c))
		return (VERDICT_MALFORMED);
	if (c.key != NULL)
		return (verify_named(v, part, row, &c, key));
	if (verify_too_fine(part, row))
		return (VERDICT_BAD_MAC);
	return (verify_keys(v, row, &c, message_build(part->message, row, NULL, &v->text), key));
}

bool
verify_matches(struct verify *v, const struct audit_row *row)
{
	const char *key;

	(void)verify_row(v, row, &key);
	return (key != NULL);
}

/* The newest active key whose own window, without overlap, holds the row's time; NULL if there is
 * none. */
static const struct key *
verify_signer(const struct verify *v, const struct audit_row *row)
{
	size_t i;

	for (i = 0; i < v->ring->n; i++) {
		const struct key *k = &v->ring->keys[i];

		if (k->status == KEY_ACTIVE && row->timed &&
		    keyring_covers(v->ring, k, row->created) == 1)
			return (k);
	}
	return (NULL);
}

int
verify_sign(struct verify *v, const struct audit_row *row, struct buf *out, struct err *e)
{
	const struct verify_part *part = verify_part(v, row);
	const struct stream_field *id = &row->fields[v->table->id];
	const struct stream_field *event = &row->fields[v->table->event];
	const struct profile *p = part->profile;
	unsigned char mac[HMAC_SIZE];
	char text[2 * HMAC_SIZE + 1];
	const struct key *k;

	if (!event->null && profile_unsigned(part->table, event->p, event->len))
		return (1);
	if ((k = verify_signer(v, row)) == NULL)
		return (err_set(e, STATUS_DATA, "row %.*s: no active key is in use at its time",
		    (int)id->len, id->p));
	if (verify_too_fine(part, row) ||
	    message_build(part->message, row, k->id, &v->text) == MESSAGE_NONE)
		return (err_set(e, STATUS_DATA, "row %.*s: profile '%s' has no message for it",
		    (int)id->len, id->p, p->name));
	hmac_sum(k->mac, v->text.p, v->text.len, mac);
	if (p->form != PROFILE_AEGIS_1 && p->encoding == PROFILE_BASE64) {
		base64_encode(text, mac, HMAC_SIZE);
	} else {
		num_hex(text, mac, HMAC_SIZE);
		text[2 * HMAC_SIZE] = '\0';
	}
	out->len = 0;
	if (p->form == PROFILE_AEGIS_1)
		return (buf_addf(out, e, "aegis-1:%s:%s", k->id, text));
	return (buf_addf(out, e, "%s%s", p->prefix, text));
}
