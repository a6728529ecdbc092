// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * VMOs: memfds. One that is not resizable is sealed, so that its size holds
 * for every process that gets it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "newer.h"

#define SIZE_SEALS (F_SEAL_GROW | F_SEAL_SHRINK)

static struct vmo *vmo_of(const struct handle *slot)
{
	return container_of(slot->object, struct vmo, object);
}

static void vmo_destroy(struct object *object)
{
	struct vmo *vmo = container_of(object, struct vmo, object);

	close(vmo->fd);
	free(vmo);
}

static int memory_file(void)
{
	unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create("vmo", flags | MFD_NOEXEC_SEAL);

	/* Linux before 6.3 does not know the flag */
	return fd < 0 && errno == EINVAL ? memfd_create("vmo", flags) : fd;
}

/* Running out of room for pages is about memory here. */
static zx_status_t memory_status(int error)
{
	if (error == ENOSPC)
		return ZX_ERR_NO_MEMORY;
	if (error == EFBIG)
		return ZX_ERR_OUT_OF_RANGE;
	return status_from_errno(error);
}

zx_status_t vmo_size(struct vmo *vmo, uint64_t *size)
{
	struct stat st;

	if (!vmo->resizable) {
		*size = vmo->size;
		return ZX_OK;
	}
	if (fstat(vmo->fd, &st))
		return status_from_errno(errno);
	*size = (uint64_t)st.st_size;
	return ZX_OK;
}

/* The inode names the memory in every process that has it. */
zx_status_t vmo_adopt(int fd, zx_rights_t rights, zx_handle_t *out)
{
	int seals = fcntl(fd, F_GET_SEALS);
	struct stat st;
	struct vmo *vmo;

	if (seals < 0 || fstat(fd, &st)) {
		close(fd);
		return ZX_ERR_WRONG_TYPE;
	}
	vmo = malloc(sizeof(*vmo));
	if (!vmo) {
		close(fd);
		return ZX_ERR_NO_MEMORY;
	}
	object_init(&vmo->object, ZX_OBJ_TYPE_VMO,
		    1ull << 62 | (uint64_t)st.st_ino, vmo_destroy);
	vmo->fd = fd;
	vmo->size = (uint64_t)st.st_size;
	vmo->resizable = (seals & SIZE_SEALS) != SIZE_SEALS;
	if (!vmo->resizable)
		rights &= ~ZX_RIGHT_RESIZE;
	if ((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY)
		rights &= ~(ZX_RIGHT_WRITE | ZX_RIGHT_RESIZE);
	return handle_new(&vmo->object, -1, rights, out);
}

EXPORT zx_status_t zx_vmo_create(uint64_t size, uint32_t options,
				 zx_handle_t *out)
{
	const uint32_t known = ZX_VMO_RESIZABLE | ZX_VMO_DISCARDABLE |
			       ZX_VMO_TRAP_DIRTY | ZX_VMO_UNBOUNDED;
	bool resizable = options & ZX_VMO_RESIZABLE;
	int fd;

	if (!out || options & ~known)
		return ZX_ERR_INVALID_ARGS;
	if (options & ~ZX_VMO_RESIZABLE)
		return ZX_ERR_NOT_SUPPORTED;
	if (!page_round_up(size, &size) || size > INT64_MAX)
		return ZX_ERR_OUT_OF_RANGE;
	fd = memory_file();
	if (fd < 0)
		return status_from_errno(errno);
	if (ftruncate(fd, (off_t)size) ||
	    (!resizable && fcntl(fd, F_ADD_SEALS, SIZE_SEALS))) {
		zx_status_t status = memory_status(errno);

		close(fd);
		return status;
	}
	return vmo_adopt(fd, ZX_DEFAULT_VMO_RIGHTS | ZX_RIGHT_RESIZE, out);
}

/* [offset, offset + size) must lie inside. */
static zx_status_t range_check(struct vmo *vmo, uint64_t offset, uint64_t size)
{
	uint64_t end;
	zx_status_t status = vmo_size(vmo, &end);

	if (status != ZX_OK)
		return status;
	if (offset > end || size > end - offset)
		return ZX_ERR_OUT_OF_RANGE;
	return ZX_OK;
}

static zx_status_t copy_out(int fd, char *buffer, uint64_t offset, size_t size)
{
	ssize_t done;

	while (size) {
		done = pread(fd, buffer, size, (off_t)offset);
		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return memory_status(errno);
		if (done == 0)
			return ZX_ERR_OUT_OF_RANGE;
		buffer += done;
		offset += (size_t)done;
		size -= (size_t)done;
	}
	return ZX_OK;
}

static zx_status_t copy_in(int fd, const char *buffer, uint64_t offset,
			   size_t size)
{
	ssize_t done;

	while (size) {
		done = pwrite(fd, buffer, size, (off_t)offset);
		if (done < 0 && errno == EINTR)
			continue;
		/* What is sealed and shrank or never grew */
		if (done < 0)
			return errno == EPERM ? ZX_ERR_OUT_OF_RANGE :
						memory_status(errno);
		buffer += done;
		offset += (size_t)done;
		size -= (size_t)done;
	}
	return ZX_OK;
}

EXPORT zx_status_t zx_vmo_read(zx_handle_t handle, void *buffer,
			       uint64_t offset, size_t buffer_size)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMO,
					      ZX_RIGHT_READ, &slot);

	if (status != ZX_OK)
		return status;
	status = range_check(vmo_of(slot), offset, buffer_size);
	if (status == ZX_OK)
		status = copy_out(vmo_of(slot)->fd, buffer, offset,
				  buffer_size);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_vmo_write(zx_handle_t handle, const void *buffer,
				uint64_t offset, size_t buffer_size)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMO,
					      ZX_RIGHT_WRITE, &slot);

	if (status != ZX_OK)
		return status;
	status = range_check(vmo_of(slot), offset, buffer_size);
	if (status == ZX_OK)
		status = copy_in(vmo_of(slot)->fd, buffer, offset,
				 buffer_size);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_vmo_get_size(zx_handle_t handle, uint64_t *size)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMO,
					      RIGHTS_NONE, &slot);

	if (status != ZX_OK)
		return status;
	status = size ? vmo_size(vmo_of(slot), size) : ZX_ERR_INVALID_ARGS;
	handle_put(slot);
	return status;
}

