#args: -w -r reference
#reference: x extern int x __attribute__ ( ( section ( "a b" ) ) )
extern int x __attribute__((section("a b"))) = 1;
__GENKSYMS_EXPORT_SYMBOL(x);
