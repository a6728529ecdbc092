// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The handle table: generations, rights, and many threads at once. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../src/internal.h"
#include "tap.h"

static zx_handle_t event(void)
{
	zx_handle_t handle = ZX_HANDLE_INVALID;

	CHECK_OK(zx_event_create(0, &handle));
	return handle;
}

static zx_rights_t rights_of(zx_handle_t handle)
{
	zx_info_handle_basic_t info;

	CHECK_OK(zx_object_get_info(handle, ZX_INFO_HANDLE_BASIC, &info,
				    sizeof(info), NULL, NULL));
	return info.rights;
}

static bool valid(zx_handle_t handle)
{
	return zx_object_get_info(handle, ZX_INFO_HANDLE_VALID, NULL, 0, NULL,
				  NULL) == ZX_OK;
}

static void close_and_stale(void)
{
	zx_handle_t first = event(), next, many[3];
	int i;

	CHECK(valid(first));
	CHECK_EQ(first & ZX_HANDLE_FIXED_BITS_MASK, 3);
	CHECK_OK(zx_handle_close(first));
	CHECK_EQ(zx_handle_close(first), ZX_ERR_BAD_HANDLE);
	CHECK_OK(zx_handle_close(ZX_HANDLE_INVALID));
	CHECK_EQ(zx_handle_close(first ^ 1), ZX_ERR_BAD_HANDLE);
	CHECK_EQ(zx_handle_close(0xffffffff), ZX_ERR_BAD_HANDLE);
	for (i = 0; i < 20000; i++) {
		next = event();
		if (next == first || valid(first)) {
			CHECK(next != first);
			break;
		}
		zx_handle_close(next);
	}
	many[0] = event();
	many[1] = ZX_HANDLE_INVALID;
	many[2] = event();
	CHECK_OK(zx_handle_close_many(many, 3));
	CHECK(!valid(many[0]) && !valid(many[2]));
	many[1] = event();
	CHECK_EQ(zx_handle_close_many(many, 3), ZX_ERR_BAD_HANDLE);
	CHECK(!valid(many[1]));
	CHECK_EQ(zx_handle_close_many(NULL, 1), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_handle_close_many(NULL, 0));
}

