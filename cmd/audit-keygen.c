/* aegis audit-keygen: make the key that seals archives, or a key of a key ring. */

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/bag.h"
#include "archive/note.h"
#include "base/ed25519.h"
#include "base/io.h"
#include "base/log.h"
#include "base/num.h"
#include "base/os.h"
#include "base/program.h"

static const char *opt_name, *opt_out, *opt_public;
static bool opt_hmac;

static const struct option_spec options[] = {
	{ "name", OPTION_STRING, "NAME", &opt_name,
	    "Name of the key in checkpoints, such as example.com/audit; no space, no '+'." },
	{ "out", OPTION_STRING, "FILE", &opt_out,
	    "Private key; FILE.pub and FILE.vkey are its public key, for auditors." },
	{ "public-of", OPTION_STRING, "FILE", &opt_public,
	    "Create no key: write FILE.pub and FILE.vkey of the private key FILE, which openssl "
	    "created." },
	{ "hmac", OPTION_FLAG, NULL, &opt_hmac,
	    "Create 32 random bytes in hex instead, for a key ring of audit-verify." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-keygen",
	.group = "Audit",
	.summary = "make the key that seals archives, or a key of a key ring",
	.usage = "--name NAME --out FILE\n--name NAME --public-of FILE\n--hmac --out FILE",
	.options = options,
	.description =
	    "Makes an Ed25519 key for audit-pack: FILE (the private key, PKCS #8 in PEM, mode 0600), "
	    "FILE.pub (the public key in PEM, for openssl and verify.sh) and FILE.vkey (the same as a "
	    "verifier's key of C2SP signed notes, for audit-check). Nothing is overwritten.\n\n"
	    "The public key reaches auditors by another way than the archives do. The private key has "
	    "nothing to do with the HMAC keys of a key ring, and lies elsewhere than they and the "
	    "database do.\n\n"
	    "openssl does the same: openssl genpkey -algorithm ed25519 -out FILE; chmod 600 FILE; then "
	    "aegis audit-keygen --name NAME --public-of FILE. For --hmac: (umask 077; openssl rand -hex "
	    "32 >FILE).",
	.examples =
	    "  aegis audit-keygen --name example.com/audit --out /etc/aegis/audit.key\n"
	    "  aegis audit-keygen --hmac --out /etc/aegis/hmac-2026-11.key\n",
	.status = "73: a file exists already",
};

/* Split into directory and name: bag_put() never overwrites. */
static int
put(const char *path, const char *end, const void *p, size_t n, bool secret, struct err *e)
{
	const char *slash = strrchr(path, '/');
	char dir[4096], name[512];
	mode_t old;
	int rc;

	if (snprintf(dir, sizeof(dir), "%.*s", slash != NULL ? (int)(slash - path + 1) : 1,
		slash != NULL ? path : ".") >= (int)sizeof(dir) ||
	    snprintf(name, sizeof(name), "%s%s", slash != NULL ? slash + 1 : path, end) >=
		(int)sizeof(name))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", path));
	old = umask(secret ? 077 : 022);
	rc = bag_put(dir, name, p, n, e);
	(void)umask(old);
	return (rc);
}

/* Write the public key of ${k} as PATH.pub and PATH.vkey, and print the verifier's key on standard
 * output. */
static int
put_public(const char *path, const struct ed25519 *k, struct err *e)
{
	struct buf pem = BUF_INIT(4096), vkey = BUF_INIT(4096);
	unsigned char pub[ED25519_PUBLIC];
	struct note_key nk;
	int rc = -1;

	ed25519_public(k, pub);
	if (note_key_make(&nk, opt_name, pub, e) == 0 && ed25519_public_pem(pub, &pem, e) == 0 &&
	    note_key_text(&nk, &vkey, e) == 0 && put(path, ".pub", pem.p, pem.len, false, e) == 0 &&
	    buf_adds(&vkey, "\n", e) == 0 && put(path, ".vkey", vkey.p, vkey.len, false, e) == 0)
		rc = io_write_all(STDOUT_FILENO, vkey.p, vkey.len, "standard output", e);
	buf_free(&pem);
	buf_free(&vkey);
	return (rc);
}

/* Write a new signing key pair, or only the public files of an existing private key; wipe the
 * private PEM afterwards. */
static int
make_signer(struct err *e)
{
	struct ed25519 *k = opt_public != NULL ? ed25519_load(opt_public, e) : ed25519_make(e);
	struct buf pem = BUF_INIT(4096);
	struct note_key nk;
	unsigned char pub[ED25519_PUBLIC];
	int rc = -1;

	if (k == NULL)
		return (-1);
	ed25519_public(k, pub);
	if (note_key_make(&nk, opt_name, pub, e))
		goto done;
	if (opt_public == NULL &&
	    (buf_reserve(&pem, 1024, e) || ed25519_private_pem(k, &pem, e) ||
		put(opt_out, "", pem.p, pem.len, true, e)))
		goto done;
	rc = put_public(opt_public != NULL ? opt_public : opt_out, k, e);
done:
	if (pem.p != NULL)
		os_wipe(pem.p, pem.cap);
	buf_free(&pem);
	ed25519_free(k);
	return (rc);
}

/* Write 32 random bytes as a line of hex to the secret file --out, and wipe them from memory. */
static int
make_hmac(struct err *e)
{
	unsigned char key[32];
	char hex[66];
	int rc;

	os_no_dump();
	os_random(key, sizeof(key));
	num_hex(hex, key, sizeof(key));
	hex[64] = '\n';
	rc = put(opt_out, "", hex, 65, true, e);
	os_wipe(key, sizeof(key));
	os_wipe(hex, sizeof(hex));
	return (rc);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if ((opt_out != NULL) == (opt_public != NULL))
		return (program_usage_error(&program, "--out FILE is needed"));
	if (opt_hmac ? opt_name != NULL || opt_public != NULL : opt_name == NULL)
		return (program_usage_error(&program, "either --name NAME or --hmac"));
	(void)(opt_hmac ? make_hmac(&e) : make_signer(&e));
	return (log_err(&e));
}
