// SPDX-License-Identifier: GPL-2.0
/* Which kind of kernel is it? */
#include <string.h>

#include "../zxrun.h"
#include "kernel.h"

/* What people give by mistake, by its first bytes */
static const char *not_a_kernel(const uint8_t *data, size_t size)
{
	static const struct {
		const char *magic;
		size_t size;
		const char *why;
	} known[] = {
		{ "\3757zXZ", 5, "it is packed with xz; unpack it first" },
		{ "\050\265\057\375", 4, "it is packed with zstd; unpack it first" },
		{ "\004\042\115\030", 4, "it is packed with lz4; unpack it first" },
		{ "BZh", 3, "it is packed with bzip2; unpack it first" },
		{ "07070", 5, "it is an initramfs; give it with -i" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(known); i++)
		if (size >= known[i].size && !memcmp(data, known[i].magic, known[i].size))
			return known[i].why;
	return "it is neither a bzImage nor an ELF file";
}

const char *kernel_load(const uint8_t *data, size_t size, uint8_t *ram, uint64_t room,
			struct kernel *kernel)
{
	if (size >= 4 && !memcmp(data, "\177ELF", 4))
		return elf_load(data, size, ram, room, kernel);
	if (size >= 0x206 && !memcmp(data + 0x202, "HdrS", 4))
		return bzimage_load(data, size, ram, room, kernel);
	if (size >= 0x3c && !memcmp(data + 56, "ARM\x64", 4))
		return "it is an arm64 kernel";
	return not_a_kernel(data, size);
}
