// SPDX-License-Identifier: GPL-2.0
/*
 * Guest-physical memory: mappings of user memory, and the second-stage page
 * table that is filled from them fault by fault.
 *
 * A page is never pinned. The process's page table, or hmm_range_fault(), tells
 * what is at an address, and the mapping's interval notifier takes it out of
 * the guest before the process loses it. The table is a cache: anything may be
 * dropped from it at any time, and the next access faults it in again.
 *
 * Changes are prepared whole before the first one is made, so that a call
 * that fails changes nothing.
 */
#include <linux/hmm.h>
#include <linux/io.h>
#include <linux/list.h>
#include <linux/mmu_notifier.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>

#include "arch.h"
#include "mapping.h"
#include "memory.h"
#include "trap.h"

/* Second-stage entries are dropped in pieces of this size under pt_lock. */
#define UNMAP_CHUNK	SZ_1G

/* Pages that one fault brings in at most; a power of two, of one table */
#define AROUND		16
#define REGION(gpa)	((gpa) / SZ_2M)

static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range,
		       unsigned long cur_seq);

static const struct mmu_interval_notifier_ops notifier_ops = {
	.invalidate = invalidate,
};

/* Drop what the guest has in [start, last]; a faulting VCPU brings it back. */
static void drop_range(struct zxvm_vmar *vmar, u64 start, u64 last,
		       bool may_sleep)
{
	for (;;) {
		u64 end = min(last, (start | (UNMAP_CHUNK - 1)));

		spin_lock(&vmar->pt_lock);
		zxvm_arch_pt_unmap(&vmar->pt, start, end);
		spin_unlock(&vmar->pt_lock);
		if (end == last)
			break;
		start = end + 1;
		if (may_sleep)
			cond_resched();
	}
}

/*
 * The process is about to lose, or to change, what it has in @range. The
 * sequence number is set under pt_lock, where a fault looks at it.
 */
static bool invalidate(struct mmu_interval_notifier *notifier,
		       const struct mmu_notifier_range *range,
		       unsigned long cur_seq)
{
	struct zxvm_mapping *map = container_of(notifier, struct zxvm_mapping,
						notifier);
	struct zxvm_vmar *vmar = map->vmar;
	u64 size = map->range.last - map->range.start + 1;
	u64 first = 0, end = size;

	if (range->start > map->address)
		first = range->start - map->address;
	if (range->end < map->address + size)
		end = range->end - map->address;

	spin_lock(&vmar->pt_lock);
	mmu_interval_set_seq(notifier, cur_seq);
	spin_unlock(&vmar->pt_lock);
	drop_range(vmar, map->range.start + first, map->range.start + end - 1,
		   mmu_notifier_range_blockable(range));
	return true;
}

/**
 * zxvm_mapping_create() - a mapping that is not in the tree yet
 * @vmar: that it is for
 * @start: first guest-physical address
 * @last: last guest-physical address
 * @address: user memory behind @start
 * @perms: ZXVM_VM_PERM_*
 *
 * Context: may sleep; takes mmap_lock.
 * Return: the mapping, or ERR_PTR of -ENOMEM, -ERESTARTNOINTR (a signal), or
 * what the mmu notifier says (-EOVERFLOW for a range that no process has).
 */
struct zxvm_mapping *zxvm_mapping_create(struct zxvm_vmar *vmar, u64 start,
					 u64 last, u64 address, u32 perms)
{
	struct zxvm_mapping *map;
	int ret;

	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return ERR_PTR(-ENOMEM);
	map->vmar = vmar;
	map->range.start = start;
	map->range.last = last;
	map->address = address;
	map->perms = perms;
	ret = mmu_interval_notifier_insert(&map->notifier, vmar->mm, address,
					   last - start + 1, &notifier_ops);
	if (ret) {
		kfree(map);
		/* The first one of a process gives way to signals. */
		return ERR_PTR(ret == -EINTR ? -ERESTARTNOINTR : ret);
	}
	return map;
}

/**
 * zxvm_mapping_free() - free a mapping that is in no tree
 * @map: the mapping
 *
 * Context: may sleep; waits for a notifier that runs.
 */
void zxvm_mapping_free(struct zxvm_mapping *map)
{
	mmu_interval_notifier_remove(&map->notifier);
	kfree(map);
}

/**
 * zxvm_mapping_first() - the lowest mapping that meets an interval
 * @vmar: its lock is held
 * @start: first guest-physical address
 * @last: last guest-physical address
 *
 * Return: the mapping, or NULL.
 */
struct zxvm_mapping *zxvm_mapping_first(struct zxvm_vmar *vmar, u64 start,
					u64 last)
{
	return zxvm_to_mapping(zxvm_range_first(&vmar->mappings, start, last));
}

/* Prepare the part of @map that lies in [start, last], with @perms. */
static int prepare_piece(struct zxvm_mapping *map, u64 start, u64 last,
			 u32 perms, struct list_head *pieces)
{
	struct zxvm_mapping *piece;

	start = max(start, map->range.start);
	last = min(last, map->range.last);
	piece = zxvm_mapping_create(map->vmar, start, last,
				    map->address + (start - map->range.start),
				    perms);
	if (IS_ERR(piece))
		return PTR_ERR(piece);
	list_add_tail(&piece->node, pieces);
	return 0;
}

static void free_pieces(struct list_head *pieces)
{
	struct zxvm_mapping *map, *next;

	list_for_each_entry_safe(map, next, pieces, node)
		zxvm_mapping_free(map);
}

/**
 * zxvm_vmar_edit() - change what is mapped in an interval
 * @vmar: its lock is held for writing
 * @start: first guest-physical address, page aligned
 * @last: last guest-physical address, end of a page
 * @perms: the new permissions of what is mapped there, or %ZXVM_UNMAP
 * @with: a mapping to put there instead, or NULL
 *
 * Mappings that stick out of the interval are split. Either all of it
 * happens or nothing; a running VCPU sees the old mappings, then no entry in
 * its page table, and waits for the lock with its fault until the new ones
 * are there.
 *
 * Context: may sleep; takes mmap_lock.
 * Return: 0, or what zxvm_mapping_create() says.
 */
int zxvm_vmar_edit(struct zxvm_vmar *vmar, u64 start, u64 last, u32 perms,
		   struct zxvm_mapping *with)
{
	struct zxvm_mapping *map, *next;
	LIST_HEAD(pieces);
	LIST_HEAD(old);
	int ret = 0;

	lockdep_assert_held_write(&vmar->lock);
	for (map = zxvm_mapping_first(vmar, start, last); map && !ret;
	     map = zxvm_mapping_next(map, last)) {
		if (map->range.start < start)
			ret = prepare_piece(map, 0, start - 1, map->perms,
					    &pieces);
		if (!ret && perms != ZXVM_UNMAP)
			ret = prepare_piece(map, start, last, perms, &pieces);
		if (!ret && map->range.last > last)
			ret = prepare_piece(map, last + 1, U64_MAX, map->perms,
					    &pieces);
	}
	if (ret) {
		free_pieces(&pieces);
		return ret;
	}

	for (map = zxvm_mapping_first(vmar, start, last); map; map = next) {
		next = zxvm_mapping_next(map, last);
		rb_erase(&map->range.node, &vmar->mappings);
		list_add_tail(&map->node, &old);
	}
	list_for_each_entry(map, &pieces, node)
		zxvm_range_insert(&vmar->mappings, &map->range);
	WRITE_ONCE(vmar->edits, vmar->edits + 1);
	if (with)
		zxvm_range_insert(&vmar->mappings, &with->range);
	if (!list_empty(&old))
		drop_range(vmar, start, last, true);
	free_pieces(&old);
	return 0;
}

/**
 * zxvm_vmar_punch() - unmap an interval for a trap
 * @vmar: the VMAR
 * @start: first guest-physical address, page aligned
 * @last: last guest-physical address, end of a page
 *
 * Context: may sleep; takes vmar->lock.
 * Return: 0, or what zxvm_vmar_edit() says.
 */
int zxvm_vmar_punch(struct zxvm_vmar *vmar, u64 start, u64 last)
{
	int ret;

	/* Without the process no VCPU runs, and nothing has to be unmapped. */
	if (!mmget_not_zero(vmar->mm))
		return 0;
	down_write(&vmar->lock);
	ret = zxvm_vmar_edit(vmar, start, last, ZXVM_UNMAP, NULL);
	up_write(&vmar->lock);
	mmput(vmar->mm);
	return ret;
}

/**
 * zxvm_page_cache_free() - give back the pages that were not used
 * @cache: the cache
 */
void zxvm_page_cache_free(struct zxvm_page_cache *cache)
{
	while (cache->count)
		free_page((unsigned long)zxvm_page_cache_take(cache));
}

/**
 * zxvm_page_cache_take() - take a zeroed page
 * @cache: not empty
 *
 * Return: the page.
 */
void *zxvm_page_cache_take(struct zxvm_page_cache *cache)
{
	return cache->pages[--cache->count];
}

static int page_cache_fill(struct zxvm_page_cache *cache)
{
	while (cache->count < ZXVM_PAGE_CACHE) {
		void *page = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);

		if (!page)
			return -ENOMEM;
		cache->pages[cache->count++] = page;
	}
	return 0;
}

/**
 * zxvm_fault_in() - let the process fault a page in, as if it had touched it
 * itself
 * @address: in the caller's own memory
 * @access: ZXVM_VM_PERM_*: what the page is wanted for
 * @pfn: set to the page that was there then
 *
 * Context: may sleep; takes mmap_lock.
 * Return: 0, -ENOENT (nothing is there, or not for this access), -ENOMEM, -EIO
 * (broken memory), -EINTR (a signal).
 */
int zxvm_fault_in(unsigned long address, u32 access, unsigned long *pfn)
{
	unsigned int flags = FOLL_HWPOISON |
		(access & ZXVM_VM_PERM_WRITE ? FOLL_WRITE : 0);
	struct page *page;
	long got;

	got = get_user_pages_unlocked(address, 1, &page, flags);
	if (got == 1) {
		*pfn = page_to_pfn(page);
		put_page(page);
		return 0;
	}
	switch (got) {
	case -ENOMEM:
		return -ENOMEM;
	case -EHWPOISON:
		return -EIO;
	case -EINTR:
	case -EAGAIN:
		return -EINTR;
	default:
		return -ENOENT;
	}
}

/*
 * Does the block of @size around @gpa lie in the mapping, is it backed by one
 * block of the process's page table, has it the same offset in both, and does
 * it not cover a trap?
 */
static bool is_block(const struct zxvm_mapping *map, u64 gpa,
		     unsigned long pfn, u64 size)
{
	u64 start = ALIGN_DOWN(gpa, size);
	u64 address = map->address + (gpa - map->range.start);

	return PAGE_SIZE << hmm_pfn_to_map_order(pfn) >= size &&
	       !((gpa ^ address) & (size - 1)) &&
	       start >= map->range.start &&
	       start + size - 1 <= map->range.last &&
	       !zxvm_trap_meets(map->vmar->traps, start, start + size - 1);
}

static u64 block_size(const struct zxvm_mapping *map, u64 gpa,
		      unsigned long pfn)
{
	static const u64 sizes[] = ZXVM_ARCH_BLOCK_SIZES;
	int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (is_block(map, gpa, pfn, sizes[i]))
			return sizes[i];
	}
	return PAGE_SIZE;
}

/*
 * Memory that everybody has: anonymous, shared, memfd. Other page cache may be
 * of a kind that is not for us (memfd_secret() takes it out of the kernel's
 * own map); get_user_pages() knows.
 */
static bool is_plain_memory(unsigned long pfn)
{
	struct folio *folio = page_folio(hmm_pfn_to_page(pfn));

	return folio_test_anon(folio) || folio_test_swapbacked(folio);
}

/**
 * struct around - what the process has at an address, and beside it
 * @gpa: of the first page
 * @count: of pages
 * @wanted: the one that the access is to
 * @pfns: HMM_PFN_* of each page
 * @seq: for mmu_interval_read_retry()
 */
struct around {
	u64 gpa;
	unsigned int count;
	unsigned int wanted;
	unsigned long pfns[AROUND];
	unsigned long seq;
};

/*
 * The pages that are looked up at once, all of one table and in front of no
 * trap: a guest that touches one is likely to touch the next. It is one page if
 * it shall be @alone.
 */
static void choose_around(const struct zxvm_mapping *map, u64 gpa, bool alone,
			  struct around *around)
{
	u64 first = max(ALIGN_DOWN(gpa, AROUND * PAGE_SIZE), map->range.start);
	u64 last = min(gpa | (AROUND * PAGE_SIZE - 1), map->range.last);

	gpa = ALIGN_DOWN(gpa, PAGE_SIZE);
	if (alone || zxvm_trap_meets(map->vmar->traps, first, last)) {
		first = gpa;
		last = gpa;
	}
	around->gpa = first;
	around->count = ((last - first) >> PAGE_SHIFT) + 1;
	around->wanted = (gpa - first) >> PAGE_SHIFT;
}

/* Enter a page of the process into the second-stage table, pt_lock held. */
static void map_pfn(const struct zxvm_mapping *map,
		    struct zxvm_page_cache *cache, u64 gpa, unsigned long pfn,
		    u64 size, u32 access)
{
	struct page *page = hmm_pfn_to_page(pfn);
	u32 perms = map->perms;

	if (!(pfn & HMM_PFN_WRITE))
		perms &= ~ZXVM_VM_PERM_WRITE;
	/* The guest's stores leave no trace in the process's page table. */
	if (perms & ZXVM_VM_PERM_WRITE)
		SetPageDirty(page);
	zxvm_arch_pt_map(&map->vmar->pt, cache, gpa, page_to_phys(page), size,
			 perms, access);
}

/* The page that is wanted, or the block around it, or the pages around it */
static void map_around(const struct zxvm_mapping *map,
		       struct zxvm_page_cache *cache,
		       const struct around *around, u32 access)
{
	u64 gpa = around->gpa + around->wanted * PAGE_SIZE, size;
	unsigned long pfn = around->pfns[around->wanted];
	unsigned int i;

	size = block_size(map, gpa, pfn);
	map_pfn(map, cache, gpa, pfn, size, access);
	if (size > PAGE_SIZE)
		return;
	cache->region = REGION(gpa);
	for (i = 0; i < around->count; i++) {
		pfn = around->pfns[i];
		if (i != around->wanted && pfn & HMM_PFN_VALID &&
		    is_plain_memory(pfn))
			map_pfn(map, cache, around->gpa + i * PAGE_SIZE, pfn,
				PAGE_SIZE, ZXVM_VM_PERM_READ);
	}
}

/*
 * The one page, faulted in as far as @need says, HMM_PFN_REQ_*; user space
 * cannot resolve such a fault.
 */
static int look_closer(struct zxvm_mapping *map, unsigned long address,
		       unsigned long need, struct around *around)
{
	struct hmm_range range = {
		.notifier = &map->notifier,
		.notifier_seq = around->seq,
		.start = address,
		.end = address + PAGE_SIZE,
		.hmm_pfns = around->pfns,
		.default_flags = need,
	};
	int ret;

	mmap_read_lock(map->vmar->mm);
	ret = hmm_range_fault(&range);
	mmap_read_unlock(map->vmar->mm);
	return ret;
}

/* What the process has right now; with @need, which is for one page, for sure */
static int look_up(struct zxvm_mapping *map, unsigned long need,
		   struct around *around)
{
	unsigned long address = map->address + (around->gpa - map->range.start);

	around->seq = mmu_interval_read_begin(&map->notifier);
	zxvm_peek(address, around->pfns, around->count);
	if ((around->pfns[0] & need) == need)
		return 0;
	return look_closer(map, address, need, around);
}

/**
 * zxvm_mapping_fill() - bring a page of a mapping into the page table
 * @map: its VMAR's lock is held
 * @cache: pages for tables
 * @gpa: in the mapping
 * @access: ZXVM_VM_PERM_*: what the page is wanted for
 * @fault: fault the page into the process if it is not there, and bring in
 *	what the process has around it as well, if the last fault was near
 *
 * A page gets all permissions that the mapping and the process's page table
 * allow now, not just @access.
 *
 * Context: the process whose memory it is; may sleep; takes mmap_lock.
 * Return: 0, -ENOENT (the process has nothing there, or may not access it
 * like this), -ENOMEM, -EIO (broken memory), -EINTR (a signal).
 */
int zxvm_mapping_fill(struct zxvm_mapping *map, struct zxvm_page_cache *cache,
		      u64 gpa, u32 access, bool fault)
{
	unsigned long address = map->address +
		(ALIGN_DOWN(gpa, PAGE_SIZE) - map->range.start);
	unsigned long want = HMM_PFN_VALID |
		(access & ZXVM_VM_PERM_WRITE ? HMM_PFN_WRITE : 0);
	struct zxvm_vmar *vmar = map->vmar;
	unsigned long need = 0, seen = 0, pfn;
	struct around around;
	bool alone;
	int ret;

	ret = page_cache_fill(cache);
	if (ret)
		return ret;
	/* Memory in blocks is looked at page by page, too: not in vain. */
	alone = !fault || cache->region != REGION(gpa);
	choose_around(map, gpa, alone, &around);
	for (;;) {
		bool done = false, there;

		if (signal_pending(current))
			return -EINTR;
		ret = look_up(map, need, &around);
		if (ret == -EBUSY)
			continue;
		pfn = around.pfns[around.wanted];
		there = !ret && (pfn & want) == want;
		if (there) {
			spin_lock(&vmar->pt_lock);
			if (mmu_interval_read_retry(&map->notifier,
						    around.seq)) {
				spin_unlock(&vmar->pt_lock);
				continue;
			}
			done = is_plain_memory(pfn) ||
			       (need && hmm_pfn_to_page(pfn) ==
					pfn_to_page(seen));
			if (done)
				map_around(map, cache, &around, access);
			spin_unlock(&vmar->pt_lock);
		}
		if (done)
			return 0;
		/* What HMM cannot fault in either is not to be had. */
		if (!fault || (need && !there))
			return -ENOENT;
		ret = zxvm_fault_in(address, access, &seen);
		if (ret)
			return ret;
		need = want;
		choose_around(map, gpa, true, &around);
	}
}

