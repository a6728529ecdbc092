/* SPDX-License-Identifier: GPL-2.0 */
/* The devicetree that tells the guest what the machine has. */
#ifndef ZXRUN_FDT_H
#define ZXRUN_FDT_H

#include <stddef.h>
#include <stdint.h>

#define FDT_SEED_SIZE	64

struct fdt_config {
	unsigned int cpus;
	uint64_t ram_size;
	uint64_t initrd_start;	/* guest-physical; start and end 0: none */
	uint64_t initrd_end;
	const char *cmdline;
	uint8_t seed[FDT_SEED_SIZE];	/* rng-seed */
	uint64_t kaslr_seed;
};

/* Writes the devicetree to buffer. Returns 0, or a negative FDT_ERR_*. */
int fdt_build(void *buffer, size_t size, const struct fdt_config *config);

#endif
