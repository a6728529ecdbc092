/* SPDX-License-Identifier: GPL-2.0 */
/* Encodings of the few A64 instructions that tests put together themselves */
#ifndef INSN_H
#define INSN_H

#include "zx.h"

static inline void vm_code(struct vm *vm, u64 gpa, const u32 *words, size_t n)
{
	vm_load(vm, gpa, words, words + n);
}

/* A system register or instruction by op0, op1, CRn, CRm, op2 */
#define SYSREG(op0, op1, crn, crm, op2) \
	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

#define I_MRS(rt, reg)		(0xd5200000u | (reg) | (rt))
#define I_MSR(reg, rt)		(0xd5000000u | (reg) | (rt))

/* LDR and STR with an unsigned offset; size: log2; @imm: in units of size */
#define I_LDST(size, opc, rt, rn, imm) \
	((u32)(size) << 30 | 0x39000000u | (opc) << 22 | (imm) << 10 | \
	 (rn) << 5 | (rt))
#define OPC_STR			0
#define OPC_LDR			1
#define OPC_LDRS_X		2	/* sign-extends to 64 bits */
#define OPC_LDRS_W		3	/* sign-extends to 32 bits */
#define I_STR(rt, rn, offset)	I_LDST(3, OPC_STR, rt, rn, (offset) / 8)
#define I_LDR(rt, rn, offset)	I_LDST(3, OPC_LDR, rt, rn, (offset) / 8)

#define I_MOVZ(rd, imm, shift)	(0xd2800000u | (shift) / 16 << 21 | (imm) << 5 | (rd))
#define I_ADD(rd, rn, imm)	(0x91000000u | (imm) << 10 | (rn) << 5 | (rd))
#define I_NOP			0xd503201fu
#define I_WFE			0xd503205fu
#define I_WFI			0xd503207fu
#define I_SEV			0xd503209fu
#define I_SEVL			0xd50320bfu
#define I_ISB			0xd5033fdfu
#define I_SVC(imm)		(0xd4000001u | (imm) << 5)
#define I_HVC(imm)		(0xd4000002u | (imm) << 5)
#define I_SMC(imm)		(0xd4000003u | (imm) << 5)
#define I_BRK(imm)		(0xd4200000u | (imm) << 5)
#define I_B(words)		(0x14000000u | ((words) & 0x3ffffff))
#define I_B_SELF		I_B(0)

/* Exception classes of ESR_EL1 */
#define EC(esr)			((esr) >> 26 & 0x3f)
#define EC_UNKNOWN		0x00
#define EC_SVC64		0x15
#define EC_BRK			0x3c

/* Offsets of the vectors for exceptions at EL1 with SP_EL1, and from EL0 */
#define VEC_SYNC		0x200
#define VEC_IRQ			0x280
#define VEC_EL0_SYNC		0x400

#endif /* INSN_H */
