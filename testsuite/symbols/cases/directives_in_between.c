#pragma GCC diagnostic push
int
#ident "x"
f
# 5 "other.h"
;
  # not at the start of the line
int g;
__GENKSYMS_EXPORT_SYMBOL(g);
__GENKSYMS_EXPORT_SYMBOL(f);
