// SPDX-License-Identifier: GPL-2.0
/*
 * The life and the register state of a VCPU.
 */
#include <linux/string.h>

#include <asm/cputype.h>

#include "arm64.h"
#include "sysfields.h"

/*
 * What traps: see Documentation/backend-arm64.rst. DC and TVM go when the
 * guest switches its MMU on. API and APK are 0: pointer authentication traps.
 */
#define HCR_GUEST \
	(HCR_BIT_VM | HCR_BIT_SWIO | HCR_BIT_PTW | HCR_BIT_FMO | \
	 HCR_BIT_IMO | HCR_BIT_AMO | HCR_BIT_FB | HCR_BIT_BSU_INNER | \
	 HCR_BIT_DC | HCR_BIT_TWI | HCR_BIT_TWE | HCR_BIT_TID3 | \
	 HCR_BIT_TSC | HCR_BIT_TIDCP | HCR_BIT_TACR | HCR_BIT_TSW | \
	 HCR_BIT_TVM | HCR_BIT_RW | HCR_BIT_E2H | HCR_BIT_TLOR | \
	 HCR_BIT_TERR | HCR_BIT_TID5)

/* MPIDR_EL1.RES1; 16 VCPUs for each Aff1, as SGI target lists have them */
static u64 mpidr_of(u32 index)
{
	return BIT_ULL(31) | (index & 15) | (u64)(index >> 4) << 8;
}

/**
 * zxvm_reset_vcpu() - the state in which a VCPU starts
 * @vcpu: not loaded
 * @pc: first instruction
 */
void zxvm_reset_vcpu(struct zxvm_vcpu *vcpu, u64 pc)
{
	struct zxvm_arch_vcpu *arch = &vcpu->arch;

	memset(arch->ctx.x, 0, 31 * sizeof(u64));
	arch->ctx.pc = pc;
	arch->ctx.pstate = SPSR_EL1H_MASKED;
	arch->ctx.sp_el0 = 0;
	arch->ctx.hcr = HCR_GUEST;
	arch->ctx.cptr = CPTR_TTA | CPTR_TAM;
	memset(&arch->el1, 0, sizeof(arch->el1));
	memset(&arch->fp.regs, 0, sizeof(arch->fp.regs));
	arch->timer.ctl = 0;
	arch->timer.cval = 0;
}

/**
 * zxvm_arch_publish_page() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_publish_page(struct zxvm_vcpu *vcpu)
{
	struct zxvm_vcpu_page *page = vcpu->page;

	page->state.arm64.sp = vcpu->arch.el1.sp;
	page->state.arm64.cpsr = vcpu->arch.ctx.pstate & SPSR_NZCV;
	page->valid = ZXVM_PAGE_SP | ZXVM_PAGE_FLAGS;
}

static void set_flags(struct zxvm_vcpu *vcpu, u32 cpsr)
{
	vcpu->arch.ctx.pstate = (vcpu->arch.ctx.pstate & ~SPSR_NZCV) |
				(cpsr & SPSR_NZCV);
}

/**
 * zxvm_arch_adopt_page() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @dirty: ZXVM_PAGE_*
 */
void zxvm_arch_adopt_page(struct zxvm_vcpu *vcpu, u32 dirty)
{
	struct zxvm_vcpu_page *page = vcpu->page;

	if (dirty & ZXVM_PAGE_SP)
		vcpu->arch.el1.sp = READ_ONCE(page->state.arm64.sp);
	if (dirty & ZXVM_PAGE_FLAGS)
		set_flags(vcpu, READ_ONCE(page->state.arm64.cpsr));
}

/**
 * zxvm_arch_vcpu_init() - see zxvm/arch.h
 * @vcpu: the VCPU, numbered
 * @entry: first PC
 *
 * Return: 0 or -ENOMEM.
 */
int zxvm_arch_vcpu_init(struct zxvm_vcpu *vcpu, u64 entry)
{
	struct zxvm_arch_vcpu *arch = &vcpu->arch;
	int ret;

	arch->ctx.x = vcpu->page->state.arm64.x;
	arch->mpidr = mpidr_of(vcpu->index);
	zxvm_reset_vcpu(vcpu, entry);
	zxvm_arch_publish_page(vcpu);
	/* PSCI starts the others. */
	if (zxvm_has_irqchip(vcpu->guest) && vcpu->index)
		arch->power.state = ZXVM_POWER_OFF;
	ret = zxvm_vgic_vcpu_init(vcpu);
	if (ret)
		return ret;
	zxvm_timer_init(vcpu);
	return 0;
}

/**
 * zxvm_arch_vcpu_destroy() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_destroy(struct zxvm_vcpu *vcpu)
{
	zxvm_vgic_vcpu_destroy(vcpu);
}

/**
 * zxvm_arch_vcpu_block() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_block(struct zxvm_vcpu *vcpu)
{
	zxvm_timer_sleep(vcpu);
}

/**
 * zxvm_arch_vcpu_unblock() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_unblock(struct zxvm_vcpu *vcpu)
{
	zxvm_timer_wake(vcpu);
	zxvm_psci_power_up(vcpu);
}

/**
 * zxvm_arch_vcpu_runnable() - see zxvm/arch.h
 * @vcpu: the VCPU
 *
 * Return: true if it may leave its sleep: switched on, and with an interrupt
 * to take.
 */
bool zxvm_arch_vcpu_runnable(struct zxvm_vcpu *vcpu)
{
	switch (READ_ONCE(vcpu->arch.power.state)) {
	case ZXVM_POWER_OFF:
		return false;
	case ZXVM_POWER_ON_PENDING:
		return true;
	default:
		return zxvm_timer_expired(vcpu) || zxvm_vgic_pending(vcpu);
	}
}

/**
 * zxvm_arch_read_state() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @state: to be filled
 */
void zxvm_arch_read_state(struct zxvm_vcpu *vcpu,
			  struct zxvm_arch_state *state)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(state->x); i++)
		state->x[i] = zxvm_get_x(vcpu, i);
	state->sp = vcpu->arch.el1.sp;
	state->cpsr = vcpu->arch.ctx.pstate & SPSR_NZCV;
}

/**
 * zxvm_arch_write_state() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @state: the new state; a flag that is clear in it is cleared
 */
void zxvm_arch_write_state(struct zxvm_vcpu *vcpu,
			   const struct zxvm_arch_state *state)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(state->x); i++)
		zxvm_set_x(vcpu, i, state->x[i]);
	vcpu->arch.el1.sp = state->sp;
	set_flags(vcpu, state->cpsr);
	zxvm_arch_publish_page(vcpu);
}

/**
 * zxvm_arch_write_io() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @io: result of an IN instruction; there is none on arm64
 *
 * Return: -EINVAL.
 */
int zxvm_arch_write_io(struct zxvm_vcpu *vcpu, const struct zxvm_vcpu_io *io)
{
	return -EINVAL;
}
