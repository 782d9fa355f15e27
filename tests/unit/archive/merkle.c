/*
 * The Merkle tree: the published roots of RFC 6962's reference vectors (Certificate
 * Transparency, merkle_tree_test.cc), and each leaf's proof.
 */
#include "archive/merkle.h"

#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/io.h"
#include "base/num.h"

/* The leaves of the reference vectors, in hex, and the roots of the first 1 to 8 of them. */
static const char *const leaves[] = { "", "00", "10", "2021", "3031", "40414243",
	"5051525354555657", "606162636465666768696a6b6c6d6e6f" };
static const char *const roots[] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static bool
root_is(struct merkle *m, const char *want)
{
	unsigned char root[MERKLE_HASH];
	char hex[2 * MERKLE_HASH + 1] = "";

	merkle_root(m, root);
	num_hex(hex, root, MERKLE_HASH);
	return (strcmp(hex, want) == 0);
}

int
main(void)
{
	unsigned char bytes[32], leaf[8][MERKLE_HASH], root[MERKLE_HASH];
	unsigned char path[MERKLE_RANGE_MAX][MERKLE_HASH];
	struct err e = ERR_INIT;
	struct merkle m;
	bool grows = true, proves = true, refuses = true;
	size_t i, k, n;
	int fd = io_spool(&e);

	merkle_init(&m);
	(void)tap_ok(root_is(&m,
			 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
	    "no leaves: SHA-256 of nothing");
	for (i = 0; i < 8; i++) {
		n = strlen(leaves[i]) / 2;
		(void)num_unhex(bytes, leaves[i], n);
		merkle_leaf(&m, bytes, n, leaf[i]);
		merkle_append(&m, leaf[i]);
		grows = grows && root_is(&m, roots[i]);
		(void)io_write_all(fd, leaf[i], MERKLE_HASH, "spool", &e);
		merkle_root(&m, root);
		for (k = 0; k <= i; k++) {
			proves = proves && merkle_path(fd, k, i + 1, path, &n, &e) == 0 &&
			    merkle_proves(leaf[k], k, i + 1,
				(const unsigned char(*)[MERKLE_HASH])path, n, root);
			refuses = refuses &&
			    !merkle_proves(leaf[k], k, i + 1,
				(const unsigned char(*)[MERKLE_HASH])path, n + 1, root) &&
			    (n == 0 ||
				!merkle_proves(leaf[k], k, i + 1,
				    (const unsigned char(*)[MERKLE_HASH])path, n - 1, root)) &&
			    !merkle_proves(leaf[k], i + 1, i + 1,
				(const unsigned char(*)[MERKLE_HASH])path, n, root);
		}
	}
	(void)tap_ok(grows, "the roots of 1 to 8 leaves are the published ones");
	(void)tap_ok(proves, "every leaf of every tree is proved");
	(void)tap_ok(refuses,
	    "a path too long or short, or an index past the tree, proves nothing");
	merkle_end(&m);
	(void)close(fd);
	return (tap_end());
}
