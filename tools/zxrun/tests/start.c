// SPDX-License-Identifier: GPL-2.0
/* What a kernel finds in low memory, and the code that leads the boot VCPU there. */
#include <stdlib.h>
#include <string.h>

#include <Zydis/Zydis.h>

#include "../bytes.h"
#include "../x86/layout.h"
#include "../x86/start.h"
#include "../x86/walk.h"
#include "../zxrun.h"
#include "tap.h"

static uint8_t low[1 << 20];

static const struct start_config config = {
	.cmdline = "console=ttyS0 quiet",
	.cpus = 2,
	.low_ram = LOW_RAM_END,
	.high_ram = 2 * GIB,
	.initrd = 0x4000000,
	.initrd_size = 0x123456,
};

static struct kernel kernel_of(bool pvh)
{
	struct kernel kernel = {
		.pvh = pvh,
		.entry = 0x1000200,
		.end = 0x3000000,
		.cmdline_max = 2047,
	};

	put_le(kernel.setup + 0x206 - SETUP_HEADER, 2, 0x20f);
	return kernel;
}

static void build(bool pvh)
{
	struct kernel kernel = kernel_of(pvh);

	memset(low, 0xcc, sizeof(low));
	CHECK(!start_build(low, &kernel, &config));
}

static void *memory(void *context, uint64_t address, uint64_t size)
{
	(void)context;
	return address < sizeof(low) && size <= sizeof(low) - address ? low + address : NULL;
}

/* CR3 is 0 at the start, and the first 4 GiB are where they are. */
void test_start_page_tables(void)
{
	const struct mmio_bus bus = { .memory = memory };
	uint64_t address, to;

	build(false);
	for (address = 0; address < HIGH_RAM_BASE; address += 0x1fedc7) {
		CHECK(walk(&bus, WALK_4_LEVELS, 0, address, &to));
		CHECK_EQUAL(to, address);
	}
	CHECK(!walk(&bus, WALK_4_LEVELS, 0, HIGH_RAM_BASE, &to));
	CHECK_EQUAL(get_le(low + 0x1000, 8) & 0xfff, 3);
	CHECK_EQUAL(get_le(low + 0x2000, 8), 0x83);
}

struct line {
	uint64_t offset;
	const char *text;
};

/* The code at START_CODE says this, from the offset of the first line on. */
static void check_code(ZydisMachineMode mode, ZydisStackWidth stack, const struct line *lines,
		       size_t count)
{
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
	uint64_t at = START_CODE + lines[0].offset;
	ZydisDecodedInstruction instruction;
	ZydisFormatter formatter;
	ZydisDecoder decoder;
	char text[96];
	size_t i;

	ZydisDecoderInit(&decoder, mode, stack);
	ZydisFormatterInit(&formatter, ZYDIS_FORMATTER_STYLE_INTEL);
	for (i = 0; i < count; i++) {
		CHECK_EQUAL(at, START_CODE + lines[i].offset);
		CHECK(ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder, low + at, 15, &instruction,
							  operands)));
		ZydisFormatterFormatInstruction(&formatter, &instruction, operands,
						instruction.operand_count_visible, text,
						sizeof(text), at, NULL);
		check_true(!strcmp(text, lines[i].text), text, __FILE__, __LINE__);
		at += instruction.length;
	}
}

static void check_gdt(void)
{
	CHECK_EQUAL(get_le(low + 0x6020, 2), 31);
	CHECK_EQUAL(get_le(low + 0x6022, 8), 0x6000);
	CHECK_EQUAL(get_le(low + 0x6000, 8), 0);
	/* Flat, of 32 bits, of 64 bits, and data */
	CHECK_EQUAL(get_le(low + 0x6008, 8), 0x00cf9b000000ffff);
	CHECK_EQUAL(get_le(low + 0x6010, 8), 0x00af9b000000ffff);
	CHECK_EQUAL(get_le(low + 0x6018, 8), 0x00cf93000000ffff);
}

void test_start_64(void)
{
	static const struct line lines[] = {
		{ 0x00, "mov esi, 0x10000" },
		{ 0x05, "lgdt [0x0000000000006020]" },
		{ 0x0d, "mov esp, 0x8000" },
		{ 0x12, "mov eax, 0x18" },
		{ 0x17, "mov ds, ax" },
		{ 0x19, "mov es, ax" },
		{ 0x1b, "mov ss, ax" },
		{ 0x1d, "mov fs, ax" },
		{ 0x1f, "mov gs, ax" },
		{ 0x21, "push 0x10" },
		{ 0x23, "mov eax, 0x1000200" },
		{ 0x28, "push rax" },
		{ 0x29, "ret far" },
	};

	build(false);
	check_gdt();
	check_code(ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64, lines, ARRAY_SIZE(lines));
}

