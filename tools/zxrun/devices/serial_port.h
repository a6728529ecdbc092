/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What every UART has behind its registers: the queues of both directions,
 * the console's side, and an interrupt line that follows each change.
 *
 * What the guest sends goes at once to a buffer, the wire, from which the
 * console takes it; only when the console does not keep up does the guest see
 * a transmitter that is not empty. Characters are received one for one: the
 * console gives no more than fits, so that none is lost.
 */
#ifndef ZXRUN_SERIAL_PORT_H
#define ZXRUN_SERIAL_PORT_H

#include <pthread.h>

#include "device.h"
#include "fifo.h"

#define SERIAL_FIFO	16
#define SERIAL_WIRE	4096	/* sent, and not yet taken by the console */

struct serial_port;

/*
 * struct serial_model: the registers of one kind of UART; called under the lock
 * @read: the value; sets *wake if the console has to be woken
 * @write: returns true if the console has to be woken
 * @interrupts: the level of the line
 * @fifo_size: characters that the guest can take, with an empty queue
 * @ready: it takes characters at all
 */
struct serial_model {
	uint64_t (*read)(struct serial_port *port, uint64_t offset, bool *wake);
	bool (*write)(struct serial_port *port, uint64_t offset, uint64_t value);
	bool (*interrupts)(const struct serial_port *port);
	unsigned int (*fifo_size)(const struct serial_port *port);
	bool (*ready)(const struct serial_port *port);
};

struct serial_port {
	struct device dev;
	struct serial serial;
	const struct serial_model *model;
	struct line *line;
	pthread_mutex_t lock;
	struct fifo rx, wire;
	uint8_t rx_bytes[SERIAL_FIFO];
	uint8_t wire_bytes[SERIAL_WIRE];
};

/* The owner has zeroed it, and sets the device's name and range. */
void serial_port_init(struct serial_port *port, const struct serial_model *model,
		      struct line *line);

/* For models, under the lock */
bool serial_port_can_send(const struct serial_port *port);
bool serial_port_send(struct serial_port *port, uint8_t c);
uint8_t serial_port_pop(struct serial_port *port, bool *wake);

#endif
