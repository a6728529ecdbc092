// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Address spaces: their life, and the operations of a guest's. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch.h"
#include "host.h"
#include "space.h"

static pthread_mutex_t spaces_lock = PTHREAD_MUTEX_INITIALIZER;
static struct aspace *spaces;

static struct aspace self_space = {
	.refs = 1,
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.ops = &self_ops,
	.root = {
		.base = 2ull << 20,
		.size = (1ull << ARCH_ADDRESS_BITS) - (4ull << 20),
		.can = ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE |
		       ZX_VM_CAN_MAP_EXECUTE | ZX_VM_CAN_MAP_SPECIFIC,
	},
	.fd = -1,
};

struct aspace *aspace_self(void)
{
	return &self_space;
}

struct aspace *aspace_get(struct aspace *space)
{
	atomic_fetch_add(&space->refs, 1);
	return space;
}

bool aspace_foreign(const struct aspace *space)
{
	return space != &self_space &&
	       space->generation != process_generation();
}

static void region_free(struct region *region)
{
	struct region *child, *next;

	for (child = region->children; child; child = next) {
		next = child->next;
		region_free(child);
		free(child);
	}
}

/* The guest is gone with its files; only then do its pages go. */
static void aspace_free(struct aspace *space)
{
	size_t i;

	for (i = 0; i < space->count; i++)
		space->ops->drop(space, &space->maps[i]);
	region_free(&space->root);
	close(space->fd);
	pthread_mutex_destroy(&space->lock);
	free(space->maps);
	free(space);
}

void aspace_put(struct aspace *space)
{
	struct aspace **at = &spaces;
	bool last;

	if (!space)
		return;
	pthread_mutex_lock(&spaces_lock);
	last = atomic_fetch_sub(&space->refs, 1) == 1;
	if (last) {
		while (*at != space)
			at = &(*at)->next;
		*at = space->next;
	}
	pthread_mutex_unlock(&spaces_lock);
	if (last)
		aspace_free(space);
}

static struct aspace *find_locked(zx_koid_t guest_koid)
{
	struct aspace *space = spaces;

	while (space && space->koid != guest_koid)
		space = space->next;
	return space ? aspace_get(space) : NULL;
}

/* The space of a guest whose VMAR this process has seen, or NULL. */
struct aspace *aspace_find(zx_koid_t guest_koid)
{
	struct aspace *space;

	pthread_mutex_lock(&spaces_lock);
	space = find_locked(guest_koid);
	pthread_mutex_unlock(&spaces_lock);
	return space;
}

/*
 * A file of our own: what the program does to the rights of its handle must
 * not take the sub-regions theirs.
 */
