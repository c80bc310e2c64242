#ifndef ALMOST_H
#define ALMOST_H
first
#else
again
#endif
always
