// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Regions and mappings as bookkeeping: no system call here. All under the
 * lock of the address space.
 */
#include <stdlib.h>
#include <string.h>

#include "space.h"

static bool ranges_meet(uint64_t start, uint64_t size, uint64_t other,
			uint64_t other_size)
{
	return start < other + other_size && other < start + size;
}

bool region_contains(const struct region *region, uint64_t start,
		     uint64_t size)
{
	return start >= region->base && size <= region->size &&
	       start - region->base <= region->size - size;
}

bool region_meets_child(const struct region *region, uint64_t start,
			uint64_t size)
{
	const struct region *child;

	for (child = region->children; child; child = child->next)
		if (ranges_meet(start, size, child->base, child->size))
			return true;
	return false;
}

/* Does the range have a part of a sub-region, but not all of it? */
bool region_cuts_child(const struct region *region, uint64_t start,
		       uint64_t size)
{
	const struct region range = { .base = start, .size = size };
	const struct region *child;

	for (child = region->children; child; child = child->next)
		if (ranges_meet(start, size, child->base, child->size) &&
		    !region_contains(&range, child->base, child->size))
			return true;
	return false;
}

void region_link(struct region *parent, struct region *child)
{
	struct region **at = &parent->children;

	while (*at && (*at)->base < child->base)
		at = &(*at)->next;
	child->parent = parent;
	child->next = *at;
	*at = child;
}

/* Take a region and all below it out of the tree. */
static void kill_region(struct region *region)
{
	struct region **at = &region->parent->children;

	while (region->children)
		kill_region(region->children);
	while (*at != region)
		at = &(*at)->next;
	*at = region->next;
	region->destroyed = true;
	if (!region->handles)
		free(region);
}

void region_kill_children(struct region *region, uint64_t start,
			  uint64_t size)
{
	struct region *child, *next;

	for (child = region->children; child; child = next) {
		next = child->next;
		if (ranges_meet(start, size, child->base, child->size))
			kill_region(child);
	}
}

/* The first mapping that ends after @address. */
size_t maps_first(const struct aspace *space, uint64_t address)
{
	size_t low = 0, high = space->count, mid;

	while (low < high) {
		mid = low + (high - low) / 2;
		if (space->maps[mid].start + space->maps[mid].size <= address)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool maps_meet(const struct aspace *space, uint64_t start, uint64_t size)
{
	size_t i = maps_first(space, start);

	return i < space->count && space->maps[i].start < start + size;
}

/* Is every page of the range mapped? */
bool maps_cover(const struct aspace *space, uint64_t start, uint64_t size)
{
	uint64_t end = start + size;
	size_t i;

	for (i = maps_first(space, start); start < end; i++) {
		if (i == space->count || space->maps[i].start > start)
			return false;
		start = space->maps[i].start + space->maps[i].size;
	}
	return true;
}

/* Room for two splits and an insertion, so that they cannot fail. */
bool maps_reserve(struct aspace *space)
{
	size_t room = space->room * 2 + 8;
	struct mapping *maps;

	if (space->room - space->count >= 3)
		return true;
	maps = realloc(space->maps, room * sizeof(*maps));
	if (!maps)
		return false;
	space->maps = maps;
	space->room = room;
	return true;
}

static void maps_open(struct aspace *space, size_t at)
{
	memmove(&space->maps[at + 1], &space->maps[at],
		(space->count - at) * sizeof(*space->maps));
	space->count++;
}

/* Make @at a border of mappings. */
void maps_split(struct aspace *space, uint64_t at)
{
	size_t i = maps_first(space, at);
	struct mapping *low, *high;
	uint64_t below;

	if (i == space->count || space->maps[i].start >= at)
		return;
	below = at - space->maps[i].start;
	maps_open(space, i);
	low = &space->maps[i];
	high = &space->maps[i + 1];
	low->size = below;
	high->start = at;
	high->size -= below;
	high->host += below;
}

/* Forget what is mapped in a range. */
void maps_cut(struct aspace *space, uint64_t start, uint64_t size)
{
	size_t first, end, i;

	maps_split(space, start);
	maps_split(space, start + size);
	first = maps_first(space, start);
	end = maps_first(space, start + size);
	for (i = first; i < end; i++)
		space->ops->drop(space, &space->maps[i]);
	memmove(&space->maps[first], &space->maps[end],
		(space->count - end) * sizeof(*space->maps));
	space->count -= end - first;
}

void maps_insert(struct aspace *space, const struct mapping *mapping)
{
	size_t i = maps_first(space, mapping->start);

	maps_open(space, i);
	space->maps[i] = *mapping;
}

/*
 * The lowest aligned gap in a region that ends at @limit or before. Regions
 * and mappings are two sorted lists of what is taken.
 */
bool region_gap(const struct aspace *space, const struct region *region,
		uint64_t size, uint64_t align, uint64_t limit,
		uint64_t *start)
{
	const struct region *child = region->children;
	const struct mapping *map = NULL;
	uint64_t at = region->base, end;
	size_t i;

	for (;;) {
		if (at > UINT64_MAX - (align - 1))
			return false;
		at = (at + align - 1) & ~(align - 1);
		if (at > limit || size > limit - at)
			return false;
		while (child && child->base + child->size <= at)
			child = child->next;
		i = maps_first(space, at);
		map = i < space->count ? &space->maps[i] : NULL;
		end = at + size;
		if (child && child->base < end)
			at = child->base + child->size;
		else if (map && map->start < end)
			at = map->start + map->size;
		else
			break;
	}
	*start = at;
	return true;
}
