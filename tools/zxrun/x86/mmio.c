// SPDX-License-Identifier: GPL-2.0
/*
 * Decoding and carrying out an instruction that accesses a device. Zydis says
 * what it is; execute.c does it.
 *
 * The packet has CR3 but not CR0, CR4 or the code segment. So each mode that
 * fits the packet is tried: the instruction must be in memory by that mode's
 * tables, have the length that the kernel told, and access what it told.
 */
#include <zircon/errors.h>

#include "execute.h"
#include "walk.h"

static const struct mode {
	unsigned int levels;
	uint8_t operand_size;
	ZydisMachineMode machine;
	ZydisStackWidth stack;
} modes[] = {
	{ WALK_4_LEVELS, 4, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64 },
	{ WALK_5_LEVELS, 4, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64 },
	{ WALK_NO_PAGING, 4, ZYDIS_MACHINE_MODE_LEGACY_32, ZYDIS_STACK_WIDTH_32 },
	{ WALK_NO_PAGING, 2, ZYDIS_MACHINE_MODE_LEGACY_16, ZYDIS_STACK_WIDTH_16 },
};

/* Returns false if the packet cannot come from this mode. */
static bool decode(struct instruction *insn, const struct mode *mode)
{
	const zx_packet_guest_mem_t *mem = insn->mem;
	uint8_t bytes[ZYDIS_MAX_INSTRUCTION_LENGTH];
	ZydisDecoder decoder;
	size_t size = mem->instruction_size;

	if (mode->operand_size != mem->default_operand_size || !size || size > sizeof(bytes))
		return false;
	if (walk_read(insn->bus, mode->levels, mem->cr3, mem->rip, bytes, size) < size)
		return false;
	ZydisDecoderInit(&decoder, mode->machine, mode->stack);
	if (ZYAN_FAILED(ZydisDecoderDecodeFull(&decoder, bytes, size, &insn->decoded,
					       insn->operands)))
		return false;
	insn->levels = mode->levels;
	return insn->decoded.length == size && instruction_meets(insn);
}

zx_status_t mmio_execute(const struct mmio_bus *bus, const zx_packet_guest_mem_t *mem,
			 zx_vcpu_state_t *state)
{
	struct instruction insn = { .bus = bus, .mem = mem, .state = state };
	size_t i;

	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (decode(&insn, &modes[i]))
			return instruction_execute(&insn);
	return ZX_ERR_NOT_FOUND;
}
