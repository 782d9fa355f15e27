/* Base64 by RFC 4648. */

#include "base/base64.h"

#include <string.h>

#include <openssl/evp.h>

#include "base/os.h"

enum { BASE64_MAX = 8192 };

void
base64_encode(char *dst, const void *p, size_t n)
{

	dst[EVP_EncodeBlock((unsigned char *)dst, p, (int)n)] = '\0';
}

int
base64_decode(void *dst, size_t size, const char *p, size_t len, size_t *n)
{
	unsigned char bytes[BASE64_MAX / 4 * 3];
	char again[BASE64_MAX + 1];
	size_t pad = 0;
	int rc = -1;

	if (len > BASE64_MAX || len % 4 != 0 ||
	    EVP_DecodeBlock(bytes, (const unsigned char *)p, (int)len) < 0)
		return (-1);
	while (pad < 2 && pad < len && p[len - 1 - pad] == '=')
		pad++;
	*n = len / 4 * 3 - pad;
	/* OpenSSL forgives blanks and loose bits: what it read must give the same text. */
	base64_encode(again, bytes, *n);
	if (*n <= size && memcmp(again, p, len) == 0 && again[len] == '\0') {
		memcpy(dst, bytes, *n);
		rc = 0;
	}
	os_wipe(bytes, *n); /* it may have been a key */
	os_wipe(again, len);
	return (rc);
}
