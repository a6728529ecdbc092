/* SPDX-License-Identifier: GPL-2.0 */
/* What x86 means to the tests of every architecture; see zx.h */
#ifndef ARCH_H
#define ARCH_H

#include <linux/zxvm.h>

#include "x86/guests/layout-x86.h"

#define ASPACE_SIZE	(1ULL << 48)
#define DEVICE_MEMORY	0xa0000		/* of the graphics card */
#define IRQCHIP_LINE	10

#define zx_arch_state	zxvm_vcpu_state_x86

/* 0 to 3 are RAX, RCX, RDX and RBX: registers as instructions number them */
#define PAGE_ARG(page, n)	(((__u64 *)&(page)->state.x86)[n])

static inline __u64 mem_addr(const struct zxvm_packet *pkt)
{
	return pkt->u.mem_x86.addr;
}

/* A packet has no data here: guests tell R15 */
static inline __u64 told(const struct zxvm_packet *pkt,
			 const struct zxvm_vcpu_page *page)
{
	(void)pkt;
	return page->state.x86.r15;
}

/* The number in what the guest whoami tells of its VCPU, its APIC ID */
static inline __u32 told_number(__u64 apic_id)
{
	return apic_id;
}

#endif /* ARCH_H */
