// SPDX-License-Identifier: GPL-2.0
/*
 * Exceptions that the guest takes to its own EL1 because of something that it
 * may not do. Arm ARM, D1.3.
 */
#include "arm64.h"
#include "sysfields.h"

/* Offsets into the vectors, for a synchronous exception */
#define VECTOR_CURRENT_SP0	0x000
#define VECTOR_CURRENT_SPX	0x200
#define VECTOR_LOWER_64		0x400
#define VECTOR_LOWER_32		0x600

#define MODE_EL1T		0x4
#define MODE_EL1H		0x5

static u64 vector_offset(u64 pstate)
{
	if (pstate & SPSR_AARCH32)
		return VECTOR_LOWER_32;
	switch (pstate & SPSR_MODE) {
	case MODE_EL1H:
		return VECTOR_CURRENT_SPX;
	case MODE_EL1T:
		return VECTOR_CURRENT_SP0;
	default:
		return VECTOR_LOWER_64;
	}
}

/* PSTATE on entry to EL1, from SCTLR_EL1 and what it was before */
static u64 entry_pstate(u64 old, u64 sctlr)
{
	u64 new = SPSR_EL1H_MASKED | (old & (SPSR_NZCV | SPSR_PAN));

	if (!(old & SPSR_AARCH32))
		new |= old & SPSR_DIT;
	if (!(sctlr & SCTLR_BIT_SPAN))
		new |= SPSR_PAN;
	if (sctlr & SCTLR_BIT_DSSBS)
		new |= SPSR_SSBS;
	return new;
}

/**
 * zxvm_inject_undef() - the trapped instruction is undefined for the guest
 * @vcpu: loaded
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME.
 */
enum zxvm_run zxvm_inject_undef(struct zxvm_vcpu *vcpu)
{
	struct zxvm_ctx *ctx = &vcpu->arch.ctx;
	u64 esr = ctx->esr & ISS_IL;
	u64 pstate = ctx->pstate;

	/* EC 0 is "unknown reason", with no syndrome. */
	write_sysreg_s(esr, SYS_ESR_EL12);
	write_sysreg_s(ctx->pc, SYS_ELR_EL12);
	write_sysreg_s(pstate, SYS_SPSR_EL12);
	ctx->pc = read_sysreg_s(SYS_VBAR_EL12) + vector_offset(pstate);
	ctx->pstate = entry_pstate(pstate, read_sysreg_s(SYS_SCTLR_EL12));
	return ZXVM_RUN_RESUME;
}
