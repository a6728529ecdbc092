// SPDX-License-Identifier: GPL-2.0
/* What every UART has behind its registers. */
#include "serial_port.h"

static size_t rx_room(const struct serial_port *port)
{
	unsigned int size = port->model->fifo_size(port);

	if (!port->model->ready(port) || port->rx.count >= size)
		return 0;
	return size - port->rx.count;
}

static void update_line(struct serial_port *port)
{
	line_set(port->line, port->model->interrupts(port));
}

/* A handler that saw the transmitter empty may send a FIFO's worth unasked. */
bool serial_port_can_send(const struct serial_port *port)
{
	return port->wire.count <= SERIAL_WIRE - SERIAL_FIFO;
}

/*
 * A wire that is full loses what is written; a register told so. Returns true
 * if the console has to be woken.
 */
bool serial_port_send(struct serial_port *port, uint8_t c)
{
	return fifo_push(&port->wire, c) && port->wire.count == 1;
}

/*
 * Sets *wake where a console that saw no room may send again: with the FIFO
 * half empty, so that not each single character wakes it.
 */
uint8_t serial_port_pop(struct serial_port *port, bool *wake)
{
	uint8_t c;

	if (!port->rx.count)
		return 0;
	c = fifo_pop(&port->rx);
	*wake = port->rx.count == port->model->fifo_size(port) / 2;
	return c;
}

static uint64_t port_read(struct device *dev, uint64_t offset, unsigned int size)
{
	struct serial_port *port = container_of(dev, struct serial_port, dev);
	bool wake = false;
	uint64_t value;

	(void)size;
	pthread_mutex_lock(&port->lock);
	value = port->model->read(port, offset, &wake);
	update_line(port);
	pthread_mutex_unlock(&port->lock);
	if (wake)
		port->serial.wake(&port->serial);
	return value;
}

static void port_write(struct device *dev, uint64_t offset, unsigned int size, uint64_t value)
{
	struct serial_port *port = container_of(dev, struct serial_port, dev);
	size_t room;
	bool wake;

	(void)size;
	pthread_mutex_lock(&port->lock);
	room = rx_room(port);
	wake = port->model->write(port, offset, value);
	update_line(port);
	if (!room && rx_room(port))
		wake = true;
	pthread_mutex_unlock(&port->lock);
	if (wake)
		port->serial.wake(&port->serial);
}

static size_t serial_room(struct serial *serial)
{
	struct serial_port *port = container_of(serial, struct serial_port, serial);
	size_t room;

	pthread_mutex_lock(&port->lock);
	room = rx_room(port);
	pthread_mutex_unlock(&port->lock);
	return room;
}

static void serial_receive(struct serial *serial, const uint8_t *data, size_t size)
{
	struct serial_port *port = container_of(serial, struct serial_port, serial);

	pthread_mutex_lock(&port->lock);
	while (size--)
		fifo_push(&port->rx, *data++);
	update_line(port);
	pthread_mutex_unlock(&port->lock);
}

static size_t serial_take(struct serial *serial, uint8_t *buffer, size_t size)
{
	struct serial_port *port = container_of(serial, struct serial_port, serial);
	size_t taken;

	pthread_mutex_lock(&port->lock);
	taken = fifo_take(&port->wire, buffer, size);
	update_line(port);
	pthread_mutex_unlock(&port->lock);
	return taken;
}

void serial_port_init(struct serial_port *port, const struct serial_model *model,
		      struct line *line)
{
	port->dev.read = port_read;
	port->dev.write = port_write;
	port->serial.room = serial_room;
	port->serial.receive = serial_receive;
	port->serial.take = serial_take;
	port->model = model;
	port->line = line;
	fifo_init(&port->rx, port->rx_bytes, SERIAL_FIFO);
	fifo_init(&port->wire, port->wire_bytes, SERIAL_WIRE);
	pthread_mutex_init(&port->lock, NULL);
}
