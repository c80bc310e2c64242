$(info [$(if x,then,else)] [$(if ,then,else)] [$(if  ,then,else)] [$(if $(nothing),then)] [$(if x, then )])
all: ; @:
