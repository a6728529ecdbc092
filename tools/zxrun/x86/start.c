// SPDX-License-Identifier: GPL-2.0
/*
 * From the boot VCPU's first state, which is Zircon's, to a kernel's: in
 * 64-bit mode with CR3 = 0, no GDT and no stack. So page tables are at 0, and
 * a few instructions load a GDT and, for PVH, leave 64-bit mode.
 */
#include <string.h>

#include "../bytes.h"
#include "../zxrun.h"
#include "acpi.h"
#include "layout.h"
#include "power.h"
#include "start.h"

#define PAGE		4096u
#define MAPPED_GIBS	4u
#define PRESENT_WRITE	0x3u
#define LARGE_PAGE	0x80u

/* Selectors: the two of 64-bit mode are those that Linux's protocol names. */
#define CODE32		0x08
#define CODE64		0x10
#define DATA		0x18

/* Offsets in boot_params */
#define ACPI_RSDP		0x070
#define E820_COUNT		0x1e8
#define VIDEO_MODE		0x1fa
#define LOADER			0x210
#define LOADFLAGS		0x211
#define RAMDISK			0x218
#define RAMDISK_SIZE		0x21c
#define CMDLINE_POINTER		0x228
#define E820_TABLE		0x2d0

#define VIDEO_NORMAL		0xffff
#define LOADER_UNKNOWN		0xff
#define LOADED_HIGH		(1u << 0)

/* hvm_start_info, version 1, what it points to follows it in the page */
#define PVH_MAGIC		0x336ec578
#define PVH_MODULES		(PVH_INFO + 0x40)
#define PVH_MEMORY		(PVH_INFO + 0x80)

#define E820_RAM	1
#define E820_ACPI	3
#define E820_MAX	4

struct range {
	uint64_t base;
	uint64_t size;
	uint32_t type;
};

static void build_page_tables(uint8_t *ram)
{
	uint64_t tables = PAGE_TABLES + 2 * PAGE, i;

	memset(ram + PAGE_TABLES, 0, 2 * PAGE);
	put_le(ram + PAGE_TABLES, 8, (PAGE_TABLES + PAGE) | PRESENT_WRITE);
	for (i = 0; i < MAPPED_GIBS; i++)
		put_le(ram + PAGE_TABLES + PAGE + 8 * i, 8, (tables + PAGE * i) | PRESENT_WRITE);
	for (i = 0; i < MAPPED_GIBS * 512; i++)
		put_le(ram + tables + 8 * i, 8, i * 2 * MIB | PRESENT_WRITE | LARGE_PAGE);
}

static void build_gdt(uint8_t *ram)
{
	static const uint64_t gdt[] = {
		[0] = 0,
		[CODE32 / 8] = 0x00cf9b000000ffff,
		[CODE64 / 8] = 0x00af9b000000ffff,
		[DATA / 8] = 0x00cf93000000ffff,
	};
	uint8_t *pointer = ram + GDT_BASE + sizeof(gdt);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(gdt); i++)
		put_le(ram + GDT_BASE + 8 * i, 8, gdt[i]);
	put_le(pointer, 2, sizeof(gdt) - 1);
	put_le(pointer + 2, 8, GDT_BASE);
}

struct code {
	uint8_t *at;
};

static void emit(struct code *code, const void *bytes, size_t size)
{
	memcpy(code->at, bytes, size);
	code->at += size;
}

#define EMIT(code, ...) \
	emit(code, (const uint8_t[]){ __VA_ARGS__ }, sizeof((const uint8_t[]){ __VA_ARGS__ }))

static void emit_32(struct code *code, uint64_t value)
{
	put_le(code->at, 4, value);
	code->at += 4;
}

/* GDT, stack and data segments; then a far return to selector:rax */
static void emit_prologue(struct code *code, uint8_t selector, uint64_t target)
{
	EMIT(code, 0x0f, 0x01, 0x14, 0x25);		/* lgdt (GDT's pointer) */
	emit_32(code, GDT_BASE + DATA + 8);
	EMIT(code, 0xbc);				/* mov $START_STACK, %esp */
	emit_32(code, START_STACK);
	EMIT(code, 0xb8);				/* mov $DATA, %eax */
	emit_32(code, DATA);
	EMIT(code, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0);	/* mov %eax, %ds, %es, %ss */
	EMIT(code, 0x8e, 0xe0, 0x8e, 0xe8);		/* mov %eax, %fs, %gs */
	EMIT(code, 0x6a, selector);			/* push $selector */
	EMIT(code, 0xb8);				/* mov $target, %eax */
	emit_32(code, target);
	EMIT(code, 0x50, 0x48, 0xcb);			/* push %rax; lretq */
}

static void build_start_64(uint8_t *ram, uint64_t entry)
{
	struct code code = { ram + START_CODE };

	EMIT(&code, 0xbe);				/* mov $BOOT_PARAMS, %esi */
	emit_32(&code, BOOT_PARAMS);
	emit_prologue(&code, CODE64, entry);
}

/*
 * Paging goes first: CR4.PAE must stay while EFER.LMA is set (SDM 3A, 2.5 and
 * 4.1.2). PVH wants CR4 and EFER zero.
 */
