// SPDX-License-Identifier: GPL-2.0
/*
 * Instructions on a device: hand-made ones against what they must do, by the
 * SDM, and random ones that must do no harm.
 */
#include <string.h>
#include <Zydis/Zydis.h>
#include <zircon/errors.h>

#include "../bytes.h"
#include "../x86/mmio.h"
#include "../x86/walk.h"
#include "../zxrun.h"
#include "tap.h"

/*
 * The world: RAM of 64 KiB at 0, a device of a page at DEVICE. Page tables of
 * 4 and 5 levels map each to itself, and the device at more places.
 */
#define RAM		0x10000u
#define DEVICE		0xfe000000u
#define CR3_4		0x1000u
#define CR3_5		0x6000u
#define CODE_AT		0x8000u
#define DATA		0x9000u

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8 };

static uint8_t ram[RAM];
static uint8_t device[4096];
static unsigned int loads, stores;

static void *memory(void *context, uint64_t address, uint64_t size)
{
	(void)context;
	return address < RAM && size <= RAM - address ? ram + address : NULL;
}

static bool load(void *context, uint64_t address, unsigned int size, uint64_t *value)
{
	(void)context;
	CHECK(size == 1 || size == 2 || size == 4 || size == 8);
	if (address - DEVICE > sizeof(device) - size)
		return false;
	loads++;
	*value = get_le(device + (address - DEVICE), size);
	return true;
}

static bool store(void *context, uint64_t address, unsigned int size, uint64_t value)
{
	(void)context;
	CHECK(size == 1 || size == 2 || size == 4 || size == 8);
	if (address - DEVICE > sizeof(device) - size)
		return false;
	stores++;
	put_le(device + (address - DEVICE), size, value);
	return true;
}

static const struct mmio_bus bus = { .memory = memory, .load = load, .store = store };

static void put_entry(uint32_t table, unsigned int index, uint64_t entry)
{
	put_le(ram + table + 8 * index, 8, entry);
}

static void setup(void)
{
	unsigned int i;

	memset(ram, 0, sizeof(ram));
	for (i = 0; i < sizeof(device); i++)
		device[i] = (uint8_t)(0x81 + i);
	loads = 0;
	stores = 0;
	/* PML5 -> PML4 -> PDPT -> PD: 2 MiB at 0 by a page table, the device's 2 MiB large */
	put_entry(CR3_5, 0, CR3_4 | 3);
	put_entry(CR3_4, 0, 0x2003);
	put_entry(0x2000, 0, 0x3003);
	put_entry(0x3000, 0, 0x4003);
	for (i = 0; i < 512; i++)
		put_entry(0x4000, i, i << 12 | 3);
	put_entry(0x2000, 3, 0x5003);
	put_entry(0x5000, (DEVICE >> 21) % 512, DEVICE | 0x83);
	/* 1 GiB at 512 GiB, in which the device is */
	put_entry(CR3_4, 1, 0x7003);
	put_entry(0x7000, 0, 0xc0000083);
	/* The device again, at 32 MiB below the end */
	put_entry(CR3_5, 511, 0xc003);
	put_entry(CR3_4, 511, 0xa003);
	put_entry(0xc000, 511, 0xa003);
	put_entry(0xa000, 511, 0xb003);
	put_entry(0xb000, 496, DEVICE | 0x83);
}

static zx_packet_guest_mem_t packet_of(const uint8_t *code, size_t size, uint64_t addr)
{
	zx_packet_guest_mem_t packet = {
		.addr = addr,
		.cr3 = CR3_4,
		.rip = CODE_AT,
		.instruction_size = (uint8_t)size,
		.default_operand_size = 4,
	};

	memcpy(ram + CODE_AT, code, size);
	return packet;
}

static uint64_t *reg(zx_vcpu_state_t *state, unsigned int number)
{
	return &state->rax + number;
}

struct sample {
	const char *code;
	uint8_t size;
	int8_t changed;			/* a register; -1: none */
	uint64_t want;			/* in it */
	uint32_t flags;			/* of the six, after it; ~0: none written */
	uint16_t offset;		/* in the device */
	uint64_t in_device;		/* 8 bytes there, after it */
};

#define NONE	(-1)
#define KEPT	(~0u)
#define DEV	0x8887868584838281
#define CF	1u
#define PF	4u
#define AF	0x10u
#define ZF	0x40u
#define SF	0x80u
#define OF	0x800u
#define CODE(bytes)	(bytes), sizeof(bytes) - 1

/* RBX is at the device; RAX and RCX are what they are below, CF is set. */
#define VALUE_A		0x1122334455667788
#define VALUE_C		0xf0e0d0c0b0a09080

