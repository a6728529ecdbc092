// SPDX-License-Identifier: GPL-2.0
/* Walking the guest's page tables: 4 and 5 levels (SDM 3A, 4.5), or none. */
#include <string.h>

#include "../bytes.h"
#include "walk.h"

#define PAGE		4096u
#define PRESENT		(1u << 0)
#define LARGE		(1u << 7)
#define TABLE_MASK	UINT64_C(0x000ffffffffff000)

bool walk(const struct mmio_bus *bus, unsigned int levels, uint64_t cr3, uint64_t address,
	  uint64_t *physical)
{
	uint64_t table = cr3 & TABLE_MASK, entry, size;
	unsigned int level;
	const uint8_t *at;

	*physical = address;
	if (levels == WALK_NO_PAGING)
		return true;
	/* The bits above those that are translated repeat the highest of them. */
	if ((uint64_t)((int64_t)(address << (52 - 9 * levels)) >> (52 - 9 * levels)) != address)
		return false;
	for (level = levels; level; level--) {
		size = 1ull << (12 + 9 * (level - 1));
		at = bus->memory(bus->context, table + address / size % 512 * 8, 8);
		if (!at)
			return false;
		entry = get_le(at, 8);
		if (!(entry & PRESENT))
			return false;
		if (level == 1 || (level <= 3 && entry & LARGE)) {
			*physical = (entry & TABLE_MASK & ~(size - 1)) | (address & (size - 1));
			return true;
		}
		table = entry & TABLE_MASK;
	}
	return false;
}

size_t walk_read(const struct mmio_bus *bus, unsigned int levels, uint64_t cr3,
		 uint64_t address, uint8_t *bytes, size_t size)
{
	size_t done = 0, run;
	uint64_t physical;
	const void *from;

	while (done < size) {
		run = PAGE - (address + done) % PAGE;
		if (run > size - done)
			run = size - done;
		if (!walk(bus, levels, cr3, address + done, &physical))
			break;
		from = bus->memory(bus->context, physical, run);
		if (!from)
			break;
		memcpy(bytes + done, from, run);
		done += run;
	}
	return done;
}
