// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The VMAR calls: checks, and the order of what they do. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "newer.h"
#include "space.h"
#include "vmar.h"

#define ALIGN_MASK	(0xffu << ZX_VM_ALIGN_BASE)
#define MAP_OPTIONS	(PERMS | ZX_VM_SPECIFIC | ZX_VM_SPECIFIC_OVERWRITE | \
			 ZX_VM_MAP_RANGE | ZX_VM_REQUIRE_NON_RESIZABLE | \
			 ZX_VM_ALLOW_FAULTS | ZX_VM_OFFSET_IS_UPPER_LIMIT | \
			 ZX_VM_PERM_READ_IF_XOM_UNSUPPORTED | ALIGN_MASK)
#define CAN_PERMS	(ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE | \
			 ZX_VM_CAN_MAP_EXECUTE)
#define ALLOC_OPTIONS	(CAN_PERMS | ZX_VM_CAN_MAP_SPECIFIC | ZX_VM_COMPACT | \
			 ZX_VM_SPECIFIC | ZX_VM_OFFSET_IS_UPPER_LIMIT | \
			 ALIGN_MASK)
#define ANY_SPECIFIC	(ZX_VM_SPECIFIC | ZX_VM_SPECIFIC_OVERWRITE)

/* The permissions, the rights and the ZX_VM_CAN_MAP_* have the same order */
#define CAN_SHIFT	7
#define RIGHT_SHIFT	2

_Static_assert(ZX_VM_PERM_EXECUTE << CAN_SHIFT == ZX_VM_CAN_MAP_EXECUTE, "");
_Static_assert(ZX_VM_PERM_EXECUTE << RIGHT_SHIFT == ZX_RIGHT_EXECUTE, "");

static struct vmar *vmar_of(const struct handle *slot)
{
	return container_of(slot->object, struct vmar, object);
}

static void vmar_destroy(struct object *object)
{
	struct vmar *vmar = container_of(object, struct vmar, object);
	struct region *region = vmar->region;
	struct aspace *space = vmar->space;

	pthread_mutex_lock(&space->lock);
	region->handles--;
	if (region->destroyed && !region->handles)
		free(region);
	pthread_mutex_unlock(&space->lock);
	aspace_put(space);
	free(vmar);
}

/* A new object for a region; takes a reference to the space over. */
static struct vmar *vmar_make(struct aspace *space, struct region *region,
			      zx_koid_t koid)
{
	struct vmar *vmar = malloc(sizeof(*vmar));

	if (!vmar)
		return NULL;
	object_init(&vmar->object, ZX_OBJ_TYPE_VMAR, koid, vmar_destroy);
	vmar->object.related_koid = space->koid;
	vmar->space = space;
	vmar->region = region;
	region->handles++;
	return vmar;
}

zx_status_t vmar_adopt(int fd, const struct zxvm_handle_info *info,
		       zx_handle_t *out)
{
	struct aspace *space;
	struct vmar *vmar;
	zx_status_t status = aspace_open(fd, info->related_koid, &space);

	if (status != ZX_OK) {
		close(fd);
		return status;
	}
	pthread_mutex_lock(&space->lock);
	vmar = vmar_make(space, &space->root, info->koid);
	pthread_mutex_unlock(&space->lock);
	if (!vmar) {
		aspace_put(space);
		close(fd);
		return ZX_ERR_NO_MEMORY;
	}
	return handle_new(&vmar->object, fd, info->rights, out);
}

static zx_handle_t root_self;

static void make_root_self(void)
{
	struct aspace *space = aspace_get(aspace_self());
	struct vmar *vmar = vmar_make(space, &space->root, koid_local());

	if (vmar)
		handle_new(&vmar->object, -1, ZX_DEFAULT_VMAR_RIGHTS |
			   ZX_RIGHTS_IO | ZX_RIGHT_EXECUTE, &root_self);
}

EXPORT zx_handle_t zx_vmar_root_self(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_root_self);
	return root_self;
}

/* A legal alignment of at least a page, from the top byte of the options. */
static bool parse_align(zx_vm_option_t options, uint64_t *align)
{
	uint32_t log2 = options >> ZX_VM_ALIGN_BASE;

	*align = page_size();
	if (!log2)
		return true;
	if (log2 < 10 || log2 > 32)
		return false;
	if (1ull << log2 > *align)
		*align = 1ull << log2;
	return true;
}

