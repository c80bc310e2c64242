int f(void) { char c = '}'; const char *s = "}}\"}"; if (1) { return 0; } return s[0] + c; }
int g;
__GENKSYMS_EXPORT_SYMBOL(f);
__GENKSYMS_EXPORT_SYMBOL(g);