/**
 * zxvm_vmar_fault() - resolve a second-stage fault
 * @vmar: of the guest
 * @cache: of the VCPU
 * @gpa: that was accessed
 * @access: ZXVM_VM_PERM_*
 *
 * Context: a thread of the process that created the guest; may sleep.
 * Return: 0, -ENOENT (nothing is mapped, nothing is behind the mapping, or
 * there is a trap in front of it), -EOPNOTSUPP (the mapping does not allow
 * the access), -ENOMEM, -EIO, -EINTR.
 */
int zxvm_vmar_fault(struct zxvm_vmar *vmar, struct zxvm_page_cache *cache,
		    u64 gpa, u32 access)
{
	struct zxvm_mapping *map;
	int ret;

	if (down_read_killable(&vmar->lock))
		return -EINTR;
	map = zxvm_mapping_first(vmar, gpa, gpa);
	if (!map || zxvm_trap_meets(vmar->traps, gpa, gpa))
		ret = -ENOENT;
	else if (access & ~map->perms)
		ret = -EOPNOTSUPP;
	else
		ret = zxvm_mapping_fill(map, cache, gpa, access, true);
	up_read(&vmar->lock);
	return ret;
}

/**
 * zxvm_vmar_map_page() - show the guest a page of the kernel's own
 * @vmar: of the guest
 * @cache: of the VCPU
 * @gpa: where: a page that is reserved, zxvm_guest_reserve()
 * @pa: its physical address
 * @perms: ZXVM_VM_PERM_*
 *
 * Like all else that is in the table, it may be dropped at any time.
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int zxvm_vmar_map_page(struct zxvm_vmar *vmar, struct zxvm_page_cache *cache,
		       u64 gpa, u64 pa, u32 perms)
{
	int ret = page_cache_fill(cache);

	if (ret)
		return ret;
	spin_lock(&vmar->pt_lock);
	zxvm_arch_pt_map(&vmar->pt, cache, gpa, pa, PAGE_SIZE, perms, perms);
	spin_unlock(&vmar->pt_lock);
	return 0;
}

/**
 * zxvm_vmar_unmap_page() - hide it again
 * @vmar: of the guest
 * @gpa: where
 *
 * Context: may sleep. No VCPU can use the page when it returns.
 */
void zxvm_vmar_unmap_page(struct zxvm_vmar *vmar, u64 gpa)
{
	drop_range(vmar, gpa, gpa + PAGE_SIZE - 1, true);
}

/**
 * zxvm_vmar_create() - the address space of a new guest
 * @guest_koid: of the guest
 * @traps: of the guest
 *
 * Context: the process whose memory will be mapped; may sleep.
 * Return: the VMAR, or ERR_PTR of -ENOMEM.
 */
struct zxvm_vmar *zxvm_vmar_create(u64 guest_koid, struct zxvm_traps *traps)
{
	struct zxvm_vmar *vmar;
	int ret;

	vmar = kzalloc(sizeof(*vmar), GFP_KERNEL_ACCOUNT);
	if (!vmar)
		return ERR_PTR(-ENOMEM);
	zxvm_object_init(&vmar->obj, &zxvm_vmar_type, guest_koid);
	init_rwsem(&vmar->lock);
	spin_lock_init(&vmar->pt_lock);
	vmar->mappings = RB_ROOT;
	vmar->traps = traps;
	ret = zxvm_arch_pt_init(&vmar->pt);
	if (ret) {
		kfree(vmar);
		return ERR_PTR(ret);
	}
	vmar->mm = current->mm;
	mmgrab(vmar->mm);
	return vmar;
}

/**
 * zxvm_vmar_kill() - the guest is gone: drop all mappings and the page table
 * @vmar: no VCPU uses it any more
 *
 * Context: may sleep.
 */
void zxvm_vmar_kill(struct zxvm_vmar *vmar)
{
	struct zxvm_mapping *map;

	down_write(&vmar->lock);
	vmar->dead = true;
	while ((map = zxvm_mapping_first(vmar, 0, U64_MAX))) {
		rb_erase(&map->range.node, &vmar->mappings);
		zxvm_mapping_free(map);
		cond_resched();
	}
	zxvm_arch_pt_destroy(&vmar->pt);
	up_write(&vmar->lock);
	mmdrop(vmar->mm);
}