static void duplicate(void)
{
	zx_handle_t original = event(), copy, poor;

	CHECK_OK(zx_handle_duplicate(original, ZX_RIGHT_SAME_RIGHTS, &copy));
	CHECK_EQ(rights_of(copy), ZX_DEFAULT_EVENT_RIGHTS);
	CHECK_OK(zx_handle_duplicate(original, ZX_RIGHT_WAIT, &poor));
	CHECK_EQ(rights_of(poor), ZX_RIGHT_WAIT);
	CHECK_EQ(zx_handle_duplicate(poor, ZX_RIGHT_WAIT, &copy),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(zx_handle_duplicate(original, ZX_RIGHT_WRITE, &copy),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_handle_duplicate(original, 0, NULL), ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_object_signal(poor, 0, ZX_EVENT_SIGNALED),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_object_signal(copy, 0, ZX_EVENT_SIGNALED));
	CHECK_OK(zx_handle_close(original));
	CHECK_OK(zx_object_wait_one(poor, ZX_EVENT_SIGNALED, 0, NULL));
	CHECK_OK(zx_handle_close(copy));
	CHECK_OK(zx_handle_close(poor));
	CHECK_EQ(zx_handle_duplicate(poor, 0, &copy), ZX_ERR_BAD_HANDLE);
}

static void replace(void)
{
	zx_handle_t handle = event(), next = 0, last = 0;

	CHECK_OK(zx_handle_replace(handle, ZX_RIGHT_WAIT | ZX_RIGHT_INSPECT,
				   &next));
	CHECK(!valid(handle));
	CHECK_EQ(rights_of(next), ZX_RIGHT_WAIT | ZX_RIGHT_INSPECT);
	CHECK_EQ(zx_handle_replace(next, ZX_RIGHT_SIGNAL, &last),
		 ZX_ERR_INVALID_ARGS);
	CHECK(!valid(next));
	CHECK_EQ(last, 0);
}

static void full_table(void)
{
	zx_handle_t *handles = malloc(70000 * sizeof(*handles));
	zx_status_t status = ZX_OK;
	int count = 0;

	while (count < 70000) {
		status = zx_event_create(0, &handles[count]);
		if (status != ZX_OK)
			break;
		count++;
	}
	CHECK_EQ(status, ZX_ERR_NO_MEMORY);
	CHECK(count > 60000);
	while (count)
		CHECK_OK(zx_handle_close(handles[--count]));
	free(handles);
	handles = NULL;
	CHECK_OK(zx_handle_close(event()));
}

/* Threads share handles, close them under each other, and use what is left. */
#define SHARED 64
static _Atomic zx_handle_t shared[SHARED];

static void *stress_thread(void *argument)
{
	unsigned int seed = (unsigned int)(uintptr_t)argument;
	zx_handle_t handle, copy;
	zx_status_t status;
	uint64_t size;
	int i, round;

	for (round = 0; round < 5000; round++) {
		i = rand_r(&seed) % SHARED;
		handle = atomic_load(&shared[i]);
		switch (rand_r(&seed) % 4) {
		case 0:
			status = zx_vmo_create(4096u * (i + 1), 0, &copy);
			CHECK_OK(status);
			handle = atomic_exchange(&shared[i], copy);
			if (handle)
				CHECK_OK(zx_handle_close(handle));
			break;
		case 1:
			if (zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS,
						&copy) == ZX_OK)
				CHECK_OK(zx_handle_close(copy));
			break;
		default:
			status = zx_vmo_get_size(handle, &size);
			CHECK(status == ZX_ERR_BAD_HANDLE || status == ZX_OK);
			if (status == ZX_OK)
				CHECK_EQ(size, 4096u * (i + 1));
		}
	}
	return NULL;
}

static void threads(void)
{
	pthread_t thread[4];
	uintptr_t i;

	for (i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, stress_thread,
			       (void *)(i + 1));
	for (i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
	for (i = 0; i < SHARED; i++)
		zx_handle_close(shared[i]);
}

static void *waiter(void *argument)
{
	zx_handle_t handle = (zx_handle_t)(uintptr_t)argument;
	zx_signals_t observed = 0;
	zx_status_t status = zx_object_wait_one(handle, ZX_USER_SIGNAL_0,
						ZX_TIME_INFINITE, &observed);

	return (void *)(uintptr_t)(uint32_t)status;
}

static zx_status_t joined(pthread_t thread)
{
	void *result;

	pthread_join(thread, &result);
	return (zx_status_t)(uintptr_t)result;
}

static void close_under_wait(void)
{
	zx_handle_t handle = event(), other;
	pthread_t thread;

	CHECK_OK(zx_handle_duplicate(handle, ZX_RIGHT_SAME_RIGHTS, &other));
	pthread_create(&thread, NULL, waiter, (void *)(uintptr_t)handle);
	zx_nanosleep(zx_deadline_after(ZX_MSEC(20)));
	CHECK_OK(zx_handle_close(handle));
	CHECK_EQ(joined(thread), ZX_ERR_CANCELED);
	pthread_create(&thread, NULL, waiter, (void *)(uintptr_t)other);
	zx_nanosleep(zx_deadline_after(ZX_MSEC(20)));
	CHECK_OK(zx_object_signal(other, 0, ZX_USER_SIGNAL_0));
	CHECK_EQ(joined(thread), ZX_OK);
	CHECK_OK(zx_handle_close(other));
}

static const struct tap_test tests[] = {
	{ "a closed handle stays bad", close_and_stale },
	{ "duplicate", duplicate },
	{ "replace", replace },
	{ "a full table", full_table },
	{ "threads", threads },
	{ "closing what a thread waits on", close_under_wait },
};

TAP_MAIN("handle", tests)
