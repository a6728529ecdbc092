// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* VMOs. */
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <zx/zxvm.h>

#include "../src/internal.h"
#include "tap.h"

static zx_handle_t vmo(uint64_t size, uint32_t options)
{
	zx_handle_t handle = ZX_HANDLE_INVALID;

	CHECK_OK(zx_vmo_create(size, options, &handle));
	return handle;
}

static uint64_t blocks(zx_handle_t handle)
{
	struct stat st;

	CHECK_EQ(fstat(zxvm_handle_fd(handle), &st), 0);
	return (uint64_t)st.st_blocks * 512;
}

static void create(void)
{
	zx_info_handle_basic_t info;
	zx_handle_t handle;
	uint64_t size;

	handle = vmo(5000, 0);
	CHECK_OK(zx_vmo_get_size(handle, &size));
	CHECK_EQ(size, 8192);
	CHECK_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info,
				    sizeof(info), NULL, NULL));
	CHECK_EQ(info.type, ZX_OBJ_TYPE_VMO);
	CHECK_EQ(info.rights, ZX_DEFAULT_VMO_RIGHTS);
	CHECK(info.koid >= ZX_KOID_FIRST);
	CHECK_EQ(zx_vmo_get_size(handle, NULL), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_handle_close(handle));
	CHECK_EQ(zx_vmo_get_size(handle, &size), ZX_ERR_BAD_HANDLE);
	CHECK_EQ(zx_vmo_create(1, 0, NULL), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmo_create(1, 1, &handle), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmo_create(1, ZX_VMO_DISCARDABLE, &handle),
		 ZX_ERR_NOT_SUPPORTED);
	CHECK_EQ(zx_vmo_create(UINT64_MAX, 0, &handle), ZX_ERR_OUT_OF_RANGE);
	CHECK_EQ(zx_vmo_create(1ull << 63, 0, &handle), ZX_ERR_OUT_OF_RANGE);
	handle = vmo(0, 0);
	CHECK_OK(zx_vmo_get_size(handle, &size));
	CHECK_EQ(size, 0);
	CHECK_OK(zx_handle_close(handle));
}

static void read_write(void)
{
	zx_handle_t handle = vmo(8192, 0), poor;
	char text[16] = "guest", back[16];

	CHECK_OK(zx_vmo_write(handle, text, 4090, sizeof(text)));
	CHECK_OK(zx_vmo_read(handle, back, 4090, sizeof(back)));
	CHECK(!memcmp(text, back, sizeof(text)));
	CHECK_OK(zx_vmo_read(handle, back, 8176, 16));
	CHECK_EQ(back[3], 0);
	CHECK_EQ(zx_vmo_read(handle, back, 8177, 16), ZX_ERR_OUT_OF_RANGE);
	CHECK_EQ(zx_vmo_write(handle, back, 8192, 1), ZX_ERR_OUT_OF_RANGE);
	CHECK_EQ(zx_vmo_write(handle, back, UINT64_MAX, 2),
		 ZX_ERR_OUT_OF_RANGE);
	CHECK_OK(zx_vmo_read(handle, back, 8192, 0));
	CHECK_EQ(zx_vmo_read(handle, (void *)8, 0, 16), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_vmo_write(handle, (void *)8, 0, 16), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_handle_duplicate(handle, ZX_RIGHT_READ, &poor));
	CHECK_EQ(zx_vmo_write(poor, back, 0, 1), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_vmo_read(poor, back, 0, 1));
	CHECK_OK(zx_handle_close(poor));
	CHECK_OK(zx_handle_duplicate(handle, ZX_RIGHT_WRITE, &poor));
	CHECK_EQ(zx_vmo_read(poor, back, 0, 1), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_handle_close(poor));
	CHECK_OK(zx_handle_close(handle));
}

static void resize(void)
{
	zx_handle_t fixed = vmo(4096, 0), free = vmo(4096, ZX_VMO_RESIZABLE);
	zx_handle_t poor;
	char byte = 1;
	uint64_t size;

	CHECK_EQ(zx_vmo_set_size(fixed, 8192), ZX_ERR_UNAVAILABLE);
	CHECK_OK(zx_vmo_set_size(free, 8193));
	CHECK_OK(zx_vmo_get_size(free, &size));
	CHECK_EQ(size, 12288);
	CHECK_OK(zx_vmo_write(free, &byte, 12287, 1));
	CHECK_OK(zx_vmo_set_size(free, 0));
	CHECK_EQ(zx_vmo_read(free, &byte, 0, 1), ZX_ERR_OUT_OF_RANGE);
	CHECK_EQ(zx_vmo_set_size(free, UINT64_MAX), ZX_ERR_OUT_OF_RANGE);
	CHECK_OK(zx_handle_duplicate(free, ZX_RIGHT_WRITE, &poor));
	CHECK_EQ(zx_vmo_set_size(poor, 4096), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_handle_close(poor));
	CHECK_OK(zx_handle_close(fixed));
	CHECK_OK(zx_handle_close(free));
}

