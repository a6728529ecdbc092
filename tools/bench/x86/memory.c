// SPDX-License-Identifier: GPL-2.0
/*
 * What an x86 guest finds in its memory besides its code: page tables that
 * map 4 GiB by 2 MiB pages to themselves, a GDT, an IDT. SDM vol. 3, 3 to 6.
 */
#include <string.h>

#include "arch.h"
#include "bench.h"

#define TABLE		3ULL	/* present, writable */
#define LARGE		0x83ULL
#define CODE_SEGMENT	0x00af9b000000ffffULL	/* 64-bit */
#define DATA_SEGMENT	0x00cf93000000ffffULL
#define INTERRUPT_GATE	0x8e00ULL

extern const char guest_irq[];

static uint64_t *words(uint8_t *ram, uint32_t addr)
{
	return (uint64_t *)(ram + addr);
}

static void map_memory(uint8_t *ram)
{
	uint64_t i;

	words(ram, GUEST_PML4)[0] = GUEST_PDPT | TABLE;
	for (i = 0; i < 4; i++)
		words(ram, GUEST_PDPT)[i] = (GUEST_PD + i * PAGE) | TABLE;
	for (i = 0; i < 4 * 512; i++)
		words(ram, GUEST_PD)[i] = i << 21 | LARGE;
}

void guest_arch_init(uint8_t *ram)
{
	uint64_t handler = GUEST_CODE + (guest_irq - guest_start);
	uint64_t *gate = words(ram, GUEST_IDT) + LINE * 2;

	map_memory(ram);
	words(ram, GUEST_GDT)[1] = CODE_SEGMENT;
	words(ram, GUEST_GDT)[2] = DATA_SEGMENT;
	gate[0] = (handler & 0xffff) | 8 << 16 | INTERRUPT_GATE << 32 |
		  (handler & 0xffff0000) << 32;
	gate[1] = handler >> 32;
}
