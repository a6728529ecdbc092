// SPDX-License-Identifier: GPL-2.0-only OR MIT
// The library as a C++17 program sees it, with no device to open.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <zircon/status.h>
#include <zircon/syscalls.h>
#include <zx/zxvm.h>

static int failures;

static void check(bool condition, const char *what)
{
	if (condition)
		return;
	failures++;
	std::printf("# not so: %s\n", what);
}

#define CHECK(condition) check(condition, #condition)

int main()
{
	zx_handle_t guest = 1, vmar = 2, port = 3, vmo;
	zx_port_packet_t packet{};
	zx_vcpu_state_t state{};
	zxvm_features features;
	char text[4] = "zx!";

	setenv("ZXVM_DEVICE", "/nonexistent", 1);
	packet.guest_vcpu.interrupt.mask = 3;
	packet.guest_bell.addr = 0x1000;
	packet.guest_io.input = true;
	packet.user.u64[3] = 7;
	CHECK(zx_guest_create(ZX_HANDLE_INVALID, 1, &guest, &vmar) ==
	      ZX_ERR_INVALID_ARGS);
	CHECK(zx_guest_create(ZX_HANDLE_INVALID, 0, &guest, &vmar) ==
	      ZX_ERR_NOT_SUPPORTED);
	CHECK(guest == 1 && vmar == 2);
	CHECK(zx_port_create(0, &port) == ZX_ERR_NOT_SUPPORTED);
	CHECK(zxvm_get_features(&features) == ZX_ERR_NOT_SUPPORTED);
	CHECK(zx_vcpu_enter(guest, &packet) == ZX_ERR_BAD_HANDLE);
	CHECK(zx_vcpu_read_state(guest, ZX_VCPU_STATE, &state,
				 sizeof(state)) == ZX_ERR_BAD_HANDLE);
	CHECK(zx_vmo_create(1, 0, &vmo) == ZX_OK);
	CHECK(zx_vmo_write(vmo, text, 0, sizeof(text)) == ZX_OK);
	CHECK(zx_vcpu_kick(vmo) == ZX_ERR_WRONG_TYPE);
	CHECK(zx_handle_close(vmo) == ZX_OK);
	CHECK(!std::strcmp(zx_status_get_string(ZX_ERR_CANCELED),
			   "ZX_ERR_CANCELED"));
	std::printf("TAP version 13\n1..1\n%sok 1 C++17 program\n",
		    failures ? "not " : "");
	return failures != 0;
}
