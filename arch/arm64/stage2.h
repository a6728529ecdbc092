/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The second-stage translation table: three levels, 4 KiB granule, 36 bits of
 * intermediate physical address, 2 MiB blocks.
 *
 * Pure logic over memory; what it needs of the hardware is stage2_flush().
 * The caller serialises all calls on one table.
 */
#ifndef ZXVM_ARM64_STAGE2_H
#define ZXVM_ARM64_STAGE2_H

#include <linux/bits.h>
#include <linux/types.h>

struct zxvm_page_cache;

#define STAGE2_IPA_BITS		36
#define STAGE2_BLOCK_SIZE	BIT_ULL(21)

/**
 * struct stage2 - a table
 * @root: the level 1 table, one page
 */
struct stage2 {
	u64 *root;
};

/* Permissions, the numbers of ZXVM_VM_PERM_* */
#define STAGE2_READ		BIT(0)
#define STAGE2_WRITE		BIT(1)
#define STAGE2_EXEC		BIT(2)

int stage2_init(struct stage2 *s2);
void stage2_destroy(struct stage2 *s2);
void stage2_map(struct stage2 *s2, struct zxvm_page_cache *cache, u64 ipa,
		u64 pa, u64 size, u32 perms);
void stage2_unmap(struct stage2 *s2, u64 start, u64 last);
bool stage2_lookup(const struct stage2 *s2, u64 ipa, u64 *pa, u64 *size,
		   u32 *perms);
void stage2_for_each_leaf(const struct stage2 *s2, u64 start, u64 last,
			  void (*fn)(u64 pa, u64 size));

/**
 * stage2_flush() - provided by the user of a table: no CPU may use what was
 * removed from [@start, @last] any more when it returns
 * @s2: the table
 * @start: first address
 * @last: last address
 * @stride: no entry that was removed is smaller than that
 */
void stage2_flush(struct stage2 *s2, u64 start, u64 last, u64 stride);

#endif /* ZXVM_ARM64_STAGE2_H */
