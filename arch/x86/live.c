// SPDX-License-Identifier: GPL-2.0
/*
 * Registers that neither the VMCS nor the VMCB has: CR2, the FPU and what
 * XSAVE knows, the debug registers.
 *
 * While interrupts are off the guest's CR2 and FPU registers may stay in the
 * CPU from one run to the next. What was in the FPU registers before, be it
 * the thread's or nobody's, is back before they go on: the kernel never knows.
 */
#include <linux/hw_breakpoint.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/special_insns.h>

#include "x86.h"

/* SDM vol. 1, 13.4.1: the area begins with what FXSAVE stores. */
#define FCW_RESET	0x037f
#define MXCSR_RESET	0x1f80

/* L0 to G3 of DR7; SDM vol. 3, 18.2.4 */
#define DR7_ENABLES	GENMASK(7, 0)

union area {
	struct fxregs_state fx;
	struct xregs_state x;
	u8 bytes[ZXVM_FPU_AREA];
} __aligned(64);

/**
 * struct zxvm_fpu - areas for XSAVE or FXSAVE, aligned as the structure is
 * @guest: registers of the VCPU, while not live
 * @host: what the CPU had, while live
 */
struct zxvm_fpu {
	union area guest;
	union area host;
};

/**
 * zxvm_fpu_init() - a VCPU gets its area
 * @vcpu: the VCPU
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int zxvm_fpu_init(struct zxvm_vcpu *vcpu)
{
	vcpu->arch.fpu = kzalloc(roundup_pow_of_two(sizeof(struct zxvm_fpu)),
				 GFP_KERNEL_ACCOUNT);
	return vcpu->arch.fpu ? 0 : -ENOMEM;
}

/**
 * zxvm_fpu_destroy() - free it
 * @vcpu: the VCPU
 */
void zxvm_fpu_destroy(struct zxvm_vcpu *vcpu)
{
	kfree_sensitive(vcpu->arch.fpu);
	vcpu->arch.fpu = NULL;
}

/**
 * zxvm_fpu_reset() - the state after a reset; SDM vol. 3, table 10-1
 * @vcpu: not live
 * @xcr0: the guest's XCR0; what the host has not is left out
 */
void zxvm_fpu_reset(struct zxvm_vcpu *vcpu, u64 xcr0)
{
	struct zxvm_fpu *fpu = vcpu->arch.fpu;

	memset(&fpu->guest, 0, sizeof(fpu->guest));
	fpu->guest.fx.cwd = FCW_RESET;
	fpu->guest.fx.mxcsr = MXCSR_RESET;
	vcpu->arch.xcr0 = xcr0 & zxvm_host.xcr0;
}

static void save(union area *area)
{
	u64 mask = zxvm_host.xcr0;

	if (!mask)
		asm volatile("fxsave64 %0" : "=m" (area->fx));
	else
		asm volatile("xsave64 %0" : "+m" (area->x)
			     : "a" ((u32)mask), "d" ((u32)(mask >> 32))
			     : "memory");
}

/*
 * XSAVEOPT leaves alone what this CPU has not changed since it was restored
 * from the same area; SDM vol. 1, 13.9. Since then, another CPU must not have
 * written to it.
 */
static void save_changes(union area *area)
{
	u64 mask = zxvm_host.xcr0;

	if (static_cpu_has(X86_FEATURE_XSAVEOPT) && mask)
		asm volatile("xsaveopt64 %0" : "+m" (area->x)
			     : "a" ((u32)mask), "d" ((u32)(mask >> 32))
			     : "memory");
	else
		save(area);
}

/*
 * Some of AMD's CPUs leave the last instruction's and operand's addresses as
 * they are unless there is an exception: give them others. APM vol. 2, 11.4.4
 */
static __always_inline void forget_x87_addresses(void)
{
	static const s32 zero;

	if (static_cpu_has_bug(X86_BUG_FXSAVE_LEAK))
		asm volatile("fnclex\n\temms\n\tfildl %0" : : "m" (zero));
}

static void restore(union area *area)
{
	u64 mask = zxvm_host.xcr0;

	forget_x87_addresses();
	if (!mask)
		asm volatile("fxrstor64 %0" : : "m" (area->fx));
	else
		asm volatile("xrstor64 %0" : : "m" (area->x),
			     "a" ((u32)mask), "d" ((u32)(mask >> 32))
			     : "memory");
}

