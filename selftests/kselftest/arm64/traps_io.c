// SPDX-License-Identifier: GPL-2.0
#include "zx.h"

/* I/O ports are not of arm64, with a port object or without */
TEST(io_traps_are_EOPNOTSUPP)
{
	int port;

	vm_create(&vm, 0);
	ASSERT_OK(zx_port_create(&port));
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x3f8, 8, -1, 0),
		   EOPNOTSUPP);
	EXPECT_ERR(zx_trap(vm.guest, ZXVM_TRAP_IO, 0x3f8, 8, port, 0),
		   EOPNOTSUPP);
}
