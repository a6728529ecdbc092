// SPDX-License-Identifier: GPL-2.0
#include <sys/mman.h>

#include "zx.h"

/* Present, writable, user, accessed; and dirty, a page of its own */
#define PTE_TABLE	0x27ULL
#define PTE_BLOCK	0xe7ULL

/* The first VCPU starts with paging on, and with CR3 = 0 */
void arch_ram(u8 *ram)
{
	GUEST_LABELS(start);
	u64 *pml4 = (u64 *)(ram + PML4), *pdpt = (u64 *)(ram + PDPT), i;

	pml4[0] = PDPT | PTE_TABLE;
	for (i = 0; i < 512; i++)
		pdpt[i] = i << 30 | PTE_BLOCK;
	memcpy(ram + START, guest_start, guest_start_end - guest_start);
}

/* All VCPUs but the first start in real mode: take them to @entry from there */
static void leave_real_mode(struct vm *vm, u64 entry, int vcpu,
			    struct zxvm_vcpu_page *page)
{
	struct zxvm_packet pkt;

	(void)vm;
	ASSERT_OK(zx_enter(vcpu, &pkt));
	EXPECT_MEM(&pkt, TELL_START);
	memset(&page->state, 0, sizeof(page->state));
	page->state.x86.r15 = entry;
}

/*
 * Which number a VCPU has is known when it is there. With an irqchip VCPUs
 * wait for INIT and SIPI.
 */
void arch_vcpu(struct vm *vm, u64 entry, int *vcpu,
	       struct zxvm_vcpu_page **page)
{
	u32 index;

	vcpu_open(vm, entry, vcpu, page);
	ASSERT_OK(zx_vcpu_index(*vcpu, &index));
	if (!index || vm->options)
		return;
	munmap(*page, ZXVM_VCPU_PAGE_SIZE);
	close(*vcpu);
	vcpu_open(vm, START, vcpu, page);
	leave_real_mode(vm, entry, *vcpu, *page);
}
