// SPDX-License-Identifier: GPL-2.0
/*
 * What the process has at an address, read from its page table as the CPU
 * would: without a lock. What takes a closer look counts as not there.
 */
#include <linux/hmm.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/pgtable.h>

#include "mapping.h"

/* As hmm_range_fault() puts it */
static unsigned long describe(unsigned long pfn, bool write, unsigned int shift)
{
	return pfn | HMM_PFN_VALID | (write ? HMM_PFN_WRITE : 0) |
	       (unsigned long)(shift - PAGE_SHIFT) << HMM_PFN_ORDER_SHIFT;
}

/* A block may be of memory that has no struct page. */
static unsigned long describe_block(unsigned long pfn, unsigned long address,
				    bool write, unsigned int shift)
{
	if (!pfn_valid(pfn))
		return 0;
	address &= BIT(shift) - 1;
	return describe(pfn + (address >> PAGE_SHIFT), write, shift);
}

static unsigned long peek_pte(pmd_t *pmd, unsigned long address)
{
	pte_t pte = READ_ONCE(*pte_offset_kernel(pmd, address));

	if (!pte_access_permitted(pte, false) || pte_special(pte))
		return 0;
	return describe(pte_pfn(pte), pte_access_permitted(pte, true),
			PAGE_SHIFT);
}

static unsigned long peek_pmd(pmd_t *pmdp, unsigned long address)
{
	pmd_t pmd = READ_ONCE(*pmdp);

	if (!pmd_present(pmd))
		return 0;
	if (!pmd_leaf(pmd))
		return peek_pte(&pmd, address);
	if (!pmd_access_permitted(pmd, false))
		return 0;
	return describe_block(pmd_pfn(pmd), address,
			      pmd_access_permitted(pmd, true), PMD_SHIFT);
}

static unsigned long peek_pud(pud_t *pudp, unsigned long address)
{
	pud_t pud = READ_ONCE(*pudp);

	if (!pud_present(pud))
		return 0;
	if (!pud_leaf(pud))
		return peek_pmd(pmd_offset_lockless(pudp, pud, address),
				address);
	if (!pud_access_permitted(pud, false))
		return 0;
	return describe_block(pud_pfn(pud), address,
			      pud_access_permitted(pud, true), PUD_SHIFT);
}

static unsigned long peek(unsigned long address)
{
	pgd_t *pgdp = pgd_offset(current->mm, address);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;

	if (!pgd_present(pgd))
		return 0;
	p4dp = p4d_offset_lockless(pgdp, pgd, address);
	p4d = READ_ONCE(*p4dp);
	if (!p4d_present(p4d))
		return 0;
	return peek_pud(pud_offset_lockless(p4dp, p4d, address), address);
}

/* What the entry covers at @address that is not there; 0: there may be a page */
static unsigned long hole(unsigned long address)
{
	pgd_t *pgdp = pgd_offset(current->mm, address);
	pgd_t pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t pmd;

	if (!pgd_present(pgd))
		return PGDIR_SIZE;
	p4dp = p4d_offset_lockless(pgdp, pgd, address);
	p4d = READ_ONCE(*p4dp);
	if (!p4d_present(p4d))
		return P4D_SIZE;
	pudp = pud_offset_lockless(p4dp, p4d, address);
	pud = READ_ONCE(*pudp);
	if (!pud_present(pud))
		return PUD_SIZE;
	if (pud_leaf(pud))
		return 0;
	pmd = READ_ONCE(*pmd_offset_lockless(pudp, pud, address));
	return pmd_present(pmd) ? 0 : PMD_SIZE;
}

/**
 * zxvm_peek_next() - where this process's page table may have something
 * @address: user memory
 *
 * Context: any but a hard interrupt's.
 * Return: @address, or where the entry ends that is missing there.
 */
unsigned long zxvm_peek_next(unsigned long address)
{
	unsigned long flags, size;

	local_irq_save(flags);
	size = hole(address);
	local_irq_restore(flags);
	return size ? (address | (size - 1)) + 1 : address;
}

/**
 * zxvm_peek() - what this process's page table has
 * @address: of the first page, user memory
 * @pfns: HMM_PFN_* of each page, or 0
 * @count: of pages
 *
 * What is told may be gone when this returns: mmu_interval_read_retry() knows.
 * Tables stay, as for the kernel's own get_user_pages_fast(), while interrupts
 * are off.
 *
 * Context: any but a hard interrupt's.
 */
void zxvm_peek(unsigned long address, unsigned long *pfns, unsigned int count)
{
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	for (i = 0; i < count; i++)
		pfns[i] = peek(address + i * PAGE_SIZE);
	local_irq_restore(flags);
}