static const struct sample samples[] = {
	/* mov %al, %ah, %ax, %eax, %rax, (%rbx) */
	{ CODE("\x88\x03"), NONE, 0, KEPT, 0, 0x8887868584838288 },
	{ CODE("\x88\x23"), NONE, 0, KEPT, 0, 0x8887868584838277 },
	{ CODE("\x66\x89\x03"), NONE, 0, KEPT, 0, 0x8887868584837788 },
	{ CODE("\x89\x03"), NONE, 0, KEPT, 0, 0x8887868555667788 },
	{ CODE("\x48\x89\x03"), NONE, 0, KEPT, 0, VALUE_A },
	/* mov %r8d and %sil, 0x10(%rbx) */
	{ CODE("\x44\x89\x43\x10"), NONE, 0, KEPT, 0x10, 0x9897969500000000 },
	{ CODE("\x40\x88\x73\x10"), NONE, 0, KEPT, 0x10, 0x9897969594939200 },
	/* mov (%rbx), %al, %ch, %ax, %eax, %rax */
	{ CODE("\x8a\x03"), RAX, 0x1122334455667781, KEPT, 0, DEV },
	{ CODE("\x8a\x2b"), RCX, 0xf0e0d0c0b0a08180, KEPT, 0, DEV },
	{ CODE("\x66\x8b\x03"), RAX, 0x1122334455668281, KEPT, 0, DEV },
	{ CODE("\x8b\x03"), RAX, 0x84838281, KEPT, 0, DEV },
	{ CODE("\x48\x8b\x03"), RAX, DEV, KEPT, 0, DEV },
	{ CODE("\x44\x8b\x03"), R8, 0x84838281, KEPT, 0, DEV },
	/* movb, movw, movl and movq $imm, (%rbx); the last extends its sign */
	{ CODE("\xc6\x03\x5a"), NONE, 0, KEPT, 0, 0x888786858483825a },
	{ CODE("\x66\xc7\x03\x34\x12"), NONE, 0, KEPT, 0, 0x8887868584831234 },
	{ CODE("\xc7\x03\x78\x56\x34\x12"), NONE, 0, KEPT, 0, 0x8887868512345678 },
	{ CODE("\x48\xc7\x03\xfe\xff\xff\xff"), NONE, 0, KEPT, 0, 0xfffffffffffffffe },
	/* mov (%rbx), %eax with the address in another way: 4(%rbx,%rdx,2), moffs */
	{ CODE("\x8b\x44\x53\x04"), RAX, 0x98979695, KEPT, 0x14, 0x9c9b9a9998979695 },
	{ CODE("\xa1\x08\x00\x00\xfe\x00\x00\x00\x00"), RAX, 0x8c8b8a89, KEPT, 8,
	  0x908f8e8d8c8b8a89 },
	{ CODE("\xa2\x08\x00\x00\xfe\x00\x00\x00\x00"), NONE, 0, KEPT, 8,
	  0x908f8e8d8c8b8a88 },
	/* mov (%rip), %eax: the device at the end, less the next RIP */
	{ CODE("\x8b\x05\xfa\x7f\xff\xfd"), RAX, 0x84838281, KEPT, 0, DEV },
	/* movzbl, movzbw, movzwl, movsbl, movsbw, movsbq, movswl, movslq */
	{ CODE("\x0f\xb6\x03"), RAX, 0x81, KEPT, 0, DEV },
	{ CODE("\x66\x0f\xb6\x03"), RAX, 0x1122334455660081, KEPT, 0, DEV },
	{ CODE("\x0f\xb7\x03"), RAX, 0x8281, KEPT, 0, DEV },
	{ CODE("\x0f\xbe\x03"), RAX, 0xffffff81, KEPT, 0, DEV },
	{ CODE("\x66\x0f\xbe\x03"), RAX, 0x112233445566ff81, KEPT, 0, DEV },
	{ CODE("\x48\x0f\xbe\x03"), RAX, 0xffffffffffffff81, KEPT, 0, DEV },
	{ CODE("\x0f\xbf\x03"), RAX, 0xffff8281, KEPT, 0, DEV },
	{ CODE("\x48\x63\x03"), RAX, 0xffffffff84838281, KEPT, 0, DEV },
	/* and, or, xor %eax, (%rbx); and (%rbx), %eax */
	{ CODE("\x21\x03"), NONE, 0, 0, 0, 0x8887868504020280 },
	{ CODE("\x09\x03"), NONE, 0, SF, 0, 0x88878685d5e7f789 },
	{ CODE("\x31\x03"), NONE, 0, SF | PF, 0, 0x88878685d1e5f509 },
	{ CODE("\x23\x03"), RAX, 0x04020280, 0, 0, DEV },
	/* addb $0x7f, (%rbx): 0x81 + 0x7f; add %al; adc */
	{ CODE("\x80\x03\x7f"), NONE, 0, CF | PF | AF | ZF, 0, 0x8887868584838200 },
	{ CODE("\x00\x03"), NONE, 0, CF | OF | PF, 0, 0x8887868584838209 },
	{ CODE("\x80\x13\x7f"), NONE, 0, CF | AF, 0, 0x8887868584838201 },
	/* subb $2, (%rbx): 0x81 - 2; sbb; cmp; sub (%rbx), %al: 0x88 - 0x81 */
	{ CODE("\x80\x2b\x02"), NONE, 0, AF | OF, 0, 0x888786858483827f },
	{ CODE("\x80\x1b\x02"), NONE, 0, AF | OF | PF, 0, 0x888786858483827e },
	{ CODE("\x80\x3b\x81"), NONE, 0, ZF | PF, 0, DEV },
	{ CODE("\x80\x3b\x82"), NONE, 0, CF | SF | PF | AF, 0, DEV },
	{ CODE("\x2a\x03"), RAX, 0x1122334455667707, 0, 0, DEV },
	/* andl and orl $imm8 extend its sign; testb $0x80; test %eax */
	{ CODE("\x83\x23\xf0"), NONE, 0, SF, 0, 0x8887868584838280 },
	{ CODE("\x83\x0b\xf0"), NONE, 0, SF, 0, 0x88878685fffffff1 },
	{ CODE("\xf6\x03\x80"), NONE, 0, SF, 0, DEV },
	{ CODE("\x85\x03"), NONE, 0, 0, 0, DEV },
	/* xchg %eax and %ah; lock or */
	{ CODE("\x87\x03"), RAX, 0x84838281, KEPT, 0, 0x8887868555667788 },
	{ CODE("\x86\x23"), RAX, 0x1122334455668188, KEPT, 0, 0x8887868584838277 },
	{ CODE("\xf0\x09\x03"), NONE, 0, SF, 0, 0x88878685d5e7f789 },
	/* inc and dec keep CF; neg and not */
	{ CODE("\xfe\x03"), NONE, 0, CF | SF | PF, 0, 0x8887868584838282 },
	{ CODE("\xfe\x0b"), NONE, 0, CF | SF, 0, 0x8887868584838280 },
	{ CODE("\xf6\x1b"), NONE, 0, CF | AF, 0, 0x888786858483827f },
	{ CODE("\xf6\x13"), NONE, 0, CF, 0, 0x888786858483827e },
	/* movnti %eax, (%rbx) */
	{ CODE("\x0f\xc3\x03"), NONE, 0, KEPT, 0, 0x8887868555667788 },
	/* stosl */
	{ CODE("\xab"), RDI, DEVICE + 0x24, KEPT, 0x20, 0xa8a7a6a555667788 },
};

