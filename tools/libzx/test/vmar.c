// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The address space of this process. */
#include <string.h>
#include <sys/mman.h>

#include "../src/internal.h"
#include "tap.h"

#define RW (ZX_VM_PERM_READ | ZX_VM_PERM_WRITE)
#define CAN_RW (ZX_VM_CAN_MAP_READ | ZX_VM_CAN_MAP_WRITE)

static zx_handle_t vmo(uint64_t size, uint32_t options)
{
	zx_handle_t handle = ZX_HANDLE_INVALID;

	CHECK_OK(zx_vmo_create(size, options, &handle));
	return handle;
}

static zx_status_t map(zx_handle_t vmar, zx_vm_option_t options,
		       uint64_t offset, zx_handle_t memory, uint64_t from,
		       uint64_t len, volatile char **out)
{
	zx_vaddr_t at = 0;
	zx_status_t status = zx_vmar_map(vmar, options, offset, memory, from,
					 len, &at);

	*out = (volatile char *)at;
	return status;
}

static bool mapped(volatile char *at)
{
	unsigned char vec;

	return !mincore((void *)(uintptr_t)at, 4096, &vec);
}

static void map_and_unmap(void)
{
	zx_handle_t self = zx_vmar_root_self(), memory = vmo(65536, 0);
	volatile char *a, *b;
	char byte;

	CHECK(self != ZX_HANDLE_INVALID && self == zx_vmar_root_self());
	CHECK_OK(map(self, RW, 0, memory, 0, 65536, &a));
	CHECK_OK(map(self, ZX_VM_PERM_READ, 0, memory, 4096, 1, &b));
	a[4097] = 'x';
	CHECK_EQ(b[1], 'x');
	CHECK_OK(zx_vmo_read(memory, &byte, 4097, 1));
	CHECK_EQ(byte, 'x');
	CHECK_OK(zx_handle_close(memory));
	CHECK_EQ(a[4097], 'x');
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)a + 8192, 8192));
	CHECK(!mapped(a + 8192) && mapped(a + 4096) && mapped(a + 16384));
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)a, 65536));
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)b, 1));
	CHECK(!mapped(a) && !mapped(b));
	CHECK_EQ(zx_vmar_unmap(self, (uintptr_t)a + 1, 4096),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmar_unmap(self, (uintptr_t)a, 0), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmar_unmap(self, 0, 4096), ZX_ERR_INVALID_ARGS);
}

static void map_errors(void)
{
	zx_handle_t self = zx_vmar_root_self(), memory = vmo(8192, 0);
	zx_handle_t free = vmo(8192, ZX_VMO_RESIZABLE), poor;
	volatile char *at;

#define BAD(status, ...) CHECK_EQ(map(__VA_ARGS__, &at), ZX_ERR_##status)
	BAD(BAD_HANDLE, memory ^ 1, RW, 0, memory, 0, 4096);
	BAD(WRONG_TYPE, memory, RW, 0, memory, 0, 4096);
	BAD(WRONG_TYPE, self, RW, 0, self, 0, 4096);
	BAD(INVALID_ARGS, self, ZX_VM_PERM_WRITE, 0, memory, 0, 4096);
	BAD(INVALID_ARGS, self, ZX_VM_PERM_EXECUTE, 0, memory, 0, 4096);
	BAD(INVALID_ARGS, self, RW, 0, memory, 0, 0);
	BAD(INVALID_ARGS, self, RW, 0, memory, 1, 4096);
	BAD(INVALID_ARGS, self, RW, 4096, memory, 0, 4096);
	BAD(INVALID_ARGS, self, RW | ZX_VM_SPECIFIC, 1, memory, 0, 4096);
	BAD(INVALID_ARGS, self, RW | ZX_VM_SPECIFIC, 1ull << 62, memory, 0,
	    4096);
	BAD(INVALID_ARGS, self, RW | ZX_VM_CAN_MAP_READ, 0, memory, 0, 4096);
	BAD(INVALID_ARGS, self, RW | 1u << 20, 0, memory, 0, 4096);
	BAD(INVALID_ARGS, self, RW | 9u << ZX_VM_ALIGN_BASE, 0, memory, 0,
	    4096);
	BAD(BUFFER_TOO_SMALL, self, RW, 0, memory, 0, 8193);
	BAD(BUFFER_TOO_SMALL, self, RW, 0, memory, 8192, 4096);
	BAD(OUT_OF_RANGE, self, RW, 0, memory, 1ull << 63, 4096);
	BAD(NOT_SUPPORTED, self, RW | ZX_VM_REQUIRE_NON_RESIZABLE, 0, free, 0,
	    4096);
	BAD(ACCESS_DENIED, self, RW | ZX_VM_PERM_EXECUTE, 0, memory, 0, 4096);
	CHECK_OK(zx_handle_duplicate(memory, ZX_RIGHT_READ | ZX_RIGHT_MAP,
				     &poor));
	BAD(ACCESS_DENIED, self, RW, 0, poor, 0, 4096);
	CHECK_OK(map(self, ZX_VM_PERM_READ, 0, poor, 0, 4096, &at));
	CHECK_EQ(zx_vmar_protect(self, RW, (uintptr_t)at, 4096),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)at, 4096));
	CHECK_OK(zx_handle_close(poor));
	CHECK_OK(zx_handle_duplicate(memory, ZX_RIGHT_READ, &poor));
	BAD(ACCESS_DENIED, self, ZX_VM_PERM_READ, 0, poor, 0, 4096);
	CHECK_OK(zx_handle_close(poor));
	CHECK_EQ(zx_vmar_map(self, RW, 0, memory, 0, 4096, NULL),
		 ZX_ERR_INVALID_ARGS);
	CHECK_OK(map(self, RW | ZX_VM_ALLOW_FAULTS, 0, memory, 0, 65536, &at));
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)at, 65536));
	CHECK_OK(zx_handle_close(memory));
	CHECK_OK(zx_handle_close(free));
}

