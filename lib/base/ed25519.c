/* Ed25519 keys and signatures, by OpenSSL. */

#include "base/ed25519.h"

#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "base/os.h"
#include "base/secret.h"

struct ed25519 {
	EVP_PKEY *pkey;
};

/* A new key object that takes over ${pkey}. */
static struct ed25519 *
ed25519_wrap(EVP_PKEY *pkey)
{
	struct ed25519 *k = xcalloc(1, sizeof(*k));

	k->pkey = pkey;
	return (k);
}

struct ed25519 *
ed25519_make(struct err *e)
{
	EVP_PKEY *pkey;

	os_no_dump();
	if ((pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")) == NULL) {
		(void)err_set(e, STATUS_BUG, "OpenSSL cannot make an Ed25519 key");
		return (NULL);
	}
	return (ed25519_wrap(pkey));
}

/* A key with a passphrase is not asked for it: nobody is there at night. */
static int
ed25519_no_passphrase(char *p, int size, int rw, void *ctx)
{

	(void)p;
	(void)size;
	(void)rw;
	(void)ctx;
	return (-1);
}

struct ed25519 *
ed25519_load(const char *path, struct err *e)
{
	char pem[SECRET_MAX];
	EVP_PKEY *pkey = NULL;
	BIO *bio;
	size_t n;

	if (secret_read(path, pem, sizeof(pem), &n, e))
		return (NULL);
	if ((bio = BIO_new_mem_buf(pem, (int)n)) != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, ed25519_no_passphrase, NULL);
	BIO_free(bio);
	os_wipe(pem, sizeof(pem));
	if (pkey == NULL || EVP_PKEY_get_base_id(pkey) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(pkey);
		(void)err_set(e, STATUS_CONFIG,
		    "'%s' holds no Ed25519 private key in PEM without a passphrase", path);
		return (NULL);
	}
	return (ed25519_wrap(pkey));
}

/* Append what was written to ${bio} to ${out} and free ${bio}; ${ok} is whether OpenSSL's write
 * succeeded. */
static int
ed25519_take(BIO *bio, int ok, struct buf *out, struct err *e)
{
	char *p;
	long n;
	int rc;

	if (bio == NULL || !ok)
		rc = err_set(e, STATUS_BUG, "OpenSSL cannot write the key");
	else if ((n = BIO_get_mem_data(bio, &p)) > 0)
		rc = buf_add(out, p, (size_t)n, e);
	else
		rc = err_set(e, STATUS_BUG, "OpenSSL wrote no key");
	BIO_free(bio);
	return (rc);
}

int
ed25519_private_pem(const struct ed25519 *k, struct buf *out, struct err *e)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	return (ed25519_take(bio,
	    bio != NULL && PEM_write_bio_PrivateKey(bio, k->pkey, NULL, NULL, 0, NULL, NULL), out,
	    e));
}

int
ed25519_public_pem(const unsigned char pub[ED25519_PUBLIC], struct buf *out, struct err *e)
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, ED25519_PUBLIC);
	BIO *bio = BIO_new(BIO_s_mem());
	int rc;

	rc = ed25519_take(bio, bio != NULL && pkey != NULL && PEM_write_bio_PUBKEY(bio, pkey), out,
	    e);
	EVP_PKEY_free(pkey);
	return (rc);
}

/* End the process as a bug unless an OpenSSL call that must succeed did. */
static void
ed25519_need(int ok)
{

	if (!ok)
		err_die(STATUS_BUG, "Ed25519 is not available");
}

void
ed25519_public(const struct ed25519 *k, unsigned char pub[ED25519_PUBLIC])
{
	size_t n = ED25519_PUBLIC;

	ed25519_need(EVP_PKEY_get_raw_public_key(k->pkey, pub, &n) == 1 && n == ED25519_PUBLIC);
}

void
ed25519_sign(const struct ed25519 *k, const void *p, size_t n,
    unsigned char signature[ED25519_SIGNATURE])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t len = ED25519_SIGNATURE;

	ed25519_need(ctx != NULL && EVP_DigestSignInit(ctx, NULL, NULL, NULL, k->pkey) == 1 &&
	    EVP_DigestSign(ctx, signature, &len, p, n) == 1 && len == ED25519_SIGNATURE);
	EVP_MD_CTX_free(ctx);
}

bool
ed25519_verify(const unsigned char pub[ED25519_PUBLIC], const void *p, size_t n,
    const unsigned char signature[ED25519_SIGNATURE])
{
	EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, pub, ED25519_PUBLIC);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	good = pkey != NULL && ctx != NULL &&
	    EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, pkey) == 1 &&
	    EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE, p, n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(pkey);
	return (good);
}

void
ed25519_free(struct ed25519 *k)
{

	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}
