// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * VCPUs. The owner thread reads and writes registers in the page that the
 * VCPU shares with the kernel; without the page, or without the owner's
 * token, the ioctl decides.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zx/zxvm.h>

#include "arch.h"
#include "internal.h"
#include "space.h"

/*
 * struct vcpu - what all handles to a VCPU share
 * @page: mapped with the rights that the first handle had; NULL without READ
 * @owner: the token of the thread that created it, 0 if that was elsewhere
 * @generation: of the process that has the page
 * @space: the guest's address space, which must stay mapped
 */
struct vcpu {
	struct object object;
	struct zxvm_vcpu_page *page;
	uint64_t owner;
	uint32_t generation;
	struct aspace *space;
};

static struct vcpu *vcpu_of(const struct handle *slot)
{
	return container_of(slot->object, struct vcpu, object);
}

static void vcpu_destroy(struct object *object)
{
	struct vcpu *vcpu = container_of(object, struct vcpu, object);

	if (vcpu->page && vcpu->generation == process_generation())
		munmap(vcpu->page, ZXVM_VCPU_PAGE_SIZE);
	aspace_put(vcpu->space);
	free(vcpu);
}

static struct zxvm_vcpu_page *page_map(int fd, zx_rights_t rights)
{
	int prot = PROT_READ;
	void *page;

	if (!(rights & ZX_RIGHT_READ))
		return NULL;
	if (rights & ZX_RIGHT_WRITE)
		prot |= PROT_WRITE;
	page = mmap(NULL, ZXVM_VCPU_PAGE_SIZE, prot, MAP_SHARED, fd, 0);
	return page == MAP_FAILED ? NULL : page;
}

zx_status_t vcpu_adopt(int fd, const struct zxvm_handle_info *info,
		       uint64_t owner, zx_handle_t *out)
{
	struct vcpu *vcpu = malloc(sizeof(*vcpu));

	if (!vcpu) {
		close(fd);
		return ZX_ERR_NO_MEMORY;
	}
	object_init(&vcpu->object, ZX_OBJ_TYPE_VCPU, info->koid, vcpu_destroy);
	vcpu->object.related_koid = info->related_koid;
	vcpu->page = page_map(fd, info->rights);
	vcpu->owner = vcpu->page ? owner : 0;
	vcpu->generation = process_generation();
	vcpu->space = aspace_find(info->related_koid);
	return handle_new(&vcpu->object, fd, info->rights, out);
}

static zx_status_t create(int guest_fd, uint64_t entry, zx_handle_t *out)
{
	struct zxvm_vcpu_create arg = { .entry = entry };
	struct zxvm_handle_info info;
	zx_status_t status;

	status = zxvm_ioctl(guest_fd, ZXVM_VCPU_CREATE, &arg);
	if (status != ZX_OK)
		return status;
	status = zxvm_info(arg.vcpu, &info);
	if (status != ZX_OK) {
		close(arg.vcpu);
		return status;
	}
	return vcpu_adopt(arg.vcpu, &info, thread_token(), out);
}

EXPORT zx_status_t zx_vcpu_create(zx_handle_t guest, uint32_t options,
				  zx_gpaddr_t entry, zx_handle_t *out)
{
	struct handle *slot;
	zx_status_t status;

	if (options)
		return ZX_ERR_INVALID_ARGS;
	status = handle_get_typed(guest, ZX_OBJ_TYPE_GUEST,
				  ZX_RIGHT_MANAGE_THREAD, &slot);
	if (status != ZX_OK)
		return status;
	status = out ? create(slot->fd, entry, out) : ZX_ERR_INVALID_ARGS;
	handle_put(slot);
	return status;
}

/* The kernel fills the user's packet itself: a bad pointer is its to find. */
EXPORT zx_status_t zx_vcpu_enter(zx_handle_t handle, zx_port_packet_t *packet)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VCPU,
					      ZX_RIGHT_EXECUTE, &slot);

	if (status != ZX_OK)
		return status;
	status = packet ? zxvm_ioctl(slot->fd, ZXVM_VCPU_ENTER, packet) :
			  ZX_ERR_INVALID_ARGS;
	handle_put(slot);
	return status;
}

static zx_status_t call_vcpu(zx_handle_t handle, zx_rights_t right,
			     unsigned long request, uintptr_t arg)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VCPU, right,
					      &slot);

	if (status != ZX_OK)
		return status;
	status = zxvm_ioctl(slot->fd, request, (void *)arg);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_vcpu_kick(zx_handle_t handle)
{
	return call_vcpu(handle, ZX_RIGHT_EXECUTE, ZXVM_VCPU_KICK, 0);
}

EXPORT zx_status_t zx_vcpu_interrupt(zx_handle_t handle, uint32_t vector)
{
	return call_vcpu(handle, ZX_RIGHT_SIGNAL, ZXVM_VCPU_INTERRUPT, vector);
}

static zx_status_t state_ioctl(const struct handle *slot,
			       unsigned long request, uint32_t kind,
			       const void *buffer, size_t size)
{
	struct zxvm_vcpu_rw_state arg = {
		.kind = kind,
		.size = (uint32_t)size,
		.buffer = (uintptr_t)buffer,
	};

	return zxvm_ioctl(slot->fd, request, &arg);
}

static zx_status_t read_state(const struct handle *slot, zx_vcpu_state_t *state)
{
	struct vcpu *vcpu = vcpu_of(slot);
	struct zxvm_vcpu_page *page = vcpu->page;
	zx_status_t status;

	if (vcpu->owner && vcpu->owner != thread_token())
		return ZX_ERR_BAD_STATE;
	if (vcpu->owner &&
	    ((page->valid | page->dirty) & PAGE_ALL) == PAGE_ALL) {
		memcpy(state, arch_page_state(page), sizeof(*state));
		return ZX_OK;
	}
	status = state_ioctl(slot, ZXVM_VCPU_READ_STATE, ZX_VCPU_STATE, state,
			     sizeof(*state));
	if (status == ZX_OK && vcpu->owner)
		arch_merge_dirty(page, state);
	return status;
}

EXPORT zx_status_t zx_vcpu_read_state(zx_handle_t handle, uint32_t kind,
				      void *buffer, size_t buffer_size)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VCPU,
					      ZX_RIGHT_READ, &slot);

	if (status != ZX_OK)
		return status;
	if (kind != ZX_VCPU_STATE || buffer_size != sizeof(zx_vcpu_state_t) ||
	    !buffer)
		status = ZX_ERR_INVALID_ARGS;
	else
		status = read_state(slot, buffer);
	handle_put(slot);
	return status;
}

static zx_status_t write_io(struct vcpu *vcpu, const zx_vcpu_io_t *io)
{
	if (!ARCH_HAS_IO)
		return ZX_ERR_INVALID_ARGS;
	if (io->access_size != 1 && io->access_size != 2 &&
	    io->access_size != 4)
		return ZX_ERR_INVALID_ARGS;
	arch_write_io(vcpu->page, io);
	return ZX_OK;
}

static zx_status_t write_state(const struct handle *slot, uint32_t kind,
			       const void *buffer, size_t size)
{
	struct vcpu *vcpu = vcpu_of(slot);

	if (!vcpu->owner)
		return state_ioctl(slot, ZXVM_VCPU_WRITE_STATE, kind, buffer,
				   size);
	if (vcpu->owner != thread_token())
		return ZX_ERR_BAD_STATE;
	if (kind == ZX_VCPU_IO)
		return write_io(vcpu, buffer);
	arch_write_page(vcpu->page, buffer);
	return ZX_OK;
}

static bool state_size_ok(uint32_t kind, size_t size)
{
	switch (kind) {
	case ZX_VCPU_STATE:
		return size == sizeof(zx_vcpu_state_t);
	case ZX_VCPU_IO:
		return size == sizeof(zx_vcpu_io_t);
	default:
		return false;
	}
}

EXPORT zx_status_t zx_vcpu_write_state(zx_handle_t handle, uint32_t kind,
				       const void *buffer, size_t buffer_size)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_VCPU,
					      ZX_RIGHT_WRITE, &slot);

	if (status != ZX_OK)
		return status;
	if (!state_size_ok(kind, buffer_size) || !buffer)
		status = ZX_ERR_INVALID_ARGS;
	else
		status = write_state(slot, kind, buffer, buffer_size);
	handle_put(slot);
	return status;
}

EXPORT int32_t zxvm_vcpu_exit_reason(zx_handle_t vcpu)
{
	struct handle *slot;
	int32_t reason = handle_get_typed(vcpu, ZX_OBJ_TYPE_VCPU,
					  ZX_RIGHT_READ, &slot);

	if (reason != ZX_OK)
		return reason;
	if (vcpu_of(slot)->owner == thread_token())
		reason = (int32_t)vcpu_of(slot)->page->exit;
	else
		reason = ZX_ERR_BAD_STATE;
	handle_put(slot);
	return reason;
}

EXPORT struct zxvm_vcpu_page *zxvm_vcpu_regs(zx_handle_t vcpu)
{
	struct zxvm_vcpu_page *page = NULL;
	struct handle *slot;

	if (handle_get_typed(vcpu, ZX_OBJ_TYPE_VCPU, ZX_RIGHTS_IO, &slot) !=
	    ZX_OK)
		return NULL;
	if (vcpu_of(slot)->generation == process_generation())
		page = vcpu_of(slot)->page;
	handle_put(slot);
	return page;
}

EXPORT zx_status_t zxvm_vcpu_index(zx_handle_t vcpu, uint32_t *index)
{
	struct zxvm_vcpu_info info;
	struct handle *slot;
	zx_status_t status = handle_get_typed(vcpu, ZX_OBJ_TYPE_VCPU,
					      ZX_RIGHT_INSPECT, &slot);

	if (status != ZX_OK)
		return status;
	status = index ? zxvm_ioctl(slot->fd, ZXVM_VCPU_INFO, &info) :
			 ZX_ERR_INVALID_ARGS;
	if (status == ZX_OK)
		*index = info.index;
	handle_put(slot);
	return status;
}
