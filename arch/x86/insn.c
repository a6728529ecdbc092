// SPDX-License-Identifier: GPL-2.0
/*
 * The length and the parts of an instruction. SDM vol. 2, chapter 2 and
 * appendix A; APM vol. 3, chapter 1 and appendix A.
 *
 * The tables know which opcodes have a ModRM byte and an immediate. They do
 * not know every encoding that is undefined: what the CPU has executed is
 * found right, and what it would not execute may be found to have a length.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kernel.h>

#include "insn.h"

/* What comes behind an opcode: an immediate of some kind, and ModRM */
enum {
	NO,		/* no immediate */
	I8,		/* a signed byte */
	U8,		/* an unsigned byte */
	IZ,		/* 2 or 4 bytes, by operand size; signed */
	IV,		/* 2, 4 or 8 bytes, by operand size */
	IW,		/* 2 bytes */
	ID,		/* 4 bytes */
	EN,		/* ENTER: 2 bytes and a byte */
	JZ,		/* near branch */
	FP,		/* far pointer */
	MO,		/* an address */
	G3,		/* group 3: signed, of TEST alone */
	EX,		/* EXTRQ, INSERTQ: two bytes, unless it is VMREAD */
	PF,		/* a prefix */
	XX,		/* undefined */
	KIND = 0xf,
	M = 0x10,	/* ModRM */
	L = 0x20,	/* not in 64-bit mode */
};

static const u8 one_byte[256] = {
	/* 00 */ M, M, M, M, I8, IZ, L, L, M, M, M, M, I8, IZ, L, XX,
	/* 10 */ M, M, M, M, I8, IZ, L, L, M, M, M, M, I8, IZ, L, L,
	/* 20 */ M, M, M, M, I8, IZ, PF, L, M, M, M, M, I8, IZ, PF, L,
	/* 30 */ M, M, M, M, I8, IZ, PF, L, M, M, M, M, I8, IZ, PF, L,
	/* 40 */ L, L, L, L, L, L, L, L, L, L, L, L, L, L, L, L,
	/* 50 */ NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
	/* 60 */ L, L, M | L, M, PF, PF, PF, PF,
	/* 68 */ IZ, M | IZ, I8, M | I8, NO, NO, NO, NO,
	/* 70 */ I8, I8, I8, I8, I8, I8, I8, I8, I8, I8, I8, I8, I8, I8, I8, I8,
	/* 80 */ M | I8, M | IZ, M | I8 | L, M | I8, M, M, M, M,
	/* 88 */ M, M, M, M, M, M, M, M,
	/* 90 */ NO, NO, NO, NO, NO, NO, NO, NO,
	/* 98 */ NO, NO, FP | L, NO, NO, NO, NO, NO,
	/* a0 */ MO, MO, MO, MO, NO, NO, NO, NO, I8, IZ, NO, NO, NO, NO, NO, NO,
	/* b0 */ I8, I8, I8, I8, I8, I8, I8, I8, IV, IV, IV, IV, IV, IV, IV, IV,
	/* c0 */ M | U8, M | U8, IW, NO, M | L, M | L, M | I8, M | IZ,
	/* c8 */ EN, NO, IW, NO, NO, U8, L, NO,
	/* d0 */ M, M, M, M, U8 | L, U8 | L, L, NO, M, M, M, M, M, M, M, M,
	/* e0 */ I8, I8, I8, I8, U8, U8, U8, U8,
	/* e8 */ JZ, JZ, FP | L, I8, NO, NO, NO, NO,
	/* f0 */ PF, NO, PF, PF, NO, NO, M | G3, M | G3,
	/* f8 */ NO, NO, NO, NO, NO, NO, M, M,
};

static const u8 two_byte[256] = {
	/* 00 */ M, M, M, M, XX, NO, NO, NO, NO, NO, XX, NO, XX, M, NO, M | U8,
	/* 10 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
	/* 20 */ M, M, M, M, XX, XX, XX, XX, M, M, M, M, M, M, M, M,
	/* 30 */ NO, NO, NO, NO, NO, NO, XX, NO, XX, XX, XX, XX, XX, XX, XX, XX,
	/* 40 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
	/* 50 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
	/* 60 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
	/* 70 */ M | U8, M | U8, M | U8, M | U8, M, M, M, NO,
	/* 78 */ M | EX, M, XX, XX, M, M, M, M,
	/* 80 */ JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ, JZ,
	/* 90 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
	/* a0 */ NO, NO, NO, M, M | U8, M, M, M,
	/* a8 */ NO, NO, NO, M, M | U8, M, M, M,
	/* b0 */ M, M, M, M, M, M, M, M, M, M, M | U8, M, M, M, M, M,
	/* c0 */ M, M, M | U8, M, M | U8, M | U8, M | U8, M,
	/* c8 */ NO, NO, NO, NO, NO, NO, NO, NO,
	/* d0 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
	/* e0 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
	/* f0 */ M, M, M, M, M, M, M, M, M, M, M, M, M, M, M, M,
};

