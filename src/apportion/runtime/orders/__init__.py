"""What decides within one priority: one file each, one line each in this table.

An order is a function ``(outlook) -> key``; of the tasks at the heads of their lanes the one with the lowest key goes
first. Within a lane, where requirements are equal, rank decides: it is the order in which those tasks came.
"""

from __future__ import annotations

from apportion.runtime.orders.deadline import deadline
from apportion.runtime.orders.fifo import fifo
from apportion.runtime.orders.outlook import Order
from apportion.runtime.orders.shortest_first import shortest_first

QUEUE_ORDERS: dict[str, Order] = {"fifo": fifo, "shortest-first": shortest_first, "deadline": deadline}
