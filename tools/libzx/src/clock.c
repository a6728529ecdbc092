// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Time, the machine, and chance. */
#include <errno.h>
#include <sys/random.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"

#define NSEC_PER_SEC 1000000000ll

EXPORT zx_instant_mono_t zx_clock_get_monotonic(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

EXPORT zx_instant_mono_t zx_deadline_after(zx_duration_mono_t nanoseconds)
{
	zx_instant_mono_t deadline;

	if (__builtin_add_overflow(zx_clock_get_monotonic(), nanoseconds,
				   &deadline))
		return ZX_TIME_INFINITE;
	return deadline;
}

EXPORT zx_status_t zx_nanosleep(zx_instant_mono_t deadline)
{
	struct timespec until;

	if (deadline <= 0)
		return ZX_OK;
	until.tv_sec = deadline / NSEC_PER_SEC;
	until.tv_nsec = deadline % NSEC_PER_SEC;
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	       EINTR)
		;
	return ZX_OK;
}

EXPORT zx_ticks_t zx_ticks_get(void)
{
	return zx_clock_get_monotonic();
}

EXPORT zx_ticks_t zx_ticks_per_second(void)
{
	return NSEC_PER_SEC;
}

EXPORT uint32_t zx_system_get_page_size(void)
{
	return (uint32_t)sysconf(_SC_PAGESIZE);
}

EXPORT uint32_t zx_system_get_num_cpus(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count > 0 ? (uint32_t)count : 1;
}

EXPORT uint64_t zx_system_get_physmem(void)
{
	return (uint64_t)sysconf(_SC_PHYS_PAGES) * page_size();
}

EXPORT void zx_cprng_draw(void *buffer, size_t buffer_size)
{
	char *at = buffer;
	ssize_t got;

	while (buffer_size) {
		got = getrandom(at, buffer_size, 0);
		if (got < 0 && errno != EINTR)
			return;
		if (got > 0) {
			at += got;
			buffer_size -= (size_t)got;
		}
	}
}

uint64_t page_size(void)
{
	return (uint64_t)sysconf(_SC_PAGESIZE);
}

bool page_round_up(uint64_t size, uint64_t *rounded)
{
	uint64_t mask = page_size() - 1;

	if (size > UINT64_MAX - mask)
		return false;
	*rounded = (size + mask) & ~mask;
	return true;
}
