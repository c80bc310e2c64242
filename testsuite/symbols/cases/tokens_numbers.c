enum { A = 10ULL + 0x1fUL - 017lu * 1.5e3f / 08 + .5 + 1. + 0xg };
int f[A];
__GENKSYMS_EXPORT_SYMBOL(f);