static zx_status_t op(zx_handle_t handle, uint32_t what, uint64_t offset,
		      uint64_t size)
{
	return zx_vmo_op_range(handle, what, offset, size, NULL, 0);
}

static void op_range(void)
{
	zx_handle_t handle = vmo(65536, 0), poor;
	char page[4096];

	CHECK_EQ(blocks(handle), 0);
	CHECK_OK(op(handle, ZX_VMO_OP_COMMIT, 0, 65536));
	CHECK_EQ(blocks(handle), 65536);
	memset(page, 7, sizeof(page));
	CHECK_OK(zx_vmo_write(handle, page, 4096, sizeof(page)));
	CHECK_OK(op(handle, ZX_VMO_OP_ZERO, 5000, 10));
	CHECK_OK(zx_vmo_read(handle, page, 4096, sizeof(page)));
	CHECK_EQ(page[903], 7);
	CHECK_EQ(page[904], 0);
	CHECK_EQ(page[913], 0);
	CHECK_EQ(page[914], 7);
	CHECK_OK(op(handle, ZX_VMO_OP_DECOMMIT, 0, 32768));
	CHECK_EQ(blocks(handle), 32768);
	CHECK_EQ(op(handle, ZX_VMO_OP_DECOMMIT, 1, 4096), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(op(handle, ZX_VMO_OP_DECOMMIT, 0, 4097), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(op(handle, ZX_VMO_OP_COMMIT, 0, 65537), ZX_ERR_OUT_OF_RANGE);
	CHECK_OK(op(handle, ZX_VMO_OP_COMMIT, 65536, 0));
	CHECK_OK(op(handle, ZX_VMO_OP_CACHE_CLEAN_INVALIDATE, 0, 4096));
	CHECK_EQ(op(handle, ZX_VMO_OP_CACHE_CLEAN, 0, 0), ZX_ERR_INVALID_ARGS);
	CHECK_OK(op(handle, ZX_VMO_OP_PREFETCH, 0, 65536));
	CHECK_EQ(op(handle, ZX_VMO_OP_LOCK, 0, 65536), ZX_ERR_NOT_SUPPORTED);
	CHECK_EQ(op(handle, 99, 0, 4096), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_handle_duplicate(handle, ZX_RIGHT_READ, &poor));
	CHECK_EQ(op(poor, ZX_VMO_OP_ZERO, 0, 4096), ZX_ERR_ACCESS_DENIED);
	CHECK_OK(op(poor, ZX_VMO_OP_CACHE_SYNC, 0, 4096));
	CHECK_OK(zx_handle_close(poor));
	CHECK_OK(zx_handle_close(handle));
}

static void executable(void)
{
	zx_handle_t handle = vmo(4096, 0), next = 0, event;
	zx_info_handle_basic_t info;

	CHECK_OK(zx_vmo_replace_as_executable(handle, ZX_HANDLE_INVALID,
					      &next));
	CHECK_EQ(zx_handle_close(handle), ZX_ERR_BAD_HANDLE);
	CHECK_OK(zx_object_get_info(next, ZX_INFO_HANDLE_BASIC, &info,
				    sizeof(info), NULL, NULL));
	CHECK_EQ(info.rights, ZX_DEFAULT_VMO_RIGHTS | ZX_RIGHT_EXECUTE);
	CHECK_OK(zx_handle_close(next));
	CHECK_OK(zx_event_create(0, &event));
	CHECK_EQ(zx_vmo_replace_as_executable(event, 0, &next),
		 ZX_ERR_WRONG_TYPE);
	CHECK_EQ(zx_handle_close(event), ZX_ERR_BAD_HANDLE);
}

static const struct tap_test tests[] = {
	{ "create", create },
	{ "read and write", read_write },
	{ "sizes", resize },
	{ "op_range", op_range },
	{ "replace_as_executable", executable },
};

TAP_MAIN("vmo", tests)
