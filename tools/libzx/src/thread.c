// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* The calling thread and process: handles to them, and the thread's token. */
#include <pthread.h>
#include <stdlib.h>

#include "internal.h"

/*
 * The token says who owns a VCPU without a system call. It is never used
 * twice, unlike a thread id, and changes in the child of a fork.
 */
static TLS uint64_t token;
static TLS zx_handle_t self;

static _Atomic uint64_t last_token;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;
static uint32_t generation;
static zx_handle_t process;
static zx_koid_t process_koid;

static void object_free(struct object *object)
{
	free(object);
}

static struct object *object_make(zx_obj_type_t type)
{
	struct object *object = malloc(sizeof(*object));

	if (object)
		object_init(object, type, koid_local(), object_free);
	return object;
}

/* Runs on a thread that ends; its value is a reference to the object. */
static void thread_exit(void *value)
{
	struct object *object = value;

	object_signal(object, ZX_THREAD_RUNNING, ZX_THREAD_TERMINATED);
	zx_handle_close(self);
	self = ZX_HANDLE_INVALID;
	object_put(object);
}

static void forked(void)
{
	token = 0;
	generation++;
}

static void init(void)
{
	struct object *object = object_make(ZX_OBJ_TYPE_PROCESS);

	pthread_atfork(NULL, NULL, forked);
	pthread_key_create(&exit_key, thread_exit);
	if (!object)
		return;
	process_koid = object->koid;
	if (handle_new(object, -1, ZX_RIGHTS_BASIC | ZX_RIGHTS_PROPERTY,
		       &process) != ZX_OK)
		process = ZX_HANDLE_INVALID;
}

uint64_t thread_token(void)
{
	if (!token) {
		pthread_once(&once, init);
		token = atomic_fetch_add(&last_token, 1) + 1;
	}
	return token;
}

uint32_t process_generation(void)
{
	pthread_once(&once, init);
	return generation;
}

EXPORT zx_handle_t zx_process_self(void)
{
	pthread_once(&once, init);
	return process;
}

EXPORT zx_handle_t zx_thread_self(void)
{
	struct object *object;

	if (self)
		return self;
	pthread_once(&once, init);
	object = object_make(ZX_OBJ_TYPE_THREAD);
	if (!object)
		return ZX_HANDLE_INVALID;
	object->related_koid = process_koid;
	object->signals = ZX_THREAD_RUNNING;
	if (pthread_setspecific(exit_key, object)) {
		object_put(object);
		return ZX_HANDLE_INVALID;
	}
	if (handle_new(object_get(object), -1,
		       ZX_RIGHTS_BASIC | ZX_RIGHTS_PROPERTY, &self) != ZX_OK) {
		pthread_setspecific(exit_key, NULL);
		object_put(object);
		self = ZX_HANDLE_INVALID;
	}
	return self;
}
