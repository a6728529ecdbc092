/* SPDX-License-Identifier: GPL-2.0 */
/*
 * arm64: the types and constants that the core's contract (zxvm/arch.h) asks
 * an architecture for.
 */
#ifndef ZXVM_ARM64_ARCH_TYPES_H
#define ZXVM_ARM64_ARCH_TYPES_H

#include <linux/bits.h>
#include <linux/hrtimer.h>
#include <linux/percpu.h>
#include <linux/types.h>

#include <asm/ptrace.h>

#include <uapi/linux/zxvm.h>

#include "stage2.h"
#include "vgic/state.h"

#define ZXVM_ARCH_ASPACE_SIZE	BIT_ULL(STAGE2_IPA_BITS)
#define ZXVM_ARCH_BLOCK_SIZES	{ STAGE2_BLOCK_SIZE }
#define ZXVM_ARCH_HAS_IO	0
#define ZXVM_ARCH_HAS_RESAMPLE	0
#define ZXVM_ARCH_HAS_LEAVE	0

#define zxvm_arch_state		zxvm_vcpu_state_arm64

/*
 * Exits are counted and traced by exception class, ESR_EL2.EC; interrupts and
 * SErrors come behind those.
 */
#define ZXVM_ARCH_EXIT_IRQ	64
#define ZXVM_ARCH_EXIT_FIQ	65
#define ZXVM_ARCH_EXIT_SERROR	66
#define ZXVM_ARCH_EXITS		67

const char *zxvm_arch_exit_name(u32 code);

/**
 * struct zxvm_arch_pt - a guest's second-stage table and its TLB tag
 * @s2: the table
 * @baddr: VTTBR_EL2.BADDR: where @s2 begins
 * @vmid: the VMID in bits 15:0, its generation above
 * @last_vcpu: index of the VCPU that ran last on each CPU: TLB entries of the
 *	first stage are tagged by VMID alone
 */
struct zxvm_arch_pt {
	struct stage2 s2;
	u64 baddr;
	u64 vmid;
	u8 __percpu *last_vcpu;
};

/**
 * struct zxvm_arch_guest - the arm64 part of a guest
 * @vgic: its interrupts
 * @cntvoff: CNTVOFF_EL2: its virtual counter starts at 0
 */
struct zxvm_arch_guest {
	struct vgic vgic;
	u64 cntvoff;
};

/**
 * struct zxvm_ctx - what the world switch needs, by fixed offsets
 * @x: x0 to x30, in the VCPU page
 * @pc: ELR_EL2
 * @pstate: SPSR_EL2
 * @sp_el0: SP_EL0
 * @hcr: HCR_EL2 while the guest runs
 * @cptr: CPTR_EL2 while the guest runs
 * @esr: ESR_EL2 of the last synchronous exit
 * @far: FAR_EL2 of it
 * @hpfar: HPFAR_EL2 of it
 */
struct zxvm_ctx {
	u64 *x;
	u64 pc;
	u64 pstate;
	u64 sp_el0;
	u64 hcr;
	u64 cptr;
	u64 esr;
	u64 far;
	u64 hpfar;
};

/**
 * struct zxvm_el1 - registers of the guest that stay in the CPU while the
 * VCPU is loaded, named as in the Arm ARM
 */
struct zxvm_el1 {
	u64 sctlr;
	u64 cpacr;
	u64 ttbr0;
	u64 ttbr1;
	u64 tcr;
	u64 mair;
	u64 amair;
	u64 vbar;
	u64 esr;
	u64 far;
	u64 afsr0;
	u64 afsr1;
	u64 contextidr;
	u64 cntkctl;
	u64 elr;
	u64 spsr;
	u64 sp;
	u64 par;
	u64 tpidr;
	u64 csselr;
	u64 tpidr_el0;
	u64 tpidrro_el0;
};

/**
 * struct zxvm_host - registers of the host that a loaded VCPU displaces
 */
struct zxvm_host {
	u64 mdcr;
	u64 mdscr;
	u64 cnthctl;
	u64 hcrx;
	u64 hfgrtr;
	u64 hfgwtr;
	u64 tpidr_el0;
	u64 tpidrro_el0;
};

/**
 * struct zxvm_timer - the virtual timer of a VCPU that is not loaded
 * @ctl: CNTV_CTL_EL0
 * @cval: CNTV_CVAL_EL0
 * @wakeup: ends the VCPU's sleep when the timer expires
 */
struct zxvm_timer {
	u32 ctl;
	u64 cval;
	struct hrtimer wakeup;
};

/**
 * struct zxvm_fp - FP and SIMD registers of a VCPU, switched lazily
 * @regs: while they are not in the CPU
 * @claimed: the thread's own registers are saved, on this CPU, since load
 * @live: the CPU has the guest's; only while interrupts are off
 */
struct zxvm_fp {
	struct user_fpsimd_state regs;
	bool claimed;
	bool live;
};

/* What zxvm_arch_vcpu_slow() has to do */
enum zxvm_slow {
	ZXVM_SLOW_VMID,		/* get a VMID */
	ZXVM_SLOW_FP,		/* claim the FP registers */
	ZXVM_SLOW_CLEAN,	/* write guest memory back to the PoC */
	ZXVM_SLOW_CPU_ON,	/* PSCI CPU_ON */
	ZXVM_SLOW_AFFINITY,	/* PSCI AFFINITY_INFO */
};

/* struct zxvm_power.state, as AFFINITY_INFO reports it */
#define ZXVM_POWER_ON		0
#define ZXVM_POWER_OFF		1
#define ZXVM_POWER_ON_PENDING	2

/**
 * struct zxvm_power - PSCI power state of a VCPU; needs an irqchip
 * @state: ZXVM_POWER_*
 * @entry: PC of a VCPU in state ON_PENDING
 * @context: its x0
 */
struct zxvm_power {
	int state;
	u64 entry;
	u64 context;
};

/**
 * struct zxvm_arch_vcpu - the arm64 part of a VCPU
 * @ctx: for the world switch
 * @el1: while not loaded
 * @host: while loaded
 * @vgic: its interrupts
 * @timer: its virtual timer
 * @power: its PSCI state
 * @fp: its FP and SIMD registers
 * @mpidr: VMPIDR_EL2
 * @vmid: that VTTBR_EL2 was loaded with
 * @slow: what a ZXVM_RUN_SLOW exit is about
 */
struct zxvm_arch_vcpu {
	struct zxvm_ctx ctx;
	struct zxvm_el1 el1;
	struct zxvm_host host;
	struct vgic_cpu vgic;
	struct zxvm_timer timer;
	struct zxvm_power power;
	struct zxvm_fp fp;
	u64 mpidr;
	u64 vmid;
	enum zxvm_slow slow;
};

#endif /* ZXVM_ARM64_ARCH_TYPES_H */
