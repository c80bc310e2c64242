unexport nothing
export nothing_else
all: ; @echo fine [$$nothing_else]