/**
 * struct cursor - bytes to take parts from
 * @bytes: the first of the instruction
 * @avail: how many there are
 * @pos: how many are taken
 */
struct cursor {
	const u8 *bytes;
	unsigned int avail;
	unsigned int pos;
};

static int check(const struct cursor *c, unsigned int size)
{
	if (c->pos + size > INSN_MAX_LENGTH)
		return -EINVAL;
	return c->pos + size > c->avail ? -EAGAIN : 0;
}

static int take_byte(struct cursor *c, u8 *value)
{
	int ret = check(c, 1);

	if (!ret)
		*value = c->bytes[c->pos++];
	return ret;
}

/* Take a number of 0 to 8 bytes, which is extended to 64 bits. */
static int take(struct cursor *c, unsigned int size, bool is_signed,
		u64 *value)
{
	unsigned int i;
	int ret = check(c, size);

	if (ret)
		return ret;
	*value = 0;
	for (i = 0; i < size; i++)
		*value |= (u64)c->bytes[c->pos++] << (8 * i);
	if (is_signed && size && size < 8 && *value >> (8 * size - 1))
		*value |= ~0ULL << (8 * size);
	return 0;
}

/* In 64-bit mode only the overrides by FS and GS are looked at. */
static void set_segment(struct insn *insn, enum insn_mode mode, u8 prefix)
{
	if (prefix >= 0x64)
		insn->segment = prefix - 0x60;
	else if (mode != INSN_64)
		insn->segment = prefix >> 3 & 3;
}

/*
 * Prefixes in any order and number, and the byte behind them. REX counts if it
 * is the last of them: SDM vol. 2, 2.2.1.
 */
static int take_prefixes(struct cursor *c, enum insn_mode mode,
			 struct insn *insn)
{
	int ret;

	for (;;) {
		ret = take_byte(c, &insn->opcode);
		if (ret)
			return ret;
		if (mode == INSN_64 && (insn->opcode & 0xf0) == 0x40) {
			insn->rex = insn->opcode;
			continue;
		}
		if (one_byte[insn->opcode] != PF)
			return 0;
		insn->rex = 0;
		switch (insn->opcode) {
		case 0x66:
			insn->opsize = true;
			break;
		case 0x67:
			insn->addrsize = true;
			break;
		case 0xf0:
			insn->lock = true;
			break;
		case 0xf2:
		case 0xf3:
			insn->rep = insn->opcode;
			break;
		default:
			set_segment(insn, mode, insn->opcode);
		}
	}
}

static void set_sizes(struct insn *insn, enum insn_mode mode)
{
	switch (mode) {
	case INSN_16:
		insn->operand_size = insn->opsize ? 4 : 2;
		insn->address_size = insn->addrsize ? 4 : 2;
		break;
	case INSN_32:
		insn->operand_size = insn->opsize ? 2 : 4;
		insn->address_size = insn->addrsize ? 2 : 4;
		break;
	case INSN_64:
		insn->operand_size = insn->opsize ? 2 : 4;
		if (insn->rex & INSN_REX_W)
			insn->operand_size = 8;
		insn->address_size = insn->addrsize ? 4 : 8;
		break;
	}
}

/*
 * C4, C5 and 62 are LES, LDS and BOUND where those exist, if what follows can
 * be a ModRM byte of theirs, which has to name memory. 8F is POP if the map
 * number is none of XOP's.
 */
static int find_encoding(const struct cursor *c, enum insn_mode mode,
			 struct insn *insn)
{
	bool wide = insn->opcode == 0xc4 || insn->opcode == 0xc5;
	int ret;
	u8 next;

	if (!wide && insn->opcode != 0x62 && insn->opcode != 0x8f)
		return 0;
	ret = check(c, 1);
	if (ret)
		return ret;
	next = c->bytes[c->pos];
	if (insn->opcode == 0x8f)
		insn->encoding = (next & 0x1f) >= 8 ? INSN_XOP : INSN_LEGACY;
	else if (mode == INSN_64 || next >= 0xc0)
		insn->encoding = wide ? INSN_VEX : INSN_EVEX;
	return 0;
}

static int take_escape(struct cursor *c, struct insn *insn)
{
	int ret;

	if (insn->opcode != 0x0f)
		return 0;
	insn->map = INSN_MAP_0F;
	ret = take_byte(c, &insn->opcode);
	if (ret || (insn->opcode != 0x38 && insn->opcode != 0x3a))
		return ret;
	insn->map = insn->opcode == 0x38 ? INSN_MAP_0F38 : INSN_MAP_0F3A;
	return take_byte(c, &insn->opcode);
}

