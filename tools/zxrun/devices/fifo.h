/* SPDX-License-Identifier: GPL-2.0 */
/* A queue of characters over an array that its owner has, under his lock. */
#ifndef ZXRUN_FIFO_H
#define ZXRUN_FIFO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fifo {
	uint8_t *bytes;
	unsigned int size;
	unsigned int head;
	unsigned int count;
};

static inline void fifo_init(struct fifo *fifo, uint8_t *bytes, unsigned int size)
{
	fifo->bytes = bytes;
	fifo->size = size;
	fifo->head = 0;
	fifo->count = 0;
}

/* Returns false if it is full; the character is lost then. */
static inline bool fifo_push(struct fifo *fifo, uint8_t c)
{
	if (fifo->count == fifo->size)
		return false;
	fifo->bytes[(fifo->head + fifo->count++) % fifo->size] = c;
	return true;
}

/* Returns 0 if it is empty. */
static inline uint8_t fifo_pop(struct fifo *fifo)
{
	uint8_t c;

	if (!fifo->count)
		return 0;
	c = fifo->bytes[fifo->head];
	fifo->head = (fifo->head + 1) % fifo->size;
	fifo->count--;
	return c;
}

static inline size_t fifo_take(struct fifo *fifo, uint8_t *buffer, size_t size)
{
	size_t taken;

	for (taken = 0; taken < size && fifo->count; taken++)
		buffer[taken] = fifo_pop(fifo);
	return taken;
}

#endif
