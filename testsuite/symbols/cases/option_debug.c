#args: -d -w
typedef int word;
extern struct s { word a; } f(enum { A, B } x);
struct s;
__GENKSYMS_EXPORT_SYMBOL(f);
