/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Address spaces: this process's, and those of guests. Each is a tree of
 * regions and a sorted list of the mappings that libzx made.
 *
 * A guest has the memory of this process: behind each mapping of a guest lies
 * a mapping of ours (the helper), at an address of no meaning.
 */
#ifndef LIBZX_SPACE_H
#define LIBZX_SPACE_H

#include <pthread.h>

#include "internal.h"

#define PERMS (ZX_VM_PERM_READ | ZX_VM_PERM_WRITE | ZX_VM_PERM_EXECUTE)

/*
 * struct region - a VMAR
 * @children: sub-regions by address, linked by @next
 * @can: ZX_VM_CAN_MAP_*
 * @destroyed: out of the tree; waits for its handles to go
 * @handles: objects that stand for it
 */
struct region {
	struct region *parent;
	struct region *children;
	struct region *next;
	uint64_t base;
	uint64_t size;
	zx_vm_option_t can;
	bool destroyed;
	unsigned int handles;
};

/*
 * struct mapping - pages of a VMO at [@start, @start + @size)
 * @perms: ZX_VM_PERM_* now
 * @max_perms: what the rights at the time of mapping allow
 * @host: where this process has them
 */
struct mapping {
	uint64_t start;
	uint64_t size;
	zx_vm_option_t perms;
	zx_vm_option_t max_perms;
	char *host;
};

/*
 * struct map_request - what zx_vmar_map was asked
 * @align: at least a page
 */
struct map_request {
	int fd;
	uint64_t vmo_offset;
	uint64_t size;
	uint64_t align;
	zx_vm_option_t options;
	zx_vm_option_t perms;
	zx_vm_option_t max_perms;
};

#define START_ANYWHERE UINT64_MAX

/*
 * struct space_ops - what the two kinds of address space do differently
 * @anywhere: Linux chooses addresses in this region
 * @map: map at *@start, in place of what is there if OVERWRITE is asked for
 * @unmap: make a range of a region empty
 * @protect: change the permissions of whole mappings [@first, @end)
 * @drop: a mapping, or a part of one, is gone
 * @reserve: a sub-region is made at *@start
 *
 * All under the lock.
 */
struct aspace;
struct space_ops {
	bool (*anywhere)(const struct region *region);
	zx_status_t (*map)(struct aspace *space, struct region *region,
			   const struct map_request *request, uint64_t *start,
			   char **host);
	zx_status_t (*unmap)(struct aspace *space, struct region *region,
			     uint64_t start, uint64_t size);
	zx_status_t (*protect)(struct aspace *space, uint64_t start,
			       uint64_t size, size_t first, size_t end,
			       zx_vm_option_t perms);
	void (*drop)(const struct aspace *space,
		     const struct mapping *mapping);
	zx_status_t (*reserve)(struct region *parent, uint64_t *start,
			       uint64_t size, uint64_t align);
};

extern const struct space_ops self_ops;
extern const struct space_ops guest_ops;

/*
 * struct aspace - an address space
 * @refs: its VMAR objects, the guest, the VCPUs
 * @fd: the guest VMAR, with all rights that we could get; -1 for self
 * @koid: of the guest
 * @generation: of the process that has the helpers
 */
struct aspace {
	atomic_uint refs;
	pthread_mutex_t lock;
	const struct space_ops *ops;
	struct region root;
	struct mapping *maps;
	size_t count;
	size_t room;
	int fd;
	zx_koid_t koid;
	uint32_t generation;
	struct aspace *next;
};

/* space.c */
struct aspace *aspace_find(zx_koid_t guest_koid);
struct aspace *aspace_get(struct aspace *space);
void aspace_put(struct aspace *space);
struct aspace *aspace_self(void);
/* After fork the child has the handles, but neither memory nor permission */
bool aspace_foreign(const struct aspace *space);
zx_status_t aspace_open(int fd, zx_koid_t guest_koid, struct aspace **out);
zx_status_t aspace_set_trap(struct aspace *space, int guest_fd,
			    struct zxvm_trap_args *trap);

/* region.c: pure bookkeeping, under the lock */
bool region_contains(const struct region *region, uint64_t start,
		     uint64_t size);
bool region_meets_child(const struct region *region, uint64_t start,
			uint64_t size);
bool region_cuts_child(const struct region *region, uint64_t start,
		       uint64_t size);
void region_link(struct region *parent, struct region *child);
void region_kill_children(struct region *region, uint64_t start,
			  uint64_t size);
bool region_gap(const struct aspace *space, const struct region *region,
		uint64_t size, uint64_t align, uint64_t limit,
		uint64_t *start);
size_t maps_first(const struct aspace *space, uint64_t address);
bool maps_meet(const struct aspace *space, uint64_t start, uint64_t size);
bool maps_cover(const struct aspace *space, uint64_t start, uint64_t size);
bool maps_reserve(struct aspace *space);
void maps_split(struct aspace *space, uint64_t at);
void maps_cut(struct aspace *space, uint64_t start, uint64_t size);
void maps_insert(struct aspace *space, const struct mapping *mapping);

#endif /* LIBZX_SPACE_H */
