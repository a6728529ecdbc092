/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The length and the parts of an instruction; what it does is for user space.
 *
 * Pure logic over plain data.
 */
#ifndef ZXVM_X86_INSN_H
#define ZXVM_X86_INSN_H

#include <linux/types.h>

/* SDM vol. 2, 2.3.11: the CPU does not execute a longer one. */
#define INSN_MAX_LENGTH		15

/* By CS.L and CS.D; real mode is as CS.D = 0 */
enum insn_mode {
	INSN_16,
	INSN_32,
	INSN_64,
};

enum insn_encoding {
	INSN_LEGACY,
	INSN_VEX,
	INSN_EVEX,
	INSN_XOP,
};

/* Opcode maps, by the numbers that VEX, EVEX and XOP have for them */
#define INSN_MAP_ONE_BYTE	0
#define INSN_MAP_0F		1
#define INSN_MAP_0F38		2
#define INSN_MAP_0F3A		3

#define INSN_REX_B		0x1
#define INSN_REX_X		0x2
#define INSN_REX_R		0x4
#define INSN_REX_W		0x8

#define INSN_NO_SEGMENT		0xff

/**
 * struct insn - an instruction
 * @length: in bytes, 1 to 15
 * @encoding: enum insn_encoding
 * @map: opcode map
 * @opcode: in the map
 * @has_modrm: @modrm is there
 * @modrm: ModRM byte
 * @sib: SIB byte, or 0
 * @rex: REX prefix that counts, or 0; of VEX, EVEX and XOP the bits that mean
 *	the same. No R, X and B outside of 64-bit mode
 * @opsize: has prefix 66
 * @addrsize: has prefix 67
 * @lock: has prefix F0. On AMD it makes CR8 of CR0 in MOV to and from CR
 * @rep: F2 or F3, the last of them, or 0
 * @segment: of the last override that counts, as instructions number them, or
 *	%INSN_NO_SEGMENT
 * @operand_size: 2, 4 or 8: what prefixes and mode say, not what the opcode
 *	makes of it
 * @address_size: 2, 4 or 8
 * @disp_size: bytes of @disp
 * @imm_size: bytes of @imm
 * @imm2_size: bytes of @imm2
 * @moffs: @disp is the address of MOV A0 to A3, zero-extended
 * @disp: displacement, sign-extended. Of EVEX a byte is to be scaled
 * @imm: immediate, sign-extended if it is an operand of integer arithmetic,
 *	moved or pushed, or relative; the offset of a far pointer
 * @imm2: second one of ENTER, EXTRQ and INSERTQ; selector of a far pointer
 */
struct insn {
	u8 length;
	u8 encoding;
	u8 map;
	u8 opcode;
	bool has_modrm;
	u8 modrm;
	u8 sib;
	u8 rex;
	bool opsize;
	bool addrsize;
	bool lock;
	u8 rep;
	u8 segment;
	u8 operand_size;
	u8 address_size;
	u8 disp_size;
	u8 imm_size;
	u8 imm2_size;
	bool moffs;
	u16 imm2;
	u64 disp;
	u64 imm;
};

/**
 * struct insn_mmio - a plain load or store
 * @write: a store
 * @has_imm: of @imm; all others are of a register
 * @sign: the value is sign-extended to @reg_size, otherwise zero-extended
 * @high: the register is AH, CH, DH or BH of register @reg
 * @size: bytes in memory: 1, 2, 4 or 8
 * @reg: 0 to 15
 * @reg_size: of a load: bytes of the register that are written; 4 clears the
 *	upper half in 64-bit mode
 * @imm: what is stored, @size bytes of it
 */
struct insn_mmio {
	bool write;
	bool has_imm;
	bool sign;
	bool high;
	u8 size;
	u8 reg;
	u8 reg_size;
	u64 imm;
};

int insn_decode(const u8 *bytes, unsigned int avail, enum insn_mode mode,
		bool amd, struct insn *insn);
bool insn_mmio(const struct insn *insn, struct insn_mmio *mmio);

#endif /* ZXVM_X86_INSN_H */
