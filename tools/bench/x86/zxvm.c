// SPDX-License-Identifier: GPL-2.0
/*
 * The parts of zxvm that only x86 has. A packet does not say what the
 * instruction does, so it is decoded here: the guest's are all MOVs of a
 * register that have a REX prefix.
 */
#include <string.h>
#include <linux/zxvm.h>

#include "arch.h"
#include "bench.h"

#define REX_R		4
#define MOV_STORE	0x89
#define MOV_LOAD	0x8b

void zxvm_arch_guest_args(struct zxvm_guest_create *args)
{
	(void)args;
}

/* The registers are in the order of their numbers. */
static __u64 *reg(struct zxvm_vcpu_page *page, unsigned int number)
{
	return &page->state.x86.rax + number;
}

static void decode(struct vcpu *vcpu, struct zxvm_vcpu_page *page)
{
	const uint8_t *insn = vcpu->vm->ram + page->packet.u.mem_x86.rip;
	struct event *event = &vcpu->event;

	event->addr = page->packet.u.mem_x86.addr;
	event->reg = (insn[2] >> 3 & 7) | (insn[0] & REX_R) << 1;
	switch (insn[1]) {
	case MOV_STORE:
		event->kind = EVENT_STORE;
		event->data = *reg(page, event->reg);
		break;
	case MOV_LOAD:
		event->kind = EVENT_LOAD;
		break;
	default:
		fatal("an instruction %#x", insn[1]);
	}
}

void zxvm_arch_event(struct vcpu *vcpu)
{
	struct zxvm_vcpu_page *page = vcpu->page;
	const struct zxvm_packet *packet = &page->packet;

	switch (packet->type) {
	case ZXVM_PKT_GUEST_MEM:
		decode(vcpu, page);
		break;
	case ZXVM_PKT_GUEST_IO:
		if (packet->u.io.flags & ZXVM_IO_STRING)
			fatal("a string goes to port %#x", packet->u.io.port);
		vcpu->event.kind = packet->u.io.input ? EVENT_IN : EVENT_OUT;
		vcpu->event.addr = packet->u.io.port;
		vcpu->event.data = packet->u.io.data;
		vcpu->event.size = packet->u.io.access_size;
		vcpu->event.reg = 0;
		break;
	default:
		fatal("a packet of type %u", packet->type);
	}
}

void zxvm_arch_answer(struct vcpu *vcpu, uint64_t value)
{
	__u64 *target = reg(vcpu->page, vcpu->event.reg);

	if (vcpu->event.kind == EVENT_IN)
		memcpy(target, &value, vcpu->event.size);
	else
		*target = value;
}
