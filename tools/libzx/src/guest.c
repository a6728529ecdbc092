// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Guests: creation, traps, and the inputs of the interrupt controller. */
#include <stdlib.h>
#include <unistd.h>

#include <zx/zxvm.h>

#include "internal.h"
#include "space.h"

struct guest {
	struct object object;
	struct aspace *space;
};

static struct guest *guest_of(const struct handle *slot)
{
	return container_of(slot->object, struct guest, object);
}

static void guest_destroy(struct object *object)
{
	struct guest *guest = container_of(object, struct guest, object);

	aspace_put(guest->space);
	free(guest);
}

zx_status_t guest_adopt(int fd, const struct zxvm_handle_info *info,
			zx_handle_t *out)
{
	struct guest *guest = malloc(sizeof(*guest));

	if (!guest) {
		close(fd);
		return ZX_ERR_NO_MEMORY;
	}
	object_init(&guest->object, ZX_OBJ_TYPE_GUEST, info->koid,
		    guest_destroy);
	guest->space = aspace_find(info->koid);
	return handle_new(&guest->object, fd, info->rights, out);
}

/* Takes both descriptors over. */
static zx_status_t adopt_pair(const struct zxvm_guest_create *made,
			      zx_handle_t *guest, zx_handle_t *vmar)
{
	struct zxvm_handle_info guest_info, vmar_info;
	zx_handle_t guest_handle, vmar_handle;
	zx_status_t status;

	status = zxvm_info(made->guest, &guest_info);
	if (status == ZX_OK)
		status = zxvm_info(made->vmar, &vmar_info);
	if (status != ZX_OK) {
		close(made->guest);
		close(made->vmar);
		return status;
	}
	status = vmar_adopt(made->vmar, &vmar_info, &vmar_handle);
	if (status != ZX_OK) {
		close(made->guest);
		return status;
	}
	status = guest_adopt(made->guest, &guest_info, &guest_handle);
	if (status != ZX_OK) {
		zx_handle_close(vmar_handle);
		return status;
	}
	*guest = guest_handle;
	*vmar = vmar_handle;
	return ZX_OK;
}

static zx_status_t create(struct zxvm_guest_create *arg, zx_handle_t *guest,
			  zx_handle_t *vmar)
{
	zx_status_t status;
	int device;

	if (!guest || !vmar)
		return ZX_ERR_INVALID_ARGS;
	status = device_fd(&device);
	if (status == ZX_OK)
		status = zxvm_ioctl(device, ZXVM_GUEST_CREATE, arg);
	if (status != ZX_OK)
		return status;
	return adopt_pair(arg, guest, vmar);
}

EXPORT zx_status_t zx_guest_create(zx_handle_t resource, uint32_t options,
				   zx_handle_t *guest_handle,
				   zx_handle_t *vmar_handle)
{
	struct zxvm_guest_create arg = { 0 };

	(void)resource;
	if (options)
		return ZX_ERR_INVALID_ARGS;
	return create(&arg, guest_handle, vmar_handle);
}

EXPORT zx_status_t
zxvm_guest_create_irqchip(const struct zxvm_irqchip_config *config,
			  zx_handle_t *guest, zx_handle_t *vmar)
{
	struct zxvm_guest_create arg = { .options = ZXVM_GUEST_IRQCHIP };

	if (config) {
		if (config->reserved)
			return ZX_ERR_INVALID_ARGS;
		arg.irqchip_lines = config->spi_count;
		arg.irqchip_base[0] = config->gicd_base;
		arg.irqchip_base[1] = config->gicr_base;
	}
	return create(&arg, guest, vmar);
}

static zx_status_t set_trap(const struct handle *guest, struct zxvm_trap_args *trap)
{
	if (trap->kind == ZX_GUEST_TRAP_IO)
		return zxvm_ioctl(guest->fd, ZXVM_GUEST_SET_TRAP, trap);
	return aspace_set_trap(guest_of(guest)->space, guest->fd, trap);
}

EXPORT zx_status_t zx_guest_set_trap(zx_handle_t handle, uint32_t kind,
				     zx_gpaddr_t addr, size_t size,
				     zx_handle_t port_handle, uint64_t key)
{
	struct zxvm_trap_args trap = {
		.kind = kind,
		.port = -1,
		.addr = addr,
		.size = size,
		.key = key,
	};
	struct handle *guest;
	struct handle *port = NULL;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_GUEST,
					      ZX_RIGHT_WRITE, &guest);

	if (status != ZX_OK)
		return status;
	if (port_handle != ZX_HANDLE_INVALID) {
		status = handle_get_typed(port_handle, ZX_OBJ_TYPE_PORT,
					  ZX_RIGHT_WRITE, &port);
		if (status == ZX_OK)
			trap.port = port->fd;
	}
	if (status == ZX_OK)
		status = set_trap(guest, &trap);
	if (port)
		handle_put(port);
	handle_put(guest);
	return status;
}

static zx_status_t call_guest(zx_handle_t guest, unsigned long request,
			      void *arg)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(guest, ZX_OBJ_TYPE_GUEST,
					      ZX_RIGHT_WRITE, &slot);

	if (status != ZX_OK)
		return status;
	status = zxvm_ioctl(slot->fd, request, arg);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zxvm_guest_set_line(zx_handle_t guest, uint32_t line,
				       bool level)
{
	struct zxvm_line arg = { .line = line, .level = level };

	return call_guest(guest, ZXVM_GUEST_SET_LINE, &arg);
}

EXPORT zx_status_t zxvm_guest_irqfd(zx_handle_t guest, int eventfd,
				    uint32_t line, uint32_t flags)
{
	struct zxvm_irqfd arg = {
		.eventfd = eventfd,
		.line = line,
		.flags = flags,
	};

	return call_guest(guest, ZXVM_GUEST_IRQFD, &arg);
}

EXPORT zx_status_t zxvm_guest_irqfd_resample(zx_handle_t guest, int eventfd,
					     uint32_t line, int resamplefd)
{
	struct zxvm_irqfd arg = {
		.eventfd = eventfd,
		.line = line,
		.flags = ZXVM_IRQFD_RESAMPLE,
		.resamplefd = resamplefd,
	};

	return call_guest(guest, ZXVM_GUEST_IRQFD, &arg);
}

EXPORT zx_status_t zxvm_guest_msi(zx_handle_t guest, uint64_t address,
				  uint32_t data)
{
	struct zxvm_msi arg = { .address = address, .data = data };

	return call_guest(guest, ZXVM_GUEST_MSI, &arg);
}
