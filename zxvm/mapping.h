/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One mapping of user memory into a guest, and the edits of a VMAR. Shared by
 * memory.c, which keeps them, and vmar.c, which offers them to user space.
 */
#ifndef ZXVM_MAPPING_H
#define ZXVM_MAPPING_H

#include <linux/list.h>
#include <linux/mmu_notifier.h>

#include "memory.h"
#include "range.h"

/* In the place of permissions: unmap */
#define ZXVM_UNMAP	U32_MAX

/**
 * struct zxvm_mapping - user memory at a guest-physical address
 * @range: the guest-physical addresses
 * @node: in a list of mappings that come or go together
 * @notifier: tells when the process changes the user memory
 * @vmar: whose it is
 * @address: user memory behind the first address of @range
 * @perms: ZXVM_VM_PERM_*
 *
 * Nothing but @node changes once it is made: an edit makes new ones.
 */
struct zxvm_mapping {
	struct zxvm_range range;
	struct list_head node;
	struct mmu_interval_notifier notifier;
	struct zxvm_vmar *vmar;
	u64 address;
	u32 perms;
};

static inline struct zxvm_mapping *zxvm_to_mapping(struct zxvm_range *range)
{
	return range ? container_of(range, struct zxvm_mapping, range) : NULL;
}

static inline struct zxvm_mapping *
zxvm_mapping_next(const struct zxvm_mapping *map, u64 last)
{
	return zxvm_to_mapping(zxvm_range_next(&map->range, last));
}

struct zxvm_mapping *zxvm_mapping_create(struct zxvm_vmar *vmar, u64 start,
					 u64 last, u64 address, u32 perms);
void zxvm_mapping_free(struct zxvm_mapping *map);
struct zxvm_mapping *zxvm_mapping_first(struct zxvm_vmar *vmar, u64 start,
					u64 last);
void zxvm_peek(unsigned long address, unsigned long *pfns, unsigned int count);
unsigned long zxvm_peek_next(unsigned long address);
int zxvm_fault_in(unsigned long address, u32 access, unsigned long *pfn);
int zxvm_mapping_fill(struct zxvm_mapping *map, struct zxvm_page_cache *cache,
		      u64 gpa, u32 access, bool fault);
int zxvm_vmar_edit(struct zxvm_vmar *vmar, u64 start, u64 last, u32 perms,
		   struct zxvm_mapping *with);

#endif /* ZXVM_MAPPING_H */
