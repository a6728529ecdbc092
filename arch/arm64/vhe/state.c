// SPDX-License-Identifier: GPL-2.0
/*
 * Registers that a loaded VCPU keeps in the CPU (VHE).
 *
 * The host runs at EL2 with its own registers, so the guest's EL1 registers
 * can stay where they are from one run to the next. They go out and in with
 * the thread. What EL0 shares between host and guest (TPIDR_EL0 and the like)
 * and the controls that the host does not feel at EL2 move with them.
 */
#include <linux/build_bug.h>
#include <linux/stddef.h>

#include "arm64.h"
#include "sysfields.h"

static_assert(offsetof(struct zxvm_ctx, x) == 0);
static_assert(offsetof(struct zxvm_ctx, pc) == 8);
static_assert(offsetof(struct zxvm_ctx, pstate) == 16);
static_assert(offsetof(struct zxvm_ctx, sp_el0) == 24);
static_assert(offsetof(struct zxvm_ctx, hcr) == 32);
static_assert(offsetof(struct zxvm_ctx, cptr) == 40);
static_assert(offsetof(struct zxvm_ctx, esr) == 48);
static_assert(offsetof(struct zxvm_ctx, far) == 56);
static_assert(offsetof(struct zxvm_ctx, hpfar) == 64);

/* Two registers with one access to memory: the compiler makes it LDP or STP. */
#define load_pair(a, reg_a, b, reg_b) do {	\
	u64 first = (a), second = (b);		\
						\
	asm("" : "+r" (first), "+r" (second));	\
	write_sysreg_s(first, reg_a);		\
	write_sysreg_s(second, reg_b);		\
} while (0)

#define save_pair(a, reg_a, b, reg_b) do {	\
	u64 first = read_sysreg_s(reg_a);	\
	u64 second = read_sysreg_s(reg_b);	\
						\
	(a) = first;				\
	(b) = second;				\
} while (0)

#define move_pair(load, ...) do {		\
	if (load)				\
		load_pair(__VA_ARGS__);		\
	else					\
		save_pair(__VA_ARGS__);		\
} while (0)

static __always_inline void move_el1(struct zxvm_el1 *el1, bool load)
{
	move_pair(load, el1->sctlr, SYS_SCTLR_EL12, el1->cpacr, SYS_CPACR_EL12);
	move_pair(load, el1->ttbr0, SYS_TTBR0_EL12, el1->ttbr1, SYS_TTBR1_EL12);
	move_pair(load, el1->tcr, SYS_TCR_EL12, el1->mair, SYS_MAIR_EL12);
	move_pair(load, el1->amair, SYS_AMAIR_EL12, el1->vbar, SYS_VBAR_EL12);
	move_pair(load, el1->esr, SYS_ESR_EL12, el1->far, SYS_FAR_EL12);
	move_pair(load, el1->afsr0, SYS_AFSR0_EL12, el1->afsr1, SYS_AFSR1_EL12);
	move_pair(load, el1->contextidr, SYS_CONTEXTIDR_EL12,
		  el1->cntkctl, SYS_CNTKCTL_EL12);
	move_pair(load, el1->elr, SYS_ELR_EL12, el1->spsr, SYS_SPSR_EL12);
	move_pair(load, el1->sp, SYSREG_SP_EL1, el1->par, SYS_PAR_EL1);
	move_pair(load, el1->tpidr, SYS_TPIDR_EL1, el1->csselr, SYS_CSSELR_EL1);
	move_pair(load, el1->tpidr_el0, SYS_TPIDR_EL0,
		  el1->tpidrro_el0, SYS_TPIDRRO_EL0);
}

static void load_el1(struct zxvm_el1 *el1)
{
	move_el1(el1, true);
}

static void save_el1(struct zxvm_el1 *el1)
{
	move_el1(el1, false);
}

/*
 * PMU, trace, profiling and debug registers trap; the host's breakpoints do
 * not fire in the guest. The physical counter can be read, the physical timer
 * traps. The features that HCRX_EL2 enables are hidden, and so is SME, whose
 * TPIDR2_EL0 and SMPRI_EL1 trap.
 */
