// SPDX-License-Identifier: GPL-2.0
/* The parts of zxvm that only arm64 has. */
#include <linux/zxvm.h>

#include "bench.h"
#include "arch.h"

void zxvm_arch_guest_args(struct zxvm_guest_create *args)
{
	args->irqchip_base[0] = GICD;
	args->irqchip_base[1] = GICR;
}

void zxvm_arch_event(struct vcpu *vcpu)
{
	const struct zxvm_vcpu_page *page = vcpu->page;
	const struct zxvm_packet *packet = &page->packet;
	struct event *event = &vcpu->event;

	if (packet->type != ZXVM_PKT_GUEST_MEM)
		fatal("a packet of type %u", packet->type);
	event->kind = packet->u.mem_arm64.read ? EVENT_LOAD : EVENT_STORE;
	event->addr = packet->u.mem_arm64.addr;
	event->data = packet->u.mem_arm64.data;
	event->size = packet->u.mem_arm64.access_size;
	event->reg = packet->u.mem_arm64.xt;
}

void zxvm_arch_answer(struct vcpu *vcpu, uint64_t value)
{
	struct zxvm_vcpu_page *page = vcpu->page;

	if (vcpu->event.reg < ARRAY_SIZE(page->state.arm64.x))
		page->state.arm64.x[vcpu->event.reg] = value;
}
