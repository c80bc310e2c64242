#include <linux/module.h>

int gamma_depth = GAMMA_DEPTH;

MODULE_DESCRIPTION("in a folder with a makefile of its own");
MODULE_LICENSE("GPL");
