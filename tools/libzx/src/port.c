// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Ports: all of them live in the kernel. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

_Static_assert(sizeof(struct zxvm_packet) == sizeof(zx_port_packet_t),
	       "one layout");

static void port_destroy(struct object *object)
{
	free(object);
}

zx_status_t port_adopt(int fd, const struct zxvm_handle_info *info,
		       zx_handle_t *out)
{
	struct object *port = malloc(sizeof(*port));

	if (!port) {
		close(fd);
		return ZX_ERR_NO_MEMORY;
	}
	object_init(port, ZX_OBJ_TYPE_PORT, info->koid, port_destroy);
	return handle_new(port, fd, info->rights, out);
}

EXPORT zx_status_t zx_port_create(uint32_t options, zx_handle_t *out)
{
	struct zxvm_port_create arg = { .options = options };
	struct zxvm_handle_info info;
	zx_status_t status;
	int device;

	if (!out || options & ~ZX_PORT_BIND_TO_INTERRUPT)
		return ZX_ERR_INVALID_ARGS;
	status = device_fd(&device);
	if (status == ZX_OK)
		status = zxvm_ioctl(device, ZXVM_PORT_CREATE, &arg);
	if (status != ZX_OK)
		return status;
	status = zxvm_info(arg.port, &info);
	if (status != ZX_OK) {
		close(arg.port);
		return status;
	}
	return port_adopt(arg.port, &info, out);
}

EXPORT zx_status_t zx_port_queue(zx_handle_t handle,
				 const zx_port_packet_t *packet)
{
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_PORT,
					      ZX_RIGHT_WRITE, &slot);

	if (status != ZX_OK)
		return status;
	status = packet ? zxvm_ioctl(slot->fd, ZXVM_PORT_QUEUE,
				     (void *)(uintptr_t)packet) :
			  ZX_ERR_INVALID_ARGS;
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_port_wait(zx_handle_t handle, zx_time_t deadline,
				zx_port_packet_t *packet)
{
	struct zxvm_port_wait arg = { .deadline = deadline };
	struct handle *slot;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_PORT,
					      ZX_RIGHT_READ, &slot);

	if (status != ZX_OK)
		return status;
	status = packet ? zxvm_ioctl(slot->fd, ZXVM_PORT_WAIT, &arg) :
			  ZX_ERR_INVALID_ARGS;
	if (status == ZX_OK)
		memcpy(packet, &arg.packet, sizeof(*packet));
	handle_put(slot);
	return status;
}

static zx_status_t cancel(const struct handle *port, int source, uint64_t key)
{
	struct zxvm_port_cancel arg = { .source = source, .key = key };

	return zxvm_ioctl(port->fd, ZXVM_PORT_CANCEL, &arg);
}

/* Guests alone queue packets that a source stands for. */
EXPORT zx_status_t zx_port_cancel(zx_handle_t handle, zx_handle_t source,
				  uint64_t key)
{
	struct handle *port, *guest;
	zx_status_t status = handle_get_typed(handle, ZX_OBJ_TYPE_PORT,
					      ZX_RIGHT_WRITE, &port);

	if (status != ZX_OK)
		return status;
	status = handle_get_typed(source, ZX_OBJ_TYPE_GUEST, RIGHTS_NONE,
				  &guest);
	if (status == ZX_OK) {
		status = cancel(port, guest->fd, key);
		handle_put(guest);
	} else if (status == ZX_ERR_WRONG_TYPE) {
		status = ZX_ERR_NOT_FOUND;
	}
	handle_put(port);
	return status;
}

EXPORT zx_status_t zx_port_cancel_key(zx_handle_t handle, uint32_t options,
				      uint64_t key)
{
	struct handle *port;
	zx_status_t status;

	if (options)
		return ZX_ERR_INVALID_ARGS;
	status = handle_get_typed(handle, ZX_OBJ_TYPE_PORT, ZX_RIGHT_WRITE,
				  &port);
	if (status != ZX_OK)
		return status;
	status = cancel(port, -1, key);
	handle_put(port);
	return status;
}