static void specific(void)
{
	zx_handle_t self = zx_vmar_root_self(), memory = vmo(4 << 20, 0);
	zx_info_vmar_t info;
	volatile char *a, *b;
	uint64_t offset;

	CHECK_OK(zx_object_get_info(self, ZX_INFO_VMAR, &info, sizeof(info),
				    NULL, NULL));
	CHECK_OK(map(self, RW | ZX_VM_ALIGN_1GB, 0, memory, 0, 8192, &a));
	CHECK_EQ((uintptr_t)a % (1 << 30), 0);
	offset = (uintptr_t)a - info.base;
	CHECK_EQ(map(self, RW | ZX_VM_SPECIFIC, offset, memory, 8192, 4096,
		     &b), ZX_ERR_ALREADY_EXISTS);
	CHECK_EQ(map(self, RW | ZX_VM_SPECIFIC | ZX_VM_ALIGN_2MB,
		     offset + 4096, memory, 8192, 4096, &b),
		 ZX_ERR_INVALID_ARGS);
	a[0] = 1;
	CHECK_OK(map(self, RW | ZX_VM_SPECIFIC_OVERWRITE, offset, memory, 8192,
		     4096, &b));
	CHECK(a == b && a[0] == 0);
	CHECK_OK(map(self, RW | ZX_VM_SPECIFIC, offset + 8192, memory, 0,
		     4096, &b));
	CHECK_EQ(b[0], 1);
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)a, 12288));
	/* Offset and address agree, so that huge pages fit */
	CHECK_OK(map(self, RW | ZX_VM_MAP_RANGE, 0, memory, 4096, 3 << 20,
		     &a));
	CHECK_EQ((uintptr_t)a % (2 << 20), 4096);
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)a, 3 << 20));
	CHECK_OK(zx_handle_close(memory));
}

static void protect(void)
{
	zx_handle_t self = zx_vmar_root_self(), memory = vmo(16384, 0);
	volatile char *at;

	CHECK_OK(map(self, RW, 0, memory, 0, 16384, &at));
	CHECK_OK(zx_vmar_protect(self, ZX_VM_PERM_READ, (uintptr_t)at + 4096,
				 4096));
	at[0] = at[4096] + 1;
	at[8192] = at[0];
	CHECK_EQ(zx_vmar_op_range(self, ZX_VMAR_OP_DECOMMIT, (uintptr_t)at,
				  16384, NULL, 0), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_vmar_protect(self, RW, (uintptr_t)at, 16384));
	at[4096] = 1;
	CHECK_OK(zx_vmar_op_range(self, ZX_VMAR_OP_DECOMMIT, (uintptr_t)at,
				  16384, NULL, 0));
	CHECK_EQ(at[4096], 0);
	CHECK_OK(zx_vmar_op_range(self, ZX_VMAR_OP_COMMIT, (uintptr_t)at,
				  16384, NULL, 0));
	CHECK_OK(zx_vmar_op_range(self, ZX_VMAR_OP_PREFETCH, (uintptr_t)at,
				  16384, NULL, 0));
	CHECK_EQ(zx_vmar_op_range(self, 99, (uintptr_t)at, 16384, NULL, 0),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmar_protect(self, ZX_VM_PERM_WRITE, (uintptr_t)at, 4096),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmar_protect(self, RW | ZX_VM_SPECIFIC, (uintptr_t)at,
				 4096), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)at + 4096, 4096));
	CHECK_EQ(zx_vmar_protect(self, ZX_VM_PERM_READ, (uintptr_t)at, 16384),
		 ZX_ERR_NOT_FOUND);
	CHECK_EQ(zx_vmar_op_range(self, ZX_VMAR_OP_COMMIT, (uintptr_t)at,
				  16384, NULL, 0), ZX_ERR_NOT_FOUND);
	CHECK_OK(zx_vmar_unmap(self, (uintptr_t)at, 16384));
	CHECK_OK(zx_handle_close(memory));
}

