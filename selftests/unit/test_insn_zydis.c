// SPDX-License-Identifier: GPL-2.0
/*
 * arch/x86/insn.c against Zydis, on a sequence of instructions that is the
 * same each time: random bytes, and what is put together of prefixes, opcode
 * maps, ModRM, SIB and whatever follows. What Zydis decodes we must decode,
 * with the same parts.
 */
#include <string.h>

#include <Zydis/Zydis.h>

#include <linux/errno.h>
#include <linux/types.h>

#include "insn.h"
#include "test.h"

#define ROUNDS		5000000
#define ENOUGH		1000000		/* that Zydis decodes */
#define MAX_FAILURES	40

static ZydisDecoder decoders[3][2];

static unsigned int compared, simple, knights;

struct sample {
	u8 bytes[INSN_MAX_LENGTH];
	enum insn_mode mode;
	bool amd;
};

static u32 below(u64 *seed, u32 limit)
{
	return (test_random(seed) >> 32) % limit;
}

static void put_prefixes(u64 *seed, u8 *bytes, u32 *n, bool rex)
{
	static const u8 prefixes[] = {
		0x66, 0x66, 0x67, 0xf2, 0xf3, 0xf0,
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65,
	};
	u32 count = below(seed, 2) ? 0 : below(seed, 4);

	while (count--) {
		if (rex && !below(seed, 8))
			bytes[(*n)++] = 0x40 | below(seed, 16);
		else
			bytes[(*n)++] = prefixes[below(seed, 12)];
	}
	if (rex && !below(seed, 3))
		bytes[(*n)++] = 0x40 | below(seed, 16);
}

/* An opcode with what comes before it; random bytes are there already */
static void put_opcode(u64 *seed, u8 *bytes, u32 n)
{
	static const u8 moves[] = {
		0x88, 0x89, 0x8a, 0x8b, 0xa0, 0xa1, 0xa2, 0xa3, 0xc6, 0xc7,
	};
	static const u8 extends[] = { 0xb6, 0xb7, 0xbe, 0xbf };

	switch (below(seed, 11)) {
	case 0:
		break;
	case 1:
	case 2:
		bytes[n] = 0x0f;
		break;
	case 3:
		bytes[n++] = 0x0f;
		bytes[n] = 0x38;
		break;
	case 4:
		bytes[n++] = 0x0f;
		bytes[n] = 0x3a;
		break;
	case 5:
		bytes[n] = 0xc5;
		break;
	case 6:
		bytes[n++] = 0xc4;
		bytes[n] = (bytes[n] & 0xe0) | below(seed, 4);
		break;
	case 7:
		bytes[n++] = 0x62;
		bytes[n] = (bytes[n] & 0xf0) | below(seed, 8);
		bytes[n + 1] |= 4;
		break;
	case 8:
		bytes[n++] = 0x8f;
		bytes[n] = (bytes[n] & 0xe0) | (8 + below(seed, 3));
		break;
	case 9:
		bytes[n] = moves[below(seed, ARRAY_SIZE(moves))];
		if (bytes[n] >= 0xc0)
			bytes[n + 1] &= 0xc7;
		break;
	case 10:
		bytes[n++] = 0x0f;
		bytes[n] = extends[below(seed, ARRAY_SIZE(extends))];
		break;
	}
}

static void make_sample(u64 *seed, struct sample *s)
{
	u8 bytes[32];
	u32 i, n = 0;

	for (i = 0; i < sizeof(bytes); i += 8) {
		u64 random = test_random(seed);

		memcpy(bytes + i, &random, 8);
	}
	s->mode = below(seed, 3);
	s->amd = below(seed, 2);
	if (below(seed, 8)) {
		put_prefixes(seed, bytes, &n, s->mode == INSN_64);
		put_opcode(seed, bytes, n);
	}
	memcpy(s->bytes, bytes, sizeof(s->bytes));
}

static void print_sample(const struct sample *s, unsigned int length)
{
	unsigned int i;

	printf("# mode %d%s:", s->mode, s->amd ? " amd" : "");
	for (i = 0; i < length; i++)
		printf(" %02x", s->bytes[i]);
	printf("\n");
}

static u8 map_number(const ZydisDecodedInstruction *z)
{
	switch (z->opcode_map) {
	case ZYDIS_OPCODE_MAP_0F:
	case ZYDIS_OPCODE_MAP_0F0F:
		return 1;
	case ZYDIS_OPCODE_MAP_0F38:
		return 2;
	case ZYDIS_OPCODE_MAP_0F3A:
		return 3;
	case ZYDIS_OPCODE_MAP_MAP5:
		return 5;
	case ZYDIS_OPCODE_MAP_MAP6:
		return 6;
	case ZYDIS_OPCODE_MAP_XOP8:
		return 8;
	case ZYDIS_OPCODE_MAP_XOP9:
		return 9;
	case ZYDIS_OPCODE_MAP_XOPA:
		return 10;
	default:
		return 0;
	}
}

static u8 encoding_number(const ZydisDecodedInstruction *z)
{
	switch (z->encoding) {
	case ZYDIS_INSTRUCTION_ENCODING_VEX:
		return INSN_VEX;
	case ZYDIS_INSTRUCTION_ENCODING_EVEX:
		return INSN_EVEX;
	case ZYDIS_INSTRUCTION_ENCODING_XOP:
		return INSN_XOP;
	default:
		return INSN_LEGACY;
	}
}

static u8 rex_bits(const ZydisDecodedInstruction *z, enum insn_mode mode)
{
	u8 rex;

	switch (z->encoding) {
	case ZYDIS_INSTRUCTION_ENCODING_VEX:
		rex = z->raw.vex.W << 3 | !z->raw.vex.R << 2 |
		      !z->raw.vex.X << 1 | !z->raw.vex.B;
		break;
	case ZYDIS_INSTRUCTION_ENCODING_EVEX:
		rex = z->raw.evex.W << 3 | !z->raw.evex.R << 2 |
		      !z->raw.evex.X << 1 | !z->raw.evex.B;
		break;
	case ZYDIS_INSTRUCTION_ENCODING_XOP:
		rex = z->raw.xop.W << 3 | !z->raw.xop.R << 2 |
		      !z->raw.xop.X << 1 | !z->raw.xop.B;
		break;
	default:
		return z->raw.rex.W << 3 | z->raw.rex.R << 2 |
		       z->raw.rex.X << 1 | z->raw.rex.B;
	}
	return mode == INSN_64 ? rex : rex & INSN_REX_W;
}

/*
 * Zydis reports the address size that the instruction works with. MPX knows
 * 64 bits alone in 64-bit mode, and the leaves of SGX that ENCLS, ENCLU and
 * ENCLV name have 32 at least; both make no difference to the length.
 */
static bool own_address_size(const ZydisDecodedInstruction *z)
{
	return z->meta.isa_ext == ZYDIS_ISA_EXT_MPX ||
	       z->meta.isa_ext == ZYDIS_ISA_EXT_SGX ||
	       z->meta.isa_ext == ZYDIS_ISA_EXT_SGX_ENCLV;
}

static u64 low_bytes(u64 value, unsigned int size)
{
	return size < 8 ? value & ((1ULL << 8 * size) - 1) : value;
}

static bool same_parts(const struct insn *insn,
		       const ZydisDecodedInstruction *z, enum insn_mode mode)
{
	bool three_dnow = z->encoding == ZYDIS_INSTRUCTION_ENCODING_3DNOW;
	u8 modrm = z->raw.modrm.mod << 6 | z->raw.modrm.reg << 3 |
		   z->raw.modrm.rm;
	bool sib = z->raw.sib.offset;

	if (insn->length != z->length ||
	    insn->encoding != encoding_number(z) ||
	    insn->map != map_number(z) ||
	    (insn->rex & 0xf) != rex_bits(z, mode))
		return false;
	if (insn->address_size * 8 != z->address_width && !own_address_size(z))
		return false;
	if (insn->opcode != (three_dnow ? 0x0f : z->opcode))
		return false;
	if (insn->has_modrm != !!(z->attributes & ZYDIS_ATTRIB_HAS_MODRM) ||
	    (insn->has_modrm && insn->modrm != modrm))
		return false;
	if (sib && insn->sib != (z->raw.sib.scale << 6 |
				 z->raw.sib.index << 3 | z->raw.sib.base))
		return false;
	if (insn->disp_size * 8 != z->raw.disp.size)
		return false;
	/* Zydis scales the displacement of EVEX, and sign-extends moffs. */
	if (insn->encoding != INSN_EVEX &&
	    insn->disp != (insn->moffs ?
			   low_bytes(z->raw.disp.value, insn->disp_size) :
			   z->raw.disp.value))
		return false;
	if (three_dnow)
		return insn->imm_size == 1 && insn->imm == z->opcode;
	if (insn->imm_size * 8 != z->raw.imm[0].size ||
	    insn->imm2_size * 8 != z->raw.imm[1].size)
		return false;
	return low_bytes(insn->imm, insn->imm_size) ==
	       low_bytes(z->raw.imm[0].value.u, insn->imm_size) &&
	       insn->imm2 == low_bytes(z->raw.imm[1].value.u, insn->imm2_size);
}

/* Number of a general register, or -1; byte registers by their names */
static int reg_number(ZydisRegister reg, bool *high)
{
	*high = false;
	switch (reg) {
	case ZYDIS_REGISTER_AL ... ZYDIS_REGISTER_BL:
		return reg - ZYDIS_REGISTER_AL;
	case ZYDIS_REGISTER_AH ... ZYDIS_REGISTER_BH:
		*high = true;
		return reg - ZYDIS_REGISTER_AH;
	case ZYDIS_REGISTER_SPL ... ZYDIS_REGISTER_R15B:
		return reg - ZYDIS_REGISTER_SPL + 4;
	case ZYDIS_REGISTER_AX ... ZYDIS_REGISTER_R15W:
		return reg - ZYDIS_REGISTER_AX;
	case ZYDIS_REGISTER_EAX ... ZYDIS_REGISTER_R15D:
		return reg - ZYDIS_REGISTER_EAX;
	case ZYDIS_REGISTER_RAX ... ZYDIS_REGISTER_R15:
		return reg - ZYDIS_REGISTER_RAX;
	default:
		return -1;
	}
}

/* What insn_mmio() is to say, from the operands that Zydis reports */
static bool expect_mmio(const ZydisDecodedInstruction *z,
			const ZydisDecodedOperand *ops, struct insn_mmio *want)
{
	const ZydisDecodedOperand *mem = &ops[0], *other = &ops[1];
	bool extend = z->mnemonic == ZYDIS_MNEMONIC_MOVZX ||
		      z->mnemonic == ZYDIS_MNEMONIC_MOVSX;
	int reg;

	if (z->mnemonic != ZYDIS_MNEMONIC_MOV && !extend)
		return false;
	if (mem->type != ZYDIS_OPERAND_TYPE_MEMORY) {
		mem = &ops[1];
		other = &ops[0];
	}
	if (mem->type != ZYDIS_OPERAND_TYPE_MEMORY)
		return false;

	*want = (struct insn_mmio) {
		.write = mem == &ops[0],
		.size = mem->size / 8,
		.sign = z->mnemonic == ZYDIS_MNEMONIC_MOVSX,
	};
	if (other->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
		want->has_imm = true;
		want->imm = low_bytes(other->imm.value.u, want->size);
		return true;
	}
	reg = reg_number(other->reg.value, &want->high);
	if (reg < 0)
		return false;
	want->reg = reg;
	want->reg_size = other->size / 8;
	return true;
}

