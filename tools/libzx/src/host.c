// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Memory of this process, and the operations of its own address space. */
#include <errno.h>
#include <unistd.h>

#include "host.h"
#include "newer.h"

#define HUGE_SIZE (2ull << 20)

int host_prot(zx_vm_option_t perms)
{
	return (perms & ZX_VM_PERM_READ ? PROT_READ : 0) |
	       (perms & ZX_VM_PERM_WRITE ? PROT_WRITE : 0) |
	       (perms & ZX_VM_PERM_EXECUTE ? PROT_EXEC : 0);
}

/*
 * Address space that nothing else takes; MAP_FAILED without room. The address
 * is @skew more than a multiple of @align, a power of two.
 */
static char *reserve(uint64_t size, uint64_t align, uint64_t skew)
{
	uint64_t slack = align > page_size() ? align : 0;
	uint64_t before;
	char *at;

	if (size > UINT64_MAX - slack)
		return MAP_FAILED;
	at = mmap(NULL, size + slack, PROT_NONE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED || !slack)
		return at;
	before = (skew - (uintptr_t)at) & (align - 1);
	if (before)
		munmap(at, before);
	if (slack - before)
		munmap(at + before + size, slack - before);
	return at + before;
}

/* Bring in the pages that the VMO has already, and no others. */
static void populate(char *at, const struct map_request *request, int prot)
{
	int advice = prot & PROT_WRITE ? MADV_POPULATE_WRITE :
					 MADV_POPULATE_READ;
	off_t base = (off_t)request->vmo_offset;
	off_t end = base + (off_t)request->size;
	off_t data, hole = base;

	while ((data = lseek(request->fd, hole, SEEK_DATA)) >= 0 &&
	       data < end) {
		hole = lseek(request->fd, data, SEEK_HOLE);
		if (hole < 0)
			return;
		if (hole > end)
			hole = end;
		madvise(at + (data - base), (size_t)(hole - data), advice);
	}
}

/*
 * Anywhere if @at is NULL: then so that huge pages of the VMO can be mapped
 * as such, for which address and offset must agree.
 */
char *host_map(char *at, const struct map_request *request, int prot,
	       int flags)
{
	uint64_t align = request->align;
	uint64_t skew = 0;
	char *reserved = NULL;

	if (!at && align <= page_size() && request->size >= HUGE_SIZE) {
		align = HUGE_SIZE;
		skew = request->vmo_offset & (HUGE_SIZE - 1);
	}
	if (!at && align > page_size()) {
		reserved = reserve(request->size, align, skew);
		if (reserved == MAP_FAILED)
			return MAP_FAILED;
		at = reserved;
		flags |= MAP_FIXED;
	}
	at = mmap(at, request->size, prot, flags | MAP_SHARED, request->fd,
		  (off_t)request->vmo_offset);
	if (at == MAP_FAILED) {
		int error = errno;

		if (reserved)
			munmap(reserved, request->size);
		errno = error;
		return MAP_FAILED;
	}
	if (request->size >= HUGE_SIZE)
		madvise(at, request->size, MADV_HUGEPAGE);
	if (request->options & ZX_VM_MAP_RANGE)
		populate(at, request, prot);
	return at;
}

/* Sub-regions are reservations: inside, libzx chooses. */
static bool self_anywhere(const struct region *region)
{
	return !region->parent;
}

static zx_status_t map_status(void)
{
	return errno == EACCES || errno == EPERM ? ZX_ERR_ACCESS_DENIED :
						   status_from_errno(errno);
}

static zx_status_t self_map(struct aspace *space, struct region *region,
			    const struct map_request *request,
			    uint64_t *start, char **host)
{
	char *wanted = NULL;
	int flags = 0;
	char *at;

	(void)space;
	if (*start != START_ANYWHERE) {
		wanted = (char *)(uintptr_t)*start;
		flags = region->parent ||
			request->options & ZX_VM_SPECIFIC_OVERWRITE ?
			MAP_FIXED : MAP_FIXED_NOREPLACE;
	}
	at = host_map(wanted, request, host_prot(request->perms), flags);
	if (at == MAP_FAILED)
		return map_status();
	/* Linux before 4.17 takes MAP_FIXED_NOREPLACE for a hint */
	if (wanted && at != wanted) {
		munmap(at, request->size);
		return ZX_ERR_ALREADY_EXISTS;
	}
	*start = (uintptr_t)at;
	*host = at;
	return ZX_OK;
}

static zx_status_t self_unmap(struct aspace *space, struct region *region,
			      uint64_t start, uint64_t size)
{
	char *at = (char *)(uintptr_t)start;
	int ret;

	(void)space;
	if (!region->parent)
		ret = munmap(at, size);
	else
		ret = mmap(at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
			   MAP_NORESERVE | MAP_FIXED, -1, 0) == MAP_FAILED;
	return ret ? status_from_errno(errno) : ZX_OK;
}

static zx_status_t self_protect(struct aspace *space, uint64_t start,
				uint64_t size, size_t first, size_t end,
				zx_vm_option_t perms)
{
	(void)space;
	(void)first;
	(void)end;
	if (!mprotect((char *)(uintptr_t)start, size, host_prot(perms)))
		return ZX_OK;
	return errno == ENOMEM ? ZX_ERR_NOT_FOUND : map_status();
}

static void self_drop(const struct aspace *space,
		      const struct mapping *mapping)
{
	(void)space;
	(void)mapping;
}

static zx_status_t self_reserve(struct region *parent, uint64_t *start,
				uint64_t size, uint64_t align)
{
	char *wanted = (char *)(uintptr_t)*start;
	char *at;

	if (parent->parent)
		return ZX_OK;
	if (*start == START_ANYWHERE) {
		at = reserve(size, align, 0);
	} else {
		at = mmap(wanted, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS |
			  MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
		if (at != MAP_FAILED && at != wanted) {
			munmap(at, size);
			return ZX_ERR_ALREADY_EXISTS;
		}
	}
	if (at == MAP_FAILED)
		return errno == ENOMEM ? ZX_ERR_NO_RESOURCES : map_status();
	*start = (uintptr_t)at;
	return ZX_OK;
}

const struct space_ops self_ops = {
	.anywhere = self_anywhere,
	.map = self_map,
	.unmap = self_unmap,
	.protect = self_protect,
	.drop = self_drop,
	.reserve = self_reserve,
};