static void sub_regions(void)
{
	zx_handle_t self = zx_vmar_root_self(), memory = vmo(16384, 0);
	zx_handle_t region, inner, other;
	zx_vaddr_t base, inner_base, other_base;
	volatile char *a, *b;

	CHECK_OK(zx_vmar_allocate(self, CAN_RW | ZX_VM_CAN_MAP_SPECIFIC, 0,
				  1 << 20, &region, &base));
	CHECK_OK(map(region, RW, 0, memory, 0, 4096, &a));
	CHECK_EQ((uintptr_t)a, base);
	CHECK_OK(map(region, RW, 0, memory, 4096, 4096, &b));
	CHECK_EQ((uintptr_t)b, base + 4096);
	CHECK_EQ(map(region, RW | ZX_VM_SPECIFIC, 4096, memory, 0, 4096, &b),
		 ZX_ERR_ALREADY_EXISTS);
	CHECK_OK(zx_vmar_unmap(region, base, 4096));
	CHECK(mapped(a));
	CHECK_OK(map(region, RW | ZX_VM_OFFSET_IS_UPPER_LIMIT, 4096, memory, 0,
		     4096, &a));
	CHECK_EQ((uintptr_t)a, base);
	CHECK_EQ(map(region, RW | ZX_VM_OFFSET_IS_UPPER_LIMIT, 4096, memory, 0,
		     4096, &a), ZX_ERR_NO_RESOURCES);
	CHECK_EQ(map(region, RW, 0, memory, 0, 16384, &a), ZX_OK);
	CHECK_EQ(map(region, RW | ZX_VM_SPECIFIC, 1 << 20, memory, 0, 4096,
		     &a), ZX_ERR_INVALID_ARGS);

	CHECK_EQ(zx_vmar_allocate(region, ZX_VM_CAN_MAP_EXECUTE, 0, 4096,
				  &inner, &inner_base), ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(zx_vmar_allocate(region, CAN_RW | ZX_VM_PERM_READ, 0, 4096,
				  &inner, &inner_base), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmar_allocate(region, CAN_RW | ZX_VM_SPECIFIC, 4096, 4096,
				  &inner, &inner_base), ZX_ERR_ALREADY_EXISTS);
	CHECK_OK(zx_vmar_allocate(region, ZX_VM_CAN_MAP_READ | ZX_VM_SPECIFIC,
				  65536, 65536, &inner, &inner_base));
	CHECK_EQ(inner_base, base + 65536);
	CHECK_EQ(map(inner, RW, 0, memory, 0, 4096, &a),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(map(inner, ZX_VM_PERM_READ | ZX_VM_SPECIFIC, 0, memory, 0,
		     4096, &a), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(map(inner, ZX_VM_PERM_READ, 0, memory, 0, 4096, &a));
	CHECK_EQ(map(region, RW | ZX_VM_SPECIFIC, 65536, memory, 0, 4096, &a),
		 ZX_ERR_ALREADY_EXISTS);
	CHECK_EQ(map(region, RW | ZX_VM_SPECIFIC_OVERWRITE, 65536, memory, 0,
		     4096, &a), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmar_unmap(region, inner_base, 4096),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmar_protect(region, RW, inner_base, 4096),
		 ZX_ERR_INVALID_ARGS);

	/* Closing ends no region; unmapping all of it does */
	CHECK_OK(zx_vmar_allocate(region, CAN_RW, 0, 8192, &other,
				  &other_base));
	CHECK_OK(zx_handle_close(other));
	CHECK_EQ(zx_vmar_unmap(region, other_base, 4096),
		 ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_vmar_unmap(region, other_base, 8192));
	CHECK_OK(zx_vmar_destroy(inner));
	CHECK_EQ(zx_vmar_destroy(inner), ZX_ERR_BAD_STATE);
	CHECK_EQ(map(inner, ZX_VM_PERM_READ, 0, memory, 0, 4096, &a),
		 ZX_ERR_BAD_STATE);
	CHECK_OK(zx_handle_close(inner));
	CHECK_OK(zx_vmar_allocate(region, CAN_RW, 0, 8192, &inner,
				  &inner_base));
	CHECK_OK(zx_vmar_destroy(region));
	CHECK_EQ(zx_vmar_unmap(inner, inner_base, 4096), ZX_ERR_BAD_STATE);
	CHECK(!mapped((char *)base));
	CHECK_EQ(zx_vmar_destroy(self), ZX_ERR_NOT_SUPPORTED);
	CHECK_OK(zx_handle_close(inner));
	CHECK_OK(zx_handle_close(region));
	CHECK_OK(zx_handle_close(memory));
}

static const struct tap_test tests[] = {
	{ "map and unmap", map_and_unmap },
	{ "what map refuses", map_errors },
	{ "specific addresses and alignment", specific },
	{ "protect and op_range", protect },
	{ "sub-regions", sub_regions },
};

TAP_MAIN("vmar", tests)
