/* SPDX-License-Identifier: GPL-2.0 */
/* A guest's interrupt controller for tests that say what happens step by step. */
#ifndef ZXVM_UNIT_VGIC_FIXTURE_H
#define ZXVM_UNIT_VGIC_FIXTURE_H

#include "regs.h"
#include "state.h"
#include "test.h"

#define SPIS		64
#define SPI(n)		(VGIC_NR_PRIVATE + (n))
#define TIMER		27
#define NO_LR		(~0ULL)

extern struct vgic vgic;

/* All with vgic.lock held, from the call on */
void vgic_setup(bool irqchip, unsigned int cpus, unsigned int lrs);
void vgic_teardown(void);
struct vgic_cpu *vgic_add_cpu(unsigned int index);
u64 vgic_remove_cpu(unsigned int index);

/* Enable, with a priority; SPIs also get a configuration and a route */
void open_irq(unsigned int cpu, u32 intid, u8 priority);
void open_spi(u32 intid, u8 priority, bool edge, u64 route);
void open_cpu(unsigned int cpu);

/* The guest's registers */
u32 dist_read(u32 offset);
u64 dist_write(u32 offset, u32 value);
u32 redist_read(unsigned int cpu, u32 offset);
u64 redist_write(unsigned int cpu, u32 offset, u32 value);

/* Where an interrupt is in the list registers, and what the guest does there */
u64 lr_of(unsigned int cpu, u32 intid);
u64 lr_state(unsigned int cpu, u32 intid);
void guest_ack(unsigned int cpu, u32 intid);
void guest_eoi(unsigned int cpu, u32 intid);

void fill(unsigned int cpu);
u64 fold(unsigned int cpu);
struct vgic_irq *irq_of(unsigned int cpu, u32 intid);

#endif /* ZXVM_UNIT_VGIC_FIXTURE_H */
