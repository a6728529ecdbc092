// SPDX-License-Identifier: GPL-2.0
/* What an instruction does that has an operand in a device. */
#include <string.h>
#include <zircon/errors.h>

#include "../bytes.h"
#include "execute.h"
#include "walk.h"

#define STRING_MAX	65536	/* elements of one REP */

static uint64_t mask_of(unsigned int size)
{
	return size >= 8 ? UINT64_MAX : (1ull << 8 * size) - 1;
}

static uint64_t sign_extend(uint64_t value, unsigned int size)
{
	uint64_t sign = 1ull << (8 * size - 1);

	return ((value & mask_of(size)) ^ sign) - sign;
}

/*
 * The 64-bit register that a register is in, as an index to zx_vcpu_state_t:
 * its order is that of the instruction set. -1 for RIP, segments and others.
 */
static int register_index(ZydisRegister reg)
{
	ZyanI8 id = ZydisRegisterGetId(reg);

	switch (ZydisRegisterGetClass(reg)) {
	case ZYDIS_REGCLASS_GPR64:
	case ZYDIS_REGCLASS_GPR32:
	case ZYDIS_REGCLASS_GPR16:
		return id;
	case ZYDIS_REGCLASS_GPR8:
		/* AL to BL, AH to BH, SPL to DIL, R8B to R15B */
		return id < 4 ? id : id - 4;
	default:
		return -1;
	}
}

static bool is_high_byte(ZydisRegister reg)
{
	return reg >= ZYDIS_REGISTER_AH && reg <= ZYDIS_REGISTER_BH;
}

static uint64_t *general(struct instruction *insn, ZydisRegister reg)
{
	int index = register_index(reg);

	return index < 0 ? NULL : &insn->state->rax + index;
}

static uint64_t get_register(const struct instruction *insn, ZydisRegister reg)
{
	int index = register_index(reg);
	uint64_t value;

	if (reg == ZYDIS_REGISTER_RIP || reg == ZYDIS_REGISTER_EIP)
		return insn->mem->rip + insn->decoded.length;
	if (index < 0)
		return 0;
	value = (&insn->state->rax)[index];
	if (is_high_byte(reg))
		value >>= 8;
	return value & mask_of(ZydisRegisterGetWidth(ZYDIS_MACHINE_MODE_LONG_64, reg) / 8);
}

/* 32 bits clear the upper half; fewer leave the rest alone. */
static void set_register(struct instruction *insn, ZydisRegister reg, uint64_t value)
{
	unsigned int size = ZydisRegisterGetWidth(ZYDIS_MACHINE_MODE_LONG_64, reg) / 8;
	unsigned int shift = is_high_byte(reg) ? 8 : 0;
	uint64_t *to = general(insn, reg);
	uint64_t mask = mask_of(size) << shift;

	if (!to)
		return;
	if (size == 4)
		*to = value & mask;
	else
		*to = (*to & ~mask) | (value << shift & mask);
}

/* Bases of FS and GS are not known, and those of the others are 0. */
static bool effective_address(const struct instruction *insn, const ZydisDecodedOperand *operand,
			      uint64_t *address)
{
	const ZydisDecodedOperandMem *mem = &operand->mem;
	uint64_t value = mem->disp.has_displacement ? (uint64_t)mem->disp.value : 0;

	if (mem->segment == ZYDIS_REGISTER_FS || mem->segment == ZYDIS_REGISTER_GS)
		return false;
	if (mem->base != ZYDIS_REGISTER_NONE)
		value += get_register(insn, mem->base);
	if (mem->index != ZYDIS_REGISTER_NONE)
		value += get_register(insn, mem->index) * mem->scale;
	*address = value & mask_of(insn->decoded.address_width / 8);
	return true;
}

