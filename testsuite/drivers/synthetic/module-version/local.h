#define LOCAL 0 /* read for srcversion */
