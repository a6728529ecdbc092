// SPDX-License-Identifier: GPL-2.0
/*
 * The GICv3 CPU interface: list registers and the ICH_* registers around
 * them. IHI 0069, 9.
 *
 * Nothing is touched for a VCPU without interrupts: the list registers stay
 * empty and ICH_HCR_EL2 stays 0 from one run to the next.
 */
#include <linux/spinlock.h>

#include <asm/barrier.h>

#include "arm64.h"
#include "sysfields.h"

#define TIMER_INTID	27

/* The register's number is part of the instruction: no loop can do this. */
static void save_lrs(u64 *lr, unsigned int used)
{
	if (!used)
		return;
	lr[0] = read_sysreg_s(SYS_ICH_LR0_EL2);
	if (used == 1)
		return;
	lr[1] = read_sysreg_s(SYS_ICH_LR1_EL2);
	if (used == 2)
		return;
	lr[2] = read_sysreg_s(SYS_ICH_LR2_EL2);
	if (used == 3)
		return;
	lr[3] = read_sysreg_s(SYS_ICH_LR3_EL2);
	if (used == 4)
		return;
	lr[4] = read_sysreg_s(SYS_ICH_LR4_EL2);
	if (used == 5)
		return;
	lr[5] = read_sysreg_s(SYS_ICH_LR5_EL2);
	if (used == 6)
		return;
	lr[6] = read_sysreg_s(SYS_ICH_LR6_EL2);
	if (used == 7)
		return;
	lr[7] = read_sysreg_s(SYS_ICH_LR7_EL2);
	if (used == 8)
		return;
	lr[8] = read_sysreg_s(SYS_ICH_LR8_EL2);
	if (used == 9)
		return;
	lr[9] = read_sysreg_s(SYS_ICH_LR9_EL2);
	if (used == 10)
		return;
	lr[10] = read_sysreg_s(SYS_ICH_LR10_EL2);
	if (used == 11)
		return;
	lr[11] = read_sysreg_s(SYS_ICH_LR11_EL2);
	if (used == 12)
		return;
	lr[12] = read_sysreg_s(SYS_ICH_LR12_EL2);
	if (used == 13)
		return;
	lr[13] = read_sysreg_s(SYS_ICH_LR13_EL2);
	if (used == 14)
		return;
	lr[14] = read_sysreg_s(SYS_ICH_LR14_EL2);
	if (used == 15)
		return;
	lr[15] = read_sysreg_s(SYS_ICH_LR15_EL2);
}

static void load_lrs(const u64 *lr, unsigned int used)
{
	if (!used)
		return;
	write_sysreg_s(lr[0], SYS_ICH_LR0_EL2);
	if (used == 1)
		return;
	write_sysreg_s(lr[1], SYS_ICH_LR1_EL2);
	if (used == 2)
		return;
	write_sysreg_s(lr[2], SYS_ICH_LR2_EL2);
	if (used == 3)
		return;
	write_sysreg_s(lr[3], SYS_ICH_LR3_EL2);
	if (used == 4)
		return;
	write_sysreg_s(lr[4], SYS_ICH_LR4_EL2);
	if (used == 5)
		return;
	write_sysreg_s(lr[5], SYS_ICH_LR5_EL2);
	if (used == 6)
		return;
	write_sysreg_s(lr[6], SYS_ICH_LR6_EL2);
	if (used == 7)
		return;
	write_sysreg_s(lr[7], SYS_ICH_LR7_EL2);
	if (used == 8)
		return;
	write_sysreg_s(lr[8], SYS_ICH_LR8_EL2);
	if (used == 9)
		return;
	write_sysreg_s(lr[9], SYS_ICH_LR9_EL2);
	if (used == 10)
		return;
	write_sysreg_s(lr[10], SYS_ICH_LR10_EL2);
	if (used == 11)
		return;
	write_sysreg_s(lr[11], SYS_ICH_LR11_EL2);
	if (used == 12)
		return;
	write_sysreg_s(lr[12], SYS_ICH_LR12_EL2);
	if (used == 13)
		return;
	write_sysreg_s(lr[13], SYS_ICH_LR13_EL2);
	if (used == 14)
		return;
	write_sysreg_s(lr[14], SYS_ICH_LR14_EL2);
	if (used == 15)
		return;
	write_sysreg_s(lr[15], SYS_ICH_LR15_EL2);
}

static void load_aprs(const u32 *apr)
{
	if (zxvm_host.nr_aprs > 2) {
		write_sysreg_s(apr[3], SYS_ICH_AP0R3_EL2);
		write_sysreg_s(apr[7], SYS_ICH_AP1R3_EL2);
		write_sysreg_s(apr[2], SYS_ICH_AP0R2_EL2);
		write_sysreg_s(apr[6], SYS_ICH_AP1R2_EL2);
	}
	if (zxvm_host.nr_aprs > 1) {
		write_sysreg_s(apr[1], SYS_ICH_AP0R1_EL2);
		write_sysreg_s(apr[5], SYS_ICH_AP1R1_EL2);
	}
	write_sysreg_s(apr[0], SYS_ICH_AP0R0_EL2);
	write_sysreg_s(apr[4], SYS_ICH_AP1R0_EL2);
}

static void save_aprs(u32 *apr)
{
	if (zxvm_host.nr_aprs > 2) {
		apr[3] = read_sysreg_s(SYS_ICH_AP0R3_EL2);
		apr[7] = read_sysreg_s(SYS_ICH_AP1R3_EL2);
		apr[2] = read_sysreg_s(SYS_ICH_AP0R2_EL2);
		apr[6] = read_sysreg_s(SYS_ICH_AP1R2_EL2);
	}
	if (zxvm_host.nr_aprs > 1) {
		apr[1] = read_sysreg_s(SYS_ICH_AP0R1_EL2);
		apr[5] = read_sysreg_s(SYS_ICH_AP1R1_EL2);
	}
	apr[0] = read_sysreg_s(SYS_ICH_AP0R0_EL2);
	apr[4] = read_sysreg_s(SYS_ICH_AP1R0_EL2);
}

