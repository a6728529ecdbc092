// SPDX-License-Identifier: GPL-2.0
/*
 * FP and SIMD registers, switched when the guest first uses them.
 *
 * The thread's own registers are saved by the kernel itself: a kernel_neon
 * section saves them, and they come back on the way to user space. From then
 * on this CPU's registers are nobody's, so the guest's may be in them while
 * interrupts are off; a softirq may use them as soon as they are on.
 */
#include <asm/neon.h>

#include "arm64.h"
#include "sysfields.h"

/**
 * zxvm_fp_claim() - make the CPU's FP registers free for the guest
 * @vcpu: loaded
 *
 * Context: interrupts on.
 */
void zxvm_fp_claim(struct zxvm_vcpu *vcpu)
{
	preempt_disable();
	kernel_neon_begin();
	kernel_neon_end();
	vcpu->arch.fp.claimed = true;
	preempt_enable();
}

/**
 * zxvm_handle_fp() - the guest uses an FP register that is not in the CPU
 * @vcpu: loaded
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME, or ZXVM_RUN_SLOW to claim the registers first.
 */
enum zxvm_run zxvm_handle_fp(struct zxvm_vcpu *vcpu)
{
	struct zxvm_fp *fp = &vcpu->arch.fp;
	u64 cptr;

	if (!fp->claimed) {
		vcpu->arch.slow = ZXVM_SLOW_FP;
		return ZXVM_RUN_SLOW;
	}
	cptr = read_sysreg(cptr_el2);
	write_sysreg(cptr | CPTR_FPEN, cptr_el2);
	isb();
	zxvm_fpsimd_load(&fp->regs);
	write_sysreg(cptr, cptr_el2);
	isb();
	fp->live = true;
	vcpu->arch.ctx.cptr |= CPTR_FPEN;
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_fp_save() - save the guest's registers before interrupts go on
 * @vcpu: loaded, its registers are live
 *
 * Context: interrupts off.
 */
void zxvm_fp_save(struct zxvm_vcpu *vcpu)
{
	u64 cptr = read_sysreg(cptr_el2);

	write_sysreg(cptr | CPTR_FPEN, cptr_el2);
	isb();
	zxvm_fpsimd_save(&vcpu->arch.fp.regs);
	write_sysreg(cptr, cptr_el2);
	isb();
	vcpu->arch.fp.live = false;
	vcpu->arch.ctx.cptr &= ~CPTR_FPEN;
}
