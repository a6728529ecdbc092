// SPDX-License-Identifier: GPL-2.0
/*
 * Loading a Linux bzImage by the 64-bit boot protocol, version 2.12 or later
 * (Documentation/x86/boot.rst of Linux).
 */
#include <string.h>

#include "../bytes.h"
#include "../zxrun.h"
#include "kernel.h"
#include "layout.h"

/* Offsets in the file's first sectors, which are those in boot_params */
#define SETUP_SECTS		0x1f1
#define BOOT_FLAG		0x1fe
#define JUMP_LENGTH		0x201
#define MAGIC			0x202
#define VERSION			0x206
#define XLOADFLAGS		0x236
#define CMDLINE_SIZE		0x238
#define PREF_ADDRESS		0x258
#define INIT_SIZE		0x260
#define HEADER_MIN		0x264	/* all of the above is there */

#define VERSION_XLOADFLAGS	0x20c
#define KERNEL_64		(1u << 0)
#define ENTRY_64		0x200

const char *bzimage_load(const uint8_t *data, size_t size, uint8_t *ram, uint64_t room,
			 struct kernel *kernel)
{
	uint64_t base, init_size, start, header_end;

	memset(kernel, 0, sizeof(*kernel));
	if (size < HEADER_MIN || get_le(data + BOOT_FLAG, 2) != 0xaa55 ||
	    memcmp(data + MAGIC, "HdrS", 4))
		return "it is not a bzImage (its header lacks \"HdrS\")";
	if (get_le(data + VERSION, 2) < VERSION_XLOADFLAGS)
		return "its boot protocol is older than 2.12; kernels before 3.8 are not supported";
	if (!(get_le(data + XLOADFLAGS, 2) & KERNEL_64))
		return "it is a 32-bit kernel; only 64-bit ones are supported";

	base = get_le(data + PREF_ADDRESS, 8);
	init_size = get_le(data + INIT_SIZE, 4);
	start = ((data[SETUP_SECTS] ? data[SETUP_SECTS] : 4u) + 1) * 512;
	header_end = 0x202u + data[JUMP_LENGTH];
	if (start >= size || size - start <= ENTRY_64 || header_end > SETUP_END ||
	    header_end < HEADER_MIN || header_end > size)
		return "its header is damaged, or the file is cut off";
	if (base < KERNEL_BASE || base > GIB || init_size < size - start)
		return "its header is damaged: size or address makes no sense";
	if (base + init_size > room)
		return "too little memory for the kernel alone: raise -m";

	memcpy(ram + base, data + start, size - start);
	memcpy(kernel->setup, data + SETUP_HEADER, header_end - SETUP_HEADER);
	kernel->entry = base + ENTRY_64;
	kernel->end = base + init_size;
	kernel->cmdline_max = get_le(data + CMDLINE_SIZE, 4);
	return NULL;
}