static zx_status_t set_size(const struct handle *slot, uint64_t size)
{
	if (!vmo_of(slot)->resizable)
		return ZX_ERR_UNAVAILABLE;
	if (!(slot->rights & ZX_RIGHT_RESIZE))
		return ZX_ERR_ACCESS_DENIED;
	if (!page_round_up(size, &size) || size > INT64_MAX)
		return ZX_ERR_OUT_OF_RANGE;
	if (ftruncate(vmo_of(slot)->fd, (off_t)size))
		return memory_status(errno);
	return ZX_OK;
}

EXPORT zx_status_t zx_vmo_set_size(zx_handle_t handle, uint64_t size)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMO,
					      ZX_RIGHT_WRITE, &slot);

	if (status != ZX_OK)
		return status;
	status = set_size(slot, size);
	handle_put(slot);
	return status;
}

static zx_status_t allocate(int fd, int mode, uint64_t offset, uint64_t size)
{
	if (!size)
		return ZX_OK;
	while (fallocate(fd, mode, (off_t)offset, (off_t)size))
		if (errno != EINTR)
			return memory_status(errno);
	return ZX_OK;
}

static zx_status_t op_write(struct vmo *vmo, uint32_t op, uint64_t offset,
			    uint64_t size)
{
	const int punch = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;

	if (op == ZX_VMO_OP_COMMIT)
		return allocate(vmo->fd, FALLOC_FL_KEEP_SIZE, offset, size);
	if (op == ZX_VMO_OP_DECOMMIT && (offset | size) & (page_size() - 1))
		return ZX_ERR_INVALID_ARGS;
	return allocate(vmo->fd, punch, offset, size);
}

static zx_status_t op_read(struct vmo *vmo, uint32_t op, uint64_t offset,
			   uint64_t size)
{
	switch (op) {
	case ZX_VMO_OP_ALWAYS_NEED:
	case ZX_VMO_OP_PREFETCH:
		posix_fadvise(vmo->fd, (off_t)offset, (off_t)size,
			      POSIX_FADV_WILLNEED);
		return ZX_OK;
	case ZX_VMO_OP_DONT_NEED:
		return ZX_OK;
	default:
		return size ? ZX_OK : ZX_ERR_INVALID_ARGS;
	}
}

static zx_rights_t op_rights(uint32_t op)
{
	switch (op) {
	case ZX_VMO_OP_COMMIT:
	case ZX_VMO_OP_DECOMMIT:
	case ZX_VMO_OP_ZERO:
		return ZX_RIGHT_WRITE;
	case ZX_VMO_OP_CACHE_SYNC:
	case ZX_VMO_OP_CACHE_INVALIDATE:
	case ZX_VMO_OP_CACHE_CLEAN:
	case ZX_VMO_OP_CACHE_CLEAN_INVALIDATE:
	case ZX_VMO_OP_DONT_NEED:
	case ZX_VMO_OP_ALWAYS_NEED:
	case ZX_VMO_OP_PREFETCH:
		return ZX_RIGHT_READ;
	default:
		return RIGHTS_NONE;
	}
}

static zx_status_t op_range(const struct handle *slot, uint32_t op,
			    uint64_t offset, uint64_t size)
{
	zx_rights_t rights = op_rights(op);
	zx_status_t status;

	if (op == ZX_VMO_OP_LOCK || op == ZX_VMO_OP_TRY_LOCK ||
	    op == ZX_VMO_OP_UNLOCK)
		return ZX_ERR_NOT_SUPPORTED;
	if (rights == RIGHTS_NONE)
		return ZX_ERR_INVALID_ARGS;
	if (!(slot->rights & rights))
		return ZX_ERR_ACCESS_DENIED;
	status = range_check(vmo_of(slot), offset, size);
	if (status != ZX_OK)
		return status;
	if (rights == ZX_RIGHT_WRITE)
		return op_write(vmo_of(slot), op, offset, size);
	return op_read(vmo_of(slot), op, offset, size);
}

EXPORT zx_status_t zx_vmo_op_range(zx_handle_t handle, uint32_t op,
				   uint64_t offset, uint64_t size,
				   void *buffer, size_t buffer_size)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VMO,
					      RIGHTS_NONE, &slot);

	(void)buffer;
	(void)buffer_size;
	if (status != ZX_OK)
		return status;
	status = op_range(slot, op, offset, size);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_vmo_replace_as_executable(zx_handle_t handle,
						zx_handle_t vmex,
						zx_handle_t *out)
{
	(void)vmex;
	return handle_replace(handle, ZX_OBJ_TYPE_VMO, ZX_RIGHT_EXECUTE,
			      ZX_RIGHT_SAME_RIGHTS, out);
}
