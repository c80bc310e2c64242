a =   x   y	z  
$(info [$(strip $(a))] [$(strip  )])
all: ; @:
