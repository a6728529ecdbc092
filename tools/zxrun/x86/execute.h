/* SPDX-License-Identifier: GPL-2.0 */
/* An instruction that was decoded, and what it does. */
#ifndef ZXRUN_X86_EXECUTE_H
#define ZXRUN_X86_EXECUTE_H

#include <Zydis/Zydis.h>

#include "mmio.h"

struct instruction {
	const struct mmio_bus *bus;
	const zx_packet_guest_mem_t *mem;
	zx_vcpu_state_t *state;
	unsigned int levels;	/* of the guest's page tables, as walk.h has them */
	ZydisDecodedInstruction decoded;
	ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
};

/* Is one of its memory operands where the packet says? */
bool instruction_meets(const struct instruction *insn);

/* As mmio_execute() */
zx_status_t instruction_execute(struct instruction *insn);

/* alu.c: rflags after an instruction on values of size bytes */
uint64_t flags_logic(uint64_t rflags, uint64_t result, unsigned int size);
uint64_t flags_add(uint64_t rflags, uint64_t a, uint64_t b, bool carry, unsigned int size);
uint64_t flags_sub(uint64_t rflags, uint64_t a, uint64_t b, bool borrow, unsigned int size);

#define FLAG_CF	(1u << 0)
#define FLAG_1	(1u << 1)
#define FLAG_PF	(1u << 2)
#define FLAG_AF	(1u << 4)
#define FLAG_ZF	(1u << 6)
#define FLAG_SF	(1u << 7)
#define FLAG_DF	(1u << 10)
#define FLAG_OF	(1u << 11)

#endif