/* The registers from which each sample starts */
static zx_vcpu_state_t start_state(void)
{
	zx_vcpu_state_t state = {
		.rax = VALUE_A,
		.rcx = VALUE_C,
		.rdx = 8,
		.rbx = DEVICE,
		.rsi = DATA,
		.rdi = DEVICE + 0x20,
		.rflags = CF | 0x2,
	};

	return state;
}

static void check_sample(const struct sample *sample, uint64_t cr3)
{
	zx_packet_guest_mem_t packet;
	zx_vcpu_state_t state = start_state(), want = state;

	setup();
	packet = packet_of((const uint8_t *)sample->code, sample->size, DEVICE + sample->offset);
	packet.cr3 = cr3;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(get_le(device + sample->offset, 8), sample->in_device);
	if (sample->changed != NONE)
		*reg(&want, (unsigned int)sample->changed) = sample->want;
	if (sample->flags != KEPT)
		want.rflags = sample->flags | 2;
	CHECK(!memcmp(&state, &want, sizeof(state)));
	CHECK_EQUAL(state.rflags, want.rflags);
}

void test_mmio_instructions(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(samples); i++) {
		check_sample(&samples[i], CR3_4);
		check_sample(&samples[i], CR3_5);
	}
}

void test_mmio_strings(void)
{
	zx_packet_guest_mem_t packet;
	zx_vcpu_state_t state;

	/* rep movsb from RAM to the device */
	setup();
	memcpy(ram + DATA, "zircon", 6);
	packet = packet_of((const uint8_t *)"\xf3\xa4", 2, DEVICE + 0x20);
	state = start_state();
	state.rcx = 6;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK(!memcmp(device + 0x20, "zircon\xa7", 7));
	CHECK(state.rcx == 0 && state.rsi == DATA + 6 && state.rdi == DEVICE + 0x26);
	CHECK_EQUAL(stores, 6);
	/* movsq from the device to RAM, downwards */
	setup();
	packet = packet_of((const uint8_t *)"\x48\xa5", 2, DEVICE + 8);
	state = start_state();
	state.rsi = DEVICE + 8;
	state.rdi = DATA + 8;
	state.rflags |= 0x400;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(get_le(ram + DATA + 8, 8), 0x908f8e8d8c8b8a89);
	CHECK(state.rcx == VALUE_C && state.rsi == DEVICE && state.rdi == DATA);
	/* rep stosl with 32-bit addresses; rep of 0 */
	setup();
	packet = packet_of((const uint8_t *)"\x67\xf3\xab", 3, DEVICE);
	state = start_state();
	state.rcx = 0xffffffff00000002;
	state.rdi = 0xffffffff00000000 | DEVICE;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(get_le(device, 8), 0x5566778855667788);
	CHECK(state.rcx == 0 && state.rdi == DEVICE + 8);
	state.rdi = DEVICE;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(stores, 2);
	/* lodsw */
	setup();
	packet = packet_of((const uint8_t *)"\x66\xad", 2, DEVICE + 2);
	state = start_state();
	state.rsi = DEVICE + 2;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK(state.rax == 0x1122334455668483 && state.rsi == DEVICE + 4);
	/* It ends where there is nothing, with the registers as far as it came. */
	setup();
	packet = packet_of((const uint8_t *)"\xf3\xaa", 2, DEVICE + 0xffe);
	state = start_state();
	state.rcx = 5;
	state.rdi = DEVICE + 0xffe;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	CHECK(state.rcx == 3 && state.rdi == DEVICE + 0x1000);
	state.rcx = 1ull << 40;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	state.rdi = DEVICE + 0xffe;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_IO_DATA_INTEGRITY);
	CHECK_EQUAL(stores, 2);
}

