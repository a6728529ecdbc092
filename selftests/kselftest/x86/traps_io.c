// SPDX-License-Identifier: GPL-2.0
/* ZXVM_GUEST_SET_TRAP for I/O ports */
#include "zx.h"

TEST(io_trap_ranges)
{
	const struct { u64 addr, size; int err; } cases[] = {
		{ 0x3f8, 0, ERANGE },
		{ 0x10000, 1, ERANGE },
		{ 0xffff, 2, ERANGE },
		{ 0, 0x10001, ERANGE },
		{ 1ULL << 32, 1, ERANGE },
		{ ~0ULL, 1, ERANGE },
		{ ~0ULL, 2, ERANGE },
		{ 1, ~0ULL, ERANGE },
		{ 0x3f8, ~0ULL, ERANGE },
		{ 0x3f8, 8, 0 },
		{ 0x3f8, 8, EEXIST },
		{ 0x3f7, 2, EEXIST },
		{ 0x3ff, 1, EEXIST },
		{ 0, 0x10000, EEXIST },
		{ 0x3f7, 1, 0 },
		{ 0x400, 1, 0 },
		{ 0, 1, 0 },
		{ 0xfffe, 1, 0 },
		/* Zircon cannot trap the last port */
		{ 0xffff, 1, 0 },
	};
	unsigned int i;
	int err;

	vm_create(&vm, 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		err = zx_trap(vm.guest, ZXVM_TRAP_IO, cases[i].addr,
			      cases[i].size, -1, 0);
		CHECK_(0, err == cases[i].err, "case %u: got %s, not %s", i,
		       err_name(err), err_name(cases[i].err));
	}
}

/* All ports in one trap; a port object is for bells */
TEST(io_trap_takes_no_port)
{
	int port;

	vm_create(&vm, 0);
	ASSERT_OK(zx_port_create(&port));
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x3f8, 8, port, 0), EINVAL);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x3f8, 8, 1000, 0), EBADF);
	EXPECT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0, 0x10000, -1, 0));
}

/* Ports and memory are trees of their own */
TEST(io_traps_beside_memory_traps)
{
	vm_create(&vm, 0);
	EXPECT_OK(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x1000, 0x1000, -1, 0));
	EXPECT_OK(zx_trap(vm.guest, ZXVM_TRAP_MEM, 0x1000, 0x1000, -1, 0));
}
