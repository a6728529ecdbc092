/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Guest-physical memory: the VMAR object, its mappings, and the second-stage
 * page table that caches them.
 */
#ifndef ZXVM_MEMORY_H
#define ZXVM_MEMORY_H

#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>

#include "arch_types.h"
#include "object.h"

struct mm_struct;
struct zxvm_traps;

#define ZXVM_PERMS	(ZXVM_VM_PERM_READ | ZXVM_VM_PERM_WRITE | \
			 ZXVM_VM_PERM_EXECUTE)

/* Most pages that one fault can need for tables */
#define ZXVM_PAGE_CACHE	4

/**
 * struct zxvm_page_cache - what a fault has at hand: zeroed pages for when a
 * spinlock is held, and where the last one was
 * @region: of 2 MiB, in which a page of 4 KiB was entered last
 * @count: pages in @pages
 * @pages: addresses in the kernel's linear map
 */
struct zxvm_page_cache {
	u64 region;
	unsigned int count;
	void *pages[ZXVM_PAGE_CACHE];
};

/**
 * struct zxvm_vmar - the guest-physical address space of one guest
 * @obj: the head; a handle keeps the VMAR, not the guest
 * @lock: protects @mappings and @dead; read to fault, written to change
 * @mappings: of struct zxvm_mapping
 * @edits: how often @mappings has changed; may be read without the lock
 * @mm: of the process that created the guest; its memory is mapped here
 * @pt_lock: protects @pt; taken inside the mmu notifier
 * @pt: the second-stage page table
 * @traps: of the guest: nothing is entered into @pt where there is one
 * @dead: the guest is gone
 */
struct zxvm_vmar {
	struct zxvm_object obj;
	struct rw_semaphore lock;
	struct rb_root mappings;
	u64 edits;
	struct mm_struct *mm;
	spinlock_t pt_lock;	/* the table */
	struct zxvm_arch_pt pt;
	struct zxvm_traps *traps;
	bool dead;
};

struct zxvm_vmar *zxvm_vmar_create(u64 guest_koid, struct zxvm_traps *traps);
void zxvm_vmar_kill(struct zxvm_vmar *vmar);
int zxvm_vmar_fault(struct zxvm_vmar *vmar, struct zxvm_page_cache *cache,
		    u64 gpa, u32 access);
int zxvm_vmar_read(struct zxvm_vmar *vmar, u64 gpa, void *buf, size_t size);
int zxvm_vmar_access_begin(struct zxvm_vmar *vmar);
void zxvm_vmar_access_end(struct zxvm_vmar *vmar);
int zxvm_vmar_read_bytes(struct zxvm_vmar *vmar, u64 gpa, void *buf,
			 size_t size);
unsigned long zxvm_vmar_address(struct zxvm_vmar *vmar, u64 gpa);
int zxvm_vmar_read_word(struct zxvm_vmar *vmar, u64 gpa, u64 *word);
int zxvm_vmar_write(struct zxvm_vmar *vmar, u64 gpa, const void *buf,
		    size_t size);
int zxvm_vmar_punch(struct zxvm_vmar *vmar, u64 start, u64 last);
int zxvm_vmar_map_page(struct zxvm_vmar *vmar, struct zxvm_page_cache *cache,
		       u64 gpa, u64 pa, u32 perms);
void zxvm_vmar_unmap_page(struct zxvm_vmar *vmar, u64 gpa);
void zxvm_page_cache_free(struct zxvm_page_cache *cache);
void *zxvm_page_cache_take(struct zxvm_page_cache *cache);

extern const struct zxvm_object_type zxvm_vmar_type;

#endif /* ZXVM_MEMORY_H */
