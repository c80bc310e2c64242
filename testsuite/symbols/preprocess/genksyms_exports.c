//args: -D__GENKSYMS__
#define EXPORT_SYMBOL(s) __GENKSYMS_EXPORT_SYMBOL(s)
struct a { int b; };
int f(struct a *x)
{
	return x->b;
}
EXPORT_SYMBOL(f);
