/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A machine around the interrupt controller: CPU interfaces as the hardware
 * has them, VCPUs that enter, exit and sleep, guests that acknowledge and end
 * interrupts, devices, and the physical timer. Beside the state machine under
 * test runs a simple account of what each interrupt should be, and the two are
 * compared all the time.
 */
#ifndef ZXVM_UNIT_VGIC_MODEL_H
#define ZXVM_UNIT_VGIC_MODEL_H

#include "regs.h"
#include "state.h"
#include "test.h"

#define MODEL_CPUS	4
#define MODEL_SPIS	32
#define MODEL_IRQS	(VGIC_NR_PRIVATE + MODEL_SPIS)
#define TIMER		27
#define NOBODY		(-1)
#define MAX_DEPTH	32

/**
 * struct account - what an interrupt should be, by the architecture
 * @latch: pending, apart from the line
 * @handed: was the latch when it went into the list register of @held
 * @held: VCPU that had it in a list register, or active, when it entered
 * @active: with VCPU @active_on
 * @forced: made active by a register, not by the guest taking it
 * @owed: an edge, and the guest has not taken it since
 * @causes: edges so far
 * @acks: how often the guest has taken it
 */
struct account {
	u32 intid;
	int cpu;
	int route;
	u8 priority;
	bool enabled;
	bool group1;
	bool edge;
	bool hw;
	bool line;
	bool latch;
	bool handed;
	int held;
	bool active;
	int active_on;
	bool forced;
	int active_write;
	bool owed;
	u64 causes;
	u64 acks;
};

/**
 * struct model_cpu - a VCPU and the CPU it runs on
 * @running: between entry and exit
 * @asleep: in WFI
 * @kicked: has to exit
 * @maintenance: the maintenance interrupt is asserted
 * @left_out: there were more interrupts than list registers at entry
 * @handlers: INTIDs that the guest is handling, innermost last
 * @running_priority: of each
 * @timer_asserted: output of the timer
 * @timer_active: state of the physical timer interrupt
 */
struct model_cpu {
	struct vgic_cpu vgic;
	struct vgic_irq irqs[VGIC_NR_PRIVATE];
	struct account accounts[VGIC_NR_PRIVATE];
	bool running;
	bool asleep;
	bool kicked;
	bool maintenance;
	bool left_out;
	u32 eoi_count;
	unsigned int depth;
	u32 handlers[MAX_DEPTH];
	u8 running_priority[MAX_DEPTH];
	bool timer_asserted;
	bool timer_active;
};

struct model {
	struct vgic vgic;
	struct vgic_irq spis[MODEL_SPIS];
	struct account spi_accounts[MODEL_SPIS];
	struct model_cpu cpus[MODEL_CPUS];
	bool distributor;
	u64 acks;
	u64 exits;

	/* A number below @limit: chance, or the fuzzer's will */
	u32 (*choose)(struct model *model, u32 limit);
	u64 seed;
	const u8 *bytes;
	size_t nr_bytes;
};

void model_init(struct model *m, unsigned int lrs);
void model_step(struct model *m);
void model_settle(struct model *m);

/* vgic_model.c */
u32 choose(struct model *m, u32 limit);
bool wild(const struct model *m);
void kick(struct model *m, u64 mask);
void cause_edge(struct account *a);

/* vgic_writes.c: registers that the guest writes */
void write_active(struct model *m, struct account *a, bool active);
void write_group(struct model *m, struct account *a, bool group1);
void write_route(struct model *m, struct account *a, u32 route);
void write_enabled(struct model *m, struct account *a, bool enabled);
void write_distributor(struct model *m, bool on);
void write_something(struct model *m, struct account *a);

/* vgic_check.c */
struct account *account_of(struct model *m, int cpu, u32 intid);
struct vgic_irq *model_irq(struct model *m, const struct account *a);
bool account_pending(const struct account *a);
bool account_deliverable(const struct model *m, const struct account *a);
int account_home(const struct account *a);
void check_entry(struct model *m, int cpu);
void check_exit(struct model *m, int cpu);
void check_all(struct model *m);
void check_settled(struct model *m);

#define for_each_account(m, cpu, a, i)					\
	for (i = 0; i < MODEL_IRQS && ((a) = account_of(m, cpu, i)); i++)

#endif /* ZXVM_UNIT_VGIC_MODEL_H */
