// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Objects and the handle table.
 *
 * A handle is the index of a slot and the slot's generation, so that a handle
 * that was closed stays bad when its slot is used again. Slots are never
 * freed: a lookup needs no lock. The state of a slot is one word,
 *
 *	generation << 32 | OPEN | uses
 *
 * where an open handle counts as one use and each call under way as another.
 * Closing clears OPEN and drops that use; whoever drops the last one closes
 * the file. So a descriptor stays reserved while any call has it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "internal.h"

#define OPEN		(1ull << 31)
#define USES		(OPEN - 1)
#define GENERATION(s)	((uint32_t)((s) >> 32))

/* A handle: generation (14 bits), index (16 bits), fixed bits (2 bits) */
#define INDEX_SHIFT		2
#define INDEX_BITS		16
#define GENERATION_SHIFT	(INDEX_SHIFT + INDEX_BITS)
#define GENERATION_MASK		((1u << (32 - GENERATION_SHIFT)) - 1)
#define INDEX_MASK		((1u << INDEX_BITS) - 1)

#define CHUNK_SLOTS	1024u
#define CHUNKS		((1u << INDEX_BITS) / CHUNK_SLOTS)
/* Slots that rest before one is used again: generations last longer */
#define RESTING		64u
#define NO_SLOT		UINT32_MAX

static struct handle *_Atomic chunks[CHUNKS];

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static uint32_t slots_made;
static uint32_t free_first = NO_SLOT;
static uint32_t free_last = NO_SLOT;
static uint32_t free_count;

void object_init(struct object *object, zx_obj_type_t type, zx_koid_t koid,
		 void (*destroy)(struct object *object))
{
	atomic_init(&object->refs, 1);
	object->type = type;
	object->koid = koid;
	object->related_koid = 0;
	object->signals = 0;
	memset(object->name, 0, sizeof(object->name));
	object->destroy = destroy;
}

struct object *object_get(struct object *object)
{
	atomic_fetch_add_explicit(&object->refs, 1, memory_order_relaxed);
	return object;
}

void object_put(struct object *object)
{
	if (atomic_fetch_sub_explicit(&object->refs, 1,
				      memory_order_acq_rel) == 1)
		object->destroy(object);
}

zx_koid_t koid_local(void)
{
	static _Atomic uint64_t last;

	return 1ull << 63 | (atomic_fetch_add(&last, 1) + ZX_KOID_FIRST);
}

static struct handle *slot_at(uint32_t index)
{
	struct handle *chunk = atomic_load_explicit(&chunks[index / CHUNK_SLOTS],
						    memory_order_acquire);

	return chunk ? &chunk[index % CHUNK_SLOTS] : NULL;
}

static zx_handle_t slot_value(const struct handle *slot, uint64_t state)
{
	return GENERATION(state) << GENERATION_SHIFT |
	       slot->index << INDEX_SHIFT | ZX_HANDLE_FIXED_BITS_MASK;
}

static struct handle *slot_of(zx_handle_t value, uint32_t *generation)
{
	if ((value & ZX_HANDLE_FIXED_BITS_MASK) != ZX_HANDLE_FIXED_BITS_MASK)
		return NULL;
	*generation = value >> GENERATION_SHIFT;
	return slot_at(value >> INDEX_SHIFT & INDEX_MASK);
}

static bool state_is(uint64_t state, uint32_t generation)
{
	return (state & OPEN) && GENERATION(state) == generation;
}

/* Under table_lock. */
static struct handle *slot_make(void)
{
	uint32_t index = slots_made;
	struct handle *slot = NULL;
	struct handle *chunk;

	if (index > INDEX_MASK)
		return NULL;
	if (index % CHUNK_SLOTS == 0) {
		chunk = calloc(CHUNK_SLOTS, sizeof(*chunk));
		if (!chunk)
			return NULL;
		atomic_store_explicit(&chunks[index / CHUNK_SLOTS], chunk,
				      memory_order_release);
	}
	slot = slot_at(index);
	slot->index = index;
	slots_made++;
	return slot;
}

static struct handle *slot_alloc(void)
{
	struct handle *slot = NULL;

	pthread_mutex_lock(&table_lock);
	if (free_count < RESTING)
		slot = slot_make();
	if (!slot && free_first != NO_SLOT) {
		slot = slot_at(free_first);
		free_first = slot->next_free;
		if (free_first == NO_SLOT)
			free_last = NO_SLOT;
		free_count--;
	}
	pthread_mutex_unlock(&table_lock);
	return slot;
}

static void slot_free(struct handle *slot)
{
	uint32_t generation = GENERATION(atomic_load(&slot->state));
	uint64_t next = (generation + 1) & GENERATION_MASK;

	atomic_store(&slot->state, next << 32);
	slot->next_free = NO_SLOT;
	pthread_mutex_lock(&table_lock);
	if (free_last == NO_SLOT)
		free_first = slot->index;
	else
		slot_at(free_last)->next_free = slot->index;
	free_last = slot->index;
	free_count++;
	pthread_mutex_unlock(&table_lock);
}

struct handle *handle_get(zx_handle_t value)
{
	uint32_t generation;
	struct handle *slot = slot_of(value, &generation);
	uint64_t state;

	if (!slot)
		return NULL;
	state = atomic_load_explicit(&slot->state, memory_order_relaxed);
	do {
		if (!state_is(state, generation))
			return NULL;
	} while (!atomic_compare_exchange_weak_explicit(&slot->state, &state,
							state + 1,
							memory_order_acquire,
							memory_order_relaxed));
	return slot;
}