void test_mmio_other_modes(void)
{
	zx_packet_guest_mem_t packet;
	zx_vcpu_state_t state;

	/* 32 bits without paging: mov %eax, 0x4(%ebx) */
	setup();
	packet = packet_of((const uint8_t *)"\x89\x43\x04", 3, DEVICE + 4);
	packet.cr3 = 0xdead000;
	state = start_state();
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(get_le(device, 8), 0x5566778884838281);
	/* inc %eax and a store are REX and a store in 64 bits, of other lengths. */
	packet = packet_of((const uint8_t *)"\x66\xa3\x04\x00\x00\xfe", 6, DEVICE + 4);
	packet.cr3 = 0xdead000;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(get_le(device, 8), 0x5566778884838281);
	/* 16 bits: mov %eax, (%ebx) by two prefixes */
	setup();
	packet = packet_of((const uint8_t *)"\x67\x66\x89\x03", 4, DEVICE);
	packet.cr3 = 0;
	packet.default_operand_size = 2;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(get_le(device, 8), 0x8887868555667788);
	/* GS, whose base is not known: the packet says where. */
	setup();
	packet = packet_of((const uint8_t *)"\x65\x89\x03", 3, DEVICE + 0x40);
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_OK);
	CHECK_EQUAL(get_le(device + 0x40, 4), 0x55667788);
}

void test_mmio_refuses(void)
{
	zx_packet_guest_mem_t packet;
	zx_vcpu_state_t state = start_state(), before = state;

	setup();
	/* movups, push, cmpxchg, mov %ds and a jump have no business there. */
	packet = packet_of((const uint8_t *)"\x0f\x11\x03", 3, DEVICE);
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_IO_DATA_INTEGRITY);
	packet = packet_of((const uint8_t *)"\xff\x33", 2, DEVICE);
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_IO_DATA_INTEGRITY);
	packet = packet_of((const uint8_t *)"\x0f\xb1\x0b", 3, DEVICE);
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_IO_DATA_INTEGRITY);
	packet = packet_of((const uint8_t *)"\x8c\x1b", 2, DEVICE);
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_IO_DATA_INTEGRITY);
	/* A length that is not the instruction's, code that is not there */
	packet = packet_of((const uint8_t *)"\x89\x03\x90", 3, DEVICE);
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	packet.instruction_size = 1;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	packet.instruction_size = 0;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	packet.instruction_size = 255;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	packet.instruction_size = 2;
	packet.rip = 0x800000000000;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	packet.rip = CODE_AT;
	packet.addr = DEVICE + 0x100;
	CHECK_EQUAL(mmio_execute(&bus, &packet, &state), ZX_ERR_NOT_FOUND);
	CHECK(!memcmp(&state, &before, sizeof(state)));
	CHECK(loads == 0 && stores == 0);
}