/* The other encodings: SDM vol. 2, 2.3.5 and 2.7.1; APM vol. 3, 1.8 */
static int take_vector_prefix(struct cursor *c, enum insn_mode mode,
			      struct insn *insn)
{
	u64 payload;
	u32 maps;
	int ret;

	if (insn->rex || insn->opsize || insn->rep || insn->lock)
		return -EINVAL;
	if (insn->opcode == 0xc5) {
		ret = take(c, 1, false, &payload);
		if (ret)
			return ret;
		/* Its bits in the places that the long form has for them */
		payload = (payload & 0x80) | 0x60 | INSN_MAP_0F;
	} else {
		ret = take(c, insn->encoding == INSN_EVEX ? 3 : 2, false,
			   &payload);
		if (ret)
			return ret;
	}

	insn->rex = (~payload >> 5 & 7) | (payload >> 12 & INSN_REX_W);
	if (mode != INSN_64)
		insn->rex &= INSN_REX_W;
	insn->map = payload & 0x1f;
	switch (insn->encoding) {
	case INSN_EVEX:
		/* Two bits that are fixed */
		if ((payload & 0x408) != 0x400)
			return -EINVAL;
		insn->map = payload & 7;
		maps = BIT(1) | BIT(2) | BIT(3) | BIT(5) | BIT(6);
		break;
	case INSN_XOP:
		maps = BIT(8) | BIT(9) | BIT(10);
		break;
	default:
		maps = BIT(1) | BIT(2) | BIT(3);
	}
	if (!(maps & BIT(insn->map)))
		return -EINVAL;
	return take_byte(c, &insn->opcode);
}

static u8 attributes(const struct insn *insn)
{
	switch (insn->map) {
	case INSN_MAP_ONE_BYTE:
		return one_byte[insn->opcode];
	case INSN_MAP_0F:
		if (insn->encoding == INSN_LEGACY)
			return two_byte[insn->opcode];
		/* VZEROUPPER and VZEROALL alone have no ModRM. */
		if (insn->opcode == 0x77)
			return NO;
		return M | ((two_byte[insn->opcode] & KIND) == U8 ? U8 : NO);
	case INSN_MAP_0F3A:
	case 8:
		return M | U8;
	case 10:
		return M | ID;
	default:
		return M;
	}
}

/* MOV to and from control and debug registers is as if mod were 3. */
static bool names_memory(const struct insn *insn)
{
	if (insn->encoding == INSN_LEGACY && insn->map == INSN_MAP_0F &&
	    (insn->opcode & 0xfc) == 0x20)
		return false;
	return insn->modrm < 0xc0;
}

static int take_modrm(struct cursor *c, struct insn *insn)
{
	u8 mod, rm;
	int ret;

	ret = take_byte(c, &insn->modrm);
	if (ret)
		return ret;
	insn->has_modrm = true;
	if (!names_memory(insn))
		return 0;
	mod = insn->modrm >> 6;
	rm = insn->modrm & 7;
	if (insn->address_size == 2) {
		if (mod == 2 || (mod == 0 && rm == 6))
			insn->disp_size = 2;
	} else {
		if (rm == 4) {
			ret = take_byte(c, &insn->sib);
			if (ret)
				return ret;
			rm = insn->sib & 7;
		}
		if (mod == 2 || (mod == 0 && rm == 5))
			insn->disp_size = 4;
	}
	if (mod == 1)
		insn->disp_size = 1;
	return take(c, insn->disp_size, true, &insn->disp);
}

/*
 * A near branch in 64-bit mode has 32 bits on Intel, whatever prefix 66 says;
 * AMD obeys it. SDM vol. 2, 2.2.1.8 and appendix A, "f64"; APM vol. 3, 1.2.2.
 */
static int take_immediate(struct cursor *c, enum insn_mode mode, bool amd,
			  u8 kind, struct insn *insn)
{
	unsigned int z = insn->operand_size == 2 ? 2 : 4;
	bool is_signed = false;
	u64 imm2;
	int ret;

	switch (kind) {
	case I8:
		is_signed = true;
		fallthrough;
	case U8:
		insn->imm_size = 1;
		break;
	case IZ:
		is_signed = true;
		insn->imm_size = z;
		break;
	case IV:
		insn->imm_size = insn->operand_size;
		break;
	case IW:
		insn->imm_size = 2;
		break;
	case ID:
		insn->imm_size = 4;
		break;
	case EN:
		insn->imm_size = 2;
		insn->imm2_size = 1;
		break;
	case JZ:
		is_signed = true;
		insn->imm_size = mode == INSN_64 && !amd ? 4 : z;
		break;
	case FP:
		insn->imm_size = z;
		insn->imm2_size = 2;
		break;
	case MO:
		insn->moffs = true;
		insn->disp_size = insn->address_size;
		return take(c, insn->disp_size, false, &insn->disp);
	case G3:
		if (insn->modrm & 0x30)
			return 0;
		is_signed = true;
		insn->imm_size = insn->opcode & 1 ? z : 1;
		break;
	case EX:
		if (!insn->rep && !insn->opsize)
			return 0;
		insn->imm_size = 1;
		insn->imm2_size = 1;
		break;
	default:
		return 0;
	}
	ret = take(c, insn->imm_size, is_signed, &insn->imm);
	if (ret)
		return ret;
	ret = take(c, insn->imm2_size, false, &imm2);
	if (!ret)
		insn->imm2 = imm2;
	return ret;
}

