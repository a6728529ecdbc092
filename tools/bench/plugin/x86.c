// SPDX-License-Identifier: GPL-2.0
/* x86-64: legacy prefixes, REX, opcode. SDM vol. 2; APM vol. 3 for SVM. */
#include <string.h>

#include "classify.h"

const char * const kind_names[KINDS] = {
	[KIND_KERNEL]	= "kernel",
	[KIND_USER]	= "user",
	[KIND_SYSCALL]	= "syscall",
	[KIND_SYSREG]	= "msr",
	[KIND_ENTRY]	= "entry",
	[KIND_SWITCH]	= "switch",
	[KIND_VMREAD]	= "vmread",
	[KIND_VMWRITE]	= "vmwrite",
	[KIND_TLB]	= "tlb",
	[KIND_CACHE]	= "xsave",
	[KIND_BARRIER]	= "fence",
	[KIND_ATOMIC]	= "lock",
};

#define PREFIX_LOCK	0xf0

/* The bench's own guests have the lower half alone. */
enum side side_of(uint64_t addr)
{
	return addr >> 63 ? SIDE_KERNEL : SIDE_LOWER;
}

static bool is_prefix(uint8_t byte)
{
	return byte == 0x66 || byte == 0xf2 || byte == 0xf3 ||
	       byte == 0x2e || byte == 0x36 || byte == 0x3e || byte == 0x26 ||
	       byte == 0x64 || byte == 0x65 || byte == PREFIX_LOCK ||
	       (byte & 0xf0) == 0x40;
}

/* 0F 01 with a register: VMLAUNCH, VMRESUME, VMRUN; VMLOAD, VMSAVE, STGI, CLGI */
static int classify_group7(uint8_t modrm)
{
	switch (modrm) {
	case 0xc2:
	case 0xc3:
	case 0xd8:
		return KIND_ENTRY;
	case 0xda:
	case 0xdb:
	case 0xdc:
	case 0xdd:
		return KIND_SWITCH;
	case 0xdf:	/* INVLPGA */
		return KIND_TLB;
	default:
		return (modrm >> 3 & 7) == 7 && modrm < 0xc0 ? KIND_TLB : -1;
	}
}

/* FXSAVE, FXRSTOR, XSAVE, XRSTOR, XSAVEOPT, XSAVEC, XSAVES; fences */
static int classify_save(uint8_t opcode, uint8_t modrm)
{
	uint8_t extension = modrm >> 3 & 7;

	if (opcode == 0xae && modrm >= 0xe8)
		return KIND_BARRIER;
	if (modrm >= 0xc0)
		return -1;
	if (opcode == 0xae)
		return extension <= 1 || (extension >= 4 && extension <= 6) ?
		       KIND_CACHE : -1;
	return extension >= 3 && extension <= 5 ? KIND_CACHE : -1;
}

static int classify_0f(const uint8_t *bytes, size_t left)
{
	uint8_t modrm = left > 1 ? bytes[1] : 0;

	switch (bytes[0]) {
	case 0x30:	/* WRMSR */
	case 0x32:	/* RDMSR */
		return KIND_SYSREG;
	case 0x22:	/* MOV to CR3 */
		return (modrm >> 3 & 7) == 3 ? KIND_TLB : -1;
	case 0x01:
		return classify_group7(modrm);
	case 0x38:	/* INVEPT, INVVPID, INVPCID */
		return modrm >= 0x80 && modrm <= 0x82 ? KIND_TLB : -1;
	case 0x78:
		return KIND_VMREAD;
	case 0x79:
		return KIND_VMWRITE;
	case 0xae:
		return classify_save(bytes[0], modrm);
	case 0xc7:	/* VMPTRLD, VMCLEAR, VMXON, VMPTRST */
		return modrm < 0xc0 && (modrm >> 3 & 7) >= 6 ? KIND_SWITCH :
		       classify_save(bytes[0], modrm);
	default:
		return -1;
	}
}

int classify(const void *insn, size_t size, bool kernel)
{
	const uint8_t *bytes = insn;
	size_t i;

	if (size == MARK_SIZE && !memcmp(bytes, "\x0f\x1f\x80", 3) &&
	    !memcmp(bytes + 4, "\x5a\x5a\x5a", 3)) {
		if (bytes[3] == 0x70)
			return MARK_BEGIN;
		if (bytes[3] == 0x71)
			return MARK_END;
	}
	if (!kernel)
		return size == 2 && bytes[0] == 0x0f && bytes[1] == 0x05 ?
		       KIND_SYSCALL : -1;
	for (i = 0; i < size && is_prefix(bytes[i]); i++)
		if (bytes[i] == PREFIX_LOCK)
			return KIND_ATOMIC;
	if (i + 1 < size && (bytes[i] & 0xfe) == 0x86 && bytes[i + 1] < 0xc0)
		return KIND_ATOMIC;	/* XCHG with memory */
	if (i + 1 < size && bytes[i] == 0x0f)
		return classify_0f(bytes + i + 1, size - i - 1);
	return -1;
}