void test_mmio_walk(void)
{
	uint8_t bytes[16];
	uint64_t to;

	setup();
	CHECK(walk(&bus, WALK_4_LEVELS, CR3_4, 0x9123, &to));
	CHECK_EQUAL(to, 0x9123);
	CHECK(walk(&bus, WALK_4_LEVELS, CR3_4 | 0xfff, DEVICE | 0x1fedcb, &to));
	CHECK_EQUAL(to, DEVICE | 0x1fedcb);
	CHECK(walk(&bus, WALK_4_LEVELS, CR3_4, 0x8000000000 | 0x12345678, &to));
	CHECK_EQUAL(to, 0xc0000000 | 0x12345678);
	CHECK(walk(&bus, WALK_5_LEVELS, CR3_5, 0xfffffffffe000010, &to));
	CHECK_EQUAL(to, DEVICE | 0x10);
	CHECK(walk(&bus, WALK_NO_PAGING, 0, 0x123456789, &to));
	CHECK_EQUAL(to, 0x123456789);
	/* Not mapped; not canonical; a table beyond RAM */
	CHECK(!walk(&bus, WALK_4_LEVELS, CR3_4, 0x40000000, &to));
	CHECK(!walk(&bus, WALK_4_LEVELS, CR3_4, 0x0001000000009000, &to));
	CHECK(!walk(&bus, WALK_5_LEVELS, CR3_5, 0x0200000000009000, &to));
	CHECK(!walk(&bus, WALK_4_LEVELS, RAM, 0, &to));
	/* A run ends where nothing is mapped. */
	put_entry(0x4000, 10, 0);
	memcpy(ram + 0x9ffa, "abcdef", 6);
	CHECK_EQUAL(walk_read(&bus, WALK_4_LEVELS, CR3_4, 0x9ffa, bytes, 16), 6);
	CHECK(!memcmp(bytes, "abcdef", 6));
	/* Pages that do not follow each other */
	put_entry(0x4000, 10, 0xd003);
	memcpy(ram + 0xd000, "ghi", 3);
	CHECK_EQUAL(walk_read(&bus, WALK_4_LEVELS, CR3_4, 0x9ffa, bytes, 9), 9);
	CHECK(!memcmp(bytes, "abcdefghi", 9));
}

/* Mostly the right one: another length is refused at once. */
static size_t length_of(const uint8_t code[15])
{
	ZydisDecodedInstruction instruction;
	ZydisDecoder decoder;
	ZyanStatus status;

	ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
	status = ZydisDecoderDecodeInstruction(&decoder, NULL, code, 15, &instruction);
	if (ZYAN_SUCCESS(status) && test_random() % 16)
		return instruction.length;
	return test_random() % 16;
}

/* Any bytes, any registers, any tables: it ends, and stays in its world. */
void test_mmio_fuzz(void)
{
	static const uint8_t starts[] = {
		0x88, 0x89, 0x8a, 0x8b, 0xc7, 0x80, 0x83, 0x0f, 0xf3, 0x48,
		0x66, 0xa4, 0xab, 0xf6, 0xff, 0x86, 0x2b, 0x3a,
	};
	zx_packet_guest_mem_t packet;
	unsigned int i, j, done = 0;
	zx_vcpu_state_t state;
	uint8_t code[15];

	setup();
	for (i = 0; i < 1000000; i++) {
		for (j = 0; j < sizeof(code); j++)
			code[j] = (uint8_t)test_random();
		code[0] = starts[test_random() % sizeof(starts)];
		packet = packet_of(code, length_of(code), DEVICE + test_random() % 8192);
		if (i % 2)
			packet.cr3 = CR3_5;
		packet.default_operand_size = i % 16 ? 4 : 2;
		for (j = 0; j < 16; j++)
			*reg(&state, j) = test_random() % 4 ? packet.addr :
							      test_random() % (2 * RAM);
		state.rcx = test_random() % 32;
		state.rflags = test_random() & 0xcd5;
		done += mmio_execute(&bus, &packet, &state) == ZX_OK;
		if (i % 4096 == 0)
			setup();
		if (i % 1024 == 0)
			put_entry(0x1000u + (uint32_t)(test_random() % 7) * 0x1000,
				  (uint32_t)test_random() % 512, test_random() & 0xffff);
	}
	CHECK(done > 50000);
}
