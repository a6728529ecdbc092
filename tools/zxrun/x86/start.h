/* SPDX-License-Identifier: GPL-2.0 */
/* What a kernel finds in low memory, and how the boot VCPU gets to it. */
#ifndef ZXRUN_X86_START_H
#define ZXRUN_X86_START_H

#include "kernel.h"

struct start_config {
	const char *cmdline;
	unsigned int cpus;
	uint64_t low_ram;	/* from 0 */
	uint64_t high_ram;	/* from 4 GiB; 0: none */
	uint64_t initrd;
	uint64_t initrd_size;	/* 0: none */
};

/*
 * Writes page tables, GDT, start code, command line, boot information and
 * ACPI tables to ram, which is at guest-physical 0. The boot VCPU's first RIP
 * is START_CODE. Returns NULL, or why not.
 */
const char *start_build(uint8_t *ram, const struct kernel *kernel,
			const struct start_config *config);

#endif