static int own_file(int fd)
{
	struct zxvm_handle_rights arg = { .rights = ZXVM_RIGHT_SAME };

	if (zxvm_ioctl(fd, ZXVM_HANDLE_DUPLICATE, &arg) == ZX_OK)
		return arg.fd;
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

/* Under spaces_lock. */
static zx_status_t aspace_make(int fd, zx_koid_t guest_koid,
			       struct aspace **out)
{
	struct zxvm_vmar_info info;
	struct aspace *space;
	zx_status_t status = zxvm_ioctl(fd, ZXVM_VMAR_INFO, &info);

	if (status != ZX_OK)
		return status;
	space = calloc(1, sizeof(*space));
	if (!space)
		return ZX_ERR_NO_MEMORY;
	space->fd = own_file(fd);
	if (space->fd < 0) {
		free(space);
		return ZX_ERR_NO_RESOURCES;
	}
	atomic_init(&space->refs, 1);
	pthread_mutex_init(&space->lock, NULL);
	space->ops = &guest_ops;
	space->root.base = info.base;
	space->root.size = info.size;
	space->root.can = self_space.root.can;
	space->koid = guest_koid;
	space->generation = process_generation();
	space->next = spaces;
	spaces = space;
	*out = space;
	return ZX_OK;
}

/* The space behind a guest VMAR: the one we have, or a new one. */
zx_status_t aspace_open(int fd, zx_koid_t guest_koid, struct aspace **out)
{
	zx_status_t status = ZX_OK;

	pthread_mutex_lock(&spaces_lock);
	*out = find_locked(guest_koid);
	if (!*out)
		status = aspace_make(fd, guest_koid, out);
	pthread_mutex_unlock(&spaces_lock);
	return status;
}

/* The kernel takes the range out of the mappings; so do we. */
zx_status_t aspace_set_trap(struct aspace *space, int guest_fd,
			    struct zxvm_trap_args *trap)
{
	zx_status_t status = ZX_ERR_NO_MEMORY;

	if (!space)
		return zxvm_ioctl(guest_fd, ZXVM_GUEST_SET_TRAP, trap);
	pthread_mutex_lock(&space->lock);
	if (maps_reserve(space))
		status = zxvm_ioctl(guest_fd, ZXVM_GUEST_SET_TRAP, trap);
	if (status == ZX_OK)
		maps_cut(space, trap->addr, trap->size);
	pthread_mutex_unlock(&space->lock);
	return status;
}

static bool guest_anywhere(const struct region *region)
{
	(void)region;
	return false;
}

/* The guest's right to execute needs none of this process's. */
static int helper_prot(zx_vm_option_t perms)
{
	return host_prot(perms & ~ZX_VM_PERM_EXECUTE);
}

static zx_status_t guest_map(struct aspace *space, struct region *region,
			     const struct map_request *request,
			     uint64_t *start, char **host)
{
	struct map_request helper = *request;
	struct zxvm_vmar_map arg = {
		.flags = request->perms | ZXVM_VM_SPECIFIC |
			 (request->options & (ZX_VM_MAP_RANGE |
					      ZX_VM_SPECIFIC_OVERWRITE)),
		.offset = *start,
		.size = request->size,
	};
	zx_status_t status;
	char *at;

	(void)region;
	helper.align = page_size();
	at = host_map(NULL, &helper, helper_prot(request->perms), 0);
	if (at == MAP_FAILED)
		return status_from_errno(errno);
	/* A child of fork has no use for it, and must not keep its pages */
	madvise(at, request->size, MADV_DONTFORK);
	arg.address = (uintptr_t)at;
	status = zxvm_ioctl(space->fd, ZXVM_VMAR_MAP, &arg);
	if (status != ZX_OK)
		munmap(at, request->size);
	*host = at;
	return status;
}

static zx_status_t guest_unmap(struct aspace *space, struct region *region,
			       uint64_t start, uint64_t size)
{
	struct zxvm_vmar_range arg = { .address = start, .size = size };

	(void)region;
	return zxvm_ioctl(space->fd, ZXVM_VMAR_UNMAP, &arg);
}

/*
 * Helpers must allow what the guest may do: more before the guest gets it,
 * less after it lost it.
 */
static zx_status_t guest_protect(struct aspace *space, uint64_t start,
				 uint64_t size, size_t first, size_t end,
				 zx_vm_option_t perms)
{
	struct zxvm_vmar_range arg = {
		.flags = perms,
		.address = start,
		.size = size,
	};
	zx_status_t status = ZX_OK;
	zx_vm_option_t final;
	size_t i;

	for (i = first; i < end && status == ZX_OK; i++) {
		const struct mapping *map = &space->maps[i];

		if (mprotect(map->host, map->size,
			     helper_prot(map->perms | perms)))
			status = status_from_errno(errno);
	}
	if (status == ZX_OK)
		status = zxvm_ioctl(space->fd, ZXVM_VMAR_PROTECT, &arg);
	for (i = first; i < end; i++) {
		const struct mapping *map = &space->maps[i];

		final = status == ZX_OK ? perms : map->perms;
		mprotect(map->host, map->size, helper_prot(final));
	}
	return status;
}

static void guest_drop(const struct aspace *space,
		       const struct mapping *mapping)
{
	if (!aspace_foreign(space))
		munmap(mapping->host, mapping->size);
}

static zx_status_t guest_reserve(struct region *parent, uint64_t *start,
				 uint64_t size, uint64_t align)
{
	(void)parent;
	(void)start;
	(void)size;
	(void)align;
	return ZX_OK;
}

const struct space_ops guest_ops = {
	.anywhere = guest_anywhere,
	.map = guest_map,
	.unmap = guest_unmap,
	.protect = guest_protect,
	.drop = guest_drop,
	.reserve = guest_reserve,
};
