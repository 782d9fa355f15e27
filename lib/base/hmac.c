/* HMAC-SHA-256, by OpenSSL. */

#include "base/hmac.h"

#include <stdlib.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/buf.h"

struct hmac {
	EVP_MAC_CTX *ctx;
};

struct hmac *
hmac_new(const void *key, size_t len, struct err *e)
{
	char name[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name, 0),
		OSSL_PARAM_construct_end(),
	};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	struct hmac *h = xcalloc(1, sizeof(*h));

	if (mac != NULL)
		h->ctx = EVP_MAC_CTX_new(mac);
	EVP_MAC_free(mac);
	if (h->ctx == NULL || EVP_MAC_init(h->ctx, key, len, params) != 1) {
		hmac_free(h);
		(void)err_set(e, STATUS_BUG, "HMAC-SHA256 is not available");
		return (NULL);
	}
	return (h);
}

void
hmac_sum(struct hmac *h, const void *p, size_t n, unsigned char mac[HMAC_SIZE])
{
	size_t len = 0;

	/* Without a key the context starts again with the one it has. */
	if (EVP_MAC_init(h->ctx, NULL, 0, NULL) != 1 || EVP_MAC_update(h->ctx, p, n) != 1 ||
	    EVP_MAC_final(h->ctx, mac, &len, HMAC_SIZE) != 1 || len != HMAC_SIZE)
		err_die(STATUS_BUG, "HMAC-SHA256 failed");
}

bool
hmac_same(const unsigned char a[HMAC_SIZE], const unsigned char b[HMAC_SIZE])
{

	return (CRYPTO_memcmp(a, b, HMAC_SIZE) == 0);
}

void
hmac_free(struct hmac *h)
{

	if (h == NULL)
		return;
	EVP_MAC_CTX_free(h->ctx); /* cleanses the key */
	free(h);
}
