$(info [$(or ,a,b)] [$(or ,,)] [$(or  a ,b)] [$(or a,$(info not reached))])
all: ; @:
