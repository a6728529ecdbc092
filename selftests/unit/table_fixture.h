/* SPDX-License-Identifier: GPL-2.0 */
/* What the tests of both kinds of second-stage tables stand on. */
#ifndef ZXVM_UNIT_TABLE_FIXTURE_H
#define ZXVM_UNIT_TABLE_FIXTURE_H

#include "memory.h"

/* Pages for new tables; zxvm_page_cache_take() fails the test without any */
void fill_cache(struct zxvm_page_cache *cache, unsigned int pages);
void drain_cache(struct zxvm_page_cache *cache);

/* What was flushed: how often, and the last range */
extern unsigned int flushes;
extern u64 flushed_start, flushed_last;
/* Called with each flush, or NULL */
extern void (*on_flush)(u64 start, u64 last);
void note_flush(u64 start, u64 last);

#endif /* ZXVM_UNIT_TABLE_FIXTURE_H */