/* What the two ways to place something have in common. */
static bool placement_ok(zx_vm_option_t options, uint64_t offset,
			 uint64_t size)
{
	if (!size || offset & (page_size() - 1))
		return false;
	if (options & ANY_SPECIFIC && options & ZX_VM_OFFSET_IS_UPPER_LIMIT)
		return false;
	return !offset ||
	       options & (ANY_SPECIFIC | ZX_VM_OFFSET_IS_UPPER_LIMIT);
}

/* Find where something of @size goes in a region, or START_ANYWHERE. */
static zx_status_t place(const struct aspace *space,
			 const struct region *region, zx_vm_option_t options,
			 uint64_t offset, uint64_t size, uint64_t align,
			 uint64_t *start)
{
	bool over = options & ZX_VM_SPECIFIC_OVERWRITE;
	uint64_t limit = region->base + region->size;

	if (options & ANY_SPECIFIC) {
		if (!(region->can & ZX_VM_CAN_MAP_SPECIFIC))
			return ZX_ERR_ACCESS_DENIED;
		if (offset > region->size || size > region->size - offset)
			return ZX_ERR_INVALID_ARGS;
		*start = region->base + offset;
		if (*start & (align - 1))
			return ZX_ERR_INVALID_ARGS;
		if (region_meets_child(region, *start, size))
			return over ? ZX_ERR_INVALID_ARGS :
				      ZX_ERR_ALREADY_EXISTS;
		return ZX_OK;
	}
	if (options & ZX_VM_OFFSET_IS_UPPER_LIMIT) {
		if (offset > region->size || offset < size)
			return ZX_ERR_INVALID_ARGS;
		limit = region->base + offset;
	} else if (space->ops->anywhere(region)) {
		*start = START_ANYWHERE;
		return ZX_OK;
	}
	return region_gap(space, region, size, align, limit, start) ?
		ZX_OK : ZX_ERR_NO_RESOURCES;
}

static zx_status_t map_locked(struct aspace *space, struct region *region,
			      const struct map_request *request,
			      uint64_t offset, uint64_t *start)
{
	struct mapping map = {
		.size = request->size,
		.perms = request->perms,
		.max_perms = request->max_perms &
			     region->can >> CAN_SHIFT & PERMS,
	};
	zx_status_t status;

	if (region->destroyed)
		return ZX_ERR_BAD_STATE;
	if (request->perms & ~map.max_perms || aspace_foreign(space))
		return ZX_ERR_ACCESS_DENIED;
	status = place(space, region, request->options, offset, request->size,
		       request->align, start);
	if (status != ZX_OK)
		return status;
	/* Reservations of ours look taken to Linux: we must know ourselves */
	if (region->parent && !(request->options & ZX_VM_SPECIFIC_OVERWRITE) &&
	    maps_meet(space, *start, request->size))
		return ZX_ERR_ALREADY_EXISTS;
	if (!maps_reserve(space))
		return ZX_ERR_NO_MEMORY;
	status = space->ops->map(space, region, request, start, &map.host);
	if (status != ZX_OK)
		return status;
	map.start = *start;
	maps_cut(space, map.start, map.size);
	maps_insert(space, &map);
	return ZX_OK;
}

static zx_status_t check_vmo(const struct handle *slot, uint64_t len,
			     struct map_request *request)
{
	struct vmo *vmo = container_of(slot->object, struct vmo, object);
	zx_status_t status;
	uint64_t size;

	if (!(slot->rights & ZX_RIGHT_MAP))
		return ZX_ERR_ACCESS_DENIED;
	if (vmo->resizable && request->options & ZX_VM_REQUIRE_NON_RESIZABLE)
		return ZX_ERR_NOT_SUPPORTED;
	if (request->vmo_offset & (page_size() - 1))
		return ZX_ERR_INVALID_ARGS;
	if (len > INT64_MAX || request->vmo_offset > INT64_MAX - len)
		return ZX_ERR_OUT_OF_RANGE;
	status = vmo_size(vmo, &size);
	if (status != ZX_OK)
		return status;
	if (!(request->options & ZX_VM_ALLOW_FAULTS) &&
	    (request->vmo_offset > size || len > size - request->vmo_offset))
		return ZX_ERR_BUFFER_TOO_SMALL;
	request->fd = vmo->fd;
	request->max_perms = slot->rights >> RIGHT_SHIFT & PERMS;
	return ZX_OK;
}

static zx_status_t map_checked(const struct handle *slot,
			       const struct handle *vmo_slot,
			       struct map_request *request, uint64_t offset,
			       uint64_t *start)
{
	struct vmar *vmar = vmar_of(slot);
	zx_status_t status;

	if (request->options & ~MAP_OPTIONS ||
	    !parse_align(request->options, &request->align) ||
	    !page_round_up(request->size, &request->size) ||
	    !placement_ok(request->options, offset, request->size))
		return ZX_ERR_INVALID_ARGS;
	request->perms = request->options & PERMS;
	if (request->options & ZX_VM_PERM_READ_IF_XOM_UNSUPPORTED &&
	    request->perms & ZX_VM_PERM_EXECUTE)
		request->perms |= ZX_VM_PERM_READ;
	if (request->perms && !(request->perms & ZX_VM_PERM_READ))
		return ZX_ERR_INVALID_ARGS;
	if (request->perms & ~(slot->rights >> RIGHT_SHIFT))
		return ZX_ERR_ACCESS_DENIED;
	status = check_vmo(vmo_slot, request->size, request);
	if (status != ZX_OK)
		return status;
	pthread_mutex_lock(&vmar->space->lock);
	status = map_locked(vmar->space, vmar->region, request, offset, start);
	pthread_mutex_unlock(&vmar->space->lock);
	return status;
}

EXPORT zx_status_t zx_vmar_map(zx_handle_t handle, zx_vm_option_t options,
			       uint64_t vmar_offset, zx_handle_t vmo,
			       uint64_t vmo_offset, uint64_t len,
			       zx_vaddr_t *mapped_addr)
{
	struct map_request request = {
		.vmo_offset = vmo_offset,
		.size = len,
		.options = options,
	};
	struct handle *slot, *vmo_slot;
	uint64_t start;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMAR,
					      RIGHTS_NONE, &slot);

	if (status != ZX_OK)
		return status;
	status = handle_get_typed(vmo, ZX_OBJ_TYPE_VMO, RIGHTS_NONE,
				  &vmo_slot);
	if (status == ZX_OK) {
		status = mapped_addr ? map_checked(slot, vmo_slot, &request,
						   vmar_offset, &start) :
				       ZX_ERR_INVALID_ARGS;
		handle_put(vmo_slot);
	}
	if (status == ZX_OK)
		*mapped_addr = start;
	handle_put(slot);
	return status;
}

/* Whole pages inside the region, which must still be there. */
static zx_status_t check_range(const struct aspace *space,
			       const struct region *region, uint64_t address,
			       uint64_t *size)
{
	if (region->destroyed)
		return ZX_ERR_BAD_STATE;
	if (aspace_foreign(space))
		return ZX_ERR_ACCESS_DENIED;
	if (address & (page_size() - 1) || !*size ||
	    !page_round_up(*size, size) ||
	    !region_contains(region, address, *size))
		return ZX_ERR_INVALID_ARGS;
	return ZX_OK;
}

static zx_status_t unmap_locked(struct aspace *space, struct region *region,
				uint64_t start, uint64_t size)
{
	zx_status_t status = check_range(space, region, start, &size);

	if (status != ZX_OK)
		return status;
	if (region_cuts_child(region, start, size))
		return ZX_ERR_INVALID_ARGS;
	if (!maps_reserve(space))
		return ZX_ERR_NO_MEMORY;
	status = space->ops->unmap(space, region, start, size);
	if (status != ZX_OK)
		return status;
	maps_cut(space, start, size);
	region_kill_children(region, start, size);
	return ZX_OK;
}

EXPORT zx_status_t zx_vmar_unmap(zx_handle_t handle, zx_vaddr_t addr,
				 uint64_t len)
{
	struct handle *slot;
	struct vmar *vmar;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMAR,
					      RIGHTS_NONE, &slot);

	if (status != ZX_OK)
		return status;
	vmar = vmar_of(slot);
	pthread_mutex_lock(&vmar->space->lock);
	status = unmap_locked(vmar->space, vmar->region, addr, len);
	pthread_mutex_unlock(&vmar->space->lock);
	handle_put(slot);
	return status;
}

static zx_status_t protect_locked(struct aspace *space, struct region *region,
				  zx_vm_option_t perms, uint64_t start,
				  uint64_t size)
{
	zx_status_t status = check_range(space, region, start, &size);
	size_t first, end, i;

	if (status != ZX_OK)
		return status;
	if (region_meets_child(region, start, size))
		return ZX_ERR_INVALID_ARGS;
	/* In the root of this process there is memory that is not ours */
	if (!space->ops->anywhere(region) && !maps_cover(space, start, size))
		return ZX_ERR_NOT_FOUND;
	if (!maps_reserve(space))
		return ZX_ERR_NO_MEMORY;
	maps_split(space, start);
	maps_split(space, start + size);
	first = maps_first(space, start);
	end = maps_first(space, start + size);
	for (i = first; i < end; i++)
		if (perms & ~space->maps[i].max_perms)
			return ZX_ERR_ACCESS_DENIED;
	status = space->ops->protect(space, start, size, first, end, perms);
	for (i = first; i < end && status == ZX_OK; i++)
		space->maps[i].perms = perms;
	return status;
}

