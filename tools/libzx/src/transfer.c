// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Handles as file descriptors, and on their way to other processes. A message
 * is a struct ticket with one descriptor. The kernel keeps the rights of its
 * handles in the file; those of a VMO travel in the ticket, and a VMO that
 * must not be written travels as a file open for reading.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zx/zxvm.h>

#include "internal.h"

#define TICKET_MAGIC 0x317a786dd9a7e0b5ull

struct ticket {
	uint64_t magic;
	uint32_t type;
	uint32_t rights;
};

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static struct vmo *vmo_of(const struct handle *slot)
{
	return container_of(slot->object, struct vmo, object);
}

static int slot_fd(const struct handle *slot)
{
	return slot->object->type == ZX_OBJ_TYPE_VMO ? vmo_of(slot)->fd :
						       slot->fd;
}

EXPORT int zxvm_handle_fd(zx_handle_t handle)
{
	struct handle *slot = handle_get(handle);
	int fd;

	if (!slot)
		return -1;
	fd = slot_fd(slot);
	handle_put(slot);
	return fd;
}

/* Takes @fd over, also on failure. */
static zx_status_t adopt(int fd, zx_rights_t vmo_rights, zx_handle_t *handle)
{
	struct zxvm_handle_info info;

	if (zxvm_info(fd, &info) != ZX_OK)
		return vmo_adopt(fd, vmo_rights, handle);
	switch (info.type) {
	case ZXVM_OBJ_GUEST:
		return guest_adopt(fd, &info, handle);
	case ZXVM_OBJ_VMAR:
		return vmar_adopt(fd, &info, handle);
	case ZXVM_OBJ_VCPU:
		return vcpu_adopt(fd, &info, 0, handle);
	case ZXVM_OBJ_PORT:
		return port_adopt(fd, &info, handle);
	default:
		close(fd);
		return ZX_ERR_WRONG_TYPE;
	}
}

EXPORT zx_status_t zxvm_handle_from_fd(int fd, zx_handle_t *handle)
{
	const zx_rights_t vmo_rights = ZX_DEFAULT_VMO_RIGHTS | ZX_RIGHT_RESIZE;
	zx_status_t status;
	int copy;

	if (!handle)
		return ZX_ERR_INVALID_ARGS;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (copy < 0)
		return errno == EBADF ? ZX_ERR_BAD_HANDLE :
					ZX_ERR_NO_RESOURCES;
	status = adopt(copy, vmo_rights, handle);
	if (status == ZX_OK)
		close(fd);
	return status;
}

static int reopen_for_reading(int fd)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static zx_status_t send_fd(int sock, const struct ticket *ticket, int fd)
{
	struct iovec data = {
		.iov_base = (void *)(uintptr_t)ticket,
		.iov_len = sizeof(*ticket),
	};
	union control control = { 0 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	ssize_t sent;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(header), &fd, sizeof(fd));
	do {
		sent = sendmsg(sock, &message, MSG_NOSIGNAL);
	} while (sent < 0 && errno == EINTR);
	if (sent == sizeof(*ticket))
		return ZX_OK;
	if (sent >= 0)
		return ZX_ERR_IO;
	return errno == ECONNRESET ? ZX_ERR_PEER_CLOSED :
				     status_from_errno(errno);
}

static zx_status_t send_slot(int sock, const struct handle *slot)
{
	struct ticket ticket = {
		.magic = TICKET_MAGIC,
		.type = slot->object->type,
		.rights = slot->rights,
	};
	int fd = slot_fd(slot);
	zx_status_t status;
	int copy;

	if (fd < 0)
		return ZX_ERR_NOT_SUPPORTED;
	if (slot->object->type != ZX_OBJ_TYPE_VMO ||
	    slot->rights & ZX_RIGHT_WRITE)
		return send_fd(sock, &ticket, fd);
	copy = reopen_for_reading(fd);
	if (copy < 0)
		return status_from_errno(errno);
	status = send_fd(sock, &ticket, copy);
	close(copy);
	return status;
}

EXPORT zx_status_t zxvm_handle_send(int sock, zx_handle_t handle)
{
	struct handle *slot = handle_get(handle);
	zx_status_t status;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	if (slot->rights & ZX_RIGHT_TRANSFER)
		status = send_slot(sock, slot);
	else
		status = ZX_ERR_ACCESS_DENIED;
	if (status == ZX_OK)
		zx_handle_close(handle);
	handle_put(slot);
	return status;
}

/* The descriptor of a message; those of one that has more are closed. */
static int take_fd(struct msghdr *message)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(message);
	int fds[sizeof(union control) / sizeof(int)];
	size_t count, i;

	if (!header || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS)
		return -1;
	count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(fds, CMSG_DATA(header), count * sizeof(int));
	if (count == 1)
		return fds[0];
	for (i = 0; i < count; i++)
		close(fds[i]);
	return -1;
}

static zx_status_t recv_fd(int sock, struct ticket *ticket, int *fd)
{
	struct iovec data = { .iov_base = ticket, .iov_len = sizeof(*ticket) };
	union control control;
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t got;

	do {
		got = recvmsg(sock, &message, MSG_CMSG_CLOEXEC);
	} while (got < 0 && errno == EINTR);
	if (got < 0)
		return errno == ECONNRESET ? ZX_ERR_PEER_CLOSED :
					     status_from_errno(errno);
	if (got == 0)
		return ZX_ERR_PEER_CLOSED;
	*fd = take_fd(&message);
	if (*fd >= 0 && got == sizeof(*ticket) &&
	    ticket->magic == TICKET_MAGIC)
		return ZX_OK;
	if (*fd >= 0)
		close(*fd);
	return ZX_ERR_IO_DATA_INTEGRITY;
}

EXPORT zx_status_t zxvm_handle_recv(int sock, zx_handle_t *handle)
{
	const zx_rights_t all = ZX_DEFAULT_VMO_RIGHTS | ZX_RIGHT_RESIZE |
				ZX_RIGHT_EXECUTE;
	struct ticket ticket;
	zx_status_t status;
	int fd = -1;

	if (!handle)
		return ZX_ERR_INVALID_ARGS;
	status = recv_fd(sock, &ticket, &fd);
	if (status != ZX_OK)
		return status;
	return adopt(fd, ticket.rights & all, handle);
}
