enum { A = 1 != 2 == 3 <= 4 >> 5 << 6 && 7 || !8 ^ ~9 - --x -> y ... z ? a : b % c %= d };
int f[A];
__GENKSYMS_EXPORT_SYMBOL(f);
