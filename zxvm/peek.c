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

/**
 * struct entry - what the page table has for an address
 * @pfn: HMM_PFN_*, as hmm_range_fault() puts it; or 0
 * @size: of what the entry covers, in bytes
 */
struct entry {
	unsigned long pfn;
	unsigned long size;
};

static void describe(struct entry *entry, unsigned long pfn, bool write,
		     unsigned int shift)
{
	entry->pfn = pfn | HMM_PFN_VALID | (write ? HMM_PFN_WRITE : 0) |
		     (unsigned long)(shift - PAGE_SHIFT) << HMM_PFN_ORDER_SHIFT;
}

/* A block may be of memory that has no struct page. */
static void describe_block(struct entry *entry, unsigned long pfn,
			   unsigned long address, bool write,
			   unsigned int shift)
{
	address &= BIT(shift) - 1;
	if (pfn_valid(pfn))
		describe(entry, pfn + (address >> PAGE_SHIFT), write, shift);
}

static void peek_pte(struct entry *entry, pmd_t *pmd, unsigned long address)
{
	pte_t pte = READ_ONCE(*pte_offset_kernel(pmd, address));

	entry->size = PAGE_SIZE;
	if (pte_access_permitted(pte, false) && !pte_special(pte))
		describe(entry, pte_pfn(pte), pte_access_permitted(pte, true),
			 PAGE_SHIFT);
}

static void peek_pmd(struct entry *entry, pmd_t *pmdp, unsigned long address)
{
	pmd_t pmd = READ_ONCE(*pmdp);

	entry->size = PMD_SIZE;
	if (!pmd_present(pmd))
		return;
	if (!pmd_leaf(pmd))
		peek_pte(entry, &pmd, address);
	else if (pmd_access_permitted(pmd, false))
		describe_block(entry, pmd_pfn(pmd), address,
			       pmd_access_permitted(pmd, true), PMD_SHIFT);
}

static void peek_pud(struct entry *entry, pud_t *pudp, unsigned long address)
{
	pud_t pud = READ_ONCE(*pudp);

	entry->size = PUD_SIZE;
	if (!pud_present(pud))
		return;
	if (!pud_leaf(pud))
		peek_pmd(entry, pmd_offset_lockless(pudp, pud, address),
			 address);
	else if (pud_access_permitted(pud, false))
		describe_block(entry, pud_pfn(pud), address,
			       pud_access_permitted(pud, true), PUD_SHIFT);
}

static void peek_p4d(struct entry *entry, p4d_t *p4dp, unsigned long address)
{
	p4d_t p4d = READ_ONCE(*p4dp);

	entry->size = P4D_SIZE;
	if (p4d_present(p4d))
		peek_pud(entry, pud_offset_lockless(p4dp, p4d, address),
			 address);
}

static void peek(struct entry *entry, unsigned long address)
{
	pgd_t *pgdp = pgd_offset(current->mm, address);
	pgd_t pgd = READ_ONCE(*pgdp);

	entry->pfn = 0;
	entry->size = PGDIR_SIZE;
	if (pgd_present(pgd))
		peek_p4d(entry, p4d_offset_lockless(pgdp, pgd, address),
			 address);
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
	struct entry entry;
	unsigned long flags;
	unsigned int i;

	local_irq_save(flags);
	for (i = 0; i < count; i++) {
		peek(&entry, address + i * PAGE_SIZE);
		pfns[i] = entry.pfn;
	}
	local_irq_restore(flags);
}

/**
 * zxvm_peek_next() - where zxvm_peek() may find something
 * @address: user memory
 *
 * Context: any but a hard interrupt's.
 * Return: @address, or the end of the entry that has nothing there.
 */
unsigned long zxvm_peek_next(unsigned long address)
{
	struct entry entry;
	unsigned long flags;

	local_irq_save(flags);
	peek(&entry, address);
	local_irq_restore(flags);
	return entry.pfn ? address : (address | (entry.size - 1)) + 1;
}
