#args: -w -q
int f g;
int h(struct s *p);
__GENKSYMS_EXPORT_SYMBOL(h);
