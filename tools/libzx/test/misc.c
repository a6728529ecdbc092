// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Status strings, time, threads, names, and what can be asked. */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zircon/status.h>

#include "../src/internal.h"
#include "tap.h"

static void status_strings(void)
{
#define X(error, name, number) \
	CHECK(!strcmp(zx_status_get_string(number), "ZX_" #name)); \
	CHECK_EQ(status_from_errno(error), number);
	ZXVM_ERRNO_TABLE(X)
#undef X
	CHECK(!strcmp(zx_status_get_string(ZX_OK), "ZX_OK"));
	CHECK(!strcmp(zx_status_get_string(12345), "(UNKNOWN)"));
	CHECK_EQ(status_from_errno(EDOM), ZX_ERR_INTERNAL);
}

static void clocks(void)
{
	zx_time_t start = zx_clock_get_monotonic();
	uint8_t noise[600] = { 0 };
	int i, zeros = 0;

	CHECK(start > 0);
	CHECK_OK(zx_nanosleep(zx_deadline_after(ZX_MSEC(5))));
	CHECK(zx_clock_get_monotonic() - start >= ZX_MSEC(5));
	CHECK_OK(zx_nanosleep(ZX_TIME_INFINITE_PAST));
	CHECK_EQ(zx_deadline_after(ZX_TIME_INFINITE), ZX_TIME_INFINITE);
	CHECK(zx_deadline_after(-ZX_SEC(1)) < zx_clock_get_monotonic());
	CHECK_EQ(zx_ticks_per_second(), 1000000000);
	CHECK(zx_ticks_get() >= start);
	CHECK_EQ(zx_system_get_page_size(), getpagesize());
	CHECK(zx_system_get_num_cpus() >= 1);
	CHECK(zx_system_get_physmem() > 1 << 20);
	zx_cprng_draw(noise, sizeof(noise));
	for (i = 0; i < (int)sizeof(noise); i++)
		zeros += !noise[i];
	CHECK(zeros < 60);
}

static void *thread_main(void *argument)
{
	zx_handle_t *out = argument;

	CHECK(zx_thread_self() == zx_thread_self());
	CHECK_OK(zx_handle_duplicate(zx_thread_self(), ZX_RIGHT_SAME_RIGHTS,
				     out));
	zx_nanosleep(zx_deadline_after(ZX_MSEC(30)));
	return NULL;
}

static void thread_end(void)
{
	zx_handle_t handle = 0;
	zx_signals_t seen = 0;
	pthread_t thread;

	pthread_create(&thread, NULL, thread_main, &handle);
	pthread_join(thread, NULL);
	CHECK_OK(zx_object_wait_one(handle, ZX_THREAD_TERMINATED,
				    zx_deadline_after(ZX_SEC(10)), &seen));
	CHECK_EQ(seen, ZX_THREAD_TERMINATED);
	CHECK_OK(zx_handle_close(handle));
	CHECK_OK(zx_object_wait_one(zx_thread_self(), ZX_THREAD_RUNNING, 0,
				    NULL));
	CHECK_EQ(zx_object_wait_one(zx_thread_self(), ZX_THREAD_TERMINATED,
				    zx_deadline_after(ZX_MSEC(2)), &seen),
		 ZX_ERR_TIMED_OUT);
	CHECK_EQ(seen, ZX_THREAD_RUNNING);
	CHECK_EQ(zx_object_signal(zx_thread_self(), 0, ZX_USER_SIGNAL_0),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_EQ(zx_object_wait_async(0, 0, 0, 0, 0), ZX_ERR_NOT_SUPPORTED);
}

static void tokens(void)
{
	uint64_t token = thread_token();
	int status = 0;
	pid_t child;

	CHECK(token && token == thread_token());
	child = fork();
	if (!child)
		_exit(thread_token() == token);
	waitpid(child, &status, 0);
	CHECK_EQ(status, 0);
}

static void events(void)
{
	zx_handle_t handle;
	zx_signals_t seen;

	CHECK_EQ(zx_event_create(1, &handle), ZX_ERR_INVALID_ARGS);
	CHECK_OK(zx_event_create(0, &handle));
	CHECK_EQ(zx_object_signal(handle, 0, ZX_OBJECT_SIGNAL_4),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(zx_object_wait_one(handle, ZX_EVENT_SIGNALED, 0, &seen),
		 ZX_ERR_TIMED_OUT);
	CHECK_OK(zx_object_signal(handle, 0,
				  ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_7));
	CHECK_OK(zx_object_wait_one(handle, ZX_USER_SIGNAL_7,
				    ZX_TIME_INFINITE, &seen));
	CHECK_EQ(seen, ZX_EVENT_SIGNALED | ZX_USER_SIGNAL_7);
	CHECK_OK(zx_object_signal(handle, ZX_USER_SIGNAL_ALL, 0));
	CHECK_EQ(zx_object_wait_one(handle, ZX_USER_SIGNAL_7, 0, NULL),
		 ZX_ERR_TIMED_OUT);
	CHECK_OK(zx_handle_close(handle));
}

static void names(void)
{
	char name[ZX_MAX_NAME_LEN], longest[64];
	zx_handle_t handle, event;

	CHECK_OK(zx_vmo_create(1, 0, &handle));
	CHECK_OK(zx_event_create(0, &event));
	CHECK_OK(zx_object_set_property(handle, ZX_PROP_NAME, "ram", 3));
	CHECK_OK(zx_object_get_property(handle, ZX_PROP_NAME, name,
					sizeof(name)));
	CHECK(!strcmp(name, "ram"));
	memset(longest, 'x', sizeof(longest));
	CHECK_OK(zx_object_set_property(handle, ZX_PROP_NAME, longest,
					sizeof(longest)));
	CHECK_OK(zx_object_get_property(handle, ZX_PROP_NAME, name,
					sizeof(name)));
	CHECK_EQ(strlen(name), 31);
	CHECK_EQ(zx_object_get_property(handle, ZX_PROP_NAME, name, 31),
		 ZX_ERR_BUFFER_TOO_SMALL);
	CHECK_EQ(zx_object_get_property(handle, 9, name, 32),
		 ZX_ERR_NOT_SUPPORTED);
	CHECK_EQ(zx_object_set_property(event, ZX_PROP_NAME, "e", 1),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_object_set_property(zx_process_self(), ZX_PROP_NAME, "vmm",
					3));
	CHECK_OK(zx_handle_close(event));
	CHECK_OK(zx_handle_close(handle));
}

static void info(void)
{
	zx_handle_t self = zx_vmar_root_self(), poor;
	zx_info_handle_basic_t basic;
	size_t actual = 9, avail = 9;
	zx_info_vmar_t range;
	zx_info_vcpu_t vcpu;

#define ASK(handle, topic, buffer, size) \
	zx_object_get_info(handle, topic, buffer, size, &actual, &avail)
	CHECK_OK(ASK(self, ZX_INFO_HANDLE_BASIC, &basic, sizeof(basic)));
	CHECK(actual == 1 && avail == 1 && basic.type == ZX_OBJ_TYPE_VMAR);
	CHECK_EQ(ASK(self, ZX_INFO_HANDLE_BASIC, &basic, 31),
		 ZX_ERR_BUFFER_TOO_SMALL);
	CHECK(actual == 0 && avail == 1);
	CHECK_OK(ASK(self, ZX_INFO_VMAR, &range, sizeof(range)));
	CHECK(range.base && range.len);
	CHECK_EQ(ASK(self, ZX_INFO_VMAR, NULL, sizeof(range)),
		 ZX_ERR_INVALID_ARGS);
	CHECK_EQ(ASK(self, ZX_INFO_VCPU, &vcpu, sizeof(vcpu)),
		 ZX_ERR_WRONG_TYPE);
	CHECK_EQ(ASK(self, 77, &vcpu, sizeof(vcpu)), ZX_ERR_NOT_SUPPORTED);
	CHECK_EQ(ASK(2, ZX_INFO_HANDLE_VALID, NULL, 0), ZX_ERR_BAD_HANDLE);
	CHECK_OK(zx_handle_duplicate(self, ZX_RIGHT_READ, &poor));
	CHECK_EQ(ASK(poor, ZX_INFO_VMAR, &range, sizeof(range)),
		 ZX_ERR_ACCESS_DENIED);
	CHECK_OK(zx_handle_close(poor));
}

static const struct tap_test tests[] = {
	{ "status strings", status_strings },
	{ "clocks and the machine", clocks },
	{ "threads end with a signal", thread_end },
	{ "tokens of threads", tokens },
	{ "events", events },
	{ "names", names },
	{ "get_info", info },
};

TAP_MAIN("misc", tests)