void handle_put(struct handle *slot)
{
	uint64_t state = atomic_fetch_sub_explicit(&slot->state, 1,
						   memory_order_acq_rel);

	if ((state & USES) != 1)
		return;
	if (slot->fd >= 0)
		close(slot->fd);
	object_put(slot->object);
	slot_free(slot);
}

zx_status_t handle_get_typed(zx_handle_t value, zx_obj_type_t type,
			     zx_rights_t rights, struct handle **out)
{
	struct handle *slot = handle_get(value);
	zx_status_t status = ZX_OK;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	if (slot->object->type != type)
		status = ZX_ERR_WRONG_TYPE;
	else if ((slot->rights & rights) != rights)
		status = ZX_ERR_ACCESS_DENIED;
	if (status != ZX_OK)
		handle_put(slot);
	else
		*out = slot;
	return status;
}

bool handle_is_open(zx_handle_t value)
{
	uint32_t generation;
	struct handle *slot = slot_of(value, &generation);

	return slot && state_is(atomic_load(&slot->state), generation);
}

zx_status_t handle_new(struct object *object, int fd, zx_rights_t rights,
		       zx_handle_t *out)
{
	struct handle *slot = slot_alloc();
	uint64_t state;

	if (!slot) {
		if (fd >= 0)
			close(fd);
		object_put(object);
		return ZX_ERR_NO_MEMORY;
	}
	slot->object = object;
	slot->fd = fd;
	slot->rights = rights;
	state = atomic_load_explicit(&slot->state, memory_order_relaxed) |
		OPEN | 1;
	*out = slot_value(slot, state);
	atomic_store_explicit(&slot->state, state, memory_order_release);
	return ZX_OK;
}

EXPORT zx_status_t zx_handle_close(zx_handle_t handle)
{
	struct handle *slot;
	uint64_t state;
	uint32_t generation;

	if (handle == ZX_HANDLE_INVALID)
		return ZX_OK;
	slot = slot_of(handle, &generation);
	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	state = atomic_load(&slot->state);
	do {
		if (!state_is(state, generation))
			return ZX_ERR_BAD_HANDLE;
	} while (!atomic_compare_exchange_weak(&slot->state, &state,
					       state & ~OPEN));
	signal_wake_waiters();
	handle_put(slot);
	return ZX_OK;
}

EXPORT zx_status_t zx_handle_close_many(const zx_handle_t *handles,
					size_t num_handles)
{
	zx_status_t status = ZX_OK;
	size_t i;

	if (!handles && num_handles)
		return ZX_ERR_INVALID_ARGS;
	for (i = 0; i < num_handles; i++)
		if (zx_handle_close(handles[i]) != ZX_OK)
			status = ZX_ERR_BAD_HANDLE;
	return status;
}

static bool rights_subset(const struct handle *slot, zx_rights_t *rights)
{
	if (*rights == ZX_RIGHT_SAME_RIGHTS)
		*rights = slot->rights;
	return !(*rights & ~slot->rights);
}

EXPORT zx_status_t zx_handle_duplicate(zx_handle_t handle, zx_rights_t rights,
				       zx_handle_t *out)
{
	struct handle *slot = handle_get(handle);
	struct zxvm_handle_rights arg = { .fd = -1 };
	zx_status_t status = ZX_OK;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	if (!(slot->rights & ZX_RIGHT_DUPLICATE))
		status = ZX_ERR_ACCESS_DENIED;
	else if (!out || !rights_subset(slot, &rights))
		status = ZX_ERR_INVALID_ARGS;
	if (status == ZX_OK && slot->fd >= 0) {
		arg.rights = rights;
		status = zxvm_ioctl(slot->fd, ZXVM_HANDLE_DUPLICATE, &arg);
	}
	if (status == ZX_OK)
		status = handle_new(object_get(slot->object), arg.fd, rights,
				    out);
	handle_put(slot);
	return status;
}

/* The new slot has a descriptor of its own: calls may still use the old one. */
static zx_status_t replace(struct handle *slot, zx_rights_t rights,
			   zx_handle_t *out)
{
	struct zxvm_handle_rights arg = { .rights = rights, .fd = -1 };
	zx_status_t status;
	int fd = -1;

	if (slot->fd >= 0) {
		status = zxvm_ioctl(slot->fd, ZXVM_HANDLE_REPLACE, &arg);
		if (status != ZX_OK)
			return status;
		fd = fcntl(slot->fd, F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			return ZX_ERR_NO_RESOURCES;
	}
	return handle_new(object_get(slot->object), fd, rights, out);
}

zx_status_t handle_replace(zx_handle_t handle, zx_obj_type_t type,
			   zx_rights_t add, zx_rights_t rights,
			   zx_handle_t *out)
{
	struct handle *slot = handle_get(handle);
	zx_status_t status;

	if (!slot)
		return ZX_ERR_BAD_HANDLE;
	if (type != ZX_OBJ_TYPE_NONE && slot->object->type != type)
		status = ZX_ERR_WRONG_TYPE;
	else if (!out || !rights_subset(slot, &rights))
		status = ZX_ERR_INVALID_ARGS;
	else
		status = replace(slot, rights | add, out);
	zx_handle_close(handle);
	handle_put(slot);
	return status;
}

EXPORT zx_status_t zx_handle_replace(zx_handle_t handle, zx_rights_t rights,
				     zx_handle_t *out)
{
	return handle_replace(handle, ZX_OBJ_TYPE_NONE, 0, rights, out);
}
