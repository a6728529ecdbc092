// SPDX-License-Identifier: GPL-2.0
/*
 * Registers that neither the VMCS nor the VMCB has: CR2, the FPU and what
 * XSAVE knows, the debug registers.
 *
 * While interrupts are off the guest's CR2 and FPU registers may stay in the
 * CPU from one run to the next. Before they go on they are saved: an
 * interrupt handler may use the FPU. The thread's own registers are saved by
 * the kernel: a kernel_fpu section does that, and they come back on the way
 * to user space.
 */
#include <linux/hw_breakpoint.h>
#include <linux/log2.h>
#include <linux/slab.h>

#include <asm/cpufeature.h>
#include <asm/debugreg.h>
#include <asm/fpu/api.h>
#include <asm/fpu/types.h>
#include <asm/fpu/xcr.h>
#include <asm/special_insns.h>

#include "x86.h"

/* SDM vol. 1, 13.4.1: the area begins with what FXSAVE stores. */
#define FCW_RESET	0x037f
#define MXCSR_RESET	0x1f80

/**
 * struct zxvm_fpu - the FPU registers of a VCPU
 * @host_pkru: PKRU of the thread, while live
 * @area: for XSAVE or FXSAVE; 64-byte aligned as the structure is
 */
struct zxvm_fpu {
	union {
		struct fxregs_state fx;
		struct xregs_state x;
		u8 bytes[ZXVM_FPU_AREA];
	} area __aligned(64);
	u32 host_pkru;
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

	memset(&fpu->area, 0, sizeof(fpu->area));
	fpu->area.fx.cwd = FCW_RESET;
	fpu->area.fx.mxcsr = MXCSR_RESET;
	vcpu->arch.xcr0 = xcr0 & zxvm_host.xcr0;
}

/**
 * zxvm_fpu_claim() - the CPU's FPU registers become nobody's
 *
 * The kernel forgets, too, that they might still be the thread's. FNINIT and
 * the default MXCSR are part of it: nothing of the host's is left in FIP and
 * its like.
 *
 * Context: preemption off, interrupts on.
 */
void zxvm_fpu_claim(void)
{
	kernel_fpu_begin_mask(KFPU_387 | KFPU_MXCSR);
	kernel_fpu_end();
}

static bool has_pkru(void)
{
	return zxvm_host.xcr0 & XFEATURE_MASK_PKRU;
}

static void fpu_load(struct zxvm_vcpu *vcpu)
{
	struct zxvm_fpu *fpu = vcpu->arch.fpu;
	u64 mask = zxvm_host.xcr0;

	if (!mask) {
		asm volatile("fxrstor64 %0" : : "m" (fpu->area.fx));
		return;
	}
	if (has_pkru())
		fpu->host_pkru = rdpkru();
	asm volatile("xrstor64 %0" : : "m" (fpu->area.x), "a" ((u32)mask),
		     "d" ((u32)(mask >> 32)) : "memory");
	if (vcpu->arch.xcr0 != zxvm_host.host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, vcpu->arch.xcr0);
}

static void fpu_save(struct zxvm_vcpu *vcpu)
{
	struct zxvm_fpu *fpu = vcpu->arch.fpu;
	u64 mask = zxvm_host.xcr0;

	if (!mask) {
		asm volatile("fxsave64 %0" : "=m" (fpu->area.fx));
		return;
	}
	/* What the guest has switched off in XCR0 is its state all the same. */
	if (vcpu->arch.xcr0 != zxvm_host.host_xcr0)
		xsetbv(XCR_XFEATURE_ENABLED_MASK, zxvm_host.host_xcr0);
	if (static_cpu_has(X86_FEATURE_XSAVEOPT))
		asm volatile("xsaveopt64 %0" : "+m" (fpu->area.x)
			     : "a" ((u32)mask), "d" ((u32)(mask >> 32))
			     : "memory");
	else
		asm volatile("xsave64 %0" : "+m" (fpu->area.x)
			     : "a" ((u32)mask), "d" ((u32)(mask >> 32))
			     : "memory");
	if (has_pkru())
		wrpkru(fpu->host_pkru);
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
 * zxvm_live_begin() - a stretch of runs begins
 * @vcpu: loaded, not live
 *
 * Context: interrupts off.
 * Return: ZXVM_RUN_RESUME, or ZXVM_RUN_STATUS if the hardware is not ours.
 */
enum zxvm_run zxvm_live_begin(struct zxvm_vcpu *vcpu)
{
	int ret = zxvm_own_begin();

	if (unlikely(ret)) {
		vcpu->exit.status = ret;
		return ZXVM_RUN_STATUS;
	}
	native_write_cr2(vcpu->arch.cr2);
	fpu_load(vcpu);
	vcpu->arch.live = true;
	return ZXVM_RUN_RESUME;
}

/**
 * zxvm_arch_vcpu_irqs_on() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_irqs_on(struct zxvm_vcpu *vcpu)
{
	if (!vcpu->arch.live)
		return;
	vcpu->arch.live = false;
	fpu_save(vcpu);
	vcpu->arch.cr2 = native_read_cr2();
	/* Each exit has cleared DR7. SDM vol. 3, 28.5.1; APM vol. 2, 15.6 */
	if (unlikely(hw_breakpoint_active())) {
		zxvm_dr_save(vcpu);
		hw_breakpoint_restore();
	}
	zxvm_own_end();
}

/**
 * zxvm_dr_load() - put the guest's DR0 to DR3 into the CPU, to stay
 * @vcpu: loaded
 *
 * Context: interrupts off.
 */
void zxvm_dr_load(struct zxvm_vcpu *vcpu)
{
	set_debugreg(vcpu->arch.dr[0], 0);
	set_debugreg(vcpu->arch.dr[1], 1);
	set_debugreg(vcpu->arch.dr[2], 2);
	set_debugreg(vcpu->arch.dr[3], 3);
	vcpu->arch.dr_live = true;
	zxvm_vendor->intercept_dr(vcpu, false);
}

/**
 * zxvm_dr_save() - take them back, if they are there
 * @vcpu: loaded
 *
 * Context: preemption off.
 */
void zxvm_dr_save(struct zxvm_vcpu *vcpu)
{
	if (likely(!vcpu->arch.dr_live))
		return;
	get_debugreg(vcpu->arch.dr[0], 0);
	get_debugreg(vcpu->arch.dr[1], 1);
	get_debugreg(vcpu->arch.dr[2], 2);
	get_debugreg(vcpu->arch.dr[3], 3);
	vcpu->arch.dr_live = false;
	zxvm_vendor->intercept_dr(vcpu, true);
}
