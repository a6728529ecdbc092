// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* What IN, OUT, INS and OUTS of an x86 guest ask a VMM for. */
#include <string.h>

#include <zx/zxvm.h>

#include "internal.h"

#define PAGE	4096u

/* The bytes of one element: two runs if it goes on in another page */
static zx_status_t move(const struct zxvm_io_ops *ops, bool write,
			const struct zxvm_packet *packet, uint64_t address,
			uint8_t *bytes)
{
	zx_status_t (*run)(void *context, bool write, uint64_t address,
			   void *bytes, size_t size) = ops->memory;
	size_t size = packet->u.io.access_size;
	size_t first = PAGE - address % PAGE;
	zx_status_t status;

	if (first >= size)
		return run(ops->context, write, address, bytes, size);
	status = run(ops->context, write, address, bytes, first);
	if (status != ZX_OK)
		return status;
	return run(ops->context, write, packet->u.io.next, bytes + first,
		   size - first);
}

static zx_status_t element(const struct zxvm_io_ops *ops,
			   const struct zxvm_packet *packet, uint64_t address)
{
	const uint16_t port = packet->u.io.port;
	const uint8_t size = packet->u.io.access_size;
	zx_status_t status;
	uint32_t value = 0;

	if (packet->u.io.input) {
		value = ops->in(ops->context, packet->key, port, size);
		return move(ops, true, packet, address, (uint8_t *)&value);
	}
	status = move(ops, false, packet, address, (uint8_t *)&value);
	if (status == ZX_OK)
		ops->out(ops->context, packet->key, port, size, value);
	return status;
}

static zx_status_t string(const struct zxvm_io_ops *ops,
			  const struct zxvm_packet *packet)
{
	uint64_t address = packet->u.io.address;
	zx_status_t status;
	uint32_t i;

	for (i = 0; i < packet->u.io.count; i++) {
		status = element(ops, packet, address);
		if (status != ZX_OK)
			return status;
		if (packet->u.io.flags & ZXVM_IO_DOWN)
			address -= packet->u.io.access_size;
		else
			address += packet->u.io.access_size;
	}
	return ZX_OK;
}

EXPORT zx_status_t zxvm_complete_io(zx_handle_t vcpu,
				    const zx_port_packet_t *packet,
				    const struct zxvm_io_ops *ops)
{
	struct zxvm_packet io;
	zx_vcpu_io_t result;

	if (!packet || !ops || packet->type != ZX_PKT_TYPE_GUEST_IO)
		return ZX_ERR_INVALID_ARGS;
	memcpy(&io, packet, sizeof(io));
	if (io.u.io.access_size != 1 && io.u.io.access_size != 2 &&
	    io.u.io.access_size != 4)
		return ZX_ERR_INVALID_ARGS;
	if (io.u.io.flags & ZXVM_IO_STRING)
		return string(ops, &io);
	if (!io.u.io.input) {
		ops->out(ops->context, io.key, io.u.io.port,
			 io.u.io.access_size, io.u.io.data);
		return ZX_OK;
	}
	memset(&result, 0, sizeof(result));
	result.access_size = io.u.io.access_size;
	result.u32 = ops->in(ops->context, io.key, io.u.io.port,
			     io.u.io.access_size);
	return zx_vcpu_write_state(vcpu, ZX_VCPU_IO, &result, sizeof(result));
}
