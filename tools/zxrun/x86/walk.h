/* SPDX-License-Identifier: GPL-2.0 */
/* From a guest's virtual address to a guest-physical one. */
#ifndef ZXRUN_X86_WALK_H
#define ZXRUN_X86_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mmio.h"

/* Paging modes, by the levels of their tables */
#define WALK_NO_PAGING	0
#define WALK_4_LEVELS	4
#define WALK_5_LEVELS	5

/* Returns false if the address is not mapped, or a table is not in RAM. */
bool walk(const struct mmio_bus *bus, unsigned int levels, uint64_t cr3, uint64_t address,
	  uint64_t *physical);

/* Copies up to size bytes from RAM; returns how many there are in one run. */
size_t walk_read(const struct mmio_bus *bus, unsigned int levels, uint64_t cr3,
		 uint64_t address, uint8_t *bytes, size_t size);

#endif