/* What a guest has switched off in XCR0 is its state all the same. */
static void fpu_load(struct zxvm_vcpu *vcpu)
{
	struct zxvm_fpu *fpu = vcpu->arch.fpu;

	save(&fpu->host);
	restore(&fpu->guest);
	if (vcpu->arch.xcr0 != zxvm_host.host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, vcpu->arch.xcr0);
}

static void fpu_save(struct zxvm_vcpu *vcpu)
{
	struct zxvm_fpu *fpu = vcpu->arch.fpu;

	if (vcpu->arch.xcr0 != zxvm_host.host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, zxvm_host.host_xcr0);
	save_changes(&fpu->guest);
	restore(&fpu->host);
}

/**
 * zxvm_set_xcr0() - the guest's XSETBV
 * @vcpu: live
 * @xcr0: a value that the guest may have
 *
 * Context: interrupts off.
 */
void zxvm_set_xcr0(struct zxvm_vcpu *vcpu, u64 xcr0)
{
	vcpu->arch.xcr0 = xcr0;
	xsetbv(XCR_XFEATURE_ENABLED_MASK, xcr0);
}

/**
 * zxvm_dr_load() - put the guest's DR0 to DR3 into the CPU, to stay there
 * until zxvm_arch_vcpu_irqs_on()
 * @vcpu: live
 *
 * Context: interrupts off.
 */
void zxvm_dr_load(struct zxvm_vcpu *vcpu)
{
	/* The host's breakpoints must not be at the guest's addresses. */
	if (unlikely(hw_breakpoint_active()))
		set_debugreg(ZXVM_DR7_RESET, 7);
	set_debugreg(vcpu->arch.dr[0], 0);
	set_debugreg(vcpu->arch.dr[1], 1);
	set_debugreg(vcpu->arch.dr[2], 2);
	set_debugreg(vcpu->arch.dr[3], 3);
	vcpu->arch.dr_live = true;
	zxvm_vendor->intercept_dr(vcpu, false);
}

/* An interrupt handler may set the host's breakpoints. */
static void dr_save(struct zxvm_vcpu *vcpu)
{
	if (likely(!vcpu->arch.dr_live))
		return;
	get_debugreg(vcpu->arch.dr[0], 0);
	get_debugreg(vcpu->arch.dr[1], 1);
	get_debugreg(vcpu->arch.dr[2], 2);
	get_debugreg(vcpu->arch.dr[3], 3);
	vcpu->arch.dr_live = false;
	vcpu->arch.dr_armed = zxvm_get(vcpu, ZXVM_DR7) & DR7_ENABLES;
	zxvm_vendor->intercept_dr(vcpu, true);
}

/**
 * zxvm_live_begin() - a stretch of runs begins
 * @vcpu: loaded, not live
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME; ZXVM_RUN_SLOW to set the clock first; or
 * ZXVM_RUN_STATUS if the hardware is not ours.
 */
enum zxvm_run zxvm_live_begin(struct zxvm_vcpu *vcpu)
{
	int ret;

	if (unlikely(vcpu->arch.clock_late || !zxvm_host.stable_tsc) &&
	    zxvm_clock_stale(vcpu)) {
		vcpu->arch.slow = ZXVM_SLOW_CLOCK;
		return ZXVM_RUN_SLOW;
	}
	ret = zxvm_own_begin();
	if (unlikely(ret)) {
		vcpu->exit.status = ret;
		return ZXVM_RUN_STATUS;
	}
	vcpu->arch.copied = false;
	native_write_cr2(vcpu->arch.cr2);
	fpu_load(vcpu);
	vcpu->arch.live = true;
	if (unlikely(vcpu->arch.dr_armed))
		zxvm_dr_load(vcpu);
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_arch_vcpu_irqs_on() - see zxvm/arch.h
 * @vcpu: the VCPU
 * @run: what is left to do
 */
void zxvm_arch_vcpu_irqs_on(struct zxvm_vcpu *vcpu, enum zxvm_run run)
{
	if (!vcpu->arch.live)
		return;
	/* Now, while the VMCS is at hand; a page fault will not need it. */
	if (run != ZXVM_RUN_MEM && run != ZXVM_RUN_FAULT)
		zxvm_copy_state(vcpu);
	vcpu->arch.live = false;
	fpu_save(vcpu);
	vcpu->arch.cr2 = native_read_cr2();
	dr_save(vcpu);
	/* Each exit has cleared DR7. SDM vol. 3, 28.5.1; APM vol. 2, 15.6 */
	if (unlikely(hw_breakpoint_active()))
		hw_breakpoint_restore();
	zxvm_own_end();
}
