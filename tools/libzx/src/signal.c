// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Signals of objects, and events. One lock and one condition serve all: few
 * threads wait, and not for long lists of objects.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "internal.h"

#define NSEC_PER_SEC 1000000000ll

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static atomic_uint waiters;

static void init(void)
{
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&changed, &attr);
	pthread_condattr_destroy(&attr);
}

void object_signal(struct object *object, zx_signals_t clear, zx_signals_t set)
{
	pthread_once(&once, init);
	pthread_mutex_lock(&lock);
	object->signals = (object->signals & ~clear) | set;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

/* After a handle was closed: who waits on it must notice. */
void signal_wake_waiters(void)
{
	if (!atomic_load(&waiters))
		return;
	pthread_mutex_lock(&lock);
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static zx_status_t wait_locked(struct object *object, zx_handle_t handle,
			       zx_signals_t signals, zx_time_t deadline)
{
	struct timespec until = {
		.tv_sec = deadline > 0 ? deadline / NSEC_PER_SEC : 0,
		.tv_nsec = deadline > 0 ? deadline % NSEC_PER_SEC : 0,
	};

	for (;;) {
		if (!handle_is_open(handle))
			return ZX_ERR_CANCELED;
		if (object->signals & signals)
			return ZX_OK;
		if (pthread_cond_timedwait(&changed, &lock, &until) ==
		    ETIMEDOUT)
			return object->signals & signals ? ZX_OK :
							   ZX_ERR_TIMED_OUT;
	}
}

EXPORT zx_status_t zx_object_wait_one(zx_handle_t handle, zx_signals_t signals,
				      zx_time_t deadline,
				      zx_signals_t *observed)
{
	struct handle *slot = handle_get(handle);
	zx_status_t status;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	if (!(slot->rights & ZX_RIGHT_WAIT)) {
		handle_put(slot);
		return ZX_ERR_ACCESS_DENIED;
	}
	pthread_once(&once, init);
	pthread_mutex_lock(&lock);
	atomic_fetch_add(&waiters, 1);
	status = wait_locked(slot->object, handle, signals, deadline);
	atomic_fetch_sub(&waiters, 1);
	if (observed)
		*observed = slot->object->signals;
	pthread_mutex_unlock(&lock);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_object_wait_async(zx_handle_t handle, zx_handle_t port,
					uint64_t key, zx_signals_t signals,
					uint32_t options)
{
	(void)handle;
	(void)port;
	(void)key;
	(void)signals;
	(void)options;
	return ZX_ERR_NOT_SUPPORTED;
}

EXPORT zx_status_t zx_object_signal(zx_handle_t handle,
				    zx_signals_t clear_mask,
				    zx_signals_t set_mask)
{
	struct handle *slot = handle_get(handle);
	zx_signals_t allowed = ZX_USER_SIGNAL_ALL;
	zx_status_t status = ZX_OK;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	if (slot->object->type == ZX_OBJ_TYPE_EVENT)
		allowed |= ZX_EVENT_SIGNALED;
	if (!(slot->rights & ZX_RIGHT_SIGNAL))
		status = ZX_ERR_ACCESS_DENIED;
	else if ((clear_mask | set_mask) & ~allowed)
		status = ZX_ERR_INVALID_ARGS;
	else
		object_signal(slot->object, clear_mask, set_mask);
	handle_put(slot);
	return status;
}

static void event_destroy(struct object *object)
{
	free(object);
}

EXPORT zx_status_t zx_event_create(uint32_t options, zx_handle_t *out)
{
	struct object *event;

	if (options || !out)
		return ZX_ERR_INVALID_ARGS;
	event = malloc(sizeof(*event));
	if (!event)
		return ZX_ERR_NO_MEMORY;
	object_init(event, ZX_OBJ_TYPE_EVENT, koid_local(), event_destroy);
	return handle_new(event, -1, ZX_DEFAULT_EVENT_RIGHTS, out);
}