bool instruction_meets(const struct instruction *insn)
{
	uint64_t address, physical;
	unsigned int i;

	for (i = 0; i < insn->decoded.operand_count; i++) {
		if (insn->operands[i].type != ZYDIS_OPERAND_TYPE_MEMORY)
			continue;
		if (!effective_address(insn, &insn->operands[i], &address))
			return true;
		if (!walk(insn->bus, insn->levels, insn->mem->cr3, address, &physical))
			continue;
		/* The first byte that is a device's may be in the middle. */
		if (insn->mem->addr - physical < 8)
			return true;
	}
	return false;
}

static unsigned int size_of(const ZydisDecodedOperand *operand)
{
	return operand->size / 8;
}

/* The one explicit memory operand is where the packet says. */
static zx_status_t read_operand(struct instruction *insn, const ZydisDecodedOperand *operand,
				uint64_t *value)
{
	switch (operand->type) {
	case ZYDIS_OPERAND_TYPE_REGISTER:
		if (register_index(operand->reg.value) < 0)
			return ZX_ERR_IO_DATA_INTEGRITY;
		*value = get_register(insn, operand->reg.value);
		return ZX_OK;
	case ZYDIS_OPERAND_TYPE_IMMEDIATE:
		*value = operand->imm.value.u;
		return ZX_OK;
	case ZYDIS_OPERAND_TYPE_MEMORY:
		if (!insn->bus->load(insn->bus->context, insn->mem->addr, size_of(operand), value))
			return ZX_ERR_NOT_FOUND;
		*value &= mask_of(size_of(operand));
		return ZX_OK;
	default:
		return ZX_ERR_IO_DATA_INTEGRITY;
	}
}

static zx_status_t write_operand(struct instruction *insn, const ZydisDecodedOperand *operand,
				 uint64_t value)
{
	value &= mask_of(size_of(operand));
	if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER) {
		if (register_index(operand->reg.value) < 0)
			return ZX_ERR_IO_DATA_INTEGRITY;
		set_register(insn, operand->reg.value, value);
		return ZX_OK;
	}
	if (!insn->bus->store(insn->bus->context, insn->mem->addr, size_of(operand), value))
		return ZX_ERR_NOT_FOUND;
	return ZX_OK;
}

static void set_flags(struct instruction *insn, uint64_t rflags)
{
	insn->state->rflags = rflags | FLAG_1;
}

/* MOV, and its kin that extend a narrow source */
static zx_status_t move(struct instruction *insn, bool is_signed)
{
	const ZydisDecodedOperand *to = &insn->operands[0], *from = &insn->operands[1];
	zx_status_t status;
	uint64_t value;

	status = read_operand(insn, from, &value);
	if (status != ZX_OK)
		return status;
	if (is_signed)
		value = sign_extend(value, size_of(from));
	return write_operand(insn, to, value);
}

static zx_status_t exchange(struct instruction *insn)
{
	uint64_t a, b;
	zx_status_t status;

	status = read_operand(insn, &insn->operands[0], &a);
	if (status == ZX_OK)
		status = read_operand(insn, &insn->operands[1], &b);
	if (status == ZX_OK)
		status = write_operand(insn, &insn->operands[0], b);
	if (status == ZX_OK)
		status = write_operand(insn, &insn->operands[1], a);
	return status;
}

/* Arithmetic of two operands: the result, and the flags after it */
static uint64_t calculate(const struct instruction *insn, uint64_t a, uint64_t b,
			  unsigned int size, uint64_t *rflags)
{
	bool carry = *rflags & FLAG_CF;
	uint64_t result;

	switch (insn->decoded.mnemonic) {
	case ZYDIS_MNEMONIC_OR:
		result = a | b;
		*rflags = flags_logic(*rflags, result, size);
		return result;
	case ZYDIS_MNEMONIC_XOR:
		result = a ^ b;
		*rflags = flags_logic(*rflags, result, size);
		return result;
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_ADC:
		carry = carry && insn->decoded.mnemonic == ZYDIS_MNEMONIC_ADC;
		*rflags = flags_add(*rflags, a, b, carry, size);
		return a + b + carry;
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_CMP:
	case ZYDIS_MNEMONIC_SBB:
		carry = carry && insn->decoded.mnemonic == ZYDIS_MNEMONIC_SBB;
		*rflags = flags_sub(*rflags, a, b, carry, size);
		return a - b - carry;
	default:	/* AND and TEST */
		result = a & b;
		*rflags = flags_logic(*rflags, result, size);
		return result;
	}
}

static zx_status_t arithmetic(struct instruction *insn)
{
	const ZydisDecodedOperand *to = &insn->operands[0], *from = &insn->operands[1];
	uint64_t a, b, result, rflags = insn->state->rflags;
	zx_status_t status;

	status = read_operand(insn, to, &a);
	if (status == ZX_OK)
		status = read_operand(insn, from, &b);
	if (status != ZX_OK)
		return status;
	b &= mask_of(size_of(to));
	result = calculate(insn, a, b, size_of(to), &rflags);
	if (to->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE)
		status = write_operand(insn, to, result);
	if (status == ZX_OK)
		set_flags(insn, rflags);
	return status;
}

/* INC and DEC leave CF alone, NOT leaves all flags. */
static zx_status_t unary(struct instruction *insn)
{
	const ZydisDecodedOperand *to = &insn->operands[0];
	uint64_t value, rflags = insn->state->rflags, carry = rflags & FLAG_CF;
	zx_status_t status;

	status = read_operand(insn, to, &value);
	if (status != ZX_OK)
		return status;
	switch (insn->decoded.mnemonic) {
	case ZYDIS_MNEMONIC_INC:
		rflags = (flags_add(rflags, value, 1, false, size_of(to)) & ~FLAG_CF) | carry;
		value++;
		break;
	case ZYDIS_MNEMONIC_DEC:
		rflags = (flags_sub(rflags, value, 1, false, size_of(to)) & ~FLAG_CF) | carry;
		value--;
		break;
	case ZYDIS_MNEMONIC_NEG:
		rflags = flags_sub(rflags, 0, value, false, size_of(to));
		value = -value;
		break;
	default:
		value = ~value;
	}
	status = write_operand(insn, to, value);
	if (status == ZX_OK)
		set_flags(insn, rflags);
	return status;
}

/* One element between a physical address, RAM or device, and value */
static bool transfer(const struct instruction *insn, bool write, uint64_t address,
		     unsigned int size, uint64_t *value)
{
	uint8_t *memory;
	uint64_t physical;

	if (!walk(insn->bus, insn->levels, insn->mem->cr3, address, &physical))
		return false;
	memory = insn->bus->memory(insn->bus->context, physical, size);
	if (memory && write)
		put_le(memory, size, *value);
	else if (memory)
		*value = get_le(memory, size);
	else if (write)
		return insn->bus->store(insn->bus->context, physical, size, *value);
	else
		return insn->bus->load(insn->bus->context, physical, size, value);
	return true;
}

/* RSI, RDI and RCX as wide as the address size says */
static ZydisRegister string_register(const struct instruction *insn, ZydisRegister reg)
{
	unsigned int offset = reg - ZYDIS_REGISTER_RAX;

	switch (insn->decoded.address_width) {
	case 16:
		return ZYDIS_REGISTER_AX + offset;
	case 32:
		return ZYDIS_REGISTER_EAX + offset;
	default:
		return reg;
	}
}

static void advance(struct instruction *insn, ZydisRegister reg, unsigned int size)
{
	reg = string_register(insn, reg);
	if (insn->state->rflags & FLAG_DF)
		set_register(insn, reg, get_register(insn, reg) - size);
	else
		set_register(insn, reg, get_register(insn, reg) + size);
}

/* MOVS, STOS and LODS: one element */
static bool string_element(struct instruction *insn, unsigned int size, bool loads, bool stores)
{
	uint64_t from = get_register(insn, string_register(insn, ZYDIS_REGISTER_RSI));
	uint64_t to = get_register(insn, string_register(insn, ZYDIS_REGISTER_RDI));
	uint64_t value = insn->state->rax & mask_of(size);

	if (loads && !transfer(insn, false, from, size, &value))
		return false;
	if (stores && !transfer(insn, true, to, size, &value))
		return false;
	if (loads)
		advance(insn, ZYDIS_REGISTER_RSI, size);
	if (stores)
		advance(insn, ZYDIS_REGISTER_RDI, size);
	else if (size == 4)
		insn->state->rax = value & mask_of(4);
	else
		insn->state->rax = (insn->state->rax & ~mask_of(size)) | (value & mask_of(size));
	return true;
}

/*
 * The kernel has gone past the instruction, so all elements are moved here.
 * RFLAGS is not written: string moves change none.
 */
static zx_status_t string(struct instruction *insn, unsigned int size, bool loads, bool stores)
{
	ZydisRegister counter = string_register(insn, ZYDIS_REGISTER_RCX);
	bool rep = insn->decoded.attributes & (ZYDIS_ATTRIB_HAS_REP | ZYDIS_ATTRIB_HAS_REPNE);
	uint64_t count = rep ? get_register(insn, counter) : 1;

	if (count > STRING_MAX)
		return ZX_ERR_IO_DATA_INTEGRITY;
	if (loads && (insn->decoded.attributes &
		      (ZYDIS_ATTRIB_HAS_SEGMENT_FS | ZYDIS_ATTRIB_HAS_SEGMENT_GS)))
		return ZX_ERR_IO_DATA_INTEGRITY;
	while (count) {
		if (!string_element(insn, size, loads, stores))
			return ZX_ERR_NOT_FOUND;
		count--;
		if (rep)
			set_register(insn, counter, count);
	}
	return ZX_OK;
}

zx_status_t instruction_execute(struct instruction *insn)
{
	switch (insn->decoded.mnemonic) {
	case ZYDIS_MNEMONIC_MOV:
	case ZYDIS_MNEMONIC_MOVZX:
	case ZYDIS_MNEMONIC_MOVNTI:
		return move(insn, false);
	case ZYDIS_MNEMONIC_MOVSX:
	case ZYDIS_MNEMONIC_MOVSXD:
		return move(insn, true);
	case ZYDIS_MNEMONIC_XCHG:
		return exchange(insn);
	case ZYDIS_MNEMONIC_INC:
	case ZYDIS_MNEMONIC_DEC:
	case ZYDIS_MNEMONIC_NEG:
	case ZYDIS_MNEMONIC_NOT:
		return unary(insn);
	case ZYDIS_MNEMONIC_MOVSB:
	case ZYDIS_MNEMONIC_MOVSW:
	case ZYDIS_MNEMONIC_MOVSD:
	case ZYDIS_MNEMONIC_MOVSQ:
		if (insn->decoded.meta.category != ZYDIS_CATEGORY_STRINGOP)
			return ZX_ERR_IO_DATA_INTEGRITY;
		return string(insn, size_of(&insn->operands[0]), true, true);
	case ZYDIS_MNEMONIC_STOSB:
	case ZYDIS_MNEMONIC_STOSW:
	case ZYDIS_MNEMONIC_STOSD:
	case ZYDIS_MNEMONIC_STOSQ:
		return string(insn, size_of(&insn->operands[0]), false, true);
	case ZYDIS_MNEMONIC_LODSB:
	case ZYDIS_MNEMONIC_LODSW:
	case ZYDIS_MNEMONIC_LODSD:
	case ZYDIS_MNEMONIC_LODSQ:
		return string(insn, size_of(&insn->operands[0]), true, false);
	case ZYDIS_MNEMONIC_AND:
	case ZYDIS_MNEMONIC_OR:
	case ZYDIS_MNEMONIC_XOR:
	case ZYDIS_MNEMONIC_TEST:
	case ZYDIS_MNEMONIC_ADD:
	case ZYDIS_MNEMONIC_ADC:
	case ZYDIS_MNEMONIC_SUB:
	case ZYDIS_MNEMONIC_SBB:
	case ZYDIS_MNEMONIC_CMP:
		return arithmetic(insn);
	default:
		return ZX_ERR_IO_DATA_INTEGRITY;
	}
}
