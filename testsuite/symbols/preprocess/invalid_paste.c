//left: ## that makes no token
#define P(a, b) a ## b
int a; P(+, x)