EXPORT zx_status_t zx_vmar_protect(zx_handle_t handle, zx_vm_option_t options,
				   zx_vaddr_t addr, uint64_t len)
{
	struct handle *slot;
	struct vmar *vmar;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMAR,
					      RIGHTS_NONE, &slot);

	if (status != ZX_OK)
		return status;
	vmar = vmar_of(slot);
	if (options & ~PERMS || (options && !(options & ZX_VM_PERM_READ))) {
		status = ZX_ERR_INVALID_ARGS;
	} else if (options & ~(slot->rights >> RIGHT_SHIFT)) {
		status = ZX_ERR_ACCESS_DENIED;
	} else {
		pthread_mutex_lock(&vmar->space->lock);
		status = protect_locked(vmar->space, vmar->region, options,
					addr, len);
		pthread_mutex_unlock(&vmar->space->lock);
	}
	handle_put(slot);
	return status;
}

static zx_status_t allocate_locked(struct vmar *parent, struct region *child,
				   zx_vm_option_t options, uint64_t offset,
				   uint64_t align)
{
	struct aspace *space = parent->space;
	zx_status_t status;

	if (parent->region->destroyed)
		return ZX_ERR_BAD_STATE;
	if (child->can & ~parent->region->can & CAN_PERMS)
		return ZX_ERR_ACCESS_DENIED;
	status = place(space, parent->region, options, offset, child->size,
		       align, &child->base);
	if (status != ZX_OK)
		return status;
	if (child->base != START_ANYWHERE &&
	    maps_meet(space, child->base, child->size))
		return ZX_ERR_ALREADY_EXISTS;
	status = space->ops->reserve(parent->region, &child->base, child->size,
				     align);
	if (status == ZX_OK)
		region_link(parent->region, child);
	return status;
}

/* Undo allocate_locked(), if it came so far. */
static void unallocate(struct vmar *parent, struct region *region)
{
	pthread_mutex_lock(&parent->space->lock);
	if (!region->destroyed)
		unmap_locked(parent->space, parent->region, region->base,
			     region->size);
	pthread_mutex_unlock(&parent->space->lock);
}

static zx_status_t allocate(const struct handle *slot, zx_vm_option_t options,
			    uint64_t offset, uint64_t size, zx_handle_t *out,
			    zx_vaddr_t *address)
{
	zx_rights_t rights = (options & CAN_PERMS) >> CAN_SHIFT << RIGHT_SHIFT;
	struct vmar *parent = vmar_of(slot);
	struct region *region;
	struct vmar *vmar;
	zx_status_t status;
	zx_handle_t handle;
	uint64_t align;

	if (!out || !address || options & ~ALLOC_OPTIONS ||
	    !parse_align(options, &align) || !page_round_up(size, &size) ||
	    !placement_ok(options, offset, size))
		return ZX_ERR_INVALID_ARGS;
	if (rights & ~slot->rights)
		return ZX_ERR_ACCESS_DENIED;
	region = calloc(1, sizeof(*region));
	if (!region)
		return ZX_ERR_NO_MEMORY;
	region->size = size;
	region->can = options & (CAN_PERMS | ZX_VM_CAN_MAP_SPECIFIC);
	vmar = vmar_make(parent->space, region, koid_local());
	if (!vmar) {
		free(region);
		return ZX_ERR_NO_MEMORY;
	}
	aspace_get(parent->space);
	pthread_mutex_lock(&parent->space->lock);
	status = allocate_locked(parent, region, options, offset, align);
	region->destroyed = status != ZX_OK;
	pthread_mutex_unlock(&parent->space->lock);
	if (status == ZX_OK)
		status = handle_new(object_get(&vmar->object), -1,
				    ZX_DEFAULT_VMAR_RIGHTS | rights, &handle);
	if (status == ZX_OK) {
		*address = region->base;
		*out = handle;
	} else {
		unallocate(parent, region);
	}
	object_put(&vmar->object);
	return status;
}