/**
 * zxvm_vgic_load() - put the VCPU's CPU interface into the CPU
 * @vcpu: the VCPU
 *
 * Context: preemption off, interrupts on.
 */
void zxvm_vgic_load(struct zxvm_vcpu *vcpu)
{
	const struct vgic_cpu *cpu = &vcpu->arch.vgic;
	bool line = cpu->private[TIMER_INTID].line;

	write_sysreg_s(SRE_ALL, SYS_ICC_SRE_EL1);
	isb();
	write_sysreg_s(cpu->vmcr, SYS_ICH_VMCR_EL2);
	load_aprs(cpu->apr);
	if (line || __this_cpu_read(zxvm_timer_active))
		zxvm_ppi_set_timer_active(line);
}

/**
 * zxvm_vgic_put() - take it out
 * @vcpu: the VCPU
 *
 * Context: preemption off; the runqueue may be locked, so vgic->lock may not
 * be taken.
 */
void zxvm_vgic_put(struct zxvm_vcpu *vcpu)
{
	struct vgic_cpu *cpu = &vcpu->arch.vgic;

	cpu->vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	save_aprs(cpu->apr);
}

/* Does the timer of the VCPU that is loaded ask for an interrupt? */
static bool timer_asserted(void)
{
	u32 ctl = read_sysreg_s(SYS_CNTV_CTL_EL02);

	return (ctl & (CNTV_ENABLE | CNTV_IMASK | CNTV_ISTATUS)) ==
	       (CNTV_ENABLE | CNTV_ISTATUS);
}

/*
 * The guest has stopped its timer before it took the interrupt: the line falls,
 * and the physical interrupt has to be set free: true.
 */
static bool withdraw_timer(struct vgic_cpu *cpu)
{
	const struct vgic_irq *timer = &cpu->private[TIMER_INTID];

	if (!timer->line || timer->active || timer_asserted())
		return false;
	vgic_set_line(cpu->vgic, cpu, TIMER_INTID, false);
	return true;
}

/**
 * zxvm_vgic_enter() - offer the pending interrupts to the guest
 * @vcpu: loaded; there is something in its list
 *
 * Context: interrupts off.
 */
void zxvm_vgic_enter(struct zxvm_vcpu *vcpu)
{
	struct vgic_cpu *cpu = &vcpu->arch.vgic;
	bool withdrawn;

	raw_spin_lock(&cpu->vgic->lock);
	withdrawn = withdraw_timer(cpu);
	vgic_fill_lrs(cpu);
	raw_spin_unlock(&cpu->vgic->lock);
	if (withdrawn)
		zxvm_ppi_set_timer_active(false);
	load_lrs(cpu->lr, cpu->used_lrs);
	write_sysreg_s(cpu->hcr, SYS_ICH_HCR_EL2);
}

/**
 * zxvm_vgic_leave() - see what the guest did with them
 * @vcpu: loaded, has just run with list registers in use
 *
 * Context: interrupts off.
 */
void zxvm_vgic_leave(struct zxvm_vcpu *vcpu)
{
	static const u64 no_lrs[VGIC_MAX_LRS];
	struct vgic_cpu *cpu = &vcpu->arch.vgic;
	unsigned int used = cpu->used_lrs;

	save_lrs(cpu->lr, used);
	if (cpu->hcr & VGIC_HCR_LRENPIE)
		cpu->hcr = read_sysreg_s(SYS_ICH_HCR_EL2);
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	load_lrs(no_lrs, used);
	raw_spin_lock(&cpu->vgic->lock);
	zxvm_vgic_kick(cpu->vgic, vgic_fold_lrs(cpu));
	raw_spin_unlock(&cpu->vgic->lock);
	/* Where the line has fallen the guest has deactivated both halves. */
	__this_cpu_write(zxvm_timer_active, cpu->private[TIMER_INTID].line);
}

/**
 * zxvm_vgic_take_timer() - an interrupt has ended the run: was it the timer's?
 * @vcpu: loaded
 *
 * Its physical interrupt is made active without being taken, by a store to
 * the redistributor, which spares the way through the host's interrupt code.
 * Should another interrupt be pending as well, it ends the next run before
 * the guest gets anywhere; D1.3.6.
 *
 * Context: interrupts off.
 * Return: true if the timer's line has risen.
 */
bool zxvm_vgic_take_timer(struct zxvm_vcpu *vcpu)
{
	if (vcpu->arch.vgic.private[TIMER_INTID].line || !timer_asserted())
		return false;
	zxvm_ppi_set_timer_active(true);
	zxvm_vgic_timer_fired(vcpu);
	return true;
}

/**
 * zxvm_vgic_runnable() - is there an interrupt that ends a WFI at once?
 * @vcpu: loaded
 *
 * Context: interrupts off.
 * Return: true if there is.
 */
bool zxvm_vgic_runnable(struct zxvm_vcpu *vcpu)
{
	struct vgic_cpu *cpu = &vcpu->arch.vgic;
	bool pending, withdrawn;

	if (hlist_empty(&cpu->list))
		return false;
	cpu->vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	raw_spin_lock(&cpu->vgic->lock);
	withdrawn = withdraw_timer(cpu);
	pending = vgic_cpu_pending(cpu);
	raw_spin_unlock(&cpu->vgic->lock);
	if (withdrawn)
		zxvm_ppi_set_timer_active(false);
	return pending;
}