void test_start_pvh(void)
{
	static const struct line lines[] = {
		{ 0x00, "lgdt [0x0000000000006020]" },
		{ 0x08, "mov esp, 0x8000" },
		{ 0x0d, "mov eax, 0x18" },
		{ 0x12, "mov ds, ax" },
		{ 0x14, "mov es, ax" },
		{ 0x16, "mov ss, ax" },
		{ 0x18, "mov fs, ax" },
		{ 0x1a, "mov gs, ax" },
		{ 0x1c, "push 0x08" },
		{ 0x1e, "mov eax, 0x7040" },
		{ 0x23, "push rax" },
		{ 0x24, "ret far" },
	}, compat[] = {
		{ 0x40, "mov eax, 0x11" },
		{ 0x45, "mov cr0, eax" },
		{ 0x48, "mov ecx, 0xC0000080" },
		{ 0x4d, "xor eax, eax" },
		{ 0x4f, "xor edx, edx" },
		{ 0x51, "wrmsr" },
		{ 0x53, "mov cr4, eax" },
		{ 0x56, "mov ebx, 0x9000" },
		{ 0x5b, "mov eax, 0x1000200" },
		{ 0x60, "jmp eax" },
	};

	build(true);
	check_gdt();
	check_code(ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64, lines, ARRAY_SIZE(lines));
	check_code(ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32, compat, ARRAY_SIZE(compat));
}

/* As if it followed the start code */
void test_start_reset_vector(void)
{
	static const struct line lines[] = {
		{ 0xf8ff0, "mov al, 0x06" },
		{ 0xf8ff2, "mov dx, 0xCF9" },
		{ 0xf8ff5, "out dx, al" },
		{ 0xf8ff6, "hlt" },
		{ 0xf8ff7, "jmp 0xFFF6" },
	};

	build(false);
	check_code(ZYDIS_MACHINE_MODE_REAL_16, ZYDIS_STACK_WIDTH_16, lines, ARRAY_SIZE(lines));
}

static const struct {
	uint64_t base, size, type;
} map[] = {
	{ 0, 0x9fc00, 1 },
	{ 0xe0000, 0x10000, 3 },
	{ 0x100000, LOW_RAM_END - 0x100000, 1 },
	{ HIGH_RAM_BASE, 2 * GIB, 1 },
};

void test_start_boot_params(void)
{
	const uint8_t *params = low + 0x10000;
	size_t i;

	build(false);
	CHECK_EQUAL(get_le(params + 0x70, 8), 0xe0000);
	CHECK(!memcmp(low + 0xe0000, "RSD PTR ", 8));
	CHECK_EQUAL(get_le(params + 0x206, 2), 0x20f);
	CHECK_EQUAL(params[0x210], 0xff);
	CHECK_EQUAL(params[0x211], 1);
	CHECK_EQUAL(params[0x1ef], 0);
	CHECK_EQUAL(get_le(params + 0x218, 4), config.initrd);
	CHECK_EQUAL(get_le(params + 0x21c, 4), config.initrd_size);
	CHECK_EQUAL(get_le(params + 0x228, 4), 0x20000);
	CHECK(!strcmp((char *)low + 0x20000, config.cmdline));
	CHECK_EQUAL(params[0x1e8], ARRAY_SIZE(map));
	for (i = 0; i < ARRAY_SIZE(map); i++) {
		CHECK_EQUAL(get_le(params + 0x2d0 + 20 * i, 8), map[i].base);
		CHECK_EQUAL(get_le(params + 0x2d8 + 20 * i, 8), map[i].size);
		CHECK_EQUAL(get_le(params + 0x2e0 + 20 * i, 4), map[i].type);
	}
}

void test_start_pvh_info(void)
{
	const uint8_t *info = low + 0x9000, *entry;
	size_t i;

	build(true);
	CHECK_EQUAL(get_le(info, 4), 0x336ec578);
	CHECK_EQUAL(get_le(info + 4, 4), 1);
	CHECK_EQUAL(get_le(info + 12, 4), 1);
	entry = low + get_le(info + 16, 8);
	CHECK_EQUAL(get_le(entry, 8), config.initrd);
	CHECK_EQUAL(get_le(entry + 8, 8), config.initrd_size);
	CHECK(!strcmp((char *)low + get_le(info + 24, 8), config.cmdline));
	CHECK_EQUAL(get_le(info + 32, 8), 0xe0000);
	CHECK_EQUAL(get_le(info + 48, 4), ARRAY_SIZE(map));
	for (i = 0; i < ARRAY_SIZE(map); i++) {
		entry = low + get_le(info + 40, 8) + 24 * i;
		CHECK_EQUAL(get_le(entry, 8), map[i].base);
		CHECK_EQUAL(get_le(entry + 8, 8), map[i].size);
		CHECK_EQUAL(get_le(entry + 16, 4), map[i].type);
	}
}

void test_start_refuses(void)
{
	struct start_config with = config;
	struct kernel kernel = kernel_of(false);
	char *text = malloc(CMDLINE_MAX + 1);

	memset(text, 'x', CMDLINE_MAX);
	text[2047] = '\0';
	with.cmdline = text;
	CHECK(!start_build(low, &kernel, &with));
	kernel.cmdline_max = 2046;
	CHECK(strstr(start_build(low, &kernel, &with), "command line"));
	kernel.cmdline_max = UINT32_MAX;
	text[2047] = 'x';
	text[CMDLINE_MAX] = '\0';
	CHECK(strstr(start_build(low, &kernel, &with), "command line"));
	text[CMDLINE_MAX - 1] = '\0';
	CHECK(!start_build(low, &kernel, &with));
	/* Without initrd and high RAM there is neither. */
	with = config;
	with.initrd_size = 0;
	with.high_ram = 0;
	CHECK(!start_build(low, &kernel, &with));
	CHECK_EQUAL(get_le(low + 0x10218, 8), 0);
	CHECK_EQUAL(low[0x101e8], 3);
	free(text);
}