/**
 * insn_decode() - take an instruction to pieces
 * @bytes: the instruction
 * @avail: bytes that are there
 * @mode: of the code segment
 * @amd: the CPU is AMD's, or works as AMD's do
 * @insn: is filled
 *
 * Context: any.
 * Return: 0, -EAGAIN (it needs more bytes than @avail), -EINVAL (it is longer
 * than 15 bytes, or there is no such instruction).
 */
int insn_decode(const u8 *bytes, unsigned int avail, enum insn_mode mode,
		bool amd, struct insn *insn)
{
	struct cursor c = { .bytes = bytes, .avail = avail };
	u8 attr;
	int ret;

	*insn = (struct insn) { .segment = INSN_NO_SEGMENT };
	ret = take_prefixes(&c, mode, insn);
	if (ret)
		return ret;
	ret = find_encoding(&c, mode, insn);
	if (ret)
		return ret;
	if (insn->encoding == INSN_LEGACY)
		ret = take_escape(&c, insn);
	else
		ret = take_vector_prefix(&c, mode, insn);
	if (ret)
		return ret;

	set_sizes(insn, mode);
	attr = attributes(insn);
	if ((attr & KIND) == XX || (mode == INSN_64 && (attr & L)))
		return -EINVAL;
	if (attr & M)
		ret = take_modrm(&c, insn);
	if (!ret)
		ret = take_immediate(&c, mode, amd, attr & KIND, insn);
	insn->length = c.pos;
	return ret;
}

/* A byte register 4 to 7 is AH to BH, unless there is a REX prefix. */
static void set_reg(const struct insn *insn, u8 size, struct insn_mmio *mmio)
{
	mmio->reg = insn->modrm >> 3 & 7;
	if (insn->rex & INSN_REX_R)
		mmio->reg += 8;
	mmio->reg_size = size;
	if (size == 1 && !insn->rex && mmio->reg >= 4) {
		mmio->reg -= 4;
		mmio->high = true;
	}
}

static bool mmio_one_byte(const struct insn *insn, struct insn_mmio *mmio)
{
	mmio->size = insn->opcode & 1 ? insn->operand_size : 1;
	switch (insn->opcode) {
	case 0x88:
	case 0x89:
		mmio->write = true;
		fallthrough;
	case 0x8a:
	case 0x8b:
		set_reg(insn, mmio->size, mmio);
		return true;
	case 0xa2:
	case 0xa3:
		mmio->write = true;
		fallthrough;
	case 0xa0:
	case 0xa1:
		mmio->reg_size = mmio->size;
		return true;
	case 0xc6:
	case 0xc7:
		mmio->write = true;
		mmio->has_imm = true;
		mmio->imm = insn->imm;
		return !(insn->modrm & 0x38);
	default:
		return false;
	}
}

/* MOVZX, MOVSX */
static bool mmio_two_byte(const struct insn *insn, struct insn_mmio *mmio)
{
	if ((insn->opcode & 0xf6) != 0xb6)
		return false;
	mmio->size = insn->opcode & 1 ? 2 : 1;
	mmio->sign = insn->opcode & 8;
	set_reg(insn, insn->operand_size, mmio);
	return true;
}

/**
 * insn_mmio() - is an instruction a plain load or store?
 * @insn: as insn_decode() has filled it
 * @mmio: is filled
 *
 * MOV 88 to 8B, A0 to A3, C6 /0 and C7 /0, MOVZX and MOVSX, which is all that
 * drivers of a local APIC or an I/O APIC need.
 *
 * Context: any.
 * Return: false for all other instructions.
 */
bool insn_mmio(const struct insn *insn, struct insn_mmio *mmio)
{
	*mmio = (struct insn_mmio) {};
	if (insn->encoding != INSN_LEGACY || insn->lock ||
	    (insn->has_modrm && !names_memory(insn)))
		return false;
	switch (insn->map) {
	case INSN_MAP_ONE_BYTE:
		return mmio_one_byte(insn, mmio);
	case INSN_MAP_0F:
		return mmio_two_byte(insn, mmio);
	default:
		return false;
	}
}
