#define $a 1
#define b$ 2
$a b$ $ a$b
