// SPDX-License-Identifier: GPL-2.0
/* What the tests of both kinds of second-stage tables stand on. */
#include <linux/gfp.h>

#include "table_fixture.h"
#include "test.h"

unsigned int flushes;
u64 flushed_start, flushed_last;
void (*on_flush)(u64 start, u64 last);

void fill_cache(struct zxvm_page_cache *cache, unsigned int pages)
{
	while (cache->count < pages)
		cache->pages[cache->count++] =
			(void *)get_zeroed_page(GFP_KERNEL);
}

void drain_cache(struct zxvm_page_cache *cache)
{
	while (cache->count)
		free_page((unsigned long)cache->pages[--cache->count]);
}

void *zxvm_page_cache_take(struct zxvm_page_cache *cache)
{
	CHECK(cache->count > 0);
	return cache->pages[--cache->count];
}

void note_flush(u64 start, u64 last)
{
	flushes++;
	flushed_start = start;
	flushed_last = last;
	if (on_flush)
		on_flush(start, last);
}