static void build_start_pvh(uint8_t *ram, uint64_t entry)
{
	const uint64_t compat = START_CODE + 0x40;
	struct code code = { ram + START_CODE };

	emit_prologue(&code, CODE32, compat);
	code.at = ram + compat;
	EMIT(&code, 0xb8, 0x11, 0, 0, 0);		/* mov $PE | ET, %eax */
	EMIT(&code, 0x0f, 0x22, 0xc0);			/* mov %eax, %cr0 */
	EMIT(&code, 0xb9, 0x80, 0, 0, 0xc0);		/* mov $EFER, %ecx */
	EMIT(&code, 0x31, 0xc0, 0x31, 0xd2, 0x0f, 0x30);/* xor eax, edx; wrmsr */
	EMIT(&code, 0x0f, 0x22, 0xe0);			/* mov %eax, %cr4 */
	EMIT(&code, 0xbb);				/* mov $PVH_INFO, %ebx */
	emit_32(&code, PVH_INFO);
	EMIT(&code, 0xb8);				/* mov $entry, %eax */
	emit_32(&code, entry);
	EMIT(&code, 0xff, 0xe0);			/* jmp *%eax */
}

/*
 * Where a PC's firmware starts. Linux goes there to reboot when its way by
 * EFI, which it prefers on a hardware-reduced platform, is not there.
 */
static void build_reset_vector(uint8_t *ram)
{
	struct code code = { ram + RESET_VECTOR };

	EMIT(&code, 0xb0, RESET_FULL);			/* mov $RESET_FULL, %al */
	EMIT(&code, 0xba, RESET_PORT & 0xff, RESET_PORT >> 8);	/* mov $RESET_PORT, %dx */
	EMIT(&code, 0xee, 0xf4, 0xeb, 0xfd);		/* out %al, %dx; hlt; jmp to it */
}

/* Returns the number of ranges. */
static unsigned int memory_map(const struct start_config *config, struct range map[E820_MAX])
{
	map[0] = (struct range){ 0, LOW_END, E820_RAM };
	map[1] = (struct range){ ACPI_BASE, ACPI_END - ACPI_BASE, E820_ACPI };
	map[2] = (struct range){ KERNEL_BASE, config->low_ram - KERNEL_BASE, E820_RAM };
	map[3] = (struct range){ HIGH_RAM_BASE, config->high_ram, E820_RAM };
	return config->high_ram ? 4 : 3;
}

static void build_boot_params(uint8_t *ram, const struct kernel *kernel,
			      const struct start_config *config)
{
	uint8_t *params = ram + BOOT_PARAMS;
	struct range map[E820_MAX];
	unsigned int count = memory_map(config, map), i;

	memset(params, 0, PAGE);
	memcpy(params + SETUP_HEADER, kernel->setup, sizeof(kernel->setup));
	put_le(params + ACPI_RSDP, 8, ACPI_BASE);
	put_le(params + VIDEO_MODE, 2, VIDEO_NORMAL);
	params[LOADER] = LOADER_UNKNOWN;
	params[LOADFLAGS] |= LOADED_HIGH;
	put_le(params + CMDLINE_POINTER, 4, CMDLINE);
	if (config->initrd_size) {
		put_le(params + RAMDISK, 4, config->initrd);
		put_le(params + RAMDISK_SIZE, 4, config->initrd_size);
	}
	params[E820_COUNT] = (uint8_t)count;
	for (i = 0; i < count; i++) {
		put_le(params + E820_TABLE + 20 * i, 8, map[i].base);
		put_le(params + E820_TABLE + 20 * i + 8, 8, map[i].size);
		put_le(params + E820_TABLE + 20 * i + 16, 4, map[i].type);
	}
}

static void build_pvh_info(uint8_t *ram, const struct start_config *config)
{
	uint8_t *info = ram + PVH_INFO, *entry;
	struct range map[E820_MAX];
	unsigned int count = memory_map(config, map), i;

	memset(info, 0, PAGE);
	put_le(info, 4, PVH_MAGIC);
	put_le(info + 4, 4, 1);
	if (config->initrd_size) {
		put_le(info + 12, 4, 1);
		put_le(info + 16, 8, PVH_MODULES);
		put_le(ram + PVH_MODULES, 8, config->initrd);
		put_le(ram + PVH_MODULES + 8, 8, config->initrd_size);
	}
	put_le(info + 24, 8, CMDLINE);
	put_le(info + 32, 8, ACPI_BASE);
	put_le(info + 40, 8, PVH_MEMORY);
	put_le(info + 48, 4, count);
	for (i = 0; i < count; i++) {
		entry = ram + PVH_MEMORY + 24 * i;
		put_le(entry, 8, map[i].base);
		put_le(entry + 8, 8, map[i].size);
		put_le(entry + 16, 4, map[i].type);
	}
}

const char *start_build(uint8_t *ram, const struct kernel *kernel,
			const struct start_config *config)
{
	size_t length = strlen(config->cmdline);

	if (length > kernel->cmdline_max || length >= CMDLINE_MAX)
		return "the command line is longer than the kernel takes";
	memcpy(ram + CMDLINE, config->cmdline, length + 1);
	if (!acpi_build(ram + ACPI_BASE, ACPI_END - ACPI_BASE, ACPI_BASE, config->cpus))
		return "the ACPI tables are too large";
	build_page_tables(ram);
	build_gdt(ram);
	build_reset_vector(ram);
	if (kernel->pvh) {
		build_pvh_info(ram, config);
		build_start_pvh(ram, kernel->entry);
	} else {
		build_boot_params(ram, kernel, config);
		build_start_64(ram, kernel->entry);
	}
	return NULL;
}
