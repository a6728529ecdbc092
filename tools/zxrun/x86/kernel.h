/* SPDX-License-Identifier: GPL-2.0 */
/* Loading an x86 kernel: a Linux bzImage, or an ELF file such as vmlinux. */
#ifndef ZXRUN_X86_KERNEL_H
#define ZXRUN_X86_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KERNEL_MAX	((size_t)1 << 30)

/* The part of Linux's boot_params that a bzImage brings with it */
#define SETUP_HEADER	0x1f1
#define SETUP_END	0x290

/*
 * struct kernel: what was loaded
 * @pvh: it starts in 32-bit mode with a hvm_start_info, else in 64-bit mode
 *	with boot_params
 * @entry: guest-physical
 * @end: of the memory that it needs
 * @cmdline_max: characters that it takes
 * @setup: its setup header, as in boot_params; without one a minimal header
 */
struct kernel {
	bool pvh;
	uint64_t entry;
	uint64_t end;
	uint64_t cmdline_max;
	uint8_t setup[SETUP_END - SETUP_HEADER];
};

/*
 * Each loads a kernel of size bytes at data to ram, where room bytes are from
 * guest-physical 0. Returns NULL, or why it cannot be booted.
 */
const char *bzimage_load(const uint8_t *data, size_t size, uint8_t *ram, uint64_t room,
			 struct kernel *kernel);
const char *elf_load(const uint8_t *data, size_t size, uint8_t *ram, uint64_t room,
		     struct kernel *kernel);

/* The one of them that data is for */
const char *kernel_load(const uint8_t *data, size_t size, uint8_t *ram, uint64_t room,
			struct kernel *kernel);

#endif
