// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Handles over a socket, and as descriptors. */
#include <fcntl.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <zx/zxvm.h>

#include "../src/internal.h"
#include "fake.h"
#include "tap.h"

static zx_info_handle_basic_t basic(zx_handle_t handle)
{
	zx_info_handle_basic_t info = { 0 };

	CHECK_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info,
				    sizeof(info), NULL, NULL));
	return info;
}

static zx_handle_t pass(int type, zx_handle_t handle)
{
	zx_handle_t out = ZX_HANDLE_INVALID;
	int pair[2];

	CHECK_EQ(socketpair(AF_UNIX, type, 0, pair), 0);
	CHECK_OK(zxvm_handle_send(pair[0], handle));
	CHECK_EQ(zx_handle_close(handle), ZX_ERR_BAD_HANDLE);
	CHECK_OK(zxvm_handle_recv(pair[1], &out));
	close(pair[0]);
	CHECK_EQ(zxvm_handle_recv(pair[1], &handle), ZX_ERR_PEER_CLOSED);
	close(pair[1]);
	return out;
}

static void vmos(void)
{
	zx_handle_t handle, poor, got;
	zx_koid_t koid;
	char byte = 'v';

	CHECK_OK(zx_vmo_create(4096, ZX_VMO_RESIZABLE, &handle));
	koid = basic(handle).koid;
	CHECK_OK(zx_handle_duplicate(handle, ZX_RIGHT_READ | ZX_RIGHT_MAP |
				     ZX_RIGHT_TRANSFER, &poor));
	got = pass(SOCK_STREAM, handle);
	CHECK_EQ(basic(got).koid, koid);
	CHECK_EQ(basic(got).rights, ZX_DEFAULT_VMO_RIGHTS | ZX_RIGHT_RESIZE);
	CHECK_OK(zx_vmo_set_size(got, 8192));
	CHECK_OK(zx_vmo_write(got, &byte, 5000, 1));
	CHECK_OK(zx_handle_close(got));
	got = pass(SOCK_SEQPACKET, poor);
	CHECK_EQ(basic(got).koid, koid);
	CHECK_EQ(basic(got).rights, ZX_RIGHT_READ | ZX_RIGHT_MAP |
		 ZX_RIGHT_TRANSFER);
	byte = 0;
	CHECK_OK(zx_vmo_read(got, &byte, 5000, 1));
	CHECK_EQ(byte, 'v');
	CHECK_EQ(zx_vmo_write(got, &byte, 0, 1), ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(fcntl(zxvm_handle_fd(got), F_GETFL) & O_ACCMODE, O_RDONLY);
	CHECK_OK(zx_handle_close(got));
	CHECK_OK(zx_vmo_create(4096, 0, &handle));
	got = pass(SOCK_STREAM, handle);
	CHECK_EQ(basic(got).rights, ZX_DEFAULT_VMO_RIGHTS);
	CHECK_EQ(zx_vmo_set_size(got, 0), ZX_ERR_UNAVAILABLE);
	CHECK_OK(zx_handle_close(got));
}

static void kernel_objects(void)
{
	zx_handle_t guest, vmar, vcpu, port, memory, got;
	zx_vcpu_state_t state;
	zx_vaddr_t at;
	zx_koid_t koid;

	CHECK_OK(zx_guest_create(0, 0, &guest, &vmar));
	CHECK_OK(zx_vcpu_create(guest, 0, 0, &vcpu));
	CHECK_OK(zx_port_create(0, &port));
	CHECK_OK(zx_vmo_create(8192, 0, &memory));
	CHECK_OK(zx_vmar_map(vmar, ZX_VM_PERM_READ, 0, memory, 0, 4096, &at));
	koid = basic(guest).koid;
	guest = pass(SOCK_STREAM, guest);
	CHECK_EQ(basic(guest).koid, koid);
	CHECK_EQ(basic(guest).rights, ZX_DEFAULT_GUEST_RIGHTS);
	CHECK_OK(zx_handle_replace(vmar, ZX_RIGHT_READ | ZX_RIGHT_TRANSFER |
				   ZX_RIGHT_INSPECT, &got));
	vmar = pass(SOCK_STREAM, got);
	CHECK_EQ(basic(vmar).related_koid, koid);
	/* The same address space as before the journey */
	CHECK_OK(zx_vmar_map(vmar, ZX_VM_PERM_READ, 0, memory, 0, 4096, &at));
	CHECK_EQ(at, 4096);
	CHECK_OK(zx_vmar_unmap(vmar, 0, 8192));
	/* Whose VCPU it is is for the kernel to say */
	vcpu = pass(SOCK_STREAM, vcpu);
	CHECK_EQ(zx_vcpu_write_state(vcpu, 0, &state, sizeof(state)),
		 ZX_ERR_BAD_STATE);
	port = pass(SOCK_STREAM, port);
	CHECK_EQ(basic(port).type, ZX_OBJ_TYPE_PORT);
	CHECK_OK(zx_handle_close(guest));
	CHECK_OK(zx_handle_close(vmar));
	CHECK_OK(zx_handle_close(vcpu));
	CHECK_OK(zx_handle_close(port));
	CHECK_OK(zx_handle_close(memory));
	CHECK_EQ(fake_open_files(), 0);
}

static void refused(void)
{
	zx_handle_t event, handle = 5, poor;
	int pair[2], fd;

	CHECK_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	CHECK_OK(zx_event_create(0, &event));
	CHECK_EQ(zxvm_handle_send(pair[0], event), ZX_ERR_NOT_SUPPORTED);
	CHECK_EQ(zxvm_handle_fd(event), -1);
	CHECK_OK(zx_handle_close(event));
	CHECK_EQ(zxvm_handle_fd(event), -1);
	CHECK_EQ(zxvm_handle_send(pair[0], event), ZX_ERR_BAD_HANDLE);
	CHECK_OK(zx_vmo_create(4096, 0, &event));
	CHECK_OK(zx_handle_duplicate(event, ZX_RIGHT_READ, &poor));
	CHECK_EQ(zxvm_handle_send(pair[0], poor), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_handle_close(poor));
	CHECK_EQ(zxvm_handle_recv(pair[1], &handle), ZX_ERR_SHOULD_WAIT);
	CHECK_EQ(write(pair[0], "sixteen bytes...", 16), 16);
	CHECK_EQ(zxvm_handle_recv(pair[1], &handle),
		 ZX_ERR_IO_DATA_INTEGRITY);
	CHECK_EQ(zxvm_handle_recv(pair[1], NULL), ZX_ERR_INVALID_ARGS);
	close(pair[1]);
	CHECK_EQ(zxvm_handle_send(pair[0], event), ZX_ERR_PEER_CLOSED);
	close(pair[0]);
	CHECK_OK(zx_handle_close(event));
	fd = eventfd(0, 0);
	CHECK_EQ(zxvm_handle_from_fd(fd, &handle), ZX_ERR_WRONG_TYPE);
	CHECK_EQ(close(fd), 0);
	CHECK_EQ(zxvm_handle_from_fd(-1, &handle), ZX_ERR_BAD_HANDLE);
	CHECK_EQ(handle, 5);
}

static const struct tap_test tests[] = {
	{ "VMOs", vmos },
	{ "objects of the kernel", kernel_objects },
	{ "what is refused", refused },
};

TAP_MAIN("transfer", tests)