EXPORT zx_status_t zx_vmar_allocate(zx_handle_t parent_vmar,
				    zx_vm_option_t options, uint64_t offset,
				    uint64_t size, zx_handle_t *child_vmar,
				    zx_vaddr_t *child_addr)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(parent_vmar, ZX_OBJ_TYPE_VMAR,
					      RIGHTS_NONE, &slot);

	if (status != ZX_OK)
		return status;
	status = allocate(slot, options, offset, size, child_vmar, child_addr);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_vmar_destroy(zx_handle_t handle)
{
	struct handle *slot;
	struct region *region;
	struct vmar *vmar;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMAR,
					      ZX_RIGHT_OP_CHILDREN, &slot);

	if (status != ZX_OK)
		return status;
	vmar = vmar_of(slot);
	region = vmar->region;
	pthread_mutex_lock(&vmar->space->lock);
	if (region->destroyed)
		status = ZX_ERR_BAD_STATE;
	else if (!region->parent)
		status = ZX_ERR_NOT_SUPPORTED;
	else
		status = unmap_locked(vmar->space, region->parent,
				      region->base, region->size);
	pthread_mutex_unlock(&vmar->space->lock);
	handle_put(slot);
	return status;
}

/* The advice for an operation; false if there is no such operation. */
static bool op_advice(uint32_t op, int *advice)
{
	switch (op) {
	case ZX_VMAR_OP_COMMIT:
		*advice = MADV_POPULATE_WRITE;
		return true;
	case ZX_VMAR_OP_DECOMMIT:
	case ZX_VMAR_OP_ZERO:
		*advice = MADV_REMOVE;
		return true;
	case ZX_VMAR_OP_MAP_RANGE:
	case ZX_VMAR_OP_PREFETCH:
	case ZX_VMAR_OP_ALWAYS_NEED:
		*advice = MADV_WILLNEED;
		return true;
	case ZX_VMAR_OP_DONT_NEED:
		*advice = MADV_NORMAL;
		return true;
	default:
		return false;
	}
}

static zx_status_t advise(const struct mapping *map, uint64_t start,
			  uint64_t end, int advice)
{
	bool changes = advice == MADV_POPULATE_WRITE || advice == MADV_REMOVE;

	if (start < map->start)
		start = map->start;
	if (end > map->start + map->size)
		end = map->start + map->size;
	if (changes && !(map->perms & ZX_VM_PERM_WRITE))
		return ZX_ERR_ACCESS_DENIED;
	if (madvise(map->host + (start - map->start), end - start, advice) &&
	    changes)
		return errno == EFAULT ? ZX_ERR_OUT_OF_RANGE :
					 status_from_errno(errno);
	return ZX_OK;
}

static zx_status_t op_locked(struct aspace *space, struct region *region,
			     uint64_t start, uint64_t size, int advice)
{
	zx_status_t status;
	size_t i;

	if (size & (page_size() - 1))
		return ZX_ERR_INVALID_ARGS;
	status = check_range(space, region, start, &size);
	if (status != ZX_OK)
		return status;
	if (!maps_cover(space, start, size))
		return ZX_ERR_NOT_FOUND;
	for (i = maps_first(space, start);
	     status == ZX_OK && i < space->count &&
	     space->maps[i].start < start + size; i++)
		status = advise(&space->maps[i], start, start + size, advice);
	return status;
}

EXPORT zx_status_t zx_vmar_op_range(zx_handle_t handle, uint32_t op,
				    zx_vaddr_t address, size_t size,
				    void *buffer, size_t buffer_size)
{
	struct handle *slot;
	struct vmar *vmar;
	int advice;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMAR,
					      RIGHTS_NONE, &slot);

	(void)buffer;
	(void)buffer_size;
	if (status != ZX_OK)
		return status;
	vmar = vmar_of(slot);
	if (!op_advice(op, &advice)) {
		status = ZX_ERR_INVALID_ARGS;
	} else if (advice != MADV_WILLNEED && advice != MADV_NORMAL &&
		   !(slot->rights & ZX_RIGHT_WRITE)) {
		status = ZX_ERR_ACCESS_DENIED;
	} else {
		pthread_mutex_lock(&vmar->space->lock);
		status = op_locked(vmar->space, vmar->region, address, size,
				   advice);
		pthread_mutex_unlock(&vmar->space->lock);
	}
	handle_put(slot);
	return status;
}

zx_status_t vmar_info(const struct handle *slot, zx_info_vmar_t *info)
{
	struct vmar *vmar = vmar_of(slot);
	zx_status_t status = ZX_ERR_BAD_STATE;

	pthread_mutex_lock(&vmar->space->lock);
	if (!vmar->region->destroyed) {
		info->base = vmar->region->base;
		info->len = vmar->region->size;
		status = ZX_OK;
	}
	pthread_mutex_unlock(&vmar->space->lock);
	return status;
}
