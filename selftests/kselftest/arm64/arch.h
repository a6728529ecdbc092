/* SPDX-License-Identifier: GPL-2.0 */
/* What arm64 means to the tests of every architecture; see zx.h */
#ifndef ARCH_H
#define ARCH_H

#include <linux/zxvm.h>

#define ASPACE_SIZE	(1ULL << 36)
#define ENTRY		0		/* where guests are loaded */
#define DEVICE_MEMORY	0x04000000	/* the flash of the emulated board */
#define IRQCHIP_LINE	40

#define zx_arch_state	zxvm_vcpu_state_arm64

#define PAGE_ARG(page, n)	((page)->state.arm64.x[n])

static inline __u64 mem_addr(const struct zxvm_packet *pkt)
{
	return pkt->u.mem_arm64.addr;
}

static inline __u64 told(const struct zxvm_packet *pkt,
			 const struct zxvm_vcpu_page *page)
{
	(void)page;
	return pkt->u.mem_arm64.data;
}

/* The number in what the guest whoami tells of its VCPU, an MPIDR */
static inline __u32 told_number(__u64 mpidr)
{
	return (mpidr & 0xf) | (mpidr >> 8 & 0xff) << 4;
}

#endif /* ARCH_H */
