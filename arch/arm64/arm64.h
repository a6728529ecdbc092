/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of arch/arm64 offer each other.
 */
#ifndef ZXVM_ARM64_ARM64_H
#define ZXVM_ARM64_ARM64_H

#include <linux/types.h>

#include <asm/esr.h>
#include <asm/sysreg.h>

#include "arch.h"
#include "sysfields.h"
#include "vcpu.h"

/* Numbers of general registers in a syndrome: 31 is XZR */
#define ZXVM_XZR	31

/**
 * zxvm_get_x() - read a general register, once
 * @vcpu: not in the guest
 * @reg: 0 to 31
 *
 * The registers are in the VCPU page, where user space can change them at any
 * time.
 *
 * Return: its value; 0 for XZR.
 */
static inline u64 zxvm_get_x(const struct zxvm_vcpu *vcpu, unsigned int reg)
{
	return reg < ZXVM_XZR ? READ_ONCE(vcpu->arch.ctx.x[reg]) : 0;
}

/**
 * zxvm_set_x() - write a general register
 * @vcpu: not in the guest
 * @reg: 0 to 31; XZR ignores it
 * @value: the value
 */
static inline void zxvm_set_x(struct zxvm_vcpu *vcpu, unsigned int reg,
			      u64 value)
{
	if (reg < ZXVM_XZR)
		WRITE_ONCE(vcpu->arch.ctx.x[reg], value);
}

static inline struct zxvm_vcpu *zxvm_vgic_to_vcpu(struct vgic_cpu *cpu)
{
	return container_of(cpu, struct zxvm_vcpu, arch.vgic);
}

/**
 * struct zxvm_arm64_host - what was found out about the host at load
 * @vtcr: VTCR_EL2 of every guest
 * @vmid_bits: 8 or 16
 * @tlb_range: FEAT_TLBIRANGE
 * @hcx: FEAT_HCX
 * @hide_sme: FEAT_SME, and FEAT_FGT, which SME needs, to trap its registers
 * @dic: CTR_EL0.DIC: instruction fetches see stores without maintenance
 * @aarch32_el0: EL0 can be in AArch32 state, on every CPU
 * @dcache_line: smallest data cache line, in bytes
 * @nr_lrs: list registers
 * @nr_aprs: active priorities registers of a group
 * @counter_rate: CNTFRQ_EL0
 */
struct zxvm_arm64_host {
	u64 vtcr;
	u32 vmid_bits;
	bool tlb_range;
	bool hcx;
	bool hide_sme;
	bool dic;
	bool aarch32_el0;
	u32 dcache_line;
	u32 nr_lrs;
	u32 nr_aprs;
	u32 counter_rate;
};

extern struct zxvm_arm64_host zxvm_host;

/* The VCPU that is loaded on this CPU, or NULL */
DECLARE_PER_CPU(struct zxvm_vcpu *, zxvm_loaded);

/* sysreg.c, idregs.c, psci.c, inject.c: how an exit is handled */
enum zxvm_run zxvm_handle_sysreg(struct zxvm_vcpu *vcpu,
				 struct zxvm_exit *exit);
void zxvm_init_id_regs(void);
u64 zxvm_id_reg(u32 sysreg);
enum zxvm_run zxvm_handle_hvc(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_handle_smc(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);
enum zxvm_run zxvm_psci_slow(struct zxvm_vcpu *vcpu);
void zxvm_psci_power_up(struct zxvm_vcpu *vcpu);
void zxvm_reset_vcpu(struct zxvm_vcpu *vcpu, u64 pc);
enum zxvm_run zxvm_inject_undef(struct zxvm_vcpu *vcpu);

/* timer.c */
void zxvm_timer_init(struct zxvm_vcpu *vcpu);
bool zxvm_timer_expired(const struct zxvm_vcpu *vcpu);
void zxvm_timer_sleep(struct zxvm_vcpu *vcpu);
void zxvm_timer_wake(struct zxvm_vcpu *vcpu);

/* fp.c */
void zxvm_fp_claim(struct zxvm_vcpu *vcpu);
enum zxvm_run zxvm_handle_fp(struct zxvm_vcpu *vcpu);
void zxvm_fp_save(struct zxvm_vcpu *vcpu);

/* vmid.c; the low bits of the generation are 0 */
#define ZXVM_VMID_GENERATION_SHIFT	16

extern u64 zxvm_vmid_generation;

/**
 * zxvm_vmid_current() - is a VMID of the present generation?
 * @vmid: with its generation
 *
 * Context: any; true holds while interrupts are off, or until the guest is
 * interrupted.
 * Return: false if zxvm_vmid_renew() has to be called before the guest runs.
 */
static inline bool zxvm_vmid_current(u64 vmid)
{
	return !((vmid ^ READ_ONCE(zxvm_vmid_generation)) >>
		 ZXVM_VMID_GENERATION_SHIFT);
}

/**
 * zxvm_vttbr() - VTTBR_EL2 of a guest
 * @pt: the guest's table
 * @vmid: of the guest; its generation is of no matter
 *
 * Return: the table's address and the VMID.
 */
static inline u64 zxvm_vttbr(const struct zxvm_arch_pt *pt, u64 vmid)
{
	return pt->baddr | vmid << VTTBR_VMID_LSB;
}

void zxvm_vmid_renew(struct zxvm_arch_pt *pt);

/* mmu.c */
void zxvm_clean_guest_memory(struct zxvm_vmar *vmar);

/* ppi.c; the physical timer interrupt may be active on this CPU */
DECLARE_PER_CPU(bool, zxvm_timer_active);

int zxvm_ppi_init(void);
void zxvm_ppi_exit(void);
void zxvm_ppi_set_timer_active(bool active);

/* ppi_acpi.c */
#ifdef CONFIG_ACPI
unsigned int zxvm_acpi_timer_ppi(void);
unsigned int zxvm_acpi_maintenance_ppi(void);
#else
static inline unsigned int zxvm_acpi_timer_ppi(void)
{
	return 0;
}

static inline unsigned int zxvm_acpi_maintenance_ppi(void)
{
	return 0;
}
#endif

/* vhe/ */
u64 zxvm_vhe_enter(struct zxvm_ctx *ctx);
bool zxvm_vhe_translate(struct zxvm_vcpu *vcpu, u64 va, u64 *ipa);
void zxvm_vhe_flush_range(struct zxvm_arch_pt *pt, u64 start, u64 last,
			  u64 stride);
void zxvm_vhe_flush_all(void);
void zxvm_vhe_flush_local(void);
void zxvm_vhe_flush_stage1(struct zxvm_arch_pt *pt);
void zxvm_fpsimd_load(const struct user_fpsimd_state *state);
void zxvm_fpsimd_save(struct user_fpsimd_state *state);

/* vgic/ */
int zxvm_vgic_guest_init(struct zxvm_guest *guest,
			 const struct zxvm_guest_create *args);
void zxvm_vgic_guest_destroy(struct zxvm_guest *guest);
int zxvm_vgic_vcpu_init(struct zxvm_vcpu *vcpu);
void zxvm_vgic_vcpu_destroy(struct zxvm_vcpu *vcpu);
void zxvm_vgic_load(struct zxvm_vcpu *vcpu);
void zxvm_vgic_put(struct zxvm_vcpu *vcpu);
void zxvm_vgic_enter(struct zxvm_vcpu *vcpu);
void zxvm_vgic_leave(struct zxvm_vcpu *vcpu);
bool zxvm_vgic_runnable(struct zxvm_vcpu *vcpu);
bool zxvm_vgic_pending(struct zxvm_vcpu *vcpu);
void zxvm_vgic_kick(struct vgic *vgic, u64 mask);
bool zxvm_vgic_take_timer(struct zxvm_vcpu *vcpu);
void zxvm_vgic_timer_fired(struct zxvm_vcpu *vcpu);
void zxvm_vgic_send_sgi(struct zxvm_vcpu *vcpu, u64 sgir);
bool zxvm_vgic_mmio(struct zxvm_vcpu *vcpu, struct zxvm_exit *exit);

#endif /* ZXVM_ARM64_ARM64_H */
