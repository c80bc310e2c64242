/* SPDX-License-Identifier: GPL-2.0 */
#ifndef COUNTER_H
#define COUNTER_H

/* Adds one to the counter and returns its new value. */
int counter_next(void);

#endif
