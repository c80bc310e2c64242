$(info [$(nothing)] [$(nothing:a=b)] [${nothing}])
all: ; @:
