// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86/insn.c on instructions encoded by hand: the ordinary ones, and
 * every place where encodings, modes and vendors differ.
 */
#include <string.h>

#include <linux/errno.h>

#include "insn.h"
#include "test.h"

#define INTEL	false
#define AMD	true

/* Bytes of "48 8b 05 ..."; returns how many */
static unsigned int from_hex(const char *hex, u8 *bytes, unsigned int max)
{
	unsigned int n = 0, byte;
	int used;

	while (n < max && sscanf(hex, "%2x%n", &byte, &used) == 1) {
		bytes[n++] = byte;
		hex += used;
	}
	return n;
}

/* Decodes with all the bytes that are given and no more */
static int decode(const char *hex, enum insn_mode mode, bool amd,
		  struct insn *insn)
{
	u8 bytes[32];
	unsigned int n = from_hex(hex, bytes, sizeof(bytes));

	return insn_decode(bytes, n, mode, amd, insn);
}

/* Each is as long as its bytes are many; with one less it wants more */
static const struct {
	enum insn_mode mode;
	const char *hex;
} whole[] = {
	/* Integer instructions, and the forms of ModRM in 64-bit mode */
	{ INSN_64, "90" },
	{ INSN_64, "89 08" },				/* mov %ecx,(%rax) */
	{ INSN_64, "89 48 10" },
	{ INSN_64, "89 88 10 00 00 00" },
	{ INSN_64, "89 0c 24" },			/* (%rsp) */
	{ INSN_64, "89 4c 24 08" },
	{ INSN_64, "89 8c 24 08 00 00 00" },
	{ INSN_64, "89 0d 44 33 22 11" },		/* RIP-relative */
	{ INSN_64, "89 0c 25 00 00 e0 fe" },		/* absolute */
	{ INSN_64, "89 4d 00" },			/* 0(%rbp) */
	{ INSN_64, "41 89 4d 00" },			/* 0(%r13) */
	{ INSN_64, "41 89 0c 24" },			/* (%r12) */
	{ INSN_64, "48 c7 04 25 00 00 e0 fe 78 56 34 12" },
	{ INSN_64, "66 c7 00 34 12" },
	{ INSN_64, "66 48 c7 00 78 56 34 12" },		/* W beats 66 */
	{ INSN_64, "48 66 c7 00 34 12" },		/* REX is void */
	{ INSN_64, "48 b8 88 77 66 55 44 33 22 11" },
	{ INSN_64, "48 66 b8 34 12" },
	{ INSN_64, "41 48 b8 88 77 66 55 44 33 22 11" },
	{ INSN_64, "b8 44 33 22 11" },
	{ INSN_64, "a0 88 77 66 55 44 33 22 11" },
	{ INSN_64, "67 a0 44 33 22 11" },
	{ INSN_64, "67 89 05 44 33 22 11" },		/* still 32 bits */
	{ INSN_64, "80 00 7f" },
	{ INSN_64, "81 00 44 33 22 11" },
	{ INSN_64, "83 00 ff" },
	{ INSN_64, "f6 00 01" },			/* test */
	{ INSN_64, "f6 08 01" },			/* test, too */
	{ INSN_64, "f6 10" },				/* not */
	{ INSN_64, "f7 00 44 33 22 11" },
	{ INSN_64, "66 f7 00 22 11" },
	{ INSN_64, "f7 18" },				/* neg */
	{ INSN_64, "c0 00 03" },
	{ INSN_64, "d0 00" },
	{ INSN_64, "69 00 44 33 22 11" },
	{ INSN_64, "6b 00 11" },
	{ INSN_64, "68 44 33 22 11" },
	{ INSN_64, "66 68 22 11" },
	{ INSN_64, "c8 10 00 01" },			/* enter */
	{ INSN_64, "c2 08 00" },
	{ INSN_64, "8f 00" },				/* pop (%rax) */
	{ INSN_64, "ff 18" },				/* lcall *(%rax) */
	{ INSN_64, "48 ff 28" },			/* ljmp *(%rax) */
	{ INSN_64, "ff 30" },
	{ INSN_64, "63 00" },
	{ INSN_64, "f3 a4" },
	{ INSN_64, "f3 48 ab" },
	{ INSN_64, "64 67 a5" },
	{ INSN_64, "6c" },
	{ INSN_64, "f0 48 0f b1 11" },			/* cmpxchg */
	{ INSN_64, "f0 48 0f c7 08" },			/* cmpxchg16b */
	{ INSN_64, "0f ba 20 05" },			/* bt $5 */
	{ INSN_64, "0f a4 08 05" },			/* shld */
	{ INSN_64, "0f ae 38" },			/* clflush */
	{ INSN_64, "0f 38 f0 00" },			/* movbe */
	{ INSN_64, "0f 01 38" },			/* invlpg */
	{ INSN_64, "0f 0d 08" },			/* prefetchw */
	{ INSN_64, "0f 1f 84 00 00 00 00 00" },
	{ INSN_64, "66 2e 0f 1f 84 00 00 00 00 00" },
	{ INSN_64, "66 66 66 66 66 66 66 66 66 66 66 66 66 66 90" },
	{ INSN_64, "c6 f8 00" },			/* xabort */
	{ INSN_64, "c7 f8 44 33 22 11" },		/* xbegin */
	/* mod of MOV to and from CR and DR says nothing */
	{ INSN_64, "0f 20 c0" },
	{ INSN_64, "0f 22 00" },
	{ INSN_64, "0f 20 04" },
	{ INSN_64, "0f 21 85" },
	{ INSN_64, "0f 23 45" },
	{ INSN_64, "f0 0f 22 c0" },			/* AMD: CR8 */
	/* x87, MMX, SSE, 3DNow! */
	{ INSN_64, "d9 00" },
	{ INSN_64, "dd 44 24 10" },
	{ INSN_64, "9b" },
	{ INSN_64, "0f 6f 00" },
	{ INSN_64, "66 0f 6f 00" },
	{ INSN_64, "f2 0f 10 05 44 33 22 11" },
	{ INSN_64, "0f c6 00 1b" },
	{ INSN_64, "66 0f 70 00 1b" },
	{ INSN_64, "66 0f 3a 0f 00 08" },
	{ INSN_64, "66 0f 38 00 00" },
	{ INSN_64, "0f c2 00 01" },
	{ INSN_64, "0f 77" },
	{ INSN_64, "0f 0f 40 10 9e" },			/* pfadd */
	{ INSN_64, "0f 0f 04 25 00 00 00 00 9e" },
	/* VMREAD, EXTRQ, INSERTQ */
	{ INSN_64, "0f 78 00" },
	{ INSN_64, "66 0f 78 c0 08 10" },
	{ INSN_64, "f2 0f 78 c1 08 10" },
	{ INSN_64, "66 f2 0f 78 c1 08 10" },
	{ INSN_64, "66 0f 79 c1" },
	/* VEX */
	{ INSN_64, "c5 f8 77" },
	{ INSN_64, "c5 f9 6f 00" },
	{ INSN_64, "c5 f9 6f 05 44 33 22 11" },
	{ INSN_64, "c5 f9 70 00 1b" },
	{ INSN_64, "c4 e2 7d 18 00" },
	{ INSN_64, "c4 e3 7d 18 00 01" },
	{ INSN_64, "c4 e2 f9 90 04 08" },		/* vpgatherdq */
	{ INSN_64, "c4 e2 f8 f2 00" },			/* andn */
	{ INSN_64, "c4 e3 fb f0 00 05" },		/* rorx */
	{ INSN_64, "c5 f8 ae 10" },			/* vldmxcsr */
	{ INSN_64, "c5 f8 90 00" },			/* kmovw */
	/* EVEX */
	{ INSN_64, "62 f1 7c 48 10 00" },
	{ INSN_64, "62 f1 7c 48 10 40 01" },
	{ INSN_64, "62 f1 7d 48 70 00 1b" },
	{ INSN_64, "62 f1 7c 48 78 00" },		/* no EXTRQ */
	{ INSN_64, "62 f3 7d 48 25 00 ff" },
	{ INSN_64, "62 f5 7c 48 58 00" },		/* vaddph, map 5 */
	{ INSN_64, "62 f6 7d 48 98 00" },		/* map 6 */
	/* XOP, and POP where the map number is too low for it */
	{ INSN_64, "8f e8 78 c0 00 05" },		/* vprotb $5 */
	{ INSN_64, "8f e9 78 81 00" },			/* vfrczpd */
	{ INSN_64, "8f ea 78 10 00 44 33 22 11" },	/* bextr */
	{ INSN_64, "8f c7" },
	{ INSN_32, "8f e9 78 81 00" },
	/* 32-bit mode, and what 64-bit mode has not */
	{ INSN_32, "40" },
	{ INSN_32, "89 0d 00 00 e0 fe" },
	{ INSN_32, "67 89 0e 34 12" },			/* disp16 */
	{ INSN_32, "67 89 04" },			/* (%si): no SIB */
	{ INSN_32, "67 89 46 10" },
	{ INSN_32, "67 89 86 34 12" },
	{ INSN_32, "a1 00 00 e0 fe" },
	{ INSN_32, "67 a1 34 12" },
	{ INSN_32, "ea 00 00 00 00 08 00" },
	{ INSN_32, "66 ea 00 00 08 00" },
	{ INSN_32, "9a 00 00 00 00 08 00" },
	{ INSN_32, "c4 00" },				/* les */
	{ INSN_32, "c5 40 10" },			/* lds */
	{ INSN_32, "62 00" },				/* bound */
	{ INSN_32, "c5 f8 77" },
	{ INSN_32, "c4 e2 7d 18 00" },
	{ INSN_32, "62 f1 7c 48 10 00" },
	{ INSN_32, "63 00" },				/* arpl */
	{ INSN_32, "82 00 01" },
	{ INSN_32, "d4 0a" },
	{ INSN_32, "e8 44 33 22 11" },
	{ INSN_32, "66 e8 22 11" },
	{ INSN_32, "66 0f 84 22 11" },
	{ INSN_32, "06" },
	/* 16-bit mode */
	{ INSN_16, "89 0e 34 12" },
	{ INSN_16, "89 0d" },				/* (%di) */
	{ INSN_16, "67 89 0d 00 00 e0 fe" },
	{ INSN_16, "67 66 c7 05 00 00 e0 fe 78 56 34 12" },
	{ INSN_16, "b8 34 12" },
	{ INSN_16, "66 b8 78 56 34 12" },
	{ INSN_16, "e9 34 12" },
	{ INSN_16, "66 e9 78 56 34 12" },
	{ INSN_16, "ea 5b e0 00 f0" },			/* reset vector */
	{ INSN_16, "66 ea 00 00 00 00 08 00" },
	{ INSN_16, "c4 1e 34 12" },
	{ INSN_16, "f7 06 34 12 78 56" },
	{ INSN_16, "c5 f8 77" },
};

static void test_whole(void)
{
	struct insn insn;
	u8 bytes[INSN_MAX_LENGTH];
	unsigned int i, n, left;

	for (i = 0; i < ARRAY_SIZE(whole); i++) {
		unsigned int before = test_failures;

		n = from_hex(whole[i].hex, bytes, sizeof(bytes));
		CHECK_EQ(insn_decode(bytes, n, whole[i].mode, INTEL, &insn), 0);
		CHECK_EQ(insn.length, n);
		for (left = 0; left < n; left++)
			CHECK_EQ(insn_decode(bytes, left, whole[i].mode, INTEL,
					     &insn), (u64)-EAGAIN);
		if (test_failures != before)
			printf("# in mode %d: %s\n", whole[i].mode,
			       whole[i].hex);
	}
}

/* None of these may be executed, however many bytes follow */
static const struct {
	enum insn_mode mode;
	const char *hex;
} none[] = {
	{ INSN_64, "06" },
	{ INSN_64, "27" },
	{ INSN_64, "60" },
	{ INSN_64, "82 00 00" },
	{ INSN_64, "9a 00 00 00 00 00 00" },
	{ INSN_64, "ce" },
	{ INSN_64, "d4 0a" },
	{ INSN_64, "ea 00 00 00 00 00 00" },
	{ INSN_64, "0f 04" },
	{ INSN_64, "0f 24 c0" },
	{ INSN_64, "0f 39 00" },
	{ INSN_32, "0f 0a" },
	/* Prefixes that the other encodings do not have before them */
	{ INSN_64, "66 c5 f8 77" },
	{ INSN_64, "f3 c5 f8 77" },
	{ INSN_64, "f0 c5 f8 77" },
	{ INSN_64, "48 c5 f8 77" },
	{ INSN_64, "48 62 f1 7c 48 10 00" },
	/* Maps and fixed bits */
	{ INSN_64, "c4 e0 78 10 00" },
	{ INSN_64, "c4 e4 78 10 00" },
	{ INSN_64, "62 f4 7c 48 10 00" },
	{ INSN_64, "62 f9 7c 48 10 00" },
	{ INSN_64, "62 f1 78 48 10 00" },
	{ INSN_64, "8f eb 78 10 00" },
	/* Too long */
	{ INSN_64, "66 66 66 66 66 66 66 66 66 66 66 66 66 66 66 90" },
	{ INSN_64, "66 66 66 66 48 c7 04 25 00 00 e0 fe 78 56 34 12" },
	{ INSN_32, "64 64 64 64 64 64 64 64 64 64 64 64 64 89 40 00" },
};

static void test_none(void)
{
	struct insn insn;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(none); i++) {
		if (decode(none[i].hex, none[i].mode, INTEL, &insn) == -EINVAL)
			continue;
		test_failed(__FILE__, __LINE__, none[i].hex);
	}
}

/* Intel: always 32 bits in 64-bit mode; AMD: what the operand size says */
static void test_near_branches(void)
{
	static const char * const branches[] = { "66 e8", "66 e9", "66 0f 85" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(branches); i++) {
		unsigned int opcode = i == 2 ? 3 : 2;
		struct insn insn;
		char hex[64];

		snprintf(hex, sizeof(hex), "%s fe ff ff ff", branches[i]);
		CHECK_EQ(decode(hex, INSN_64, INTEL, &insn), 0);
		CHECK_EQ(insn.length, opcode + 4);
		CHECK_EQ(insn.imm, -2ULL);
		CHECK_EQ(decode(hex, INSN_64, AMD, &insn), 0);
		CHECK_EQ(insn.length, opcode + 2);
		CHECK_EQ(insn.imm, -2ULL);
		CHECK_EQ(decode(hex, INSN_32, INTEL, &insn), 0);
		CHECK_EQ(insn.length, opcode + 2);
		CHECK_EQ(decode(hex, INSN_16, INTEL, &insn), 0);
		CHECK_EQ(insn.length, opcode + 4);
	}
}

static void test_parts(void)
{
	struct insn i;

	CHECK_EQ(decode("48 c7 04 25 00 00 e0 fe f0 ff ff ff", INSN_64, INTEL,
			&i), 0);
	CHECK_EQ(i.length, 12);
	CHECK_EQ(i.map, INSN_MAP_ONE_BYTE);
	CHECK_EQ(i.opcode, 0xc7);
	CHECK(i.has_modrm);
	CHECK_EQ(i.modrm, 0x04);
	CHECK_EQ(i.sib, 0x25);
	CHECK_EQ(i.rex, 0x48);
	CHECK_EQ(i.operand_size, 8);
	CHECK_EQ(i.address_size, 8);
	CHECK_EQ(i.disp_size, 4);
	CHECK_EQ(i.disp, 0xfffffffffee00000);
	CHECK_EQ(i.imm_size, 4);
	CHECK_EQ(i.imm, -16ULL);
	CHECK_EQ(i.segment, INSN_NO_SEGMENT);

	/* An address is not signed, nor is a number that is moved whole. */
	CHECK_EQ(decode("67 a3 00 00 e0 fe", INSN_64, INTEL, &i), 0);
	CHECK(i.moffs && !i.has_modrm);
	CHECK_EQ(i.disp, 0xfee00000);
	CHECK_EQ(i.address_size, 4);
	CHECK_EQ(decode("b8 00 00 e0 fe", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.imm, 0xfee00000);
	CHECK_EQ(decode("e4 80", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.imm, 0x80);
	CHECK_EQ(decode("83 00 80", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.imm, -128ULL);

	CHECK_EQ(decode("c8 34 12 05", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.imm, 0x1234);
	CHECK_EQ(i.imm2, 5);
	CHECK_EQ(decode("ea 78 56 34 12 10 00", INSN_32, INTEL, &i), 0);
	CHECK_EQ(i.imm, 0x12345678);
	CHECK_EQ(i.imm2, 0x10);
	CHECK_EQ(decode("66 0f 78 c0 08 10", INSN_64, AMD, &i), 0);
	CHECK_EQ(i.map, INSN_MAP_0F);
	CHECK_EQ(i.imm, 8);
	CHECK_EQ(i.imm2, 0x10);

	/* Prefixes: the last of a group, and those that are void */
	CHECK_EQ(decode("f2 f3 67 66 65 a4", INSN_32, INTEL, &i), 0);
	CHECK_EQ(i.rep, 0xf3);
	CHECK(i.opsize && i.addrsize && !i.lock);
	CHECK_EQ(i.segment, 5);
	CHECK_EQ(i.operand_size, 2);
	CHECK_EQ(i.address_size, 2);
	CHECK_EQ(decode("64 2e a4", INSN_32, INTEL, &i), 0);
	CHECK_EQ(i.segment, 1);
	CHECK_EQ(decode("64 2e a4", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.segment, 4);
	CHECK_EQ(decode("36 a4", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.segment, INSN_NO_SEGMENT);
	CHECK_EQ(decode("4f 66 89 08", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.rex, 0);
	CHECK_EQ(i.operand_size, 2);
	CHECK_EQ(decode("f0 0f 20 c0", INSN_32, AMD, &i), 0);
	CHECK(i.lock);

	/* REX out of the other encodings */
	CHECK_EQ(decode("c4 62 fd 18 00", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.encoding, INSN_VEX);
	CHECK_EQ(i.map, INSN_MAP_0F38);
	CHECK_EQ(i.opcode, 0x18);
	CHECK_EQ(i.rex, INSN_REX_R | INSN_REX_W);
	CHECK_EQ(decode("c5 79 6f 00", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.rex, INSN_REX_R);
	CHECK_EQ(decode("c4 c2 fd 18 00", INSN_32, INTEL, &i), 0);
	CHECK_EQ(i.rex, INSN_REX_W);
	CHECK_EQ(decode("62 d1 fd 48 10 40 ff", INSN_64, INTEL, &i), 0);
	CHECK_EQ(i.encoding, INSN_EVEX);
	CHECK_EQ(i.rex, INSN_REX_B | INSN_REX_W);
	CHECK_EQ(i.disp, -1ULL);
	CHECK_EQ(decode("8f ca 78 10 00 44 33 22 91", INSN_64, AMD, &i), 0);
	CHECK_EQ(i.encoding, INSN_XOP);
	CHECK_EQ(i.map, 10);
	CHECK_EQ(i.rex, INSN_REX_B);
	CHECK_EQ(i.imm, 0x91223344);
}

static bool mmio(const char *hex, enum insn_mode mode, struct insn_mmio *m)
{
	struct insn insn;

	CHECK_EQ(decode(hex, mode, INTEL, &insn), 0);
	return insn_mmio(&insn, m);
}

static const struct {
	enum insn_mode mode;
	const char *hex;
	struct insn_mmio mmio;
} plain[] = {
	{ INSN_64, "89 08", { .write = true, .size = 4, .reg = 1,
			      .reg_size = 4 } },
	{ INSN_64, "44 88 38", { .write = true, .size = 1, .reg = 15,
				 .reg_size = 1 } },
	{ INSN_64, "88 20", { .write = true, .size = 1, .reg = 0,
			      .reg_size = 1, .high = true } },
	{ INSN_64, "40 88 20", { .write = true, .size = 1, .reg = 4,
				 .reg_size = 1 } },
	{ INSN_32, "8a 38", { .size = 1, .reg = 3, .reg_size = 1,
			      .high = true } },
	{ INSN_64, "4c 8b 00", { .size = 8, .reg = 8, .reg_size = 8 } },
	{ INSN_64, "66 8b 38", { .size = 2, .reg = 7, .reg_size = 2 } },
	{ INSN_16, "8b 3c", { .size = 2, .reg = 7, .reg_size = 2 } },
	{ INSN_16, "66 8b 3c", { .size = 4, .reg = 7, .reg_size = 4 } },
	{ INSN_32, "a1 00 00 e0 fe", { .size = 4, .reg_size = 4 } },
	{ INSN_32, "a2 00 00 e0 fe", { .write = true, .size = 1,
				       .reg_size = 1 } },
	{ INSN_64, "48 a3 00 00 e0 fe 00 00 00 00",
	  { .write = true, .size = 8, .reg_size = 8 } },
	{ INSN_64, "c7 00 0b 00 00 80",
	  { .write = true, .has_imm = true, .size = 4,
	    .imm = 0xffffffff8000000b } },
	{ INSN_64, "48 c7 00 0b 00 00 80",
	  { .write = true, .has_imm = true, .size = 8,
	    .imm = 0xffffffff8000000b } },
	{ INSN_64, "c6 00 12", { .write = true, .has_imm = true, .size = 1,
				 .imm = 0x12 } },
	{ INSN_64, "0f b6 20", { .size = 1, .reg = 4, .reg_size = 4 } },
	{ INSN_64, "4c 0f b7 00", { .size = 2, .reg = 8, .reg_size = 8 } },
	{ INSN_64, "66 0f be 08", { .size = 1, .reg = 1, .reg_size = 2,
				    .sign = true } },
	{ INSN_64, "48 0f bf 08", { .size = 2, .reg = 1, .reg_size = 8,
				    .sign = true } },
};

static void test_plain(void)
{
	struct insn_mmio have;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(plain); i++) {
		const struct insn_mmio *want = &plain[i].mmio;

		if (mmio(plain[i].hex, plain[i].mode, &have) &&
		    have.write == want->write && have.size == want->size &&
		    have.has_imm == want->has_imm && have.imm == want->imm &&
		    have.reg == want->reg && have.high == want->high &&
		    have.sign == want->sign &&
		    (want->has_imm || have.reg_size == want->reg_size))
			continue;
		test_failed(__FILE__, __LINE__, plain[i].hex);
	}
}

static void test_not_plain(void)
{
	static const char * const others[] = {
		"89 c8",		/* registers only */
		"c7 c0 00 00 00 00",
		"0f b6 c0",
		"c7 f8 00 00 00 00",	/* xbegin */
		"f0 89 08",		/* LOCK */
		"01 08",		/* add */
		"87 08",		/* xchg */
		"a4",			/* movsb */
		"aa",
		"ff 30",		/* push */
		"8f 00",		/* pop */
		"8c 00",		/* mov %es,(%rax) */
		"8e 00",
		"63 00",		/* movslq */
		"0f c3 08",		/* movnti */
		"0f 38 f1 08",		/* movbe */
		"0f 6f 00",
		"c5 f9 6f 00",
		"0f b1 08",		/* cmpxchg */
		"0f 3a 88 00 00",	/* another map's 88 */
		"0f 38 8b 00",
		"62 f2 7d 48 88 00",	/* vexpandps */
	};
	struct insn_mmio m;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(others); i++) {
		if (mmio(others[i], INSN_64, &m))
			test_failed(__FILE__, __LINE__, others[i]);
	}
}

static const struct test tests[] = {
	{ "insn: the length, and a byte less", test_whole },
	{ "insn: no such instruction, or too long", test_none },
	{ "insn: near branches of Intel and of AMD", test_near_branches },
	{ "insn: the parts", test_parts },
	{ "insn: plain loads and stores", test_plain },
	{ "insn: what is no plain load or store", test_not_plain },
};

int main(void)
{
	return run_tests(tests, ARRAY_SIZE(tests));
}