static void load_controls(struct zxvm_vcpu *vcpu)
{
	struct zxvm_host *host = &vcpu->arch.host;

	save_pair(host->mdcr, SYSREG_MDCR_EL2, host->mdscr, SYS_MDSCR_EL1);
	host->cnthctl = read_sysreg(cnthctl_el2);
	save_pair(host->tpidr_el0, SYS_TPIDR_EL0,
		  host->tpidrro_el0, SYS_TPIDRRO_EL0);

	write_sysreg((host->mdcr & MDCR_HPMN) | MDCR_TPM | MDCR_TPMCR |
		     MDCR_TDA | MDCR_TDRA | MDCR_TDOSA | MDCR_TPMS | MDCR_TTRF,
		     mdcr_el2);
	write_sysreg(0, mdscr_el1);
	write_sysreg((host->cnthctl | CNTHCTL_EL1PCTEN_E2H) &
		     ~CNTHCTL_EL1PTEN_E2H, cnthctl_el2);
	if (zxvm_host.hcx) {
		host->hcrx = read_sysreg_s(SYSREG_HCRX_EL2);
		write_sysreg_s(0, SYSREG_HCRX_EL2);
	}
	if (zxvm_host.hide_sme) {
		host->hfgrtr = read_sysreg_s(SYSREG_HFGRTR_EL2);
		host->hfgwtr = read_sysreg_s(SYSREG_HFGWTR_EL2);
		write_sysreg_s(host->hfgrtr & ~(HFG_NSMPRI | HFG_NTPIDR2),
			       SYSREG_HFGRTR_EL2);
		write_sysreg_s(host->hfgwtr & ~(HFG_NSMPRI | HFG_NTPIDR2),
			       SYSREG_HFGWTR_EL2);
	}
	write_sysreg(vcpu->arch.mpidr, vmpidr_el2);
	write_sysreg(read_sysreg(midr_el1), vpidr_el2);
	write_sysreg(zxvm_host.vtcr, vtcr_el2);
}

static void put_controls(struct zxvm_vcpu *vcpu)
{
	const struct zxvm_host *host = &vcpu->arch.host;

	load_pair(host->mdcr, SYSREG_MDCR_EL2, host->mdscr, SYS_MDSCR_EL1);
	write_sysreg(host->cnthctl, cnthctl_el2);
	load_pair(host->tpidr_el0, SYS_TPIDR_EL0,
		  host->tpidrro_el0, SYS_TPIDRRO_EL0);
	if (zxvm_host.hcx)
		write_sysreg_s(host->hcrx, SYSREG_HCRX_EL2);
	if (zxvm_host.hide_sme) {
		write_sysreg_s(host->hfgrtr, SYSREG_HFGRTR_EL2);
		write_sysreg_s(host->hfgwtr, SYSREG_HFGWTR_EL2);
	}
}

static void load_stage2(struct zxvm_vcpu *vcpu)
{
	struct zxvm_arch_pt *pt = &vcpu->guest->vmar->pt;
	u8 *last = this_cpu_ptr(pt->last_vcpu);

	vcpu->arch.vmid = READ_ONCE(pt->vmid);
	write_sysreg(zxvm_vttbr(pt, vcpu->arch.vmid), vttbr_el2);
	isb();
	/* Two VCPUs of a guest share a VMID, but not their first stages. */
	if (*last != vcpu->index) {
		*last = vcpu->index;
		zxvm_vhe_flush_local();
	}
}

/**
 * zxvm_arch_vcpu_load() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_load(struct zxvm_vcpu *vcpu)
{
	__this_cpu_write(zxvm_loaded, vcpu);
	vcpu->arch.fp.claimed = false;
	zxvm_vgic_load(vcpu);
	load_controls(vcpu);
	load_el1(&vcpu->arch.el1);
	write_sysreg(vcpu->guest->arch.cntvoff, cntvoff_el2);
	write_sysreg_s(vcpu->arch.timer.cval, SYS_CNTV_CVAL_EL02);
	load_stage2(vcpu);
	/* Its ISB was between: the timer is not on with an old time. */
	write_sysreg_s(vcpu->arch.timer.ctl, SYS_CNTV_CTL_EL02);
}

/**
 * zxvm_arch_vcpu_put() - see zxvm/arch.h
 * @vcpu: the VCPU
 */
void zxvm_arch_vcpu_put(struct zxvm_vcpu *vcpu)
{
	vcpu->arch.timer.ctl = read_sysreg_s(SYS_CNTV_CTL_EL02);
	vcpu->arch.timer.cval = read_sysreg_s(SYS_CNTV_CVAL_EL02);
	write_sysreg_s(0, SYS_CNTV_CTL_EL02);
	save_el1(&vcpu->arch.el1);
	put_controls(vcpu);
	write_sysreg(0, vttbr_el2);
	isb();
	zxvm_vgic_put(vcpu);
	__this_cpu_write(zxvm_loaded, NULL);
}
