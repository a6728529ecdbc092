/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The virtual GICv3 as a state machine: interrupts, list registers and the
 * registers of the distributor and the redistributors.
 *
 * Everything here is a pure function of the structures below: no hardware is
 * touched and no lock is taken, so that selftests/unit runs the same files in
 * user space. In the kernel every function needs vgic->lock, taken by vgic.c.
 *
 * Functions that may make an interrupt deliverable return the VCPUs that must
 * look again as a mask, one bit for each VCPU index; the caller kicks them.
 *
 * Names and rules are those of the GIC architecture specification, IHI 0069.
 */
#ifndef ZXVM_ARM64_VGIC_STATE_H
#define ZXVM_ARM64_VGIC_STATE_H

#include <linux/bits.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define VGIC_NR_SGIS		16
#define VGIC_NR_PRIVATE		32	/* SGIs and PPIs */
#define VGIC_MAX_SPIS		960
#define VGIC_MAX_LRS		16
#define VGIC_MAX_CPUS		64

/* Without an irqchip: a vector is a private interrupt, always enabled */
#define VGIC_NR_VECTORS		256
#define VGIC_PRIO_PRIVATE	0x00	/* vectors below 32 */
#define VGIC_PRIO_SHARED	0x10	/* the others */

/* The bits of a priority that exist, here and in every CPU interface */
#define VGIC_PRIO_MASK		0xf8

/* ICH_LR<n>_EL2 */
#define VGIC_LR_VINTID		GENMASK_ULL(31, 0)
#define VGIC_LR_PINTID		GENMASK_ULL(44, 32)
#define VGIC_LR_EOI		BIT_ULL(41)
#define VGIC_LR_PRIORITY	GENMASK_ULL(55, 48)
#define VGIC_LR_GROUP1		BIT_ULL(60)
#define VGIC_LR_HW		BIT_ULL(61)
#define VGIC_LR_PENDING		BIT_ULL(62)
#define VGIC_LR_ACTIVE		BIT_ULL(63)
#define VGIC_LR_STATE		(VGIC_LR_PENDING | VGIC_LR_ACTIVE)

/* ICH_HCR_EL2 */
#define VGIC_HCR_EN		BIT(0)
#define VGIC_HCR_LRENPIE	BIT(2)
#define VGIC_HCR_NPIE		BIT(3)
#define VGIC_HCR_EOICOUNT	GENMASK(31, 27)

/* ICH_VMCR_EL2 */
#define VGIC_VMCR_VENG1		BIT_ULL(1)
#define VGIC_VMCR_VFIQEN	BIT_ULL(3)
#define VGIC_VMCR_VPMR		GENMASK_ULL(31, 24)

/**
 * struct vgic_irq - one interrupt, private to a VCPU or shared
 * @node: in the list of its VCPU while it is pending and enabled, or active
 * @intid: its number
 * @priority: as the guest wrote it; the CPU interface implements 5 bits
 * @cpu: index of the VCPU that it goes to; %VGIC_MAX_CPUS: to nobody
 * @owner: index of the VCPU whose list it is in
 * @enabled: by GICD_ISENABLER or GICR_ISENABLER0
 * @group1: in group 1; only group 1 is ever delivered
 * @edge: edge-triggered by GICD_ICFGR or GICR_ICFGR
 * @line: level of the input line
 * @latch: pending by an edge, by an SGI or by GICD_ISPENDR
 * @active: acknowledged and not deactivated
 * @hw: linked to the physical interrupt of the same number (the timer)
 * @in_lr: in a list register of @owner, from fill to fold
 * @lr_latch: the latch was handed to that list register as its pending state
 * @active_set: @active was written by the guest while in a list register
 * @route: GICD_IROUTER as the guest wrote it
 */
struct vgic_irq {
	struct hlist_node node;
	u64 route;
	u16 intid;
	u8 priority;
	u8 cpu;
	u8 owner;
	bool enabled : 1;
	bool group1 : 1;
	bool edge : 1;
	bool line : 1;
	bool latch : 1;
	bool active : 1;
	bool hw : 1;
	bool in_lr : 1;
	bool lr_latch : 1;
	bool active_set : 1;
};

/**
 * struct vgic_cpu - the interrupt state of one VCPU
 * @vgic: the guest's
 * @list: interrupts that are pending and enabled, or active, of this VCPU
 * @private: interrupts from INTID 0
 * @nr_private: how many
 * @index: of the VCPU in its guest
 * @mpidr: its affinity, as in GICR_TYPER and GICD_IROUTER
 * @waker_sleep: GICR_WAKER.ProcessorSleep as the guest wrote it
 * @used_lrs: list registers that hold something
 * @hcr: ICH_HCR_EL2 for the next entry; if it has %VGIC_HCR_LRENPIE, the
 *	register is read back after the run, for its EOIcount
 * @lr: ICH_LR<n>_EL2, before and after a run
 * @lr_irq: whose state is in @lr
 * @vmcr: ICH_VMCR_EL2 as it was when last read
 * @apr: ICH_AP0R<n>_EL2, then ICH_AP1R<n>_EL2
 */
struct vgic_cpu {
	struct vgic *vgic;
	struct hlist_head list;
	struct vgic_irq *private;
	u16 nr_private;
	u8 index;
	u8 used_lrs;
	bool waker_sleep;
	u32 hcr;
	u32 mpidr;
	u64 vmcr;
	u64 lr[VGIC_MAX_LRS];
	struct vgic_irq *lr_irq[VGIC_MAX_LRS];
	u32 apr[8];
};

/**
 * struct vgic - the interrupt controller of one guest
 * @lock: outermost of nothing: may be taken from hard interrupt context
 * @irqchip: the guest sees a distributor; without it every vector is
 *	enabled, edge-triggered, in group 1 and goes to its own VCPU
 * @enabled: GICD_CTLR.EnableGrp1A
 * @nr_lrs: list registers of the host, 1 to 16
 * @nr_spis: a multiple of 32
 * @dist_base: guest-physical address of the distributor, 64 KiB
 * @redist_base: of the first redistributor, 128 KiB for each of 64 VCPUs
 * @spis: @nr_spis interrupts from INTID 32
 * @cpus: by VCPU index; NULL where there is none, and at %VGIC_MAX_CPUS
 */
struct vgic {
	raw_spinlock_t lock;
	bool irqchip;
	bool enabled;
	u8 nr_lrs;
	u16 nr_spis;
	u64 dist_base;
	u64 redist_base;
	struct vgic_irq *spis;
	struct vgic_cpu *cpus[VGIC_MAX_CPUS + 1];
};

#define VGIC_DIST_SIZE		0x10000ULL
#define VGIC_REDIST_STRIDE	0x20000ULL

/* state.c */
void vgic_init_state(struct vgic *vgic);
void vgic_cpu_init_state(struct vgic_cpu *cpu);
u64 vgic_cpu_exit_state(struct vgic_cpu *cpu);
struct vgic_irq *vgic_get_irq(struct vgic *vgic, struct vgic_cpu *cpu,
			      u32 intid);
u64 vgic_irq_changed(struct vgic *vgic, struct vgic_irq *irq);
u64 vgic_set_line(struct vgic *vgic, struct vgic_cpu *cpu, u32 intid,
		  bool level);
u64 vgic_pulse(struct vgic *vgic, struct vgic_cpu *cpu, u32 intid);
u64 vgic_send_sgi(struct vgic *vgic, struct vgic_cpu *from, u64 sgir);
bool vgic_cpu_pending(const struct vgic_cpu *cpu);

/* lr.c */
void vgic_fill_lrs(struct vgic_cpu *cpu);
u64 vgic_fold_lrs(struct vgic_cpu *cpu);

/* dist.c and redist.c */
u64 vgic_dist_read(struct vgic *vgic, u32 offset, unsigned int size);
u64 vgic_dist_write(struct vgic *vgic, u32 offset, unsigned int size,
		    u64 value);
u64 vgic_redist_read(struct vgic_cpu *cpu, u32 offset, unsigned int size);
u64 vgic_redist_write(struct vgic_cpu *cpu, u32 offset, unsigned int size,
		      u64 value);

#endif /* ZXVM_ARM64_VGIC_STATE_H */