static bool same_mmio(const struct insn *insn, const ZydisDecodedInstruction *z,
		      const ZydisDecodedOperand *ops)
{
	struct insn_mmio want, have;

	if (!expect_mmio(z, ops, &want))
		return !insn_mmio(insn, &have);
	simple++;
	if (!insn_mmio(insn, &have) || have.write != want.write ||
	    have.size != want.size || have.has_imm != want.has_imm)
		return false;
	if (want.has_imm)
		return low_bytes(have.imm, have.size) == want.imm;
	return have.reg == want.reg && have.high == want.high &&
	       have.reg_size == want.reg_size && have.sign == want.sign;
}

/*
 * Xeon Phi "Knights Corner", which no Linux runs on: it has branches and an
 * encoding of its own in what is undefined on all other CPUs.
 */
static bool is_knights_corner(const ZydisDecodedInstruction *z)
{
	return z->meta.isa_ext == ZYDIS_ISA_EXT_KNC ||
	       z->meta.isa_ext == ZYDIS_ISA_EXT_KNCE ||
	       z->meta.isa_ext == ZYDIS_ISA_EXT_KNCV;
}

static void compare(const struct sample *s)
{
	ZydisDecodedOperand ops[ZYDIS_MAX_OPERAND_COUNT];
	ZydisDecodedInstruction z;
	struct insn insn, partial;
	int ret = insn_decode(s->bytes, INSN_MAX_LENGTH, s->mode, s->amd,
			      &insn);

	CHECK(ret == 0 || ret == -EINVAL);
	if (!ret) {
		/* It takes all its bytes, and no other. */
		CHECK_EQ(insn_decode(s->bytes, insn.length, s->mode, s->amd,
				     &partial), 0);
		CHECK_EQ(partial.length, insn.length);
		CHECK_EQ(insn_decode(s->bytes, insn.length - 1, s->mode,
				     s->amd, &partial), (u64)-EAGAIN);
	}
	if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoders[s->mode][s->amd],
					       s->bytes, INSN_MAX_LENGTH, &z,
					       ops)))
		return;
	if (is_knights_corner(&z)) {
		knights++;
		return;
	}
	compared++;
	if (ret || !same_parts(&insn, &z, s->mode) ||
	    !same_mmio(&insn, &z, ops)) {
		test_failed(__FILE__, __LINE__, ret ? "not decoded" :
			    ZydisMnemonicGetString(z.mnemonic));
		print_sample(s, z.length);
		printf("# length %u, Zydis %u\n", insn.length, z.length);
	}
}

static void test_zydis(void)
{
	struct sample s;
	u64 seed = 1;
	int i;

	for (i = 0; i < ROUNDS && test_failures < MAX_FAILURES; i++) {
		make_sample(&seed, &s);
		compare(&s);
	}
	printf("# %u compared, %u of them simple, %u of Knights Corner\n",
	       compared, simple, knights);
	CHECK(compared >= ENOUGH);
}

static const struct test tests[] = {
	{ "insn: as Zydis has it", test_zydis },
};

int main(void)
{
	static const ZydisMachineMode modes[] = {
		[INSN_16] = ZYDIS_MACHINE_MODE_LEGACY_16,
		[INSN_32] = ZYDIS_MACHINE_MODE_LEGACY_32,
		[INSN_64] = ZYDIS_MACHINE_MODE_LONG_64,
	};
	static const ZydisStackWidth stacks[] = {
		[INSN_16] = ZYDIS_STACK_WIDTH_16,
		[INSN_32] = ZYDIS_STACK_WIDTH_32,
		[INSN_64] = ZYDIS_STACK_WIDTH_64,
	};
	int mode, amd;

	for (mode = 0; mode < 3; mode++) {
		for (amd = 0; amd < 2; amd++) {
			ZydisDecoder *decoder = &decoders[mode][amd];

			ZydisDecoderInit(decoder, modes[mode], stacks[mode]);
			ZydisDecoderEnableMode(decoder,
					       ZYDIS_DECODER_MODE_AMD_BRANCHES,
					       amd);
		}
	}
	return run_tests(tests, ARRAY_SIZE(tests));
}
