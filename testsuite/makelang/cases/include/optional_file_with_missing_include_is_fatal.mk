# file: inc.mk|include deeper.mk
-include inc.mk
all: ; @:
